"""What was asked and what was answered: an intent is durable before its bytes leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from attrs import field, frozen
from sqlalchemy import Connection, bindparam, select

from storesync.errors import Fault
from storesync.model import dumps, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.converter import packed_fault
from storesync.state.schema import journal, operations, runs
from storesync.state.statement import Statement, overwrite, write_row

__all__ = [
    "Entry",
    "Overridden",
    "Unfinished",
    "answered",
    "begin",
    "begin_run",
    "confirm",
    "confirmations",
    "end",
    "end_run",
    "intend",
    "last",
    "overridden",
    "unfinished",
    "use_confirmations",
]

_RUNNING = Statement(
    select(operations)
    .where(operations.c.channel == bindparam("channel"), operations.c.state == bindparam("state"))
    .order_by(operations.c.began, operations.c.id)
)
_ENTRIES = Statement(
    select(journal)
    .where(journal.c.operation == bindparam("operation"))
    .order_by(journal.c.step, journal.c.seq)
)
_CONFIRMED = Statement(
    select(runs.c.id, runs.c.began, runs.c.summary)
    .where(runs.c.channel == bindparam("channel"), runs.c.began >= bindparam("since"))
    .where(runs.c.reasons != bindparam("none"), runs.c.summary.like(bindparam("told")))
    .order_by(runs.c.began)
)
EntryState = Literal["intended", "done", "refused", "doubtful", "resolved"]


@frozen(kw_only=True)
class Entry:
    """One request of an operation, with its answer when there is one."""

    seq: int
    step: int
    effect: str
    state: str
    digest: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    at: datetime


@frozen(kw_only=True)
class Unfinished:
    """An operation that began and never ended: its process died or is still at work."""

    id: str
    key: str
    kind: str
    skus: tuple[str, ...] = field(converter=tuple[str, ...])
    input: Mapping[str, Any]
    began: datetime
    entries: tuple[Entry, ...] = field(converter=tuple[Entry, ...])


def begin_run(db: Connection, *, id: str, channel: str, at: datetime, reasons: Mapping[str, str]) -> None:
    """A run starts; `reasons` are those given for passing a guard."""
    row = {"id": id, "channel": channel, "began": stamp(at), "reasons": dumps(reasons, sort=True)}
    write_row(db, runs, row)


@frozen(kw_only=True)
class Overridden:
    """A run for which a person gave reasons, by the name of the guard that they passed."""

    at: datetime
    reasons: Mapping[str, str]


def overridden(db: Connection, channel: str, since: datetime, *, most: int = 5) -> tuple[Overridden, ...]:
    """The newest runs since then for which guards were passed with a reason, newest first."""
    rows = db.execute(
        select(runs.c.began, runs.c.reasons)
        .where(runs.c.channel == channel, runs.c.began >= stamp(since), runs.c.reasons != "{}")
        .order_by(runs.c.began.desc())
        .limit(most)
    )
    return tuple(Overridden(at=unstamp(row.began), reasons=loads(row.reasons)) for row in rows)


def confirm(
    db: Connection, *, id: str, channel: str, sku: str, at: datetime, reason: str, moves: Mapping[str, Any]
) -> None:
    """A person lets the price of a SKU through, and why; kept like a run for which a guard was passed."""
    begin_run(db, id=id, channel=channel, at=at, reasons={f"price change {sku}": reason})
    end_run(db, id=id, at=at, summary={"confirmed": {"sku": sku, **moves}})


def confirmations(
    db: Connection, channel: str, since: datetime
) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    """When the price of a SKU was let through since then, and what was said, oldest first."""
    yield from ((unstamp(row.began), loads(row.summary)["confirmed"]) for row in _let(db, channel, since))


def use_confirmations(
    db: Connection, channel: str, since: datetime, sku: str, markets: Iterable[str]
) -> None:
    """What was said since then of this SKU's price in these markets was meant once, and has been sent."""
    for row in _let(db, channel, since):
        told = loads(row.summary)["confirmed"]
        if told["sku"] == sku:
            summary = {"confirmed": {**told, "used": sorted({*told.get("used", ()), *markets})}}
            overwrite(db, runs, {"id": row.id}, {"summary": dumps(summary, sort=True)})


