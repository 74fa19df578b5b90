"""Whether a translation has the numbers of its source: none lost, none made up, each of the same things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from storesync.localization.gates.figures import DIGIT, Figure, even, figures, lists, spelled
from storesync.localization.gates.numerals import in_words
from storesync.localization.gates.places import moved, same_things
from storesync.localization.gates.sayings import Saying, agreed
from storesync.localization.gates.units import (
    COUNTERS,
    CUSTOMARY,
    LOOSE,
    MEASURES,
    SHORT,
    TIMES,
    counted_alike,
)
from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.script import has_hangul

__all__ = ["numbers"]

_CALENDAR = 1000  # years of the calendar, not of an age


# 오후 3시 and 上午3点 have the same figures.
_HALF_DAY = re.compile(r"오[전후]\s?\d")


def numbers(
    source: str, text: str, source_locale: str, locale: str, *, part: bool = False
) -> Iterable[Finding]:
    """`numbers` and `units`: what was lost, added or changed; an equal amount otherwise is for review.

    Numbers in words stand in for those of the source; those that the source does not have are for review. What a comma
    parts may be thousands or a list: one sound reading of both that is alike suffices. Of a text that says a `part` of
    its source only, nothing is lost.
    """
    words = spelled(text, locale)
    if not words and DIGIT.search(source) is None and DIGIT.search(text) is None:
        return ()
    said, shown = figures(source, source_locale), figures(text, locale)
    if not words and len(said) == len(shown) and not any(map(_differ, said, shown)):
        if "오" in source and _HALF_DAY.search(source) is not None:
            return _beside_sayings(source, text, source_locale, locale, part=part)
        alone = part or len(said) < 2
        return () if alone else moved(source, text, said, shown, source_locale, locale)
    return _judged(source, text, source_locale, locale, part=part)


def _judged(source: str, text: str, source_locale: str, locale: str, *, part: bool) -> list[Finding]:
    """What the usual readings of both texts differ in, unless another reading of them differs in nothing."""
    usual = _between(source, text, source_locale, locale, (), (), part=part)
    if not usual:
        return usual
    usual = _beside_sayings(source, text, source_locale, locale, part=part)
    others = lists(source), lists(text)
    if not usual or others == (None, None):
        return usual
    for one in (None, others[0]):
        for other in (None, others[1]):
            read = [reading for reading in (one, other) if reading is not None]
            said, told = one.text if one else source, other.text if other else text
            if read and not _beside_sayings(said, told, source_locale, locale, part=part):
                doubt = next((reading.first for reading in read if not reading.sure), "")
                message = f"{doubt!r} may be one number or a list: the two texts agree only if it is a list"
                offset = max(0, text.find(doubt))
                hint = "write a list with spaces or 、 between its numbers"
                return [Finding("numbers", Level.REVIEW, message, offset, hint)] if doubt else []
    return usual


def _beside_sayings(source: str, text: str, source_locale: str, locale: str, *, part: bool) -> list[Finding]:
    """What differs but for what both say in a way of their own, as dates; the first thing that is said otherwise."""
    ours, theirs, contrary = agreed(even(source), even(text), source_locale, locale)
    found = []
    for one, other in contrary:
        before, after = even(source)[one.start : one.end], even(text)[other.start : other.end]
        message = f"{before!r} of the source became {after!r}"
        found.append(Finding("numbers", Level.FAIL, message, other.start, f"translate {before}"))
        ours.append(one)
        theirs.append(other)
    return found + _between(source, text, source_locale, locale, ours, theirs, part=part)


def _between(
    source: str,
    text: str,
    source_locale: str,
    locale: str,
    ours: Sequence[Saying],
    theirs: Sequence[Saying],
    *,
    part: bool,
) -> list[Finding]:
    """What the figures outside of these pieces of both texts differ in."""
    said = _outside(figures(source, source_locale), ours)
    shown, words = _outside(figures(text, locale), theirs), _outside(spelled(text, locale), theirs)
    found = list(
        _compared(source, text, list(said), list(shown), list(words), source_locale, locale, part=part)
    )
    if len(said) > 1 and not part:
        found += moved(source, text, said, (*shown, *words), source_locale, locale)
    return found


def _outside(some: Sequence[Figure], spans: Sequence[Saying]) -> tuple[Figure, ...]:
    return tuple(one for one in some if not any(span.start <= one.offset < span.end for span in spans))


def _differ(one: Figure, other: Figure) -> bool:
    return one.value != other.value or one.unit != other.unit or one.counter != other.counter


def _compared(
    source: str,
    text: str,
    missing: list[Figure],
    added: list[Figure],
    words: list[Figure],
    source_locale: str,
    locale: str,
    *,
    part: bool,
) -> Iterator[Finding]:
    said = tuple(missing)
    yield from _paired(missing, added, _same, locale)
    _converted(source, said, missing, added, words)
    for alike in (_same_amount, _same_base, _same_short, _same_digits):
        yield from _paired(missing, added, alike, locale)
    yield from _summed(missing, added)
    if not part:
        yield from _exchanged(missing, added)
        yield from _paired(missing, added, _same_value, locale)
    for one in tuple(missing):
        if _take(words, _same(one)) is not None or _take(words, _in_full(one)) is not None:
            missing.remove(one)
    for one in () if part else missing:
        if one.value == 0 and _none_of_it(text):
            continue
        if (other := _take(added, _same_unit(one)) or _take(words, _same_things(one))) is not None:
            message = f"{one.written!r} of the source became {other.written!r}"
            yield Finding("numbers", Level.FAIL, message, other.offset, _hint(one))
            continue
        if _each(one, text):
            continue
        level = Level.REVIEW if _told_otherwise(one, text, locale) else Level.FAIL
        message = f"{one.written!r} of the source is not in the translation"
        yield Finding("numbers", level, message, 0, _hint(one), lost=True)
    for other in added:
        if other.value == 0 and _none_of_it(source):
            continue
        # A bare number beside a part of a source may be a model or a standard.
        bare = (not other.unit and not other.counter) or (other.unit == "year" and other.value >= _CALENDAR)
        unsure = (part and bare) or _in_words(other.value, source, source_locale)
        level = Level.REVIEW if unsure else Level.FAIL
        yield Finding("numbers", level, f"{other.written!r} is not in the source", other.offset, "remove it")
    for other in words:
        told = any(map(_tells(other), said)) or _in_words(other.value, source, source_locale)
        if other.value > 1 and not told:
            message = f"{other.written!r} is not in the source"
            yield Finding("numbers", Level.REVIEW, message, other.offset, "compare it with the source")


def _summed(missing: list[Figure], added: list[Figure]) -> Iterator[Finding]:
    """An hour and a half as 90 minutes: the same time in other units, for review."""
    ours, theirs = ([one for one in some if one.base[0] == "seconds"] for some in (missing, added))
    if not ours or not theirs or sum(one.base[1] for one in ours) != sum(one.base[1] for one in theirs):
        return
    for some, one in (*((missing, one) for one in ours), *((added, one) for one in theirs)):
        some.remove(one)
    said, told = (" ".join(one.written for one in some) for some in (ours, theirs))
    message = f"{said!r} of the source is written {told!r}: the same time in other units"
    yield Finding("numbers", Level.REVIEW, message, theirs[0].offset, f"translate {said}")


# 제로 칼로리 is 0卡, 무설탕 is 0糖, and 알코올 0% is 无酒精.
_NONE = re.compile(
    r"제로|무(?:설탕|가당|당|첨가|알콜|알코올|향|색소|지방|카페인|방부|자극|염|농약|칼로리|글루텐|파라벤|실리콘)|없[는이]|프리|free|zero|[无無零]|不含|(?<![^\W_])(?:không|zero)(?![^\W_])",
    re.IGNORECASE,
)


def _none_of_it(text: str) -> bool:
    return _NONE.search(text) is not None


# 1접(100개), 1근(600g): the amount itself stands behind.
_ITSELF = re.compile(r"\s?[(/=]\s?(?:약\s?)?\Z")


def _converted(
    source: str, said: Sequence[Figure], missing: list[Figure], added: list[Figure], words: list[Figure]
) -> None:
    """Takes out what is told in other things of the same number: 2다스 is 24支, 2근 is 1.2公斤, and 2개 is 一对."""
    for one in tuple(missing):
        if one.things is None and one.unit not in CUSTOMARY:
            match = _take(added, _bundled(one)) or _take(words, _bundled(one))
            if match is not None:
                missing.remove(one)
            continue
        whole = _things(one) if one.things is not None else _same_base(one)
        if _take(added, whole) is not None:
            missing.remove(one)
    text = even(source)
    for one in tuple(missing):
        if one.things is None and one.unit not in CUSTOMARY:
            continue
        behind = next((two for two in said if two.offset > one.offset), None)
        if behind is not None and behind not in missing:
            gap = text[one.offset + len(one.written) : behind.offset]
            if _ITSELF.match(gap) is not None and not any(two.value == one.value for two in added):
                missing.remove(one)


def _things(one: Figure) -> _Alike:
    """So many things, told one by one."""
    return lambda other: not other.unit and other.things is None and other.value == one.things


def _bundled(one: Figure) -> _Alike:
    """The same number of things by the dozen or in pairs."""
    counts = not one.unit and "fold" not in COUNTERS.get(one.counter, ())
    return lambda other: counts and other.things is not None and other.things == one.value


def _hint(one: Figure) -> str:
    """What to write: a figure with a Korean word is to be translated."""
    return f"translate {one.written}" if has_hangul(one.written) else f"write {one.written}"


_Alike = Callable[[Figure], bool]


def _paired(
    missing: list[Figure], added: list[Figure], alike: Callable[[Figure], _Alike], locale: str
) -> Iterator[Finding]:
    """What became of the figures that have one to go with; both are taken out."""
    for one in tuple(missing):
        if (other := _take(added, alike(one))) is not None:
            missing.remove(one)
            yield from _changed(one, other, locale)


def _exchanged(missing: list[Figure], added: list[Figure]) -> Iterator[Finding]:
    """Amounts of different things that took each other's number: 1일 3회 is not 3天1次."""
    numbers = {abs(one.value) for one in missing}
    for one in tuple(missing):
        some = (two for two in added if same_things(one, two) and abs(two.value) != abs(one.value))
        if (other := next(some, None)) is not None and abs(other.value) in numbers:
            missing.remove(one)
            added.remove(other)
            message = f"{one.written!r} of the source became {other.written!r}"
            yield Finding("numbers", Level.FAIL, message, other.offset, _hint(one))


