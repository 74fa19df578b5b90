"""Drivers side by side: platform, markets, and which parts each has; a part left out is not supported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from storesync.driver import Driver

__all__ = ["PARTS", "driver_document", "driver_view"]

PARTS: dict[str, str] = {
    "create": "new listings",
    "update": "changed content",
    "batch": "many listings in one document",
    "prices": "prices alone",
    "stock": "stock alone",
    "offers": "prices and stock together",
    "upload": "pictures are uploaded",
    "hide": "take off sale",
    "show": "put back on sale",
    "end": "end for good",
    "find": "look up by own key",
    "observe": "look at listings",
    "poll": "ask for late verdicts",
    "listings": "list the whole shop",
    "category": "read category rules",
    "discover": "facts about the shop",
    "check": "rules of its own",
    "refresh": "renew tokens",
    "pace": "hear quotas",
    "event": "push messages",
}
"""Each optional part in words."""


def driver_view(drivers: Sequence[Driver[Any, Any]]) -> RenderableType:
    """One column for each driver."""
    if not drivers:
        return Text("no driver is installed")
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False)
    table.add_column("", style="dim")
    for driver in drivers:
        table.add_column(driver.spec.name)
    for words, value in _FACTS:
        table.add_row(words, *(value(driver.spec) for driver in drivers))
    for part, words in PARTS.items():
        marks = [
            Text("✓", "green") if getattr(driver, part) is not None else Text("–", "dim")
            for driver in drivers
        ]
        table.add_row(f"{words} ({part})", *marks)
    return Group(table)


_FACTS = (
    ("platform", lambda spec: spec.title or spec.name),
    ("markets", lambda spec: ", ".join(spec.markets) or "any"),
    ("currencies", lambda spec: ", ".join(spec.currencies) or "any"),
    ("locales", lambda spec: ", ".join(spec.locales) or "any"),
    ("environments", lambda spec: ", ".join(spec.hosts)),
    ("a lost create is found by", lambda spec: spec.identity.by),
    ("variant axes, variants", lambda spec: f"{spec.variants.axes}, {spec.variants.max}"),
    ("rules last read", lambda spec: f"{spec.source.checked}, {spec.source.url}"),
)


def driver_document(driver: Driver[Any, Any]) -> dict[str, Any]:
    """One driver as JSON."""
    spec = driver.spec
    return {
        "title": spec.title,
        "markets": list(spec.markets),
        "currencies": list(spec.currencies),
        "locales": list(spec.locales),
        "environments": list(spec.hosts),
        "identity": spec.identity.by,
        "parts": [part for part in PARTS if getattr(driver, part) is not None],
    }
