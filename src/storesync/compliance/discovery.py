"""Which packs there are for a market: the built-in one, those that packages bring, and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from storesync.compliance.pack import LOCALES, Pack, built_in, merged
from storesync.errors import ConfigError, DriverError

__all__ = ["GROUP", "compliance_pack", "markets"]

GROUP = "storesync.compliance"


@cache
def _found() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: point.name))


@cache
def _installed() -> tuple[Pack, ...]:
    packs = []
    for point in _found():
        try:
            made = point.load()
        except ImportError as error:
            raise DriverError(
                f"compliance pack {point.name!r} ({point.value}) cannot be loaded: {error}"
            ) from error
        pack = made() if callable(made) else made
        if not isinstance(pack, Pack):
            raise DriverError(
                f"compliance pack {point.name!r} ({point.value}) gives {type(pack).__name__}, not a Pack"
            )
        packs.append(pack)
    return tuple(packs)


def markets() -> tuple[str, ...]:
    """The markets that a pack speaks of, sorted."""
    return tuple(sorted({*LOCALES, *(pack.market for pack in _installed())}))


def compliance_pack(market: str, own: Iterable[Pack] = ()) -> Pack:
    """All rules of one market: built in, installed under `storesync.compliance`, then `own`.

    Later ones replace terms of the same id. ConfigError when no pack speaks of the market.
    """
    first = built_in(market)
    packs = [*([first] if first else []), *(pack for pack in (*_installed(), *own) if pack.market == market)]
    if not packs:
        raise ConfigError(
            f"no compliance pack speaks of market {market!r} (there are: {', '.join(markets())}); "
            "install one, or name a file of terms"
        )
    return merged(packs)
