"""What one leaf category asks for: attribute tree, limits and brands, as one document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.shopee.call import Shop, read
from storesync.drivers.shopee.region import language

__all__ = ["DATE", "NO_BRAND", "category"]

NO_BRAND: Final = "0"
DATE: Final = "date"
_LISTED: Final = frozenset({1, 2, 4, 5})  # drop-downs and combo boxes have a list
_OWN: Final = frozenset({2, 3, 5})  # combo boxes and free text take words of our own
_SEVERAL: Final = frozenset({4, 5})
_TYPES: Final = {1: "int", 3: "decimal", 4: DATE}
_WITH_UNIT: Final = 2
_BRANDS: Final = 100  # a page of get_brand_list [S]
_PAGES: Final = 500
_DEEP: Final = 8

# Our names for the limits that get_item_limit tells.
_TEXTS: Final = {
    "title": "item_name_length_limit",
    "description": "item_description_length_limit",
    "axis": "tier_variation_name_length_limit",
    "option": "tier_variation_option_length_limit",
}
_NUMBERS: Final = {
    "price": "price_limit",
    "stock": "stock_limit",
    "images": "item_image_count_limit",
}


def category(shop: Shop, key: sd.CategoryKey) -> sd.Flow[sd.Category]:
    """Attributes, brands and limits of one leaf category.

    Axes are free text on Shopee, so there is no list of them. A value may bring attributes of its own:
    they are there for the values in `key.chosen`.
    """
    word = language(shop.market)
    tree = yield read("product/get_attribute_tree", {"category_id_list": key.id, "language": word})
    limits = yield read("product/get_item_limit", {"category_id": key.id})
    brands, mandatory = yield from _brands(key.id)
    nodes = [
        node
        for row in tree.each("response.list")
        if row.text("category_id") in ("", key.id)
        for node in row.each("attribute_tree")
    ]
    told = sd.Part(limits.at("response", dict))
    attributes: dict[str, sd.Attribute] = {}
    rules: dict[str, Mapping[str, Any]] = {}
    for attribute, rule in _attributes(nodes, key.chosen, word, 0):
        attributes.setdefault(attribute.id, attribute)
        rules.setdefault(attribute.id, rule)
    named = {NO_BRAND: "NoBrand", **brands}
    source = [tree.body["response"], told.body, named, mandatory, dict(key.chosen)]
    return sd.Category(
        key.id,
        attributes=attributes,
        axes_max=2,
        text={name: bound for name, path in _TEXTS.items() if (bound := _length(told, path))},
        brands=named,
        rules={
            "attributes": rules,
            "brand_mandatory": mandatory,
            "weight_mandatory": _flag(told, "weight_limit.weight_mandatory", default=True),
            "dimension_mandatory": _flag(told, "dimension_limit.dimension_mandatory", default=False),
            "gtin": told.text("gtin_limit.gtin_validation_rule"),
            **{name: _bounds(told, path) for name, path in _NUMBERS.items()},
        },
        version=hashlib.sha256(sd.dumps(source, sort=True).encode("utf-8", "replace")).hexdigest()[:32],
    )


def _brands(category: str) -> sd.Flow[tuple[dict[str, str], bool]]:
    """Every official brand by id, page by page, and whether one must be given."""
    brands: dict[str, str] = {}
    offset = 0
    for _ in range(_PAGES):
        page = yield read(
            "product/get_brand_list",
            {"category_id": category, "status": "1", "offset": str(offset), "page_size": str(_BRANDS)},
        )
        for row in page.each("response.brand_list"):
            brands[row.id("brand_id")] = row.text("original_brand_name") or row.text("display_brand_name")
        if page.maybe("response.has_next_page") is not True:
            return brands, page.maybe("response.is_mandatory") is True
        following = page.whole("response.next_offset")
        if following <= offset:
            raise sd.Malformed("shape", f"the page of brands after {offset} begins at {following}")
        offset = following
    raise sd.Malformed("shape", f"category {category} has more than {_PAGES * _BRANDS} brands")


def _attributes(
    nodes: Sequence[sd.Part], chosen: Mapping[str, str], word: str, depth: int
) -> Iterator[tuple[sd.Attribute, Mapping[str, Any]]]:
    """Each attribute with its rule; below a chosen value also those that this value asks for."""
    if depth > _DEEP:
        raise sd.Malformed("shape", f"the attribute tree is deeper than {_DEEP} values")
    for node in nodes:
        attribute, rule = _attribute(node, word)
        values = node.each("attribute_value_list") if attribute.choices else []
        cascades = any(value.each("child_attribute_list") for value in values)
        yield evolve(attribute, cascades=cascades), rule
        for value in values:
            if chosen.get(attribute.id) == value.id("value_id"):
                yield from _attributes(value.each("child_attribute_list"), chosen, word, depth + 1)


def _attribute(node: sd.Part, word: str) -> tuple[sd.Attribute, Mapping[str, Any]]:
    kind = node.whole("attribute_info.input_type")
    if kind not in _LISTED | _OWN:
        raise sd.Malformed(
            "shape", f"attribute {node.text('attribute_id')} has the unknown input type {kind}"
        )
    values = node.each("attribute_value_list") if kind in _LISTED else []
    units = _words(node, "attribute_info.attribute_unit_list")
    measured = _count(node, "attribute_info.format_type", 1) == _WITH_UNIT and bool(units)
    validation = _count(node, "attribute_info.input_validation_type", 0)
    attribute = sd.Attribute(
        node.id("attribute_id"),
        _named(node, word),
        required=node.maybe("mandatory") is True,
        # A number with its unit is checked by the driver, which knows the units.
        type="measure" if measured else _TYPES.get(validation, "text"),
        choices={value.id("value_id"): _named(value, word) for value in values},
        custom=kind in _OWN,
        multiple=kind in _SEVERAL,
    )
    of_values = {value.id("value_id"): value.text("value_unit") for value in values}
    rule = {
        "units": units if measured else [],
        "units_of": {id_: unit for id_, unit in of_values.items() if unit},
        "most": max(1, _count(node, "attribute_info.max_value_count", 1)) if kind in _SEVERAL else 1,
        "month": _count(node, "attribute_info.date_format_type", 0) == 1,
    }
    return attribute, rule


def _named(part: sd.Part, word: str) -> str:
    """The name in the shop's language where it is told beside the usual one."""
    for row in part.each("multi_lang") if isinstance(part.maybe("multi_lang"), list) else ():
        if row.text("language") == word and row.text("value"):
            return row.text("value")
    return part.text("name")


def _words(part: sd.Part, path: str) -> list[str]:
    value = part.maybe(path)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise sd.Malformed("shape", f"{path!r} in the answer is no list of words")
    return [one for one in value if one]


def _count(part: sd.Part, path: str, otherwise: int) -> int:
    return otherwise if part.maybe(path) in (None, "") else part.whole(path)


def _flag(part: sd.Part, path: str, *, default: bool) -> bool:
    value = part.maybe(path)
    return default if value is None else part.at(path, bool)


def _length(told: sd.Part, path: str) -> sd.Limit | None:
    if told.maybe(f"{path}.max_limit") is None:
        return None
    least = _count(told, f"{path}.min_limit", 0)
    return sd.Limit(told.whole(f"{path}.max_limit"), max(0, least))


def _bounds(told: sd.Part, path: str) -> list[str]:
    """Lowest and highest as text, which the state keeps exactly; empty when the shop tells none."""
    if told.maybe(f"{path}.max_limit") is None:
        return []
    least = told.decimal(f"{path}.min_limit") if told.maybe(f"{path}.min_limit") is not None else 0
    return [f"{least:f}" if least else "0", f"{told.decimal(f'{path}.max_limit'):f}"]
