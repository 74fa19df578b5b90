"""A merchant's price policy with a floor: what the catalog asks too little for is sold at the floor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from attrs import frozen

from storesync.model import Brand, Copy, Market, Money, Product, Supply
from storesync.pricing import Guards, Policy, price

__all__ = ["Floor"]

_DAY: Final = date(2026, 11, 23)
_MARGIN: Final = Decimal("0.2")


@frozen
class Floor:
    """No price is below `least`, in the market's money: a minimum price, or a cost with a margin that come to it."""

    by: Literal["min_price", "min_margin"]
    least: Decimal
    market: Market

    def price(self, asked: Decimal) -> Decimal:
        """What storesync's own pricing makes of it."""
        return _priced(self, asked)

    def right(self, asked: Decimal) -> Decimal:
        """What it must be, for a judge that does not ask the judged."""
        return max(asked, self.least)


@lru_cache(maxsize=256)
def _policy(floor: Floor) -> Policy:
    currency = floor.market.currency
    least = floor.by == "min_price"
    guards = Guards(min_price=floor.least) if least else Guards(min_margin=_MARGIN)
    return Policy(name="floor", currency=currency, home=currency, guards=guards)


@lru_cache(maxsize=65_536)
def _priced(floor: Floor, asked: Decimal) -> Decimal:
    currency = floor.market.currency
    cost = Money(floor.least * (1 - _MARGIN), currency)
    made = price(
        product=Product(
            key="P",
            text=Copy("P"),
            brand=Brand(code="B", name="B"),
            category="C",
            supply={"S": Supply(sku="S", price=Money(asked, currency), cost=cost)},
        ),
        sku="S",
        market=floor.market,
        policy=_policy(floor),
        rates=None,
        environment="sandbox",
        today=_DAY,
    )
    assert made.price is not None, made.held
    return made.price.sale.amount
