"""How long the journal is kept: what is finished goes after a while, what is open stays."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, Select, delete, exists, select, text, union

from storesync.model import loads
from storesync.state.clock import stamp
from storesync.state.schema import documents, journal, listings, operations, runs

__all__ = ["Compacted", "compact"]

_FINISHED = ("done", "failed", "resolved")
_OPEN = ("intended", "doubtful")
_CHUNK = 500


@frozen(kw_only=True)
class Compacted:
    """How many rows went."""

    operations: int
    entries: int
    documents: int
    runs: int

    def __str__(self) -> str:
        return (
            f"{self.operations:,} operations with {self.entries:,} requests are gone, and {self.documents:,} "
            f"documents and {self.runs:,} runs that nothing names"
        )


def compact(db: Connection, before: datetime) -> Compacted:
    """Drop operations that ended before this time, with their journal, and documents that nothing names.

    Never drops an operation that is unfinished or doubtful, one with a request whose outcome nobody knows
    unless it was resolved, or any of a listing that is in doubt, half made, waiting or parked: these are what
    a person or a recovery reads. `before` must be aware.
    """
    if db.dialect.name == "postgresql":
        # Whoever keeps a document has touched this table before naming it: so nobody is in between.
        db.execute(text("LOCK TABLE documents IN SHARE ROW EXCLUSIVE MODE"))
    names = [str(name) for name in db.execute(_finished(stamp(before))).scalars()]
    entries = 0
    for start in range(0, len(names), _CHUNK):
        some = names[start : start + _CHUNK]
        entries += db.execute(delete(journal).where(journal.c.operation.in_(some))).rowcount
        db.execute(delete(operations).where(operations.c.id.in_(some)))
    return Compacted(
        operations=len(names), entries=entries, documents=_drop_documents(db), runs=_drop_runs(db, before)
    )


def _drop_runs(db: Connection, before: datetime) -> int:
    """Runs that ended and nothing names; one for which a person gave a reason is kept for ever."""
    named = exists().where(operations.c.run == runs.c.id)
    return db.execute(
        delete(runs).where(runs.c.ended < stamp(before), runs.c.reasons == "{}", ~named)
    ).rowcount


def _finished(before: str) -> Select[tuple[str]]:
    unknown = exists().where(
        journal.c.operation == operations.c.id,
        journal.c.state.in_(_OPEN),
        operations.c.state != "resolved",
    )
    watched = exists().where(
        listings.c.channel == operations.c.channel,
        listings.c.key == operations.c.key,
        listings.c.doubt.is_not(None)
        | listings.c.ticket.is_not(None)
        | (listings.c.parked != "")
        | (listings.c.ref.is_not(None) & ~listings.c.made),
    )
    return select(operations.c.id).where(
        operations.c.state.in_(_FINISHED), operations.c.ended < before, ~unknown, ~watched
    )


def _drop_documents(db: Connection) -> int:
    columns = (listings.c.want, listings.c.have, listings.c.asked, listings.c.refused)
    named = union(*(select(column) for column in columns))
    # An operation that goes on after a crash makes the version live that its input names.
    inputs = db.execute(select(operations.c.input).where(operations.c.state.not_in(_FINISHED))).scalars()
    wanted = {str(loads(row).get("want", "")) for row in inputs}
    unnamed = documents.c.digest.not_in(named) & documents.c.digest.not_in(sorted(wanted))
    return db.execute(delete(documents).where(unnamed)).rowcount
