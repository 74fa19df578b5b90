"""check: every fact of a product is told in each language, whole; what no table holds is an issue, never left out."""

from __future__ import annotations

from collections.abc import Iterator

from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    NAMES,
    FactNames,
    Ingredient,
    ReferenceText,
    allergens,
    facts_of,
    ingredients_of,
    list_difference,
    matches,
    names_allergens,
    own_names,
    source_facts,
)
from storesync.model import Product
from storesync.prepare.contradictions import (
    LISTS_SOME,
    added,
    from_elsewhere,
    named_elsewhere,
    not_there,
    otherwise,
)
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings
from storesync.prepare.written import JOINED, composed, parts_of, same, some_of, weight_of

__all__ = ["check_facts"]

# Facts in the product's own words, as a catalog names them.
_WRITTEN = ("ingredients", "inci", "allergens", "storage")


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
            weight_of(delivered, grave=True),
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
    yield from named_elsewhere(product, delivered, locale, told.get(names.food_ingredients, ""), shown)
    yield from from_elsewhere(product, delivered, locale, shown, names)
    yield from otherwise(product, delivered, locale, shown, names, settings)
    yield from not_there(product, delivered, locale, shown)
    values = {same(value) for value in shown.values()}
    for name, source in source_facts(product, settings.reference, locale).items():
        if name in names.every_list and written and ingredients:
            continue
        shown_as = next((one for one in (name, *_also(name, names)) if shown.get(one)), name)
        value, path = shown.get(shown_as, ""), f"texts/{locale}/attributes/{shown_as}"
        if not value and (name not in told or same(told[name]) not in values):
            yield Issue(
                "text.fact_missing",
                path,
                f"{product.key} says {source!r}, and its {locale} texts say nothing of it under {name!r}",
                weight_of(delivered, grave=name in lists),
                _way(product, delivered, locale, name, names, source),
                delivered.at or product.at,
            )
        elif value and name in lists:
            for left, sure in _left_out(product, value, source, told.get(name, ""), locale, names, name):
                yield Issue(
                    "text.fact_missing",
                    path,
                    f"the {locale} texts of {product.key} leave {left} of {source!r} out under {shown_as!r}: {value!r}",
                    Severity.ERROR if sure else weight_of(delivered, grave=False),
                    "name all of them, as the table does" if name in told else "name all of them",
                    delivered.at or product.at,
                )
            if name == names.food_ingredients:
                yield from added(product, delivered, locale, value, source, told.get(name, ""), path)


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
        left = [some_of(least.lost)] if least.lost else []
        left += [f"{least.unnamed} of {len(ingredients)} names"] if least.unnamed else []
        yield Issue(
            "text.fact_missing",
            f"{place}/{name}",
            f"the {locale} texts of {product.key} leave {' and '.join(left)} out under {name!r}: {written[name]!r}",
            Severity.ERROR,
            way,
            at,
        )
    whole = told[name]
    if not least.lost and not least.unnamed and (whole.latin or whole.moved):
        said = (
            f"give {some_of(whole.latin)} in Latin letters"
            if whole.latin
            else f"name {whole.moved} in another place than its list does"
        )
        yield Issue(
            "text.fact_strange",
            f"{place}/{name}",
            f"the {locale} texts of {product.key} {said} under {name!r}: {written[name]!r}",
            Severity.ERROR,
            "name each as ingredients.csv does, in the order of the product's list",
            at,
        )
    for name, one in told.items():
        for some, severity in ((one.strange, Severity.ERROR), (one.aside, Severity.WARNING)):
            if some:
                yield Issue(
                    "text.fact_strange",
                    f"{place}/{name}",
                    f"the {locale} texts of {product.key} name {some_of(some)} under {name!r}: "
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
        if ingredients and strange and LISTS_SOME.search(name.casefold()) is not None:
            yield Issue(
                "text.fact_strange",
                f"texts/{locale}/attributes/{name}",
                f"the {locale} texts of {product.key} name {some_of(strange)} under {name!r}: none of its ingredients",
                Severity.WARNING,
                "name each as ingredients.csv does, where a | parts several names of one",
                delivered.at or product.at,
            )


def _way(
    product: Product, delivered: ReferenceText, locale: str, name: str, names: FactNames, source: str
) -> str:
    if not composed(delivered):
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
    said, wanted = same(value), parts_of(source)
    if name == names.allergens and matches(product.locale, "ko"):
        own, shown = allergens(source, product.locale), allergens(value, locale, listed=True)
        if lost := [word for group, word in own.told.items() if group not in shown.told]:
            yield some_of(lost), True
            return
        wanted = tuple(part for part in wanted if not names_allergens(part))
        if not wanted:
            return
    if told:
        parts = parts_of(told)
        lost = [part for part in parts if same(part) not in said]
        if lost and len(parts_of(value, JOINED)) < len(parts):
            yield some_of(lost), True
        return
    count, here = len(parts_of(source)), len(parts_of(value, JOINED))
    if here < count:
        yield f"{count - here} of {count} names", 2 * here <= count and len(wanted) == count
