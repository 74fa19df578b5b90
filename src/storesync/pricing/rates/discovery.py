"""Which rate sources there are: the built-in ones, and those that other packages bring by entry point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from storesync.errors import ConfigError, DriverError
from storesync.pricing.rates.ecb import Ecb
from storesync.pricing.rates.ecos import Ecos
from storesync.pricing.rates.frankfurter import Frankfurter
from storesync.pricing.rates.kexim import Kexim
from storesync.pricing.rates.source import RateSource
from storesync.pricing.rates.static import RateFile, StaticTable

__all__ = ["rate_source", "rate_sources"]

GROUP = "storesync.rates"
_BUILT_IN: Mapping[str, Callable[..., RateSource]] = MappingProxyType(
    {
        "ecb": Ecb,
        "ecos": Ecos,
        "file": RateFile,
        "frankfurter": Frankfurter,
        "kexim": Kexim,
        "static": StaticTable,
    }
)


@cache
def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def rate_sources() -> tuple[str, ...]:
    """The names of all rate sources, built in or installed, sorted."""
    return tuple(sorted({*_BUILT_IN, *_found()}))


def rate_source(name: str) -> Callable[..., RateSource]:
    """What makes the source of this name; it takes the source's settings from the configuration as keywords.

    A built-in name cannot be taken over. ConfigError when there is none, DriverError when it does not load.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    point = _found().get(name)
    if point is None:
        known = ", ".join(rate_sources())
        raise ConfigError(
            f"no rate source {name!r} is installed (there are: {known}); is its package missing?"
        )
    try:
        made = point.load()
    except ImportError as error:
        raise DriverError(f"rate source {name!r} ({point.value}) cannot be loaded: {error}") from error
    if not callable(made):
        raise DriverError(
            f"rate source {name!r} ({point.value}) is {type(made).__name__} and makes no source"
        )
    source: Callable[..., RateSource] = made
    return source
