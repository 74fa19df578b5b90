"""What a channel was told or found once and keeps: pictures sent, categories, shop facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from storesync.model import Category, CategoryKey, File, digest, dumps, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.converter import CONVERTER
from storesync.state.row import put
from storesync.state.schema import categories, channels, files, media, traces
from storesync.state.statement import Statement

__all__ = [
    "category",
    "contact",
    "denied",
    "file",
    "forget_media",
    "identity",
    "keep_category",
    "keep_contact",
    "keep_denied",
    "keep_files",
    "keep_identity",
    "keep_media",
    "keep_shop",
    "media_values",
    "others",
    "shop",
    "trace",
    "traced",
    "was_sent",
]

_MEDIA = Statement(select(media).where(media.c.channel == bindparam("channel")))

_IDENTITIES = (
    0x5354_4F52_5348_4F50  # any number that is ours: shops are compared and kept one after the other
)
_FILE = Statement(select(files).where(files.c.sha256 == bindparam("sha256")))
_CATEGORY = Statement(
    select(categories.c.body, categories.c.at).where(
        categories.c.channel == bindparam("channel"),
        categories.c.id == bindparam("id"),
        categories.c.chosen == bindparam("chosen"),
    )
)
_FOUND = Statement(
    select(channels.c.shop, channels.c.identity, channels.c.contact, channels.c.denied).where(
        channels.c.channel == bindparam("channel")
    )
)
_SENT = Statement(
    select(media.c.at).where(
        media.c.channel == bindparam("channel"),
        media.c.sha256 == bindparam("sha256"),
        media.c.role == bindparam("role"),
    )
)


def keep_files(db: Connection, some: Iterable[File]) -> None:
    """Where the bytes of these files lie."""
    # In one order, so that processes that keep the same files wait for each other in turn.
    for one in sorted(some, key=lambda file: file.sha256):
        values = {"path": one.path, "type": one.type, "bytes": one.bytes, "name": one.name}
        put(db, files, {"sha256": one.sha256}, values)


def file(db: Connection, sha256: str) -> File | None:
    """The file with these bytes, or None."""
    row = _FILE.run(db, {"sha256": sha256}).one_or_none()
    if row is None:
        return None
    return File(sha256=row.sha256, path=row.path, type=row.type, bytes=row.bytes, name=row.name)


def keep_media(db: Connection, channel: str, sha256: str, role: str, value: str, at: datetime) -> None:
    """The market's id or address for a file that was sent."""
    put(db, media, {"channel": channel, "sha256": sha256, "role": role}, {"value": value, "at": stamp(at)})


def forget_media(db: Connection, channel: str, lost: Mapping[tuple[str, str], str]) -> None:
    """The market has nothing under these values any more, by (sha256, role); what was sent anew meanwhile stays."""
    for (sha256, role), value in lost.items():
        where = media.c.sha256 == sha256, media.c.role == role, media.c.value == value
        db.execute(delete(media).where(media.c.channel == channel, *where))


def media_values(db: Connection, channel: str) -> dict[tuple[str, str], str]:
    """What stands for each file that this channel was sent, by (sha256, role)."""
    rows = _MEDIA.run(db, {"channel": channel})
    return {(row.sha256, row.role): row.value for row in rows}


def was_sent(db: Connection, channel: str, sha256: str, role: str) -> bool:
    """Whether this channel has the file."""
    return _SENT.run(db, {"channel": channel, "sha256": sha256, "role": role}).first() is not None


def _chosen(key: CategoryKey) -> str:
    return digest(dict(key.chosen)) if key.chosen else ""


def keep_category(db: Connection, channel: str, key: CategoryKey, found: Category, at: datetime) -> None:
    """A category document, with its age."""
    body = CONVERTER.unstructure(found)
    body["rules"] = found.rules  # opaque: every digit stays as it is
    where = {"channel": channel, "id": key.id, "chosen": _chosen(key)}
    put(db, categories, where, {"body": dumps(body), "at": stamp(at)})


def category(db: Connection, channel: str, key: CategoryKey) -> tuple[Category, datetime] | None:
    """A category document and when it was read, or None."""
    row = _CATEGORY.run(db, {"channel": channel, "id": key.id, "chosen": _chosen(key)}).one_or_none()
    if row is None:
        return None
    return _category_from(row.body), unstamp(row.at)


@lru_cache(maxsize=32)  # a rule document is large, and every plan reads the same few
def _category_from(text: str) -> Category:
    return CONVERTER.structure(loads(text), Category)


def keep_shop(db: Connection, channel: str, found: Mapping[str, Any]) -> None:
    """What `discover` found."""
    put(db, channels, {"channel": channel}, {"shop": dumps(found, sort=True)})


def keep_identity(db: Connection, channel: str, identity: Mapping[str, Any]) -> None:
    """Whose account and shop this is."""
    put(db, channels, {"channel": channel}, {"identity": dumps(identity, sort=True)})


def identity(db: Connection, channel: str) -> Mapping[str, Any]:
    """Whose account and shop this was when it was last accepted; empty before the first contact."""
    return _found(db, channel, "identity")


def others(db: Connection, channel: str) -> Mapping[str, Mapping[str, Any]]:
    """Whose account and shop the other channels are, by their names; whoever asks this next waits for the caller."""
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_IDENTITIES)))
    known = select(channels.c.channel, channels.c.identity).where(channels.c.channel != channel)
    return {row.channel: loads(row.identity) for row in db.execute(known.order_by(channels.c.channel))}


def keep_contact(db: Connection, channel: str, contact: Mapping[str, Any]) -> None:
    """How the first contact with the shop went."""
    put(db, channels, {"channel": channel}, {"contact": dumps(contact, sort=True)})


def contact(db: Connection, channel: str) -> Mapping[str, Any]:
    """How the first contact went; empty while nobody knows what of the shop is ours."""
    return _found(db, channel, "contact")


def keep_denied(db: Connection, channel: str, denied: Mapping[str, Any]) -> None:
    """That the market refuses the account; empty: it takes it again."""
    put(db, channels, {"channel": channel}, {"denied": dumps(denied, sort=True)})


def denied(db: Connection, channel: str) -> Mapping[str, Any]:
    """Since when and in which words the market refuses the account; empty when it does not."""
    return _found(db, channel, "denied")


def shop(db: Connection, channel: str) -> Mapping[str, Any]:
    """What `discover` found before; empty when it never ran."""
    return _found(db, channel, "shop")


def _found(db: Connection, channel: str, column: str) -> Mapping[str, Any]:
    row = _FOUND.run(db, {"channel": channel}).one_or_none()
    body = None if row is None else getattr(row, column)
    return loads(body) if body else {}


def traced(db: Connection, channel: str, sku: str) -> str:
    """The listing in whose traces a SKU has a price; empty when there is none.

    Reads all traces of the channel: only for a SKU that no offer knows, since its listing was never ready.
    """
    asked = traces.c.channel == channel, traces.c.body.contains(dumps(sku), autoescape=True)
    for key, body in db.execute(select(traces.c.key, traces.c.body).where(*asked)):
        if sku in loads(body).get("prices", {}):
            return str(key)
    return ""


def trace(db: Connection, channel: str, key: str) -> Mapping[str, Any] | None:
    """How the prices and texts of a listing came to be, or None."""
    body = db.execute(
        select(traces.c.body).where(traces.c.channel == channel, traces.c.key == key)
    ).scalar_one_or_none()
    return loads(body) if body is not None else None
