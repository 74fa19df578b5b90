"""Drivers side by side on a terminal, from the same matrix as the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from storesync.report.matrix import DriverRow

__all__ = ["driver_view"]

_IDENTITY = {
    "address": "its own address",
    "key": "a key that is honored",
    "unique": "a key that is unique",
    "search": "searching for its key",
    "none": "nobody but a person",
}


def driver_view(rows: Sequence[DriverRow]) -> RenderableType:
    """One column for each driver; a part that is left out is not supported."""
    good = [row for row in rows if not row.problem]
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False)
    table.add_column("", style="dim")
    for row in good:
        table.add_column(row.name, no_wrap=True, overflow="fold")
    table.add_row("platform", *(row.title for row in good))
    table.add_row("support tier", *(row.tier for row in good))
    table.add_row("rules checked", *(row.checked for row in good))
    table.add_row("markets", *(", ".join(row.markets) or "any" for row in good))
    table.add_row("environments", *(", ".join(row.environments) for row in good))
    table.add_row("a lost create is found by", *(_IDENTITY.get(row.identity, row.identity) for row in good))
    table.add_row("variants can", *(", ".join(row.variants) or "stay as they are" for row in good))
    for part in dict.fromkeys(part for row in good for part in row.can):
        table.add_row(part, *(_mark(row.can.get(part, False)) for row in good))
    parts: list[RenderableType] = [table] if good else [Text("no driver is installed")]
    parts += [Text.assemble(("✗ ", "red"), f"{row.name}: {row.problem}") for row in rows if row.problem]
    return Group(*parts)


def _mark(can: object) -> Text:
    return Text("✓", "green") if can else Text("–", "dim")
