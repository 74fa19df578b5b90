"""How a price came to be, stage by stage, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeAlias

from attrs import field, frozen

from storesync.model import Money, minor_digits
from storesync.pricing.declared import Declared
from storesync.pricing.exact import Exact
from storesync.pricing.rate import Rate
from storesync.pricing.taxpack import Estimate

__all__ = ["Entry", "Step", "Trace"]

_SHOWN = Decimal("0.000001")
# Only for print: no price is computed in it.
_SHOW = Context(prec=60, rounding=ROUND_HALF_EVEN)


def _shown(money: Money) -> str:
    value = money.amount
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        value = value.quantize(_SHOWN, context=_SHOW)
    return f"{value:f} {money.currency}"


@frozen(kw_only=True)
class Step:
    """One stage: the amount before and after it, and everything it used.

    Amounts are to 34 digits; the price itself is computed on exact quotients. `source` says where the numbers of
    this stage come from, `snapshot` is the id of the rates it cites and `rates` are those of them that it used,
    with their days and times; `rounding` says how it rounded, if it did.
    """

    stage: str
    before: Money | None
    after: Money | None
    detail: str = ""
    source: str = ""
    snapshot: str = ""
    rates: tuple[Rate, ...] = ()
    rounding: str = ""

    def document(self) -> dict[str, Any]:
        """The step as JSON; money as text, absent parts left out."""
        full: dict[str, Any] = {
            "stage": self.stage,
            "before": "" if self.before is None else str(self.before),
            "after": "" if self.after is None else str(self.after),
            "detail": self.detail,
            "source": self.source,
            "snapshot": self.snapshot,
            "rates": [rate.document() for rate in self.rates],
            "rounding": self.rounding,
        }
        return {key: value for key, value in full.items() if value}

    def __str__(self) -> str:
        before = "" if self.before is None else _shown(self.before)
        after = "-" if self.after is None else _shown(self.after)
        notes = [self.detail, self.rounding, self.source, *(rate.times for rate in self.rates)]
        notes.append(f"rates {self.snapshot}" if self.snapshot else "")
        return f"{self.stage:<12} {before:>28} → {after:<28} {' · '.join(n for n in notes if n)}".rstrip()


# Stage, numerator and denominator after it, currency, detail, source, rate snapshot, rounding. A run keeps a
# trace per price: flat tuples, which the garbage collector soon forgets, made into steps when they are read.
Entry: TypeAlias = tuple[str, Decimal, Decimal, str, str, str, str, str]


def _steps(entries: tuple[Entry, ...], digits: int, rates: tuple[Rate, ...]) -> Iterator[Step]:
    before: Money | None = None
    for stage, top, bottom, currency, detail, source, snapshot, rounding in entries:
        after = _money(Exact(top, bottom), currency, digits)
        yield Step(
            stage=stage,
            before=before,
            after=after,
            detail=detail,
            source=source,
            snapshot=snapshot,
            rates=rates if snapshot else (),
            rounding=rounding,
        )
        before = after


def _money(amount: Exact, currency: str, digits: int) -> Money:
    value = amount.value
    unit = Decimal((0, (1,), -min(digits, minor_digits(currency))))
    whole = value.quantize(unit, context=_SHOW)
    return Money(whole if whole == value else value, currency)


@frozen(kw_only=True)
class Trace:
    """Every stage of one price, the compare-at price's own stages, and what the buyer's tax depends on.

    `rates` are those that converted it. `digits` is how many digits a finished price has; amounts on the way carry
    up to 34.
    """

    sku: str
    market: str
    policy: str
    digits: int = 0
    rates: tuple[Rate, ...] = ()
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    list_entries: tuple[Entry, ...] = field(default=(), repr=False)
    declared: tuple[Declared, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The stages of the price, in order."""
        return tuple(_steps(self.entries, self.digits, self.rates))

    @property
    def list_steps(self) -> tuple[Step, ...]:
        """The stages of the compare-at price; empty when none was asked for."""
        return tuple(_steps(self.list_entries, self.digits, self.rates))

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """What the buyer will probably pay on top; no price depends on it."""
        return tuple(declared.estimate for declared in self.declared)

    def stage(self, name: str) -> Step:
        """The last step of this stage; KeyError when the price never came so far."""
        for step in reversed(self.steps):
            if step.stage == name:
                return step
        raise KeyError(name)

    def document(self) -> dict[str, Any]:
        """The trace as JSON; money as text."""
        return {
            "sku": self.sku,
            "market": self.market,
            "policy": self.policy,
            "steps": [step.document() for step in self.steps],
            "list_steps": [step.document() for step in self.list_steps],
            "estimates": [estimate.document() for estimate in self.estimates],
        }

    def __str__(self) -> str:
        head = f"{self.sku} · {self.market} · policy {self.policy}"
        lines = [head, *(f"  {step}" for step in self.steps)]
        if self.list_entries:
            lines += ["  compare-at:", *(f"    {step}" for step in self.list_steps)]
        lines += [f"  {estimate}" for estimate in self.estimates]
        return "\n".join(lines)
