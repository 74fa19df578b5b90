"""The fewest calls that a change of the catalog takes on a platform, counted from its rules and never from the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from attrs import frozen

from storesync.testing.profile import Profile
from storesync.testing.wanted import Item

__all__ = ["Fewest"]

Right = Callable[[Decimal], Decimal]


@frozen(kw_only=True)
class Fewest:
    """What each change costs on one platform, in calls.

    `shop` is a look at one that nobody knows, with the documents of its category; `steps` lists a product. Other words,
    or another picture, take `text`; a SKU more takes `more`, and `second` in a listing that was sold as a whole.
    Prices and stock of a listing are a call each, whatever the number of its SKUs, and one where they go `together`; one
    more where the stock of one SKU must wait for its price and that of another one must not.
    """

    shop: int
    steps: Callable[[Item, Profile], int]
    text: int = 1
    more: int = 1
    second: int = 1
    pictures: bool = False
    together: Callable[[Profile], bool] = lambda profile: False

    def listed(self, items: Iterable[Item], profile: Profile) -> int:
        """To list these products in a new shop."""
        some = list(items)
        return self.shop + self._uploads(some, set()) + sum(self.steps(item, profile) for item in some)

    def moved(
        self, before: Mapping[str, Item], after: Mapping[str, Item], profile: Profile, right: Right
    ) -> int:
        """To bring a shop from one catalog to the next; `right` is what a price is shown as."""
        shown = {key: item for key, item in before.items() if item.offered}
        wanted = {key: item for key, item in after.items() if item.offered}
        known = {item.picture for item in shown.values()}
        count = self._uploads(wanted.values(), known)
        count += sum(key not in wanted for key in shown)  # taken off sale, one by one
        for key, item in wanted.items():
            old = shown.get(key)
            count += self.steps(item, profile) if old is None else self._changed(old, item, profile, right)
        return count

    def _uploads(self, items: Iterable[Item], known: set[int]) -> int:
        return len({item.picture for item in items} - known) if self.pictures else 0

    def _changed(self, old: Item, new: Item, profile: Profile, right: Right) -> int:
        both = old.offers.keys() & new.offers.keys()
        prices = any(right(old.offers[sku][0]) != right(new.offers[sku][0]) for sku in both)
        stock = any(old.offers[sku][1] != new.offers[sku][1] for sku in both)
        moves = [(old.offers[sku], new.offers[sku]) for sku in both]
        # What was sold out comes back with its new price, and what is fewer does not wait for that: two calls.
        back = any(was == 0 < now and right(cost) != right(asked) for (cost, was), (asked, now) in moves)
        twice = back and any(now < was for (_, was), (_, now) in moves)
        count = max(prices, stock) if self.together(profile) else prices + stock + twice
        if new.offers.keys() - old.offers.keys():
            return count + (self.second if len(old.offers) == 1 else self.more)
        return count + (self.text if _document(old) != _document(new) else 0)


def _document(item: Item) -> tuple[str, int, int]:
    return item.title, item.words, item.picture
