"""What else a market shows of a product, and what it must show: words, brand, attributes, options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from storesync.sandbox.records import Listing, Sku
from storesync.testing.byhand import BY_HAND
from storesync.testing.wanted import Item

__all__ = ["Detail", "plain_details", "shopee_details", "shopee_words", "tmall_details", "tmall_words"]

Detail: TypeAlias = tuple[str, Any, Any]
"""What it is, as the market shows it, and as it is right."""


def _more(item: Item) -> str:
    return f" {item.words}" if item.words else ""


def _ours(listing: Listing) -> Iterator[Sku]:
    return (sku for sku in listing.skus.values() if sku.code != BY_HAND)


def plain_details(listing: Listing, item: Item) -> Iterator[Detail]:
    """Nothing but words."""
    yield "description", listing.content["text"], f"about {item.key}{_more(item)}"


def tmall_words(item: Item) -> str:
    """The description."""
    return f"一个很长的说明{_more(item)}"


# The first choice of whatever the invented category 50200002 demands.
_TMALL: Final = {
    "prop_20000": "90000001",
    "prop_21299": "72000001",
    "prop_30000001": "30ml",
    "prop_30000002": "30ml",
    "prop_30000003": ["70000001"],
}
_COLOR: Final = (1627207, 60001001, 27)  # the axis, its first value, and how many it has


def tmall_details(listing: Listing, item: Item) -> Iterator[Detail]:
    """Words, brand and attributes as fields of the document; each SKU has the color of its number."""
    yield "description", listing.content["description"], f"<p>{tmall_words(item)}</p>"
    for name, right in _TMALL.items():
        yield name, listing.content.get(name), right
    axis, first, values = _COLOR
    for sku in _ours(listing):
        number = int(sku.code.rpartition("-")[2])
        yield f"option of {sku.code}", sku.options, (f"{axis}:{first + number % values}",)


def shopee_words(item: Item) -> str:
    """The description."""
    return f"Serum dưỡng ẩm cho da khô, dùng hằng ngày.{_more(item)}"


_SHOPEE: Final = {
    "brand": {"brand_id": 3100001, "original_brand_name": "SEOLBITGAON"},
    "category_id": 300002,
    "dimension": {"package_height": 9, "package_length": 6, "package_width": 4},
}
_ATTRIBUTES: Final = {100001: [1001], 100002: [1103], 100004: [1201]}


def shopee_details(listing: Listing, item: Item) -> Iterator[Detail]:
    """Words, brand, parcel and attributes of the item; each model has an option of its own name."""
    yield "description", listing.content["description"], shopee_words(item)
    for name, right in _SHOPEE.items():
        yield name, listing.content.get(name), right
    attributes = {
        row["attribute_id"]: [value["value_id"] for value in row["attribute_value_list"]]
        for row in listing.content.get("attribute_list", ())
    }
    yield "attributes", attributes, _ATTRIBUTES
    for sku in _ours(listing):
        yield f"option of {sku.code}", sku.options, (sku.code,)
