"""Numbers in words: how a language writes a value, and which values a text writes so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from storesync.localization.locale import language

__all__ = ["in_words", "numerals", "value_of"]

_MOST = 99_999

_ZH = "一二三四五六七八九"
_ZH_VALUES = {
    **{one: value for value, one in enumerate("零一二三四五六七八九")},
    **{one: value for value, one in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **dict(zip("两兩俩貳參叄陸", (2, 2, 2, 2, 3, 3, 6), strict=True)),
}
_ZH_POWERS = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 10**8,
}
# A pair (两双, 双手) is two where it stands before what there are two of: 双层, 双倍, 双人.
_ZH_RUN = re.compile(
    rf"(?<![\d.,第])(?:[{''.join(_ZH_VALUES)}{''.join(_ZH_POWERS)}]+|[双雙](?=[层層倍重人份]))"
)

_ZH_OTHERWISE: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        2: ("两", "双层", "双倍", "双重", "双人", "双份", "双面", "一双", "一对"),
        30: ("半小时", "半个小时"),
    }
)
_VI_OTHERWISE: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {2: ("đôi", "cặp"), 30: ("nửa giờ", "nửa tiếng")}
)

_VI = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VI_VALUES = {
    **{word: value for value, word in enumerate(_VI)},
    "mốt": 1,
    "đôi": 2,
    "tư": 4,
    "lăm": 5,
    "bẩy": 7,
}
_VI_POWERS = {
    "mười": 10,
    "mươi": 10,
    "chục": 10,
    "trăm": 100,
    "nghìn": 1000,
    "ngàn": 1000,
    "vạn": 10_000,
    "triệu": 10**6,
}
_VI_WORD = "|".join(sorted((*_VI_VALUES, *_VI_POWERS), key=len, reverse=True))
_VI_RUN = re.compile(rf"(?<!\d\s)(?<![^\W_])(?:{_VI_WORD})(?:\s(?:{_VI_WORD}))*(?![^\W_])")

_SINO = "일이삼사오육칠팔구"
_NATIVE = (
    "하나|한 |첫|하루",
    "둘|두 |이중|더블|듀얼|양면|한 쌍|이틀",
    "셋|세 |삼중|트리플|석 |사흘",
    "넷|네 |넉 |나흘",
    "다섯|닷새",
    "여섯",
    "일곱",
    "여덟",
    "아홉",
)
_TENS = ("열", "스물|스무", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


def _value(words: list[str], values: dict[str, int], powers: dict[str, int]) -> int:
    """三百五十 is 350, mười hai is 12, 两万 is 20,000."""
    total = part = last = 0
    for word in words:
        if word in values:
            last = values[word]
            continue
        power = powers[word]
        if power >= 10_000 or (power == 1000 and powers is _VI_POWERS):
            total, part, last = total + (part + last or 1) * power, 0, 0
        else:
            part, last = part + (last or 1) * power, 0
    return total + part + last


def value_of(said: str, kind: str) -> int:
    """What digits, or the words of a Chinese or Vietnamese number, say."""
    if said.isdecimal():
        return int(said)
    if kind == "zh":
        return _value(list(said), _ZH_VALUES, _ZH_POWERS)
    return _value(said.split(), _VI_VALUES, _VI_POWERS)


def numerals(text: str, locale: str) -> Iterator[tuple[int, int, int]]:
    """Each number that a Chinese or Vietnamese text (in lower case) writes in words: value, first place, end.

    A run that ends in what may be a unit (năm is five, and a year) is told in both lengths, the shorter one last.
    """
    kind = language(locale)
    if kind == "zh":
        for run in _ZH_RUN.finditer(text):
            value = 2 if run.group() in "双雙" else _value(list(run.group()), _ZH_VALUES, _ZH_POWERS)
            yield value, run.start(), run.end()
    elif kind == "vi":
        for run in _VI_RUN.finditer(text):
            words = run.group().split()
            yield _value(words, _VI_VALUES, _VI_POWERS), run.start(), run.end()
            if len(words) > 1:
                shorter = run.start() + len(run.group()) - len(words[-1]) - 1
                yield _value(words[:-1], _VI_VALUES, _VI_POWERS), run.start(), shorter


@lru_cache(maxsize=1024)
def in_words(value: Decimal, locale: str) -> tuple[str, ...]:
    """A whole number in words, in every way that is usual; empty for others and for large ones."""
    if value != value.to_integral_value() or not 1 <= value <= _MOST:
        return ()
    number = int(value)
    kind = language(locale)
    if kind == "zh":
        made = _zh(number)
        return (made, *_ZH_OTHERWISE.get(number, ()), *((made.removeprefix("一"),) if number > 9 else ()))
    if kind == "vi":
        return (_vi(number), *_VI_OTHERWISE.get(number, ()))
    return _ko(number) if kind == "ko" else ()


def _grouped(number: int, digits: str, powers: str) -> str:
    """The digits with their powers; `powers` are ten, hundred, thousand and ten thousand."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return _grouped(high, digits, powers) + powers[3] + (_grouped(low, digits, powers) if low else "")
    made = ""
    for power, name in ((1000, powers[2]), (100, powers[1]), (10, powers[0])):
        count, number = divmod(number, power)
        made += digits[count - 1] + name if count else ""
    return made + (digits[number - 1] if number else "")


def _zh(number: int) -> str:
    return _grouped(number, _ZH, "十百千万")


def _vi(number: int) -> str:
    if number < 10:
        return _VI[number]
    for power, name in ((1000, "nghìn"), (100, "trăm")):
        if number >= power:
            count, rest = divmod(number, power)
            return f"{_vi(count)} {name}" + (f" {_vi(rest)}" if rest else "")
    tens, ones = divmod(number, 10)
    made = "mười" if tens == 1 else f"{_VI[tens]} mươi"
    return made + (f" {_VI[ones]}" if ones else "")


def _ko(number: int) -> tuple[str, ...]:
    found = []
    if number > 9:  # one syllable alone is a part of many words
        sino = _grouped(number, _SINO, "십백천만")
        short = re.sub("일([십백천만])", r"\1", sino)
        found = [
            sino,
            *(
                [short]
                if len(short) > 1
                else [f"{short}{end}" for end in ("배", " 배", "년", "개", "명", "원", " 원", " 번")]
            ),
        ]
    if number < 100:
        tens, ones = divmod(number, 10)
        firsts = _TENS[tens - 1].split("|") if tens else [""]
        lasts = _NATIVE[ones - 1].split("|") if ones else [""]
        # 열감 is heat, and no ten.
        found += (
            ["열 ", "열배", "열개"] if number == 10 else [first + last for first in firsts for last in lasts]
        )
    return tuple(dict.fromkeys(found))
