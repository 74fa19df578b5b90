"""What the market has now, against what it acknowledged: drift is found here and repaired by the next plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from storesync.driver import Batch, Content, Observed
from storesync.engine.documents import with_texts
from storesync.engine.drift import Drift, compare
from storesync.engine.events import warned
from storesync.engine.owned import take_theirs
from storesync.engine.work import Work
from storesync.errors import Fault, Malformed, Rejected
from storesync.model import Status
from storesync.state import Standing, standing

__all__ = ["Drift", "observe"]

_UNREAD = 20  # listings in a row, from the first on, after which it is no matter of one listing


async def observe(work: Work) -> list[Drift]:
    """Look at every listing of the channel; the state then knows what the market shows.

    What a person owns by the channel's `owned_by_seller` is taken as it is. A listing that cannot be read is told as
    such, and the others are looked at; the fault is raised when none can be.
    """
    channel = work.channel
    if channel.driver.observe is None:
        return []
    everything = await channel.store.read(lambda db: list(standing.read_all(db, channel.name)))
    known = [stand for stand in everything if stand.ref is not None and stand.made and stand.ticket is None]
    size = channel.spec.batches.get("observe", Batch(1)).size
    drift: list[Drift] = []
    unread: list[Fault] = []
    for start in range(0, len(known), size):
        group = known[start : start + size]
        seen: dict[str, Observed | Fault] = {}
        await _look(work, group, seen)
        for stand in group:
            found = seen.get(_listing(stand))
            if isinstance(found, Fault):
                unread.append(found)
                warned("listing.unread", channel=channel.name, key=stand.key, fault=str(found))
                drift.append(Drift(key=stand.key, what="listing", ours="", theirs=str(found), by="unread"))
        drift += await _compare(work, group, seen)
        if len(unread) == min(start + size, len(known)) and (
            len(unread) >= _UNREAD or start + size >= len(known)
        ):
            raise unread[0]
    return drift


def _listing(stand: Standing) -> str:
    return stand.ref.listing if stand.ref is not None else ""


async def _look(work: Work, group: Sequence[Standing], seen: dict[str, Observed | Fault]) -> None:
    """Enter what the market shows of these listings; one that spoils the answer of all is asked for alone."""
    flow = work.channel.driver.observe
    assert flow is not None
    refs = [stand.ref for stand in group if stand.ref is not None]
    try:
        found: Mapping[str, Observed] = await work.run(flow(work.channel.shop, refs))
    except (Malformed, Rejected) as fault:
        if len(group) == 1:
            seen[_listing(group[0])] = fault
            return
        middle = len(group) // 2
        await _look(work, group[:middle], seen)
        await _look(work, group[middle:], seen)
        return
    seen.update(found)


async def _compare(
    work: Work, group: Sequence[Standing], seen: Mapping[str, Observed | Fault]
) -> list[Drift]:
    """What differs, entered in the state in one transaction."""
    names = {name for stand in group for name in (stand.want, stand.have)}
    documents: Mapping[str, Content | None] = {}
    if work.channel.spec.fields:
        documents = await work.channel.store.read(
            lambda db: {name: standing.document(db, name) for name in names}
        )

    def write(db: Connection) -> list[Drift]:
        told: list[Drift] = []
        for stand in group:
            found = seen.get(_listing(stand))
            if not isinstance(found, Fault):
                told += _enter(db, work, stand, found, documents)
        if told:
            standing.bump(db, work.channel.name)
        return told

    drift: list[Drift] = await work.write(write)
    return drift


def _enter(
    db: Connection,
    work: Work,
    stand: Standing,
    seen: Observed | None,
    documents: Mapping[str, Content | None],
) -> list[Drift]:
    channel, name = work.channel, work.channel.name
    if seen is None or seen.status is Status.ENDED:
        work.gone(db, stand.key, channel.env.now())
        return [Drift(key=stand.key, what="listing", ours="there", theirs="gone")]
    have = documents.get(stand.have)
    look = compare(
        stand,
        seen,
        have=have,
        want=documents.get(stand.want),
        fields=channel.spec.fields,
        owned=frozenset(channel.channel.owned_by_seller),
        media=work.media,
    )
    for offer, prices, stock in look.offers:
        standing.acknowledge_offers(db, name, [offer], prices=prices, stock=stock)
        work.met(db, [offer] if prices else ())
    if look.unknown:
        standing.acknowledge_content(db, name, stand.key, None)
    elif look.texts and have is not None:
        standing.acknowledge_content(db, name, stand.key, with_texts(have, look.texts))
    news = {
        column: value
        for column, value, before in (
            ("status", seen.status, stand.status),
            ("remarks", seen.issues, stand.remarks),
            ("have_shown", look.shown, stand.have_shown),
            ("ref", look.ref, stand.ref),
            ("seen", look.seen, stand.seen),
        )
        if value != before
    }
    if any(prices for _, prices, _ in look.offers):
        news["input"] = ""  # the price to compare with is another one: guards are asked again
    if "ref" in news and channel.channel.owned_by_seller:
        # What the seller kept of a variant went with it: one that is made again is a new one.
        news["input"] = ""
    if news:
        standing.change(db, name, stand.key, **news)
    now = standing.read(db, name, stand.key) if channel.channel.owned_by_seller else None
    if now is not None:
        take_theirs(db, work, now, seen)
    return look.drift
