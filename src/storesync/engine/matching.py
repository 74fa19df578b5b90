"""Which product a listing that is already in the shop shows: by code, else by title, with the evidence. Pure.

A code counts for itself only where nothing contradicts it: in shops that grew by hand codes are missing, or were
copied together with the listing they stood in.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from attrs import evolve, field, frozen

from storesync.driver import Seen
from storesync.model import frozen_map

__all__ = ["Catalogued", "Match", "Shelved", "match", "pair_variants"]

# Tuned on generated shops of other seeds than those that judge (benchmarks/adopt.py).
_SURE: Final = 0.5  # of a title alone
_AHEAD: Final = 0.05  # of the next best product
_AGREES: Final = 0.30  # a title that does not contradict a code
_LOUDER: Final = 0.20  # by how much another product's title must be nearer to outweigh a code
_WORTH_A_LOOK: Final = 0.30
_EXCHANGED: Final = (
    0.5  # weight of foreign words against that of missing ones: beyond, one stands for the other
)
_LACKS: Final = 0.22  # share of a title that may be missing
_UNKNOWN: Final = 0.15  # weight of words that no product of the catalog has
_COMMON: Final = 400  # titles that share a token: beyond, it leads to candidates only where rarer ones do not
_CANDIDATES: Final = 40
_SHOWN_ALTERNATIVES: Final = 3


@frozen(kw_only=True)
class Catalogued:
    """One product as the catalog knows it: its texts in every language, brand names, SKUs, barcodes, contents.

    `names` are the SKUs' own names (`30ml`); `contents` what one unit may hold, as text.
    """

    key: str
    titles: tuple[str, ...]
    brands: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    gtins: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    names: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    contents: tuple[str, ...] = ()


@frozen(kw_only=True)
class Shelved:
    """One listing as the shop shows it; `variants` by the market's ids."""

    listing: str
    key: str = ""
    title: str = ""
    status: str = ""
    variants: Mapping[str, Seen] = field(factory=dict, converter=frozen_map)

    @property
    def codes(self) -> tuple[str, ...]:
        """What the seller wrote where a code belongs, each once."""
        found = (self.key, *(seen.sku for seen in self.variants.values()))
        return tuple(dict.fromkeys(code.strip() for code in found if code.strip()))

    @property
    def gtins(self) -> tuple[str, ...]:
        """Barcodes, also those that the seller used as codes."""
        found = [*(seen.gtin for seen in self.variants.values()), *self.codes]
        return tuple(dict.fromkeys(gtin for gtin in map(_gtin, found) if gtin))


@frozen(kw_only=True)
class Match:
    """What is thought of one listing. `sure` ones may be adopted unseen; the others are for a person.

    `by` is `key`, `sku`, `barcode`, `title` or empty, `score` how near the titles are (0 to 1), `others` the next
    best products with their scores.
    """

    shelved: Shelved
    key: str = ""
    by: str = ""
    score: float = 0.0
    sure: bool = False
    evidence: tuple[str, ...] = ()
    others: tuple[tuple[str, float], ...] = ()


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


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bare(text: str) -> str:
    return "".join(_plain(text).split())


def _gtin(text: str) -> str:
    """The 14 digits of a barcode with a right check digit, else empty."""
    digits = text.strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in (8, 12, 13, 14):
        return ""
    whole = digits.rjust(14, "0")
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(whole))
    return whole if total % 10 == 0 and int(whole) else ""


def _quantities(text: str) -> dict[str, set[float]]:
    found: dict[str, set[float]] = defaultdict(set)
    for number, unit in _QUANTITY.findall(_plain(text)):
        name, factor = _UNITS[unit]
        found[name].add(float(number) * factor)
    return found


def _packs(text: str) -> set[int]:
    return {int(one or two) for one, two in _PACK.findall(_plain(text)) if int(one or two) > 1}


@lru_cache(maxsize=4_096)
def _tokens(text: str) -> frozenset[str]:
    """Words of alphabets; characters and neighboring pairs of scripts without spaces. Quantities are judged apart."""
    rest = _QUANTITY.sub(" ", _plain(text))
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


