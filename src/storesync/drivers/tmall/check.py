"""What a category's rule document demands of a listing, as issues: all of them, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, clean, yuan
from storesync.drivers.tmall.content import BRAND, FILLED, OFFERED, axes_of, cheapest, row_id, values_of
from storesync.drivers.tmall.rules import Breach, breaches

__all__ = ["check"]

_PLACES: Final[Mapping[str, str]] = {
    "title": "text/title",
    "description": "text/description",
    "outer_id": "key",
    "item_images": "images",
    "price": "variants",
    "quantity": "variants",
    "hscode": "hs",
    BRAND: "brand",
    f"in_{BRAND}": "brand",
}
_ROW_PLACES: Final[Mapping[str, str]] = {
    "sku_price": "price",
    "sku_quantity": "stock",
    "sku_outerId": "sku",
    "sku_barcode": "gtin",
}


def check(shop: Shop, listing: sd.Listing, offers: Mapping[str, sd.Offer]) -> Iterator[sd.Issue]:
    """All that this category demands and listing or offers do not meet; paths start at the listing.

    A SKU without an offer is not judged by price or stock: why it has none is said elsewhere.
    """
    rules = listing.category.rules
    if not rules:
        yield sd.Issue(
            "category.unknown",
            "category",
            f"the rule document of Tmall category {listing.category.id!r} has not been read",
            hint="check the category id in the channel's mapping, then plan again with the network",
        )
        return
    yield from _codes(listing)
    yield from _options(listing)
    given = [offers[variant.sku] for variant in listing.variants if variant.sku in offers]
    unusable = False
    for offer in given:
        try:
            yuan(offer)
        except sd.Rejected as fault:
            unusable = True
            yield from fault.issues
    priced = not unusable and len(given) == len(listing.variants) > 0
    values = _with_offers(listing, offers) if priced else values_of(listing)
    for found in breaches(rules, values):
        offered = found.field in OFFERED or found.part in OFFERED
        if priced or not offered:
            yield _issue(shop, listing, found)


def _with_offers(listing: sd.Listing, offers: Mapping[str, sd.Offer]) -> dict[str, Any]:
    """The values as they will be sent, with price and stock."""
    rules = listing.category.rules
    values = values_of(listing)
    row = row_id(rules)
    every = [offers[variant.sku] for variant in listing.variants]
    for variant, one in zip(listing.variants, values.get(row, ()), strict=False):
        offer = offers[variant.sku]
        one |= {"sku_price": yuan(offer), "sku_quantity": str(offer.stock)}
    return values | {"price": cheapest(every), "quantity": str(sum(offer.stock for offer in every))}


def _codes(listing: sd.Listing) -> Iterator[sd.Issue]:
    """Keys must come back from the market as they went: it is asked for comma-separated lists of them."""
    codes = [("key", listing.key), *((f"variants/{v.sku}/sku", v.sku) for v in listing.variants)]
    for path, code in codes:
        if not code or code != clean(code).strip() or (path == "key" and "," in code):
            yield sd.Issue(
                "key.unusable",
                path,
                f"{code!r} cannot be looked up on Tmall again: it is empty, or has a comma, outer spaces or"
                " control characters",
                hint="give the product another code in the catalog",
            )


def _options(listing: sd.Listing) -> Iterator[sd.Issue]:
    axes = axes_of(listing.category.rules)
    seen: dict[tuple[str, ...], str] = {}
    for axis in listing.axes:
        if axis.id not in axes:
            known = ", ".join(f"{id_} {field['name']}" for id_, field in axes.items())
            yield sd.Issue(
                "axis.unknown",
                f"axes/{axis.code}",
                f"{axis.name!r} ({axis.id!r}) is no sale property of category {listing.category.id}",
                hint=f"map the axis to one of: {known or 'none, this category has no sale property'}",
            )
    for variant in listing.variants:
        missing = [a.code for a in listing.axes if variant.options.get(a.code, "") not in a.choices]
        if missing and (len(listing.variants) > 1 or variant.options):
            yield sd.Issue(
                "option.missing",
                f"variants/{variant.sku}/options",
                f"{variant.sku} has no mapped value for {', '.join(missing)}",
                hint="every variant needs a value on every axis",
            )
        options = tuple(
            f"{axis.id}:{choice.id or choice.text}"
            for axis in listing.axes
            if (choice := axis.choices.get(variant.options.get(axis.code, ""))) is not None
        )
        if options in seen:
            yield sd.Issue(
                "option.repeated",
                f"variants/{variant.sku}/options",
                f"{variant.sku} has the same options as {seen[options]}",
                hint="give one of them another value, or another axis",
            )
        seen.setdefault(options, variant.sku)


def _issue(shop: Shop, listing: sd.Listing, found: Breach) -> sd.Issue:
    attribute = found.field
    if found.part:
        attribute = found.part if found.part.startswith(f"{found.field}.") else f"{found.field}.{found.part}"
    path = _PLACES.get(found.field, f"attributes/{attribute}")
    if found.row is not None and found.row < len(listing.variants):
        path = f"variants/{listing.variants[found.row].sku}/{_ROW_PLACES.get(found.part, found.part)}"
    hint = ""
    if found.field not in FILLED and found.row is None:
        key = f'"{attribute}"' if "." in attribute else attribute
        hint = f"add to the attribute mapping of channel {shop.channel!r}: {key} = …"
    return sd.Issue(f"category.{found.kind}", path, found.message, hint=hint)
