"""What a buyer's tax would be estimated from; the estimate itself is made when somebody reads it."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from storesync.model import Money
from storesync.pricing import china
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.policy import Tax
from storesync.pricing.taxpack import Estimate, charge

__all__ = ["Declared"]

_ZERO = Decimal(0)
_ONE = Decimal(1)


@frozen(kw_only=True)
class Declared:
    """One sale as customs would see it: price, HS line, and the content or pieces that a tax line counts."""

    price: Money
    hs: str
    amount: Decimal | None
    tax: Tax

    @property
    def estimate(self) -> Estimate:
        """What the buyer will probably pay on top of the price."""
        if self.tax.regime == "cn-cbec":
            return china.cbec(self.price.amount, hs=self.hs, amount=self.amount, measure=self.tax.measure)
        duty, vat = self.tax.duty or _ZERO, self.tax.vat or _ZERO
        value, currency = Exact(self.price.amount), self.price.currency
        return Estimate(
            regime="Vietnam import",
            value=self.price,
            charges=(
                charge("duty", value.times(duty), currency, 0),
                charge("VAT", value.times(EXACT.add(_ONE, duty)).times(vat), currency, 0),
            ),
            figures=(),
            confidence="U",
        )
