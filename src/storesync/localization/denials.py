"""Which of the things that a text names it says are not in it: 우유 무첨가, 不含牛奶, không chứa sữa."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen

from storesync.localization.locale import language

__all__ = ["denied", "may_deny"]

Span = tuple[int, int]

# Korean says it behind the thing, or behind the last one of a list.
_PARTICLES = r"(?:\s?(?:성분|제품|가루|단백질?)|류|을|를|이|가|은|는|도|의)*"
_KO_NOT = (
    r"(?:전혀\s?|일절\s?)?(?:무첨가|무함유|미함유|불포함|미포함|미사용|무사용|무검출|불검출|없[이는음습어고다]|없으|제외|빼[고서]|뺀|프리(?![가-힣])|free|대신"
    r"|제로|0%|(?:첨가|함유|포함|사용|배합)(?:를|을)?\s?(?:하지|되지|되어\s?있지|돼\s?있지)\s?[않아]|(?:넣|쓰|섞이|들어\s?있|들어가)지\s?[않아]"
    r"|안\s?(?:넣|들어|쓰|쓴|함유|섞))"
)
_KO_LIST = rf"(?:{_PARTICLES}\s?(?:,|·|ㆍ|・|、|/|&|\+|와|과|및|나|이나|또는|혹은|하고)\s?[가-힣]{{1,8}}?)*?"
_KO_BEHIND = re.compile(rf"\s?(?:\([^()]*\))?{_KO_LIST}{_PARTICLES}\s?[):]?\s?{_KO_NOT}")
_KO_BEFORE = re.compile(r"(?<![가-힣])[무비논]\Z")

# Chinese and Vietnamese say it before the first of them; the names that follow are theirs until a clause or another verb.
_ZH_NOT = re.compile(
    r"(?:[不未](?:得|会|曾|额外)?(?:含|添加|加入|使用|用|加(?!工|热|水|冰)|采用|包含|包括|存在|检出|放)有?|[没沒]有|并无|代替|替代|取代|去除|而非|不是|并非"
    r"|(?<![\d.])[无零0非](?:添加)?(?=任何)?)(?:任何|有)?:?"
)
_ZH_END = re.compile(r"[。;!?\n的)]|但|而|含|使用|添加|采用|加入|可能|生产|制造|过敏者|慎|以(?!下|上)|为")
_ZH_OTHER = re.compile(
    r"蔗?糖|食?盐|咖啡因|防腐剂|色素|香精|添加剂|酒精|反式脂肪|[脂籽核骨刺皮壳头油烟辣水抗毒菌氧尘常遗敌比限论法数需须]|污染|公害|转基因"
)
_ZH_BEHIND = re.compile(
    r"(?:成分|制品)?\s?[:(]?\s?(?:[×✕✗✘❌否]|free|[均都皆]?(?:不含|无|没有|未检出|未使用|不使用|零|0)(?=[、,;。)\s/]|\Z)|[未不无零0]添加(?!剂))"
)
_VI_NOT = re.compile(
    r"(?<![^\W_])(?:(?:không|chưa|chẳng)(?: (?:hề|có|chứa|dùng|sử dụng|thêm|bổ sung|bao gồm|gồm|pha|lẫn|kèm|phải|là"
    r"|bất kỳ|bất kì|chút|thành phần))*"
    r"|thay(?: thế| cho| vì)*|phi|miễn|loại bỏ)(?: :|:)?(?= )"
)
_VI_END = re.compile(
    r"[.;!?\n)]|(?<![^\W_])(?:nhưng|mà|có|chứa|làm|với|vẫn|để|nên|cho|được|dành|thể|chỉ|những|từ"
    r"|bằng|sản xuất|cùng|dùng)(?![^\W_])"
)
_VI_OTHER = re.compile(
    r"(?:đường|muối|chất bảo quản|phẩm màu|cồn|caffeine|dầu|hương liệu|chất béo)(?![^\W_])"
)
_VI_BEHIND = re.compile(r"\s?[:(]\s?không(?! (?:nên|quá|dưới))|[ -]free(?![a-z])")
_JOINED = re.compile(r"[、/和及与或跟]|(?<![^\W_])(?:và|hoặc|hay|cũng như)(?![^\W_])")
_JOINERS = re.compile(r"[、/和及与或跟,]|(?<![^\W_])(?:và|hoặc|hay|cũng như)(?![^\W_])")
_WORD = 3
_NEXT_WORD = "无零0非"
"""What speaks of the next word only."""


@frozen
class _Words:
    """How a language denies before the thing: with what, how far, of what else, and behind it.

    `verbs` say that something is there: after a comma they end what was denied.
    """

    no: re.Pattern[str]
    end: re.Pattern[str]
    other: re.Pattern[str]
    behind: re.Pattern[str]
    verbs: re.Pattern[str]


_WORDS: Mapping[str, _Words] = MappingProxyType(
    {
        "zh": _Words(
            _ZH_NOT,
            _ZH_END,
            _ZH_OTHER,
            _ZH_BEHIND,
            re.compile("含|有|使用|添加|采用|加入|过敏|慎|可能|以|为|制|%"),
        ),
        "vi": _Words(
            _VI_NOT,
            _VI_END,
            _VI_OTHER,
            _VI_BEHIND,
            re.compile(r"(?<![^\W_])(?:có|chứa|gồm|dùng|làm|từ|dị ứng|nên|được|là)(?![^\W_])|%"),
        ),
    }
)
_CLOSES = re.compile(r"\s?(?:[,、;。.)/]|\Z)")
_QUICK: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "ko": re.compile("[무미불]|없|않|프리|free|대신|빼|뺀|제로|0%|제외|안 |논|비|지 ?아"),
        "zh": re.compile("[不未没沒无無零0非替取代去×✕✗✘❌否]|free"),
        "vi": re.compile("không|chưa|chẳng|thay|phi|miễn|free|loại bỏ"),
    }
)


def may_deny(text: str, locale: str) -> bool:
    """Whether a folded text holds a word that could; cheap, and asked of every text."""
    quick = _QUICK.get(language(locale))
    return quick is not None and quick.search(text) is not None


def denied(text: str, named: Sequence[Span], locale: str, *, listed: bool = False) -> frozenset[Span]:
    """Those of the places of a folded text of which it says that they are not in it.

    `listed` texts are lists: a comma parts names there, and no clauses.
    """
    kind = language(locale)
    if kind == "ko":
        return frozenset(_before_denials(text, named))
    words = _WORDS.get(kind)
    return frozenset(_behind_denials(text, named, words, listed=listed)) if words is not None else frozenset()


def _before_denials(text: str, named: Sequence[Span]) -> Iterator[Span]:
    for start, end in named:
        if _KO_BEHIND.match(text, end) is not None or _KO_BEFORE.search(text, 0, start) is not None:
            yield start, end


def _behind_denials(text: str, named: Sequence[Span], words: _Words, *, listed: bool) -> Iterator[Span]:
    for match in words.no.finditer(text):
        if _CLOSES.match(text, match.end()) is not None:
            continue  # 牛奶：无、大豆
        last = _reach(text, match.end(), words, listed=listed)
        start = match.end() + (text[match.end()] == " ")
        # Of a thing that is no allergen (无糖牛奶, không đường) the denial ends with it, unless more are joined.
        if (free := words.other.match(text, start)) is not None:
            joined = _JOINED.search(text, free.end(), last)
            start = joined.end() if joined is not None else last
        next_word = match.group()[0] in _NEXT_WORD
        for one in named:
            if start <= one[0] and one[1] <= last and (not next_word or _joined(text, start, one[0], named)):
                yield one
    last = -1
    for one in sorted(named, reverse=True):
        # 牛奶、大豆：无
        with_next = last >= 0 and not _JOINERS.sub("", text[one[1] : last]).strip()
        if with_next or words.behind.match(text, one[1]) is not None:
            yield one
            last = one[0]
        elif one[1] <= last:
            last = -1


def _reach(text: str, start: int, words: _Words, *, listed: bool) -> int:
    """How far a denial reaches: to a clause's end, or to a clause that says that something is there."""
    stop = words.end.search(text, start)
    last = stop.start() if stop is not None else len(text)
    comma = text.find(",", start, last)
    while comma >= 0 and listed:
        following = text.find(",", comma + 1, last)
        clause = text[comma:] if following < 0 else text[comma:following]
        cut = words.end.search(clause)
        if words.verbs.search(clause if cut is None else clause[: cut.end()]) is not None:
            break
        comma = following
    return comma if comma >= 0 else last


def _joined(text: str, start: int, end: int, named: Sequence[Span]) -> bool:
    """Whether little but names and what joins them stands between two places: 无牛奶、无添加脱脂奶粉."""
    rest = start
    for first, last in sorted(named):
        if rest <= first < end:
            if len(_JOINERS.sub("", text[rest:first]).strip()) > _WORD:
                return False
            rest = max(rest, last)
    return len(_JOINERS.sub("", text[rest:end]).strip()) <= _WORD
