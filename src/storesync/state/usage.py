"""How much of a day's quota was used, and which processes share one: told to all that use this state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from attrs import frozen
from sqlalchemy import Connection, bindparam, select, update

from storesync.state.clock import stamp, unstamp
from storesync.state.row import keep, put
from storesync.state.schema import sharers, usage
from storesync.state.statement import Statement, overwrite, remove

__all__ = ["Drawn", "Used", "draw", "give_back", "join", "leave", "shut", "used"]

_ALL = 2**62  # more than any quota
_CURRENT = select(usage).where(usage.c.until > bindparam("now"))
_ONE = Statement(_CURRENT.where(usage.c.name == bindparam("name")))
_OURS = Statement(select(usage).where(usage.c.name == bindparam("name")).with_for_update())
_GIVEN_BACK = Statement(
    update(usage)
    .where(
        usage.c.name == bindparam("of_name"),
        usage.c.until == bindparam("at"),
        usage.c.used >= bindparam("number"),
    )
    .values(used=usage.c.used - bindparam("number"))
)
_SHARERS = Statement(select(sharers.c.owner, sharers.c.until).where(sharers.c.scope == bindparam("scope")))
_EVERY = Statement(_CURRENT.order_by(usage.c.name))


@frozen
class Drawn:
    """So much was granted of a quota that renews at `until`."""

    granted: int
    until: datetime


@frozen
class Used:
    """How much of a quota is used until it renews."""

    name: str
    used: int
    until: datetime

    @property
    def shut(self) -> bool:
        """Whether the market itself said that nothing is left."""
        return self.used >= _ALL


def draw(
    db: Connection, name: str, *, least: int, much: int, limit: int, renews: datetime, now: datetime
) -> Drawn:
    """Set up to `much` of a day's quota aside, or nothing when `least` is not left; `renews` begins a new day."""
    row = _OURS.run(db, {"name": name}).one_or_none()
    if row is None:
        keep(db, usage, {"name": name, "used": 0, "until": stamp(renews)})
        row = _OURS.run(db, {"name": name}).one()
    before, until = (row.used, unstamp(row.until)) if row.until > stamp(now) else (0, renews)
    granted = min(much, limit - before)
    if granted < least:
        granted = 0
    overwrite(db, usage, {"name": name}, {"used": before + granted, "until": stamp(until)})
    return Drawn(granted, until)


def give_back(db: Connection, name: str, number: int, *, until: datetime) -> None:
    """So many that were set aside were not used, if the day that renews at `until` is still the same."""
    _GIVEN_BACK.run(db, {"of_name": name, "at": stamp(until), "number": number})


def shut(db: Connection, name: str, until: datetime) -> None:
    """The market itself says that nothing is left until then."""
    put(db, usage, {"name": name}, {"used": _ALL, "until": stamp(until)})


def used(db: Connection, now: datetime, names: Iterable[str] | None = None) -> tuple[Used, ...]:
    """What was used of these quotas, or of all; those that were renewed meanwhile, or never used, are left out."""
    at = {"now": stamp(now)}
    if names is None:
        rows = _EVERY.run(db, at).all()
    else:
        rows = [row for name in sorted(set(names)) for row in _ONE.run(db, {**at, "name": name})]
    return tuple(Used(row.name, row.used, unstamp(row.until)) for row in rows)


def join(
    db: Connection,
    scope: str,
    owner: str,
    now: datetime,
    ttl: float,
    *,
    ended: Callable[[str], bool] = lambda owner: False,
) -> tuple[int, int]:
    """Say that `owner` draws on a scope's quotas for `ttl` seconds more; its rank among all who do, and how many."""
    put(db, sharers, {"scope": scope, "owner": owner}, {"until": stamp(now + timedelta(seconds=ttl))})
    found = _SHARERS.run(db, {"scope": scope}).all()
    gone = [row.owner for row in found if row.until <= stamp(now) or ended(row.owner)]
    for one in gone:
        remove(db, sharers, {"scope": scope, "owner": one})
    owners = sorted({row.owner for row in found}.difference(gone))
    return owners.index(owner), len(owners)


def leave(db: Connection, scope: str, owner: str) -> None:
    """The owner draws on these quotas no more."""
    remove(db, sharers, {"scope": scope, "owner": owner})