def _same(one: Figure) -> _Alike:
    return lambda other: other.amount == one.amount and counted_alike(one.counter, other.counter) is True


def _same_amount(one: Figure) -> _Alike:
    return lambda other: other.amount == one.amount


def _same_base(one: Figure) -> _Alike:
    return lambda other: other.base == one.base


def _same_short(one: Figure) -> _Alike:
    """2.4GHz is 2.4G on a box."""
    return lambda other: (
        other.value == one.value and (one.unit, other.unit) in SHORT and other.written[-1:] == "G"
    )


def _in_full(one: Figure) -> _Alike:
    """12 months in words that are another unit of the same length: a year."""
    return lambda other: (
        bool(one.unit) and one.unit in TIMES and other.unit in TIMES and other.base == one.base
    )


def _same_digits(one: Figure) -> _Alike:
    """1,000mg as Korean writes it, where the language of the other has a comma before the decimals."""
    return lambda other: other.unit == one.unit and other.value != one.value == other.grouped


def _same_value(one: Figure) -> _Alike:
    return lambda other: abs(other.value) == abs(one.value)


def _same_unit(one: Figure) -> _Alike:
    return lambda other: other.unit == one.unit


def _tells(word: Figure) -> _Alike:
    """Whether a figure of the source says the same as a number in words; a bare one says nothing of a measure."""
    bare = word.unit not in MEASURES and "fold" not in COUNTERS.get(word.counter, ())
    return lambda one: (
        abs(one.value) == word.value
        and (one.unit == word.unit or (bare and not one.unit))
        and (bool(one.counter) or bare or bool(word.unit))
        and counted_alike(one.counter, word.counter) is True
    )


