"""What is offered and goes out all the same only in part, or not at all, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from storesync.issues import Issue
from storesync.model import frozen_map

__all__ = ["Held"]

_NAMED = 3  # SKUs of one listing whose live price is told


@frozen(kw_only=True)
class Held:
    """A listing that is offered on this channel but held back, or not offered at all, and why.

    With `stays`, the last prices by SKU, only these prices are held: `waits` says what would put it, or a SKU that is
    sold out, back on sale at such a price. `goes` says what of the listing goes out all the same; without `stays` these
    are prices and stock beside a document that is held, and `waits` is what the market takes with that document alone.
    """

    key: str
    title: str
    reason: str
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    stays: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    goes: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    waits: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    def words(self, told: Callable[[str], str] = str) -> str:
        """What stays and what goes out: `live price 239.00 CNY stays; stock 240 → 0 goes out`; empty when all is held.

        `told` writes a price for people.
        """
        missing = "a price" if self.stays else "the new content"
        rest = (
            *(f"{what} goes out" for what in self.goes),
            *(f"{what} waits for {missing}" for what in self.waits),
        )
        if not self.stays:
            return "; ".join(("live content stays", *rest)) if rest else ""
        some = [(sku, told(price)) for sku, price in self.stays.items()]
        if len({price for _, price in some}) == 1:
            said = f"live price {some[0][1]} stays"
        else:
            more = f" and {len(some) - _NAMED} more" if len(some) > _NAMED else ""
            said = f"live prices stay ({', '.join(' '.join(one) for one in some[:_NAMED])}{more})"
        return "; ".join((said, *rest))

    def __str__(self) -> str:
        words = f"{self.words()}: " if self.words() else ""
        return f"{'price held' if self.stays else 'held '}  {self.key}  {self.title}: {words}{self.reason}"
