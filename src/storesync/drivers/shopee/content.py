"""From a listing to Shopee's document: the item, its tiers, and one model per SKU; no price and no stock.

`item` holds the fields of add_item and update_item, `tiers` the standardized tiers, `models` by SKU what a
model has besides its offer. A product of one variant is made without them: the item itself is sold, `single`
names its SKU, and the SKU's id is "0", the model id that Shopee's own calls give to "no model" [S]. Its tiers
are there all the same where it has an option, for a listing that had variants before: it cannot lose them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import storesync.driver as sd
from storesync.drivers.shopee.call import Channel, Shop, clean, number
from storesync.drivers.shopee.category import DATE, NO_BRAND

__all__ = [
    "NO_GTIN",
    "SINGLE",
    "carriers",
    "gallery",
    "measured",
    "model_id",
    "moment",
    "render",
    "rule_of",
    "size_mm",
    "weight_g",
]

SINGLE: Final = "0"
NO_GTIN: Final = "00"  # "this product has none" [S]
_MOST_IMAGES: Final = 9
_MEASURE: Final = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*([^\s0-9.,].*?)?\s*")


def render(shop: Shop, listing: sd.Listing) -> sd.Content:
    """The listing as Shopee's document, JSON only."""
    text = next(iter(listing.texts.values()), sd.Copy(""))
    weight, size = weight_g(listing), size_mm(listing)
    single = listing.variants[0] if len(listing.variants) == 1 else None
    item: dict[str, Any] = {
        "item_name": clean(text.title).replace("\n", " "),
        "description": clean(text.description),
        "item_sku": listing.key,
        "category_id": number(listing.category.id),
        "condition": "NEW",
        "weight": _kilograms(weight),
        "image": {"image_id_list": [image.ref for image in gallery(listing)], "image_ratio": "1:1"},
        "brand": {
            "brand_id": number(listing.brand.id or NO_BRAND),
            "original_brand_name": clean(listing.brand.text),
        },
        "attribute_list": [
            {"attribute_id": number(id_), "attribute_value_list": values}
            for id_, choices in listing.attributes.items()
            if id_ in listing.category.attributes and (values := _values(listing, id_, choices))
        ],
        "logistic_info": [
            {"logistic_id": number(channel.id), "enabled": True, "is_free": False}
            for channel in carriers(shop, weight, size)
        ],
        "pre_order": {"is_pre_order": False},
    }
    if all(size):
        # Whole centimeters, rounded up: the parcel must not be larger than told.
        length, width, height = (-(-side // 10) for side in size)
        item["dimension"] = {"package_length": length, "package_width": width, "package_height": height}
    if single is not None:
        item["gtin_code"] = single.gtin or NO_GTIN
    models = {variant.sku: _model(listing, variant) for variant in listing.variants} if listing.axes else {}
    return {
        "item": item,
        "tiers": _tiers(listing),
        "models": models,
        "single": "" if single is None else single.sku,
    }


def model_id(row: sd.Part) -> str:
    """The id of a model in an answer; Malformed for the id that stands for no model."""
    id_ = row.id("model_id")
    if id_ == SINGLE:
        raise sd.Malformed("shape", f"a model in the answer has the id {SINGLE}", answer=row)
    return id_


def gallery(listing: sd.Listing) -> list[sd.Image]:
    """The pictures of the square gallery: all but detail ones, which an ordinary description cannot show."""
    limit = listing.category.rules.get("images") or ()
    most = int(Decimal(limit[1])) if limit else _MOST_IMAGES
    return [image for image in listing.images if image.role != "detail"][:most]


def weight_g(listing: sd.Listing) -> int:
    """What the heaviest variant weighs with its packing; 0 when none tells."""
    return max((variant.weight_g for variant in listing.variants), default=0)


def size_mm(listing: sd.Listing) -> tuple[int, int, int]:
    """A parcel that holds any one variant; zeros unless all of them tell their size."""
    if not listing.variants or not all(all(variant.size_mm) for variant in listing.variants):
        return 0, 0, 0
    length, width, height = (max(sides) for sides in zip(*(v.size_mm for v in listing.variants), strict=True))
    return length, width, height


def carriers(shop: Shop, weight: int, size: tuple[int, int, int]) -> list[Channel]:
    """The offered channels that take such a parcel; one that needs its size only where that is known."""
    return [
        channel
        for channel in shop.offered
        if (all(size) or not channel.sized)
        and (not channel.most_g or weight <= channel.most_g)
        and all(
            not most or side <= most for side, most in zip(sorted(size), sorted(channel.most_mm), strict=True)
        )
    ]


def _kilograms(grams: int) -> Decimal:
    return Decimal(f"{grams}e-3")  # as text: arithmetic would round as the host's decimal context says


def _model(listing: sd.Listing, variant: sd.Variant) -> dict[str, Any]:
    # assumption: tier and model calls take gtin_code and weight per model as update_model does [U]
    model: dict[str, Any] = {
        "tier_index": [_place(axis, variant, listing) for axis in listing.axes],
        "model_sku": variant.sku,
        "gtin_code": variant.gtin or NO_GTIN,
    }
    if variant.weight_g > 0:
        model["weight"] = _kilograms(variant.weight_g)
    return model


def _used(axis: sd.Axis, listing: sd.Listing) -> list[str]:
    """The values of an axis that a variant has, in the axis's own order."""
    there = {variant.options.get(axis.code) for variant in listing.variants}
    return [code for code in axis.choices if code in there]


def _place(axis: sd.Axis, variant: sd.Variant, listing: sd.Listing) -> int:
    used, code = _used(axis, listing), variant.options.get(axis.code)
    return used.index(code) if code in used else -1


def _tiers(listing: sd.Listing) -> list[dict[str, Any]]:
    tiers = []
    for position, axis in enumerate(listing.axes):
        pictures = _pictures(axis, listing) if position == 0 else {}
        tiers.append(
            {
                "variation_id": 0,
                "variation_group_id": 0,
                "variation_name": clean(axis.name),
                "variation_option_list": [
                    {
                        "variation_option_id": 0,
                        "variation_option_name": clean(axis.choices[code].text),
                        **({"image_id": pictures[code]} if pictures else {}),
                    }
                    for code in _used(axis, listing)
                ],
            }
        )
    return tiers


def _pictures(axis: sd.Axis, listing: sd.Listing) -> dict[str, str]:
    """A picture for each option of the first tier, or none at all: Shopee takes no half."""
    pictures: dict[str, str] = {}
    for variant in listing.variants:
        code = variant.options.get(axis.code, "")
        if variant.images and code not in pictures:
            pictures[code] = variant.images[0].ref
    return pictures if all(code in pictures for code in _used(axis, listing)) else {}


def _values(listing: sd.Listing, id_: str, choices: tuple[sd.Choice, ...]) -> list[dict[str, Any]]:
    attribute, rule = listing.category.attributes[id_], rule_of(listing, id_)
    return [value for choice in choices if (value := _value(attribute, rule, choice))]


def rule_of(listing: sd.Listing, id_: str) -> Mapping[str, Any]:
    """What the category says of an attribute beyond the canonical fields."""
    rules: Mapping[str, Mapping[str, Any]] = listing.category.rules.get("attributes", {})
    return rules.get(id_, {})


def _value(attribute: sd.Attribute, rule: Mapping[str, Any], choice: sd.Choice) -> dict[str, Any]:
    """A listed value by its id, else our own words under id 0, always as text [D]."""
    if choice.id in attribute.choices:
        unit = rule.get("units_of", {}).get(choice.id, "")
        return {"value_id": number(choice.id), **({"value_unit": unit} if unit else {})}
    text = clean(choice.text)
    if not text:
        return {}
    if attribute.type == DATE:
        # Written as a Unix time, read back as a day [D]; assumption: midnight in UTC [U]
        at = moment(text)
        return {"value_id": 0, "original_value_name": text if at is None else str(int(at.timestamp()))}
    if rule.get("units"):
        amount, unit = measured(text, choice.unit, rule["units"])
        return {"value_id": 0, "original_value_name": amount, "value_unit": unit}
    return {"value_id": 0, "original_value_name": text}


def moment(text: str) -> datetime | None:
    """The midnight of a day or month written as in ISO 8601; None when it is neither."""
    try:
        return datetime.strptime(f"{text}-01" if text.count("-") == 1 else text, "%Y-%m-%d").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def measured(text: str, unit: str, units: list[str]) -> tuple[str, str]:
    """A number and one of the market's units, out of "30 ml" or of "30" where only one unit can be meant.

    The unit is empty when it cannot be told: grams are never guessed to be kilograms.
    """
    found = _MEASURE.fullmatch(text)
    if found is None:
        return text, ""
    said = (found.group(2) or unit).casefold()
    known = {one.casefold(): one for one in units}
    chosen = known.get(said, "") if said else units[0] if len(units) == 1 else ""
    return found.group(1).replace(",", "."), chosen
