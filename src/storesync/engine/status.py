"""How things stand, told from the state alone; and what a person can do where only a person can tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from attrs import field, frozen
from sqlalchemy import Connection

from storesync.driver import Driver, Observed
from storesync.engine.accountstatus import AccountStatus
from storesync.engine.adopt import taken
from storesync.engine.diff import blocked, offers_differ
from storesync.engine.heldback import held_back
from storesync.engine.work import Work
from storesync.errors import PlanError, StateError
from storesync.issues import Issue, Severity, counted
from storesync.model import Offer, Ref
from storesync.model import Status as Shown
from storesync.plan import Held
from storesync.state import UNKNOWN, OfferStanding, Standing, assets, journal, lease, standing, usage

__all__ = ["ChannelStatus", "Explained", "explain", "refuse_unlisted", "resolve", "similar", "status"]

_BEGINNINGS = (5, 3, 1, 0)  # letters that are taken to be right
_LATELY = timedelta(days=14)
_COMPARED = 2_000  # names of one beginning that are compared


@frozen(kw_only=True)
class ChannelStatus:
    """One channel at a glance; `issues` are about the state that all channels share.

    `claimed` are listings that several products take for theirs, by the market's id: each overwrites the other.
    `overridden` are the runs of the last 14 days for which somebody gave a reason to pass a guard.
    """

    channel: str
    revision: int
    listings: int = 0
    by_status: Mapping[str, int] = field(factory=dict)
    unchanged: int = 0
    pending: int = 0
    waiting: int = 0
    held: tuple[Held, ...] = ()
    parked: tuple[Held, ...] = ()
    claimed: Mapping[str, tuple[str, ...]] = field(factory=dict)
    ended: tuple[Held, ...] = ()
    unfinished: int = 0
    at_work: str = ""
    since: str = ""
    account: AccountStatus | None = None
    quotas: tuple[usage.Used, ...] = ()
    issues: tuple[Issue, ...] = ()
    overridden: tuple[journal.Overridden, ...] = ()

    def __str__(self) -> str:
        by = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in self.by_status.items() if count)
        lines = [
            f"{self.channel}: {counted(self.listings, 'listing')} ({by or 'none yet'}), {self.pending} to change"
        ]
        lines += [f"  {one}" for one in self.held]
        lines += [f"  parked {one.key}: {one.reason}" for one in self.parked]
        lines += [f"  listing {listing} is {' and '.join(keys)}" for listing, keys in self.claimed.items()]
        return "\n".join(lines)


@frozen(kw_only=True)
class Explained:
    """One SKU on one channel: what is wanted and acknowledged, how it came to be, what was done.

    `rates` is the snapshot that the prices were made from anew, to be looked at; empty: they are those of the state.
    `sku` is empty for a listing that has none yet, `others` are the further SKUs of its listing. `held` says which
    finding holds it back, `not_offered` why it is not offered (a draft, an `only` or `never` of the channel). `live`
    are by market the stages of the acknowledged price where it stays, or `prices` came to another one.
    """

    channel: str
    key: str
    sku: str
    title: str
    status: str
    listing: str
    want: Offer | None
    have: Offer | None
    prices: Mapping[str, Any]
    texts: Mapping[str, Any]
    held: str
    operations: tuple[Mapping[str, Any], ...]
    rates: str = ""
    not_offered: str = ""
    others: tuple[str, ...] = ()
    live: Mapping[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        what = f"{self.sku} of {self.key}" if self.sku else self.key
        lines = [f"{what} on {self.channel}: {self.title} ({self.status})"]
        for market, price in (self.want.prices if self.want is not None else {}).items():
            sale = f"{price.sale.shown:f} {price.sale.currency}"
            lines.append(f"  {market}: {sale}, stock {self.want.stock if self.want is not None else 0}")
        if self.held:
            lines.append(f"  held: {self.held}")
        if self.not_offered:
            lines.append(f"  not offered: {self.not_offered}")
        stages = sum(len(trace["steps"]) for trace in self.prices.values())
        done = counted(len(self.operations), "operation")
        lines.append(f"  {counted(stages, 'stage')} of the price in `prices`, {done}")
        return "\n".join(lines)


def status(
    db: Connection,
    channel: str,
    now: datetime,
    *,
    driver: Driver[Any, Any] | None = None,
    owned: Collection[str] = (),
    over: Callable[[str], bool] = lambda owner: False,
) -> ChannelStatus:
    """How a channel stands; `driver` is its own, `owned` the fields that the seller keeps there.

    An owner that is `over` is at work no more, whatever its lease says.
    """
    by_status: dict[str, int] = {}
    held: list[Held] = []
    parked: list[Held] = []
    ended: list[Held] = []
    claims: dict[str, list[str]] = {}
    listings = unchanged = pending = waiting = 0
    for stand in standing.read_all(db, channel):
        if stand.ref is not None:
            listings += 1
            claims.setdefault(stand.ref.listing, []).append(stand.key)
            by_status[stand.status.value] = by_status.get(stand.status.value, 0) + 1
        waiting += stand.ticket is not None
        if stand.parked:
            parked.append(Held(key=stand.key, title=stand.title, reason=stand.parked))
        elif stand.ending:
            ended.append(Held(key=stand.key, title=stand.title, reason=blocked(stand)))
        elif stand.want_shown:
            back = held_back(stand, driver, owned)
            put_off = None if blocked(stand) else _postponed(stand)
            held += [one for one in (back, put_off) if one is not None]
            moves = not blocked(stand) and (stand.want != stand.have or offers_differ(stand))
            pending += moves
            unchanged += not moves and back is None
    holder = lease.holder(db, f"channel:{channel}", now, ended=over)
    return ChannelStatus(
        channel=channel,
        revision=standing.revision(db, channel),
        listings=listings,
        by_status=by_status,
        unchanged=unchanged,
        pending=pending,
        waiting=waiting,
        held=tuple(held),
        parked=tuple(parked),
        claimed={listing: tuple(keys) for listing, keys in claims.items() if len(keys) > 1},
        ended=tuple(ended),
        unfinished=len(journal.unfinished(db, channel)),
        at_work=holder[0] if holder else "",
        since=holder[1] if holder else "",
        overridden=journal.overridden(db, channel, now - _LATELY),
    )


def _postponed(stand: Standing) -> Held | None:
    """A document that the market put off, or what stands in its way there; the next run tries it again."""
    errors = [issue for issue in stand.remarks if issue.severity is Severity.ERROR]
    if stand.want == stand.have or not errors:
        return None
    return Held(key=stand.key, title=stand.title, reason=errors[0].message, issues=stand.remarks)


def explain(
    db: Connection,
    channel: str,
    sku: str,
    *,
    driver: Driver[Any, Any] | None = None,
    owned: Collection[str] = (),
) -> Explained | None:
    """Everything about one SKU; a listing's key stands for its first SKU. `driver` and `owned` are the channel's."""
    key = standing.key_of(db, channel, sku)
    stand = standing.read(db, channel, key or sku)
    if stand is None and (key := assets.traced(db, channel, sku)):
        stand = standing.read(db, channel, key)  # it is held, and was never offered
    if stand is None:
        return None
    trace = assets.trace(db, channel, stand.key) or {}
    known = tuple(dict.fromkeys((*stand.offers, *trace.get("prices", {}))))
    if not key:
        sku = next(iter(known), "")
    offer = stand.offers.get(sku)
    return Explained(
        channel=channel,
        key=stand.key,
        sku=sku,
        title=stand.title,
        status=stand.status.value,
        listing=stand.ref.listing if stand.ref is not None else "",
        want=offer.want if offer is not None else None,
        have=offer.have if offer is not None else None,
        prices=trace.get("prices", {}).get(sku, {}),
        texts=trace.get("texts", {}),
        held=_held(stand, offer, driver, owned) if stand.want_shown else "",
        operations=tuple(journal.last(db, channel, stand.key)),
        not_offered="" if stand.want_shown else stand.reason,
        others=tuple(other for other in known if other != sku),
        live=standing.live_traces(trace, sku, (offer.last_prices if offer is not None else None) or {}),
    )


def _held(
    stand: Standing, offer: OfferStanding | None, driver: Driver[Any, Any] | None, owned: Collection[str]
) -> str:
    """Why nothing is sent of a SKU, or why its price is not."""
    stays = offer is not None and (offer.kept or offer.uncounted)
    back = held_back(stand, driver, owned) if blocked(stand) or stays else None
    if back is None:
        back = _postponed(stand)
    return ": ".join(filter(None, (back.words(), back.reason))) if back is not None else ""


def similar(db: Connection, channel: str, sku: str) -> tuple[str, ...]:
    """At most three keys or SKUs of the channel that look most like this one; the same beginning is tried first."""
    for length in _BEGINNINGS:
        known = standing.names_like(db, channel, sku[:length], most=_COMPARED)
        by_form = {name.upper(): name for name in known}
        if sku.upper() in by_form:
            return (by_form[sku.upper()],)
        if near := get_close_matches(sku.upper(), by_form, 3):
            return tuple(by_form[form] for form in near)
    return ()


def refuse_unlisted(db: Connection, channel: str, keys: Iterable[str]) -> None:
    """PlanError for a key of which the shop shows nothing: whoever wants it ended meant another one."""
    for key in keys:
        stand = standing.read(db, channel, key)
        if stand is None or stand.ref is None:
            near = similar(db, channel, key)
            meant = f"did you mean {' or '.join(near)}?" if near and near != (key,) else ""
            raise PlanError(f"{channel}: {key!r} is not listed there: {meant or 'nothing is to be ended'}")


async def resolve(work: Work, key: str, *, listing: str = "") -> str:
    """Take a parked or ended listing up again; says what will happen next.

    With `listing` it is adopted under that id and compared by the next plan; until then another id may be given.
    Without, the market is asked about a listing whose id is known; one without an id is not in the shop, as a person
    made sure, and the next plan creates it. A listing that another product takes for its own, too, is given up so.
    StateError when the listing is neither parked, ended nor claimed twice, or when the shop does not have `listing`,
    has ended it, or it is another product's.
    """
    channel = work.channel.name
    stand = await work.standing(key)
    owners = await work.channel.store.read(lambda db: _owners(db, channel, but=key))
    claimed = stand is not None and stand.ref is not None and stand.ref.listing in owners
    if stand is None or not (stand.parked or stand.ending or claimed or _not_compared(stand)):
        raise StateError(f"{channel}: {key!r} is not parked; `storesync status` shows what is")
    found, strange = (
        await _seen(work, key, listing, owners)
        if listing
        else (None if claimed else await _known(work, stand), "")
    )
    ref = stand.ours(found) if found is not None else None

    def write(db: Connection) -> None:
        # An empty input has the next plan prepare it anew, also when the catalog did not change.
        values: dict[str, Any] = {
            "parked": "",
            "ending": "",
            "input": "",
            "doubt": None,
            "token": "",
            "ref": ref,
        }
        values |= {"ticket": None, "asked": "", "asked_at": None, "named": ()}
        if ref is not None:
            values |= {"made": True, "have": UNKNOWN, "have_shown": UNKNOWN}
        else:
            values |= {"made": False, "have": "", "have_shown": ""}
        standing.change(db, work.channel.name, key, **values)
        standing.doubt_offers(db, work.channel.name, tuple(stand.offers), prices=True, stock=True)
        standing.bump(db, work.channel.name)

    await work.write(write)
    if ref is not None:
        return f"{key} is listing {ref.listing}; the next plan compares it with what is wanted{strange}"
    return f"{key} counts as not listed; the next plan creates it"


async def _known(work: Work, stand: Standing) -> Ref | None:
    """The listing whose id is known already, if the shop still has it: its review was only late."""
    observe = work.channel.driver.observe
    if stand.ref is None or observe is None:
        return stand.ref
    seen = await work.run(observe(work.channel.shop, [stand.ref]))
    found = seen.get(stand.ref.listing)
    return None if found is None or found.status is Shown.ENDED else found.ref


def _not_compared(stand: Standing) -> bool:
    """Whether it was just taken up, and no plan has looked at it: whoever slipped may say another id."""
    return stand.made and stand.have == stand.have_shown == UNKNOWN


def _owners(db: Connection, channel: str, *, but: str) -> dict[str, str]:
    """By the market's id, whose a listing is, of all but this product."""
    return {
        stand.ref.listing: stand.key
        for stand in standing.read_all(db, channel)
        if stand.ref is not None and stand.key != but
    }


