"""render, and the driver's own check: foreign code, whose failure is a finding and never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from storesync.driver import Content, Driver, Shop
from storesync.issues import Issue, Issues
from storesync.model import Listing, Offer, dumps, frozen_map

__all__ = ["check_by_driver", "render"]

S = TypeVar("S", bound=Shop)
_SHOWN = 300  # characters of a driver's own message that are kept


def _failed(driver: Driver[Any, S], part: str, error: Exception) -> Issue:
    name = driver.spec.name
    return Issue(
        "driver.failed",
        part,
        f"driver {name!r}: {part} raised {type(error).__name__}: {str(error)[:_SHOWN]}",
        hint=f"this is a fault of the driver, not of the data: tell the authors of driver {name!r}",
    )


def check_by_driver(driver: Driver[Any, S], shop: S, listing: Listing, offers: Mapping[str, Offer]) -> Issues:
    """What the driver finds; findings made before it fails are kept."""
    if driver.check is None:
        return Issues()
    found: list[Issue] = []
    try:
        for issue in driver.check(shop, listing, offers):
            if not isinstance(issue, Issue):
                raise TypeError(f"check gave {type(issue).__name__}, not Issue")
            found.append(issue)
    except Exception as error:  # any driver may fail in any way; the other listings go on
        found.append(_failed(driver, "check", error))
    return Issues(tuple(found))


def render(driver: Driver[Any, S], shop: S, listing: Listing) -> tuple[Content | None, Issues]:
    """The driver's document, proven to be JSON without floats; None when the driver failed."""
    try:
        content = driver.render(shop, listing)
        if not isinstance(content, Mapping):
            raise TypeError(f"render gave {type(content).__name__}, not a mapping")
        dumps(content)
    except Exception as error:  # as above
        return None, Issues((_failed(driver, "render", error),))
    return frozen_map(content), Issues()
