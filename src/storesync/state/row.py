"""Rows that are there once, also when two processes write them at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from storesync.state.statement import Statement, overwrite

__all__ = ["keep", "put"]


def keep(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted.

    On PostgreSQL this waits for a process that is inserting the same key.
    """
    bound = {f"to_{name}": value for name, value in values.items()}
    return _keeping(db.dialect.name, table, tuple(values)).run(db, bound).rowcount == 1


@cache
def _keeping(dialect: str, table: Table, columns: tuple[str, ...]) -> Statement:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    named: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns}
    return Statement(insert(table).values(named).on_conflict_do_nothing())


def put(db: Connection, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write `values` over the row with the key `where`, or insert it."""
    if overwrite(db, table, where, values) == 0 and not keep(db, table, {**where, **values}):
        overwrite(db, table, where, values)  # another process inserted it between our two statements
