"""Which packs there are for a market: the built-in one, those that packages bring, and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from storesync.compliance.pack import LOCALES, Pack, built_in, merged
from storesync.entrypoint import EntryPoints
from storesync.errors import ConfigError, DriverError

__all__ = ["GROUP", "compliance_pack", "markets"]

GROUP = "storesync.compliance"
_PACKS: EntryPoints[Any] = EntryPoints(
    group=GROUP,
    what="compliance pack",
    kind="a Pack or a maker of one",
    fits=lambda found: callable(found) or isinstance(found, Pack),
)


@cache
def _installed() -> tuple[Pack, ...]:
    packs = []
    for name in _PACKS.names():
        made = _PACKS.load(name)
        pack = made() if callable(made) else made
        if not isinstance(pack, Pack):
            raise DriverError(f"compliance pack {name!r} gives {type(pack).__name__}, not a Pack")
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
