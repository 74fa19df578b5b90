"""What languages say in other figures, or in words: dates, times of day, one and one free, three in one, a half."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from attrs import frozen

from storesync.localization.gates.numerals import value_of
from storesync.localization.locale import language

__all__ = ["Saying", "agreed", "sayings"]

Kind: TypeAlias = Literal["date", "time", "offer", "union", "share", "length"]


@frozen
class Saying:
    """What a piece of a text says, and from where to where it stands in the even form of that text.

    A `firm` one is no other thing's figures: a whole date, a time of one half of the day, an offer.
    """

    kind: Kind
    value: tuple[int | Fraction, ...]
    start: int
    end: int
    firm: bool = False


_YEAR = r"(?P<y>(?:19|20)\d\d)"
_M, _D = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12]\d|0?[1-9])"
_ISO = rf"(?<!\d){_YEAR}[-./]\s?{_M}(?:[-./]\s?{_D})?(?![\d.,/-]\d|\d)"
_ZH_N, _VI_N = "[一二两兩三四五六七八九十]{1,3}", "một|hai|ba|bốn|tư|năm|sáu|bảy|tám|chín|mười(?: một| hai)?"
_DATES: Mapping[str, tuple[str, ...]] = {
    "ko": (
        rf"(?<!\d){_YEAR}\s?년(?:\s?{_M}\s?월(?:\s?{_D}\s?일)?)?",
        rf"(?<!\d){_M}\s?월(?:\s?{_D}\s?일)?(?!요)",
    ),
    "zh": (
        rf"(?<!\d){_YEAR}\s?年(?:\s?{_M}\s?月(?:\s?{_D}\s?[日号])?)?",
        rf"(?<![\d个])(?P<m2>1[0-2]|0?[1-9]|{_ZH_N})\s?月(?:\s?(?P<d2>3[01]|[12]\d|0?[1-9]|{_ZH_N})\s?[日号])?",
    ),
    "vi": (
        r"(?:ngày )?(?<![\d/])(?P<d2>3[01]|[12]\d|0?[1-9])(?:/|-| tháng )(?P<m2>1[0-2]|0?[1-9])"
        rf"(?:(?:/|-| năm |, ){_YEAR})?(?![\d/])",
        rf"tháng (?P<m3>1[0-2]|0?[1-9]|{_VI_N})(?:(?:/|-| năm |, | ){_YEAR})?(?!\d)",
        r"(?<![\d/])(?P<m4>1[0-2]|0?[1-9])/(?P<y2>(?:19|20)\d\d)(?!\d)",
        r"năm (?P<y3>(?:19|20)\d\d)(?!\d)",
    ),
}
_MORNING = frozenset({"오전", "새벽", "아침", "上午", "早上", "早晨", "凌晨", "清晨", "早", "sáng", "am"})
_LATER = frozenset(
    {"오후", "저녁", "낮", "밤", "下午", "晚上", "傍晚", "中午", "晚", "trưa", "chiều", "tối", "đêm", "pm"}
)
_TIMES: Mapping[str, str] = {
    "ko": r"(?:(?P<before>오전|새벽|아침|오후|저녁|낮|밤)\s?)?(?<![\d.])(?P<h>2[0-4]|1\d|0?\d)"
    r"(?:\s?시(?!간)(?:\s?(?P<min>[0-5]?\d)\s?분|\s?(?P<half>반)(?![가-힣]))?|:(?P<min2>[0-5]\d)(?!\d)"
    r"|(?=\s?[~～–-]\s?\d{1,2}\s?시(?!간)))",
    "zh": r"(?:(?P<before>上午|早上|早晨|凌晨|清晨|下午|晚上|傍晚|中午|早|晚)\s?)?(?<![\d.])(?P<h>2[0-4]|1\d|0?\d|"
    + _ZH_N
    + r")(?:\s?[点點时時](?![候间尚刻段滴])(?:(?P<min>[0-5]?\d)分?|(?P<half>半)|整)?|:(?P<min2>[0-5]\d)(?!\d)"
    r"|(?=\s?[~～至到–-]\s?\d{1,2}\s?[点點时時]))",
    "vi": r"(?<![\d.,])(?P<h>2[0-4]|1\d|0?\d)"
    r"(?:\s?(?:giờ|h)(?![a-zà-ỹ])(?:\s?(?P<min>[0-5]\d)(?!\d)(?:\s?phút)?|\s(?P<half>rưỡi))?"
    r"|:(?P<min2>[0-5]\d)(?!\d)|(?=\s?[-–~]\s?\d{1,2}\s?(?:giờ|h)))(?:\s?(?P<after>sáng|trưa|chiều|tối|đêm))?",
}
_TIME_ENGLISH = r"(?<![\d.])(?P<h>1[0-2]|0?[1-9])(?::(?P<min2>[0-5]\d))?\s?(?P<after>[ap]m)(?![a-z])"
_PLUS = r"(?<![\d.,+])(?P<n>[1-9])\s?\+\s?(?P<k>[1-9])(?![\d.+]|\s?[a-z%])"
_OFFERS: Mapping[str, str] = {
    "ko": _PLUS,
    "zh": rf"{_PLUS}|买(?P<n2>[1-9]|{_ZH_N})[件个瓶盒支套份]?(?:送|赠|贈|得)(?P<k2>[1-9]|{_ZH_N})",
    "vi": rf"{_PLUS}|mua (?P<n2>[1-9]|{_VI_N})(?: [^\W\d]+)? tặng (?P<k2>[1-9]|{_VI_N})",
}
_IN = r"(?<![\d.,])(?P<n>\d)\s?-?\s?in\s?-?\s?(?P<k>1)(?!\d)"
_UNIONS: Mapping[str, str] = {
    "ko": _IN,
    "zh": rf"{_IN}|(?P<n2>\d|{_ZH_N})合(?P<k2>[一1])",
    "vi": rf"{_IN}|(?P<n2>\d|{_VI_N}) trong (?P<k2>1|một)(?!\d)",
}
# A half of a measured amount (0.5g) is a figure like others.
_PARTS = r"(?<![\d.,/])(?P<n>\d{1,2})\s?/\s?(?P<k>[1-9]\d?)(?![\d/]|[.,]\d|\s?[a-z%])"
_POINT = r"(?<![\d.,])(?P<point>0[.,](?:5|25|75))(?!\d|\s?[a-z%℃㎖])"
_SHARES: Mapping[str, str] = {
    "ko": f"{_PARTS}|{_POINT}",
    "zh": rf"{_PARTS}|{_POINT}|(?P<k2>{_ZH_N})分之(?P<n2>{_ZH_N})"
    "|(?P<half>减半|一半|对半|半(?=[茶汤小大]?[匙勺杯袋包片粒颗块支条瓶盒个份张]))",
    "vi": rf"{_PARTS}|{_POINT}|(?P<n2>{_VI_N}) phần (?P<k2>{_VI_N})"
    "|(?P<half>(?:một |phân )nửa|nửa(?= (?:thìa|muỗng|cốc|viên|gói|miếng|quả|chén|ly|túi|số|lượng|trọng))|(?<=giảm )nửa)",
}
_LENGTHS: Mapping[str, str] = {
    "ko": r"(?<![\d.,])(?:(?P<half>6\s?개월|반년)|(?P<whole>24\s?시간))",
    "zh": r"(?<![\d.,])(?:(?P<half>半年|[6六]\s?个月)|(?P<whole>一?整天|全天|24\s?小时))",
    "vi": r"(?<![\d.,])(?:(?P<half>nửa năm|(?:6|sáu) tháng)|(?P<whole>(?:cả|suốt) ngày|24 ?(?:giờ|tiếng|h)))",
}
_PATTERNS: Final[Mapping[str, tuple[tuple[Kind, re.Pattern[str]], ...]]] = {
    kind: (
        *(("date", re.compile(one)) for one in (*_DATES[kind], _ISO)),
        ("time", re.compile(_TIMES[kind])),
        ("time", re.compile(_TIME_ENGLISH)),
        ("offer", re.compile(_OFFERS[kind])),
        ("union", re.compile(_UNIONS[kind])),
        ("share", re.compile(_SHARES[kind])),
        ("length", re.compile(_LENGTHS[kind])),
    )
    for kind in ("ko", "zh", "vi")
}
_RANGE = re.compile(r"\s?[~～至到–-]\s?\Z")


def sayings(even: str, locale: str) -> Iterator[Saying]:
    """What a text in its even form says so; a place may be read as several things."""
    kind = language(locale)
    for name, pattern in _PATTERNS.get(kind, ()):
        if name == "time":
            yield from _times(even, pattern, kind)
            continue
        for match in pattern.finditer(even):
            found = {key.rstrip("0123456789"): said for key, said in match.groupdict().items() if said}
            if (value := _VALUES[name](found, kind)) is not None:
                firm = name in ("offer", "union") or (name == "date" and all(value))
                yield Saying(name, value, match.start(), match.end(), firm)


def _date(found: Mapping[str, str], kind: str) -> tuple[int, ...]:
    return tuple(value_of(found[key], kind) if key in found else 0 for key in ("y", "m", "d"))


def _pair(found: Mapping[str, str], kind: str) -> tuple[int, ...]:
    return value_of(found["n"], kind), value_of(found["k"], kind)


def _share(found: Mapping[str, str], kind: str) -> tuple[Fraction, ...] | None:
    if "half" in found or "whole" in found:
        return (Fraction(1, 2) if "half" in found else Fraction(1),)
    if "point" in found:
        return (Fraction(found["point"].replace(",", ".")),)
    whole, parts = _pair(found, kind)
    return (Fraction(whole, parts),) if whole < parts else None


_VALUES: Final = {"date": _date, "offer": _pair, "union": _pair, "share": _share, "length": _share}


def _times(even: str, pattern: re.Pattern[str], kind: str) -> Iterator[Saying]:
    """Times as minutes of a day; one of two that are joined has the half of the day that the other one names."""
    matches = list(pattern.finditer(even))
    halves = [
        next((one for one in (match.groupdict().get("before"), match.groupdict().get("after")) if one), "")
        for match in matches
    ]
    for number in range(len(matches) - 1):
        joined = _RANGE.fullmatch(even[matches[number].end() : matches[number + 1].start()]) is not None
        if joined and halves[number] and not halves[number + 1]:
            halves[number + 1] = halves[number]
        elif joined and halves[number + 1] and not halves[number] and kind == "vi":
            halves[number] = halves[number + 1]
    for match, half in zip(matches, halves, strict=True):
        said = {key.rstrip("0123456789"): one for key, one in match.groupdict().items() if one}
        hour = value_of(said["h"], kind)
        if half in _LATER and hour < 12 and not (half in ("밤", "đêm") and hour < 5):
            hour += 12
        elif hour == 12 and (half in _MORNING or half in ("밤", "đêm")):
            hour = 0
        minutes = 30 if "half" in said else int(said.get("min", 0))
        firm = bool(half) or "min" in said
        yield Saying("time", ((hour % 24) * 60 + minutes,), match.start(), match.end(), firm)


def agreed(
    source: str, text: str, source_locale: str, locale: str
) -> tuple[list[Saying], list[Saying], list[tuple[Saying, Saying]]]:
    """What two texts (in even form) say alike, as it stands in each, and the first firm thing that one says otherwise."""
    ours, theirs = [], []
    said, told = list(sayings(source, source_locale)), list(sayings(text, locale))
    for one in tuple(said):
        match = next((two for two in told if (two.kind, two.value) == (one.kind, one.value)), None)
        if match is not None:
            said.remove(one)
            told.remove(match)
            ours.append(one)
            theirs.append(match)
    contrary = [(one, two) for one in said if one.firm for two in told if two.firm and two.kind == one.kind]
    return ours, theirs, contrary[:1]
