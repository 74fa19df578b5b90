"""Beside which source text every delivered translation was first seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from storesync.localization import Delivered, Sighting, confirmed, sight
from storesync.model import dumps, loads
from storesync.state.row import put
from storesync.state.schema import sightings

__all__ = ["confirm", "keep_sightings", "sighted"]

_AT_ONCE = 400  # rows of one query: both databases bound the parameters of a statement


def sighted(db: Connection, locale: str, products: Iterable[str]) -> dict[str, Sighting]:
    """What is known of the delivered texts of some products in one language."""
    wanted = list(products)
    found: dict[str, Sighting] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = db.execute(
            select(sightings).where(sightings.c.locale == locale, sightings.c.product.in_(some))
        )
        found |= {row.product: Sighting(row.fingerprint, loads(row.seen), loads(row.stale)) for row in rows}
    return found


def keep_sightings(db: Connection, some: Iterable[Delivered]) -> dict[tuple[str, str], Sighting]:
    """Note what is delivered now, by language and product; what was seen before keeps its first source.

    The rows are read and written in one transaction: what another process saw first is not lost.
    """
    given = tuple(some)
    found = {}
    for locale in dict.fromkeys(one.locale for one in given):
        mine = [one for one in given if one.locale == locale]
        known = sighted(db, locale, (one.product for one in mine))
        for one in mine:
            found[locale, one.product] = new = sight(one, known.get(one.product))
            if new != known.get(one.product):
                _write(db, one, new)
    return found


def confirm(db: Connection, one: Delivered, parts: Iterable[str]) -> None:
    """From now on the texts of these parts belong to the sources beside which they stand."""
    known = sighted(db, one.locale, [one.product])
    _write(db, one, confirmed(one, known.get(one.product), parts))


def _write(db: Connection, one: Delivered, new: Sighting) -> None:
    values: Mapping[str, str] = {
        "fingerprint": new.fingerprint,
        "seen": dumps({part: dict(table) for part, table in new.seen.items()}),
        "stale": dumps(dict(new.stale)),
    }
    put(db, sightings, {"product": one.product, "locale": one.locale}, values)
