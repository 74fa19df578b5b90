"""Duty, consumption tax and VAT at import: three figures, each with its source, and what they make of a value."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from storesync.model import Money, minor_digits
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.taxpack import Estimate, Figure, charge, weakest

__all__ = ["ImportTax"]

_ONE = Decimal(1)


@frozen(kw_only=True)
class ImportTax:
    """What is taken of the value at the border; `consumption` only where a line is reached or the policy says so."""

    regime: str
    duty: Figure
    vat: Figure
    consumption: Figure | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Everything it is made of."""
        return (self.duty, *((self.consumption,) if self.consumption else ()), self.vat)

    def taxed(self, value: Exact) -> Exact:
        """The value with all of it, unrounded: (value + duty) / (1 - c) * (1 + v)."""
        if self.duty.value:
            value = value.times(EXACT.add(_ONE, self.duty.value))
        if self.consumption is not None:
            value = value.over(EXACT.subtract(_ONE, self.consumption.value))
        if self.vat.value:
            value = value.times(EXACT.add(_ONE, self.vat.value))
        return value

    def estimate(self, value: Money, *, included: bool = False) -> Estimate:
        """Each part on a customs value, rounded half up to the currency's minor unit.

        `included` says that the seller bears it and the price covers it.
        """
        code, digits = value.currency, minor_digits(value.currency)
        exact = Exact(value.amount)
        composed = exact.times(EXACT.add(_ONE, self.duty.value))
        charges = [charge("duty", exact.times(self.duty.value), code, digits)]
        if self.consumption is not None:
            composed = composed.over(EXACT.subtract(_ONE, self.consumption.value))
            charges.append(charge("consumption tax", composed.times(self.consumption.value), code, digits))
        charges.append(charge("VAT", composed.times(self.vat.value), code, digits))
        return Estimate(
            regime=self.regime,
            value=value,
            charges=tuple(charges),
            figures=self.figures,
            high_end=self.consumption is not None and self.consumption.name == "high_end_rate",
            confidence=weakest(self.figures),
            included=included,
        )

    def __str__(self) -> str:
        parts = [f"duty {self.duty.share}"]
        if self.consumption is not None:
            parts.append(f"consumption tax {self.consumption.share}")
        return ", ".join((*parts, f"VAT {self.vat.share}"))
