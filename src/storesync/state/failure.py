"""A database that fails while it is used, in the words of a person who can mend it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from storesync.errors import StateUnavailable

__all__ = ["PATIENCE", "lost_connection", "told"]

PATIENCE: Final = 30
"""Seconds that a SQLite transaction waits for another process's."""

# What SQLite and PostgreSQL say, and what to do.
_WAYS: Final = (
    (
        "locked",
        f"another program has kept it locked for {PATIENCE} s (a copy, a `sqlite3` shell?): end that first",
    ),
    ("readonly", "this user may not write to it: let them write to the file and its folder"),
    ("full", "make room on its disk"),
    ("no space left", "make room on its disk"),
    ("disk i/o", "look after its disk: whether it is full, still there, and takes files of that size"),
    ("malformed", "put a backup in its place, and say so: `storesync state restored`"),
    ("not a database", "is `url` under [state] right? name another file, or put a backup in its place"),
)
_ELSE: Final = "look whether the database is there"
_OURS: Final = ("no such ", "syntax error")  # SQLite calls these operational, too


def told(where: URL, error: DBAPIError) -> Exception:
    """The error as one that a person can do something about; any other is a fault of storesync and stays as it is."""
    said = str(error.orig).strip().partition("\n")[0]
    way = next((way for word, way in _WAYS if word in said.lower()), "")
    if not way and (
        not isinstance(error, OperationalError | InterfaceError) or any(one in said for one in _OURS)
    ):
        return error
    place = where.render_as_string(hide_password=True)
    found = StateUnavailable(
        f"the state {place} failed: {said}; {way or _ELSE}. "
        "What was sent is in its journal, and the next run goes on from it"
    )
    found.__cause__ = error
    return found


def lost_connection(error: Exception) -> bool:
    """Whether the connection was lost with it: then nobody knows whether the commit came through."""
    cause = error.__cause__ if isinstance(error, StateUnavailable) else error
    return isinstance(cause, DBAPIError) and cause.connection_invalidated
