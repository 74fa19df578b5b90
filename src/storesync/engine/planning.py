"""What is wanted, compared with what is there: a plan, made without touching the market's listings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

from attrs import define, evolve, field
from sqlalchemy import Connection

from storesync.catalog import Read
from storesync.engine.apply import at_work, recover
from storesync.engine.catastrophe import Shelf
from storesync.engine.channel import OpenChannel
from storesync.engine.channeltexts import ChannelTexts, grouped
from storesync.engine.contact import look, strange_account
from storesync.engine.diff import blocked, ended, guards, operations
from storesync.engine.events import warned
from storesync.engine.flows import run
from storesync.engine.outliers import hold, outliers
from storesync.engine.owned import kept
from storesync.engine.pricehold import price_held
from storesync.engine.tickets import poll
from storesync.errors import Denied, Fault, Transient
from storesync.issues import Issue, Issues, Severity
from storesync.model import Category, CategoryKey, Offer, Product, digest, frozen_map
from storesync.plan import GuardLimits, Held, Operation, Plan
from storesync.prepare import Prepared
from storesync.state import Standing, Want, assets, due, standing

__all__ = ["Preparer", "plan"]

_CHUNK = 100  # wants per transaction
_TOLD = 500  # products that wait for texts before a translator is asked for all of them
_CATEGORY_AGE = timedelta(days=7)  # a market's rule document is read again after that
_NOTHING: Mapping[str, Any] = frozen_map({})


class Preparer(Protocol):
    """One channel's way from a product to what should be shown."""

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
        live: Collection[str],
    ) -> Prepared:
        """One product as this channel will show it, or every reason why not; `live` are the SKUs on sale there."""
        ...

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """What the result depends on, by cause (`catalog`, `text`, `price rule` …), as digests."""
        ...

    def category_id(self, product: Product) -> str:
        """The market's category for a product; empty when none is known."""
        ...

    def traces(self, prepared: Prepared) -> Mapping[str, Any]:
        """How prices and texts came to be, as JSON."""
        ...


@define
class _Pass:
    """One reading of the catalog."""

    channel: OpenChannel
    preparer: Preparer
    known: Mapping[str, str]
    ended: Mapping[str, str] = field(factory=dict)
    only: frozenset[str] | None = None
    seen: set[str] = field(factory=set)
    products: int = 0
    incomplete: bool = False
    changed: bool = False
    issues: list[Issue] = field(factory=list)
    waiting: list[tuple[Want, Product | None]] = field(factory=list)
    texts: ChannelTexts | None = None
    lacking: list[tuple[Product, tuple[Issue, ...], tuple[str, ...]]] = field(factory=list)
    categories: dict[CategoryKeyId, Category | None] = field(factory=dict)
    faults: dict[CategoryKeyId, Fault] = field(factory=dict)
    down: Fault | None = None


CategoryKeyId = tuple[str, tuple[tuple[str, str], ...]]


def _key_id(key: CategoryKey) -> CategoryKeyId:
    return key.id, tuple(sorted(key.chosen.items()))


async def plan(
    channel: OpenChannel,
    reads: Iterable[Read],
    preparer: Preparer,
    *,
    limits: GuardLimits = GuardLimits(),
    progress: Callable[[int], None] | None = None,
    end: Iterable[str] = (),
    only: Collection[str] | None = None,
    texts: ChannelTexts | None = None,
) -> Plan:
    """What would change on this channel to show the catalog as it is now.

    Asks the market only for what it must know (category documents, promised verdicts), and translators for
    texts that are missing; writes only to the state what is wanted. `texts` has what is remembered. `end` are
    keys to take off for good instead of hiding them. `only` are the keys whose products changed: `reads` need
    tell of no others, and what they do not tell of these is gone.
    """
    if channel.moved is None:
        await recover(channel)
        await _poll(channel)
    named = frozenset(only) if only is not None else None
    known = await channel.store.read(lambda db: standing.keys(db, channel.name, only=named))
    over = await channel.store.read(lambda db: dict(standing.ended(db, channel.name)))
    reading = _Pass(channel, preparer, known, over, named, texts=texts)
    if texts is not None:
        await texts.begin()
    for group in grouped(read for read in reads if named is None or not read.key or read.key in named):
        if texts is not None:
            await texts.recall(group)
        for read in group:
            await _take(reading, read)
            if progress is not None and read.key:
                progress(reading.products)
        if len(reading.lacking) >= _TOLD:
            await _tell(reading)
    await _tell(reading)
    await _take_gone(reading)
    await _flush(reading)
    if reading.changed:
        await channel.store.write(lambda db: standing.bump(db, channel.name))
    ending = frozenset(end)
    made, far = await channel.store.read(lambda db: _compare(db, reading, limits, ending))
    if far:
        await channel.store.write(lambda db: hold(db, channel.name, far))
        made, _ = await channel.store.read(lambda db: _compare(db, reading, limits, ending))
    first = await look(channel, made.operations) if channel.moved is None else strange_account(channel)
    return made if first is None else evolve(made, guards=(first, *made.guards))


