"""Rate snapshots, kept for ever under their ids, and the log of what happened to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import Connection, Row, select

from storesync.model import dumps, frozen_map, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.row import keep
from storesync.state.schema import rates, snapshots
from storesync.state.statement import write_row

__all__ = [
    "COLLECTED",
    "PINNED",
    "PRICED",
    "UNPINNED",
    "RateEvent",
    "history",
    "keep_snapshot",
    "latest",
    "note",
    "snapshot",
    "snapshots_like",
]

COLLECTED: Final = "collected"
PRICED: Final = "priced"
PINNED: Final = "pinned"
UNPINNED: Final = "unpinned"


@frozen(kw_only=True)
class RateEvent:
    """One thing that happened: rates were collected, a channel is priced with others, a person pinned some.

    `channel` is empty for what concerns all of them; `details` are JSON.
    """

    event: str
    snapshot: str
    at: datetime
    channel: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(factory=dict, converter=frozen_map)

    @property
    def who(self) -> str:
        """The person who pinned or unpinned; empty when nobody said."""
        return str(self.details.get("who", ""))


def keep_snapshot(db: Connection, name: str, body: Mapping[str, Any], at: datetime) -> None:
    """A rate snapshot, for ever under its own id."""
    keep(db, snapshots, {"id": name, "body": dumps(body), "at": stamp(at)})


def snapshot(db: Connection, name: str) -> Mapping[str, Any] | None:
    """A rate snapshot by id, or None."""
    body = db.execute(select(snapshots.c.body).where(snapshots.c.id == name)).scalar_one_or_none()
    return loads(body) if body is not None else None


def snapshots_like(db: Connection, start: str) -> tuple[str, ...]:
    """The ids that begin so, sorted: people copy the first digits."""
    if not start.isalnum():
        return ()
    found = select(snapshots.c.id).where(snapshots.c.id.startswith(start)).order_by(snapshots.c.id)
    return tuple(str(name) for name in db.execute(found).scalars())


def note(db: Connection, happened: RateEvent) -> None:
    """Add to the log; nothing in it ever changes."""
    values = {
        "channel": happened.channel,
        "event": happened.event,
        "snapshot": happened.snapshot,
        "details": dumps(happened.details),
        "reason": happened.reason,
        "at": stamp(happened.at),
    }
    write_row(db, rates, values)


def _event(row: Row[Any]) -> RateEvent:
    return RateEvent(
        event=row.event,
        snapshot=row.snapshot,
        at=unstamp(row.at),
        channel=row.channel,
        reason=row.reason,
        details=loads(row.details),
    )


def latest(db: Connection, channel: str, *events: str) -> RateEvent | None:
    """The last of these events for this channel, or None; an empty channel asks for those that concern all."""
    found = (
        select(rates)
        .where(rates.c.channel == channel, rates.c.event.in_(events))
        .order_by(rates.c.seq.desc())
        .limit(1)
    )
    row = db.execute(found).one_or_none()
    return None if row is None else _event(row)


def history(db: Connection, most: int) -> Iterator[RateEvent]:
    """The last `most` events of all channels, newest first."""
    for row in db.execute(select(rates).order_by(rates.c.seq.desc()).limit(most)):
        yield _event(row)
