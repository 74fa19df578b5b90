"""What one run may change before a person must say why."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from attrs import frozen

from storesync.errors import PlanError
from storesync.issues import nearest

__all__ = ["GUARDS", "Guard", "GuardLimits", "refuse_unknown_guards"]

GUARDS: Final = (
    "account",
    "end",
    "empty source",
    "first contact",
    "hidden",
    "mass change",
    "mass stock",
    "price range",
    "price swing",
    "removed",
    "sold out",
    "stock jump",
    "touched",
    "vanished",
    "zero price",
)
"""All guards; those of account, end and first contact stand in a plan only when they have something to say."""


def refuse_unknown_guards(names: Iterable[str]) -> None:
    """PlanError for the first name that no guard has."""
    for name in names:
        if name not in GUARDS:
            raise PlanError(f"there is no guard {name!r} to give a reason for; {nearest(name, GUARDS)}")


@frozen(kw_only=True)
class Guard:
    """A limit, what was measured against it, and whether it tripped; one that cannot be measured trips."""

    name: str
    limit: str
    measured: str
    tripped: bool
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.measured} (limit {self.limit})"


@frozen(kw_only=True)
class GuardLimits:
    """How much one run may change before a person must say why; shares are of the listings now live.

    `floor` listings may always change, so that small shops are not stopped by one product; no more than a quarter of
    a small shop may leave it. `stock_jump` is how
    many times the stock of one SKU may grow, and how many times the largest stock of the shop a new one may have;
    where no stock is known yet, `stock_new` pieces. `price_range` is how many times a new listing may cost more, or
    less, than everything now live. Of the SKUs on stock `sold_out` is the share that may run out at once, `mass_stock`
    the share that may grow by more than `mass_growth` times, `removed` the share that may leave listings which stay;
    `mass_change` is the share of the live prices that may move by more than `mass_move`.
    A price that lies `outlier` times above or below the median of its category is held.
    """

    hidden: Decimal = Decimal("0.2")
    touched: Decimal = Decimal("0.5")
    sold_out: Decimal = Decimal("0.5")
    removed: Decimal = Decimal("0.2")
    price_swing: Decimal = Decimal("0.3")
    price_range: Decimal = Decimal(20)
    stock_jump: Decimal = Decimal(20)
    stock_new: int = 100_000
    mass_change: Decimal = Decimal("0.3")
    mass_move: Decimal = Decimal("0.05")
    mass_stock: Decimal = Decimal("0.3")
    mass_growth: Decimal = Decimal(5)
    outlier: Decimal = Decimal(10)
    floor: int = 3

    def few(self, live: int) -> int:
        """How many of `live` listings may always leave a shop: `floor`, but no more than a quarter, and one at least."""
        return min(self.floor, max(1, live // 4))
