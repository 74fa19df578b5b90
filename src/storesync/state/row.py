"""Rows that are there once, also when two processes write them at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, update
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["keep", "put"]


def keep(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted.

    On PostgreSQL this waits for a process that is inserting the same key.
    """
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    return db.execute(insert(table).on_conflict_do_nothing(), dict(values)).rowcount == 1


def put(db: Connection, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write `values` over the row with the key `where`, or insert it."""
    found = update(table).where(*(table.c[name] == value for name, value in where.items())).values(**values)
    if db.execute(found).rowcount == 0 and not keep(db, table, {**where, **values}):
        db.execute(found)  # another process inserted it between our two statements
