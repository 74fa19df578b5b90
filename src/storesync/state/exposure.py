"""Where tokens lie in the open: in files that others may read, or in a database without a key."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from storesync.state import token
from storesync.state.store import Store

__all__ = ["readable", "seal"]

_DATABASE = b"SQLite format 3\x00"
_COMPANIONS = ("-wal", "-shm", "-journal")
_OTHERS = 0o077
_PLAIN = "SELECT 1 FROM tokens WHERE body NOT IN ('', '{}') AND body NOT LIKE 'fernet:%' LIMIT 1"


def seal(store: Store) -> int:
    """Encrypt what was kept before there was a key; how many tokens. Nothing without a key."""
    if not store.cipher or not store.read_now(token.plain):
        return 0
    return store.write_now(lambda db: token.seal(db, store.cipher))


def readable(store: Store, db: Connection) -> tuple[Path, ...]:
    """The files of a SQLite store, and the copies beside it, that others on this machine can read.

    Only those in which tokens are in the open, or will be as long as there is no key.
    """
    if os.name != "posix" or store.url.get_backend_name() != "sqlite":
        return ()
    if store.url.database in (None, "", ":memory:"):
        return ()
    own = Path(str(store.url.database))
    mine = () if store.cipher and not token.plain(db) else (own, *_companions(own))
    copies = (path for path in _copies(own) if not store.cipher or _has_plain(path))
    return tuple(path for path in (*mine, *copies) if _open_to_others(path))


def _companions(own: Path) -> Iterator[Path]:
    for suffix in _COMPANIONS:
        yield own.with_name(own.name + suffix)


def _copies(own: Path) -> Iterator[Path]:
    """Databases beside the store that are named after it, as `storesync state backup` is told to in the how-to."""
    known = {own.name, *(path.name for path in _companions(own))}
    for path in sorted(own.parent.glob(f"{own.stem}*")):
        if path.name not in known and _open_to_others(path) and _is_database(path):
            yield path


def _open_to_others(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & _OTHERS)


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False


def _has_plain(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            return copy.execute(_PLAIN).fetchone() is not None
    except sqlite3.Error:
        return False
