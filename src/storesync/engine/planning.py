"""What is wanted, compared with what is there: a plan, made without touching the market's listings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from attrs import evolve
from sqlalchemy import Connection

from storesync.catalog import Read
from storesync.engine.apply import at_work, recover
from storesync.engine.catastrophe import Shelf
from storesync.engine.channel import OpenChannel
from storesync.engine.channeltexts import ChannelTexts
from storesync.engine.contact import look, strange_account
from storesync.engine.diff import document_waits, ended, operations
from storesync.engine.doubts import look_up, unsure
from storesync.engine.events import happened
from storesync.engine.guards import guards
from storesync.engine.heldback import held_back
from storesync.engine.letthrough import confirmations
from storesync.engine.outliers import hold, outliers
from storesync.engine.reading import Preparer, Reading
from storesync.engine.tickets import poll
from storesync.errors import Fault, Locked
from storesync.issues import Issue, Severity
from storesync.plan import GuardLimits, Held, Kind, Operation, Plan
from storesync.state import Standing, assets, due, standing

__all__ = ["AT_WORK", "UNASKED", "plan", "tell"]

AT_WORK = "channel.at_work"
"""The code of a finding: somebody else is at work, so that the market was not asked for what only it can tell."""
UNASKED = "market.unasked"
"""The code of a finding: something of a listing is held and more of it in doubt, and the market could not be asked."""

_STRANGE = "another plan, made meanwhile from another catalog or a newer one, wants it otherwise: plan again"


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
    texts that are missing; writes only to the state what is wanted, also while another process is at work on the
    channel, whose plan then sends nothing of it. `texts` has what is remembered. `end` are
    keys to take off for good instead of hiding them. `only` are the keys whose products changed: `reads` need
    tell of no others, and what they do not tell of these is gone.
    """
    told: list[Issue] = []
    if channel.moved is None:
        try:
            await recover(channel)
            await _poll(channel)
        except Locked as locked:
            # Whoever is at work settles and asks by itself; what it changes makes this plan stale, not wrong.
            told.append(_at_work(channel.name, locked))
    named = frozenset(only) if only is not None else None
    known = await channel.store.read(lambda db: dict(standing.keys(db, channel.name, only=named)))
    over = await channel.store.read(lambda db: dict(standing.ended(db, channel.name)))
    open_ = await channel.store.read(lambda db: due.open_keys(db, channel.name))
    reading = Reading(channel, preparer, known, over, named, texts=texts, issues=told, open=open_)
    await reading.take(reads, progress)
    if channel.moved is None:
        await _look_up(reading)
    ending = frozenset(end)
    made, far = await channel.store.read(lambda db: _compare(db, reading, limits, ending))
    if far:
        await channel.store.write(lambda db: hold(db, channel.name, far))
        reading.known |= dict.fromkeys(far.keys() - reading.seen, "")
        made, _ = await channel.store.read(lambda db: _compare(db, reading, limits, ending))
    first = strange_account(channel), await look(channel, made.operations)
    return evolve(made, guards=(*(guard for guard in first if guard is not None), *made.guards))


def tell(made: Plan) -> None:
    """A plan is whole: whoever listens to events hears of it, in numbers."""
    happened(
        "plan.made",
        channel=made.channel,
        revision=made.revision,
        fingerprint=made.fingerprint,
        products=made.products,
        counts=dict(made.counts),
        held=len(made.held),
        not_offered=len(made.not_offered),
        tripped=[guard.name for guard in made.tripped],
    )


def _at_work(channel: str, locked: Locked) -> Issue:
    return Issue(
        AT_WORK,
        channel,
        str(locked),
        severity=Severity.WARNING,
        hint="what it still changes makes this plan stale: plan again when it is done",
    )


def _unasked(key: str, fault: Fault) -> Issue:
    return Issue(
        UNASKED,
        key,
        f"the market did not tell what it has of it: {fault}",
        severity=Severity.WARNING,
        hint="until it does, the prices and stock that it may have stay as they were sent: plan again",
    )


async def _poll(channel: OpenChannel) -> None:
    if channel.driver.poll is None:
        return
    waiting = await channel.store.read(lambda db: list(due.waiting(db, channel.name)))
    now, review = channel.env.now(), channel.spec.review
    if any(stand.asked_at + review <= now for stand in waiting if stand.asked_at is not None):
        async with at_work(channel) as work:
            await poll(work, waiting)


def _something_held(stand: Standing) -> bool:
    return document_waits(stand) or any(issue.severity is Severity.ERROR for issue in stand.issues)


async def _look_up(reading: Reading) -> None:
    """Ask the market what it has of listings of which something is held, while what was sent of it is in doubt."""
    channel = reading.channel

    def waiting(db: Connection) -> list[str]:
        stands = standing.read_all(db, channel.name, keys=reading.doubted)
        return [stand.key for stand in stands if _something_held(stand) and unsure(stand, channel)]

    keys = await channel.store.read(waiting) if reading.doubted else []
    if not keys:
        return
    try:
        async with at_work(channel) as work:
            told = await look_up(work, keys)
    except Locked as locked:
        reading.issues.append(_at_work(channel.name, locked))
        return
    reading.unasked = {key: _unasked(key, fault) for key, fault in told.items() if fault is not None}
    reading.issues += reading.unasked.values()
    await reading.again(key for key, fault in told.items() if fault is None)


def _compare(
    db: Connection, reading: Reading, limits: GuardLimits, ending: frozenset[str]
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
        if not reading.meant(stand):
            held.append(Held(key=stand.key, title=stand.title, reason=_STRANGE))
            continue
        mine = list(_operations(db, reading, stand, sent, ending))
        sent.add(_media(mine))
        found += mine
        owned = channel.channel.owned_by_seller
        back = held_back(stand, channel.driver, owned, mine) if stand.want_shown else None
        if back is None and stand.key in reading.unasked:
            back = Held(key=stand.key, title=stand.title, reason=reading.unasked[stand.key].message)
        held += [back] if back is not None else []
        unchanged += not mine and back is None and stand.ticket is None and stand.want_shown
    shelf = Shelf(
        live=numbers.live,
        sold=lambda: due.sold(db, channel.name),
        on_stock=lambda: due.on_stock(db, channel.name),
        highest_stock=lambda: due.highest_stock(db, channel.name),
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
            confirmed=confirmations(db, channel.name, channel.env.now()),
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
    db: Connection, reading: Reading, stand: Standing, sent: _Sent, ending: frozenset[str]
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
        if stand.key in reading.unasked and operation.kind not in (Kind.STOCK, Kind.PRICES):
            continue  # a document without what is held would take away what nobody here knows of
        if operation.key not in ending or stand.ending:
            yield operation
    if stand.key in ending and not stand.ending and stand.ref is not None and channel.driver.end is not None:
        yield ended(stand, "demand")


def _media(mine: Iterable[Operation]) -> Iterator[tuple[str, str]]:
    for operation in mine:
        if operation.media:
            sha256, _, role = operation.media.partition(":")
            yield sha256, role
