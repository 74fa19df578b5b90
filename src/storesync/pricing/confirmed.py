"""A price that a person let through although it moves further than its policy lets one run move it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from storesync.model import Money
from storesync.pricing.exact import EXACT

__all__ = ["Confirmed"]


@frozen(kw_only=True)
class Confirmed:
    """One move of one price, from the live price `before` to `after`, and why: it counts while `before` is live."""

    before: Money
    after: Money
    reason: str
    at: datetime
    by: str = ""

    def lets(self, live: Money, amount: Decimal, most: Decimal) -> bool:
        """Whether the price may become `amount`: this move is meant, or one that lies within the share `most` of it."""
        apart = EXACT.subtract(amount, self.after.amount).copy_abs()
        return self.before == live and apart <= EXACT.multiply(self.after.amount, most)

    def __str__(self) -> str:
        who = f" by {self.by}" if self.by else ""
        return f"{self.before} → {self.after} confirmed{who} on {self.at:%Y-%m-%d}: {self.reason}"
