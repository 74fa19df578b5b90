"""Numbers with their units: the same ones, however each language writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from attrs import frozen

from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language

__all__ = ["Figure", "figures", "numbers"]

# Canonical unit → dimension, size in it, and how the four languages write it (after NFKC, in lower case).
_UNITS: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "ml": ("volume", "1", ("ml", "毫升", "밀리리터", "mililit")),
        "l": ("volume", "1000", ("l", "升", "리터", "lít", "lit")),
        "mg": ("mass", "0.001", ("mg", "毫克", "밀리그램", "miligam")),
        "g": ("mass", "1", ("g", "克", "그램", "gram", "gam")),
        "kg": ("mass", "1000", ("kg", "公斤", "千克", "킬로그램", "kilogam")),
        "mm": ("length", "1", ("mm", "毫米", "밀리미터")),
        "cm": ("length", "10", ("cm", "厘米", "센티미터")),
        "%": ("share", "1", ("%", "퍼센트", "phần trăm")),
        "°c": ("degrees", "1", ("°c", "摄氏度", "độ c")),
        "year": ("months", "12", ("년", "年", "năm", "years", "year")),
        "month": ("months", "1", ("개월", "个月", "個月", "tháng", "months", "month")),
        "week": ("days", "7", ("주", "周", "週", "tuần", "weeks", "week")),
        "day": ("days", "1", ("일", "日", "天", "ngày", "days", "day")),
        "hour": ("minutes", "60", ("시간", "小时", "小時", "giờ", "tiếng", "hours", "hour")),
        "minute": ("minutes", "1", ("분", "分钟", "分鐘", "phút", "minutes", "minute")),
        "won": ("won", "1", ("원", "韩元", "韓元", "韩币", "won", "krw")),
    }
)
_MEASURES = frozenset({"ml", "l", "mg", "g", "kg", "mm", "cm", "%", "°c"})
_TIMES = frozenset({"year", "month", "week", "day", "hour", "minute"})
_NAMES = {name: unit for unit, (_, _, names) in _UNITS.items() for name in names}
_WRITTEN = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
# "1,2-Hexanediol": the places of a chemical name are no amounts.
_FIGURE = re.compile(
    r"(?P<places>(?<![\d.,])\d(?:,\d)+(?=-))"
    rf"|(?P<number>\d+(?:[.,]\d+)*)(?:\s?(?P<unit>{_WRITTEN})(?![a-zà-ỹ]))?"
)
_DIGIT = re.compile(r"\d")

_VI_WORDS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_WORDS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "zh": tuple((one,) for one in ("一", "二两", "三", "四", "五", "六", "七", "八", "九", "十")),
        "vi": tuple((one,) for one in _VI_WORDS),
        "ko": (
            ("한 ", "하나", "첫"), ("두 ", "둘", "이중"), ("세 ", "셋", "삼중"), ("네 ", "넷"), ("다섯",),
            ("여섯",), ("일곱",), ("여덟",), ("아홉",), ("열 ",),
        ),
    }
)  # fmt: skip


@frozen
class Figure:
    """A number as a text writes it, with its unit when one follows; `offset` is in the text's NFKC form."""

    value: Decimal
    unit: str
    written: str
    offset: int

    @property
    def amount(self) -> tuple[Decimal, str]:
        """The number and its unit."""
        return self.value, self.unit

    @property
    def base(self) -> tuple[str, Decimal]:
        """The amount in the smallest unit of its dimension."""
        if not self.unit:
            return "", self.value
        dimension, size, _ = _UNITS[self.unit]
        return dimension, self.value * Decimal(size)


def _value(written: str, decimal: str) -> tuple[Decimal, ...]:
    """The number, or the numbers where a mark can only part two of them."""
    group = "," if decimal == "." else "."
    whole, mark, fraction = written.partition(decimal)
    parts = whole.split(group)
    grouped = len(parts) == 1 or (len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]))
    if grouped and fraction.isdigit() == bool(mark):
        return (Decimal("".join(parts) + (f".{fraction}" if mark else "")),)
    if written.count(group) == 1 and not mark:  # "1.5" where the comma is usual: the other language's way
        return (Decimal(written.replace(group, ".")),)
    return tuple(Decimal(part) for part in re.split("[.,]", written))