async def _tell(reading: _Pass) -> None:
    """Fetch the texts that some products lack, all in one go, and run the same pass for these products again."""
    if not reading.lacking or reading.texts is None:
        return
    lacking, reading.lacking = reading.lacking, []
    told = await reading.texts.ask([(product, locales) for product, _, locales in lacking])
    reading.issues += told.general
    for product, found, _ in lacking:
        await _product(reading, product, (*found, *told.issues.get(product.key, ())), told=True)


async def _poll(channel: OpenChannel) -> None:
    if channel.driver.poll is None:
        return
    waiting = await channel.store.read(lambda db: list(due.waiting(db, channel.name)))
    now, review = channel.env.now(), channel.spec.review
    if any(stand.asked_at + review <= now for stand in waiting if stand.asked_at is not None):
        async with at_work(channel) as work:
            await poll(work, waiting)


async def _take(reading: _Pass, read: Read) -> None:
    if not read.key:
        reading.issues.extend(read.issues)
        reading.incomplete = reading.incomplete or read.incomplete
        return
    reading.products += 1
    reading.seen.add(read.key)
    if read.product is None:
        await _want(
            reading,
            Want(
                key=read.key,
                title="",
                input="",
                causes={},
                content=None,
                offers={},
                shown=True,
                issues=read.issues,
                held=True,
            ),
            None,
        )
        return
    await _product(reading, read.product, read.issues)


async def _product(reading: _Pass, product: Product, found: tuple[Issue, ...], *, told: bool = False) -> None:
    channel, preparer = reading.channel, reading.preparer
    key = CategoryKey(preparer.category_id(product))
    category = await _category(reading, key) if key.id else None
    causes = preparer.causes(product, channel.shop, category)
    if owned := channel.channel.owned_by_seller:
        causes = {**causes, "seller": digest(sorted(owned))}
    name = digest(dict(causes))
    known = reading.known.get(product.key)
    if known == name or (known and not found and known == _placed(reading, name, product)):
        return
    last, live = _NOTHING, frozenset[str]()
    if product.key in reading.known:
        last, live = await channel.store.read(lambda db: _last(db, channel.name, product.key))
    prepared = preparer.prepare(product, channel.shop, category, last, key.chosen, live)
    asked = {_key_id(key)}
    while prepared.needs:
        (need,) = prepared.needs[:1]
        again = await _category(reading, need)
        if again is None or _key_id(need) in asked:
            prepared = _unknown_category(prepared, reading.faults.get(_key_id(need)), need)
            name = ""  # asked again next time
            break
        asked.add(_key_id(need))
        key, category = need, again
        prepared = preparer.prepare(product, channel.shop, category, last, need.chosen, live)
    if not told and prepared.lacks and reading.texts is not None and reading.texts.serves(prepared.lacks):
        reading.lacking.append((product, found, prepared.lacks))
        return
    title = product.text.title
    if prepared.listing is not None and prepared.listing.texts:
        title = prepared.listing.text.title or title
    await _want(
        reading,
        Want(
            key=product.key,
            title=title,
            input=_input(reading, name, product, (*found, *prepared.issues), lacks=bool(prepared.lacks)),
            causes=causes,
            content=prepared.content,
            offers=prepared.offers if prepared.content is not None else {},
            shown=prepared.offered,
            reason=prepared.reason,
            issues=(*found, *prepared.issues),
            held=prepared.held,
            kept=prepared.kept,
            category=product.category,
            traces=preparer.traces(prepared),
        ),
        product,
    )


# What findings of these kinds depend on is the product, its texts, the rules, the evidence and the day: all causes.
_WORDING = ("claim.", "text.")


