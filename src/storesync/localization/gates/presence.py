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

_SAYS = re.compile(r"[^\W_]")
_HANGUL_WORD = re.compile("[가-힣]{2}")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
# Letters that only Vietnamese spelling has need of: any Latin letter with a mark.
_MARKED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1ea0-\u1ef9]")
_NAME = re.compile(r"\b[A-Z][A-Z0-9&'.-]+\b")

# How long a translation from Korean is, as a share of the source's characters; measured on the reference
# texts of the sample: 0.38 to 1.67 in Chinese, 1.33 to 4.0 in Vietnamese. Far outside, something is lost.
_PROPORTION: Mapping[str, tuple[float, float]] = MappingProxyType({"zh": (0.2, 1.9), "vi": (0.6, 5.0)})
_LEAST: Mapping[str, float] = MappingProxyType({"zh": 0.35, "vi": 1.0})
"""Below this a person looks."""
_HALF: Mapping[str, float] = MappingProxyType({"zh": 0.75, "vi": 1.8})
"""Below this a person looks where a sentence of the source has no end in the text."""
_SENTENCES = frozenset({"short_description", "description", "points"})
_SENTENCE_END = re.compile(r"[다요죠까][.!?…]*\s*\Z|[.!?…]\s*\Z")
_ENDED = re.compile(r"[。．!！?？…~～♥❤♡]|\.(?!\d)|[)）」』”\"'’】\]>]\s*\Z")
_NO_BRANDS: Mapping[str, str] = MappingProxyType({})
_SHORT = 12
_STEP = 4


def absence(source: str, text: str, locale: str) -> Iterable[Finding]:
    """`empty` where nothing stands, or nothing but signs; `copied` where the source stands again."""
    if text[:1].isalnum() and text[:2] != source[:2]:
        return ()
    return _absence(source, text, locale)


def _absence(source: str, text: str, locale: str) -> Iterator[Finding]:
    if _SAYS.search(text) is None:
        if source.strip() and (not text.strip() or _SAYS.search(source) is not None):
            blank = "is empty" if not text.strip() else f"is {text.strip()!r}, and no word"
            yield Finding("empty", Level.FAIL, f"the translation {blank}", 0, "translate it")
    elif language(locale) != "ko" and text.strip() == source.strip() and has_hangul(source):
        yield Finding("copied", Level.FAIL, "the translation is the source again", 0, "translate it")


def other_language(
    source: str, text: str, field: str, locale: str, brands: Mapping[str, str] = _NO_BRANDS
) -> Iterable[Finding]:
    """`language`: prose without a Chinese character; `diacritics`: Vietnamese without its marks; `brand_only`.

    `brands` are a brand's own name to its Latin one, which stays as it is in every language.
    """
    kind = language(locale)
    own = _HAN if kind == "zh" else _MARKED if kind == "vi" else None
    if own is None or field not in PROSE or own.search(text) is not None:
        return ()
    return _foreign(source, text, kind, brands)


def _foreign(source: str, text: str, kind: str, brands: Mapping[str, str]) -> Iterator[Finding]:
    rest = _without(text, brands.values())
    if kind == "zh":
        if (word := _WORD.search(rest)) is not None:
            message = "not one Chinese character in a Chinese text"
            yield Finding("language", Level.FAIL, message, word.start(), "translate it")
            return
    else:
        words = [word for word in _WORD.findall(rest) if len(word) > 1]
        if len(words) > 1:
            level = Level.FAIL if len(words) > 2 else Level.REVIEW
            message = "Vietnamese without a single mark"
            yield Finding("diacritics", level, message, 0, "restore the marks, or translate it")
        if words:
            return
    yield from _named(source, text, brands)


def _named(source: str, text: str, brands: Mapping[str, str]) -> Iterator[Finding]:
    """A text in which no word of the language stands beside a source that says more than a brand."""
    if _HANGUL_WORD.search(_without(source, (*brands, *brands.values()))) is None:
        return
    rest = text
    for name in brands.values():
        rest = rest.replace(name, "") if name else rest
    bare = rest != text and _WORD.search(rest) is None
    message = (
        "nothing of the source is there but the brand"
        if bare
        else "no word of the source is there, only names"
    )
    level = Level.FAIL if bare else Level.REVIEW
    yield Finding("brand_only", level, message, 0, "translate the rest", lost=True)


def _without(text: str, names: Iterable[str]) -> str:
    for name in filter(None, names):
        text = text.replace(name, " " * len(name))
    return _NAME.sub(lambda found: " " * len(found.group()), text)


def proportion(source: str, text: str, locale: str, field: str = "") -> Iterable[Finding]:
    """`length_ratio`: much shorter or longer than such a source becomes, or cut before its end."""
    kind = language(locale)
    usual = _PROPORTION.get(kind)
    if usual is None or len(source) < _SHORT or _HALF[kind] <= len(text) / len(source) <= usual[1]:
        return ()
    return _disproportion(source, text, kind, field)


def _disproportion(source: str, text: str, kind: str, field: str) -> Iterator[Finding]:
    share, usual = len(text) / len(source), _PROPORTION[kind]
    counts = f"{len(text)} characters for {len(source)} of the source"
    if share > usual[1]:
        said = f"{counts}: something may be added"
        yield Finding("length_ratio", Level.REVIEW, said, 0, "compare it with the source")
        return
    if share < usual[0]:
        said = f"{counts}: content is lost"
        yield Finding("length_ratio", Level.FAIL, said, 0, "translate all of it", lost=True)
    elif share < _LEAST[kind]:
        said = f"{counts}: content may be lost"
        yield Finding("length_ratio", Level.REVIEW, said, 0, "compare it with the source", lost=True)
    elif field in _SENTENCES and _ENDED.search(text) is None and _SENTENCE_END.search(source) is not None:
        said = f"{counts}, and no end of a sentence: the rest may be cut off"
        yield Finding("length_ratio", Level.REVIEW, said, len(text), "compare it with the source", lost=True)


def loops(source: str, text: str) -> tuple[Finding, ...]:
    """`repetition`: the same piece three times in a row, or a long one twice, where the source does not."""
    found = _loop(text)
    if found is None or _loop(source) is not None:
        return ()
    start, size, times = found
    message = f"{text[start : start + size].strip()!r} stands {times} times in a row"
    return (Finding("repetition", Level.FAIL if times > 2 else Level.REVIEW, message, start, "keep it once"),)


# Digits may stand in a row. They are left out of what is found: a class without them takes twice the time.
_RUN = re.compile(r"(.)\1\1\1\1")
# Words of two letters and more, wherever they begin; longer pieces are found by their first letters.
_WORDS = re.compile(r"([^ ][^ ]{1,7}?)(?:|\s)\1(?:|\s)\1(?:\s*\1)*")


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
    # Three times two letters leave at least four characters that stood there before, as words with spaces always do.
    if " " in text or len(text) - len(set(text)) >= 4:
        for words in _WORDS.finditer(text):
            if words[1].isalpha():
                return words.start(), len(words[1]), words.group().count(words[1])
        for run in _RUN.finditer(text):
            if run[1].isalpha():
                return run.start(), 1, 5
    return None
