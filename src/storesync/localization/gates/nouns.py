"""What doses belong to: names of nutrients, people and hours in three languages, and the amounts that stand by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from unicodedata import normalize

from storesync.localization.gates.figures import Figure
from storesync.localization.locale import language

__all__ = ["amounts_by_noun"]

# Korean, Chinese, Vietnamese; `|` parts several words for one.
_NOUNS: tuple[tuple[str, str, str], ...] = (
    ("비타민 a", "维生素 a|维他命 a|维a", "vitamin a"),
    ("비타민 b1", "维生素 b1|维他命 b1", "vitamin b1"),
    ("비타민 b2", "维生素 b2|维他命 b2", "vitamin b2"),
    ("비타민 b6", "维生素 b6|维他命 b6", "vitamin b6"),
    ("비타민 b12", "维生素 b12|维他命 b12", "vitamin b12"),
    ("비타민 c", "维生素 c|维他命 c|维c", "vitamin c"),
    ("비타민 d3|비타민 d", "维生素 d3|维生素 d|维他命 d|维d", "vitamin d3|vitamin d"),
    ("비타민 e", "维生素 e|维他命 e|维e", "vitamin e"),
    ("비타민 k", "维生素 k|维他命 k", "vitamin k"),
    ("아연", "锌", "kẽm"),
    ("칼슘", "钙", "canxi|calcium"),
    ("마그네슘", "镁", "magie|magnesium"),
    ("철분|철", "铁", "sắt"),
    ("셀레늄|셀렌", "硒", "selen|selenium"),
    ("요오드", "碘", "i-ốt|iốt|iodine"),
    ("칼륨", "钾", "kali"),
    ("나트륨", "钠", "natri"),
    ("엽산", "叶酸", "axit folic|acid folic|folate"),
    ("단백질", "蛋白质", "chất đạm|đạm|protein"),
    ("탄수화물", "碳水化合物", "carbohydrate|tinh bột"),
    ("포화지방", "饱和脂肪", "chất béo bão hòa|chất béo bão hoà"),
    ("지방", "脂肪", "chất béo"),
    ("당류|설탕", "糖", "đường"),
    ("식이섬유", "膳食纤维", "chất xơ"),
    ("열량|칼로리", "热量|能量", "năng lượng|calo"),
    ("콜라겐", "胶原蛋白", "collagen"),
    ("오메가-3|오메가3", "欧米伽-3|欧米伽3|omega-3|omega3", "omega-3|omega 3"),
    ("루테인", "叶黄素", "lutein"),
    ("카페인", "咖啡因", "caffeine|cafein"),
    ("진세노사이드", "人参皂苷", "ginsenoside|saponin"),
    ("홍삼", "红参", "hồng sâm"),
    ("유산균|프로바이오틱스", "乳酸菌|益生菌", "lợi khuẩn|probiotic"),
    ("나이아신아마이드", "烟酰胺", "niacinamide"),
    ("히알루론산", "透明质酸|玻尿酸", "axit hyaluronic|acid hyaluronic|hyaluronic acid"),
    ("레티놀", "视黄醇|a醇", "retinol"),
    ("성인|어른", "成人|大人", "người lớn"),
    ("어린이|소아|아동|유아|아이", "儿童|小儿|孩子|幼儿", "trẻ em|trẻ nhỏ|trẻ"),
    ("남성|남자", "男性|男士|男", "nam giới|đàn ông|nam"),
    ("여성|여자", "女性|女士|女", "nữ giới|phụ nữ|nữ"),
    ("아침", "早上|早晨|早", "buổi sáng|sáng"),
    ("점심", "中午|午间|午", "buổi trưa|trưa"),
    ("저녁|밤", "晚上|晚间|晚|睡前", "buổi tối|tối"),
    ("냉장", "冷藏", "ngăn mát|tủ lạnh|làm mát"),
    ("냉동", "冷冻", "ngăn đông|đông lạnh|cấp đông"),
    ("개봉 전|미개봉", "开封前|未开封", "trước khi mở|chưa mở"),
    ("개봉 후", "开封后", "sau khi mở"),
)
_PAST = re.compile(r"[。！？；!?;\n]|\.(?!\d)|.{20}")
"""What parts a noun from an amount: a sentence's end, or more than a few words."""
_COLUMNS = {"ko": 0, "zh": 1, "vi": 2}


@cache
def _table(kind: str) -> tuple[re.Pattern[str], Mapping[str, int]]:
    """Finds the nouns of one language, the longest at a place; and the row of each, without spaces."""
    rows = {
        "".join(word.split()): number
        for number, row in enumerate(_NOUNS)
        for word in row[_COLUMNS[kind]].split("|")
    }
    words = [word for row in _NOUNS for word in row[_COLUMNS[kind]].split("|")]
    longest = sorted(words, key=len, reverse=True)
    edge = r"(?<![^\W_])", r"(?![^\W_])"
    before, after = edge if kind == "vi" else ("", "(?![a-z])")
    return re.compile(
        before
        + f"(?:{'|'.join(re.escape(word).replace(chr(92) + ' ', chr(92) + 's?') for word in longest)})"
        + after
    ), rows


def _nouns(text: str, kind: str) -> Iterator[tuple[int, int, int]]:
    pattern, rows = _table(kind)
    for match in pattern.finditer(text):
        yield rows["".join(match.group().split())], match.start(), match.end()


def amounts_by_noun(text: str, locale: str, some: tuple[Figure, ...]) -> Iterator[Mapping[int, Figure]]:
    """Which of these figures stands by which noun, where each stands by one of its own.

    A text names what an amount is of before all of its amounts, or behind all of them: each way that it can be read.
    """
    kind = language(locale)
    if kind not in _COLUMNS:
        return
    even = normalize("NFKC", text).casefold()
    nouns = list(_nouns(even, kind))
    if len(nouns) < len(some):
        return
    for ahead in (True, False):
        found: dict[int, Figure] = {}
        for number, figure in enumerate(some):
            end = figure.offset + len(figure.written)
            low = (some[number - 1].offset if number else 0) if ahead else end
            high = (
                figure.offset if ahead else (some[number + 1].offset if number + 1 < len(some) else len(even))
            )
            near = [(row, first, last) for row, first, last in nouns if low <= first and last <= high]
            if near:
                row, first, last = near[-1] if ahead else near[0]
                if _PAST.search(even, last if ahead else end, figure.offset if ahead else first) is None:
                    found.setdefault(row, figure)
        if len(found) == len(some):
            yield found
