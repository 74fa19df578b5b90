"""Allergens that food laws name, in Korean and in the languages of the markets: which of a source a text leaves out.

The list is that of the Korean labelling standard (MFDS, 22 groups, from memory: assumption), which covers the eight of
GB 7718-2025. A text may say more, and in any form: 含有牛奶和大豆, sữa và đậu nành.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from unicodedata import normalize

from storesync.compliance import simplified
from storesync.localization.locale import language

__all__ = ["lost_allergens", "names_allergens"]

# Words of a Korean source, then what texts in Chinese and in Vietnamese call the same, as expressions.
_GROUPS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("난류|알류|계란|달걀|메추리알|난백|난황", ("蛋",), ("trứng",)),
    (
        "우유|유당|유청|분유|버터|치즈|탈지유",
        ("奶", "乳", "黄油", "芝士"),
        ("sữa", "bơ", "phô mai", "whey", "lactose"),
    ),
    ("메밀", ("荞",), ("kiều mạch", "tam giác mạch", "soba")),
    ("땅콩", ("花生",), ("đậu phộng", "lạc")),
    ("대두|콩|두유", ("豆",), ("đậu nành", "đậu tương", "đậu hũ")),
    ("밀|밀가루|소맥", ("(?<![荞大燕黑])麦", "麸", "面粉"), ("lúa mì", "bột mì", "gluten", "mì")),
    ("고등어", ("鲭", "鲐", "青花鱼"), ("cá thu", "cá saba", "cá nục hoa")),
    ("게|꽃게|대게|홍게", ("蟹", "甲壳"), ("cua", "ghẹ", "giáp xác")),
    ("새우", ("虾", "甲壳"), ("tôm", "tép", "giáp xác")),
    ("돼지고기|돈육|돼지", ("猪",), ("lợn", "heo")),
    ("복숭아", ("(?<![核胡])桃",), ("(?<!hồ )đào",)),
    ("토마토", ("番茄", "西红柿"), ("cà chua",)),
    ("아황산류|아황산|이산화황", ("亚硫酸", "二氧化硫"), ("sulfit", "sulphit", "sunfit", "lưu huỳnh", "so2")),
    ("호두", ("核桃", "胡桃", "坚果"), ("óc chó", "hồ đào", "hạt cây")),
    ("닭고기|계육", ("鸡(?!蛋)",), ("(?<!trứng )gà",)),
    ("쇠고기|소고기|우육", ("牛(?![奶乳油])",), ("(?<!sữa )bò",)),
    ("오징어", ("鱿", "乌贼", "墨鱼", "头足", "软体"), ("mực", "thân mềm", "nhuyễn thể")),
    (
        "조개류|조개|굴|전복|홍합|바지락",
        ("贝", "蚝", "牡蛎", "鲍", "蛤", "淡菜", "青口", "软体"),
        ("sò", "nghêu", "hàu", "bào ngư", "vẹm", "trai", "thân mềm", "nhuyễn thể"),
    ),
    ("잣", ("松子", "坚果"), ("hạt thông", "hạt cây")),
    ("아몬드", ("扁桃", "杏仁", "巴旦木", "坚果"), ("hạnh nhân", "hạt cây")),
)
# A name of one syllable is a part of many words: 함께, 비밀, 땅콩.
_TAILS = "가루|단백|기름|소스|살|류|은|는|을|를|이|가|와|과|의|도|및|등|함유|포함|성분|제품|사용"


def _meant(words: str) -> re.Pattern[str]:
    short = [word for word in words.split("|") if len(word) == 1]
    parts = [word for word in words.split("|") if len(word) > 1]
    parts += [rf"(?<![가-힣]){word}(?=$|[^가-힣]|{_TAILS})" for word in short]
    return re.compile("|".join(parts))


_WORD = r"(?<![^\W_])(?:{})(?![^\W_])"
_TOLD: Mapping[str, tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]] = MappingProxyType(
    {
        "zh": tuple((_meant(own), re.compile("|".join(zh))) for own, zh, _ in _GROUPS),
        "vi": tuple(
            (
                _meant(own),
                re.compile(
                    _WORD.format("|".join(rf"{one}\w*" if one.startswith("su") else one for one in vi))
                ),
            )
            for own, _, vi in _GROUPS
        ),
    }
)


def names_allergens(part: str) -> bool:
    """Whether a piece of a Korean source names one that every text must name."""
    return any(own.search(part) is not None for own, _ in _TOLD["zh"])


def lost_allergens(source: str, text: str, locale: str) -> tuple[str, ...]:
    """Which allergens of a Korean source a text in another language does not name, as the source writes them."""
    said = simplified(normalize("NFKC", text).casefold())
    return tuple(
        found.group()
        for own, told in _TOLD.get(language(locale), ())
        if (found := own.search(source)) is not None and told.search(said) is None
    )
