"""How long a text is, as the market counts: characters, UTF-8 bytes, or columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal
from unicodedata import east_asian_width

__all__ = ["UNITS", "columns", "length"]

UNITS: Mapping[str, str] = MappingProxyType(
    {"chars": "characters", "bytes": "bytes", "columns": "columns (a wide character counts two)"}
)
"""How messages call the units of a limit."""


def columns(text: str) -> int:
    """Display width: wide and full-width characters count two, all others one."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def length(text: str, unit: Literal["chars", "bytes", "columns"]) -> int:
    """The length of `text` in `unit`."""
    if unit == "bytes":
        return len(text.encode())
    return columns(text) if unit == "columns" else len(text)
