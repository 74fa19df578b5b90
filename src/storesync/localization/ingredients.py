"""Ingredients of a cosmetic: what a table calls each in a language, and how a written list differs from that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from attrs import field, frozen

from storesync.compliance import kind_of, listed_names
from storesync.localization.locale import language
from storesync.localization.reference import Reference
from storesync.model import Product

__all__ = ["Difference", "Ingredient", "ingredients_of", "is_cosmetic", "list_difference"]


@frozen
class Ingredient:
    """One ingredient of a product by its own name, and what it may be called in one language, the usual name first.

    Without a `name` no table knows what the language calls it; `others` are names that hold all the same.
    """

    source: str
    name: str = ""
    others: tuple[str, ...] = field(default=(), converter=tuple[str, ...])


@frozen
class Difference:
    """How a written list differs from what it stands for.

    `lost` are names that it lacks, `unnamed` how many more it lacks of those that no table knows, `strange` names of
    nothing that the product has, and `aside` what nobody can tell: names beyond those that no table knows, and what
    stands in brackets of their own. `latin` are Chinese names of which only the Latin one stands there, `moved` the first
    name that stands behind one that follows it.
    """

    lost: tuple[str, ...] = ()
    unnamed: int = 0
    strange: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    latin: tuple[str, ...] = ()
    moved: str = ""


def is_cosmetic(product: Product) -> bool:
    """Whether its ingredients are those of a cosmetic: by what it is, and where nobody knows that, by its INCI names."""
    return kind_of(product) == "cosmetic" or bool(product.facts.get("inci"))


def ingredients_of(product: Product, reference: Reference, locale: str) -> tuple[Ingredient, ...]:
    """The ingredients of a cosmetic in the order of its list; empty for other goods.

    Vietnamese labels carry the INCI name itself, also where no table knows the ingredient.
    """
    if not is_cosmetic(product):
        return ()
    own, inci = (listed_names(product.facts.get(fact, "")) for fact in ("ingredients", "inci"))
    if len(own) != len(inci):  # which belongs to which is not known
        own, inci = own or inci, ("",) * len(own or inci)
    found = []
    for source, latin in zip(own, inci, strict=True):
        words = reference.ingredient(source) or reference.ingredient(latin)
        names = [name.strip() for name in words.get(locale, "").split("|") if name.strip()]
        latins = [name for name in (latin, words.get("inci", "")) if name]
        if not names and language(locale) == "vi":
            names = latins or [name for name in (source,) if not _KOREAN.search(name)]
        first, *others = names or [""]
        found.append(Ingredient(source, first, tuple(dict.fromkeys((*others, *latins)))))
    return tuple(found)


_KOREAN = re.compile("[가-힣]")
_HAN = re.compile("[\u3400-\u9fff]")
_PARTS = re.compile(r"[;、；|\n。·・ㆍ]|,(?!\d)|(?<!\d),|(?<!\d)\.(?!\d)")
_BRACKETS = re.compile(r"[(\[{【〔][^()\[\]{}【】〔〕]*[)\]}】〕]")
_LEFT_OUT = re.compile(r"[\s\-‐‑–—−*※]")
# What a list says beside its names: what it is, that it goes on, and how much of something there is.
_BESIDE = re.compile(
    r"全?成[分份]表?|主要|配料表?|原料|含有?|以及|[和及与等:：•+&/]|ingredients?|inci|thànhphần|baogồm|gồm|chứa|và"
    r"|\d+(?:[.,]\d+)?(?:%|ppm|mg|μg|g|ml|iu)|\d+[.)](?=\ue000)|[\ue000.]"
)
# What brackets tell of an ingredient without naming another one: what it does, and where it comes from.
_NOTE = re.compile(
    r"(?:防腐|香[精料]|着色|色素|乳化|增稠|抗氧化|螯合|保湿|表面活性|防晒|推进|成膜|纳米|nano|溶)剂?|(?:韩国|国|天然|植物|有机)(?:产|来源)?|產"
)


@frozen
class _Tight:
    """A text without spaces and hyphens, in NFKC and lower case; `places` are those of its characters in `even`."""

    even: str
    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> _Tight:
        even = normalize("NFKC", text)
        kept = [(place, sign) for place, sign in enumerate(even) if sign == "\n" or not _LEFT_OUT.match(sign)]
        return cls(even, "".join(sign.casefold()[:1] for _, sign in kept), tuple(place for place, _ in kept))

    def written(self, start: int, end: int) -> str:
        return self.even[self.places[start] : self.places[end - 1] + 1].strip()


def _plain(name: str) -> str:
    """A name without what stands in brackets: 人参（PANAX GINSENG）根提取物 is 人参根提取物."""
    while (less := _BRACKETS.sub("", name)) != name:
        name = less
    return name


def _spellings(one: Ingredient) -> Iterator[str]:
    for name in (one.name, *one.others):
        tight = _Tight.of(name).text
        yield from filter(None, (tight, _plain(tight)))


def list_difference(value: str, ingredients: tuple[Ingredient, ...]) -> Difference:
    """What a written list lacks of these ingredients, and what it names beside them, however its names are parted."""
    known: dict[str, set[int]] = {}
    for number, one in enumerate(ingredients):
        for spelling in _spellings(one):
            known.setdefault(spelling, set()).add(number)
    tight, seen = _Tight.of(value), dict[int, list[int]]()
    chinese = set[int]()

    def hide(match: re.Match[str]) -> str:
        for number in known[match.group()]:
            seen.setdefault(number, []).append(match.start())
            if _HAN.search(match.group()) is not None:
                chinese.add(number)
        return "\ue000" * len(match.group())

    rest = tight.text
    if known:
        longest = sorted(known, key=lambda name: (-len(name), name))
        rest = re.sub("|".join(map(re.escape, longest)), hide, rest)
    lost = [one.name for number, one in enumerate(ingredients) if one.name and number not in seen]
    unknown = sum(not one.name and number not in seen for number, one in enumerate(ingredients))
    aside = [
        tight.written(match.start() + 1, match.end() - 1)
        for match in _BRACKETS.finditer(rest)
        if _NOTE.sub("", _BESIDE.sub("", _PARTS.sub("", match.group()[1:-1])))
    ]
    while (flat := _BRACKETS.sub(lambda match: "\ue000" * len(match.group()), rest)) != rest:
        rest = flat
    strange = list(_strange(tight, rest))
    unnamed = max(unknown - len(strange), 0)
    if unknown:  # what no table knows stands for as many of those that none knows
        aside, strange = [*aside, *(strange if len(strange) > unknown else [])], []
    latin = [
        one.name
        for number, one in enumerate(ingredients)
        if number in seen and number not in chinese and _HAN.search(one.name) is not None
    ]
    moved = _moved(ingredients, seen)
    return Difference(tuple(lost), unnamed, tuple(strange), tuple(aside), tuple(latin), moved)


def _moved(ingredients: tuple[Ingredient, ...], seen: dict[int, list[int]]) -> str:
    """The first name that stands behind one that follows it, by where each is named first, and by where last."""
    numbers, found = sorted(seen), ""
    for first in (True, False):
        at = [seen[number][0 if first else -1] for number in numbers]
        late = [number for row, number in enumerate(numbers) if at[row] > min(at[row:])]
        if not late:
            return ""
        found = found or ingredients[late[0]].name or ingredients[late[0]].source
    return found


def _strange(tight: _Tight, rest: str) -> Iterator[str]:
    start = 0
    for mark in (*_PARTS.finditer(rest), None):
        end = mark.start() if mark is not None else len(rest)
        if _BESIDE.sub("", rest[start:end]).strip("()[]"):
            yield tight.written(start, end)
        start = mark.end() if mark is not None else end
