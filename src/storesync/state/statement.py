"""Statements compiled once and run by the database's own driver.

On the path of every request, building a statement anew, or dressing its rows, costs several times what the
database needs to carry it out.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement, Executable

__all__ = ["Rows", "Statement", "overwrite", "remove", "tell", "write_row"]

Make = Callable[[Any], Any]


class Rows:
    """What a statement gave: named tuples, as the database gives their values (a truth value may be 0 or 1)."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row; ValueError when there is another number of them."""
        (row,) = self._rows
        return row

    def one_or_none(self) -> Any:
        """The only row, or None; ValueError when there are more."""
        return self.one() if self._rows else None

    def scalar_one(self) -> Any:
        """The first column of the only row."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row, or None."""
        return self.one()[0] if self._rows else None

    def scalars(self) -> Iterator[Any]:
        """The first column of every row."""
        return (row[0] for row in self._rows)


class Statement:
    """A statement with named parameters, compiled when it first meets a database of a kind.

    `postgresql` is what that database is told instead, where the two have no word in common.
    """

    def __init__(self, clause: Executable, *, postgresql: Executable | None = None) -> None:
        assert isinstance(clause, ClauseElement)
        assert postgresql is None or isinstance(postgresql, ClauseElement)
        self._clauses = {"sqlite": clause, "postgresql": clause if postgresql is None else postgresql}
        self._compiled: dict[str, tuple[str, Make]] = {}
        self._row: Make | None = None

    def run(self, db: Connection, values: Mapping[str, Any]) -> Rows:
        """Run it in the connection's transaction with these values, by parameter name; DBAPIError as SQLAlchemy's."""
        known = self._compiled.get(db.dialect.name)
        text, ordered = known if known is not None else self._compile(db)
        given: Any = ordered(values)
        driver: Any = db.connection.dbapi_connection  # the pool's own cursors cost as much as what they do
        try:
            cursor = driver.execute(text, given)
            if cursor.description is None:
                return Rows([], cursor.rowcount)
            make = self._row or self._named(cursor.description)
            return Rows(list(map(make, cursor.fetchall())), cursor.rowcount)
        except Exception as error:
            raise _told(db, text, given, error) from error

    def _compile(self, db: Connection) -> tuple[str, Make]:
        compiled = self._clauses[db.dialect.name].compile(dialect=db.dialect)
        known = str(compiled), _ordered(getattr(compiled, "positiontup", None))
        self._compiled[db.dialect.name] = known
        return known

    def _named(self, description: Any) -> Make:
        row = namedtuple("Row", [column[0] for column in description], rename=True)  # type: ignore[misc]  # named by the query
        # As the class's own _make, without a call of Python's for each row.
        self._row = partial(tuple.__new__, row)
        return self._row


def _ordered(names: list[str] | None) -> Make:
    """How named values are handed to a driver: as they are, or by position."""
    if names is None:
        return lambda values: values
    if len(names) > 1:
        return itemgetter(*names)
    if not names:
        return lambda values: ()
    (only,) = names
    return lambda values: (values[only],)


def tell(db: Connection, text: str) -> None:
    """Say this to the database's own driver; DBAPIError as SQLAlchemy's."""
    driver: Any = db.connection.dbapi_connection
    try:
        driver.execute(text)
    except Exception as error:
        raise _told(db, text, (), error) from error


def _told(db: Connection, text: str, given: Any, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy tells it, without the values; a connection that is gone is not used again."""
    base = db.dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    gone = db.dialect.is_disconnect(error, db.connection.dbapi_connection, None)
    told = DBAPIError.instance(
        text, given, error, base, hide_parameters=True, connection_invalidated=gone, dialect=db.dialect
    )
    if gone:
        db.invalidate(told)
    return told


@cache
def _overwriting(table: Table, where: tuple[str, ...], columns: tuple[str, ...]) -> Statement:
    known = [table.c[name] == bindparam(f"of_{name}") for name in where]
    return Statement(update(table).where(*known).values({name: bindparam(f"to_{name}") for name in columns}))


@cache
def _removing(table: Table, where: tuple[str, ...]) -> Statement:
    return Statement(delete(table).where(*(table.c[name] == bindparam(f"of_{name}") for name in where)))


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


def remove(db: Connection, table: Table, where: Mapping[str, Any]) -> int:
    """Delete the rows that are `where`; how many there were."""
    return (
        _removing(table, tuple(where))
        .run(db, {f"of_{name}": value for name, value in where.items()})
        .rowcount
    )


def write_row(db: Connection, table: Table, values: Mapping[str, Any], *, returning: str = "") -> Any:
    """Insert a row; gives the column `returning`, as for a number that the database chooses."""
    bound = {f"to_{name}": value for name, value in values.items()}
    done = _writing(table, tuple(values), returning).run(db, bound)
    return done.scalar_one() if returning else None
