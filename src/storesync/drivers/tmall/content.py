"""From a listing to the document of its category: field id to type and value, for the fields it has.

`fields` are those of the whole listing, `skus` one row each; a part with `offer` instead of `value` is filled
with price or stock when it is sent. `rows` is the id of the field that takes the rows. Where a product has
one variant without options there are no rows: the listing itself is sold, and `single` names its SKU.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any, Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, clean, yuan
from storesync.drivers.tmall.rules import locked
from storesync.drivers.tmall.schema import Field

__all__ = [
    "BRAND",
    "FILLED",
    "OFFERED",
    "OTHER",
    "ROWS",
    "axes_of",
    "blank",
    "cheapest",
    "filled",
    "render",
    "row_id",
    "values_of",
]

BRAND: Final = "prop_20000"
OTHER: Final = "-1"  # the option that means "another value, which I write myself" [S]
ROWS: Final = ("sku", "darwin_sku")
ON_SHELF: Final = "0"
OFFERED: Final[Mapping[str, str]] = {
    "price": "price",
    "quantity": "stock",
    "sku_price": "price",
    "sku_quantity": "stock",
}
FILLED: Final = frozenset(
    {"title", "outer_id", "item_status", "price", "quantity", "description", "item_images", BRAND, *ROWS}
)
_DIGITS: Final = re.compile(r"[^0-9]")


def row_id(rules: Mapping[str, Field]) -> str:
    """The id of the field that takes one row per SKU; empty when this category has none."""
    return next((id_ for id_ in ROWS if id_ in rules and rules[id_]["type"] == "multiComplex"), "")


def axes_of(rules: Mapping[str, Field]) -> dict[str, Field]:
    """The sale properties of the rows by field id."""
    row = row_id(rules)
    parts = rules[row]["fields"] if row else {}
    return {id_: field for id_, field in parts.items() if id_.startswith("prop_")}


def render(shop: Shop, listing: sd.Listing) -> sd.Content:
    """The listing as this category's document, JSON only; fields that are disabled now are left out."""
    rules = listing.category.rules
    values = values_of(listing)
    row = row_id(rules)
    rows: Sequence[Mapping[str, Any]] = values.pop(row, ())
    fields = {id_: _typed(rules[id_], value) for id_, value in values.items()}
    for id_ in ("price", "quantity"):
        if id_ in rules and not locked(rules[id_], values, rules):
            fields[id_] = {"type": rules[id_]["type"], "offer": OFFERED[id_]}
    skus = {}
    for variant, given in zip(listing.variants, rows, strict=False):
        parts = rules[row]["fields"]
        skus[variant.sku] = {id_: _typed(parts[id_], value) for id_, value in given.items()} | {
            id_: {"type": parts[id_]["type"], "offer": OFFERED[id_]}
            for id_ in ("sku_price", "sku_quantity")
            if id_ in parts and not locked(parts[id_], {**values, **given}, parts)
        }
    return {
        "category": listing.category.id,
        "product": product_of(listing),
        "fields": fields,
        "rows": row if skus else "",
        "skus": skus,
        "single": listing.variants[0].sku if len(listing.variants) == 1 and not skus else "",
    }


def product_of(listing: sd.Listing) -> str:
    """The market's product (SPU) id from `extras.product_id`; "0" where there is no product rule [D]."""
    given = listing.extras.get("product_id")
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) and given else "0"


def values_of(listing: sd.Listing) -> dict[str, Any]:
    """Field id to value for the fields this category has, without price and stock; rows as the variants."""
    rules = listing.category.rules
    text = next(iter(listing.texts.values()), sd.Copy(""))
    shown = [image for image in listing.images if image.role != "detail"]
    slots = list(rules["item_images"]["fields"]) if "item_images" in rules else []
    below = [image for image in listing.images if image.role == "detail"] + shown[len(slots) :]
    values: dict[str, Any] = {
        "title": text.title,
        "outer_id": listing.key,
        "item_status": ON_SHELF,
        "hscode": _DIGITS.sub("", listing.hs),
        "description": _html(text.description, below),
        "item_images": {slot: image.ref for slot, image in zip(slots, shown, strict=False)},
    }
    values |= _chosen(BRAND, (listing.brand,), rules)
    for id_, choices in listing.attributes.items():
        if id_ not in FILLED:
            values |= _chosen(id_, choices, rules)
    for id_, field in rules.items():
        if field["type"] == "complex" and id_ != "item_images":
            values[id_] = _inside(id_, field, listing.attributes)
    row = row_id(rules)
    axes = axes_of(rules)
    if row and (len(listing.variants) > 1 or any(v.options for v in listing.variants)):
        values[row] = [_row(rules[row]["fields"], axes, listing, variant) for variant in listing.variants]
    known = {id_: _shaped(rules[id_], value) for id_, value in values.items() if id_ in rules}
    return _unlocked(rules, {id_: value for id_, value in known.items() if value}, {})


def _html(text: str, images: Iterable[sd.Image]) -> str:
    lines = [f"<p>{escape(line.strip())}</p>" for line in text.splitlines() if line.strip()]
    return "".join([*lines, *(f'<p><img src="{image.ref}"/></p>' for image in images)])


