"""What a SKU would cost with other rates: the same pure pricing, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from storesync.engine.status import Explained
from storesync.model import Product
from storesync.prepare import Settings
from storesync.prepare.offers import price_product
from storesync.pricing import Snapshot, price

__all__ = ["reconfirmed", "repriced"]


def repriced(explained: Explained, product: Product, settings: Settings) -> Explained:
    """The same SKU, its prices made anew from the rates of these settings; what is live guards nothing here."""
    sku = explained.sku
    made = price_product(product, settings, {}, price)
    mine = [issue for issue in made.issues.errors if f"/{sku}/" in f"/{issue.path}/"]
    return evolve(
        explained,
        want=made.offers.get(sku),
        prices={market: trace.document() for market, trace in made.traces.get(sku, {}).items()},
        live={},
        held=mine[0].message if mine else "",
        rates=settings.rates.id if settings.rates is not None else "",
    )


def reconfirmed(explained: Explained, rates: Snapshot | None) -> Explained:
    """The same SKU, its rates with the day on which they were still within the quiet band: no price is made for that."""
    days = (
        {_named(rate.document()): rate.document().get("confirmed") for rate in rates.rates} if rates else {}
    )

    def told(traces: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            market: {**trace, "steps": [step(one) for one in trace["steps"]]}
            for market, trace in traces.items()
        }

    def step(one: Mapping[str, Any]) -> Mapping[str, Any]:
        if "rates" not in one:
            return one
        known = [{**rate, "confirmed": days.get(_named(rate))} for rate in one["rates"]]
        return {
            **one,
            "rates": [new if new["confirmed"] else old for new, old in zip(known, one["rates"], strict=True)],
        }

    return evolve(explained, prices=told(explained.prices), live=told(explained.live))


def _named(rate: Mapping[str, Any]) -> tuple[Any, ...]:
    kind = rate.get("kind", "mid")
    return rate["base"], rate["quote"], kind, rate["value"], rate["source"], rate["observed"]
