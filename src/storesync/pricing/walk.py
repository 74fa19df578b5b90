"""One variant on its way through the stages: what it knows, what it notes, and how it is held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import define, field

from storesync.issues import Issue, Severity
from storesync.model import Money, Product, Supply, Variant
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.policy import Policy
from storesync.pricing.rate import Snapshot
from storesync.pricing.trace import Step

__all__ = ["Held", "Walk"]


_NOTHING = Exact(Decimal(0))


class Held(Exception):
    """A stage cannot go on: the price stays as it is in the shop. Never leaves this room."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(str(issue))
        self.issue = issue


@define(kw_only=True)
class Walk:
    """The state of one pricing: the inputs, the exact amount so far, the steps and findings."""

    policy: Policy
    product: Product
    sku: str
    market: str
    rates: Snapshot
    environment: str
    today: date
    supply: Supply
    variant: Variant | None
    amount: Exact = _NOTHING
    currency: str = ""
    shown: Money | None = None
    steps: list[Step] = field(factory=list)
    issues: list[Issue] = field(factory=list)
    warned: bool = False

    def finding(
        self, code: str, stage: str, message: str, hint: str = "", severity: Severity = Severity.ERROR
    ) -> Issue:
        """An issue that names policy, stage and variant."""
        return Issue(
            code,
            f"{self.product.key}/variants/{self.sku}/price/{self.market}",
            f"policy {self.policy.name!r}, stage {stage!r}, variant {self.sku}: {message}",
            severity,
            hint,
            self.product.at if code in ("price.missing", "price.cost_missing") else self.policy.at,
        )

    def warn(self, code: str, stage: str, message: str, hint: str = "") -> None:
        """A finding that holds nothing."""
        self.issues.append(self.finding(code, stage, message, hint, Severity.WARNING))

    def note(self, code: str, stage: str, message: str, hint: str = "") -> None:
        """A finding worth a line in the report."""
        self.issues.append(self.finding(code, stage, message, hint, Severity.NOTE))

    def hold(self, code: str, stage: str, message: str, hint: str = "") -> Held:
        """What to raise where the price cannot be made."""
        return Held(self.finding(code, stage, message, hint))

    def start(self, money: Money, detail: str) -> None:
        """The first step: the amount everything begins with."""
        self.amount = Exact(money.amount)
        self.currency = money.currency
        self.shown = money
        self.steps.append(Step(stage="base", before=None, after=money, detail=detail))

    def step(
        self, stage: str, amount: Exact, detail: str, *, currency: str = "", source: str = "", rate: str = ""
    ) -> None:
        """One stage was done: the amount after it, exact, and what it used."""
        if amount is self.amount and not currency:
            after = self.shown
        else:
            self.currency = currency or self.currency
            after = Money(amount.value, self.currency)
        self.steps.append(
            Step(stage=stage, before=self.shown, after=after, detail=detail, source=source, rate=rate)
        )
        self.amount, self.shown = amount, after

    def settle(self, stage: str, value: Decimal, detail: str, rounding: str = "") -> None:
        """A stage that ends on an exact decimal: rounding, guards."""
        unit = Decimal((0, (1,), -self.policy.price_digits))
        after = Money(value.quantize(unit, context=EXACT), self.currency)
        self.steps.append(Step(stage=stage, before=self.shown, after=after, detail=detail, rounding=rounding))
        self.amount, self.shown = Exact(value), after
