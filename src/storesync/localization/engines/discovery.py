"""Which engines there are: the built-in ones, and those that other packages bring by entry point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from storesync.errors import ConfigError, DriverError
from storesync.localization.engines.azure import Azure
from storesync.localization.engines.chat import Chat
from storesync.localization.engines.deepl import DeepL
from storesync.localization.engines.engine import Engine
from storesync.localization.engines.google import Google
from storesync.localization.engines.libretranslate import LibreTranslate
from storesync.localization.engines.papago import Papago

__all__ = ["GROUP", "engine", "engines"]

GROUP = "storesync.translators"
_BUILT_IN: Mapping[str, Callable[..., Engine]] = MappingProxyType(
    {
        "azure": Azure,
        "chat": Chat,
        "deepl": DeepL,
        "google": Google,
        "libretranslate": LibreTranslate,
        "papago": Papago,
    }
)


@cache
def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def engines() -> tuple[str, ...]:
    """The names of all engines, built in or installed, sorted."""
    return tuple(sorted({*_BUILT_IN, *_found()}))


def engine(name: str) -> Callable[..., Engine]:
    """What makes the engine of this name; it takes the engine's settings as keywords.

    A built-in name cannot be taken over. ConfigError when there is none, DriverError when it does not load.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    point = _found().get(name)
    if point is None:
        known = ", ".join(engines())
        raise ConfigError(
            f"no translator {name!r} is installed (there are: {known}); is its package missing?"
        )
    try:
        made = point.load()
    except ImportError as error:
        raise DriverError(f"translator {name!r} ({point.value}) cannot be loaded: {error}") from error
    if not callable(made):
        raise DriverError(f"translator {name!r} ({point.value}) is {type(made).__name__} and makes no engine")
    maker: Callable[..., Engine] = made
    return maker
