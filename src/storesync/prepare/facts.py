"""check: every fact of a product is told in each language, whole; what no table holds is an issue, never left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    APPROVED,
    NAMES,
    FactNames,
    ReferenceText,
    facts_of,
    matches,
    normal,
    source_facts,
)
from storesync.model import Product
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings

__all__ = ["check_facts"]

_INSIDE = re.compile(r"[(（\[［][^()（）\[\]［］]*[)）\]］]")
# "1,2-Hexanediol" and "5,5 g" keep their comma.
_ENDS = re.compile(r"[、；;，\n]|,(?!\d)")
_DOTS = re.compile(r"[、；;，·ㆍ・\n]|,(?!\d)")
_WRITTEN = (
    "ingredients",
    "allergens",
    "storage",
)  # facts in the product's own words, as a catalog names them
_SHOWN = 3


def _parts(text: str, ends: re.Pattern[str]) -> tuple[str, ...]:
    """The names of a written list; what stands in brackets belongs to its name."""
    plain = text
    while (less := _INSIDE.sub("", plain)) != plain:
        plain = less
    return tuple(part.strip() for part in ends.split(plain) if part.strip())


def _same(text: str) -> str:
    return normalize("NFKC", normal(text)).casefold()


def check_facts(product: Product, localized: Localized, settings: Settings) -> Issues:
    """What the texts of a product leave out of its facts: origin, contents, ingredients, allergens, storage and the like.

    Ingredients and allergens hold the listing, also where only some of them are told; so does every fact of texts
    that nobody delivered, since half a translation leaves nowhere. What else a delivered row leaves out is a warning
    until a person approved the row.
    """
    found: list[Issue] = []
    for locale, shown in localized.attributes.items():
        delivered = settings.reference.text(product.key, locale)
        if delivered is not None and not matches(locale, product.locale):
            names = NAMES.get(locale)
            if names is None:
                found += _unnamed(product, delivered, locale)
            else:
                found += _lacking(product, delivered, locale, names, settings, shown=dict(shown))
    return Issues(tuple(found))


def _unnamed(product: Product, delivered: ReferenceText, locale: str) -> Iterator[Issue]:
    """Facts in a language for which nobody knows their names: only a delivery can tell them."""
    facts = [code for code in _WRITTEN if product.facts.get(code)]
    if facts and not delivered.attributes:
        yield Issue(
            "text.fact_missing",
            f"texts/{locale}/attributes",
            f"the {locale} texts of {product.key} say nothing of its {', '.join(facts)}: "
            f"what these are called in {locale} is not known",
            _weight(delivered, grave=True),
            f"add them to attributes_json of the row {product.key},{locale} in the translations of the catalog",
            delivered.at or product.at,
        )


def _lacking(
    product: Product,
    delivered: ReferenceText,
    locale: str,
    names: FactNames,
    settings: Settings,
    *,
    shown: dict[str, str],
) -> Iterator[Issue]:
    told = facts_of(product, settings.reference, locale)
    lists = {names.ingredients, names.food_ingredients, names.allergens}
    values = {_same(value) for value in shown.values()}
    for name, source in source_facts(product, settings.reference, locale).items():
        value, path = shown.get(name, ""), f"texts/{locale}/attributes/{name}"
        if not value and (name not in told or _same(told[name]) not in values):
            yield Issue(
                "text.fact_missing",
                path,
                f"{product.key} says {source!r}, and its {locale} texts say nothing of it under {name!r}",
                _weight(delivered, grave=name in lists),
                _way(product, delivered, locale, name, names, source),
                delivered.at or product.at,
            )
        elif value and name in lists:
            left = _left_out(value, source, told.get(name, ""), dots=name != names.ingredients)
            if left:
                yield Issue(
                    "text.fact_missing",
                    path,
                    f"the {locale} texts of {product.key} leave {left} of {source!r} out under {name!r}: {value!r}",
                    Severity.ERROR,
                    "name all of them, as the table does" if name in told else "name all of them",
                    delivered.at or product.at,
                )


def _composed(delivered: ReferenceText) -> bool:
    return "attributes" in delivered.made


def _weight(delivered: ReferenceText, *, grave: bool) -> Severity:
    if grave or _composed(delivered):
        return Severity.ERROR
    return Severity.NOTE if delivered.state in APPROVED else Severity.WARNING


def _way(
    product: Product, delivered: ReferenceText, locale: str, name: str, names: FactNames, source: str
) -> str:
    if not _composed(delivered):
        return f"add {name} to attributes_json of the row {product.key},{locale} in the translations of the catalog"
    if name == names.ingredients:
        return f"give each of the names its row with a {locale} name in ingredients.csv"
    kinds = {
        names.food_ingredients: "ingredients",
        names.storage: "storage",
        names.allergens: "allergens",
        names.efficacy: "efficacy",
        names.skin_type: "skin_type",
        names.hair_type: "skin_type",
    }
    if name in kinds:
        return f"add a row {kinds[name]},{source},… with its {locale} text to vocabulary.csv"
    return f"complete the fact of {product.key}, or deliver a row {product.key},{locale}"


def _left_out(value: str, source: str, told: str, *, dots: bool) -> str:
    """What a written list lacks of the one that it stands for: some names where the table knows them, else how many."""
    ends = _DOTS if dots else _ENDS
    here = _parts(value, _DOTS if dots else _ENDS)
    wanted = _parts(told or source, ends)
    if len(here) >= len(wanted):
        return ""
    said = {_same(part) for part in here}
    lost = [part for part in wanted if _same(part) not in said] if told else []
    if not lost:
        return f"{len(wanted) - len(here)} of {len(wanted)} names"
    more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    return ", ".join(lost[:_SHOWN]) + more
