"""What every peer lists: the same rows, from a CSV file, so that each reads them in its own way.

This file and its neighbors import nothing of one another but this: each peer runs in an environment of its own.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

TOKEN = "sandbox0access0plain/+=&%<"
COLUMNS = ("id", "key", "title", "price", "stock", "updated_at")


class Row(NamedTuple):
    """One product."""

    id: int
    key: str
    title: str
    price: str
    stock: int
    updated_at: str

    @property
    def body(self) -> dict[str, object]:
        """The document that makes a listing of it."""
        return {
            "key": self.key,
            "title": self.title,
            "variants": [{"sku": f"{self.key}-1", "price": self.price, "stock": self.stock}],
        }


def write(path: Path, count: int) -> None:
    """So many products; all were changed on the same day, as after an import."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(1, count + 1):
            stamp = f"2026-11-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
            writer.writerow((number, f"K{number:04}", f"Serum {number}", f"{100 + number % 90}.00", 5, stamp))


def read(path: Path) -> list[Row]:
    """The rows, in order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(int(r["id"]), r["key"], r["title"], r["price"], int(r["stock"]), r["updated_at"])
            for r in csv.DictReader(file)
        ]
