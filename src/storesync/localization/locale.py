"""What a BCP 47 tag tells: the language, and how its lists are written."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["language", "matches", "separator", "split"]

_WIDE_LISTS = frozenset({"zh", "ja", "yue"})
# "1,2-Hexanediol" and "1,5g" keep their comma: only a comma with a space after it ends a value.
_ENDS = re.compile(r"\s*[、；;]\s*|,\s+|，\s*")


@cache
def language(locale: str) -> str:
    """The primary language subtag in lower case: `zh-Hans` is `zh`."""
    return locale.split("-", 1)[0].lower()


def matches(locale: str, wanted: str) -> bool:
    """Whether one tag is the other or its narrower form: `ko-KR` and `ko`; not `zh-Hans` and `zh-Hant`."""
    one, other = locale.lower().split("-"), wanted.lower().split("-")
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def separator(locale: str) -> str:
    """What stands between the values of a list in this language."""
    return "、" if language(locale) in _WIDE_LISTS else ", "


def split(text: str) -> tuple[str, ...]:
    """The values of a written list, in order; a comma inside a name (`1,2-己二醇`) does not end it."""
    return tuple(part for part in (piece.strip() for piece in _ENDS.split(text)) if part)
