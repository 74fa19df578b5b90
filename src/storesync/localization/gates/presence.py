"""Is there a translation at all: not empty, not the source again, not English, not a fragment, not a loop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language
from storesync.localization.script import has_hangul

__all__ = ["PROSE", "absence", "loops", "other_language", "proportion"]

PROSE = frozenset({"title", "short_description", "description", "points"})
"""Fields whose text is written in the market's language; a value may be a name or a number."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
# Letters that only Vietnamese spelling has need of: any Latin letter with a mark.
_MARKED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1ea0-\u1ef9]")
_NAME = re.compile(r"\b[A-Z][A-Z0-9&'.-]+\b")

# How long a translation from Korean is, as a share of the source's characters; measured on the reference
# texts of the sample: 0.38 to 1.67 in Chinese, 1.33 to 4.0 in Vietnamese. Far outside, something is lost.
_PROPORTION: Mapping[str, tuple[float, float]] = MappingProxyType({"zh": (0.2, 1.9), "vi": (0.6, 5.0)})
_SHORT = 12
_STEP = 4


def absence(source: str, text: str, locale: str) -> Iterator[Finding]:
    """`empty` where nothing stands, `copied` where the source stands again."""
    if not text.strip():
        if source.strip():
            yield Finding("empty", Level.FAIL, "the translation is empty", 0, "translate it")
    elif language(locale) != "ko" and text.strip() == source.strip() and has_hangul(source):
        yield Finding("copied", Level.FAIL, "the translation is the source again", 0, "translate it")


def other_language(text: str, field: str, locale: str, names: Iterable[str] = ()) -> Iterator[Finding]:
    """`language`: prose without a Chinese character; `diacritics`: Vietnamese without its marks.

    `names` are words that stay as they are in every language.
    """
    if field not in PROSE:
        return
    kind = language(locale)
    if kind == "zh":
        if _HAN.search(text) is None and (word := _WORD.search(_without(text, names))) is not None:
            yield Finding(
                "language",
                Level.FAIL,
                "not one Chinese character in a Chinese text",
                word.start(),
                "translate it",
            )
    elif kind == "vi" and _MARKED.search(text) is None:
        words = [word for word in _WORD.findall(_without(text, names)) if len(word) > 1]
        if len(words) > 1:
            level = Level.FAIL if len(words) > 2 else Level.REVIEW
            yield Finding(
                "diacritics",
                level,
                "Vietnamese without a single mark",
                0,
                "restore the marks, or translate it",
            )


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, " " * len(name))
    return _NAME.sub(lambda found: " " * len(found.group()), text)


def proportion(source: str, text: str, locale: str) -> Iterator[Finding]:
    """`length_ratio`: much shorter or longer than such a source becomes."""
    usual = _PROPORTION.get(language(locale))
    if usual is None or len(source) < _SHORT:
        return
    share = len(text) / len(source)
    if share < usual[0]:
        yield Finding(
            "length_ratio",
            Level.FAIL,
            f"{len(text)} characters for {len(source)} of the source: content is lost",
            0,
            "translate all of it",
            lost=True,
        )
    elif share > usual[1]:
        yield Finding(
            "length_ratio",
            Level.REVIEW,
            f"{len(text)} characters for {len(source)} of the source: something may be added",
            0,
            "compare it with the source",
        )


def loops(source: str, text: str) -> Iterator[Finding]:
    """`repetition`: the same piece three times in a row, or a long one twice, where the source does not."""
    found = _loop(text)
    if found is None or _loop(source) is not None:
        return
    start, size, times = found
    piece = text[start : start + size].strip()
    yield Finding(
        "repetition",
        Level.FAIL if times > 2 else Level.REVIEW,
        f"{piece!r} stands {times} times in a row",
        start,
        "keep it once",
    )


# Digits may stand in a row. They are left out of what is found: a class without them takes twice the time.
_RUN = re.compile(r"(\w)\1\1\1\1")
# Words of two letters and more, wherever they begin; longer pieces are found by their first letters.
_WORDS = re.compile(r"(\w{2,8}?)\s*\1\s*\1(?:\s*\1)*")


def _loop(text: str) -> tuple[int, int, int] | None:
    """Where a piece begins that repeats at once, how long it is, and how often it stands."""
    for start in range(0, len(text) - 2 * _STEP + 1, _STEP):
        size = text.find(text[start : start + _STEP], start + _STEP) - start
        if size < _STEP:
            continue
        piece = text[start : start + size]
        times, after = 1, start + size
        while text.startswith(piece, after):
            times += 1
            after += size
        if text.startswith(piece.rstrip(), after) and len(piece.rstrip()) < size:
            times += 1
        if times > 2 or (times == 2 and size >= 2 * _STEP):
            return start, size, times
    # Three times two letters leave at least four characters that stood there before.
    if len(text) - len(set(text)) >= 4:
        for words in _WORDS.finditer(text):
            if words[1].isalpha():
                return words.start(), len(words[1]), words.group().count(words[1])
        for run in _RUN.finditer(text):
            if run[1].isalpha():
                return run.start(), 1, 5
    return None
