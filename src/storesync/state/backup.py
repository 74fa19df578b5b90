"""Copies of the state: one to start again from, one to read elsewhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from storesync.errors import StateError
from storesync.model import dumps, loads
from storesync.state import revision
from storesync.state.schema import METADATA, tokens
from storesync.state.standing import UNKNOWN
from storesync.state.store import Store

__all__ = ["backup", "export", "unlearn"]

_FETCH = 500  # rows held in memory at once

# In the SQL of both databases: a copy is written through the connection that made it. What was acknowledged keeps its
# last value behind the mark, for guards to measure against; what a listing was last let have stands as asked for, so that
# sending just that again needs no reason.
_UNLEARN = (
    "UPDATE channels SET contact = '{}'",
    "UPDATE listings SET asked = have WHERE made AND ticket IS NULL AND have NOT IN ('', '?')",
    "UPDATE listings SET have = '?' WHERE made AND have <> ''",
    "UPDATE listings SET have_shown = '?' WHERE made AND have_shown IN ('+', '-')",
    "UPDATE offers SET have_prices = '?' || have_prices WHERE have_prices <> '' AND substr(have_prices, 1, 1) <> '?'",
    "UPDATE offers SET have_stock = '?' || have_stock WHERE have_stock <> '' AND substr(have_stock, 1, 1) <> '?'",
)


def backup(store: Store, path: Path) -> None:
    """Copy a SQLite store to a new file as it is at this moment, while others go on writing.

    The file holds the tokens too, is for its owner alone, and is there whole or not at all. It takes nothing for
    acknowledged (`unlearn`). Raises StateError when it is there already or the store is not SQLite.
    """
    if store.engine.dialect.name != "sqlite":
        raise StateError(
            f"{store.url.render_as_string()}: only a SQLite state is copied by storesync; this one is backed up by "
            f"`pg_dump --format=custom --file={path.with_suffix('.dump')}`, beside any sync, tokens and all; when it was "
            "put back say so: `storesync state restored`"
        )
    if path.exists():
        raise StateError(f"{path}: is there already; name a new file for the backup")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        target = sqlite3.connect(part)
        try:
            with store.engine.connect() as db:
                source: Any = db.connection.driver_connection
                source.backup(target)
            for statement in _UNLEARN:
                target.execute(statement)
            target.commit()
            target.execute("PRAGMA journal_mode=DELETE")  # one file, no companions
        finally:
            target.close()
        _settle(part)
        part.rename(path)
        _settle(path.parent)
    finally:
        part.unlink(missing_ok=True)


def unlearn(db: Connection) -> None:
    """Take nothing for acknowledged any more: whoever goes on from a copy does not know what was sent after it.

    Prices, stock, documents and what is on sale are sent once more, and each shop is looked at before anything is
    created there. Ids, doubts, tickets and what is parked stay.
    """
    for statement in _UNLEARN:
        db.exec_driver_sql(statement)


def export(store: Store) -> Iterator[str]:
    """The whole state but tokens as JSON lines, as it is at this moment.

    The first line names the schema; each other one is a row, `{"table": …}` and its columns. Exact amounts
    keep every digit.
    """
    yield dumps({"storesync": "state", "schema": revision.HEAD})
    with store.reading() as db:
        for table in METADATA.sorted_tables:
            if table is not tokens:
                yield from _rows(db, table)


def _rows(db: Connection, table: Table) -> Iterator[str]:
    # Plain text: SQLAlchemy's own kind of it is written letter by letter.
    columns = [(str(column.name), bool(column.info.get("json"))) for column in table.columns]
    told = {"table": str(table.name)}
    every = select(table).order_by(*table.primary_key)
    for row in db.execute(every, execution_options={"yield_per": _FETCH}):
        named = zip(columns, row, strict=True)
        yield dumps(told | {name: _read(value) if nested else value for (name, nested), value in named})


def _read(value: str | None) -> Any:
    """A column of JSON; one that is in doubt stays as it is kept, behind its mark."""
    return loads(value) if value and not value.startswith(UNKNOWN) else value


def _settle(path: Path) -> None:
    """Return when the file, or the folder's list of files, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
