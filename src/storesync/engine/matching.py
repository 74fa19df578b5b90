"""Which product a listing that is already in the shop shows: by code, else by title, with the evidence. Pure.

A code counts for itself only where nothing contradicts it: in shops that grew by hand codes are missing, or were
copied together with the listing they stood in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from storesync.engine.likeness import Titles, plain, tokens_of
from storesync.engine.shelved import Catalogued, Shelved, gtin_of

__all__ = ["Match", "match", "pair_variants"]

# Tuned on generated shops of other seeds than those that judge (benchmarks/adopt.py).
_SURE: Final = 0.5  # of a title alone
_AHEAD: Final = 0.05  # of the next best product
_AGREES: Final = 0.30  # a title that does not contradict a code
_LOUDER: Final = 0.20  # by how much another product's title must be nearer to outweigh a code
_WORTH_A_LOOK: Final = 0.30
_SHOWN_ALTERNATIVES: Final = 3


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


def _bare(text: str) -> str:
    return "".join(plain(text).split())


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
                (gtin_of(gtin), number)
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
    index, codes = Titles(catalog, shop), _Codes.of(catalog, shop)
    return _one_each([_judge(index, codes, shelved) for shelved in shop])


def _judge(index: Titles, codes: _Codes, shelved: Shelved) -> Match:
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
    index: Titles, shelved: Shelved, ranked: Sequence[tuple[int, float, int]], evidence: tuple[str, ...]
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
    index: Titles, ranked: Sequence[tuple[int, float, int]], chosen: int | None
) -> tuple[tuple[str, float], ...]:
    rest = [(number, score) for number, score, _ in ranked if number != chosen][:_SHOWN_ALTERNATIVES]
    return tuple((index.catalog[number].key, round(score, 3)) for number, score in rest)


def _likeness(index: Titles, number: int, title: str, score: float) -> str:
    tokens = tokens_of(title)
    shared = {token for ours in index.catalog[number].titles for token in tokens_of(ours) & tokens}
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
        gtin = gtin_of(product.gtins.get(sku, ""))
        take(
            sku,
            [id_ for id_, seen in left.items() if gtin and gtin in (gtin_of(seen.gtin), gtin_of(seen.sku))],
        )
    for sku in product.skus:
        mine = {_bare(name) for name in product.names.get(sku, ()) if name}
        take(sku, [id_ for id_, seen in left.items() if _bare(seen.name) in mine])
    missing = [sku for sku in product.skus if sku not in found]
    if len(product.skus) == len(shelved.variants) == 1 and missing:
        take(missing[0], list(left))
    return found, tuple(left)
