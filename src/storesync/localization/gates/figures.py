"""Numbers with their units: the same ones, however each language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from attrs import evolve, frozen

from storesync.localization.gates.numerals import numerals
from storesync.localization.gates.units import BUNDLES, NAMES, REDUCED, SIGNED, UNITS, WRITTEN
from storesync.localization.locale import language

__all__ = ["DIGIT", "Figure", "Lists", "even", "figures", "lists", "spelled"]

DIGIT = re.compile(r"\d")

# 3만원, 3万韩元, 30 nghìn won. 3천연, 3千克 and 3千卡 hold no thousand.
_FACTORS = {
    "백": 100, "천": 1000, "만": 10_000, "백만": 10**6, "천만": 10**7, "억": 10**8,
    "百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8,
    "trăm": 100, "nghìn": 1000, "ngàn": 1000, "k": 1000, "vạn": 10_000, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9,
    "thousand": 1000, "million": 10**6,
}  # fmt: skip
_FACTOR = (
    r"(?P<factor>(?:백만|천만|백|천|만|억)(?=[^가-힣]|$|[원개명병매포정회장박세건여이의])"
    r"|(?:百万|千万|[百千万萬亿億])(?![克米瓦卡焦帕赫伏安合年])|\s?(?:trăm|nghìn|ngàn|k|vạn|triệu|tỷ|tỉ|thousand|million)(?![a-zà-ỹ]))"
)
# 300g/m2: the power of a unit is no amount.
_NO_POWER = r"(?<!/m\d)(?<!/cm\d)"
# "1,2-Hexanediol": the places of a chemical name are no amounts.
_FIGURE = re.compile(
    rf"(?P<places>(?<![\d.,])\d(?:,\d)+(?=-))|(?P<number>\d{_NO_POWER}\d*(?:[.,]\d+)*){_FACTOR}?(?:\s?(?:{WRITTEN}))?"
)
_SPELLED = re.compile(rf"\s?(?:{WRITTEN})")
# Below zero, by a sign or a word. A sign behind a letter or digit joins or parts: SPF-50, 10-20℃. Behind Korean and
# Chinese it counts for degrees only: 온도-18℃, but 오메가-3.
_DASH = "[-−–‐]"
_SIGN = re.compile(rf"(?<![\w%)\]°+]){_DASH}\Z")
_APART = re.compile(rf"(?<![\w%)\]°+]){_DASH} \Z")  # of degrees a sign, or what begins a line of a list
_JOINED = re.compile(rf"(?<=[가-힣\u3400-\u9fff]){_DASH}\Z")
_BELOW = re.compile(r"(?:영하|마이너스|零下(?:摄氏|华氏)?|[负負]|氷点下|(?<![^\W_])(?:âm|minus))\s?\Z")
_MINUS_ENDS = frozenset("-−–‐하스下氏负負ms")
_RINGS = str.maketrans("º˚", "°°")  # what keyboards have for degrees, and what NFKC would take apart
_RANGE = re.compile("[~～–-]")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?![\d.,])")


@frozen
class Figure:
    """A number as a text writes it, with its unit or counting word when one follows.

    `offset` is in the text's NFKC form. Below zero only in degrees, and where nothing follows.
    """

    value: Decimal
    unit: str
    written: str
    offset: int
    counter: str = ""

    @property
    def amount(self) -> tuple[Decimal, str]:
        """The number and its unit."""
        return self.value, "°c" if self.unit == "degree" else self.unit

    @property
    def grouped(self) -> Decimal | None:
        """What the digits say where their mark parts thousands, as it does in another language; None without one."""
        found = _GROUPED.search(self.written)
        return Decimal(re.sub("[.,]", "", found.group())) if found is not None else None

    @property
    def things(self) -> Decimal | None:
        """How many things a dozen, a pair or the like are; None of other figures."""
        size = BUNDLES.get(self.counter)
        return self.value * size if size is not None and not self.unit else None

    @property
    def base(self) -> tuple[str, Decimal]:
        """The amount in the smallest unit of its dimension."""
        if not self.unit:
            return "", self.value
        dimension, size, _ = UNITS[self.unit]
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


def _made(value: Decimal, match: re.Match[str], written: str, offset: int) -> Figure:
    """A figure of what follows a number."""
    unit, counter = NAMES.get(match["unit"] or "", ""), match["counter"] or ""
    if counter == REDUCED:
        rest = 10 * value if value < 10 else value
        return Figure(100 - rest, "%", written, offset)
    return Figure(value, unit, written, offset, counter)


def _below(text: str, figure: Figure, last: Figure | None, gap: str) -> Figure:
    """The figure with the sign that stands before it; `gap` is what stands between it and the last one."""
    if figure.unit not in ("", *SIGNED) or figure.counter:
        return figure
    before = text[max(0, figure.offset - 8) : figure.offset]
    if before.rstrip()[-1:] in _MINUS_ENDS:
        sign = _BELOW.search(before) or _SIGN.search(before)
        if sign is None and figure.unit:
            sign = _JOINED.search(before) or _APART.search(before)
        if sign is not None:
            start = figure.offset - len(sign.group())
            return evolve(figure, value=-figure.value, written=sign.group() + figure.written, offset=start)
    # 零下18~20度: the word counts for both ends, a sign would not.
    if last is not None and last.value < 0 and last.written[0].isalpha() and _RANGE.fullmatch(gap):
        return evolve(figure, value=-figure.value)
    return figure


_WIDE_COMMA: Final = re.compile(r"(?<=\d)，(?=\d)")
_NUMBER_END: Final = re.compile(r"[\d.]+$")
_DIGITS: Final = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def figures(text: str, locale: str) -> tuple[Figure, ...]:
    """The numbers of a text in reading order: 1,5 is 1.5 and 27.000 is 27000 in Vietnamese, 3만 is 30000 in Korean."""
    if DIGIT.search(text) is None:
        return ()
    decimal = "," if language(locale) == "vi" else "."
    even, text = _even(text)
    found: list[Figure] = []
    after = lacking = 0
    for match in _FIGURE.finditer(text):
        if match["places"]:
            continue
        gap, written = text[after : match.start()], even[match.start() : match.end()].strip()
        *parts, value = _value(match["number"], decimal)
        found += [Figure(part, "", written, match.start()) for part in parts]
        factor = _FACTORS[match["factor"].strip()] if match["factor"] else 1
        one = _below(
            text, _made(value * factor, match, written, match.start()), found[-1] if found else None, gap
        )
        if 0 < one.value < lacking and gap in ("", " "):  # 3만 5천원
            first = found.pop()
            written = even[first.offset : match.end()].strip()
            one = evolve(one, value=first.value + one.value, written=written, offset=first.offset)
        found.append(one)
        lacking = 0 if match["unit"] or match["counter"] else factor
        after = match.end()
    return tuple(found)


# Numbers that thousands may part, or a list: 95,100,105. A group of noughts, or money, is no list.
_LISTABLE = re.compile(
    r"(?<![\d.,，])\d{1,3}(?:[,，](?!000)\d{3})+(?!\d|[.,，]\d|\s?(?:[원元]|韩元|韩币|won|đồng|vnd|천|만|千|万|nghìn|triệu))"
)
_SIZED = re.compile(r"\s?(?:사이즈|호|码|碼|号|cỡ|size)", re.IGNORECASE)


@frozen
class Lists:
    """A text read with lists where commas may part thousands; `sure` says that each of them looks like a list."""

    text: str
    sure: bool
    first: str


@lru_cache(maxsize=1024)
def lists(text: str) -> Lists | None:
    """The other reading of a text in which a comma may part thousands or numbers; None where no comma may."""
    some = list(_LISTABLE.finditer(text))
    if not some:
        return None
    made = list(text)
    sure = True
    for one in some:
        parts = re.split("[,，]", one.group())
        rises = len(parts) > 2 and all(int(a) < int(b) for a, b in pairwise(parts))
        before = text[max(0, one.start() - 1) : one.start()]
        sized = _SIZED.match(text, one.end()) is not None
        sure = sure and (rises or sized or "，" in one.group() or (before.isascii() and before.isalpha()))
        for place in range(one.start(), one.end()):
            made[place] = "、" if made[place] in ",，" else made[place]
    return Lists("".join(made), sure, some[0].group())


def even(text: str) -> str:
    """A text as its figures are found in it: NFKC, in lower case, as many characters as their offsets count."""
    return _even(text)[1]


@lru_cache(maxsize=4096)
def spelled(text: str, locale: str) -> tuple[Figure, ...]:
    """The numbers that a text writes in words right before a unit or a counting word: 六年, 十倍, hai lần."""
    return tuple(_spelled(*_even(text), locale))


def _even(text: str) -> tuple[str, str]:
    """The text in NFKC as it is shown, and in lower case as it is compared."""
    if "，" in text:
        text = _WIDE_COMMA.sub(_parting, text)
    even = normalize("NFKC", text.translate(_RINGS))
    folded = even.casefold()
    return (even if len(even) == len(folded) else folded), folded


def _parting(comma: re.Match[str]) -> str:
    """A Chinese comma parts two numbers (pH5.5，3分钟), unless it stands where thousands are parted (1，000)."""
    text = comma.string
    before, after = _NUMBER_END.search(text, 0, comma.start()), _DIGITS.match(text, comma.end())
    thousands = before is not None and len(before[0]) <= 3 and before[0].isdigit()
    return "，" if thousands and after is not None and len(after[0]) == 3 else "、"


def _spelled(even: str, text: str, locale: str) -> Iterator[Figure]:
    told = -1
    for value, start, end in numerals(text, locale):
        match = _SPELLED.match(text, end)
        if match is not None and match["unit"] == "元":
            continue  # 三元 is a kind of pork, and one of concrete; nobody writes a price so
        if match is not None and start > told:
            yield _made(Decimal(value), match, even[start : match.end()], start)
            told = start
