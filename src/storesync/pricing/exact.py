"""Exact quotients: a price on its way is never rounded, so the one rounding at its end cannot be wrong.

The value is kept as numerator over denominator, both decimals, in a context that traps every inexact
result. A thousandth of a dong too much would lift a price that lies exactly on an ending to the next one.
"""

from __future__ import annotations

import decimal
from decimal import Decimal

from attrs import frozen

from storesync.model import MONEY_CONTEXT

__all__ = ["EXACT", "Exact", "exact", "figure", "sane", "share"]

# Private like MONEY_CONTEXT, but wide, and rounding is an error: products and sums here are exact or refused.
EXACT = decimal.Context(
    prec=2000,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)

_ONE = Decimal(1)
_FIGURE = decimal.Context(
    prec=3000,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[],
)


def exact(amount: Decimal | int | str) -> Decimal:
    """A finite decimal from a Decimal, an int or text; TypeError for a float, ValueError for no number."""
    if isinstance(amount, Decimal) and amount.is_finite():
        return amount
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise TypeError(
            f"a number here is a Decimal, an int or text, never {type(amount).__name__} ({amount!r})"
        )
    try:
        value = Decimal(amount)
    except decimal.InvalidOperation:
        raise ValueError(f"{amount!r} is no number") from None
    if not value.is_finite():
        raise ValueError(f"{amount!r} is no finite number")
    return value


def sane(value: Decimal) -> bool:
    """Whether a number can be money or a rate at all: at most 18 digits before the point and 18 after it.

    Everything that was multiplied out of such numbers still fits the exact context.
    """
    exponent = value.as_tuple().exponent
    return value.adjusted() < 18 and isinstance(exponent, int) and exponent >= -18


def figure(value: Decimal, places: int) -> str:
    """A number for reading, half up to so many places; the host's own decimal context has no say in it."""
    return format(value.quantize(Decimal((0, (1,), -places)), context=_FIGURE), "f")


def share(value: Decimal, places: int | None = None) -> str:
    """A part of 1 for reading, in percent, with so many digits or all it has: 0.125 is 12.5%."""
    percent = value.scaleb(2, context=_FIGURE)
    return f"{percent.normalize(_FIGURE):f}%" if places is None else f"{figure(percent, places)}%"


@frozen
class Exact:
    """`top` over `bottom`, `bottom` above zero; every method gives a new, still exact quotient."""

    top: Decimal
    bottom: Decimal = _ONE

    def plus(self, amount: Decimal) -> Exact:
        """The sum with a decimal."""
        return Exact(EXACT.fma(amount, self.bottom, self.top), self.bottom)

    def times(self, factor: Decimal) -> Exact:
        """The product with a decimal."""
        return Exact(EXACT.multiply(self.top, factor), self.bottom)

    def over(self, divisor: Decimal) -> Exact:
        """The quotient by a decimal above zero."""
        return Exact(self.top, EXACT.multiply(self.bottom, divisor))

    def compare(self, amount: Decimal) -> int:
        """-1, 0 or 1: below, equal to or above `amount`."""
        right = EXACT.multiply(amount, self.bottom)
        return (self.top > right) - (self.top < right)

    def below(self, other: Exact) -> bool:
        """Whether this is smaller than the other quotient."""
        return EXACT.multiply(self.top, other.bottom) < EXACT.multiply(other.top, self.bottom)

    def grid(self, unit: Decimal, offset: Decimal) -> tuple[int, bool]:
        """The largest k with k·unit + offset ≤ this, and whether the two are equal; `unit` above zero."""
        top = EXACT.subtract(self.top, EXACT.multiply(offset, self.bottom))
        whole, rest = EXACT.divmod(top, EXACT.multiply(unit, self.bottom))
        k = int(whole)
        return (k, True) if not rest else (k - 1 if rest < 0 else k, False)

    @property
    def value(self) -> Decimal:
        """The quotient to 34 digits: for reading, never for deciding."""
        return MONEY_CONTEXT.divide(self.top, self.bottom)
