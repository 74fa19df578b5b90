"""Which engines there are: the built-in ones, and those that other packages bring by entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from storesync.entrypoint import EntryPoints
from storesync.localization.engines.azure import Azure
from storesync.localization.engines.chat import Chat
from storesync.localization.engines.deepl import DeepL
from storesync.localization.engines.engine import Engine
from storesync.localization.engines.google import Google
from storesync.localization.engines.libretranslate import LibreTranslate
from storesync.localization.engines.papago import Papago

__all__ = ["GROUP", "engine", "engines"]

GROUP = "storesync.translators"
Maker: TypeAlias = Callable[..., Engine]

_ENGINES: EntryPoints[Maker] = EntryPoints(
    group=GROUP,
    what="translator",
    kind="a maker of engines",
    fits=callable,
    built_in={
        "azure": Azure,
        "chat": Chat,
        "deepl": DeepL,
        "google": Google,
        "libretranslate": LibreTranslate,
        "papago": Papago,
    },
)


def engines() -> tuple[str, ...]:
    """The names of all engines, built in or installed, sorted."""
    return _ENGINES.names()


def engine(name: str) -> Maker:
    """What makes the engine of this name; it takes the engine's settings as keywords.

    A built-in name cannot be taken over. ConfigError when there is none, DriverError when it does not load.
    """
    return _ENGINES.load(name)
