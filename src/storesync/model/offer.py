"""What a variant costs and how many there are."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from storesync.model.freeze import frozen_map
from storesync.model.money import Money

__all__ = ["Offer", "Price"]


@frozen
class Price:
    """What a buyer pays in one market; `list` is struck through, `points` are further named prices."""

    sale: Money
    list: Money | None = None
    points: Mapping[str, Money] = field(factory=dict, converter=frozen_map)


@frozen
class Offer:
    """Price per market and stock of one variant; the stock is absolute and never negative."""

    sku: str
    prices: Mapping[str, Price] = field(converter=frozen_map)
    stock: int = field()

    @stock.validator
    def _not_negative(self, _: object, stock: int) -> None:
        if isinstance(stock, bool) or not isinstance(stock, int) or stock < 0:
            raise ValueError(f"{self.sku}: stock {stock!r} is no whole number from 0 up")

    @property
    def price(self) -> Price:
        """The one price of a channel that serves one market; ValueError when it serves several."""
        if len(self.prices) != 1:
            raise ValueError(
                f"{self.sku} has prices for {', '.join(self.prices) or 'no market'}: name the market"
            )
        (only,) = self.prices.values()
        return only
