"""Attributes in the market's language, made of tables: no engine is ever asked for a value.

What no table holds is left out; where the market demands it, mapping says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, fields, frozen

from storesync.localization.country import country_name
from storesync.localization.ingredients import ingredients_of, is_cosmetic
from storesync.localization.locale import separator
from storesync.localization.reference import Reference
from storesync.model import MONEY_CONTEXT, Product

__all__ = ["NAMES", "FactNames", "facts_of", "list_name", "own_names", "source_facts", "told_facts"]


@frozen(kw_only=True)
class FactNames:
    """What the facts of a product are called in one language; `months` is how their number is written.

    `lists` are further names under which labels give all ingredients, `warnings` those for allergens.
    """

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
    lists: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    warnings: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    decimal: str = "."

    @property
    def every_list(self) -> tuple[str, ...]:
        """Every name under which all ingredients may stand."""
        return (self.ingredients, self.food_ingredients, *self.lists)


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
            lists=(
                "全成分",
                "成份",
                "全成份",
                "全部成分",
                "成分表",
                "成分列表",
                "全成分表",
                "配料表",
                "全部配料",
                "产品成分",
                "原料",
                "原材料",
            ),
            warnings=(
                "过敏原",
                "过敏原信息",
                "过敏原提示",
                "致敏原",
                "致敏原信息",
                "致敏物质提示",
                "致敏物质信息",
                "过敏物质",
                "过敏提示",
                "过敏信息",
            ),
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
            lists=(
                "Thành phần đầy đủ",
                "Thành phần chi tiết",
                "Bảng thành phần",
                "Danh sách thành phần",
                "Thành phần đầy đủ (INCI)",
                "Toàn bộ thành phần",
                "Nguyên liệu",
                "INCI",
                "Ingredients",
            ),
            warnings=(
                "Thông tin dị ứng",
                "Thông tin về chất gây dị ứng",
                "Cảnh báo dị ứng",
                "Cảnh báo chất gây dị ứng",
                "Thành phần gây dị ứng",
            ),
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
        if is_cosmetic(product)
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
    hair = "hair" in product.keys.get("skin_type", ())
    found = {
        names.brand: product.brand.name,
        names.origin: country_name(product.origin, own),
        names.content: "/".join(_contents(product)),
        names.efficacy: _words(product, reference, "efficacy", own),
        names.hair_type if hair else names.skin_type: _words(product, reference, "skin_type", own),
        names.shelf_life: f"{months['shelf_life_months']}개월" if months["shelf_life_months"] else "",
        names.after_opening: f"{months['pao_months']}개월" if months["pao_months"] else "",
        list_name(product, names): facts.get("ingredients", "") or facts.get("inci", ""),
        names.storage: facts.get("storage", ""),
        names.allergens: facts.get("allergens", ""),
    }
    return {name: value for name, value in found.items() if value}


def list_name(product: Product, names: FactNames) -> str:
    """Under which name the ingredients of such a product stand."""
    return names.ingredients if is_cosmetic(product) else names.food_ingredients


def own_names(attributes: Mapping[str, str], locale: str) -> tuple[str, ...]:
    """The names of attributes that whoever delivered them chose: storesync's own are no news to anyone."""
    names = NAMES.get(locale)
    known = _known(names) if names is not None else frozenset[str]()
    return tuple(name for name in attributes if name not in known)


def _known(names: FactNames) -> frozenset[str]:
    values = (getattr(names, one.name) for one in fields(FactNames))
    return frozenset((*names.lists, *names.warnings, *(value for value in values if isinstance(value, str))))


_LABELLED = ("origin", "content", "shelf_life", "storage", "allergens")


def told_facts(product: Product, title: str, attributes: Mapping[str, str], locale: str) -> frozenset[str]:
    """Which facts of a product its texts in one language tell, as rules about labels name them.

    `title`, `origin`, `content`, `shelf_life`, `ingredients`, `storage`, `allergens`; a product without allergens
    has told of them.
    """
    found = {"title"} if title else set()
    names = NAMES.get(locale)
    if names is not None:
        found |= {fact for fact in _LABELLED if attributes.get(getattr(names, fact))}
        if any(map(attributes.get, names.every_list)):
            found |= {"ingredients"}
        if any(map(attributes.get, names.warnings)):
            found |= {"allergens"}
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
    """All ingredients of a cosmetic, or none: half a list is a wrong list."""
    words = [one.name for one in ingredients_of(product, reference, locale)]
    return separator(locale).join(words) if words and all(words) else ""