def _chosen(id_: str, choices: Sequence[sd.Choice], rules: Mapping[str, Field]) -> dict[str, Any]:
    """A property's value; what is none of the options goes as "other" with our own text beside it [S]."""
    field = rules.get(id_)
    if field is None:
        return {}
    value = _value(field, choices)
    beside = rules.get(f"in_{id_}")
    if beside is None or field["type"] != "singleCheck" or not choices or OTHER not in field["options"]:
        return {id_: value}
    if choices[0].id not in ("", OTHER) or value in field["options"].keys() - {OTHER} or not choices[0].text:
        return {id_: value}
    return {id_: OTHER, f"in_{id_}": choices[0].text}


def _value(field: Field, choices: Sequence[sd.Choice]) -> Any:
    written = [f"{choice.text}{choice.unit}" for choice in choices]
    named = [choice.id or choice.text for choice in choices]
    match field["type"]:
        case "multiCheck":
            return [one for one in named if one]
        case "multiInput":
            return [one for one in written if one]
        case "singleCheck":
            return named[0] if named else ""
        case "input":
            return "、".join(one for one in written if one)
        case _:
            return ""


def _inside(id_: str, field: Field, attributes: Mapping[str, tuple[sd.Choice, ...]]) -> dict[str, Any]:
    """The parts of a complex field; the attribute of a part is `field.part`."""
    values = {}
    for part, rule in field["fields"].items():
        choices = attributes.get(part if part.startswith(f"{id_}.") else f"{id_}.{part}", ())
        value = _value(rule, choices)
        if value:
            values[part] = value
    return values


def _row(
    parts: Mapping[str, Field], axes: Mapping[str, Field], listing: sd.Listing, variant: sd.Variant
) -> dict[str, Any]:
    row: dict[str, Any] = {"sku_outerId": variant.sku, "sku_barcode": variant.gtin}
    for id_, choices in variant.attributes.items():
        if id_ in parts and id_ not in axes and id_ not in OFFERED and id_ not in row:
            row[id_] = _value(parts[id_], choices)
    for axis in listing.axes:
        choice = axis.choices.get(variant.options.get(axis.code, ""))
        if axis.id in axes and choice is not None:
            row[axis.id] = _value(axes[axis.id], (choice,))
    return {id_: value for id_, value in row.items() if id_ in parts and value}


def _shaped(field: Field, value: Any) -> Any:
    """The value in the shape of its field's type, fit for XML; None when it has another shape."""
    match field["type"]:
        case "complex":
            parts = value.items() if isinstance(value, Mapping) else ()
            return {id_: _shaped(field["fields"][id_], one) for id_, one in parts if one}
        case "multiComplex":
            rows = value if isinstance(value, list) else []
            return [{id_: _shaped(field["fields"][id_], one) for id_, one in row.items()} for row in rows]
        case "multiCheck" | "multiInput":
            return [clean(one) for one in ([value] if isinstance(value, str) else value) if one]
        case "label":
            return None
        case _:
            return clean(value) if isinstance(value, str) else None


def _unlocked(
    rules: Mapping[str, Field], values: Mapping[str, Any], around: Mapping[str, Any]
) -> dict[str, Any]:
    """The values without those of disabled fields; leaving one out may free or lock others."""
    kept = dict(values)
    while True:
        scope = {**around, **kept}
        free = {id_: value for id_, value in kept.items() if not locked(rules[id_], scope, rules)}
        if len(free) == len(kept):
            break
        kept = free
    for id_, value in kept.items():
        if rules[id_]["type"] == "complex":
            kept[id_] = _unlocked(rules[id_]["fields"], value, scope)
        elif rules[id_]["type"] == "multiComplex":
            kept[id_] = [_unlocked(rules[id_]["fields"], row, scope) for row in value]
    return kept


def _typed(field: Field, value: Any) -> dict[str, Any]:
    if field["type"] == "complex":
        value = {id_: _typed(field["fields"][id_], one) for id_, one in value.items()}
    return {"type": field["type"], "value": value}


def filled(parts: Mapping[str, Mapping[str, Any]], offers: Sequence[sd.Offer]) -> list[tuple[str, str, Any]]:
    """The parts as (id, type, value) for the wire: price is the lowest of these offers, stock their sum.

    Rejected when a price is wanted and there is no offer.
    """
    wire: list[tuple[str, str, Any]] = []
    for id_, part in parts.items():
        value = part.get("value")
        if part.get("offer") == "price":
            value = cheapest(offers)
        elif part.get("offer") == "stock":
            value = str(sum(offer.stock for offer in offers))
        elif part["type"] == "complex":
            value = filled(value or {}, offers)
        wire.append((id_, part["type"], value))
    return wire


def cheapest(offers: Sequence[sd.Offer]) -> str:
    """The lowest sale price in yuan: it always lies among the prices of the SKUs, as Taobao wants it [U]."""
    if not offers:
        raise sd.Rejected("price", "there is no offer to take the price from")
    return min((yuan(offer) for offer in offers), key=Decimal)


def blank(part: Mapping[str, Any]) -> dict[str, Any]:
    """The same field without a value, which clears it."""
    return {"type": part["type"], "value": "" if part["type"] in ("input", "singleCheck") else []}
