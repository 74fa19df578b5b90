"""Which listings a planner must look at, and how many it need not, found without reading the rest."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from sqlalchemy import Connection, func, select, text

from storesync.state.schema import LISTING_PENDING, OFFER_PENDING, listings
from storesync.state.standing import SHOWN, Standing, read_all

__all__ = ["Counts", "counts", "pending"]

_CHUNK = 500  # standings held in memory at once

# Left to itself SQLite may take an index of all rows; PostgreSQL knows from its statistics.
_BY_INDEX = {"sqlite": ("INDEXED BY ix_listings_pending", "INDEXED BY ix_offers_pending")}


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
    query = text(f'{_pending(db)} ORDER BY "key"')
    names = [str(key) for key in db.execute(query, {"channel": channel}).scalars()]
    for start in range(0, len(names), _CHUNK):
        yield from read_all(db, channel, keys=names[start : start + _CHUNK])


def _pending(db: Connection, *, and_: str = "TRUE") -> str:
    """The query for the keys of pending listings that meet a condition; it takes `channel`."""
    by_listings, by_offers = _BY_INDEX.get(db.dialect.name, ("", ""))
    return (
        f'SELECT "key" FROM listings {by_listings}'
        f" WHERE channel = :channel AND {LISTING_PENDING.text} AND {and_}"
        f' UNION SELECT "key" FROM offers {by_offers} WHERE channel = :channel AND {OFFER_PENDING.text}'
        # An offer only matters while its listing is wanted on sale.
        " AND EXISTS (SELECT 1 FROM listings AS its WHERE its.channel = offers.channel"
        ' AND its."key" = offers."key" AND its.want_shown AND its.ending = \'\')'
    )


def counts(db: Connection, channel: str) -> Counts:
    """The numbers of a channel, from its indexes."""
    everything = shown = live = 0
    ended = (listings.c.ending != "").label("ended")
    by_kind = (
        select(listings.c.want_shown, ended, listings.c.have_shown, func.count().label("number"))
        .where(listings.c.channel == channel)
        .group_by(listings.c.want_shown, ended, listings.c.have_shown)
    )
    for row in db.execute(by_kind):
        everything += row.number
        shown += row.number if row.want_shown and not row.ended else 0
        live += row.number if row.have_shown == SHOWN else 0
    by_listings, _ = _BY_INDEX.get(db.dialect.name, ("", ""))
    some = db.execute(
        text(
            "SELECT COUNT(*) FILTER (WHERE ticket IS NOT NULL) AS waiting,"
            " COUNT(*) FILTER (WHERE want_shown AND held) AS held,"
            " COUNT(*) FILTER (WHERE want_shown AND NOT held AND parked <> '') AS parked,"
            " COUNT(*) FILTER (WHERE want_shown AND NOT held AND parked = '' AND refused <> ''"
            " AND refused = want) AS refused"
            f" FROM listings {by_listings} WHERE channel = :channel AND {LISTING_PENDING.text}"
        ),
        {"channel": channel},
    ).one()
    offered = _pending(db, and_="want_shown AND ending = ''")
    moving = text(f"SELECT COUNT(*) FROM ({offered}) AS moving")
    number = int(db.execute(moving, {"channel": channel}).scalar_one())
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