def _placed(reading: _Pass, name: str, product: Product) -> str:
    """The causes with the places that findings about wording name."""
    return digest([name, product.at, reading.texts.places(product) if reading.texts is not None else []])


def _input(reading: _Pass, name: str, product: Product, issues: tuple[Issue, ...], *, lacks: bool) -> str:
    """Under which name the result is known: as long as it stays, the product is not prepared again.

    A finding names a place in a file, and places move; other findings depend on what the market acknowledged.
    A product with such findings is prepared every time, and so is one whose texts may be fetched next time.
    """
    if not issues:
        return name
    if not name or lacks or reading.texts is None:
        return ""
    about_words = all(issue.code.startswith(_WORDING) for issue in issues)
    return _placed(reading, name, product) if about_words else ""


def _last(db: Connection, channel: str, key: str) -> tuple[Mapping[str, Offer], frozenset[str]]:
    """The offers acknowledged last, and the SKUs that the shop has of a listing that was made."""
    stand = standing.read(db, channel, key)
    if stand is None:
        return _NOTHING, frozenset()
    last = {sku: offer.last for sku, offer in stand.offers.items() if offer.last is not None}
    return last, frozenset(stand.ref.skus if stand.ref is not None and stand.made else ())


def _unknown_category(prepared: Prepared, fault: Fault | None, need: CategoryKey) -> Prepared:
    said = f": {fault}" if fault is not None else ""
    issue = Issue(
        "map.category_unreadable",
        f"{prepared.key}/category",
        f"the market did not tell what category {need.id} asks for{said}",
        hint="plan again when the market answers; what is live stays as it is",
    )
    return evolve(prepared, needs=(), issues=Issues((*prepared.issues, issue)))


async def _category(reading: _Pass, key: CategoryKey) -> Category | None:
    """A category document: from this reading, from the state while it is fresh, else from the market."""
    name, channel = _key_id(key), reading.channel
    if name in reading.categories:
        return reading.categories[name]
    flow = channel.driver.category
    found: Category | None
    if flow is None:
        found = Category(key.id)
    else:
        kept = await channel.store.read(lambda db: assets.category(db, channel.name, key))
        found = kept[0] if kept is not None else None
        if kept is None and reading.down is not None:
            # Nobody is there: asking for each category anew would take minutes to say the same.
            reading.faults[name] = reading.down
        elif reading.down is None and (kept is None or channel.env.now() - kept[1] > _CATEGORY_AGE):
            try:
                fresh: Category = await run(channel, flow(channel.shop, key))
            except Fault as fault:
                if kept is None and isinstance(fault, Denied):
                    raise  # about the account, not about this category: whoever plans must be told
                reading.faults[name] = fault
                if isinstance(fault, Transient):
                    reading.down = fault
                warned("category.unreadable", channel=channel.name, category=key.id, fault=str(fault))
            else:
                found, at = fresh, channel.env.now()
                await channel.store.write(lambda db: assets.keep_category(db, channel.name, key, fresh, at))
    reading.categories[name] = found
    return found


async def _want(reading: _Pass, wanted: Want, product: Product | None) -> None:
    reading.waiting.append((wanted, product))
    if len(reading.waiting) >= _CHUNK:
        await _flush(reading)


async def _flush(reading: _Pass) -> None:
    if not reading.waiting:
        return
    group, reading.waiting = reading.waiting, []
    channel = reading.channel.name

    def write(db: Connection) -> None:
        for wanted, product in group:
            standing.want(db, channel, _left(db, reading, wanted))
            if product is not None:
                assets.keep_files(db, product.files.values())

    await reading.channel.store.write(write)
    reading.changed = True


def _left(db: Connection, reading: _Pass, wanted: Want) -> Want:
    """What is wanted, but for what a person ended, and what the seller keeps of a listing that is there."""
    channel = reading.channel
    if wanted.key in reading.ended:
        wanted = evolve(wanted, shown=False, reason=reading.ended[wanted.key])
    stand = standing.read(db, channel.name, wanted.key) if channel.channel.owned_by_seller else None
    if stand is None:
        return wanted
    there = standing.document(db, stand.have) or standing.document(db, stand.want)
    return kept(wanted, stand, there, channel.channel, channel.spec)


