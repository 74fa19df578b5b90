"""What Shopee demands beyond the limits that Spec and category state, as issues before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import storesync.driver as sd
from storesync.drivers.shopee.call import Shop, clean
from storesync.drivers.shopee.category import DATE, NO_BRAND
from storesync.drivers.shopee.content import (
    carriers,
    gallery,
    measured,
    moment,
    rule_of,
    size_mm,
    weight_g,
)
from storesync.drivers.shopee.region import amount

__all__ = ["check"]

_HASHTAGS: Final = 18  # error_desc_hash_tag_over_limit [S]


def check(shop: Shop, listing: sd.Listing, offers: Mapping[str, sd.Offer]) -> Iterator[sd.Issue]:
    """All that this category and shop demand and listing or offers do not meet; paths start at the listing.

    A SKU without an offer is not judged by price or stock: why it has none is said elsewhere.
    """
    if not listing.category.rules:
        yield sd.Issue(
            "category.unknown",
            "category",
            f"the rules of Shopee category {listing.category.id!r} have not been read",
            hint="check the category id in the channel's mapping, then plan again with the network",
        )
        return
    yield from _codes(listing)
    yield from _texts(listing)
    yield from _pictures(listing)
    yield from _parcel(shop, listing)
    yield from _brand(listing)
    for id_, choices in listing.attributes.items():
        if id_ in listing.category.attributes:
            yield from _attribute(shop, listing, id_, choices)
    yield from _variants(listing)
    for variant in listing.variants:
        if variant.sku in offers:
            yield from _offer(shop, listing, offers[variant.sku])


def _codes(listing: sd.Listing) -> Iterator[sd.Issue]:
    """Codes must come back from the market as they went: listings are recognized by them."""
    for path, code in [("key", listing.key), *((f"variants/{v.sku}/sku", v.sku) for v in listing.variants)]:
        if not code or code != clean(code).strip() or "\n" in code or "\t" in code:
            yield sd.Issue(
                "key.unusable",
                path,
                f"{code!r} cannot be looked up on Shopee again: it is empty, or has outer spaces or control"
                " characters",
                hint="give the product another code in the catalog",
            )


def _texts(listing: sd.Listing) -> Iterator[sd.Issue]:
    for locale, text in listing.texts.items():
        tags = text.description.count("#")
        if tags > _HASHTAGS:
            yield sd.Issue(
                "text.hashtags",
                f"texts/{locale}/description",
                f"the description has {tags} hashtags, Shopee takes {_HASHTAGS}",
                hint="leave some of them out",
            )


def _pictures(listing: sd.Listing) -> Iterator[sd.Issue]:
    bounds = listing.category.rules.get("images") or ["1", "9"]
    least, most = (int(Decimal(bound)) for bound in bounds)
    shown = gallery(listing)
    given = sum(image.role != "detail" for image in listing.images)
    if len(shown) < least:
        yield sd.Issue(
            "image.too_few",
            "images",
            f"{len(shown)} pictures for the gallery, category {listing.category.id} wants at least {least}",
            hint="add a picture without text, or one in the market's language",
        )
    if given > most:
        yield sd.Issue(
            "image.too_many",
            "images",
            f"{given} pictures for the gallery, only the first {most} are shown",
            sd.Severity.WARNING,
            "put the most important pictures first",
        )


def _parcel(shop: Shop, listing: sd.Listing) -> Iterator[sd.Issue]:
    weight, size = weight_g(listing), size_mm(listing)
    for variant in listing.variants:
        if variant.weight_g <= 0 and listing.category.rules["weight_mandatory"]:
            yield sd.Issue(
                "weight.missing",
                f"variants/{variant.sku}/weight_g",
                f"{variant.sku} has no weight, and Shopee ships by weight",
                hint="fill gross_weight_g in the catalog",
            )
    if listing.category.rules["dimension_mandatory"] and not all(size):
        yield sd.Issue(
            "size.missing",
            "variants",
            f"category {listing.category.id} wants the size of the parcel, and a variant has none",
            hint="fill length_mm, width_mm and height_mm in the catalog",
        )
    if not shop.channels:
        yield sd.Issue(
            "logistics.unknown",
            "logistics",
            f"the logistics channels of channel {shop.channel!r} have not been read",
            hint="plan with the network",
        )
    elif not carriers(shop, weight, size):
        names = ", ".join(channel.id for channel in shop.offered) or "none"
        needed = "its size is not known" if not all(size) else f"it is {' × '.join(map(str, size))} mm"
        yield sd.Issue(
            "logistics.none",
            "logistics",
            f"none of the shop's logistics channels ({names}) takes this parcel: {weight} g, and {needed}",
            hint="correct weight and size in the catalog, or enable another channel in the Seller Centre",
        )


def _brand(listing: sd.Listing) -> Iterator[sd.Issue]:
    id_ = listing.brand.id or NO_BRAND
    if id_ not in listing.category.brands:
        yield sd.Issue(
            "brand.unknown",
            "brand",
            f"brand id {id_!r} is none of category {listing.category.id}",
            hint='map the brand to a listed one, or to "0" for No Brand',
        )


def _attribute(
    shop: Shop, listing: sd.Listing, id_: str, choices: tuple[sd.Choice, ...]
) -> Iterator[sd.Issue]:
    attribute, rule = listing.category.attributes[id_], rule_of(listing, id_)
    path, name = f"attributes/{id_}", f"{attribute.name} ({id_})"
    line = f"add to the attribute mapping of channel {shop.channel!r}: {id_} = …"
    if not attribute.required and not choices:
        return
    if not any(choice.text or choice.id for choice in choices):
        yield sd.Issue("attribute.empty", path, f"{name} has no value", hint=line)
    most = rule.get("most", 1)
    if len(choices) > most:
        said = f"{name} takes {most} values, not {len(choices)}"
        yield sd.Issue("attribute.too_many", path, said, hint=line)
    for choice in choices:
        if choice.id in attribute.choices:
            continue
        if not attribute.custom:
            said = f"{choice.text!r} is no listed value of {name}"
            yield sd.Issue("attribute.unlisted", path, said, hint=line)
        elif attribute.type == DATE and moment(choice.text) is None:
            form = "a month like 2027-06" if rule.get("month") else "a day like 2027-06-30"
            yield sd.Issue("attribute.date", path, f"{name} takes {form}, not {choice.text!r}", hint=line)
        elif rule.get("units") and not measured(clean(choice.text), choice.unit, rule["units"])[1]:
            units = ", ".join(rule["units"])
            said = f"{name} takes a number with one of the units {units}, not {choice.text!r}"
            yield sd.Issue("attribute.unit", path, said, hint=line)


def _variants(listing: sd.Listing) -> Iterator[sd.Issue]:
    if not listing.axes and len(listing.variants) != 1:
        yield sd.Issue(
            "variants.undivided",
            "variants",
            f"{len(listing.variants)} variants and no option in which they differ",
            hint="give them an option, or sell them as products of their own",
        )
    for variant in listing.variants:
        for axis in listing.axes:
            choice = axis.choices.get(variant.options.get(axis.code, ""))
            if choice is None or not clean(choice.text).strip():
                yield sd.Issue(
                    "option.missing",
                    f"variants/{variant.sku}/options",
                    f"{variant.sku} has no value for {axis.name or axis.code!r}",
                    hint="every variant needs a value on every axis",
                )
        if not variant.gtin and listing.category.rules["gtin"].casefold() == "mandatory":
            yield sd.Issue(
                "gtin.missing",
                f"variants/{variant.sku}/gtin",
                f"{variant.sku} has no GTIN, and category {listing.category.id} demands one",
                hint="fill barcode in the catalog",
            )


def _offer(shop: Shop, listing: sd.Listing, offer: sd.Offer) -> Iterator[sd.Issue]:
    path = f"variants/{offer.sku}"
    try:
        price = amount(offer, shop.market)
    except sd.Rejected as fault:
        yield from fault.issues
    else:
        yield from _within(listing, "price", Decimal(price), f"{path}/price", f" {shop.market.currency}")
    yield from _within(listing, "stock", Decimal(offer.stock), f"{path}/stock")


def _within(listing: sd.Listing, what: str, value: Decimal, path: str, unit: str = "") -> Iterator[sd.Issue]:
    bounds = listing.category.rules.get(what)
    if not bounds:
        return
    low, high = (Decimal(bound) for bound in bounds)
    if not low <= value <= high:
        yield sd.Issue(
            f"{what}.range",
            path,
            f"{what} {value:f}{unit} lies outside {low:f}{unit} to {high:f}{unit},"
            f" as category {listing.category.id} wants it",
            hint=f"change the {what}, or keep the product off this channel",
        )
