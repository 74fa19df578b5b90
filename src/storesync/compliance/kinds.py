"""What goods are, by class, HS code and INCI names: cosmetic, food, or neither.

Being no cosmetic lifts rules. So a class alone cannot say that: the HS code must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from types import MappingProxyType
from unicodedata import normalize

from attrs import frozen

from storesync.issues import Issue, nearest
from storesync.model import Product

__all__ = ["OTHER", "check_kind", "class_of", "kind_of"]

OTHER = "other"
"""The class of goods that are neither cosmetic nor food, in every market."""

_CLASSES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cn": {
            "ordinary": "cosmetic",
            "special": "cosmetic",
            "food-general": "food",
            "food-registered": "food",
            "food-restricted": "food",
            OTHER: OTHER,
        },
        "vn": {"cosmetic": "cosmetic", "food": "food", OTHER: OTHER},
    }
)
"""The classes of a market, each with the kind of goods that it says."""

# What goods of a position of the Harmonized System may be; the longest position that fits counts. What goes into creams
# as well as into food (extracts, salt, vitamins, essential oils, collagen) may be anything: there the class decides.
_ANY = frozenset({"cosmetic", "food", OTHER})
_COSMETIC, _FOOD, _NEITHER = frozenset({"cosmetic"}), frozenset({"food"}), frozenset({OTHER})
_POSITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{f"{chapter:02}": _FOOD for chapter in (*range(2, 5), *range(7, 13), *range(15, 23))},
        **dict.fromkeys(("05", "13", "25", "28", "29", "33", "35"), _ANY),
        **dict.fromkeys(("3303", "3304", "3305", "3306", "3307", "3401"), _COSMETIC),
        # Incense and what scents rooms.
        **dict.fromkeys(("330741", "330749"), _NEITHER),
    }
)
_SIZES = (6, 4, 2)
# Chapters of goods that are never either: leather, wood, paper, textiles, clothes, shoes, hats, ceramics, glass, metals,
# machines, vehicles, instruments, furniture, toys. Not plastics and wax: soap and masks are sold under those.
_NEVER = frozenset(
    f"{chapter:02}"
    for chapter in (*range(42, 50), *range(50, 68), *range(68, 77), *range(78, 84), *range(84, 96))
)
_OF_EITHER = ("inci", "ingredients", "pao_months", "kr_functional", "allergens")
"""Facts that a towel does not have."""
_NAMES: Mapping[str, str] = MappingProxyType(
    {"cosmetic": "cosmetic", "food": "food", OTHER: "neither cosmetic nor food"}
)


@frozen
class _Sign:
    """Something that tells what goods are: what it is, and what they may be by it."""

    name: str
    kinds: frozenset[str]


def class_of(product: Product, market: str) -> str:
    """The class of a product for a market, however wide or large its letters are written; empty without one."""
    return " ".join(normalize("NFKC", product.classes.get(market.lower(), "")).casefold().split())


def _may_be(hs: str) -> frozenset[str]:
    """What goods under a code may be; anything without one."""
    code = re.sub(r"\D", "", hs)
    if len(code) < min(_SIZES):
        return _ANY
    return next((_POSITIONS[code[:size]] for size in _SIZES if code[:size] in _POSITIONS), _NEITHER)


def _classes(product: Product) -> Iterator[_Sign]:
    """What the classes say; one that its market does not have says nothing."""
    for market, classes in _CLASSES.items():
        kind = classes.get(class_of(product, market))
        if kind is not None:
            yield _Sign(f"{market}_class {product.classes[market]!r}", frozenset({kind}))


def _signs(product: Product) -> Iterator[_Sign]:
    yield from _classes(product)
    may_be = _may_be(product.hs)
    if may_be != _ANY:
        yield _Sign(f"HS {product.hs}", may_be)
    if product.facts.get("inci"):
        yield _Sign("its list of INCI names", _COSMETIC)


def _told(signs: Iterable[_Sign]) -> str:
    """What the signs say, those together that say the same."""
    by_kind: dict[str, list[str]] = {}
    for sign in signs:
        by_kind.setdefault(_NAMES[next(iter(sign.kinds))], []).append(sign.name)
    return ", but ".join(
        f"{' and '.join(names)} {'says' if len(names) == 1 else 'say'} {kind}"
        for kind, names in by_kind.items()
    )


def _possible(signs: tuple[_Sign, ...]) -> frozenset[str]:
    return reduce(frozenset.intersection, (sign.kinds for sign in signs), _ANY)


def kind_of(product: Product) -> str:
    """`cosmetic`, `food`, `other` for neither, or empty where nobody knows or two signs differ: then all terms count."""
    possible = _possible(tuple(_signs(product)))
    if len(possible) != 1 or (possible == _NEITHER and not _sure(product)):
        return ""
    return next(iter(possible))


def _sure(product: Product) -> bool:
    """Whether goods that seem neither are so: a class with a code beside it, or the code of what is never either."""
    if any(_classes(product)):
        return _coded(product.hs)
    return re.sub(r"\D", "", product.hs)[:2] in _NEVER and not any(map(product.facts.get, _OF_EITHER))


def check_kind(product: Product, market: str) -> Iterator[Issue]:
    """Why nobody can say which rules of a market count for a product; nothing where one can.

    Codes: claim.class for a class that the market does not have, claim.kind_conflict where class, HS code and
    ingredients contradict each other, claim.kind_unknown where they do not say enough.
    """
    own, given = market.lower(), class_of(product, market)
    classes = _CLASSES.get(own, {})
    strange = bool(given and classes) and given not in classes
    if strange:
        yield Issue(
            "claim.class",
            f"classes/{own}",
            f"{own}_class {product.classes[own]!r} is no class of goods in {market}: which rules count for "
            f"{product.key} is unknown",
            hint=nearest(given, classes),
        )
    signs = tuple(_signs(product))
    possible = _possible(signs)
    if not possible:
        yield Issue(
            "claim.kind_conflict",
            "classes",
            f"nobody can tell what {product.key} is: {_told(signs)}",
            hint="correct the class or the HS code (hs_code6): which rules count depends on both",
        )
    elif "cosmetic" not in possible and _may_be(product.hs) == _ANY and not _coded(product.hs):
        yield Issue(
            "claim.kind_unknown",
            "hs",
            f"{_told(signs)}, and {product.key} has no HS code that confirms it",
            hint="give its HS code (hs_code6): a class alone takes nothing out of the rules for cosmetics",
        )
    elif not strange and (len(possible) > 1 or (possible == _NEITHER and not _sure(product))):
        code = f"HS {product.hs}" if product.hs else "no HS code"
        yield Issue(
            "claim.kind_unknown",
            "classes",
            f"{product.key} has {code} and no class: whether it is a cosmetic, food or neither is unknown, and so "
            "are its rules",
            hint=_choices(own),
        )


def _coded(hs: str) -> bool:
    """Whether there is a code, though it may be one of a material that becomes anything."""
    return len(re.sub(r"\D", "", hs)) >= min(_SIZES)


def _choices(own: str) -> str:
    asked = own if own in _CLASSES else next(iter(_CLASSES))
    return f"give its class, {asked}_class: {', '.join(_CLASSES[asked])}"
