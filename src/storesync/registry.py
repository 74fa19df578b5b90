"""Which drivers there are: found by entry point, so that a stranger's driver is found like a built-in one."""

from __future__ import annotations

from typing import Any

from storesync.driver import Driver
from storesync.entrypoint import EntryPoints

__all__ = ["driver", "names"]

GROUP = "storesync.drivers"
_DRIVERS: EntryPoints[Driver[Any, Any]] = EntryPoints(
    group=GROUP, what="driver", kind="a Driver", fits=lambda found: isinstance(found, Driver)
)


def names() -> tuple[str, ...]:
    """The names under which drivers are installed, sorted."""
    return _DRIVERS.names()


def driver(name: str) -> Driver[Any, Any]:
    """The driver of this name; ConfigError when none is installed, DriverError when it cannot be loaded."""
    return _DRIVERS.load(name)
