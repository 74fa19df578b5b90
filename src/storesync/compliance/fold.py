"""Text as it is compared: compatibility forms, letter case and invisible characters do not count.

Every folded text can tell where each of its characters stood, so that a finding points into what was written.
"""

from __future__ import annotations

import re
from unicodedata import combining, is_normalized, normalize

from attrs import frozen

from storesync.compliance.script import simplified
from storesync.compliance.spelling import one_spelling

__all__ = ["INVISIBLE", "Folded", "fold"]

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
"""Characters that nobody sees, as the inside of a regular expression's set."""

_HIDDEN = re.compile(f"[{INVISIBLE}]")
# Half-width kana and Hangul may join; tabs become spaces, and what nobody sees goes. A line's end stays one.
_UNEVEN = re.compile(f"[{INVISIBLE}\uff61-\uffdc\t\v\f\r\u0085\u2028\u2029]")


@frozen
class Folded:
    """A folded text; `place` gives the offsets in the original."""

    original: str
    text: str
    kept: tuple[int, ...] | None = None
    """For texts with parts left out: the index in `source` of each character."""
    source: Folded | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    """Where each character stood; None while every one stands where it stood."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` stand in the original; `end` is after the last."""
        if self.kept is not None and self.source is not None:
            return self.source.place(self.kept[start], self.kept[end - 1] + 1)
        if self.spans is None:
            return start, end
        return self.spans[start][0], self.spans[end - 1][1]


def fold(text: str) -> Folded:
    """The text in NFKC, case folded, Simplified, in one spelling, without invisible characters, with single spaces."""
    if text.isascii():
        if _UNEVEN.search(text) is None and "  " not in text:
            return Folded(text, text.lower())
    elif is_normalized("NFC", text) and _UNEVEN.search(text) is None:
        # Nothing here grows shorter, so equal length means that every character stayed in its place.
        folded = normalize("NFKC", text).casefold()
        if len(folded) == len(text) and "  " not in folded:
            return Folded(text, one_spelling(simplified(folded)))
    pieces = _pieces(text)
    folded = one_spelling(simplified("".join(piece for piece, _, _ in pieces)))
    return Folded(text, folded, spans=tuple((start, end) for _, start, end in pieces))


def _clusters(text: str) -> list[tuple[int, int]]:
    """Runs that must be normalized together: a character and what combines with it."""
    found = []
    start = 0
    for index in range(1, len(text)):
        point = ord(text[index])
        if combining(text[index]) or 0x1160 <= point <= 0x11FF or 0xFF9E <= point <= 0xFF9F:
            continue
        found.append((start, index))
        start = index
    if text:
        found.append((start, len(text)))
    return found


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """The folded characters, each with the span of the original that it was made from."""
    found: list[tuple[str, int, int]] = []
    for start, end in _clusters(text):
        for character in normalize("NFKC", _HIDDEN.sub("", text[start:end])).casefold():
            if character.isspace() and character != "\n":
                if found and found[-1][0] == " ":
                    continue
                character = " "  # noqa: PLW2901 - the loop's own value is no longer needed
            found.append((character, start, end))
    return found
