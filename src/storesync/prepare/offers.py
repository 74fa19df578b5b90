"""price: what each variant costs in each market, and how many there are. Unknown is never zero.

Where no price can be made, a variant that is on sale keeps the price that is live, and one that is not there yet waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from attrs import evolve, field, frozen

from storesync.issues import Issue, Issues
from storesync.model import Market, Offer, Price, Product, frozen_map
from storesync.model.money import Form
from storesync.prepare.remedy import policy_line
from storesync.prepare.settings import Settings
from storesync.pricing import Confirmed, Policy, PolicyBook, Priced, Snapshot, Trace, price

__all__ = ["Offered", "Pricer", "price_of", "price_product", "stays"]


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
        confirmed: Confirmed | None = None,
    ) -> Priced:
        """The price with its trace, or why there is none."""


@frozen(kw_only=True)
class Offered:
    """What became of a product's variants: complete offers, the trace of every price, and all findings.

    `kept` are by SKU the markets whose price could not be made: their offer has the live one. `blind` are offers of what
    is on sale at a price that nobody here knows, or at 0, which no document can tell: they lack it, and only their
    stock can go out. Of those in `uncounted` the stock that is live stays, too: nobody knows how many there are; their
    offer has the one acknowledged last. `waiting` are variants that the shop does not have yet and that must not go there
    without a price or a stock.
    """

    offers: Mapping[str, Offer] = field(converter=frozen_map)
    traces: Mapping[str, Mapping[str, Trace]] = field(converter=frozen_map)
    kept: Mapping[str, frozenset[str]] = field(factory=dict, converter=frozen_map)
    blind: Mapping[str, Offer] = field(factory=dict, converter=frozen_map)
    uncounted: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    issues: Issues = field(factory=Issues)


def stays(
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
    confirmed: Confirmed | None = None,
) -> Priced:
    """A pricer that makes no price and has nothing to say: what is live stays."""
    return Priced(price=None, trace=Trace(sku=sku, market=market.code, policy=""), issues=Issues())


def _stock(product: Product, sku: str) -> tuple[int | None, Issue | None]:
    supply = product.supply.get(sku)
    stock = None if supply is None else supply.stock
    if stock is not None and stock >= 0:
        return stock, None
    path, flaw = f"variants/{sku}/stock", supply.flaws.get("stock") if supply is not None else None
    if flaw is not None:
        return None, Issue(
            "stock.unknown", path, f"variant {sku}: {flaw.message}", hint=flaw.hint, at=flaw.at
        )
    told = "is unknown" if stock is None else f"is {stock}"
    return None, Issue(
        "stock.unknown",
        path,
        f"the stock of {sku} {told}",
        hint="fill stock in the catalog; 0 means sold out, empty means unknown",
    )


def price_of(
    settings: Settings,
    product: Product,
    sku: str,
    market: Market,
    *,
    last: Price | None,
    confirmed: Confirmed | None = None,
    pricer: Pricer = price,
) -> Priced:
    """The price of one variant on a market of the channel, by its policy; `last` is the one acknowledged last."""
    return pricer(
        product=product,
        sku=sku,
        market=market,
        policy=settings.policies[market.code],
        # Without a snapshot no pair is known: pricing says so for each price that needs one, and only for those.
        rates=settings.rates or Snapshot(rates=()),
        environment=settings.channel.environment,
        today=settings.today,
        last=last,
        channel=settings.channel.name,
        form=settings.form,
        confirmed=confirmed,
    )


def price_product(
    product: Product,
    settings: Settings,
    last: Mapping[str, Offer],
    pricer: Pricer,
    live: Collection[str] = (),
) -> Offered:
    """The complete offers, and what keeps the others from being complete.

    `last` are the offers that the market acknowledged, `live` the variants that are on sale there.
    """
    issues: list[Issue] = []
    offers: dict[str, Offer] = {}
    traces: dict[str, dict[str, Trace]] = {}
    kept: dict[str, frozenset[str]] = {}
    blind: dict[str, Offer] = {}
    uncounted: set[str] = set()
    waiting: set[str] = set()
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
    for variant in product.variants:
        sku = variant.sku
        prices: dict[str, Price] = {}
        stay: set[str] = set()
        for market in settings.channel.markets:
            before = last[sku].prices.get(market.code) if sku in last else None
            if sku in live:
                stay.add(market.code)
            if sku in live and before is not None and before.sale.amount > 0:
                prices[market.code] = before
            if market in lacking:
                continue
            confirmed = settings.confirmed.get(sku, {}).get(market.code)
            priced = price_of(settings, product, sku, market, last=before, confirmed=confirmed, pricer=pricer)
            issues += priced.issues
            traces.setdefault(sku, {})[market.code] = priced.trace
            if priced.price is not None:
                # What a driver never sends is nothing that a plan could tell, or a market acknowledge.
                made = priced.price if settings.compare_at else evolve(priced.price, list=None)
                prices[market.code] = made
                stay.discard(market.code)
        stock, unknown = _stock(product, sku)
        if unknown is not None:
            issues.append(unknown)
        whole = len(prices) == len(settings.channel.markets)
        if sku in live:
            if stock is None:
                uncounted.add(sku)
            # What nobody ever acknowledged is in no document: its stock is named as what stays, whatever it is.
            known = offers if whole and (stock is not None or sku in last) else blind
            known[sku] = Offer(sku, prices, last[sku].stock if stock is None and sku in last else stock or 0)
            if stay:
                kept[sku] = frozenset(stay)
        elif stock is not None and whole:
            offers[sku] = Offer(sku, prices, stock)
        elif live:
            waiting.add(sku)
    return Offered(
        offers=offers,
        traces=traces,
        kept=kept,
        blind=blind,
        uncounted=frozenset(uncounted),
        waiting=frozenset(waiting),
        issues=Issues(tuple(issues)),
    )
