"""Whether a product may be sold in a market at all: numbers, ingredients, label, before any text is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from attrs import evolve

from storesync.compliance.claims import Compliance
from storesync.compliance.ingredients import listed_names, name_key
from storesync.compliance.kinds import OTHER, check_kind, class_of, kind_of
from storesync.compliance.special import check_function, is_special
from storesync.issues import Issue, Issues, Severity
from storesync.model import Product

__all__ = ["check_readiness"]


def check_readiness(
    product: Product, *, compliance: Compliance, market: str, today: date, told: frozenset[str] = frozenset()
) -> Issues:
    """What the market asks of such a product before its first listing, and what is not there.

    `told` are the facts that its texts tell in the market's language: they fill fields of the label.

    Of goods of which nobody can say what they are, nothing but that is told, and holds them: `check_kind`.

    Codes: claim.class, claim.kind_conflict, claim.kind_unknown, claim.registration, claim.restricted, claim.filing,
    claim.notification, claim.producer, claim.ingredient, claim.label. No legal advice; what the rules rest on is
    marked in the packs.
    """
    found = list(check_kind(product, market))
    kind = kind_of(product)
    if kind not in ("", OTHER):
        rule = _MARKETS.get(market)
        found += rule(product, kind, compliance, market, today) if rule else ()
        found += _label(product, kind, compliance, market, today, told)
    return Issues(tuple(evolve(issue, at=product.at) for issue in found))


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
# assumption: of the groups whose producers the home country's authority recommends (Decree 248) these are sure by their
# position: fish and seafood, honey, oils, prepared meat and fish, seaweed. Without its number such a food waits.
_RECOMMENDED = ("02", "03", "0409", "1212", "15", "1601", "1602", "1603", "1604", "1605")


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
    given = class_of(product, market)
    if kind == "cosmetic":
        yield from check_function(product, compliance, market, today)
        given = given or ("special" if is_special(product, compliance, market, today) else "ordinary")
    if asked := _CHINA.get(given):
        yield from _number(product, compliance, market, today, asked)
    elif given == "food-general":
        sure = re.sub(r"\D", "", product.hs).startswith(_RECOMMENDED)
        severity = Severity.ERROR if sure else Severity.WARNING
        yield from _number(product, compliance, market, today, _SELF_REGISTERED, severity)
    elif not given:
        yield Issue(
            "claim.class",
            "classes/cn",
            f"{product.key} is food without a class: whether its producer or itself needs a registration is unknown",
            hint="give its class, cn_class: food-general, food-registered or food-restricted",
        )
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
    """Every name of both lists is confirmed, and both lists tell of the same ingredients."""
    known = compliance.inventory.get(market)
    if known is None:
        return
    inci, own = (listed_names(product.facts.get(fact, "")) for fact in ("inci", "ingredients"))
    if not inci and not own:
        yield Issue(
            "claim.ingredient",
            "ingredients",
            f"{product.key} is a cosmetic without a list of ingredients: whether {market} knows them is unknown",
            hint="fill ingredients_inci, ingredients_ko or both",
        )
    paired = tuple(zip(inci, own, strict=True)) if len(inci) == len(own) else ()
    for names in paired or ((name,) for name in dict.fromkeys((*inci, *own))):
        strange = [name for name in names if name_key(name) not in known]
        if strange and not _shown(compliance, product, market, today, *names):
            yield Issue(
                "claim.ingredient",
                f"ingredients/{strange[0]}",
                f"{strange[0]} is not confirmed in the inventory of {market}: a new ingredient there",
                hint=f"once it is confirmed, add its name for {market} to ingredients.csv; else keep it off",
            )
    if inci and own and not paired:
        yield Issue(
            "claim.ingredient",
            "ingredients",
            f"{product.key} has {len(inci)} INCI names and {len(own)} in its own language: one list lacks some",
            hint="give the same ingredients in the same order in both lists, parted by ;",
        )
    for number, names in enumerate(paired, 1):
        meant = {known[name_key(name)] for name in names if name_key(name) in known}
        if len(meant) > 1:
            yield Issue(
                "claim.ingredient",
                f"ingredients/{names[0]}",
                f"ingredient {number} of {product.key} is {names[0]} in one list and {names[1]} in the other",
                hint="give the same ingredients in the same order in both lists",
            )


def _shown(compliance: Compliance, product: Product, market: str, today: date, *names: str) -> bool:
    good, _ = compliance.evidence_of(product.key, market, "inventory", today, *names)
    return good is not None


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
        special = class_of(product, market) == "special"
        return not special or compliance.evidence_of(product.key, market, fact, today)[0] is not None
    return fact in told


_MARKETS: Mapping[str, _Rule] = {"CN": _china, "VN": _vietnam}
