"""Who may write to a channel now: one owner at a time, with a number that only grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from storesync.errors import Locked
from storesync.state.clock import stamp
from storesync.state.row import keep
from storesync.state.schema import leases
from storesync.state.statement import Statement, overwrite
from storesync.state.store import Fence, leased

__all__ = ["holder", "release", "renew", "take"]

_ROW = Statement(select(leases).where(leases.c.name == bindparam("name")).with_for_update())


def take(
    db: Connection,
    name: str,
    owner: str,
    now: datetime,
    ttl: float,
    *,
    ended: Callable[[str], bool] = lambda owner: False,
) -> Fence:
    """The lease for `owner`, for `ttl` seconds; Locked when somebody else holds it and it is not over.

    An owner that has `ended` holds nothing: whoever asks next takes over, under a higher number. So does one whose clock
    was ahead by more than a lease when it came: nobody could wait for that. Of processes that ask at the same moment
    one gets it: they wait for each other at the row.
    """
    free = {"name": name, "owner": "", "fence": 0, "since": "", "until": ""}
    row = _ROW.run(db, {"name": name}).one_or_none()
    if row is None:
        keep(db, leases, free)
        row = _ROW.run(db, {"name": name}).one()
    until = stamp(now + timedelta(seconds=ttl))
    held = row.until > stamp(now) and row.since <= until
    if row.owner and row.owner != owner and held and not ended(row.owner):
        raise Locked(
            f"{leased(name)}: {row.owner} is at work since {row.since}; its lease ends at {row.until} unless renewed"
        )
    number = row.fence + 1
    values = {"owner": owner, "fence": number, "since": stamp(now), "until": until}
    overwrite(db, leases, {"name": name}, values)
    return Fence(name, owner, number)


def renew(db: Connection, fence: Fence, now: datetime, ttl: float) -> None:
    """Hold on for another `ttl` seconds; Locked when the lease was lost."""
    fence.check(db)
    overwrite(db, leases, {"name": fence.lease}, {"until": stamp(now + timedelta(seconds=ttl))})


def release(db: Connection, fence: Fence) -> None:
    """Give the lease back; the number stays, so that it never repeats."""
    overwrite(db, leases, {"name": fence.lease, "fence": fence.number}, {"owner": "", "until": ""})


def holder(
    db: Connection, name: str, now: datetime, *, ended: Callable[[str], bool] = lambda owner: False
) -> tuple[str, str] | None:
    """Who holds the lease and since when, or None; an owner that has `ended` holds nothing."""
    row = db.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if row is None or not row.owner or row.until <= stamp(now) or ended(row.owner):
        return None
    return row.owner, row.since
