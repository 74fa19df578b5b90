"""Whether a text says a brand: a short Korean name is a part of many words, and a word itself (담, 봄, 하루)."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["name_pattern", "says_name"]

_SHORT = re.compile("[가-힣]{1,2}")
# What follows a name without being the rest of a longer word.
_PARTICLES = (
    "은|는|이|가|을|를|의|에|과|와|도|로|만|표|에는|에서|에게|으로|부터|까지|처럼|만의|이나|나|이라는|라는"
)
_AFTER = rf"(?![가-힣])|(?=(?:{_PARTICLES})(?![가-힣]))"


def name_pattern(name: str) -> str:
    """An expression for a name where it is surely meant: one of a single syllable stands by itself.

    담은 is what 담 does, and what is filled.
    """
    if _SHORT.fullmatch(name) is None:
        return re.escape(name)
    return rf"(?<![가-힣]){name}" + ("(?![가-힣])" if len(name) == 1 else rf"(?:{_AFTER})")


@lru_cache(maxsize=1024)
def _expressions(name: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    if _SHORT.fullmatch(name) is None:
        return None
    maybe = rf"(?<![가-힣]){name}(?:{_AFTER})" if len(name) == 1 else name
    return re.compile(name_pattern(name)), re.compile(maybe)


def says_name(name: str, text: str, *, prose: bool) -> bool | None:
    """Whether a text says a brand's name; None where it may be another word, as a short name in `prose` always may."""
    if name not in text:
        return False
    expressions = _expressions(name)
    if expressions is None:
        return True
    sure, maybe = expressions
    if sure.search(text) is not None:
        return None if prose else True
    return None if maybe.search(text) is not None else False
