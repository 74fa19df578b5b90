"""One variant on its way through the stages: what it knows, what it notes, and how it is held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import define, field

from storesync.issues import Issue, Severity
from storesync.model import Money, Product, Supply, Variant
from storesync.pricing.exact import Exact
from storesync.pricing.importtax import ImportTax
from storesync.pricing.policy import Policy
from storesync.pricing.rate import Route, Snapshot
from storesync.pricing.trace import Entry

__all__ = ["Held", "Walk"]


_ONE = Decimal(1)
_NOTHING = Exact(Decimal(0))


class Held(Exception):
    """A stage cannot go on: the price stays as it is in the shop. Never leaves this room."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(str(issue))
        self.issue = issue


@define(kw_only=True)
class Walk:
    """The state of one pricing: the inputs, the exact amount so far, the stages done and findings.

    `at_import` is the tax that we bear at the border, on the customs value `value`.
    """

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
    entries: list[Entry] = field(factory=list)
    issues: list[Issue] = field(factory=list)
    warned: bool = False
    ways: dict[str, Route] = field(factory=dict)
    value: Exact | None = None
    at_import: ImportTax | None = None

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

    def money(self, amount: Decimal) -> str:
        """An amount in the currency that this price has, for a sentence."""
        return f"{amount:f} {self.policy.currency}"

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
        self.entries.append(("base", money.amount, _ONE, self.currency, detail, "", "", ""))

    def step(
        self,
        stage: str,
        amount: Exact,
        detail: str,
        *,
        currency: str = "",
        source: str = "",
        snapshot: str = "",
    ) -> None:
        """One stage was done: the amount after it, exact, and what it used."""
        if currency:
            self.currency = currency
        self.entries.append((stage, amount.top, amount.bottom, self.currency, detail, source, snapshot, ""))
        self.amount = amount

    def add(self, words: str) -> None:
        """More to say of the stage that was done last."""
        stage, value, bottom, code, detail, *rest = self.entries[-1]
        source, snapshot, rounding = rest
        self.entries[-1] = (stage, value, bottom, code, f"{detail}; {words}", source, snapshot, rounding)

    def settle(self, stage: str, value: Decimal, detail: str, rounding: str = "") -> None:
        """A stage that ends on an exact decimal: rounding, guards."""
        self.entries.append((stage, value, _ONE, self.currency, detail, "", "", rounding))
        self.amount = Exact(value)
