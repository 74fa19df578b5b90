"""Variants that a seller adds to a listing himself: where each market has room for one, and what it then shows."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

from storesync.sandbox import Market as Truth
from storesync.sandbox.records import Listing, Sku

__all__ = ["BY_HAND", "TYPED_STOCK", "plain_variant", "shopee_variant", "tmall_variant"]

BY_HAND: Final = "BY-HAND"
"""The code of every variant that a seller adds himself."""
TYPED_STOCK: Final = 77
"""What a seller types in as the stock of a listing, all its variants."""
_STOCK: Final = 3
_COLOR: Final = "1627207:60001027"  # the last one of the axis, which no product reaches
_OPTION: Final = "Của shop"


def plain_variant(truth: Truth, listing: Listing, price: Decimal, rng: Random) -> Sku:
    """A row beside ours."""
    return Sku(id=truth.next_sku(), code=BY_HAND, price=price, stock=_STOCK)


def tmall_variant(truth: Truth, listing: Listing, price: Decimal, rng: Random) -> Sku:
    """A row in a color of its own; the price of the listing stays among those of its rows."""
    listing.price = min(price, listing.price)
    return Sku(id=truth.next_sku(), code=BY_HAND, price=price, stock=_STOCK, options=(_COLOR,))


def shopee_variant(truth: Truth, listing: Listing, price: Decimal, rng: Random) -> Sku:
    """A model with an option of its own: behind ours, or before them, so that all of ours stand elsewhere."""
    options = listing.content["tiers"][0]["variation_option_list"]
    names = [option["variation_option_name"] for option in options]
    if _OPTION not in names:
        first = rng.random() < 0.5
        names.insert(0 if first else len(names), _OPTION)
        options.insert(
            0 if first else len(options), {"variation_option_id": 0, "variation_option_name": _OPTION}
        )
        for sku in listing.skus.values():
            sku.more["tier"] = (sku.more["tier"][0] + first,)
    cell = (names.index(_OPTION),)
    return Sku(
        id=truth.next_sku(), code=BY_HAND, price=price, stock=_STOCK, options=(_OPTION,), more={"tier": cell}
    )
