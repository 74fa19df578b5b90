"""Which characters a text is written in: no Korean, no Chinese in Vietnamese, none that bytes were misread as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from storesync.compliance import simplified, traditional
from storesync.localization.gates.damage import GARBLED_SIGNS, garbled
from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language
from storesync.localization.script import SCRIPTS, foreign, never_written
from storesync.model import Script

__all__ = ["characters", "unwanted"]

# Words in letters of any other part of the world: Cyrillic to Georgian with Thai and Arabic among them, and the phonetic
# letters of Taiwan. Single ones stand in formulas; Greek ones in names of ingredients.
_STRANGERS = "\u0400-\u0e3e\u0e40-\u10ff\u1200-\u18af\u3105-\u312f\u31a0-\u31bf"
_STRANGE = re.compile(f"[{_STRANGERS}][\u0300-\u036f\u0400-\u10ff\u1200-\u18af\u3105-\u312f]+")
_HOMES = frozenset({"zh", "vi"})
_RULES = {"hangul": "no_hangul", "han": "no_han", "kana": "no_kana"}


@cache
def _unusual(locale: str) -> re.Pattern[str]:
    """One of all the characters that a sound text has hardly any of: one look instead of many."""
    return re.compile(f"[{never_written(locale)}{_STRANGERS}{GARBLED_SIGNS}]")


def characters(text: str, locale: str) -> Iterator[Finding]:
    """`no_hangul`, `no_han`, `no_kana`, `no_other` for what is left of another language; `simplified`, `traditional`.

    And `garbled` where bytes were read in another encoding.
    """
    if not text.isascii() and _unusual(locale).search(text) is not None:
        yield from garbled(text, locale)
        for run in foreign(text, locale):
            yield Finding(
                _RULES[run.script],
                Level.FAIL,
                f"{run.text!r} is left in a text in {locale}",
                run.offset,
                "translate it",
            )
        for other in _STRANGE.finditer(text) if language(locale) in _HOMES else ():
            message = f"{other.group()!r} is left in a text in {locale}"
            yield Finding("no_other", Level.FAIL, message, other.start(), "translate it")
    if locale.startswith("zh-Hans"):
        yield from _fixed(text, simplified(text), "simplified", "Simplified")
    elif locale.startswith("zh-Hant"):
        yield from _fixed(text, traditional(text), "traditional", "Traditional")


def unwanted(text: str, locale: str, refused: Mapping[str, frozenset[Script]]) -> Iterator[Finding]:
    """The same rules where a channel takes a script in no language; what the language itself excludes is told above."""
    for channel, scripts in refused.items():
        for run in foreign(text, locale, refused=scripts):
            if run.script in scripts and not foreign(run.text, locale):
                message = f"{run.text!r}: {channel} takes no {SCRIPTS[run.script]} characters"
                yield Finding(_RULES[run.script], Level.FAIL, message, run.offset, "write it otherwise")


def _fixed(text: str, wanted: str, rule: str, name: str) -> Iterator[Finding]:
    """One finding for every run of characters that the other spelling would write otherwise."""
    if text == wanted:
        return
    start = 0
    while start < len(text):
        if text[start] == wanted[start]:
            start += 1
            continue
        end = start + 1
        while end < len(text) and text[end] != wanted[end]:
            end += 1
        yield Finding(
            rule,
            Level.FAIL,
            f"{text[start:end]!r} is not {name} Chinese",
            start,
            f"write {wanted[start:end]}",
        )
        start = end
