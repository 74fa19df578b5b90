"""What each installed driver can do, how far it is proven, and when its rules were last checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from attrs import field, frozen

from storesync import registry
from storesync.driver import Driver
from storesync.errors import DriverError
from storesync.model import frozen_map

__all__ = ["DriverRow", "markdown", "matrix"]

_PARTS: Final[Mapping[str, str]] = {
    "create": "create",
    "update": "update",
    "batch": "batch",
    "prices": "prices",
    "stock": "stock",
    "offers": "prices and stock together",
    "upload": "pictures",
    "hide": "hide",
    "show": "show",
    "end": "end",
    "find": "find",
    "observe": "observe",
    "poll": "review verdicts",
    "listings": "adopt",
    "category": "categories",
    "discover": "shop facts",
    "refresh": "token renewal",
    "event": "push messages",
}
"""The parts that a merchant notices, in the order in which they are shown."""


@frozen(kw_only=True)
class DriverRow:
    """One driver. `tier` is the conformance level that it reached: none, pure, laws, sandbox or live.

    A part that it lacks is not supported. `problem` says why a driver that is installed cannot be loaded;
    then everything else is empty.
    """

    name: str
    title: str = ""
    tier: str = "none"
    parts: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    identity: str = ""
    variants: tuple[str, ...] = ()
    source: str = ""
    checked: str = ""
    can: Mapping[str, bool] = field(factory=dict, converter=frozen_map)
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "tier": self.tier,
            "parts": list(self.parts),
            "markets": list(self.markets),
            "environments": list(self.environments),
            "identity": self.identity,
            "variants": list(self.variants),
            "source": self.source,
            "checked": self.checked,
            "problem": self.problem,
        }


@cache
def _levels() -> Mapping[str, str]:
    """What the drivers shipped with storesync reached in its own test run; a test compares the two."""
    found: dict[str, str] = json.loads(files("storesync.report").joinpath("levels.json").read_text("utf-8"))
    return found


def matrix(levels: Mapping[str, str] | None = None) -> tuple[DriverRow, ...]:
    """One row for each installed driver, by name.

    `levels` are driver name to conformance level, as `pytest --storesync-levels FILE` writes them; left out,
    the drivers shipped with storesync have theirs and all others none.
    """
    known = _levels() if levels is None else levels
    return tuple(_installed(name, known) for name in registry.names())


def _installed(name: str, levels: Mapping[str, str]) -> DriverRow:
    try:
        return _row(name, registry.driver(name), levels)
    except DriverError as error:
        return DriverRow(name=name, problem=str(error))


def _row(name: str, driver: Driver[Any, Any], levels: Mapping[str, str]) -> DriverRow:
    spec = driver.spec
    return DriverRow(
        name=name,
        title=spec.title or spec.name,
        tier=levels.get(spec.name, levels.get(name, "none")),
        parts=tuple(sorted(driver.parts)),
        markets=spec.markets,
        environments=tuple(spec.hosts),
        identity=spec.identity.by,
        variants=tuple(sorted(spec.variants.can)),
        source=spec.source.url,
        checked=spec.source.checked,
        can={shown: part in driver.parts for part, shown in _PARTS.items()},
    )


def markdown(rows: Iterable[DriverRow]) -> str:
    """The rows as a Markdown table: one line per part, one column per driver, tier and date at the top."""
    shown = [row for row in rows if not row.problem]
    lines = [
        _line("", *(row.title for row in shown)),
        _line(*["---"] * (len(shown) + 1)),
        _line("support tier", *(row.tier for row in shown)),
        _line("rules checked", *(row.checked for row in shown)),
        _line("markets", *(", ".join(row.markets) or "any" for row in shown)),
    ]
    lines += [
        _line(part, *("yes" if row.can.get(part) else "–" for row in shown))
        for part in _PARTS.values()
        if any(row.can.get(part) for row in shown)
    ]
    return "\n".join(lines) + "\n"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