async def _take_gone(reading: _Pass) -> None:
    """Listings whose product the catalog does not name any more are wanted off sale, never ended by themselves."""
    if reading.incomplete:
        return
    for key in reading.known.keys() - reading.seen:
        if reading.known[key] == _GONE:
            continue
        await _want(
            reading,
            Want(
                key=key,
                title="",
                input=_GONE,
                causes={"catalog": _GONE},
                content=None,
                offers={},
                shown=False,
                reason="no longer in the catalog",
            ),
            None,
        )


_GONE = "gone"


def _compare(
    db: Connection, reading: _Pass, limits: GuardLimits, ending: frozenset[str]
) -> tuple[Plan, Mapping[str, Mapping[str, list[Issue]]]]:
    """The plan, from the listings that may need something; the others are counted.

    Besides, by listing, prices in it that lie too far from those of their category.
    """
    channel = reading.channel
    sent = _Sent(db, channel.name)
    found: list[Operation] = []
    held: list[Held] = []
    numbers = due.counts(db, channel.name)
    stands = list(due.pending(db, channel.name))
    asked = ending - {stand.key for stand in stands}
    more = list(standing.read_all(db, channel.name, keys=asked)) if asked else []
    unchanged = numbers.unchanged - sum(stand.want_shown for stand in more)
    for stand in sorted((*stands, *more), key=lambda stand: stand.key):
        if stand.want_shown and (reason := blocked(stand)):
            errors = tuple(issue for issue in stand.issues if issue.severity is Severity.ERROR)
            held.append(Held(key=stand.key, title=stand.title, reason=reason, issues=errors or stand.remarks))
        mine = list(_operations(db, reading, stand, sent, ending))
        sent.add(_media(mine))
        found += mine
        stays = price_held(stand, mine) if stand.want_shown and not blocked(stand) else None
        held += [stays] if stays is not None else []
        quiet = not mine and stays is None and stand.ticket is None
        unchanged += quiet and stand.want_shown and not blocked(stand)
    shelf = Shelf(
        live=numbers.live,
        sold=lambda: due.sold(db, channel.name),
        on_stock=lambda: due.on_stock(db, channel.name),
    )
    absent = due.absent(db, channel.name)
    made = Plan(
        channel=channel.name,
        revision=standing.revision(db, channel.name),
        made_at=channel.env.now().isoformat(timespec="seconds"),
        operations=tuple(found),
        held=tuple(held),
        not_offered=tuple(Held(key=key, title=title, reason=reason) for key, title, reason in absent),
        warnings=(*reading.issues, *due.warnings(db, channel.name)),
        guards=guards(
            stands,
            found,
            limits,
            shelf=shelf,
            policies=channel.channel.prices,
            products=None if reading.only is not None else reading.products,
        ),
        products=reading.products,
        unchanged=unchanged,
        waiting=numbers.waiting,
    )
    return made, outliers(db, channel.name, stands, found, limits, channel.channel.prices)


class _Sent:
    """The pictures that the channel has or will have, asked for one by one: most plans need none of them."""

    def __init__(self, db: Connection, channel: str) -> None:
        self._db = db
        self._channel = channel
        self._known: dict[tuple[str, str], bool] = {}

    def __contains__(self, media: object) -> bool:
        assert isinstance(media, tuple)
        sha256, role = media
        if media not in self._known:
            self._known[sha256, role] = assets.was_sent(self._db, self._channel, sha256, role)
        return self._known[sha256, role]

    def add(self, some: Iterable[tuple[str, str]]) -> None:
        self._known.update(dict.fromkeys(some, True))


def _operations(
    db: Connection, reading: _Pass, stand: Standing, sent: _Sent, ending: frozenset[str]
) -> Iterator[Operation]:
    channel = reading.channel
    after = before = None
    if stand.want != stand.have and stand.want_shown:
        after = standing.document(db, stand.want)
        before = standing.document(db, stand.have)
    found = operations(
        stand,
        channel.driver,
        channel.spec,
        after=after,
        before=before,
        sent=sent,
        owned=channel.channel.owned_by_seller,
    )
    for operation in found:
        if operation.key not in ending or stand.ending:
            yield operation
    if stand.key in ending and not stand.ending and stand.ref is not None and channel.driver.end is not None:
        yield ended(stand, "demand")


def _media(mine: Iterable[Operation]) -> Iterator[tuple[str, str]]:
    for operation in mine:
        if operation.media:
            sha256, _, role = operation.media.partition(":")
            yield sha256, role