async def _seen(work: Work, key: str, listing: str, owners: Mapping[str, str]) -> tuple[Ref, str]:
    """The listing that a person found, and what looks strange about it."""
    channel, observe = work.channel.name, work.channel.driver.observe
    none = f"when the shop has none for {key}: `storesync resolve {key} --channel {channel}`"
    if listing in owners:
        raise StateError(f"{channel}: {taken(listing, owners[listing])}; nothing was changed; {none}")
    given = Ref(listing)
    if observe is None:
        return given, ""
    seen = await work.run(observe(work.channel.shop, [given]))
    if listing not in seen:
        raise StateError(f"{channel}: the shop has no listing {listing!r}; nothing was changed")
    found: Observed = seen[listing]
    if found.status is Shown.ENDED:
        raise StateError(
            f"{channel}: listing {listing} has ended and cannot come back; nothing was changed; {none}"
        )
    return found.ref, await _strange(work, key, found)


async def _strange(work: Work, key: str, found: Observed) -> str:
    """That the listing has another product's key, if it has: who typed the id may have slipped by a line."""
    channel = work.channel.name
    codes = [one.sku for one in found.variants.values() if one.sku]

    def owners(db: Connection) -> list[str]:
        return [owner for code in codes if (owner := standing.key_of(db, channel, code)) and owner != key]

    others = list(dict.fromkeys(await work.channel.store.read(owners)))
    if others:
        return (
            f" — but it has the SKUs of {' and '.join(others)}: if the id is a slip, resolve {key} again with the "
            "right one before the next plan"
        )
    stand = await work.standing(key)
    if stand is None or work.channel.driver.find is None:
        return ""
    if found.ref.listing in {ref.listing for ref in await work.find(stand, None)}:
        return ""
    return f" — but the shop does not find it under the key {key}: is the id right?"
