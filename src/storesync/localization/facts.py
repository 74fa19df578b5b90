"""Attributes in the market's language, made of tables: no engine is ever asked for a value.

What no table holds is left out; where the market demands it, mapping says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from unicodedata import normalize

from attrs import astuple, frozen

from storesync.localization.country import country_name
from storesync.localization.locale import separator
from storesync.localization.reference import Reference
from storesync.model import MONEY_CONTEXT, Product

__all__ = ["NAMES", "FactNames", "facts_of", "own_names", "source_facts", "told_facts"]


@frozen(kw_only=True)
class FactNames:
    """What the facts of a product are called in one language; `months` is how their number is written."""

    brand: str
    origin: str
    content: str
    efficacy: str
    skin_type: str
    hair_type: str
    shelf_life: str
    after_opening: str
    ingredients: str
    food_ingredients: str
    storage: str
    allergens: str
    months: str
    decimal: str = "."


NAMES: Mapping[str, FactNames] = MappingProxyType(
    {
        "zh-Hans": FactNames(
            brand="品牌",
            origin="产地",
            content="净含量",
            efficacy="功效",
            skin_type="适用肤质",
            hair_type="适用发质",
            shelf_life="保质期",
            after_opening="开封后使用期限",
            ingredients="成分",
            food_ingredients="配料",
            storage="储存方式",
            allergens="致敏物质",
            months="{}个月",
        ),
        "vi": FactNames(
            brand="Thương hiệu",
            origin="Xuất xứ",
            content="Dung tích/Khối lượng",
            efficacy="Công dụng",
            skin_type="Loại da",
            hair_type="Loại tóc",
            shelf_life="Hạn sử dụng",
            after_opening="Hạn dùng sau khi mở nắp",
            ingredients="Thành phần (INCI)",
            food_ingredients="Thành phần",
            storage="Bảo quản",
            allergens="Chất gây dị ứng",
            months="{} tháng",
            decimal=",",
        ),
    }
)


def facts_of(product: Product, reference: Reference, locale: str) -> Mapping[str, str]:
    """Localized names to values, in the order of a product page; empty for a language without names."""
    names = NAMES.get(locale)
    if names is None:
        return {}
    months = {code: product.facts.get(code, "") for code in ("shelf_life_months", "pao_months")}
    hair = "hair" in product.keys.get("skin_type", ())
    found = {
        names.brand: product.brand.latin,
        names.origin: country_name(product.origin, locale),
        names.content: "/".join(_contents(product)).replace(".", names.decimal),
        names.efficacy: _words(product, reference, "efficacy", locale),
        names.hair_type if hair else names.skin_type: _words(product, reference, "skin_type", locale),
        names.shelf_life: names.months.format(months["shelf_life_months"])
        if months["shelf_life_months"]
        else "",
        names.after_opening: names.months.format(months["pao_months"]) if months["pao_months"] else "",
        names.ingredients: _ingredients(product, reference, locale),
        names.food_ingredients: ""
        if product.facts.get("inci")
        else _fact(product, reference, "ingredients", locale),
        names.storage: _fact(product, reference, "storage", locale),
        names.allergens: _fact(product, reference, "allergens", locale),
    }
    return {name: value for name, value in found.items() if value}


def source_facts(product: Product, reference: Reference, locale: str) -> Mapping[str, str]:
    """What the values of `facts_of` are made of, in the product's own words, under the same names.

    The words for keys (efficacy, skin type) are those of the vocabulary. Names without a fact are left out.
    """
    names = NAMES.get(locale)
    if names is None:
        return {}
    facts, own = product.facts, product.locale
    months = {code: facts.get(code, "") for code in ("shelf_life_months", "pao_months")}
    cosmetic = bool(facts.get("inci"))
    hair = "hair" in product.keys.get("skin_type", ())
    found = {
        names.brand: product.brand.name,
        names.origin: country_name(product.origin, own),
        names.content: "/".join(_contents(product)),
        names.efficacy: _words(product, reference, "efficacy", own),
        names.hair_type if hair else names.skin_type: _words(product, reference, "skin_type", own),
        names.shelf_life: f"{months['shelf_life_months']}개월" if months["shelf_life_months"] else "",
        names.after_opening: f"{months['pao_months']}개월" if months["pao_months"] else "",
        names.ingredients if cosmetic else names.food_ingredients: facts.get("ingredients", ""),
        names.storage: facts.get("storage", ""),
        names.allergens: facts.get("allergens", ""),
    }
    return {name: value for name, value in found.items() if value}


def own_names(attributes: Mapping[str, str], locale: str) -> tuple[str, ...]:
    """The names of attributes that whoever delivered them chose: storesync's own are no news to anyone."""
    names = NAMES.get(locale)
    known = set(astuple(names)) if names is not None else set()
    return tuple(name for name in attributes if name not in known)


_LABELLED = ("origin", "content", "shelf_life", "ingredients", "food_ingredients", "storage", "allergens")


def told_facts(product: Product, title: str, attributes: Mapping[str, str], locale: str) -> frozenset[str]:
    """Which facts of a product its texts in one language tell, as rules about labels name them.

    `title`, `origin`, `content`, `shelf_life`, `ingredients`, `storage`, `allergens`; a product without allergens
    has told of them.
    """
    found = {"title"} if title else set()
    names = NAMES.get(locale)
    if names is not None:
        found |= {fact for fact in _LABELLED if attributes.get(getattr(names, fact))}
    if "food_ingredients" in found:
        found = found - {"food_ingredients"} | {"ingredients"}
    return frozenset(found if product.facts.get("allergens") else found | {"allergens"})


def _contents(product: Product) -> tuple[str, ...]:
    contents = [variant.net_content for variant in product.variants if variant.net_content]
    return tuple(
        dict.fromkeys(f"{content.value.normalize(MONEY_CONTEXT):f}{content.unit}" for content in contents)
    )


def _words(product: Product, reference: Reference, kind: str, locale: str) -> str:
    words = [reference.word(kind, key, locale) for key in product.keys.get(kind, ()) if key != "na"]
    return separator(locale).join(words) if all(words) else ""


def _fact(product: Product, reference: Reference, code: str, locale: str) -> str:
    """A written fact that the vocabulary holds under its own words: a statement is translated whole or not at all."""
    return reference.word(code, product.facts.get(code, ""), locale)


def _ingredients(product: Product, reference: Reference, locale: str) -> str:
    """All ingredients of a cosmetic by table, or none: half a list is a wrong list."""
    if not product.facts.get("inci"):
        return ""
    written = product.facts.get("ingredients", "")
    names = [normalize("NFC", part).strip() for part in written.split(";") if part.strip()]
    words = [reference.ingredients.get(name, {}).get(locale, "") for name in names]
    return separator(locale).join(words) if words and all(words) else ""
