"""What a marketplace keeps of a price, and the price that leaves a wanted amount after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cmp_to_key

from attrs import field, frozen
from attrs.converters import optional

from storesync.pricing.exact import EXACT, Exact, exact

__all__ = ["Fee", "FeePlan"]

_ZERO = Decimal(0)
_ONE = Decimal(1)


@frozen(kw_only=True)
class Fee:
    """`rate` of the price, at most `cap`, plus `fixed`, both in the market's currency.

    Fees change several times a year, so each can end: after `valid_until` the policy refuses.
    """

    name: str
    rate: Decimal = field(default=_ZERO, converter=exact)
    cap: Decimal | None = field(default=None, converter=optional(exact))
    fixed: Decimal = field(default=_ZERO, converter=exact)
    valid_until: date | None = None

    def at(self, price: Decimal) -> Decimal:
        """What the market keeps of `price`, unrounded."""
        share = EXACT.multiply(price, self.rate)
        return EXACT.add(share if self.cap is None else min(share, self.cap), self.fixed)

    def problems(self) -> tuple[str, ...]:
        """What no fee can be."""
        found = []
        if not 0 <= self.rate < 1:
            found.append(f"the rate {self.rate:f} of fee {self.name!r} does not lie between 0 and 1")
        if self.cap is not None and self.cap < 0:
            found.append(f"the cap {self.cap:f} of fee {self.name!r} is below zero")
        if self.fixed < 0:
            found.append(f"the fixed part {self.fixed:f} of fee {self.name!r} is below zero")
        return tuple(found)

    def words(self, currency: str) -> str:
        """The fee in words; its amounts are in this currency."""
        cap = "" if self.cap is None else f" (at most {self.cap:f} {currency})"
        fixed = f" + {self.fixed:f} {currency}" if self.fixed else ""
        until = f" until {self.valid_until}" if self.valid_until else ""
        return f"{self.name} {self.rate:f}{cap}{fixed}{until}"


def _reached_first(one: Fee, other: Fee) -> int:
    """Below zero when a growing price reaches the cap of `one` first: cap over rate, compared without a quotient."""
    left = EXACT.multiply(one.cap or _ZERO, other.rate)
    right = EXACT.multiply(other.cap or _ZERO, one.rate)
    return (left > right) - (left < right)


@frozen
class FeePlan:
    """Fees, sorted out once: for every set of caps that a price can reach, the open rate and what is fixed.

    Caps are reached one after the other as the price grows, the smallest cap per rate first.
    """

    cases: tuple[tuple[Decimal, Decimal], ...]

    @classmethod
    def of(cls, fees: Sequence[Fee]) -> FeePlan:
        """The plan of these fees."""
        rate, fixed = _ZERO, _ZERO
        capped: list[Fee] = []
        for fee in fees:
            rate, fixed = EXACT.add(rate, fee.rate), EXACT.add(fixed, fee.fixed)
            if fee.cap is not None and fee.rate > 0:
                capped.append(fee)
        cases = [(rate, fixed)]
        for fee in sorted(capped, key=cmp_to_key(_reached_first)):
            rate, fixed = EXACT.subtract(rate, fee.rate), EXACT.add(fixed, fee.cap or _ZERO)
            cases.append((rate, fixed))
        return cls(tuple(cases))

    def gross_up(
        self, wanted: Exact, *, share: Decimal = _ZERO, tax: tuple[Decimal, Decimal] = (_ONE, _ONE)
    ) -> Exact | None:
        """The smallest price that leaves `wanted` after the fees, a further uncapped `share`, and its tax.

        `tax` is (a, b) where the price is a/b times the price before tax. Capped fees make the equation
        piecewise linear: each case has a closed form, and the true price is the smallest of them. None when
        fees, share and tax eat the whole price.
        """
        gross, net = tax
        best: Exact | None = None
        for rate, fixed in self.cases:
            left = EXACT.subtract(net, EXACT.multiply(gross, EXACT.add(rate, share)))
            if left <= 0:
                continue
            price = (wanted.plus(fixed) if fixed else wanted).times(gross).over(left)
            if best is None or price.below(best):
                best = price
        return best
