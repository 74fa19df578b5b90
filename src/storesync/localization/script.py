"""Which scripts may stand in which language: Korean never leaves home, Han never enters Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from attrs import frozen

from storesync.localization.locale import language
from storesync.model import Script

__all__ = ["SCRIPTS", "Foreign", "foreign", "has_foreign", "has_hangul", "never_written"]

SCRIPTS: Mapping[Script, str] = MappingProxyType({"hangul": "Korean", "han": "Chinese", "kana": "Japanese"})
"""How messages call the scripts."""

# Unicode 16 blocks. Hangul: conjoining jamo, tone marks, compatibility jamo with the filler, circled and
# parenthesized forms, jamo extended A, syllables, jamo extended B, half-width forms.
_HANGUL = (
    "\u1100-\u11ff\u302e\u302f\u3131-\u318e\u3200-\u321e\u3260-\u327f"
    "\ua960-\ua97f\uac00-\ud7a3\ud7b0-\ud7ff\uffa0-\uffdc"
)
# Han: radicals, iteration mark and zero, unified ideographs with extensions, compatibility forms.
_HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_KANA = "\u3041-\u306d\u306f-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f"

_SCRIPTS: Mapping[Script, re.Pattern[str]] = {
    "hangul": re.compile(f"[{_HANGUL}]+"),
    "han": re.compile(f"[{_HAN}]+"),
    "kana": re.compile(f"[{_KANA}\u306e]+"),
}
_HOMES: Mapping[Script, frozenset[str]] = {
    "hangul": frozenset({"ko"}),
    "han": frozenset({"zh", "yue", "ja", "ko"}),
    "kana": frozenset({"ja"}),
}
# の by itself is a fashion of Chinese shop texts.
_FASHION, _FASHIONABLE = frozenset("\u306e"), frozenset({"zh", "yue"})


@frozen
class Foreign:
    """A run of a script that has no place in a text: which one, where it begins, and what it says."""

    script: Script
    offset: int
    text: str


def has_hangul(text: str) -> bool:
    """Whether any Hangul stands in `text`, jamo and half-width forms included."""
    return _SCRIPTS["hangul"].search(text) is not None


@cache
def never_written(locale: str) -> str:
    """The characters that a language is not written in, as a part of a character class."""
    home = language(locale)
    sets = {"hangul": _HANGUL, "han": _HAN, "kana": _KANA if home in _FASHIONABLE else _KANA + "\u306e"}
    return "".join(sets[script] for script, homes in _HOMES.items() if home not in homes)


@cache
def _refused(locale: str) -> re.Pattern[str] | None:
    refused = never_written(locale)
    return re.compile(f"[{refused}]") if refused else None


def has_foreign(text: str, locale: str) -> bool:
    """Whether any character stands in `text` that the language is not written in."""
    if text.isascii():
        return False
    refused = _refused(locale)
    return refused is not None and refused.search(text) is not None


def foreign(
    text: str, locales: str | Iterable[str], *, refused: frozenset[Script] = frozenset()
) -> tuple[Foreign, ...]:
    """Every run of a script that none of `locales` is written in, or that is `refused` in all, in reading order.

    Chinese may have a の.
    """
    if text.isascii():
        return ()
    languages = {language(locale) for locale in ((locales,) if isinstance(locales, str) else locales)}
    found = [
        Foreign(script, run.start(), run.group())
        for script, pattern in _SCRIPTS.items()
        if script in refused or not languages & _HOMES[script]
        for run in pattern.finditer(text)
        if script != "kana"
        or script in refused
        or not (languages & _FASHIONABLE and _FASHION.issuperset(run.group()))
    ]
    return tuple(sorted(found, key=lambda run: run.offset))
