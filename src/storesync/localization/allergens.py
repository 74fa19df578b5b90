"""Allergens that food laws name, in Korean and in the languages of the markets, and what a text says of each.

The list is that of the Korean labelling standard (MFDS, 22 groups, from memory: assumption), which covers the eight of
GB 7718-2025. A text may say more, and in any form: 含有牛奶和大豆, sữa và đậu nành. What it says is not in it (不含牛奶)
is not told by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from attrs import field, frozen

from storesync.compliance import simplified
from storesync.localization.denials import denied, may_deny
from storesync.localization.locale import language

__all__ = ["Allergens", "allergens", "contradicted", "names_allergens"]

_NO_MILK_BEFORE = "".join(
    f"(?<!{word})(?<!{word} )"
    for word in (
        "땅콩",
        "아몬드",
        "시어",
        "코코아",
        "카카오",
        "코코넛",
        "귀리",
        "오트",
        "캐슈",
        "헤이즐넛",
        "식물성",
        "콩",
        "쌀",
    )
)
_NO_MILK_BEHIND_VI = (
    "đậu|dừa|hạnh nhân|yến mạch|gạo|hạt|óc chó|mè|lạc|ong chúa|rửa|tắm|dưỡng|tẩy|chống nắng|thực vật"
)
# What a Korean source, a text in Chinese and one in Vietnamese call them, as expressions; `=` words stand alone.
_GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "난류|알류|계란|달걀|메추리알|난백|난황|전란액|알가공품",
        "[鸡鸭鹅鹑全禽]蛋|蛋(?!白)|(?<![清豆乳奶物胶米麦生浆原合])蛋白(?![质棒粉肽饮酶胨奶])",
        "trứng(?! cá)",
    ),
    (
        f"(?:{_NO_MILK_BEFORE}(?:우유|버터(?!넛|너트|헤드)|치즈|밀크|생크림|크림치즈|요거트|요구르트))"
        "|유당|유청|분유|탈지유|연유|유단백|유제품|유크림|카제인",
        "(?<![椰豆米麦仁])(?<!坚果)(?<!花生)(?<!植物)奶(?!油果|瓶|嘴)|(?<![椰豆腐杏核米谷麦面肤体妆晒发手身洁护])乳(?![化液酸胶木香])|(?<!植物)(?<!花生)黄油|芝士|酪蛋白|酪朊|奶酪",
        f"sữa(?! (?:{_NO_MILK_BEHIND_VI}))|(?<!quả )(?<!trái )(?<!dầu )"
        "bơ(?! (?:đậu|lạc|hạnh|hạt|thực vật|ca cao|cacao|sáp|mè|vừng|dừa))"
        "|phô mai(?! thực vật)|whey|lactose|casein|caseinat[e]?",
    ),
    ("메밀", "荞", "kiều mạch|tam giác mạch|soba"),
    ("땅콩(?!\\s?호박)", "花生", "đậu phộng|(?<!liên )(?<!câu )lạc(?! đà)"),
    (
        "대두|=콩|두유|두부|검은콩|서리태|메주",
        "大豆|黄豆|黑豆|毛豆|(?<![红绿赤啡可豌蚕扁芸土嘴季刀豇小])豆(?:[奶浆乳腐皮干豉酱渣粕油类制]|粉)|纳豆|味噌|腐竹|豆制品",
        "đậu nành|đậu tương|đậu hũ|đậu phụ",
    ),
    (
        "=밀|밀가루|소맥|통밀|우리밀|글루텐",
        "(?<![荞大燕黑莜藜裸])麦(?!芽|片|卢卡|当|冬|角)|(?<!燕麦)(?<!荞麦)(?<!大麦)麸|面粉|面筋|谷朊",
        "lúa mì|(?<!khoai )bột mì|gluten|(?<!khoai )(?<!củ )mì(?! (?:chính|gạo|kiều|tôm))",
    ),
    ("고등어", "鲭|鲐|青花鱼", "cá thu|cá saba|cá nục hoa"),
    ("=게|꽃게|대게|홍게", "蟹(?!味菇)|甲壳", "cua|ghẹ|giáp xác"),
    ("새우", "虾(?!夷)|甲壳", "(?<!mì )tôm|tép(?! (?:cam|bưởi|tỏi|chanh|quýt))|giáp xác"),
    ("돼지고기|돈육|돼지", "猪(?!笼|苓)", "lợn|heo"),
    ("복숭아", "(?<![核胡猴樱杨扁蒲])桃(?!酥)", "(?<!hồ )(?<!anh )đào(?! tạo)"),
    ("토마토", "番茄|西红柿", "cà chua|tương cà|sốt cà|ketchup"),
    (
        "아황산류|아황산|이산화황",
        "亚硫酸|二氧化硫",
        r"su[ln]ph?[fh]?it\w*|sulphit\w*|sulfit\w*|sunfit\w*|lưu huỳnh|so2",
    ),
    ("호두", "核桃|胡桃|坚果", "óc chó|hồ đào|hạt cây"),
    ("닭고기|계육", "(?<![素田])鸡(?!蛋|尾|枞|油菌|腿菇|冠|骨草|心果)", "(?<!trứng )(?<!nấm đùi )gà"),
    ("쇠고기|소고기|우육", "(?<!蜗)牛(?![奶乳油蒡至磺轧膝]|肝菌)", "(?<!sữa )bò"),
    ("오징어", "鱿|乌贼|墨鱼|头足|软体", "mực(?! (?:in|nước))|thân mềm|nhuyễn thể"),
    (
        "조개류|조개|=굴|전복|홍합|바지락",
        "(?<![宝贝])贝(?!母|果|贝)|蚝|牡蛎|(?<!杏)鲍(?!菇)|蛤|淡菜|青口|软体",
        "(?<!nấm )sò|nghêu|(?:dầu )?hàu|dầu hào|(?<!nấm )bào ngư|vẹm|(?<!con )trai|thân mềm|nhuyễn thể",
    ),
    ("=잣", "松[子仁]|坚果", "hạt thông|hạt cây"),
    ("아몬드", "扁桃|杏仁|巴旦木|坚果", "hạnh nhân|hạt cây"),
)
# A name of one syllable is a part of many words: 함께, 비밀, 땅콩.
_TAILS = "가루|단백|기름|소스|살|류|은|는|을|를|이|가|와|과|의|도|및|등|함유|포함|성분|제품|사용|무첨가|없"
_ALONE = re.compile("=([가-힣])")
_KO = tuple(re.compile(_ALONE.sub(rf"(?<![가-힣])\1(?=$|[^가-힣]|{_TAILS})", own)) for own, _, _ in _GROUPS)
_NAMED: Mapping[str, tuple[re.Pattern[str], ...]] = MappingProxyType(
    {
        "ko": _KO,
        "zh": tuple(re.compile(zh) for _, zh, _ in _GROUPS),
        "vi": tuple(re.compile(rf"(?<![^\W_])(?:{vi})(?![^\W_])") for _, _, vi in _GROUPS),
    }
)
_NOTHING_ADDED = re.compile("[无無零0]添加")
_LOOK = re.compile(r"\(\?<?[!=][^()]*\)")
# Plain words are found in a fifth of the time; most texts hold none of them.
_QUICK = re.compile(
    "|".join(
        dict.fromkeys(word for own, _, _ in _GROUPS for word in re.findall("[가-힣]+", _LOOK.sub("", own)))
    )
)


@frozen
class Allergens:
    """What a text says of allergens, by the number of their group: the word that it has for one that is there, or not."""

    told: Mapping[int, str] = field(factory=dict)
    denied: Mapping[int, str] = field(factory=dict)

    def only_denied(self, group: int) -> bool:
        """Whether a text says of a group that it is not there, and nothing else."""
        return group in self.denied and group not in self.told


def _even(text: str) -> str:
    return simplified(normalize("NFKC", text).casefold())


@lru_cache(maxsize=4096)
def allergens(text: str, locale: str, *, listed: bool = False) -> Allergens:
    """The allergens that a text speaks of; `listed` texts are lists of them. None in a language unknown here."""
    if language(locale) == "ko" and _QUICK.search(text) is None:
        return Allergens()
    even = _even(text)
    places = [
        (group, match.span())
        for group, pattern in enumerate(_NAMED.get(language(locale), ()))
        for match in pattern.finditer(even)
    ]
    if not places:
        return Allergens()
    no = denied(even, [span for _, span in places], locale, listed=listed) if may_deny(even, locale) else ()
    told: dict[int, str] = {}
    not_there: dict[int, str] = {}
    for group, span in places:
        (not_there if span in no else told).setdefault(group, even[slice(*span)])
    return Allergens(told, not_there)


def names_allergens(part: str) -> bool:
    """Whether a piece of a Korean source names one that every text must name."""
    return _QUICK.search(part) is not None and any(one.search(part) is not None for one in _KO)


def contradicted(source: str, text: str, locale: str) -> tuple[tuple[str, str, bool], ...]:
    """Allergens of which a text says the opposite of its Korean source.

    The word of each, that of the text, and whether it is the source that denies it.
    """
    said, shown = allergens(source, "ko"), allergens(text, locale)
    found = [
        (word, shown.denied[group], False)
        for group, word in said.told.items()
        if shown.only_denied(group)
        and group not in said.denied
        # 无添加牛奶 is both: milk without additives, and no milk added.
        and not (f"무첨가 {word}" in source and _NOTHING_ADDED.search(text))
    ]
    found += [
        (word, shown.told[group], True)
        for group, word in said.denied.items()
        if group in shown.told and group not in shown.denied and said.only_denied(group)
    ]
    return tuple(found)