def _same_things(one: Figure) -> _Alike:
    counts = bool(one.unit or one.counter)
    return lambda other: (
        counts and other.unit == one.unit and counted_alike(one.counter, other.counter) is True
    )


def _take(some: list[Figure], wanted: _Alike) -> Figure | None:
    for one in some:
        if wanted(one):
            some.remove(one)
            return one
    return None


def _changed(one: Figure, other: Figure, locale: str) -> Iterator[Finding]:
    """What became otherwise between two figures that belong together."""
    hint = _hint(one)
    if (one.value == 0 and one.base == other.base) or _same_short(one)(other):
        return
    if one.amount == other.amount:
        if (alike := counted_alike(one.counter, other.counter)) is not True:
            message = f"{one.written!r} of the source became {other.written!r}: it counts other things"
            yield Finding("units", Level.REVIEW if alike is None else Level.FAIL, message, other.offset, hint)
        return
    if one.base == other.base and one.unit and other.unit:
        message = (
            f"{one.written!r} of the source is written {other.written!r}: the same amount in another unit"
        )
        yield Finding("numbers", Level.REVIEW, message, other.offset, hint)
        return
    if one.value == other.grouped != other.value:
        said, meant = f"{other.value.normalize():f}", f"{one.value:f}"
        message = f"{other.written!r} reads as {said} in {locale}, and the source says {meant}"
        marks = str.maketrans(",.", ".,")
        yield Finding(
            "numbers", Level.REVIEW, message, other.offset, f"write {other.written.translate(marks)}"
        )
        return
    if one.value != other.value:
        unsure = " " in one.written[:2] or " " in other.written[:2] or not (one.unit or other.unit)
        level = Level.REVIEW if unsure else Level.FAIL
        message = f"{one.written!r} of the source became {other.written!r}: the sign is another one"
        yield Finding("numbers", level, message, other.offset, hint)
        return
    lost = not other.unit and one.unit not in MEASURES
    gained = not one.unit and other.unit not in MEASURES
    loose = (one.unit, other.unit) in LOOSE
    level = Level.REVIEW if lost or gained or loose else Level.FAIL
    if not other.unit:
        message = f"{one.written!r} of the source lost its unit: {other.written!r}"
    elif not one.unit:
        message = f"{one.written!r} of the source got a unit that it does not have there: {other.written!r}"
    else:
        message = f"{one.written!r} of the source became {other.written!r}, which is another unit"
    yield Finding("units", level, message, other.offset, hint)


# 1회 제공량 is 每份, 1일 is 每日, 1봉지 is mỗi gói.
_EACH = re.compile(r"[每单單一]|(?<![^\W_])(?:mỗi|một|hằng|hàng)(?![^\W_])")
_PURE = re.compile(r"[纯純全]|nguyên chất|hoàn toàn")


def _each(one: Figure, text: str) -> bool:
    """Whether one of something is told by a word for each."""
    return (
        one.value == 1
        and one.things is None
        and bool(one.unit in TIMES or one.counter)
        and _EACH.search(text.casefold()) is not None
    )


def _told_otherwise(one: Figure, text: str, locale: str) -> bool:
    """Whether a missing figure may be there in other words: one box needs no number, 100% is 纯."""
    if one.value == 1 and (one.unit in TIMES or one.counter) and one.things is None:
        return True
    if one.unit == "%" and one.value == 100 and _PURE.search(text.casefold()) is not None:
        return True
    return _in_words(one.value, text, locale)


def _in_words(value: Decimal, text: str, locale: str) -> bool:
    return any(word in text.casefold() for word in in_words(value, locale))
