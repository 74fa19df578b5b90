"""What a listing's standing remembers of looks at it: the market's own words for ours, and looks that are due. Pure.

A market may show a text otherwise than it was sent, and a seller may type another one; both look alike. Only the look
right after the market acknowledged our text tells them apart, so no other look ever makes a text the market's own: a
hand edit that is typed in again after its repair is a hand edit again, and a market that rewords is repaired once.

Where the market acknowledges by a verdict, a hand may have typed since, and a look is no proof: there one text that is
met at three verdicts in a row, and at no look between them as it was sent, counts as the market's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from storesync.model import digest

__all__ = ["DUE", "OWN_VARIANTS", "VERSION", "any_due", "due_version", "is_due", "met", "own_words"]

VERSION: Final = "#version"
OWN_VARIANTS: Final = "#variants"  # no field of a driver has these names
DUE: Final = "due"
"""The mark of a field that a hand changed: to be looked at once it was repaired."""
_VERDICTS: Final = 3


def is_due(mark: str) -> bool:
    """Whether the field is to be looked at right after its repair."""
    return mark.partition(" ")[0] == DUE


def any_due(seen: Mapping[str, str]) -> bool:
    """Whether a look is due after the repair of this listing."""
    return any(is_due(mark) for name, mark in seen.items() if name != OWN_VARIANTS)


def due_version(version: str) -> str:
    """The mark of content that a hand changed to this version."""
    return f"{DUE} {version}"


def own_words(sent: str, shown: str) -> str:
    """The mark of a text that is the market's own for what was sent."""
    return f"own {digest([sent, shown])}"


def met(before: str, own: str, *, decided: bool) -> str:
    """The mark after a look at what was just acknowledged; `decided` by a verdict."""
    if not decided:
        return own
    _, count, last = (*before.split(" ", 2), "", "")[:3]
    times = int(count) + 1 if last == own else 1
    return own if times >= _VERDICTS else f"{DUE} {times} {own}"