def _let(db: Connection, channel: str, since: datetime) -> Sequence[Any]:
    values = {"channel": channel, "since": stamp(since), "none": "{}", "told": '{"confirmed":%'}
    return _CONFIRMED.run(db, values).all()


def end_run(db: Connection, *, id: str, at: datetime, summary: Mapping[str, Any]) -> None:
    """A run ends, with its counts."""
    overwrite(db, runs, {"id": id}, {"ended": stamp(at), "summary": dumps(summary, sort=True)})


def begin(
    db: Connection,
    *,
    id: str,
    channel: str,
    key: str,
    kind: str,
    skus: Sequence[str],
    input: Mapping[str, Any],
    fence: int,
    run: str,
    at: datetime,
) -> None:
    """An operation starts; `input` is all that its flow needs to be run again."""
    row = {
        "id": id,
        "channel": channel,
        "key": key,
        "kind": kind,
        "skus": dumps(list(skus)),
        "input": dumps(input),
        "state": "running",
        "fence": fence,
        "run": run,
        "began": stamp(at),
    }
    write_row(db, operations, row)


def end(db: Connection, *, id: str, state: str, at: datetime, fault: Fault | None = None) -> None:
    """An operation ended: done, failed, doubtful, or resolved after doubt."""
    told = dumps(packed_fault(fault)) if fault is not None else ""
    overwrite(db, operations, {"id": id}, {"state": state, "ended": stamp(at), "fault": told})


def intend(
    db: Connection,
    *,
    operation: str,
    step: int,
    effect: str,
    digest: str,
    request: Mapping[str, Any],
    at: datetime,
    state: EntryState = "intended",
    answer: Mapping[str, Any] | None = None,
    answered: datetime | None = None,
) -> int:
    """A request is about to leave; a READ is entered later, with its answer. Gives the entry's number."""
    row = {
        "operation": operation,
        "step": step,
        "effect": effect,
        "digest": digest,
        "request": dumps(request),
        "at": stamp(at),
        "state": state,
        "answer": dumps(answer) if answer is not None else "",
        "answered": stamp(answered) if answered else None,
    }
    return int(write_row(db, journal, row, returning="seq"))


def answered(
    db: Connection, *, seq: int, state: EntryState, at: datetime, answer: Mapping[str, Any] | None = None
) -> None:
    """What became of a request."""
    values: dict[str, Any] = {"state": state, "answered": stamp(at)}
    if answer is not None:
        values["answer"] = dumps(answer)
    overwrite(db, journal, {"seq": seq}, values)


def unfinished(db: Connection, channel: str) -> list[Unfinished]:
    """Operations of a channel that began and did not end, oldest first."""
    rows = _RUNNING.run(db, {"channel": channel, "state": "running"}).all()
    return [
        Unfinished(
            id=row.id,
            key=row.key,
            kind=row.kind,
            skus=tuple(loads(row.skus)),
            input=loads(row.input),
            began=unstamp(row.began),
            entries=_entries(db, row.id),
        )
        for row in rows
    ]


def last(db: Connection, channel: str, key: str, limit: int = 10) -> list[Mapping[str, Any]]:
    """The newest operations on one listing, newest first, as they are told to people."""
    rows = db.execute(
        select(operations, runs.c.reasons)
        .outerjoin(runs, runs.c.id == operations.c.run)
        .where(operations.c.channel == channel, operations.c.key == key)
        .order_by(operations.c.began.desc())
        .limit(limit)
    ).all()
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "skus": loads(row.skus),
            "state": row.state,
            "fault": loads(row.fault) if row.fault else None,
            "began": row.began,
            "ended": row.ended,
            "requests": len(_entries(db, row.id)),
            "reasons": loads(row.reasons) if row.reasons else {},
        }
        for row in rows
    ]


def _entries(db: Connection, operation: str) -> tuple[Entry, ...]:
    rows = _ENTRIES.run(db, {"operation": operation}).all()
    return tuple(
        Entry(
            seq=row.seq,
            step=row.step,
            effect=row.effect,
            state=row.state,
            digest=row.digest,
            request=loads(row.request),
            answer=loads(row.answer) if row.answer else None,
            at=unstamp(row.at),
        )
        for row in rows
    )
