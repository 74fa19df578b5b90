"""What a BCP 47 tag tells: the language, and how its lists are written."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["canonical", "language", "matches", "same", "separator", "split"]

_TRADITIONAL = frozenset({"TW", "HK", "MO"})  # regions that write Chinese so
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


def canonical(name: str) -> str:
    """What a tool calls a language, as it is called here: `zh_CN` and `zh_Hans_CN` are `zh-Hans`, `vi_VN` is `vi`."""
    own, script, _ = _parts(name)
    return f"{own}-{script}" if script else own


def same(name: str, locale: str) -> bool:
    """Whether what a tool calls a language may be this one: language and script, and a region only if both name one.

    A tool that names no script leaves it open: `zh` may be either.
    """
    (one, script, region), (other, wanted, own) = _parts(name), _parts(locale)
    return (
        one == other and (not script or not wanted or script == wanted) and (not own or region in ("", own))
    )


def _parts(name: str) -> tuple[str, str, str]:
    first, *rest = re.split("[-_]", re.split("[.@]", name.strip())[0])
    own = first.lower()
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), "")
    region = next(
        (part.upper() for part in rest if len(part) == 2 or (len(part) == 3 and part.isdigit())), ""
    )
    if own == "zh" and not script and region:
        script = "Hant" if region in _TRADITIONAL else "Hans"
    return own, script, region


def separator(locale: str) -> str:
    """What stands between the values of a list in this language."""
    return "、" if language(locale) in _WIDE_LISTS else ", "


def split(text: str) -> tuple[str, ...]:
    """The values of a written list, in order; a comma inside a name (`1,2-己二醇`) does not end it."""
    return tuple(part for part in (piece.strip() for piece in _ENDS.split(text)) if part)
