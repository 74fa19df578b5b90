"""How channels write money on the wire; every form is exact and reads back to the same amount.

`int(19.99 * 100)` is 1998 in floating point. Here an amount that does not fit a form is refused.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from attrs import frozen

from storesync.model import MONEY_CONTEXT, Money, minor_digits
from storesync.model.money import Form
from storesync.pricing.exact import exact

__all__ = ["Codec", "Form", "Wire"]

Wire: TypeAlias = "str | int | Decimal"


@frozen
class Codec:
    """One wire form of money.

    `text` is a decimal string with `digits` digits (ISO minor digits when None), `yuan` always two digits,
    `fen` an integer of hundredths, `integer` a string of whole units, `minor` an integer of 10^-digits units,
    `number` a JSON number without trailing zeros.
    """

    form: Form = "text"
    digits: int | None = None

    def _digits(self, currency: str) -> int:
        if self.form in ("yuan", "fen"):
            return 2
        if self.form == "integer":
            return 0
        return minor_digits(currency) if self.digits is None else self.digits

    def encode(self, money: Money) -> Wire:
        """The wire value; ValueError when the amount has more digits than the form can carry."""
        if self.form in ("yuan", "fen") and money.currency != "CNY":
            raise ValueError(f"{money} cannot be written as {self.form}: that form is for CNY")
        if self.form == "number":
            whole = money.amount == money.amount.to_integral_value(context=MONEY_CONTEXT)
            return int(money.amount) if whole else Decimal(format(money.amount, "f").rstrip("0"))
        digits = self._digits(money.currency)
        amount = money.quantize(digits).amount
        if self.form in ("fen", "minor"):
            return int(amount.scaleb(digits, context=MONEY_CONTEXT))
        return format(amount, "f")

    def decode(self, value: Wire, currency: str) -> Money:
        """The money that a wire value means; ValueError for a wrong form, TypeError for a float."""
        if isinstance(value, float):
            raise TypeError(f"{value!r} is a float: read the answer with exact numbers")
        try:
            amount = exact(value)
        except InvalidOperation:
            raise ValueError(f"{value!r} is no amount") from None
        if self.form in ("fen", "minor"):
            if not isinstance(value, int):
                raise ValueError(f"{value!r} is no whole number of minor units")
            amount = amount.scaleb(-self._digits(currency), context=MONEY_CONTEXT)
        if self.form == "number":
            return Money(amount, currency)
        return Money(amount, currency).quantize(self._digits(currency))
