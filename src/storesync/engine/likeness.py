"""How near the title of a listing is to the products of a catalog, and what in it speaks against one. Pure.

Words are weighed by how few titles have them; contents and packs are judged apart, for they are what products of one
line differ in.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from storesync.engine.shelved import Catalogued, Shelved

__all__ = ["Titles", "plain", "tokens_of"]
# Tuned on generated shops of other seeds than those that judge (benchmarks/adopt.py).
_EXCHANGED: Final = (
    0.5  # weight of foreign words against that of missing ones: beyond, one stands for the other
)
_LACKS: Final = 0.22  # share of a title that may be missing
_UNKNOWN: Final = 0.15  # weight of words that no product of the catalog has
_COMMON: Final = 400  # titles that share a token: beyond, it leads to candidates only where rarer ones do not
_CANDIDATES: Final = 40
_HANGUL_OR_HAN = re.compile(r"[぀-ヿ㐀-䶿一-鿿가-힣]+")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_QUANTITY = re.compile(
    r"(\d+(?:\.\d+)?)\s*(ml|毫升|밀리리터|l|升|kg|公斤|千克|g|克|그램|片|枚|매|miếng|pcs|ea|개입|粒|정|viên)(?![a-z])"
)
_PACK = re.compile(
    r"(?:[x×*]\s*(\d+)(?!\d*\s*(?:ml|g|cm|mm))|(\d+)\s*(?:盒装|瓶装|件套|件装|套装|支装|세트|개 세트|combo|set|hộp|chai))"
)
_UNITS: Final[Mapping[str, tuple[str, float]]] = {
    "ml": ("ml", 1), "毫升": ("ml", 1), "밀리리터": ("ml", 1), "l": ("ml", 1000), "升": ("ml", 1000),
    "g": ("g", 1), "克": ("g", 1), "그램": ("g", 1), "kg": ("g", 1000), "公斤": ("g", 1000), "千克": ("g", 1000),
    "片": ("pcs", 1), "枚": ("pcs", 1), "매": ("pcs", 1), "miếng": ("pcs", 1), "pcs": ("pcs", 1), "ea": ("pcs", 1),
    "개입": ("pcs", 1), "粒": ("pcs", 1), "정": ("pcs", 1), "viên": ("pcs", 1),
}  # fmt: skip


def plain(text: str) -> str:
    """The text without what differs in writing only: width, form, case."""
    return unicodedata.normalize("NFKC", text).casefold()


def _quantities(text: str) -> dict[str, set[float]]:
    found: dict[str, set[float]] = defaultdict(set)
    for number, unit in _QUANTITY.findall(plain(text)):
        name, factor = _UNITS[unit]
        found[name].add(float(number) * factor)
    return found


def _packs(text: str) -> set[int]:
    return {int(one or two) for one, two in _PACK.findall(plain(text)) if int(one or two) > 1}


@lru_cache(maxsize=4_096)
def tokens_of(text: str) -> frozenset[str]:
    """Words of alphabets; characters and neighboring pairs of scripts without spaces. Quantities are judged apart."""
    rest = _QUANTITY.sub(" ", plain(text))
    found: set[str] = set()
    for run in _HANGUL_OR_HAN.findall(rest):
        found.update(run)
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    for word in _WORD.findall(_HANGUL_OR_HAN.sub(" ", rest)):
        if len(word) > 1 or word.isdecimal():
            found.add(word)
    return frozenset(found)


def _elements(tokens: Iterable[str]) -> set[str]:
    """The tokens whose order says nothing: words and single characters."""
    return {token for token in tokens if len(token) == 1 or not _HANGUL_OR_HAN.fullmatch(token)}


class Titles:
    """The catalog's titles by token, each token weighed by how few titles have it, there and in the shop."""

    def __init__(self, catalog: Sequence[Catalogued], shop: Sequence[Shelved]) -> None:
        self.catalog = catalog
        self.titles: list[tuple[int, frozenset[str]]] = []
        postings: dict[str, list[int]] = defaultdict(list)
        for number, product in enumerate(catalog):
            for title in product.titles:
                tokens = tokens_of(title)
                for token in tokens:
                    postings[token].append(len(self.titles))
                self.titles.append((number, tokens))
        self.postings = postings
        shown = Counter(token for shelved in shop for token in tokens_of(shelved.title))
        total = max(1, len(self.titles), len(shop))
        # A word that many listings of the shop have and no product of ours is decoration, not identity.
        self.weights = {
            token: math.log(1 + total / max(len(postings.get(token, ())), shown[token]))
            * (1.0 if token in postings else _UNKNOWN)
            for token in {*postings, *shown}
        }
        self.places: dict[int, list[int]] = defaultdict(list)
        for at, (number, _) in enumerate(self.titles):
            self.places[number].append(at)
        self.sums = [self._sum(tokens) for _, tokens in self.titles]
        self.quantities = [_quantities(" ".join((*product.titles, *product.contents))) for product in catalog]
        self.packs = [set().union(*(_packs(title) for title in product.titles)) for product in catalog]
        self.brands = [tuple(plain(brand) for brand in product.brands if brand) for product in catalog]

    def _sum(self, tokens: Iterable[str]) -> float:
        return math.fsum(self.weights[token] for token in tokens)

    def near(self, title: str, also: Iterable[int]) -> dict[int, tuple[float, int]]:
        """How near the title is to the products like it, and to `also`, and by which of their titles."""
        tokens = tokens_of(title)
        known = sorted(
            (token for token in tokens if token in self.postings),
            key=lambda token: (len(self.postings[token]), token),
        )
        if not known:
            return {}
        # The rarest tokens lead to candidates; all of them judge.
        few = {at for number in also for at in self.places.get(number, ())}
        for token in known:
            if len(few) >= _CANDIDATES and len(self.postings[token]) > _COMMON:
                break
            few.update(self.postings[token])
        mine, scores = self._sum(tokens), dict[int, tuple[float, int]]()
        for at in few:
            number, ours = self.titles[at]
            both = self._sum(ours & tokens)
            score = 2 * both / (self.sums[at] + mine)
            if score > scores.get(number, (0.0, at))[0]:
                scores[number] = (score, at)
        return scores

    def objections(self, number: int, title: str, at: int | None = None) -> list[str]:
        """What in a title speaks against a product, whatever else is alike; `at` is the product's title meant."""
        found = []
        for unit, theirs in _quantities(title).items():
            ours = self.quantities[number].get(unit)
            if ours and not theirs & ours:
                found.append(f"content {_told(theirs)} {unit}, ours {_told(ours)} {unit}")
        if _packs(title) - self.packs[number]:
            found.append(f"a set of {_told(_packs(title))}")
        if at is not None:
            found += self._exchanged(number, at, tokens_of(title))
        return found

    def _exchanged(self, number: int, at: int, tokens: frozenset[str]) -> list[str]:
        """Words of ours that are missing, and other words of the catalog in their place; brand names aside."""
        brand = tokens_of(" ".join(self.brands[number]))
        ours = _elements(self.titles[at][1]) - brand
        missing = ours - tokens
        if not missing:
            return []
        # A character counts within a word of the catalog only: decoration has characters in common with everything.
        spelled = {char for one in tokens if len(one) == 2 and one in self.postings for char in one}
        other = {
            one
            for one in _elements(tokens) - self.titles[at][1] - brand
            if one in self.postings and (one in spelled or not _HANGUL_OR_HAN.fullmatch(one))
        }
        share = self._sum(missing) / (self._sum(ours) or 1.0)
        if other and self._sum(other) >= _EXCHANGED * self._sum(missing):
            return [f"{' '.join(sorted(other)[:6])} where ours has {' '.join(sorted(missing)[:6])}"]
        return [f"lacks {' '.join(sorted(missing)[:6])}"] if share > _LACKS else []

    def branded(self, number: int, title: str) -> bool:
        """Whether the title names the product's brand; so too when the brand has no name."""
        names, text = self.brands[number], plain(title)
        return not names or any(name in text for name in names)


def _told(numbers: Iterable[float]) -> str:
    return "/".join(f"{number:g}" for number in sorted(numbers))
