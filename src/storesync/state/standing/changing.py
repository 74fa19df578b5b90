"""What the market acknowledged, or what nobody knows any more, entered in the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    literal_column,
    select,
    update,
)

from storesync.model import Offer, digest, dumps
from storesync.state.row import keep, put
from storesync.state.schema import channels, documents, listings, offers
from storesync.state.standing.columns import ONE, packed, packed_prices, sku_set
from storesync.state.standing.value import UNKNOWN
from storesync.state.statement import Statement, overwrite

__all__ = [
    "ACKNOWLEDGED",
    "acknowledge_content",
    "acknowledge_offers",
    "bump",
    "change",
    "doubt_offers",
    "keep_document",
    "meet_offer",
]

ACKNOWLEDGED = Statement(
    select(offers.c.have_prices, offers.c.have_stock).where(
        offers.c.channel == ONE[0], offers.c.sku == bindparam("sku")
    )
)
_MORE = Statement(
    update(channels)
    .where(channels.c.channel == bindparam("of_channel"))
    .values(revision=channels.c.revision + literal_column("1"))
)


def keep_document(db: Connection, content: Mapping[str, Any]) -> str:
    """Keep a content document; gives its digest."""
    name = digest(content)
    keep(db, documents, {"digest": name, "body": dumps(content)})
    return name


def change(db: Connection, channel: str, key: str, **values: Any) -> None:
    """Set some of a listing's columns; names are those of `Standing`. A token that goes takes its first use along."""
    if values.get("token") == "":
        values["token_at"] = None
    columns = packed(values)
    if "ref" in values:
        columns["have_skus"] = sku_set(values["ref"].skus) if values["ref"] is not None else ""
    overwrite(db, listings, {"channel": channel, "key": key}, columns)


def acknowledge_offers(
    db: Connection, channel: str, acknowledged: Iterable[Offer], *, prices: bool = False, stock: bool = False
) -> None:
    """The market took these prices, this stock, or both."""
    for offer in acknowledged:
        values: dict[str, Any] = {"refused": ""}
        if prices:
            values["have_prices"] = packed_prices(offer.prices)
        if stock:
            values["have_stock"] = str(offer.stock)
        overwrite(db, offers, {"channel": channel, "sku": offer.sku}, values)


def meet_offer(db: Connection, channel: str, key: str, seen: Offer, *, prices: bool, stock: bool) -> None:
    """The market shows this price, this stock, or both, of a SKU of ours; also where nobody wants it any more."""
    values: dict[str, Any] = {"key": key}
    if prices:
        values["have_prices"] = packed_prices(seen.prices)
    if stock:
        values["have_stock"] = str(seen.stock)
    put(db, offers, {"channel": channel, "sku": seen.sku}, values)


def doubt_offers(
    db: Connection,
    channel: str,
    skus: Iterable[str],
    *,
    prices: bool = False,
    stock: bool = False,
    refused: str = "",
) -> None:
    """Nobody knows what the market has of these; `refused` says that the market did not want them."""
    for sku in skus:
        named = {"channel": channel, "sku": sku}
        row = ACKNOWLEDGED.run(db, named).one_or_none()
        values: dict[str, Any] = {"refused": refused} if refused else {}
        # The last acknowledged value stays behind the mark: a guard must have something to measure against.
        if row is not None and prices and row.have_prices and not row.have_prices.startswith(UNKNOWN):
            values["have_prices"] = UNKNOWN + row.have_prices
        if row is not None and stock and row.have_stock and not row.have_stock.startswith(UNKNOWN):
            values["have_stock"] = UNKNOWN + row.have_stock
        if values:
            overwrite(db, offers, named, values)


def acknowledge_content(db: Connection, channel: str, key: str, content: Mapping[str, Any] | None) -> None:
    """The market shows this document; None is unknown."""
    change(db, channel, key, have=keep_document(db, content) if content is not None else UNKNOWN)


def bump(db: Connection, channel: str) -> None:
    """Note that something changed; plans made before are stale."""
    named = {"of_channel": channel}
    if _MORE.run(db, named).rowcount == 0 and not keep(db, channels, {"channel": channel, "revision": 1}):
        _MORE.run(db, named)
