"""What other packages bring by entry point: drivers, rate sources, translators and rule packs are found alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from attrs import field, frozen

from storesync.errors import ConfigError, DriverError

__all__ = ["EntryPoints", "installed"]

T = TypeVar("T")


@cache
def installed(group: str) -> Mapping[str, EntryPoint]:
    """The entry points of a group by name; the environment is scanned once."""
    return {point.name: point for point in entry_points(group=group)}


@frozen(kw_only=True)
class EntryPoints(Generic[T]):
    """Everything of one kind that can be named: what storesync has built in, and what is installed besides.

    `what` and `kind` are words for messages ("rate source", "a maker of rate sources"); `fits` judges what an
    entry point gives. A built-in name cannot be taken over.
    """

    group: str
    what: str
    kind: str
    fits: Callable[[object], bool]
    built_in: Mapping[str, T] = field(factory=dict)

    def names(self) -> tuple[str, ...]:
        """All names, built in or installed, sorted."""
        return tuple(sorted({*self.built_in, *installed(self.group)}))

    def load(self, name: str) -> T:
        """What stands under this name; ConfigError when nothing does, DriverError when it cannot be used."""
        if name in self.built_in:
            return self.built_in[name]
        point = installed(self.group).get(name)
        if point is None:
            known = ", ".join(self.names()) or "none"
            near = get_close_matches(name, self.names(), 1)
            way = f"did you mean {near[0]!r}?" if near else "is its package missing?"
            raise ConfigError(f"no {self.what} {name!r} is installed (installed: {known}); {way}")
        try:
            found: T = point.load()
        except (AttributeError, ImportError) as error:  # AttributeError: the module has no such name
            raise DriverError(f"{self.what} {name!r} ({point.value}) cannot be loaded: {error}") from error
        if not self.fits(found):
            raise DriverError(
                f"{self.what} {name!r} ({point.value}) is {type(found).__name__}, not {self.kind}"
            )
        return found
