"""How a price may end: whole steps of a currency, and endings that a market is used to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from storesync.pricing.exact import EXACT, Exact, exact

__all__ = ["Ending", "Mode"]

Mode = Literal["up", "down", "nearest"]


def _endings(values: Iterable[Decimal | int | str]) -> tuple[Decimal, ...]:
    return tuple(exact(value) for value in values)


@frozen
class Ending:
    """The amounts k·modulus + ending, and which of them is taken for an amount between two.

    `up` never gives less and `down` never more than the amount; `nearest` takes the higher one on a tie. An
    amount that ends right already stays, unless `inclusive` is False. A currency step is an ending of 0.
    """

    modulus: Decimal = field(converter=exact)
    endings: tuple[Decimal, ...] = field(converter=_endings)
    mode: Mode = "up"
    inclusive: bool = True

    @classmethod
    def step(cls, size: Decimal | int | str, mode: Mode = "nearest") -> Ending:
        """Whole multiples of `size`."""
        return cls(exact(size), (Decimal(0),), mode)

    def problems(self, step: Decimal | None = None) -> tuple[str, ...]:
        """What contradicts itself here, or contradicts the currency's `step`; empty when nothing does."""
        if self.modulus <= 0:
            return (f"modulus {self.modulus:f} is not above zero",)
        found = [] if self.endings else ["no ending is given"]
        if self.mode not in ("up", "down", "nearest"):
            found.append(f"mode {self.mode!r} is none of up, down, nearest")
        found += [
            f"ending {ending:f} does not lie between 0 and the modulus {self.modulus:f}"
            for ending in self.endings
            if not 0 <= ending < self.modulus
        ]
        if step is not None and step > 0:
            found += [
                f"{name} {value:f} is no multiple of the step {step:f}"
                for name, value in (("modulus", self.modulus), *(("ending", e) for e in self.endings))
                if EXACT.remainder(value, step) != 0
            ]
        return tuple(found)

    def neighbors(self, amount: Exact) -> tuple[Decimal | None, Decimal]:
        """The candidates above zero at or below `amount` (None when there is none) and at or above it."""
        below: Decimal | None = None
        above: Decimal | None = None
        for ending in self.endings:
            k, same = amount.grid(self.modulus, ending)
            low, high = (k, k if same else k + 1) if self.inclusive else (k - 1 if same else k, k + 1)
            under = EXACT.fma(Decimal(low), self.modulus, ending)
            high = max(high, 0 if ending > 0 else 1)
            over = EXACT.fma(Decimal(high), self.modulus, ending)
            if under > 0 and (below is None or under > below):
                below = under
            if above is None or over < above:
                above = over
        if above is None:
            raise ValueError("an ending without endings has no candidates")
        return below, above

    def apply(self, amount: Exact, mode: Mode | None = None) -> Decimal | None:
        """The amount that ends right; None when `down` would reach zero."""
        below, above = self.neighbors(amount)
        chosen = mode or self.mode
        if chosen == "up":
            return above
        if chosen == "down":
            return below
        if below is None:
            return above
        # Twice the amount against the sum of both neighbors: no half is ever computed.
        return below if amount.times(Decimal(2)).compare(EXACT.add(below, above)) < 0 else above

    def __str__(self) -> str:
        ends = "/".join(f"{ending:f}" for ending in self.endings)
        edge = "" if self.inclusive else ", never itself"
        return f"{self.mode} to {ends} of each {self.modulus:f}{edge}"
