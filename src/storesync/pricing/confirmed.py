"""A price that a person let through although it moves further than its policy lets one run move it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from storesync.model import Money

__all__ = ["Confirmed"]


@frozen(kw_only=True)
class Confirmed:
    """One move of one price, from the live price `before` to `after`, and why.

    It counts for exactly this move, while `before` is live: any other price meets the guards as if nothing were said.
    """

    before: Money
    after: Money
    reason: str
    at: datetime
    by: str = ""

    def lets(self, live: Money, amount: Decimal) -> bool:
        """Whether this is the move that is meant: from this live price to `amount`."""
        return self.before == live and self.after.amount == amount

    def __str__(self) -> str:
        who = f" by {self.by}" if self.by else ""
        return f"{self.before} → {self.after} confirmed{who} on {self.at:%Y-%m-%d}: {self.reason}"
