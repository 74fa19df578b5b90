"""Which rate sources there are: the built-in ones, and those that other packages bring by entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from storesync.entrypoint import EntryPoints
from storesync.pricing.rates.ecb import Ecb
from storesync.pricing.rates.ecos import Ecos
from storesync.pricing.rates.frankfurter import Frankfurter
from storesync.pricing.rates.kexim import Kexim
from storesync.pricing.rates.source import RateSource
from storesync.pricing.rates.static import RateFile, StaticTable

__all__ = ["rate_source", "rate_sources"]

Maker: TypeAlias = Callable[..., RateSource]

_SOURCES: EntryPoints[Maker] = EntryPoints(
    group="storesync.rates",
    what="rate source",
    kind="a maker of rate sources",
    fits=callable,
    built_in={
        "ecb": Ecb,
        "ecos": Ecos,
        "file": RateFile,
        "frankfurter": Frankfurter,
        "kexim": Kexim,
        "static": StaticTable,
    },
)


def rate_sources() -> tuple[str, ...]:
    """The names of all rate sources, built in or installed, sorted."""
    return _SOURCES.names()


def rate_source(name: str) -> Maker:
    """What makes the source of this name; it takes the source's settings from the configuration as keywords.

    A built-in name cannot be taken over. ConfigError when there is none, DriverError when it does not load.
    """
    return _SOURCES.load(name)
