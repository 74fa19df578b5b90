"""The memory of translations: what was said for a source text, by whom, and how far it was approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve
from sqlalchemy import Connection, Row, func, or_, select, tuple_, update

from storesync.localization import APPROVED, MemoryText, TextKey, successor
from storesync.state.clock import stamp, unstamp
from storesync.state.row import keep, put
from storesync.state.schema import spent, texts

__all__ = [
    "any_in",
    "free_texts",
    "keep_texts",
    "put_back",
    "remembered",
    "said_at",
    "set_aside",
    "texts_of",
]

_AT_ONCE = 400  # rows of one query: both databases bound the parameters of a statement
_MOMENT = timedelta(microseconds=1)
_PEOPLE = 0x5354_4F52_5445_5854  # any number that is ours: people's words are kept one after the other
_SAID = or_(texts.c.state.in_(sorted(APPROVED)), texts.c.locked, texts.c.own_place != "")
_KEY = (
    texts.c.source,
    texts.c.source_locale,
    texts.c.target_locale,
    texts.c.field,
    texts.c.glossary,
)


def remembered(db: Connection, keys: Iterable[TextKey]) -> dict[TextKey, MemoryText]:
    """What is remembered under these keys, whatever place it belongs to."""
    wanted = list(dict.fromkeys(_parts(key) for key in keys))
    found: dict[TextKey, MemoryText] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = db.execute(select(texts).where(tuple_(*_KEY).in_(some)))
        found |= {one.key: one for one in map(_text, rows)}
    return found


def keep_texts(
    db: Connection,
    some: Iterable[MemoryText],
    *,
    person: bool,
    at: datetime,
    since: Mapping[str, datetime] | None = None,
) -> tuple[MemoryText, ...]:
    """Remember texts; gives those that an older one kept out (`successor` says when).

    The rows are read and written in one transaction: what a person approves meanwhile is not lost. What a person
    says now is newer than all that was said at its place, whatever the clocks of other machines showed then. With
    `since` (`said_at` before the texts were compared) a place where somebody spoke meanwhile keeps what he said.
    """
    refused = []
    given = tuple(some)
    known = remembered(db, (one.key for one in given))
    if person and db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_PEOPLE)))
    last: dict[tuple[str, str], datetime] = {}
    for target in {one.key.target_locale for one in given} if person else ():
        spoken = said_at(db, target, [one.place for one in given if one.key.target_locale == target])
        last |= {(target, place): moment for place, moment in spoken.items()}
    for said in given:
        before = last.get((said.key.target_locale, said.place))
        if since is not None and before != since.get(said.place):
            refused.append(said)
            continue
        one = said if said.at is not None or before is None else evolve(said, at=max(at, before + _MOMENT))
        old = known.get(one.key)
        new = successor(old, one, person=person)
        if new is old and one != old:
            refused.append(said)
        elif new is not old:
            _write(db, new, at)
            known[new.key] = new
    return tuple(refused)


def said_at(db: Connection, target: str, places: Iterable[str]) -> dict[str, datetime]:
    """When a person last said something at each of these places in one language."""
    named, found = list(dict.fromkeys(places)), dict[str, datetime]()
    newest = select(texts.c.place, func.max(texts.c.at)).where(texts.c.target_locale == target, _SAID)
    for start in range(0, len(named), _AT_ONCE):
        here = newest.where(texts.c.place.in_(named[start : start + _AT_ONCE]))
        found |= {place: unstamp(at) for place, at in db.execute(here.group_by(texts.c.place))}
    return found


def free_texts(db: Connection, target: str, places: Sequence[str]) -> tuple[str, ...]:
    """Free the locked texts of these places in one language; the places that changed."""
    changed: list[str] = []
    for start in range(0, len(places), _AT_ONCE):
        here = texts.c.place.in_(places[start : start + _AT_ONCE])
        meant = (texts.c.target_locale == target, here, texts.c.locked)
        changed += db.execute(select(texts.c.place).where(*meant)).scalars()
        db.execute(update(texts).where(*meant).values(locked=False))
    return tuple(dict.fromkeys(changed))


def any_in(db: Connection, targets: Iterable[str]) -> bool:
    """Whether anything is remembered in these languages."""
    wanted = select(texts.c.place).where(texts.c.target_locale.in_(list(targets))).limit(1)
    return db.execute(wanted).first() is not None


def set_aside(db: Connection, engine: str, day: date, *, least: int, most: int, limit: int) -> int:
    """Count up to `most` characters as given to an engine in a day (UTC), or none when `least` are not left of its limit.

    Gives how many. Processes that ask at the same moment get no more than the limit together.
    """
    one = {"engine": engine, "day": day.isoformat()}
    keep(db, spent, {**one, "characters": 0})
    same = (spent.c.engine == engine) & (spent.c.day == one["day"])
    before = db.execute(select(spent.c.characters).where(same).with_for_update()).scalar_one()
    granted: int = min(most, limit - before)
    if granted < least:
        return 0
    db.execute(update(spent).where(same).values(characters=spent.c.characters + granted))
    return granted


def put_back(db: Connection, engine: str, day: date, characters: int) -> None:
    """Characters that were set aside in a day were not given to the engine after all."""
    same = (spent.c.engine == engine) & (spent.c.day == day.isoformat()) & (spent.c.characters >= characters)
    db.execute(update(spent).where(same).values(characters=spent.c.characters - characters))


def texts_of(
    db: Connection, target: str, sources: Sequence[str], places: Sequence[str]
) -> Iterator[MemoryText]:
    """What is remembered in one language of these source texts, and what people said at these places.

    Whatever the glossary, and at the places whatever the source; some come twice.
    """
    for start in range(0, len(sources), _AT_ONCE):
        some = sources[start : start + _AT_ONCE]
        for row in db.execute(select(texts).where(texts.c.target_locale == target, texts.c.source.in_(some))):
            yield _text(row)
    for start in range(0, len(places), _AT_ONCE):
        here = texts.c.place.in_(places[start : start + _AT_ONCE])
        for row in db.execute(select(texts).where(texts.c.target_locale == target, here, _SAID)):
            yield _text(row)


def _parts(key: TextKey) -> tuple[str, str, str, str, str]:
    return key.source, key.source_locale, key.target_locale, key.field, key.glossary


def _write(db: Connection, one: MemoryText, at: datetime) -> None:
    where = dict(zip((column.name for column in _KEY), _parts(one.key), strict=True))
    where["own_place"] = one.key.place
    values: dict[str, Any] = {
        "source_text": one.source_text,
        "text": one.text,
        "state": one.state,
        "by": one.by,
        "place": one.place,
        "locked": one.locked,
        "note": one.note,
        "instead": one.instead,
        "at": stamp(one.at or at),
    }
    put(db, texts, where, values)


def _text(row: Row[Any]) -> MemoryText:
    one = MemoryText(
        key=TextKey(row.source, row.source_locale, row.target_locale, row.field, row.glossary, row.own_place),
        source_text=row.source_text,
        text=row.text,
        state=row.state,
        by=row.by,
        place=row.place,
        locked=bool(row.locked),
        note=row.note,
        instead=row.instead,
    )
    return evolve(one, at=unstamp(row.at))
