"""The catalog against one channel without asking the market: every finding before anything is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from storesync.catalog import Read, Source
from storesync.driver import Driver
from storesync.engine.channeltexts import ChannelTexts, grouped
from storesync.engine.preparer import ChannelPreparer
from storesync.issues import Issue, Severity, counted
from storesync.model import Category, CategoryKey
from storesync.plan import Held
from storesync.pricing.aim import Aims, crossed_out
from storesync.state import Store, assets

__all__ = ["Checked", "check", "seen", "unsent"]


@frozen(kw_only=True)
class Checked:
    """What a check found. `unread` counts products whose category document was never read from the market."""

    channel: str
    products: int = 0
    ready: int = 0
    held: tuple[Held, ...] = ()
    not_offered: tuple[Held, ...] = ()
    unread: int = 0
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])

    @property
    def ok(self) -> bool:
        """Whether nothing is held back."""
        return not self.held and not any(issue.severity is Severity.ERROR for issue in self.issues)

    def __str__(self) -> str:
        counts = f"{self.ready} ready, {len(self.held)} held back, {len(self.not_offered)} not offered"
        lines = [f"{self.channel}: {counted(self.products, 'product')}, {counts}"]
        told = {issue for one in self.held for issue in one.issues}
        lines += [f"  held {one.key}: {one.reason}" for one in self.held]
        lines += [f"  {issue.severity.value} {issue}" for issue in self.issues if issue not in told]
        return "\n".join(lines)


async def check(store: Store, preparer: ChannelPreparer, source: Source, texts: ChannelTexts) -> Checked:
    """Prepare every product by what the state knows of the market."""
    channel, driver, shop = preparer.settings.channel, preparer.driver, preparer.shop
    known: dict[str, Category | None] = {}
    aims = Aims(channel.name, preparer.books)
    products = ready = unread = 0
    held: list[Held] = []
    not_offered: list[Held] = []
    issues: list[Issue] = [*unsent(preparer)]
    await texts.begin()
    async for read in _at_hand(seen(source.products(), aims), texts):
        issues += read.others
        if not read.key:
            continue
        products += 1
        if read.product is None:
            said = read.errors[0].message if read.errors else "held back"
            held.append(Held(key=read.key, title="", reason=said, issues=read.errors))
            continue
        product = read.product
        id_ = preparer.category_id(product)
        if id_ not in known:
            known[id_] = await _category(store, channel.name, driver, id_)
        prepared = preparer.prepare(product, shop, known[id_], _NO_OFFERS, {}, ())
        issues += prepared.issues
        title = product.text.title
        if not prepared.offered:
            not_offered.append(Held(key=product.key, title=title, reason=prepared.reason))
            issues += read.errors
        elif prepared.needs:
            unread += 1
        elif prepared.held:
            errors = prepared.issues.errors
            held.append(Held(key=product.key, title=title, reason=errors[0].message, issues=errors))
        else:
            ready += 1
    issues += aims.missed()
    return Checked(
        channel=channel.name,
        products=products,
        ready=ready,
        held=tuple(held),
        not_offered=tuple(not_offered),
        unread=unread,
        issues=tuple(dict.fromkeys(issues)),
    )


def unsent(preparer: ChannelPreparer) -> tuple[Issue, ...]:
    """What the policies make and the channel never gets: a compare-at price where its driver sends none."""
    spec = preparer.driver.spec
    if spec.compare_at:
        return ()
    return tuple(crossed_out(preparer.settings.channel.name, spec.title, preparer.books))


def seen(reads: Iterable[Read], aims: Aims) -> Iterator[Read]:
    """The same reads, while the aims of refinements look at each product that passes."""
    for read in reads:
        if read.key or read.incomplete:
            aims.see(read.product)
        yield read


async def _at_hand(reads: Iterable[Read], texts: ChannelTexts) -> AsyncIterator[Read]:
    for group in grouped(reads):
        await texts.recall(group)
        for read in group:
            yield read


_NO_OFFERS: Mapping[str, Any] = {}


async def _category(store: Store, channel: str, driver: Driver[Any, Any], id_: str) -> Category | None:
    if not id_:
        return None
    if driver.category is None:
        return Category(id_)
    kept = await store.read(lambda db: assets.category(db, channel, CategoryKey(id_)))
    return kept[0] if kept is not None else None
