"""The market's rule documents of categories: read once, kept for a week, and asked for again after that."""

from __future__ import annotations

from datetime import timedelta

from attrs import define, field

from storesync.engine.channel import OpenChannel
from storesync.engine.events import warned
from storesync.engine.flows import run
from storesync.errors import Denied, Fault, Transient
from storesync.model import Category, CategoryKey
from storesync.state import assets

__all__ = ["Categories", "key_id"]
_CATEGORY_AGE = timedelta(days=7)  # a market's rule document is read again after that

CategoryKeyId = tuple[str, tuple[tuple[str, str], ...]]


def key_id(key: CategoryKey) -> CategoryKeyId:
    """Names a document: the category, and the values that it was fetched for."""
    return key.id, tuple(sorted(key.chosen.items()))


@define
class Categories:
    """The category documents of one channel during one reading, and why some of them cannot be read."""

    channel: OpenChannel
    faults: dict[CategoryKeyId, Fault] = field(factory=dict)
    _known: dict[CategoryKeyId, Category | None] = field(factory=dict)
    _down: Fault | None = None

    async def of(self, key: CategoryKey) -> Category | None:
        """A document: from this reading, from the state while it is fresh, else from the market; None without any.

        Denied when the market refuses the account itself.
        """
        name, channel = key_id(key), self.channel
        if name in self._known:
            return self._known[name]
        flow = channel.driver.category
        found: Category | None
        if flow is None:
            found = Category(key.id)
        else:
            kept = await channel.store.read(lambda db: assets.category(db, channel.name, key))
            found = kept[0] if kept is not None else None
            if kept is None and self._down is not None:
                # Nobody is there: asking for each category anew would take minutes to say the same.
                self.faults[name] = self._down
            elif self._down is None and (kept is None or channel.env.now() - kept[1] > _CATEGORY_AGE):
                try:
                    fresh: Category = await run(channel, flow(channel.shop, key))
                except Fault as fault:
                    if kept is None and isinstance(fault, Denied):
                        raise  # about the account, not about this category: whoever plans must be told
                    self.faults[name] = fault
                    if isinstance(fault, Transient):
                        self._down = fault
                    warned("category.unreadable", channel=channel.name, category=key.id, fault=str(fault))
                else:
                    found, at = fresh, channel.env.now()
                    await channel.store.write(
                        lambda db: assets.keep_category(db, channel.name, key, fresh, at)
                    )
        self._known[name] = found
        return found
