"""Money: an exact amount and its currency. A float is refused wherever it knocks."""

from __future__ import annotations

import decimal
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

__all__ = ["MINOR_DIGITS", "MONEY_CONTEXT", "Form", "Money", "minor_digits"]

Form = Literal["text", "yuan", "fen", "integer", "minor", "number"]
"""How a driver writes an amount on the wire; `storesync.pricing.Codec` tells the forms apart."""

# One private context: the host's process-wide one may round differently or trap differently.
MONEY_CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)

# ISO 4217 minor units of the currencies that markets here use; source: ISO 4217 as carried by CLDR.
MINOR_DIGITS: Mapping[str, int] = MappingProxyType(
    {
        "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "COP": 2, "EUR": 2, "GBP": 2, "HKD": 2,
        "IDR": 2, "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "MOP": 2, "MXN": 2, "MYR": 2, "NZD": 2, "PHP": 2,
        "PLN": 2, "RUB": 2, "SGD": 2, "THB": 2, "TWD": 2, "USD": 2, "VND": 0,
    }
)  # fmt: skip

_WIDE = decimal.Context(prec=200, rounding=decimal.ROUND_HALF_EVEN, traps=[decimal.InvalidOperation])

_CURRENCY = re.compile(r"[A-Z]{3}")

_WIDEST = 60  # digits: written out, 1E+999999999 CNY would be a gigabyte of zeros


def minor_digits(currency: str) -> int:
    """The digits after the point that ISO 4217 gives `currency`; ValueError for one that is not known here."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        known = ", ".join(sorted(MINOR_DIGITS))
        raise ValueError(f"unknown currency {currency!r}: use one of {known}") from None


def _exact(amount: Decimal | int | str) -> Decimal:
    if isinstance(amount, Decimal) and amount.is_finite() and abs(amount.adjusted()) <= _WIDEST:
        return amount
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise TypeError(f"an amount is a Decimal, an int or text, never {type(amount).__name__} ({amount!r})")
    try:
        value = Decimal(amount)
    except decimal.InvalidOperation:
        raise ValueError(f"{amount!r} is no amount") from None
    if not value.is_finite() or abs(value.adjusted()) > _WIDEST:
        raise ValueError(f"{amount!r} is no amount")
    return value


def _currency(code: str) -> str:
    if not isinstance(code, str) or (code not in MINOR_DIGITS and not _CURRENCY.fullmatch(code)):
        raise ValueError(f"{code!r} is no ISO 4217 currency code (three capital letters)")
    return code


@frozen
class Money:
    """An exact amount in one currency.

    Raises TypeError for a float, ValueError for what is no amount or no currency code. Amounts of
    different currencies neither add nor compare: convert them with a dated rate first.
    """

    amount: Decimal = field(converter=_exact)
    currency: str = field(converter=_currency)

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"{other!r} is not Money")
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are different currencies: convert first")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(MONEY_CONTEXT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(MONEY_CONTEXT.subtract(self.amount, self._same(other)), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(MONEY_CONTEXT.multiply(self.amount, _exact(factor)), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def quantize(self, digits: int) -> Money:
        """The amount written with exactly `digits` digits after the point; ValueError if that would round."""
        value = self.amount.quantize(Decimal((0, (1,), -digits)), context=MONEY_CONTEXT)
        if value != self.amount:
            raise ValueError(f"{self} does not fit {digits} digits after the point")
        return Money(value, self.currency)

    @property
    def shown(self) -> Decimal:
        """The same amount for people: with the digits of its currency, and more only where they are not zero."""
        least = Decimal((0, (1,), -MINOR_DIGITS.get(self.currency, 0)))
        whole = self.amount.normalize(context=_WIDE)
        return whole.quantize(
            min(least, Decimal((0, (1,), min(0, int(whole.as_tuple().exponent))))), context=_WIDE
        )

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
