"""What is wanted, entered in the state; nothing that the market acknowledged changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
)

from storesync.model import Offer, dumps, loads
from storesync.state.converter import CONVERTER
from storesync.state.row import put
from storesync.state.schema import listings, offers, traces
from storesync.state.standing.changing import ACKNOWLEDGED, change, keep_document
from storesync.state.standing.columns import NO_ISSUES, packed_prices, prices_from, sku_set
from storesync.state.standing.reading import OFFERS, document, key_of, read
from storesync.state.standing.tracing import with_live
from storesync.state.standing.value import OFFERS_GO, STAYS, UNKNOWN, OfferStanding, Standing, Want
from storesync.state.statement import overwrite, remove

__all__ = ["keep_prices", "leave_offer", "leave_texts", "want"]


def want(db: Connection, channel: str, wanted: Want) -> None:
    """Keep what is wanted; nothing that the market acknowledged changes.

    A held listing keeps what was wanted before, so that what is live stays as it is, but for offers that are told.
    """
    values: dict[str, Any] = {
        "input": wanted.input,
        "causes": dumps(wanted.causes, sort=True),
        "want_shown": wanted.shown,
        "reason": wanted.reason,
        "issues": dumps([CONVERTER.unstructure(issue) for issue in wanted.issues])
        if wanted.issues
        else NO_ISSUES,
        "held": wanted.held,
    }
    if wanted.title:
        values["title"] = wanted.title
    if wanted.category:
        values["category"] = wanted.category
    if wanted.content is not None and not wanted.held:
        values["want"] = keep_document(db, wanted.content)
        values["want_skus"] = sku_set(wanted.offers)
    row = {"channel": channel, "key": wanted.key}
    # The listing first: whoever holds its row knows that nobody is about to change its offers.
    put(db, listings, row, values)
    if "want" in values:
        _want_offers(db, channel, wanted)
    elif wanted.held and wanted.reason == OFFERS_GO:
        _want_again(db, channel, wanted)
    if wanted.traces:
        put(db, traces, row, {"body": dumps(with_live(db, channel, wanted))})


def _want_offers(db: Connection, channel: str, wanted: Want) -> None:
    rows = OFFERS.run(db, {"channel": channel, "key": wanted.key})
    before = {row.sku: (row.want_prices, row.want_stock) for row in rows}
    for sku in sorted(before.keys() - wanted.offers.keys()):
        remove(db, offers, {"channel": channel, "sku": sku})
    for sku, offer in sorted(wanted.offers.items()):
        prices, stock = packed_prices(offer.prices, wanted.kept.get(sku, ())), _stock(wanted, offer)
        values = {"want_prices": prices, "want_stock": stock}
        if sku not in before:
            _leave(db, channel, sku)
            put(db, offers, {"channel": channel, "sku": sku}, {"key": wanted.key, **values})
        elif before[sku] != (prices, stock):
            overwrite(db, offers, {"channel": channel, "sku": sku}, {**values, "refused": ""})


def _stock(wanted: Want, offer: Offer) -> str:
    return STAYS if offer.sku in wanted.uncounted else str(offer.stock)


def _want_again(db: Connection, channel: str, wanted: Want) -> None:
    """Other prices and another stock of what is there; no variant comes or goes with a document that is held.

    One that left the catalog is sold out; its price stays, whatever it is.
    """
    rows = {row.sku: row for row in OFFERS.run(db, {"channel": channel, "key": wanted.key})}
    markets = {market for offer in wanted.offers.values() for market in offer.prices}
    markets |= {market for kept in wanted.kept.values() for market in kept}
    known = [text for row in rows.values() for text in (row.want_prices, row.have_prices) if text]
    markets |= {market for text in known for market in loads(text.removeprefix(UNKNOWN))}
    for sku in sorted(rows.keys() | _there(db, channel, wanted.key)):
        offer, row = wanted.offers.get(sku), rows.get(sku)
        # What was wanted of one that left may be what a plan over another catalog wrote.
        values = {"want_prices": packed_prices({}, markets), "want_stock": "0"}
        if offer is not None:
            prices = packed_prices(offer.prices, wanted.kept.get(sku, ()))
            values = {"want_prices": prices, "want_stock": _stock(wanted, offer)}
        if row is None and markets:
            put(db, offers, {"channel": channel, "sku": sku}, {"key": wanted.key, **values})
        elif row is not None and any(getattr(row, name) != value for name, value in values.items()):
            overwrite(db, offers, {"channel": channel, "sku": sku}, {**values, "refused": ""})


def _there(db: Connection, channel: str, key: str) -> set[str]:
    """The SKUs that the market has of a listing, without those that another one has by now."""
    stand = read(db, channel, key)
    skus = stand.ref.skus if stand is not None and stand.ref is not None else ()
    return {sku for sku in skus if key_of(db, channel, sku) in ("", key)}


def _leave(db: Connection, channel: str, sku: str) -> None:
    """A SKU that moves to another listing starts anew there, and the one it leaves wants it no more."""
    former = key_of(db, channel, sku)
    if not former:
        return
    remove(db, offers, {"channel": channel, "sku": sku})
    rest = OFFERS.run(db, {"channel": channel, "key": former})
    change(db, channel, former, want_skus=sku_set(row.sku for row in rest))


def keep_prices(db: Connection, channel: str, skus: Iterable[str]) -> None:
    """From now on the live price of these stays in every market, whatever it is."""
    for sku in skus:
        row = ACKNOWLEDGED.run(db, {"channel": channel, "sku": sku}).one_or_none()
        if row is not None and row.have_prices:
            every = prices_from(row.have_prices.removeprefix(UNKNOWN))
            values = {"want_prices": packed_prices(every, every.keys())}
            overwrite(db, offers, {"channel": channel, "sku": sku}, values)


def leave_offer(
    db: Connection, channel: str, seen: Offer, *, prices: bool, stock: bool, known: OfferStanding
) -> bool:
    """What the shop shows of this SKU's prices or stock is both wanted and acknowledged; whether that is news."""
    values: dict[str, Any] = {}
    if prices and not (known.want is not None and known.want.prices == seen.prices == known.have_prices):
        values["have_prices"] = packed_prices(seen.prices)
        # One that stays does so at what the shop shows, too, and puts nothing back on sale.
        values["want_prices"] = packed_prices(seen.prices, known.kept)
    if stock and not (known.want is not None and known.want.stock == seen.stock == known.have_stock):
        values["have_stock"] = str(seen.stock)
        values["want_stock"] = STAYS if known.uncounted else values["have_stock"]
    if values:
        overwrite(db, offers, {"channel": channel, "sku": seen.sku}, values)
    return bool(values)


def leave_texts(
    db: Connection, channel: str, stand: Standing, placed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> bool:
    """Both the wanted and the acknowledged document as `placed` makes them; whether one of them is another now."""
    values = {}
    for column, name in (("want", stand.want), ("have", stand.have)):
        before = document(db, name)
        after = placed(before) if before is not None else None
        if after is not None and after != before:
            values[column] = keep_document(db, after)
    if values:
        change(db, channel, stand.key, **values)
    return bool(values)
