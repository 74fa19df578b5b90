"""Whether a translation has the numbers of its source: none lost, none made up, each of the same things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from storesync.localization.gates.figures import DIGIT, Figure, figures, spelled
from storesync.localization.gates.numerals import in_words
from storesync.localization.gates.places import moved, same_things
from storesync.localization.gates.units import COUNTERS, MEASURES, TIMES, counted_alike
from storesync.localization.gates.verdict import Finding, Level

__all__ = ["numbers"]

_CALENDAR = 1000  # years of the calendar, not of an age


def numbers(
    source: str, text: str, source_locale: str, locale: str, *, part: bool = False
) -> Iterator[Finding]:
    """`numbers` and `units`: what was lost, added or changed; an equal amount otherwise is for review.

    Numbers in words stand in for those of the source; those that the source does not have are for review. Of a text
    that says a `part` of its source only, nothing is lost.
    """
    words = spelled(text, locale)
    if not words and DIGIT.search(source) is None and DIGIT.search(text) is None:
        return
    said, shown = figures(source, source_locale), figures(text, locale)
    if words or len(said) != len(shown) or any(map(_differ, said, shown)):
        yield from _compared(
            source, text, list(said), list(shown), list(words), source_locale, locale, part=part
        )
    if len(said) > 1 and not part:
        yield from moved(source, text, said, (*shown, *words), source_locale, locale)


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
    for alike in (_same, _same_amount, _same_base, _same_digits):
        yield from _paired(missing, added, alike, locale)
    if not part:
        yield from _exchanged(missing, added)
        yield from _paired(missing, added, _same_value, locale)
    for one in tuple(missing):
        if _take(words, _same(one)) is not None:
            missing.remove(one)
    for one in () if part else missing:
        if (other := _take(added, _same_unit(one)) or _take(words, _same_things(one))) is not None:
            message = f"{one.written!r} of the source became {other.written!r}"
            yield Finding("numbers", Level.FAIL, message, other.offset, f"write {one.written}")
            continue
        if _each(one, text):
            continue
        level = Level.REVIEW if _told_otherwise(one, text, locale) else Level.FAIL
        message = f"{one.written!r} of the source is not in the translation"
        yield Finding("numbers", level, message, 0, f"write {one.written}", lost=True)
    for other in added:
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
            yield Finding("numbers", Level.FAIL, message, other.offset, f"write {one.written}")


def _same(one: Figure) -> _Alike:
    return lambda other: other.amount == one.amount and counted_alike(one.counter, other.counter) is True


def _same_amount(one: Figure) -> _Alike:
    return lambda other: other.amount == one.amount


def _same_base(one: Figure) -> _Alike:
    return lambda other: other.base == one.base


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
    hint = f"write {one.written}"
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
    if one.value == other.grouped:
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
    level = Level.REVIEW if lost or gained else Level.FAIL
    message = f"the unit of {one.written!r} in the source became {other.written!r}"
    yield Finding("units", level, message, other.offset, hint)


# 1회 제공량 is 每份, 1일 is 每日, 1봉지 is mỗi gói.
_EACH = re.compile(r"[每单單一]|(?<![^\W_])(?:mỗi|một|hằng|hàng)(?![^\W_])")
_PURE = re.compile(r"[纯純全]|nguyên chất|hoàn toàn")


def _each(one: Figure, text: str) -> bool:
    """Whether one of something is told by a word for each."""
    return (
        one.value == 1
        and bool(one.unit in TIMES or one.counter)
        and _EACH.search(text.casefold()) is not None
    )


def _told_otherwise(one: Figure, text: str, locale: str) -> bool:
    """Whether a missing figure may be there in other words: one box needs no number, 100% is 纯."""
    if one.value == 1 and (one.unit in TIMES or one.counter):
        return True
    if one.unit == "%" and one.value == 100 and _PURE.search(text.casefold()) is not None:
        return True
    return _in_words(one.value, text, locale)


def _in_words(value: Decimal, text: str, locale: str) -> bool:
    return any(word in text.casefold() for word in in_words(value, locale))