class _Index:
    """The catalog's titles by token, each token weighed by how few titles have it, there and in the shop."""

    def __init__(self, catalog: Sequence[Catalogued], shop: Sequence[Shelved]) -> None:
        self.catalog = catalog
        self.titles: list[tuple[int, frozenset[str]]] = []
        postings: dict[str, list[int]] = defaultdict(list)
        for number, product in enumerate(catalog):
            for title in product.titles:
                tokens = _tokens(title)
                for token in tokens:
                    postings[token].append(len(self.titles))
                self.titles.append((number, tokens))
        self.postings = postings
        shown = Counter(token for shelved in shop for token in _tokens(shelved.title))
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
        self.brands = [tuple(_plain(brand) for brand in product.brands if brand) for product in catalog]

    def _sum(self, tokens: Iterable[str]) -> float:
        return math.fsum(self.weights[token] for token in tokens)

    def near(self, title: str, also: Iterable[int]) -> dict[int, tuple[float, int]]:
        """How near the title is to the products like it, and to `also`, and by which of their titles."""
        tokens = _tokens(title)
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
            found += self._exchanged(number, at, _tokens(title))
        return found

    def _exchanged(self, number: int, at: int, tokens: frozenset[str]) -> list[str]:
        """Words of ours that are missing, and other words of the catalog in their place; brand names aside."""
        brand = _tokens(" ".join(self.brands[number]))
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
        names, text = self.brands[number], _plain(title)
        return not names or any(name in text for name in names)


def _told(numbers: Iterable[float]) -> str:
    return "/".join(f"{number:g}" for number in sorted(numbers))


@frozen
class _Codes:
    """Whose each code is in the catalog, and how many listings of the shop have it."""

    keys: Mapping[str, int]
    skus: Mapping[str, int]
    gtins: Mapping[str, int]
    shown: Counter[str]

    @classmethod
    def of(cls, catalog: Sequence[Catalogued], shop: Sequence[Shelved]) -> _Codes:
        shown = Counter(code for one in shop for code in {*one.codes, *one.gtins})
        return cls(
            {product.key: number for number, product in enumerate(catalog)},
            _unique((sku, number) for number, product in enumerate(catalog) for sku in product.skus),
            _unique(
                (_gtin(gtin), number)
                for number, product in enumerate(catalog)
                for gtin in product.gtins.values()
            ),
            shown,
        )

    def claims(self, shelved: Shelved) -> list[tuple[int, str, str]]:
        """Products that a code of the listing names: place, kind of code, code; strongest first."""
        found: list[tuple[int, str, str]] = []
        if shelved.key in self.keys:
            found.append((self.keys[shelved.key], "key", shelved.key))
        found += [(self.skus[code], "sku", code) for code in shelved.codes if code in self.skus]
        found += [(self.gtins[gtin], "barcode", gtin) for gtin in shelved.gtins if gtin in self.gtins]
        return found


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Codes that one product alone has."""
    owners: dict[str, set[int]] = defaultdict(set)
    for code, number in pairs:
        if code:
            owners[code].add(number)
    return {code: next(iter(numbers)) for code, numbers in owners.items() if len(numbers) == 1}


def match(catalog: Sequence[Catalogued], shop: Sequence[Shelved]) -> list[Match]:
    """What each listing of the shop shows, in the shop's order; no product is surely two listings."""
    index, codes = _Index(catalog, shop), _Codes.of(catalog, shop)
    return _one_each([_judge(index, codes, shelved) for shelved in shop])


def _judge(index: _Index, codes: _Codes, shelved: Shelved) -> Match:
    claims = codes.claims(shelved)
    claimed = dict.fromkeys(number for number, _, _ in claims)
    near = index.near(shelved.title, claimed)
    ranked = sorted(
        ((number, score, at) for number, (score, at) in near.items()), key=lambda row: (-row[1], row[0])
    )
    if not claims:
        return _by_title(index, shelved, ranked, ())
    number, by, code = claims[0]
    own, at = near.get(number, (0.0, None))
    shared = min(codes.shown[one] for n, _, one in claims if n == number)
    evidence = [f"{by} {code}" + (f", which {shared} listings have" if shared > 1 else "")]
    best, score, _ = ranked[0] if ranked else (number, own, None)
    against = index.objections(number, shelved.title, at if shared > 1 else None)
    if len(claimed) > 1:
        against.append(f"codes of {len(claimed)} products")
    if best != number and score >= own + (_AHEAD if shared > 1 else _LOUDER):
        against.append(f"the title is nearer to {index.catalog[best].key}")
    if shelved.title and own < (_AGREES if shared == 1 else _SURE):
        against.append(f"the title agrees too little ({own:.2f})")
    if shared > 1 and (against or not shelved.title) and best != number:
        # A code that several listings have was copied: the title decides, and must do so clearly.
        return _by_title(index, shelved, ranked, (*evidence, "taken for copied"))
    return Match(
        shelved=shelved,
        key=index.catalog[number].key,
        by=by,
        score=round(own, 3),
        sure=not against,
        evidence=(*evidence, _likeness(index, number, shelved.title, own), *against),
        others=_others(index, ranked, number),
    )


