"""Which listings a planner must look at, and how many it need not, found without reading the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import BigInteger, Connection, bindparam, cast, false, func, literal_column, select, text

from storesync.issues import Issue, Severity
from storesync.model import Price
from storesync.state.schema import LISTING_PENDING, LISTING_REMARKED, OFFER_PENDING, listings, offers
from storesync.state.standing import (
    SHOWN,
    UNKNOWN,
    Standing,
    issues_from,
    prices_from,
    read_all,
    wanted_prices,
)
from storesync.state.statement import Statement

__all__ = [
    "Counts",
    "Sold",
    "absent",
    "counts",
    "highest_stock",
    "on_stock",
    "open_keys",
    "peers",
    "pending",
    "sold",
    "waiting",
    "warnings",
]

_CHUNK = 500  # standings held in memory at once

# Left to itself SQLite may take an index of all rows; PostgreSQL knows from its statistics.
_BY_LISTINGS, _BY_OFFERS = " INDEXED BY ix_listings_pending", " INDEXED BY ix_offers_pending"


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


@frozen(kw_only=True)
class Sold:
    """What a channel sells in one market, as it acknowledged: how many prices, from the lowest to the highest."""

    count: int
    lowest: Decimal
    highest: Decimal


_CHANNEL: Any = bindparam("channel")
_ABSENT = Statement(
    select(listings.c.key, listings.c.title, listings.c.reason).where(
        listings.c.channel == _CHANNEL, listings.c.want_shown == false()
    )
)
_REMARKED = Statement(
    select(listings.c.issues).where(listings.c.channel == _CHANNEL, LISTING_REMARKED).order_by(listings.c.key)
)
_PRICES = Statement(
    select(offers.c.have_prices, func.count().label("number"))
    .where(offers.c.channel == _CHANNEL, offers.c.have_prices != literal_column("''"))
    .group_by(offers.c.have_prices)
)
_FIRST = (
    select(listings.c.key)
    .where(
        listings.c.channel == _CHANNEL, listings.c.category == bindparam("category"), listings.c.want_shown
    )
    .order_by(listings.c.key)
    .limit(bindparam("most"))
    .offset(literal_column("0"))
    .subquery()
)
_PEERS = Statement(
    select(offers.c.sku, offers.c.want_prices, offers.c.have_prices)
    .select_from(_FIRST.join(offers, (offers.c.channel == _CHANNEL) & (offers.c.key == _FIRST.c.key)))
    .where(offers.c.want_prices != literal_column("''"))
)
_ON_STOCK = Statement(
    select(func.count())
    .select_from(offers)
    .where(
        offers.c.channel == _CHANNEL,
        func.ltrim(offers.c.have_stock, bindparam("mark")) != literal_column("''"),
        func.ltrim(offers.c.have_stock, bindparam("mark")) != literal_column("'0'"),
    )
)


_STOCK = func.ltrim(offers.c.have_stock, bindparam("mark"))
_HIGHEST = Statement(
    select(func.max(cast(_STOCK, BigInteger))).where(
        offers.c.channel == _CHANNEL, _STOCK != literal_column("''")
    )
)


def _indexed(query: str) -> Statement:
    """A query whose tables SQLite must find by the indexes of what is pending."""
    by_index = query.replace("FROM listings WHERE", f"FROM listings{_BY_LISTINGS} WHERE")
    by_index = by_index.replace("FROM offers WHERE", f"FROM offers{_BY_OFFERS} WHERE")
    return Statement(text(by_index), postgresql=text(query))


def _keys(and_: str = "TRUE") -> str:
    """The query for the keys of pending listings that meet a condition; it takes `channel`."""
    return (
        f'SELECT "key" FROM listings WHERE channel = :channel AND {LISTING_PENDING.text} AND {and_}'
        f' UNION SELECT "key" FROM offers WHERE channel = :channel AND {OFFER_PENDING.text}'
        # An offer only matters while its listing is wanted on sale.
        " AND EXISTS (SELECT 1 FROM listings AS its WHERE its.channel = offers.channel"
        ' AND its."key" = offers."key" AND its.want_shown)'
    )


_PENDING = _indexed(f'{_keys()} ORDER BY "key"')
_MOVING = _indexed(f"SELECT COUNT(*) FROM ({_keys('want_shown')}) AS moving")
_WAITING = _indexed(
    'SELECT "key" FROM listings WHERE channel = :channel'
    f' AND {LISTING_PENDING.text} AND ticket IS NOT NULL ORDER BY "key"'
)
_UNSURE = _indexed(
    'SELECT "key" FROM listings WHERE channel = :channel'
    f" AND {LISTING_PENDING.text} AND (doubt IS NOT NULL OR named <> '[]')"
)
_OPEN = _indexed(
    "SELECT COUNT(*) FILTER (WHERE ticket IS NOT NULL) AS waiting,"
    " COUNT(*) FILTER (WHERE want_shown AND held) AS held,"
    " COUNT(*) FILTER (WHERE want_shown AND NOT held AND parked <> '') AS parked,"
    " COUNT(*) FILTER (WHERE want_shown AND NOT held AND parked = '' AND refused <> ''"
    " AND refused = want) AS refused"
    f" FROM listings WHERE channel = :channel AND {LISTING_PENDING.text}"
)
_BY_KIND = Statement(
    select(listings.c.want_shown, listings.c.have_shown, func.count().label("number"))
    .where(listings.c.channel == _CHANNEL)
    .group_by(listings.c.want_shown, listings.c.have_shown)
)


def absent(db: Connection, channel: str) -> Iterator[tuple[str, str, str]]:
    """Key, title and reason of every listing that is not wanted on sale, in key order."""
    # Sorted here: in an order of its own SQLite would look at every listing.
    yield from sorted((row.key, row.title, row.reason) for row in _ABSENT.run(db, {"channel": channel}))


def warnings(db: Connection, channel: str) -> Iterator[Issue]:
    """Every warning about a listing of a channel, in key order."""
    for row in _REMARKED.run(db, {"channel": channel}):
        yield from (issue for issue in issues_from(row.issues) if issue.severity is Severity.WARNING)


def waiting(db: Connection, channel: str) -> Iterator[Standing]:
    """Every standing for which the market promised a verdict, in key order."""
    return _standings(db, channel, [str(key) for key in _WAITING.run(db, {"channel": channel}).scalars()])


def open_keys(db: Connection, channel: str) -> frozenset[str]:
    """The listings of which the market may have something whose ids are not known: a create or an update was in doubt."""
    return frozenset(str(key) for key in _UNSURE.run(db, {"channel": channel}).scalars())


def sold(db: Connection, channel: str) -> Mapping[str, Sold]:
    """What the channel sells by market, at the prices acknowledged last. Reads every offer."""
    found: dict[str, Sold] = {}
    for row in _PRICES.run(db, {"channel": channel}):
        for market, price in prices_from(row.have_prices.removeprefix(UNKNOWN)).items():
            amount, before = price.sale.amount, found.get(market)
            if before is None:
                found[market] = Sold(count=row.number, lowest=amount, highest=amount)
            else:
                found[market] = evolve(
                    before,
                    count=before.count + row.number,
                    lowest=min(before.lowest, amount),
                    highest=max(before.highest, amount),
                )
    return found


def on_stock(db: Connection, channel: str) -> int:
    """How many SKUs the channel has on stock, as it acknowledged last. Reads every offer."""
    return int(_ON_STOCK.run(db, {"channel": channel, "mark": UNKNOWN}).scalar_one())


def highest_stock(db: Connection, channel: str) -> int | None:
    """The largest stock of a SKU that the channel acknowledged last, None when it has none. Reads every offer."""
    found = _HIGHEST.run(db, {"channel": channel, "mark": UNKNOWN}).scalar_one()
    return None if found is None else int(found)


def peers(db: Connection, channel: str, category: str, most: int) -> Mapping[str, Mapping[str, Price]]:
    """What is wanted on sale in a category, by SKU and market: its first `most` listings, in key order."""
    rows = _PEERS.run(db, {"channel": channel, "category": category, "most": most})
    return {row.sku: wanted_prices(row.want_prices, row.have_prices) for row in rows}


def pending(db: Connection, channel: str) -> Iterator[Standing]:
    """Every standing that may need an operation, a verdict or a person, in key order.

    What is left out is certain to need nothing: shown or hidden as wanted, acknowledged in every part, with
    nothing open. What is given may still need nothing, when the market has no way to do it.
    """
    return _standings(db, channel, [str(key) for key in _PENDING.run(db, {"channel": channel}).scalars()])


def _standings(db: Connection, channel: str, names: list[str]) -> Iterator[Standing]:
    for start in range(0, len(names), _CHUNK):
        yield from read_all(db, channel, keys=names[start : start + _CHUNK])


def counts(db: Connection, channel: str) -> Counts:
    """The numbers of a channel, from its indexes."""
    everything = shown = live = 0
    for row in _BY_KIND.run(db, {"channel": channel}):
        everything += row.number
        shown += row.number if row.want_shown else 0
        live += row.number if row.have_shown == SHOWN else 0
    some = _OPEN.run(db, {"channel": channel}).one()
    number = int(_MOVING.run(db, {"channel": channel}).scalar_one())
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
