"""The memory of translations: what was said for a source text, by whom, and how far it was approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve
from sqlalchemy import Connection, Row, or_, select, tuple_, update

from storesync.localization import APPROVED, MemoryText, TextKey, successor
from storesync.state.clock import stamp, unstamp
from storesync.state.row import put
from storesync.state.schema import texts

__all__ = ["keep_texts", "lock_text", "newest_approved", "remembered", "texts_in"]

_AT_ONCE = 400  # rows of one query: both databases bound the parameters of a statement
_KEY = (
    texts.c.source,
    texts.c.source_locale,
    texts.c.target_locale,
    texts.c.field,
    texts.c.glossary,
)


def remembered(db: Connection, keys: Iterable[TextKey]) -> dict[TextKey, MemoryText]:
    """What is remembered under these keys."""
    wanted = list(dict.fromkeys(keys))
    found: dict[TextKey, MemoryText] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = db.execute(select(texts).where(tuple_(*_KEY).in_([_parts(key) for key in some])))
        found |= {one.key: one for one in map(_text, rows)}
    return found


def keep_texts(
    db: Connection, some: Iterable[MemoryText], *, person: bool, at: datetime
) -> tuple[MemoryText, ...]:
    """Remember texts; gives those that an older one kept out (`successor` says when).

    The rows are read and written in one transaction: what a person approves meanwhile is not lost.
    """
    refused = []
    given = tuple(some)
    known = remembered(db, (one.key for one in given))
    for one in given:
        old = known.get(one.key)
        new = successor(old, one, person=person)
        if new is old and one != old:
            refused.append(one)
        elif new is not old:
            _write(db, new, at)
            known[new.key] = new
    return tuple(refused)


def lock_text(db: Connection, key: TextKey, *, locked: bool) -> bool:
    """Lock a text against every change, or free it; whether it was there."""
    condition = [column == part for column, part in zip(_KEY, _parts(key), strict=True)]
    return db.execute(update(texts).where(*condition).values(locked=locked)).rowcount == 1


def newest_approved(db: Connection, target: str, places: Iterable[str]) -> Mapping[str, MemoryText]:
    """The newest text of each place that a person approved, whatever source it was made from."""
    wanted = list(dict.fromkeys(places))
    found: dict[str, MemoryText] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = db.execute(
            select(texts)
            .where(
                texts.c.target_locale == target,
                texts.c.place.in_(wanted[start : start + _AT_ONCE]),
                or_(texts.c.state.in_(sorted(APPROVED)), texts.c.locked),
            )
            .order_by(texts.c.at)
        )
        found |= {one.place: one for one in map(_text, rows)}
    return found


def texts_in(
    db: Connection, target: str, *, states: Sequence[str] = (), after: str = ""
) -> Iterator[MemoryText]:
    """All texts in one language, by place; `states` choose, `after` leaves out the places up to it."""
    chosen = select(texts).where(texts.c.target_locale == target, texts.c.place > after)
    if states:
        chosen = chosen.where(texts.c.state.in_(states))
    for row in db.execute(chosen.order_by(texts.c.place, texts.c.field, texts.c.source)):
        yield _text(row)


def _parts(key: TextKey) -> tuple[str, str, str, str, str]:
    return key.source, key.source_locale, key.target_locale, key.field, key.glossary


def _write(db: Connection, one: MemoryText, at: datetime) -> None:
    where = dict(zip((column.name for column in _KEY), _parts(one.key), strict=True))
    values: dict[str, Any] = {
        "source_text": one.source_text,
        "text": one.text,
        "state": one.state,
        "by": one.by,
        "place": one.place,
        "locked": one.locked,
        "note": one.note,
        "at": stamp(one.at or at),
    }
    put(db, texts, where, values)


def _text(row: Row[Any]) -> MemoryText:
    one = MemoryText(
        key=TextKey(row.source, row.source_locale, row.target_locale, row.field, row.glossary),
        source_text=row.source_text,
        text=row.text,
        state=row.state,
        by=row.by,
        place=row.place,
        locked=bool(row.locked),
        note=row.note,
    )
    return evolve(one, at=unstamp(row.at))