def _by_title(
    index: _Index, shelved: Shelved, ranked: Sequence[tuple[int, float, int]], evidence: tuple[str, ...]
) -> Match:
    if not ranked or ranked[0][1] < _WORTH_A_LOOK:
        said = "no product of the catalog is like it"
        return Match(shelved=shelved, evidence=(*evidence, said), others=_others(index, ranked, None))
    number, score, at = ranked[0]
    product = index.catalog[number]
    against = index.objections(number, shelved.title, at)
    if score < _SURE:
        against.append(f"the title alone is not near enough ({score:.2f})")
    if not index.branded(number, shelved.title):
        against.append(f"the title does not name the brand ({product.brands[0]})")
    for other, near, place in ranked[1:]:
        if score - near >= _AHEAD:
            break
        rival = index.branded(other, shelved.title) and not index.objections(other, shelved.title, place)
        if against or rival:
            against.append(f"{index.catalog[other].key} is as near ({near:.2f})")
            break
    return Match(
        shelved=shelved,
        key=product.key,
        by="title",
        score=round(score, 3),
        sure=not against,
        evidence=(*evidence, _likeness(index, number, shelved.title, score), *against),
        others=_others(index, ranked, number),
    )


def _others(
    index: _Index, ranked: Sequence[tuple[int, float, int]], chosen: int | None
) -> tuple[tuple[str, float], ...]:
    rest = [(number, score) for number, score, _ in ranked if number != chosen][:_SHOWN_ALTERNATIVES]
    return tuple((index.catalog[number].key, round(score, 3)) for number, score in rest)


def _likeness(index: _Index, number: int, title: str, score: float) -> str:
    tokens = _tokens(title)
    shared = {token for ours in index.catalog[number].titles for token in _tokens(ours) & tokens}
    telling = sorted(shared, key=lambda token: (-index.weights[token], token))[:4]
    return f"title {score:.2f}" + (f" by {' '.join(telling)}" if telling else "")


_STRENGTH: Final[Mapping[str, int]] = {"key": 0, "sku": 1, "barcode": 2, "title": 3}


def _one_each(matches: list[Match]) -> list[Match]:
    """Of several sure listings of one product the best stays sure; a tie is for a person."""
    claimed: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(matches):
        if one.sure:
            claimed[one.key].append(at)
    for places in claimed.values():
        if len(places) == 1:
            continue
        places.sort(
            key=lambda at: (_STRENGTH[matches[at].by], -matches[at].score, matches[at].shelved.listing)
        )
        first, second = matches[places[0]], matches[places[1]]
        tie = _STRENGTH[first.by] == _STRENGTH[second.by] and first.score - second.score < _AHEAD
        for at in places if tie else places[1:]:
            twin = second if at == places[0] else first
            said = f"listing {twin.shelved.listing} shows the same product"
            matches[at] = evolve(matches[at], sure=False, evidence=(*matches[at].evidence, said))
    return matches


def pair_variants(product: Catalogued, shelved: Shelved) -> tuple[dict[str, str], tuple[str, ...]]:
    """Our SKUs by the market's variant ids, and the variants of the listing that nobody knows.

    By code, by barcode, by name where it is one variant's alone, and the only one for the only one.
    """
    left = dict(shelved.variants)
    found: dict[str, str] = {}

    def take(sku: str, chosen: list[str]) -> None:
        if sku not in found and len(chosen) == 1:
            found[sku] = chosen[0]
            del left[chosen[0]]

    for sku in product.skus:
        take(sku, [id_ for id_, seen in left.items() if seen.sku.strip() == sku])
    for sku in product.skus:
        gtin = _gtin(product.gtins.get(sku, ""))
        take(sku, [id_ for id_, seen in left.items() if gtin and gtin in (_gtin(seen.gtin), _gtin(seen.sku))])
    for sku in product.skus:
        mine = {_bare(name) for name in product.names.get(sku, ()) if name}
        take(sku, [id_ for id_, seen in left.items() if _bare(seen.name) in mine])
    missing = [sku for sku in product.skus if sku not in found]
    if len(product.skus) == len(shelved.variants) == 1 and missing:
        take(missing[0], list(left))
    return found, tuple(left)
