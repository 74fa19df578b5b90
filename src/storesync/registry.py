"""Which drivers there are: found by entry point, so that a stranger's driver is found like a built-in one."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from storesync.driver import Driver
from storesync.errors import ConfigError, DriverError

__all__ = ["driver", "names"]

GROUP = "storesync.drivers"


@cache
def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def names() -> tuple[str, ...]:
    """The names under which drivers are installed, sorted."""
    return tuple(sorted(_found()))


def driver(name: str) -> Driver[Any, Any]:
    """The driver of this name; ConfigError when none is installed, DriverError when it cannot be loaded."""
    point = _found().get(name)
    if point is None:
        known = ", ".join(names()) or "none"
        raise ConfigError(f"no driver {name!r} is installed (installed: {known}); is its package missing?")
    try:
        found = point.load()
    except (AttributeError, ImportError) as error:  # AttributeError: the module has no such name
        raise DriverError(f"driver {name!r} ({point.value}) cannot be loaded: {error}") from error
    if not isinstance(found, Driver):
        raise DriverError(f"entry point {name!r} ({point.value}) is {type(found).__name__}, not a Driver")
    return found
