"""Rows by product, kept in a temporary index on disk, so that a catalog of any size needs little memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from storesync.catalog.record import Record
from storesync.issues import Issue, Severity

__all__ = ["RowIndex"]

# An empty name is a private database that SQLite keeps in a small cache and spills to a file of its own.
_PRIVATE = ""
_TABLES = """
CREATE TABLE product (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, place TEXT NOT NULL);
CREATE TABLE variant (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL, sku TEXT NOT NULL, place TEXT NOT NULL, row TEXT NOT NULL
);
"""
_KEYS = """
CREATE INDEX product_key ON product (key);
CREATE INDEX variant_key ON variant (key);
CREATE INDEX variant_sku ON variant (sku);
"""


class RowIndex:
    """Which product codes and SKUs a source has and where; gives a product's variant rows in their order.

    Fill it with `product` and `variant`, call `close_filling` once, then ask.
    """

    def __init__(self) -> None:
        # Whoever reads gives up in any thread, and the index is let go of there.
        self._base = sqlite3.connect(_PRIVATE, check_same_thread=False)
        self._base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        self._shapes: dict[tuple[str, tuple[str, ...]], Mapping[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def product(self, key: str, record: Record) -> None:
        """Remember that the source names this product here."""
        self._base.execute("INSERT INTO product (key, place) VALUES (?, ?)", (key, record.at("product_code")))

    def variant(self, key: str, sku: str, record: Record) -> None:
        """Keep a variant's row under its product."""
        columns = tuple(record.cells)
        self._shapes.setdefault((record.file, columns), record.headers)
        issues = [(i.code, i.path, i.message, i.severity.value, i.hint, i.at) for i in record.issues]
        row = json.dumps([record.file, record.row, columns, list(record.cells.values()), issues])
        self._base.execute(
            "INSERT INTO variant (key, sku, place, row) VALUES (?, ?, ?, ?)",
            (key, sku, record.at("sku"), row),
        )

    def sku(self, key: str, sku: str, record: Record) -> None:
        """Remember where a SKU stands, without its row."""
        self._base.execute(
            "INSERT INTO variant (key, sku, place, row) VALUES (?, ?, ?, '')", (key, sku, record.at("sku"))
        )

    def close_filling(self) -> None:
        """Make the keys, once all rows are in."""
        self._base.executescript(_KEYS)

    def variants(self, key: str) -> list[Record]:
        """The rows of one product, in the order of the source."""
        found = self._base.execute("SELECT row FROM variant WHERE key = ? ORDER BY seq", (key,))
        return [self._record(row) for (row,) in found]

    def products_at(self, key: str) -> list[str]:
        """Every place where the source names this product."""
        found = self._base.execute("SELECT place FROM product WHERE key = ? ORDER BY seq", (key,))
        return [place for (place,) in found]

    def skus_at(self, sku: str) -> list[str]:
        """Every place where the source names this SKU."""
        found = self._base.execute("SELECT place FROM variant WHERE sku = ? ORDER BY seq", (sku,))
        return [place for (place,) in found]

    def orphans(self) -> Iterator[tuple[str, str]]:
        """(product code, first place) of variant rows whose product the source does not have."""
        yield from self._base.execute(
            "SELECT key, place FROM variant WHERE key NOT IN (SELECT key FROM product) "
            "GROUP BY key HAVING seq = min(seq) ORDER BY min(seq)"
        )

    def groups(self) -> Iterator[str]:
        """Every product code of the variant rows, in the order of its first row."""
        for (key,) in self._base.execute("SELECT key FROM variant GROUP BY key ORDER BY min(seq)"):
            yield key

    def _record(self, text: str) -> Record:
        file, row, columns, cells, issues = json.loads(text)
        headers = self._shapes[file, tuple(columns)]
        found = tuple(
            Issue(code, path, message, Severity(severity), hint, at)
            for code, path, message, severity, hint, at in issues
        )
        return Record(file, row, dict(zip(columns, cells, strict=True)), headers, found)
