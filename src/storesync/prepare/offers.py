"""price: what each variant costs in each market, and how many there are. Unknown is never zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from storesync.issues import Issue, Issues
from storesync.model import Market, Offer, Price, Product
from storesync.model.money import Form
from storesync.prepare.remedy import policy_line
from storesync.prepare.settings import Settings
from storesync.pricing import Policy, PolicyBook, Priced, Snapshot, Trace

__all__ = ["Pricer", "price_product"]


class Pricer(Protocol):
    """How one price is made: `storesync.pricing.price`, or another with its signature."""

    def __call__(
        self,
        *,
        product: Product,
        sku: str,
        market: Market,
        policy: PolicyBook | Policy,
        rates: Snapshot,
        environment: str,
        today: date,
        last: Price | None = None,
        channel: str = "",
        form: Form = "text",
    ) -> Priced:
        """The price with its trace, or why there is none."""


def _stock(product: Product, sku: str) -> tuple[int | None, Issue | None]:
    supply = product.supply.get(sku)
    stock = None if supply is None else supply.stock
    if stock is not None and stock >= 0:
        return stock, None
    told = "is unknown" if stock is None else f"is {stock}"
    return None, Issue(
        "stock.unknown",
        f"variants/{sku}/stock",
        f"the stock of {sku} {told}",
        hint="fill stock in the catalog; 0 means sold out, empty means unknown",
    )


def price_product(
    product: Product, settings: Settings, last: Mapping[str, Offer], pricer: Pricer
) -> tuple[dict[str, Offer], dict[str, dict[str, Trace]], Issues]:
    """The complete offers, the trace of every price, and what keeps the other offers from being complete."""
    issues: list[Issue] = []
    offers: dict[str, Offer] = {}
    traces: dict[str, dict[str, Trace]] = {}
    lacking = [market for market in settings.channel.markets if market.code not in settings.policies]
    issues += [
        Issue(
            "price.no_policy",
            f"prices/{market.code}",
            f"channel {settings.channel.name!r} has no price policy for market {market.code}",
            hint=f"add {policy_line(settings.channel, market.code)}",
        )
        for market in lacking
    ]
    # Without a snapshot no pair is known: pricing says so for each price that needs one, and only for those.
    rates = settings.rates or Snapshot(rates=())
    for variant in product.variants:
        sku = variant.sku
        prices: dict[str, Price] = {}
        for market in settings.channel.markets:
            if market in lacking:
                continue
            before = last[sku].prices.get(market.code) if sku in last else None
            priced = pricer(
                product=product,
                sku=sku,
                market=market,
                policy=settings.policies[market.code],
                rates=rates,
                environment=settings.channel.environment,
                today=settings.today,
                last=before,
                channel=settings.channel.name,
                form=settings.form,
            )
            issues += priced.issues
            traces.setdefault(sku, {})[market.code] = priced.trace
            if priced.price is not None:
                prices[market.code] = priced.price
        stock, unknown = _stock(product, sku)
        if unknown is not None:
            issues.append(unknown)
        elif stock is not None and len(prices) == len(settings.channel.markets):
            offers[sku] = Offer(sku, prices, stock)
    return offers, traces, Issues(tuple(issues))
