"""Which listings a planner must look at, and how many it need not, found without reading the rest."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, func, select, union

from storesync.state.schema import LISTING_PENDING, OFFER_PENDING, listings, offers
from storesync.state.standing import SHOWN, Standing, read_all

__all__ = ["Counts", "counts", "pending"]

_CHUNK = 500  # standings held in memory at once


@frozen(kw_only=True)
class Counts:
    """How many listings of a channel stand how.

    `listings` is all of them: `not_offered` and those on offer, which are `pending` or `unchanged`. The other
    numbers overlap with these: `live` as the market acknowledged it, `waiting` for the market's verdict, and
    on offer but `held` by an issue, `parked` for a person, or `refused` by the market as they are.
    """

    listings: int
    unchanged: int
    pending: int
    not_offered: int
    live: int
    waiting: int
    held: int
    parked: int
    refused: int


def pending(db: Connection, channel: str) -> Iterator[Standing]:
    """Every standing that may need an operation, a verdict or a person, in key order.

    What is left out is certain to need nothing: shown or hidden as wanted, acknowledged in every part, with
    nothing open. What is given may still need nothing, when the market has no way to do it.
    """
    names = [str(key) for key in db.execute(_keys(channel).order_by("key")).scalars()]
    for start in range(0, len(names), _CHUNK):
        yield from read_all(db, channel, keys=names[start : start + _CHUNK])


def _keys(channel: str, *conditions: ColumnElement[bool]) -> CompoundSelect[tuple[str]]:
    """The keys of pending listings that meet the conditions."""
    rows = select(listings.c.key).where(listings.c.channel == channel, LISTING_PENDING, *conditions)
    # An offer only matters while its listing is wanted on sale. SQLite would take the index of all offers.
    wanted = select(1).where(
        listings.c.channel == offers.c.channel, listings.c.key == offers.c.key, listings.c.want_shown
    )
    variants = (
        select(offers.c.key)
        .where(offers.c.channel == channel, OFFER_PENDING, wanted.exists())
        .with_hint(offers, "INDEXED BY ix_offers_pending", "sqlite")
    )
    return union(rows, variants)


def counts(db: Connection, channel: str) -> Counts:
    """The numbers of a channel, from its indexes."""
    everything = shown = live = 0
    by_kind = (
        select(listings.c.want_shown, listings.c.have_shown, func.count().label("number"))
        .where(listings.c.channel == channel)
        .group_by(listings.c.want_shown, listings.c.have_shown)
    )
    for row in db.execute(by_kind):
        everything += row.number
        shown += row.number if row.want_shown else 0
        live += row.number if row.have_shown == SHOWN else 0
    on_offer, held, parked = listings.c.want_shown, listings.c.held, listings.c.parked != ""
    refused = and_(listings.c.refused != "", listings.c.refused == listings.c.want)
    some = db.execute(
        select(
            func.count().filter(listings.c.ticket.is_not(None)).label("waiting"),
            func.count().filter(on_offer, held).label("held"),
            func.count().filter(on_offer, ~held, parked).label("parked"),
            func.count().filter(on_offer, ~held, ~parked, refused).label("refused"),
        ).where(listings.c.channel == channel, LISTING_PENDING)
    ).one()
    number = int(
        db.execute(select(func.count()).select_from(_keys(channel, on_offer).subquery())).scalar_one()
    )
    return Counts(
        listings=everything,
        unchanged=shown - number,
        pending=number,
        not_offered=everything - shown,
        live=live,
        waiting=some.waiting,
        held=some.held,
        parked=some.parked,
        refused=some.refused,
    )