@lru_cache(maxsize=4096)
def figures(text: str, locale: str) -> tuple[Figure, ...]:
    """The numbers of a text in reading order: 1,5 is 1.5 and 27.000 is 27000 in Vietnamese."""
    if _DIGIT.search(text) is None:
        return ()
    decimal = "," if language(locale) == "vi" else "."
    found: list[Figure] = []
    for match in _FIGURE.finditer(normalize("NFKC", text).casefold()):
        if match["places"]:
            continue
        values = _value(match["number"], decimal)
        unit = _NAMES.get(match["unit"] or "", "")
        written = match.group().strip()
        for index, value in enumerate(values):
            last = index == len(values) - 1
            found.append(Figure(value, unit if last else "", written, match.start()))
    return tuple(found)


def numbers(source: str, text: str, source_locale: str, locale: str) -> Iterator[Finding]:
    """`numbers` and `units`: what was lost, added or changed; an equal amount otherwise is for review."""
    if _DIGIT.search(source) is None and _DIGIT.search(text) is None:
        return
    missing = list(figures(source, source_locale))
    added = list(figures(text, locale))
    if [one.amount for one in missing] == [one.amount for one in added]:
        return
    for one in tuple(missing):
        same = _take(added, _like(one, "amount"))
        if same is not None:
            missing.remove(one)
    for one in tuple(missing):
        alike = _take(added, _like(one, "base"))
        alike = alike or _take(added, _like(one, "value"))
        if alike is not None:
            missing.remove(one)
            yield _changed(one, alike)
    for one in missing:
        if (other := _take(added, _like(one, "unit"))) is not None:
            yield Finding(
                "numbers",
                Level.FAIL,
                f"{one.written!r} of the source became {other.written!r}",
                other.offset,
                f"write {one.written}",
            )
        elif not _spelled(one, text, locale):
            optional = one.value == 1 and one.unit in _TIMES
            told = optional or _in_words(one.value, text, locale)
            yield Finding(
                "numbers",
                Level.REVIEW if told else Level.FAIL,
                f"{one.written!r} of the source is not in the translation",
                0,
                f"write {one.written}",
            )
    for other in added:
        told = _in_words(other.value, source, source_locale)
        yield Finding(
            "numbers",
            Level.REVIEW if told else Level.FAIL,
            f"{other.written!r} is not in the source",
            other.offset,
            "remove it",
        )


def _like(one: Figure, part: str) -> Callable[[Figure], bool]:
    wanted = getattr(one, part)
    return lambda other: bool(getattr(other, part) == wanted)


def _take(some: list[Figure], wanted: Callable[[Figure], bool]) -> Figure | None:
    for one in some:
        if wanted(one):
            some.remove(one)
            return one
    return None


def _changed(one: Figure, other: Figure) -> Finding:
    if one.base == other.base and one.unit and other.unit:
        message = (
            f"{one.written!r} of the source is written {other.written!r}: the same amount in another unit"
        )
        return Finding("numbers", Level.REVIEW, message, other.offset, f"write {one.written}")
    lost = not other.unit and one.unit not in _MEASURES
    gained = not one.unit and other.unit not in _MEASURES
    level = Level.REVIEW if lost or gained else Level.FAIL
    message = f"the unit of {one.written!r} in the source became {other.written!r}"
    return Finding("units", level, message, other.offset, f"write {one.written}")


def _spelled(one: Figure, text: str, locale: str) -> bool:
    """Whether the number stands there in words, right before its unit: 六年 for 6년."""
    given = _words(one.value, locale)
    return bool(one.unit) and any(
        f"{word}{gap}{unit}" in text.casefold()
        for word in given
        for unit in _UNITS[one.unit][2]
        for gap in ("", " ")
    )


def _words(value: Decimal, locale: str) -> tuple[str, ...]:
    """A small number in words."""
    words = _WORDS.get(language(locale), ())
    if value != value.to_integral_value() or not 1 <= value <= len(words):
        return ()
    given = words[int(value) - 1]
    return tuple(character for word in given for character in word) if language(locale) == "zh" else given


def _in_words(value: Decimal, text: str, locale: str) -> bool:
    return any(word in text.casefold() for word in _words(value, locale))
