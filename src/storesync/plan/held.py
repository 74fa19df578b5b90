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

    With `stays`, the last prices by SKU, these prices are held: `waits` says what would put it, or a SKU that is sold
    out, back on sale at such a price. `uncounted` are the last stocks by SKU where the live one stays. With `content` the
    document of what is there is held, too, or alone: `follows` says which prices and stock the market takes with that
    alone. `goes` says what of the listing goes out all the same.
    """

    key: str
    title: str
    reason: str
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    stays: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    uncounted: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    goes: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    waits: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    content: bool = False
    follows: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    def words(self, told: Callable[[str], str] = str) -> str:
        """What stays and what goes out: `live price 239.00 CNY stays; stock 240 → 0 goes out`; empty when all is held.

        `told` writes a price for people.
        """
        rest = (
            *(f"{what} goes out" for what in self.goes),
            *(f"{what} waits for a {'price' if self.stays else 'stock'}" for what in self.waits),
            *(f"{what} waits for the new content" for what in self.follows),
        )
        stays = _live("price", {sku: told(price) for sku, price in self.stays.items()})
        stocks = _live("stock", self.uncounted)
        content = "live content stays" if self.content and (rest or stays or stocks) else ""
        return "; ".join(filter(None, (content, stays, stocks, *rest)))

    @property
    def price_only(self) -> bool:
        """Whether nothing but prices is held."""
        return bool(self.stays) and not self.content

    def __str__(self) -> str:
        words = f"{self.words()}: " if self.words() else ""
        return (
            f"{'price held' if self.price_only else 'held '}  {self.key}  {self.title}: {words}{self.reason}"
        )


def _live(what: str, values: Mapping[str, str]) -> str:
    """What stays, by SKU, for people; empty when nothing does."""
    some = list(values.items())
    if len(set(values.values())) == 1:
        return f"live {what} {some[0][1]} stays"
    more = f" and {len(some) - _NAMED} more" if len(some) > _NAMED else ""
    return f"live {what}s stay ({', '.join(' '.join(one) for one in some[:_NAMED])}{more})" if some else ""
