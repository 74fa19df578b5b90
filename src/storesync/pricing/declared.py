"""What an import tax would be estimated from; the estimate itself is made when somebody reads it."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from storesync.model import Money
from storesync.pricing import china
from storesync.pricing.importtax import ImportTax
from storesync.pricing.policy import Tax
from storesync.pricing.taxpack import Estimate

__all__ = ["Declared"]


@frozen(kw_only=True)
class Declared:
    """One sale as customs would see it: its value, HS line, and the content or pieces that a tax line counts.

    `value` is the customs value where `at_import` says what is taken of it, else the sale price. `high_end`: the
    price was made with the higher tax, or a parcel reaches its line.
    """

    value: Money
    hs: str
    amount: Decimal | None
    tax: Tax
    at_import: ImportTax | None = None
    high_end: bool = False

    @property
    def estimate(self) -> Estimate:
        """What will probably be paid on top of the price, or out of it where the price includes it."""
        included = self.tax.mode == "included"
        if self.at_import is not None:
            return self.at_import.estimate(self.value, included=included)
        if self.tax.regime == "cn-parcel":
            return china.parcel(self.value.amount, china.parcel_kind(self.hs, high_end=self.high_end))
        if included:
            return china.inside(self.value.amount, hs=self.hs, high_end=self.high_end)
        return china.cbec(self.value.amount, hs=self.hs, amount=self.amount, measure=self.tax.measure)
