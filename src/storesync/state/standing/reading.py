"""What the state knows of listings, read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB

from storesync.model import dumps, loads
from storesync.state.schema import channels, documents, listings, offers
from storesync.state.standing.columns import ONE, ref_from, standing_of
from storesync.state.standing.value import UNKNOWN, Standing
from storesync.state.statement import Statement

__all__ = [
    "OFFERS",
    "document",
    "ended",
    "hold",
    "key_of",
    "keys",
    "keys_of",
    "names_like",
    "read",
    "read_all",
    "refs",
    "revision",
]

_LISTING = Statement(select(listings).where(listings.c.channel == ONE[0], listings.c.key == ONE[1]))
_HELD = Statement(
    select(listings).where(listings.c.channel == ONE[0], listings.c.key == ONE[1]).with_for_update()
)
OFFERS = Statement(
    select(offers).where(offers.c.channel == ONE[0], offers.c.key == ONE[1]).order_by(offers.c.sku)
)
_DOCUMENT = Statement(select(documents.c.body).where(documents.c.digest == bindparam("digest")))
_KEY_OF = Statement(select(offers.c.key).where(offers.c.channel == ONE[0], offers.c.sku == bindparam("sku")))
_KEYS = Statement(select(listings.c.key, listings.c.input).where(listings.c.channel == ONE[0]))
_INPUT = Statement(
    select(listings.c.key, listings.c.input).where(listings.c.channel == ONE[0], listings.c.key == ONE[1])
)
_LISTINGS = Statement(select(listings).where(listings.c.channel == ONE[0]).order_by(listings.c.key))
_VARIANTS = Statement(select(offers).where(offers.c.channel == ONE[0]).order_by(offers.c.key, offers.c.sku))
_REFS = Statement(select(listings.c.ref).where(listings.c.channel == ONE[0], listings.c.ref.is_not(None)))
_ENDED = Statement(
    select(listings.c.key, listings.c.ending).where(
        listings.c.channel == ONE[0],
        listings.c.want_shown == false(),
        listings.c.ending != literal_column("''"),
    )
)

# The keys come as one JSON list: so the statement is the same for any number of them.
_NAMED = func.json_each(bindparam("keys")).table_valued("value").select()
_NAMED_PG = select(func.jsonb_array_elements_text(cast(bindparam("keys"), JSONB)))


def _some(table: Table, *order: Any) -> Statement:
    every = select(table).where(table.c.channel == ONE[0]).order_by(*order)
    return Statement(every.where(table.c.key.in_(_NAMED)), postgresql=every.where(table.c.key.in_(_NAMED_PG)))


_SOME_LISTINGS = _some(listings, listings.c.key)
_SOME_VARIANTS = _some(offers, offers.c.key, offers.c.sku)
_REVISION = Statement(
    select(func.coalesce(func.max(channels.c.revision), literal_column("0"))).where(
        channels.c.channel == ONE[0]
    )
)


def read(db: Connection, channel: str, key: str) -> Standing | None:
    """One listing's standing, or None."""
    named = {"channel": channel, "key": key}
    row = _LISTING.run(db, named).one_or_none()
    return standing_of(row, OFFERS.run(db, named)) if row is not None else None


def hold(db: Connection, channel: str, key: str) -> Standing | None:
    """The same, and until the transaction ends nobody else changes what is wanted of it."""
    named = {"channel": channel, "key": key}
    row = _HELD.run(db, named).one_or_none()
    return standing_of(row, OFFERS.run(db, named)) if row is not None else None


def read_all(db: Connection, channel: str, *, keys: Iterable[str] | None = None) -> Iterator[Standing]:
    """Every standing of a channel in key order, or those of `keys`."""
    named = {"channel": channel}
    if keys is None:
        rows, variants = _LISTINGS.run(db, named), _VARIANTS.run(db, named)
    else:
        some = named | {"keys": dumps(sorted(keys))}
        rows, variants = _SOME_LISTINGS.run(db, some), _SOME_VARIANTS.run(db, some)
    by_key: dict[str, list[Any]] = {}
    for row in variants:
        by_key.setdefault(row.key, []).append(row)
    for row in rows:
        yield standing_of(row, by_key.get(row.key, ()))


def keys(db: Connection, channel: str, *, only: Iterable[str] | None = None) -> Mapping[str, str]:
    """The input digest of every listing of a channel, or of those with these keys."""
    if only is None:
        return {row.key: row.input for row in _KEYS.run(db, {"channel": channel})}
    found = (_INPUT.run(db, {"channel": channel, "key": key}).one_or_none() for key in only)
    return {row.key: row.input for row in found if row is not None}


def refs(db: Connection, channel: str) -> Iterator[str]:
    """The market's id of every listing that is known as ours."""
    for body in _REFS.run(db, {"channel": channel}).scalars():
        yield ref_from(body).listing


def ended(db: Connection, channel: str) -> Iterator[tuple[str, str]]:
    """Key and reason of every listing that a person ended for good."""
    for row in _ENDED.run(db, {"channel": channel}):
        yield row.key, row.ending


def document(db: Connection, name: str) -> Mapping[str, Any] | None:
    """The content document with this digest; None for nothing and for unknown."""
    if not name or name == UNKNOWN:
        return None
    body = _DOCUMENT.run(db, {"digest": name}).scalar_one_or_none()
    return loads(body) if body is not None else None


def revision(db: Connection, channel: str) -> int:
    """A number that grows whenever what is wanted or acknowledged changes."""
    return int(_REVISION.run(db, {"channel": channel}).scalar_one())


def key_of(db: Connection, channel: str, sku: str) -> str:
    """The listing that a SKU belongs to; empty when it is unknown."""
    return str(_KEY_OF.run(db, {"channel": channel, "sku": sku}).scalar_one_or_none() or "")


def names_like(db: Connection, channel: str, beginning: str, *, most: int) -> tuple[str, ...]:
    """Keys and SKUs of a channel that begin so, in small or capital letters."""
    named = union(
        select(listings.c.key).where(listings.c.channel == channel),
        select(offers.c.sku.label("key")).where(offers.c.channel == channel),
    ).subquery()
    begins = func.lower(named.c.key).startswith(beginning.lower(), autoescape=True)
    found = select(named.c.key).where(begins).order_by(named.c.key).limit(most)
    return tuple(db.execute(found).scalars())


def keys_of(db: Connection, channel: str, skus: Iterable[str]) -> tuple[str, ...]:
    """The listings that these SKUs belong to, each once."""
    found = (key_of(db, channel, sku) for sku in skus)
    return tuple(dict.fromkeys(key for key in found if key))
