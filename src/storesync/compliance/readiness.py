"""Whether a product may be sold in a market at all: numbers, ingredients, label, before any text is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from unicodedata import normalize

from storesync.compliance.claims import Compliance
from storesync.compliance.pack import LOCALES
from storesync.issues import Issue, Issues, Severity
from storesync.model import Product

__all__ = ["check_readiness", "ingredient_names", "inventory_of", "kind_of"]

# Chapters of the Harmonized System: 33 and 34 are cosmetics and soap, 02 to 22 are food and drink.
_COSMETIC_CHAPTERS = frozenset({"33", "34"})
_FOOD_CHAPTERS = frozenset(f"{chapter:02}" for chapter in range(2, 23))


def kind_of(product: Product) -> str:
    """`cosmetic`, `food`, or empty: by the regulatory class for China, else by the HS chapter."""
    class_ = product.classes.get("cn", "")
    if class_.startswith("food"):
        return "food"
    if class_ in ("ordinary", "special"):
        return "cosmetic"
    chapter = product.hs[:2]
    if chapter in _COSMETIC_CHAPTERS:
        return "cosmetic"
    return "food" if chapter in _FOOD_CHAPTERS else ""


def inventory_of(ingredients: Mapping[str, Mapping[str, str]], market: str) -> frozenset[str]:
    """Every name, source or INCI, of the ingredients that a table names in the market's own language.

    An ingredient without a name there is not confirmed there.
    """
    locales = LOCALES.get(market, ())
    return frozenset(
        name.casefold()
        for source, words in ingredients.items()
        if any(words.get(locale) for locale in locales)
        for name in (source, words.get("inci", ""))
        if name
    )


def ingredient_names(product: Product) -> tuple[str, ...]:
    """The INCI names of a cosmetic, else the names in its own language, in descending order."""
    written = product.facts.get("inci") or product.facts.get("ingredients", "")
    return tuple(name for part in written.split(";") if (name := normalize("NFC", part).strip()))


def check_readiness(
    product: Product, *, compliance: Compliance, market: str, today: date, told: frozenset[str] = frozenset()
) -> Issues:
    """What the market asks of such a product before its first listing, and what is not there.

    `told` are the facts that its texts tell in the market's language: they fill fields of the label.

    Codes: claim.registration, claim.restricted, claim.filing, claim.notification, claim.producer,
    claim.ingredient, claim.label. No legal advice; what the rules rest on is marked in the packs.
    """
    kind = kind_of(product)
    if not kind:
        return Issues(
            (
                Issue(
                    "claim.kind_unknown",
                    "class",
                    f"{product.key} is neither known as a cosmetic nor as food: its rules are unknown",
                    Severity.WARNING,
                    "give its class for the market or its HS code",
                ),
            )
        )
    rule = _MARKETS.get(market)
    found = tuple(rule(product, kind, compliance, market, today)) if rule else ()
    return Issues((*found, *_label(product, kind, compliance, market, today, told)))


_Rule = Callable[[Product, str, Compliance, str, date], Iterator[Issue]]

# Class of a product for China → evidence, code, and why it is asked for.
_CHINA = {
    # CN-CSAR-16 [U]: hair dye, perm, freckle and whitening, sunscreen, anti hair loss, new efficacy.
    "special": ("registration", "claim.registration", "a special cosmetic (CN-CSAR-16) needs a registration"),
    # assumption: ordinary cosmetics are filed by the domestic responsible person in general trade.
    "ordinary": ("filing", "claim.filing", "an ordinary cosmetic needs a filing number"),
    "food-restricted": ("approval", "claim.restricted", "a food with limits of intake needs an approval"),
    # In force since 2026-06-01 [D].
    "food-registered": ("producer", "claim.producer", "its producer needs a registration (GACC Decree 280)"),
}
# assumption: producers of other foods register themselves; the number is a field of the customs declaration.
_SELF_REGISTERED = (
    "producer",
    "claim.producer",
    "the GACC number of its producer is asked for at customs (Decree 280)",
)


def _number(
    product: Product,
    compliance: Compliance,
    market: str,
    today: date,
    asked: tuple[str, str, str],
    severity: Severity = Severity.ERROR,
) -> Iterator[Issue]:
    kind, code, why = asked
    good, late = compliance.evidence_of(product.key, market, kind, today)
    if good is None:
        ended = f"; {late.reference} ended on {late.expires_on}" if late else ""
        hint = f"add {product.key},{market},{kind},<number> to {compliance.table}, or keep it off this market"
        yield Issue(code, "class", f"{product.key} in {market}: {why}{ended}", severity, hint)


def _china(product: Product, kind: str, compliance: Compliance, market: str, today: date) -> Iterator[Issue]:
    asked = _CHINA.get(product.classes.get("cn", "ordinary" if kind == "cosmetic" else ""))
    if asked is not None:
        yield from _number(product, compliance, market, today, asked)
    elif kind == "food":
        yield from _number(product, compliance, market, today, _SELF_REGISTERED, Severity.WARNING)
    if kind == "cosmetic":
        yield from _ingredients(product, compliance, market, today)


def _vietnam(
    product: Product, kind: str, compliance: Compliance, market: str, today: date
) -> Iterator[Issue]:
    if kind == "cosmetic":
        # Circular 06/2011, consolidated 2021 [D]: valid for five years.
        asked = ("notification", "claim.notification", "a cosmetic needs a notification (Circular 06/2011)")
        yield from _number(product, compliance, market, today, asked)


def _ingredients(product: Product, compliance: Compliance, market: str, today: date) -> Iterator[Issue]:
    known = compliance.inventory.get(market)
    if known is None:
        return
    for name in ingredient_names(product):
        if name.casefold() in known:
            continue
        good, _ = compliance.evidence_of(product.key, market, "inventory", today, name)
        if good is None:
            yield Issue(
                "claim.ingredient",
                f"ingredients/{name}",
                f"{name} is not confirmed in the inventory of {market}: a new ingredient there",
                hint=f"once it is confirmed, add its name for {market} to ingredients.csv; else keep it off",
            )


def _label(
    product: Product, kind: str, compliance: Compliance, market: str, today: date, told: frozenset[str]
) -> Iterator[Issue]:
    pack = compliance.packs.get(market)
    lacking = [
        name
        for name in (pack.labels.get(kind, ()) if pack else ())
        if pack is not None
        and not _filled(product, pack.label_facts.get(name, ""), compliance, market, today, told)
        and compliance.evidence_of(product.key, market, "label", today, name)[0] is None
    ]
    if lacking:
        _, late = compliance.evidence_of(product.key, market, "label", today, *lacking)
        ended = f"; {late.reference} ended on {late.expires_on}" if late else ""
        yield Issue(
            "claim.label",
            "label",
            f"the label of {product.key} for {market} lacks {', '.join(lacking)}{ended}",
            Severity.WARNING,
            f"add {product.key},{market},label,<file or number>,<fields parted by ;> to {compliance.table}; no field "
            "means the whole label",
        )


def _filled(
    product: Product, fact: str, compliance: Compliance, market: str, today: date, told: frozenset[str]
) -> bool:
    if fact == "registration":
        special = product.classes.get(market.lower()) == "special"
        return not special or compliance.evidence_of(product.key, market, fact, today)[0] is not None
    return fact in told


_MARKETS: Mapping[str, _Rule] = {"CN": _china, "VN": _vietnam}
