"""What a SKU would cost with other rates: the same pure pricing, and nothing is kept of it."""

from __future__ import annotations

from attrs import evolve

from storesync.engine.status import Explained
from storesync.model import Product
from storesync.prepare import Settings
from storesync.prepare.offers import price_product
from storesync.pricing import price

__all__ = ["repriced"]


def repriced(explained: Explained, product: Product, settings: Settings) -> Explained:
    """The same SKU, its prices made anew from the rates of these settings; what is live guards nothing here."""
    sku = explained.sku
    made = price_product(product, settings, {}, price)
    mine = [issue for issue in made.issues.errors if f"/{sku}/" in f"/{issue.path}/"]
    return evolve(
        explained,
        want=made.offers.get(sku),
        prices={market: trace.document() for market, trace in made.traces.get(sku, {}).items()},
        held=mine[0].message if mine else "",
        rates=settings.rates.id if settings.rates is not None else "",
    )
