"""Figures of the catalog that a document shows: one that cannot be taken holds it, and what is live stays.

Those that make a price are pricing's, and the stock is the offers': what is wrong with them holds no document.
"""

from __future__ import annotations

from collections.abc import Iterator

from storesync.issues import Issue
from storesync.model import Product

__all__ = ["check_figures"]

_OF_OFFERS = frozenset({"price", "list_price", "cost", "stock"})


def check_figures(product: Product) -> Iterator[Issue]:
    """A finding for each weight, size or content that stands in the source and is none."""
    for variant in product.variants:
        supply = product.supply.get(variant.sku)
        for column, flaw in supply.flaws.items() if supply is not None else ():
            if column not in _OF_OFFERS:
                path = f"variants/{variant.sku}/{column}"
                yield Issue(
                    "check.figure", path, f"variant {variant.sku}: {flaw.message}", hint=flaw.hint, at=flaw.at
                )
