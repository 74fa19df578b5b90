"""Whether a text is one at all: bytes read in another encoding, a note that work is open, a translator that talks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language

__all__ = ["GARBLED_SIGNS", "garbled", "lost_letters", "talk"]

_LOST: Final = "\ufffd"
# What Windows makes of the bytes 80 to 9F; the dashes, quotes and dots among them stand in sound texts, too.
_WINDOWS = "€‚ƒ„†‡ˆ‰Š‹ŒŽ˜š›œžŸ"
_QUIET = "…‘’“”•–—™"
_NEXT = rf"[\x80-\x9f\xa1-\xbf{_WINDOWS}{_QUIET}]"


def _eastern() -> str:
    """What GBK makes of the first two bytes of a Chinese character in UTF-8: rare ones, but for a few."""
    pairs = (bytes((lead, after)) for lead in range(0xE4, 0xEA) for after in range(0x80, 0xC0))
    return "".join(sorted({pair.decode("gbk", "ignore") for pair in pairs}))


_EASTERN: Final = _eastern()
GARBLED_SIGNS: Final = f"{_LOST}\x80-\x9f\xa1-\xbfÃÄÅÆÌ{_WINDOWS}锟烫屯" + _EASTERN
"""The characters of which one stands in every text that was read in another encoding: parts of a character class."""

# UTF-8 in Latin letters: a lead byte with what must follow it, one of the letters that no language here has, or four
# bytes in a row that are letters and signs.
_WESTERN = {
    "zh": re.compile(rf"[Â-ô]{_NEXT}+|[\x80-\x9f]"),
    "vi": re.compile(rf"Ã[\xa1-\xbf{_WINDOWS}]|(?<=[a-z])Ã|[ÄÅÆÌ]{_NEXT}|á[º»]|[\x80-\x9f]"),
}
_BYTES = re.compile(r"[\xa1-\xff]{4,}")
_ENOUGH = 2
_HAN, _EASTERN_ONE = re.compile("[\u3400-\u9fff]"), re.compile(f"[{_EASTERN}]")
_OFTEN = 5  # every third character or so
_DOUBLED = re.compile("锟斤拷|烫烫烫|屯屯屯")
# Letters that an encoding could not hold: "d??ng ?m", "ch?t".
_ASKED = re.compile(r"[A-Za-zÀ-ỹ]\?+[a-zà-ỹ]|(?:^|\s)\?{2,}")

_REREAD = "ask for the text once more, or read the file in the encoding that it was written in (UTF-8)"


def garbled(text: str, locale: str) -> Iterator[Finding]:
    """`garbled`: characters that come of bytes in another encoding; for texts with one of the `GARBLED_SIGNS`."""
    if (offset := text.find(_LOST)) >= 0:
        message = "a character is lost: U+FFFD stands in its place"
        yield Finding("garbled", Level.FAIL, message, offset, _REREAD)
        return
    kind = language(locale)
    western = _WESTERN.get(kind)
    found = list(western.finditer(text)) if western is not None else []
    times = sum(len(one.group()) for one in found) // _ENOUGH
    if not found and (run := _BYTES.search(text)) is not None:
        found, times = [run], _ENOUGH
    if found:
        sure = times >= _ENOUGH or kind == "vi"
        yield _misread(text, found[0].start(), found[0].end(), "as Latin letters", sure=sure)
        return
    if (doubled := _DOUBLED.search(text)) is not None:
        yield _misread(text, doubled.start(), doubled.end(), "as GBK", sure=True)
    elif kind == "zh" and (place := _reread(text)) >= 0:
        yield _misread(text, place, place + 6, "as GBK", sure=True)


def lost_letters(source: str, text: str) -> Iterator[Finding]:
    """`garbled`: question marks where an encoding could not hold a letter."""
    if "?" not in source and (asked := _ASKED.search(text)) is not None:
        message = f"{asked.group().strip()!r}: letters are lost that an encoding could not hold"
        yield Finding("garbled", Level.FAIL, message, asked.start(), _REREAD)


def _misread(text: str, start: int, end: int, how: str, *, sure: bool) -> Finding:
    message = f"{text[start:end]!r} looks like UTF-8 that was read {how}"
    return Finding("garbled", Level.FAIL if sure else Level.REVIEW, message, start, _REREAD)


def _reread(text: str) -> int:
    """Where the first character stands that GBK makes of a lead byte, in a text with many of them; -1 without.

    橄榄 and 遮瑕 have two of those as well: their bytes are no UTF-8, and GB 2312 has them.
    """
    some = _EASTERN_ONE.findall(text)
    letters = _HAN.findall(text)
    if len(some) < max(_ENOUGH, len(letters) / _OFTEN):
        return -1
    made = "".join(letters).encode("gbk", "ignore").decode("utf-8", "ignore")
    back = sum("\u3000" <= one <= "\u9fff" for one in made)
    rare = any(not one.encode("gb2312", "ignore") for one in letters)
    return text.index(some[0]) if back + rare >= _ENOUGH else -1


_OPEN = (
    "TODO", "FIXME", "TBD", "TBC", "待翻译", "待译", "待翻譯", "待确认", "待確認", "待补充", "待校对", "待定稿", "未翻译",
    "未翻譯", "需要翻译", "机翻", "chưa dịch", "cần dịch", "chờ dịch", "đang dịch", "chờ xác nhận",
    "chưa xác nhận",
)  # fmt: skip
_NO: Final = frozenset("无無不免毋")
_WHOLE = re.compile(
    r"(?:todo|fixme|tbd|tbc|n/?a|null|none|nan|undefined)\b.{0,3}\Z|lorem ipsum", re.IGNORECASE
)

# What a chat model says instead of the text, or before it; some of it a text may begin with, too.
_BEFORE = re.compile(
    r"as an? (?:ai|artificial|large language|language model)|i(?:'|’)?m sorry|i am sorry|i apologi[sz]e|sorry,"
    r"|unfortunately,|i (?:can(?:no|'|’)t|am unable)|here(?:'s|’s| is| are)\b|sure[,!.:]|certainly[,!.:]|of course[,!.:]"
    r"|translat(?:ion|ed(?: text| version)?)\s?[:：]|translated by\b"
    r"|(?:很|非常)?(?:抱歉|对不起)[，,。！!]|作为(?:一[个名款位])?\s?(?:ai|人工智能|大?语言模型)|我(?:无法|不能|是一个)"
    r"|(?:中文)?(?:译文|翻译|译)(?:结果|如下|版本)*\s?[:：]|翻译(?:结果)?如下|以下[是为].{0,12}(?:译|翻)"
    r"|bản dịch|dịch\s?[:：]|(?:rất )?(?:xin lỗi|rất tiếc)[,，]|tôi (?:không thể|là (?:một )?(?:ai|mô hình|trợ lý))"
    r"|là (?:một )?(?:ai|mô hình|trợ lý)\b|(?:dưới đây|đây) là bản dịch|tiếng việt\s?[:：]"
    r"|```|\{\s?\"|\[\s?\"",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"以下[是为]|(?:好的|当然可以|当然)[，,！!。]|dưới đây là|chắc chắn rồi|tất nhiên[,!]", re.IGNORECASE
)
_ANYWHERE = re.compile(
    "(?:无法|不能|不便)(?:为您|为你|提供|完成|进行|直接)*翻译|作为(?:一[个名款])?(?:AI|人工智能|大?语言模型)|译者?注[:：]"
    "|(?:AI|large) language model|không thể (?:cung cấp bản )?dịch|[Tt]ranslator's note|Lưu ý: bản dịch"
)
# How all of these begin, in lower case, and what one of them holds that stand anywhere: one look each for a sound text.
_FIRST: Final = frozenset(
    (
        "as ", "i'm", "i’m", "im ", "i a", "i c", "sor", "unf", "her", "sur", "cer", "of ", "tra", "bản", "dịc", "rất",
        "xin", "tôi", "là ", "dướ", "đây", "tiế", "chắ", "tất", "tod", "fix", "tbd", "tbc", "n/a", "na", "nul", "non",
        "nan", "und", "lor",
    )
)  # fmt: skip
_FIRST_HAN: Final = frozenset(
    (
        "很抱", "很对", "非常", "抱歉", "对不", "作为", "我无", "我不", "我是", "中文", "译文", "翻译", "译：", "译:",
        "译结", "译如", "以下", "好的", "当然",
    )
)  # fmt: skip
_HINTS: Final = {
    "zh": re.compile(r"[待译譯翻机模TFA](?:(?<=[待译譯翻机模])|(?<=T)(?:OD|B)|(?<=F)IX|(?<=A)I)"),
    "vi": re.compile(r"[ịTFXxA](?:(?<=dị)ch|(?<=T)(?:OD|B)|(?<=F)IX|(?<=[Xx])ác nh|(?<=A)I)"),
}
_ABOUT: Final = "번역"
_LATIN_HINTS: Final = re.compile(r"[TFAl](?:(?<=T)(?:OD|B)|(?<=F)IX|(?<=A)I|(?<=l)anguage m)")


def talk(source: str, text: str, locale: str) -> Iterable[Finding]:
    """`unfinished` and `remark`: somebody has yet to write the text, or talks about it instead.

    Words that the source has itself are the text's own, and one that is about translations may say anything of them.
    """
    kind = language(locale)
    told = text[:2] in _FIRST_HAN or text[:3].casefold() in _FIRST or not text[:1].isalnum()
    if (not told and _HINTS.get(kind, _LATIN_HINTS).search(text) is None) or _ABOUT in source:
        return ()
    return chain(_open_work(source, text), _remarks(source, text, kind))


def _open_work(source: str, text: str) -> Iterator[Finding]:
    if (whole := _WHOLE.match(text)) is not None and whole.group().casefold() not in source.casefold():
        yield _unfinished(whole.group(), 0)
        return
    low = text.casefold() if len(text.casefold()) == len(text) else text
    for word in _OPEN:
        offset = text.find(word) if word.isupper() else low.find(word)
        end = offset + len(word)
        denied = text[max(0, offset - 1) : offset] in _NO  # 无需要翻译
        if (
            offset >= 0
            and not denied
            and word not in source
            and (word[-1] >= "\u3400" or not text[end : end + 1].isalpha())
        ):
            yield _unfinished(text[offset:end], offset)
            return


def _unfinished(word: str, offset: int) -> Finding:
    return Finding("unfinished", Level.FAIL, f"{word!r}: the text is not written yet", offset, "translate it")


def _remarks(source: str, text: str, kind: str) -> Iterator[Finding]:
    start = len(text) - len(text.lstrip(" \n\t\"'“*#>"))
    sure = True
    found = _BEFORE.match(text, start) if kind != "en" else None  # a text in English may begin as these do
    found = found or _ANYWHERE.search(text)
    if found is None:
        sure, found = False, _PERHAPS.match(text, start)
    if found is not None and found.group() not in source:
        said = found.group().strip()
        message = f"{said!r}: these are a translator's words" + (
            "" if sure else ", unless the text begins so"
        )
        level = Level.FAIL if sure else Level.REVIEW
        yield Finding("remark", level, message, found.start(), "keep the translation alone")
