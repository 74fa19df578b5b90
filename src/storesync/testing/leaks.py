"""Looks for secrets where none may be: in what was said, in files, and in databases table by table."""

from __future__ import annotations

import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, inspect, literal_column, select, table

from storesync.sandbox.plain import PIN

__all__ = ["SANDBOX", "Leaks"]

_KINDS: Final = ("access", "refresh", "secret", "session", "key", "code")


def _coded(text: str) -> Iterator[str]:
    """What the Base64 of anything with this text in it has of it, by where in it the text begins."""
    for before in range(3):
        coded = b64encode(b"\0" * before + text.encode()).decode()
        yield coded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]


# The credentials of the emulated shops, and those that they give out when these are renewed. What they begin with is
# spelled alike in JSON, addresses and HTML; not so in Base64. One of them is a number.
SANDBOX: Final = "|".join(
    (
        rf"sandbox0(?:{'|'.join(_KINDS)})0",
        PIN,
        *(coded for text in (*(f"sandbox0{kind}0" for kind in _KINDS), PIN) for coded in _coded(text)),
    )
)
_DATABASE: Final = b"SQLite format 3\x00"
_COMPANIONS: Final = ("-wal", "-shm")  # read with their database
_TOKENS: Final = "tokens"  # the one table for secrets
_PURPOSE: Final = frozenset({"secrets", "secret"})  # folders and files that are there to be referred to
_MOST: Final = 50


class Leaks:
    """Where something was found that looks like `pattern`, each place once; `during` says what was going on."""

    def __init__(self, pattern: str = SANDBOX) -> None:
        self._pattern = re.compile(pattern)
        self._bytes = re.compile(pattern.encode())
        self.found: dict[str, None] = {}
        self.during = ""

    def text(self, where: str, said: object) -> None:
        """Look at something that was said."""
        hit = self._pattern.search(said if isinstance(said, str) else repr(said))
        if hit is not None and len(self.found) < _MOST:
            during = f" ({self.during})" if self.during else ""
            self.found[f"{where}{during}: {hit[0]}"] = None

    def folder(self, root: Path) -> None:
        """Look into every file below, databases table by table."""
        self.files(
            path for path in sorted(root.rglob("*")) if not _PURPOSE & set(path.relative_to(root).parts)
        )

    def files(self, paths: Iterable[Path]) -> None:
        """Look into these files."""
        for path in paths:
            if path.is_symlink() or not path.is_file() or path.name.endswith(_COMPANIONS):
                continue
            with suppress(OSError):
                self._file(path)

    def _file(self, path: Path) -> None:
        content = path.read_bytes()
        if content.startswith(_DATABASE):
            self._sqlite(path)
        elif hit := self._bytes.search(content):
            self.text(str(path), hit[0].decode())

    def _sqlite(self, path: Path) -> None:
        with (
            suppress(sqlite3.DatabaseError),
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db,
        ):
            self.tables(str(path), db.execute)

    def tables(self, where: str, query: Callable[[str], Any]) -> None:
        """Look into every row of every table but that of tokens, with SQLite's own words."""
        names = [row[0] for row in query("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name != _TOKENS:
                for row in query(f'SELECT * FROM "{name}"'):
                    self._row(where, name, row)

    def schema(self, where: str, engine: Engine, name: str | None = None) -> None:
        """Look into every row of every table but that of tokens of one schema, on any database."""
        # By the tables' names alone: to ask the database for each one's columns and keys costs more than the tests.
        with engine.connect() as db:
            for known in inspect(db).get_table_names(schema=name):
                if known != _TOKENS:
                    rows: Iterable[Any] = db.execute(
                        select(literal_column("*")).select_from(table(known, schema=name))
                    )
                    for row in rows:
                        self._row(where, known, row)

    def _row(self, where: str, table: str, row: Iterable[object]) -> None:
        self.text(f"{where}, table {table}", "\n".join(str(value) for value in row))
