"""Statements compiled once: on the path of every request, building them anew costs more than running them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, bindparam, insert, update
from sqlalchemy.sql import ClauseElement, Executable

__all__ = ["Statement", "overwrite", "write_row"]

# SQLAlchemy forgets the count of an INSERT unless it is told to keep it.
_COUNTED: Mapping[str, Any] = {"preserve_rowcount": True}


class Statement:
    """A statement with named parameters, compiled when it first meets a database of a kind.

    Rows come as the database gives them: a truth value may be 0 or 1.
    """

    def __init__(self, clause: Executable) -> None:
        assert isinstance(clause, ClauseElement)
        self._clause = clause
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def run(self, db: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with these values, by parameter name."""
        known = self._compiled.get(db.dialect.name)
        if known is None:
            compiled = self._clause.compile(dialect=db.dialect)
            order = getattr(compiled, "positiontup", None)
            known = (str(compiled), tuple(order) if order is not None else None)
            self._compiled[db.dialect.name] = known
        text, order = known
        if order is not None:
            return db.exec_driver_sql(text, tuple([values[name] for name in order]), _COUNTED)
        return db.exec_driver_sql(text, dict(values), _COUNTED)


@cache
def _overwriting(table: Table, where: tuple[str, ...], columns: tuple[str, ...]) -> Statement:
    known = [table.c[name] == bindparam(f"of_{name}") for name in where]
    return Statement(update(table).where(*known).values({name: bindparam(f"to_{name}") for name in columns}))


@cache
def _writing(table: Table, columns: tuple[str, ...], returning: str) -> Statement:
    clause = insert(table).values({name: bindparam(f"to_{name}") for name in columns})
    return Statement(clause.returning(table.c[returning]) if returning else clause)


def overwrite(db: Connection, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Set columns of the rows that are `where`; how many rows there were."""
    statement = _overwriting(table, tuple(where), tuple(values))
    bound = {f"of_{name}": value for name, value in where.items()}
    bound |= {f"to_{name}": value for name, value in values.items()}
    return statement.run(db, bound).rowcount


def write_row(db: Connection, table: Table, values: Mapping[str, Any], *, returning: str = "") -> Any:
    """Insert a row; gives the column `returning`, as for a number that the database chooses."""
    bound = {f"to_{name}": value for name, value in values.items()}
    done = _writing(table, tuple(values), returning).run(db, bound)
    return done.scalar_one() if returning else None
