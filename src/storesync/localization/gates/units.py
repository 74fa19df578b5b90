"""What numbers are numbers of: measures, times and money, and the words that languages count things with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

__all__ = [
    "BUNDLES",
    "COUNTERS",
    "CUSTOMARY",
    "LOOSE",
    "MEASURES",
    "NAMES",
    "REDUCED",
    "SHORT",
    "SIGNED",
    "TIMES",
    "UNITS",
    "WRITTEN",
    "counted_alike",
]

# Canonical unit → dimension, size in it, and how the four languages write it (after NFKC, in lower case).
UNITS: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "ml": ("volume", "1", ("ml", "毫升", "밀리리터", "mililit")),
        "l": ("volume", "1000", ("l", "升", "리터", "lít", "lit")),
        "mg": ("mass", "0.001", ("mg", "毫克", "밀리그램", "miligam")),
        "g": ("mass", "1", ("g", "克", "그램", "gram", "gam")),
        # Measures of the market place: a Korean one of meat is 600 g, a Chinese one 500 g.
        "근": ("mass", "600", ("근",)),
        "斤": ("mass", "500", ("斤", "市斤")),
        "되": ("volume", "1800", ("되",)),
        "kg": ("mass", "1000", ("kg", "公斤", "千克", "킬로그램", "kilogam")),
        "μg": ("mass", "0.000001", ("μg", "mcg", "微克", "마이크로그램")),
        "iu": ("iu", "1", ("iu", "国际单位", "국제단위")),
        "v": ("voltage", "1", ("v", "伏特", "伏", "볼트", "vôn", "volt")),
        "w": ("power", "1", ("w", "瓦特", "瓦", "와트", "oát", "watt")),
        "kw": ("power", "1000", ("kw", "千瓦", "킬로와트")),
        "mm": ("length", "1", ("mm", "毫米", "밀리미터")),
        "cm": ("length", "10", ("cm", "厘米", "센티미터")),
        "m2": ("area", "10000", ("m2", "平方米", "平米", "제곱미터", "mét vuông")),
        "cm2": ("area", "1", ("cm2", "平方厘米", "제곱센티미터", "cm vuông")),
        "kcal": ("energy", "4184", ("kcal", "千卡", "大卡", "킬로칼로리", "칼로리", "kilocalo", "calo")),
        "kj": ("energy", "1000", ("kj", "千焦", "킬로줄")),
        "kpa": ("pressure", "1", ("kpa", "千帕", "킬로파스칼")),
        # Half of China says 卡 of what is 千卡.
        "cal": ("energy", "4.184", ("卡路里", "卡")),
        "khz": ("frequency", "1", ("khz", "千赫兹", "千赫", "킬로헤르츠")),
        "mhz": ("frequency", "1000", ("mhz", "兆赫兹", "兆赫", "메가헤르츠")),
        "ghz": ("frequency", "1000000", ("ghz", "吉赫兹", "吉赫", "기가헤르츠")),
        "mb": ("data", "1", ("mb", "메가바이트")),
        "gb": ("data", "1024", ("gb", "기가바이트")),
        "tb": ("data", "1048576", ("tb", "테라바이트")),
        "%": ("share", "1", ("%", "퍼센트", "phần trăm")),
        "°c": ("degrees", "1", ("°c", "摄氏度", "độ c", "도씨")),
        "°f": ("fahrenheit", "1", ("°f", "华氏度", "độ f")),
        # Of Celsius, or of an angle, or of alcohol.
        "degree": ("degrees", "1", ("도", "度", "độ", "°")),
        "year": ("months", "12", ("주년", "周年", "週年", "년", "年", "năm", "years", "year")),
        "month": ("months", "1", ("개월", "달", "个月", "個月", "tháng", "months", "month")),
        "week": ("days", "7", ("주", "周", "週", "tuần", "weeks", "week")),
        "day": ("days", "1", ("일", "日", "天", "ngày", "days", "day")),
        "hour": (
            "seconds",
            "3600",
            ("시간", "小时", "小時", "giờ", "tiếng", "hours", "hour", "hrs", "hr", "h"),
        ),
        "minute": ("seconds", "60", ("분", "分钟", "分鐘", "分", "phút", "minutes", "minute")),
        "second": ("seconds", "1", ("초", "秒钟", "秒鐘", "秒", "giây", "seconds", "second", "sec")),
        "yuan": ("yuan", "1", ("元", "人民币", "위안", "nhân dân tệ", "rmb", "cny")),
        "dong": ("dong", "1", ("đồng", "vnd", "đ", "₫", "越南盾")),
        "won": ("won", "1", ("원", "韩元", "韓元", "韩币", "won", "krw")),
    }
)
MEASURES = frozenset(
    {
        "ml",
        "l",
        "μg",
        "mg",
        "g",
        "kg",
        "iu",
        "v",
        "w",
        "kw",
        "mm",
        "cm",
        "m2",
        "cm2",
        "kcal",
        "kj",
        "kpa",
        "khz",
        "mhz",
        "ghz",
        "근",
        "斤",
        "되",
        "%",
        "°c",
        "°f",
    }
)
TIMES = frozenset({"year", "month", "week", "day", "hour", "minute", "second"})
CUSTOMARY = frozenset({"근", "되"})
"""Measures that other languages have no word for: they are converted."""
SHORT = frozenset({("ghz", "g"), ("gb", "g"), ("tb", "t"), ("mb", "m")})
"""2.4GHz is 2.4G on a box, and 128GB is 128G."""
LOOSE = frozenset({("kcal", "cal"), ("cal", "kcal")})
"""Units that people take for each other, though they differ."""
SIGNED = frozenset({"°c", "°f", "degree"})
"""Units below whose zero there is something."""

REDUCED = "折"
"""8折 is 20 % off."""

NAMES = {name: unit for unit, (_, _, names) in UNITS.items() for name in names}

Kind = Literal[
    "piece", "sheet", "cloth", "pair", "vessel", "box", "set", "tablet", "sachet", "stick", "egg", "person", "number",
    "fold", "time", "sort", "layer", "step", "reduced", "bundle",
]  # fmt: skip
_PIECES: frozenset[Kind] = frozenset({"sheet", "cloth", "vessel", "tablet", "sachet", "stick", "egg"})
"""What 개 and 个 may stand for."""

_WORDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "piece": (
            "개입", "개들이", "개", "짝", "个", "個", "只", "隻", "件", "枚", "把", "cái", "chiếc", "ea",
            "pcs", "pieces", "piece",
        ),
        "sheet": ("매입", "매", "장", "팩", "片", "张", "張", "枚", "抽", "miếng", "tờ", "sheets", "sheet"),
        # Towels, trousers, blankets.
        "cloth": ("장", "매", "벌", "채", "条", "條", "件", "块", "塊", "床", "幅", "tấm", "chiếc", "bộ"),
        "pair": ("켤레", "쌍", "双", "雙", "对", "對", "đôi", "cặp", "pairs", "pair"),
        # A honey jar is 병 in Korean, 罐 in Chinese and hũ in Vietnamese.
        "vessel": (
            "병", "통", "캔", "瓶", "罐", "桶", "支", "ống", "chai", "lọ", "hũ", "lon", "bình", "bottles", "bottle",
        ),
        "box": ("박스", "상자", "갑", "통", "팩", "盒", "箱", "hộp", "thùng", "boxes", "box"),
        "set": ("세트", "셋트", "벌", "套", "组", "組", "bộ", "set", "sets"),
        "tablet": ("정", "알", "환", "캡슐", "粒", "片", "颗", "顆", "丸", "viên", "tablets", "capsules"),
        "sachet": (
            "포", "봉지", "봉", "팩", "갑", "티백", "스틱", "袋", "包", "条", "條", "支", "gói", "túi", "bịch", "que",
        ),
        "stick": ("튜브", "스틱", "자루", "支", "管", "条", "條", "根", "tuýp", "ống", "thỏi", "que", "cây", "thanh"),
        "egg": ("알", "구", "枚", "个", "quả", "trái"),
        "person": ("인용", "인분", "인", "명", "人", "名", "位", "người"),
        "number": ("호", "번", "号", "號"),
        "fold": ("배", "倍", "lần"),
        "time": ("회", "번", "차례", "次", "回", "遍", "lần"),
        "sort": ("종", "가지", "种", "種", "款", "样", "件", "loại", "món"),
        "layer": ("겹", "층", "단", "层", "層", "重", "lớp", "tầng"),
        "step": ("단계", "步", "bước"),
        "bundle": ("접", "톳", "쾌", "축", "두름", "손", "다스", "타스", "打", "tá"),
        "reduced": (REDUCED,),
    }
)  # fmt: skip
BUNDLES: Mapping[str, int] = MappingProxyType(
    {
        "접": 100, "톳": 100, "쾌": 20, "축": 20, "두름": 20, "손": 2, "다스": 12, "타스": 12, "打": 12, "tá": 12,
        "켤레": 2, "쌍": 2, "双": 2, "雙": 2, "对": 2, "對": 2, "đôi": 2, "cặp": 2, "pairs": 2, "pair": 2,
    }
)  # fmt: skip
"""How many things of a kind are one of these."""
_SINGLY: frozenset[Kind] = frozenset({"piece", "sheet", "cloth", "tablet", "stick", "egg"})
_CONTENTS: Mapping[Kind, frozenset[Kind]] = MappingProxyType(
    {
        "set": frozenset({"sheet", "tablet", "egg"}),
        "box": frozenset({"sheet", "cloth", "tablet", "sachet", "stick", "egg", "vessel"}),
        "vessel": frozenset({"sheet", "cloth", "tablet", "sachet", "egg"}),
        "sachet": frozenset({"sheet", "cloth", "tablet", "egg"}),
    }
)
"""What goes into a container: ten sheets are not ten boxes."""
_NO_THINGS: frozenset[Kind] = frozenset({"fold", "number", "reduced"})
"""Ratios, and the number of a shade."""
_SINGLES = frozenset({"只", "隻", "chiếc", "짝"})
"""One of two that make a pair."""
COUNTERS: Mapping[str, frozenset[Kind]] = MappingProxyType(
    {
        word: frozenset(kind for kind, words in _WORDS.items() if word in words)
        for words in _WORDS.values()
        for word in words
    }
)
"""What a word counts; some count several kinds of things."""


def counted_alike(one: str, other: str) -> bool | None:
    """Whether two words count the same things; None where only a person can tell, since languages count differently.

    False for a container and what is in it, and for what counts no things (倍, 号) beside what does.
    """
    if not one or not other:
        return True
    kinds, others = COUNTERS[one], COUNTERS[other]
    if one in BUNDLES and other in BUNDLES:
        return BUNDLES[one] == BUNDLES[other]
    if kinds & others:
        return True
    if "bundle" in kinds | others:
        return False if (kinds | others) & _SINGLY else None
    if "pair" in kinds | others and {one, other} & _SINGLES:
        return False
    if "piece" in kinds | others:
        rest = others if "piece" in kinds else kinds
        if rest & _PIECES:
            return True
    if kinds <= _NO_THINGS or others <= _NO_THINGS or _inside(kinds, others) or _inside(others, kinds):
        return False
    return None


def _inside(kinds: frozenset[Kind], others: frozenset[Kind]) -> bool:
    return all(other in _CONTENTS.get(kind, ()) for kind in kinds for other in others)


def _longest(names: Mapping[str, object]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


# What follows a word of one syllable without being the rest of a longer one: 3배 and 3배로, but 3배송.
_GOES_ON = (
    "입|들이|씩|용|분|짜리|당|의|를|을|이|가|은|는|로|"
    "으로|와|과|에|도|만|까지|부터|정도|이상|이하|내외|세트|구성|기획|씨|며|근|산"
)
_ENDS = rf"(?:(?![a-zà-ỹ가-힣])|(?={_GOES_ON}))"
# 10包邮 ships free, 3条件 are conditions, 12号召 is a call, 人参 is ginseng, 三折伞 folds.
_NO_COUNTER = "(?!开|邮|装修|件事|召|痕|叠|射|扣价|参|蔘|气|造|工|伞)"
# Units of one syllable that words begin with: 30도씩, but 30도시; 3달간, but 3달러; 3分30秒, but 10分满.
_GUARDED = {
    "도": _ENDS,
    "달": "(?!러)",
    "초": rf"(?:{_ENDS}|(?=간|만|마다|후|전|동안|이내|안))",
    "근": _ENDS,
    "되": _ENDS,
    "分": r"(?=\s?\d+\s?秒)",
    "卡": "(?![片通车位券包座槽扣])",
    "元": "(?![素件气宵旦老])",
}

WRITTEN = (
    rf"(?P<unit>(?:{_longest({name: 0 for name in NAMES if name not in _GUARDED})})(?![a-zà-ỹ])"
    rf"|{'|'.join(map(''.join, _GUARDED.items()))})"
    rf"|(?P<counter>{_longest(COUNTERS)}){_ENDS}{_NO_COUNTER}"
)
"""A unit or a counting word, as part of an expression."""
