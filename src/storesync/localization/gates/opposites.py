"""What a translation must not turn round: what is not in it, before and after a meal, a day and a week, the hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from storesync.localization.allergens import contradicted, names_allergens
from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language

__all__ = ["opposites"]

_OFTEN = r"(?:\d+|[한두세네])(?:\s?[~∼-]\s?\d+)?\s?(?:회|번|차례|포|정|알|캡슐|스틱|병|잔|개|매|장|팩)"
_ZH_OFTEN = r"(?=[\d一二两三四五六七]+(?:[~至到-]\d+)?[次回包粒片条支瓶杯袋])"
_VI_OFTEN = r"(?= (?:\d+|một|hai|ba)(?:\s?[~–-]\s?\d+)? (?:lần|gói|viên|que|miếng|ly|cốc|chai|túi))"
# How often: what it is called, and how Korean, Chinese and Vietnamese say it.
_PERIODS: tuple[tuple[str, str, str, str], ...] = (
    ("hour", r"매\s?시간|시간마다|시간당", "每个?小时|每\\d+小时", "(?:mỗi|hằng|hàng) giờ|mỗi tiếng"),
    (
        "day",
        r"하루|매일|일일|1일|날마다|데일리|매(?:\s?끼|끼니)|아침|저녁|밤마다|매일밤",
        f"每日|每天|每晚|每早|每夜|天天|[一1][日天]{_ZH_OFTEN}|[/·]日|早晚",
        f"(?:mỗi|hằng|hàng) (?:ngày|sáng|tối|đêm)|(?:một|1) ngày|ngày{_VI_OFTEN}|/ ?ngày|sáng và tối|sáng tối",
    ),
    (
        "second day",
        "격일|이틀에|2일에",
        "隔[日天]|每隔一[日天]|每[2两二][日天]",
        "cách ngày|(?:hai|2) ngày (?:một|1) lần",
    ),
    (
        "week",
        rf"매주|일주일에|1주일?에|한\s?주에|주마다|(?<![가-힣\d])주\s?(?:{_OFTEN}|\d\s?일)|1주일?\s?{_OFTEN}|위클리",
        f"每个?(?:周|星期|礼拜)|[一1]个?(?:周|星期){_ZH_OFTEN}|[/·]周",
        f"(?:mỗi|hằng|hàng) tuần|(?:một|1) tuần{_VI_OFTEN}|tuần{_VI_OFTEN}|lần (?:một|1|mỗi) tuần|/ ?tuần",
    ),
    (
        "month",
        rf"매월|매달|한\s?달에|1개월에|달마다|(?<![가-힣\d])월\s?{_OFTEN}",
        f"每个?月|[一1]个月{_ZH_OFTEN}|[/·]月",
        f"(?:mỗi|hằng|hàng) tháng|(?:một|1) tháng{_VI_OFTEN}|/ ?tháng",
    ),
    ("year", "매년|해마다|1년에", "每年|年年", "(?:mỗi|hằng|hàng) năm"),
)
_HOURS: tuple[tuple[str, str, str, str], ...] = (
    (
        "in the morning",
        "아침|오전|모닝|기상|일어나",
        "早[上晨安]|清晨|每早|早晚|上午|晨间|早餐|早饭",
        "(?:buổi|mỗi|bữa) sáng|sáng và tối|sáng tối|sáng,? tối",
    ),
    (
        "in the evening",
        r"저녁|밤[에마새]|한밤|매일\s?밤|취침|자기\s?전|잠들기|나이트|수면|오후",
        "晚[上间餐饭]|每晚|早晚|睡前|临睡|就寝前|入睡前|夜间",
        "(?:buổi|mỗi|bữa) tối|(?:mỗi|ban) đêm|trước khi (?:đi )?ngủ|sáng và tối|sáng tối|sáng,? tối",
    ),
)
# What something is done before or after.
_MOMENTS: tuple[tuple[str, str, str, str], ...] = (
    ("a meal", r"식사?|밥\s?먹[기은]|끼니", "[饭餐]|用餐|进食|进餐", "(?:các )?(?:bữa ăn|bữa|ăn)"),
    ("washing one's face", "세안|세수", "洁面|洗脸|洁肤", "rửa mặt"),
    ("sleep", "취침|자기|잠들기|수면", "睡觉?|睡眠|就寝|入睡", "(?:đi )?ngủ"),
    ("exercise", "운동", "运动|健身", "(?:tập luyện|tập thể dục|tập|vận động)"),
    ("bathing", "샤워|목욕", "沐浴|洗澡|淋浴", "tắm"),
    ("opening", "개봉", "开封|开盖|开启", "mở(?: nắp| hộp| gói)?"),
    ("going out", "외출", "外出|出门", "(?:ra ngoài|ra khỏi nhà)"),
)
_KO_BEFORE = r"(?:하기\s?)?(?:\s?\d+\s?(?:분|시간)\s?)?\s?(?:전(?![가-힣])|전(?=[에의이과,]|후))"
_KO_AFTER = r"(?:한\s?)?(?:\s?\d+\s?(?:분|시간)\s?)?\s?(?:전?직?후(?!기)|뒤|다음)"
_BEFORE_OR = r"trước(?= (?:hoặc|hay|và|hay là) sau (?:khi |bữa |mỗi )?(?:{0}))"
_AFTER_OR = r"sau(?= (?:hoặc|hay|và|hay là) trước (?:khi |bữa |mỗi )?(?:{0}))"
_WITH_MEAL = (
    r"식사(?:와|하면서|하며|시(?![가-힣])|\s?중|\s?때)|식중|밥과\s?함께",
    "随餐|[餐饭]中|用餐时|进餐时|与餐同",
    "trong bữa ăn|cùng bữa ăn|(?<!trước )(?<!sau )khi ăn",
)
_HUNGRY = "공복(?!감)|빈\\s?속", "空腹", "(?:lúc|khi) (?:bụng )?đói|bụng đói|bụng rỗng"


def _sides(number: int) -> Iterator[tuple[str, str, str, str]]:
    """Each moment with its before and its after, as the three languages say them."""
    what, ko, zh, vi = _MOMENTS[number]
    hungry = _HUNGRY if number == 0 else ("(?!)",) * 3
    yield (
        f"before {what}",
        rf"(?<![가-힣])(?:{ko}){_KO_BEFORE}|{hungry[0]}",
        rf"(?:{zh})(?:之|以)?前|{hungry[1]}",
        rf"trước (?:khi |mỗi )?(?:{vi})|{_BEFORE_OR.format(vi)}|{hungry[2]}",
    )
    yield (
        f"after {what}",
        rf"(?<![가-힣])(?:{ko}){_KO_AFTER}",
        rf"(?:{zh})(?:前?[、/或]?|之|以)后",
        rf"sau (?:khi |mỗi )?(?:{vi})|{_AFTER_OR.format(vi)}",
    )
    if number == 0:
        yield "with a meal", *_WITH_MEAL


_COLUMNS = {"ko": 1, "zh": 2, "vi": 3}


def _patterns(
    rows: Sequence[tuple[str, str, str, str]], kind: str
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = [(row[0], row[_COLUMNS[kind]]) for row in rows]
    edged = ((what, rf"(?<![^\W_])(?:{word})(?![^\W_])" if kind == "vi" else word) for what, word in words)
    return tuple((what, re.compile(pattern)) for what, pattern in edged)


_TABLES: Mapping[str, tuple[tuple[tuple[str, re.Pattern[str]], ...], ...]] = MappingProxyType(
    {
        kind: (
            _patterns(_PERIODS, kind),
            _patterns(_HOURS, kind),
            *(_patterns(tuple(_sides(row)), kind) for row in range(len(_MOMENTS))),
        )
        for kind in _COLUMNS
    }
)
# Plain words are found in a fifth of the time; most texts hold none of them.
_QUICK = re.compile(
    r"하루|매[일주월달시끼년\s]|일일|1[일주개년]|날마다|데일리|아침|오전|오후|모닝|나이트|저녁|밤|기상|일어나|격일|이틀|2일|시간[마당]|일주|주\s?[에마\d한두세네]|위클리"
    r"|월\s?[\d한두]|달[에마]|달\s에|해마다|식[사전후\s]|밥|끼니|공복|빈|세안|세수|취침|자기|잠들|수면|운동|샤워|목욕|개봉|외출"
)


def opposites(source: str, text: str, source_locale: str, locale: str) -> Iterator[Finding]:
    """`allergens`: one is in it and the source denies it, or the reverse; `times`: before for after, a week for a day.

    What a text only leaves out is no opposite; numbers are compared elsewhere.
    """
    if source_locale != "ko" or not (said := _said(source)):
        return
    kind = language(locale)
    if kind not in ("zh", "vi"):
        return
    if said[0]:
        yield from _denied(source, text, locale)
    if said[1]:
        yield from _times(said[1], text, kind)


def _denied(source: str, text: str, locale: str) -> Iterator[Finding]:
    for word, shown, denies in contradicted(source, text, locale):
        message = (
            f"the source says that {word!r} is not in it, and the translation that {shown!r} is"
            if denies
            else f"the source says {word!r}, and the translation that {shown!r} is not in it"
        )
        place = max(0, text.casefold().find(shown))
        yield Finding("allergens", Level.FAIL, message, place, "say what the source says of it")


@lru_cache(maxsize=4096)
def _said(source: str) -> tuple[bool, tuple[tuple[int, Mapping[str, str]], ...]] | None:
    """Whether a Korean source names allergens, and what it says of periods and of each moment, by the table's number.

    None where it says nothing of either, which most do.
    """
    allergens = names_allergens(source)
    times: tuple[tuple[int, Mapping[str, str]], ...] = ()
    if _QUICK.search(source) is not None:
        found = (
            {what: match.group() for what, pattern in table if (match := pattern.search(source)) is not None}
            for table in _TABLES["ko"]
        )
        times = tuple((number, words) for number, words in enumerate(found) if words)
    return (allergens, times) if allergens or times else None


def _times(said: tuple[tuple[int, Mapping[str, str]], ...], text: str, kind: str) -> Iterator[Finding]:
    even = normalize("NFKC", text).casefold()
    for number, words in said:
        for what, pattern in _TABLES[kind][number]:
            if what not in words and (shown := pattern.search(even)) is not None:
                wanted = ", ".join(map(repr, words.values()))
                message = f"{shown.group().strip()!r} is {what}; the source says {wanted}"
                yield Finding(
                    "times",
                    Level.FAIL,
                    message,
                    min(shown.start(), len(text)),
                    "say when and how often it says",
                )
