"""check: every fact of a product is told in each language, whole; what no table holds is an issue, never left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    APPROVED,
    NAMES,
    FactNames,
    Ingredient,
    ReferenceText,
    country_name,
    facts_of,
    ingredients_of,
    list_difference,
    lost_allergens,
    matches,
    names_allergens,
    normal,
    other_country,
    own_names,
    source_facts,
)
from storesync.model import Product
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings

__all__ = ["check_facts"]

_INSIDE = re.compile(r"[(（\[［][^()（）\[\]［］]*[)）\]］]")
# "5,5 g" keeps its comma.
_ENDS = re.compile(r"[、；;，·ㆍ・\n]|,(?!\d)")
# 牛奶和大豆, sữa và đậu nành. What is no name of its own is counted all the same: more than enough is enough.
_JOINED = re.compile(
    r"[、；;，·ㆍ・\n和及与或&+]|,(?!\d)|(?<![^\W_])(?:và|hoặc|cùng|and)(?![^\W_])|(?<=[\u3400-\u9fff%]) "
)
# Facts in the product's own words, as a catalog names them.
_WRITTEN = ("ingredients", "inci", "allergens", "storage")
_SHOWN = 3
_LISTS_SOME = re.compile("成[分份]|配料|thành phần|ingredient")


def _parts(text: str, ends: re.Pattern[str] = _ENDS) -> tuple[str, ...]:
    """The names of a written list; what stands in brackets belongs to its name."""
    plain = text
    while (less := _INSIDE.sub("", plain)) != plain:
        plain = less
    return tuple(part.strip() for part in ends.split(plain) if part.strip())


def _same(text: str) -> str:
    return normalize("NFKC", normal(text)).casefold()


def check_facts(product: Product, localized: Localized, settings: Settings) -> Issues:
    """What the texts of a product leave out of its facts: origin, contents, ingredients, allergens, storage and the like.

    Ingredients and allergens hold the listing, also where only some of them are told; so does what a list of a
    cosmetic names beside its ingredients, and every fact of texts that nobody delivered, since half a translation
    leaves nowhere. What else a delivered row leaves out is a warning until a person approved the row.
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
    lists = {*names.every_list, names.allergens}
    ingredients = ingredients_of(product, settings.reference, locale)
    written = {name: shown[name] for name in names.every_list if shown.get(name)}
    if ingredients and written:
        yield from _listed(product, delivered, locale, ingredients, written)
    yield from _of_some(product, delivered, locale, ingredients, shown)
    yield from _from_elsewhere(product, delivered, locale, shown.get(names.origin, ""), names)
    values = {_same(value) for value in shown.values()}
    for name, source in source_facts(product, settings.reference, locale).items():
        if name in names.every_list and written and ingredients:
            continue
        shown_as = next((one for one in (name, *_also(name, names)) if shown.get(one)), name)
        value, path = shown.get(shown_as, ""), f"texts/{locale}/attributes/{shown_as}"
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
            for left, sure in _left_out(product, value, source, told.get(name, ""), locale, names, name):
                yield Issue(
                    "text.fact_missing",
                    path,
                    f"the {locale} texts of {product.key} leave {left} of {source!r} out under {shown_as!r}: {value!r}",
                    Severity.ERROR if sure else _weight(delivered, grave=False),
                    "name all of them, as the table does" if name in told else "name all of them",
                    delivered.at or product.at,
                )


def _also(name: str, names: FactNames) -> tuple[str, ...]:
    """Under which other names labels tell the same."""
    if name in names.every_list:
        return names.every_list
    return names.warnings if name == names.allergens else ()


def _listed(
    product: Product,
    delivered: ReferenceText,
    locale: str,
    ingredients: tuple[Ingredient, ...],
    written: dict[str, str],
) -> Iterator[Issue]:
    """What the lists of a cosmetic leave out, where none is whole, and what they name beside its ingredients."""
    told = {name: list_difference(value, ingredients) for name, value in written.items()}
    name, least = min(told.items(), key=lambda one: len(one[1].lost) + one[1].unnamed)
    place, at = f"texts/{locale}/attributes", delivered.at or product.at
    way = "name each as ingredients.csv does, where a | parts several names of one"
    if least.lost or least.unnamed:
        left = [_some(least.lost)] if least.lost else []
        left += [f"{least.unnamed} of {len(ingredients)} names"] if least.unnamed else []
        yield Issue(
            "text.fact_missing",
            f"{place}/{name}",
            f"the {locale} texts of {product.key} leave {' and '.join(left)} out under {name!r}: {written[name]!r}",
            Severity.ERROR,
            way,
            at,
        )
    for name, one in told.items():
        for some, severity in ((one.strange, Severity.ERROR), (one.aside, Severity.WARNING)):
            if some:
                yield Issue(
                    "text.fact_strange",
                    f"{place}/{name}",
                    f"the {locale} texts of {product.key} name {_some(some)} under {name!r}: "
                    + (
                        "none of its ingredients"
                        if severity is Severity.ERROR
                        else "nobody can tell what that is"
                    ),
                    severity,
                    way,
                    at,
                )


def _of_some(
    product: Product,
    delivered: ReferenceText,
    locale: str,
    ingredients: tuple[Ingredient, ...],
    shown: dict[str, str],
) -> Iterator[Issue]:
    """What a list of the best ingredients names beside those that the product has."""
    if not all(one.name for one in ingredients):
        return
    for name in own_names(shown, locale):
        strange = list_difference(shown[name], ingredients).strange
        if ingredients and strange and _LISTS_SOME.search(name.casefold()) is not None:
            yield Issue(
                "text.fact_strange",
                f"texts/{locale}/attributes/{name}",
                f"the {locale} texts of {product.key} name {_some(strange)} under {name!r}: none of its ingredients",
                Severity.WARNING,
                "name each as ingredients.csv does, where a | parts several names of one",
                delivered.at or product.at,
            )


def _from_elsewhere(
    product: Product, delivered: ReferenceText, locale: str, value: str, names: FactNames
) -> Iterator[Issue]:
    if other := other_country(value, product.origin, locale):
        yield Issue(
            "text.fact_strange",
            f"texts/{locale}/attributes/{names.origin}",
            f"the {locale} texts of {product.key} name {other} under {names.origin!r}; its origin is {product.origin}",
            Severity.ERROR,
            f"write {country_name(product.origin, locale)}, or correct origin_country",
            delivered.at or product.at,
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


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


def _left_out(
    product: Product, value: str, source: str, told: str, locale: str, names: FactNames, name: str
) -> Iterator[tuple[str, bool]]:
    """What a written list lacks of the one that it stands for, and whether that is sure.

    Allergens and what a table names are looked for by name. Of other names nobody knows what they become: their number
    is compared, and only half a list is surely none.
    """
    said, wanted = _same(value), _parts(source)
    if name == names.allergens and matches(product.locale, "ko"):
        if lost := lost_allergens(source, value, locale):
            yield _some(lost), True
            return
        wanted = tuple(part for part in wanted if not names_allergens(part))
        if not wanted:
            return
    if told:
        parts = _parts(told)
        lost = tuple(part for part in parts if _same(part) not in said)
        if lost and len(_parts(value, _JOINED)) < len(parts):
            yield _some(lost), True
        return
    count, here = len(_parts(source)), len(_parts(value, _JOINED))
    if here < count:
        yield f"{count - here} of {count} names", 2 * here <= count and len(wanted) == count
