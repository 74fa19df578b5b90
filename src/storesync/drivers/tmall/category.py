"""A category's rule document, read from the market."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, call, envelope
from storesync.drivers.tmall.content import BRAND, FILLED, OTHER, axes_of
from storesync.drivers.tmall.rules import demanded, limit
from storesync.drivers.tmall.schema import MULTIPLE, Field, parse

__all__ = ["category"]

_GET: Final = "tmall.item.add.schema.get"


def category(shop: Shop, key: sd.CategoryKey) -> sd.Flow[sd.Category]:
    """Fields, sale properties, brands and limits of one leaf category.

    `chosen["product_id"]` is the market's product where the category has a product rule, else 0 [D].
    """
    got = yield call(_GET, category_id=key.id, product_id=key.chosen.get("product_id", "0"), type="b")
    path = envelope(_GET, "add_item_result")
    rules = parse(got.xml(path))
    axes = {id_: _attribute(id_, field) for id_, field in axes_of(rules).items()}
    brand = rules.get(BRAND)
    return sd.Category(
        key.id,
        attributes={attribute.id: attribute for attribute in _attributes(rules)},
        axes=axes,
        axes_max=len(axes),
        text={name: bound for name in ("title", "description") if (bound := _limit(rules.get(name)))},
        brands={} if brand is None else {id_: name for id_, name in brand["options"].items() if id_ != OTHER},
        rules=rules,
        version=hashlib.sha256(got.at(path, str).encode("utf-8", "replace")).hexdigest()[:32],
    )


def _attributes(rules: Mapping[str, Field]) -> Iterator[sd.Attribute]:
    """What the merchant's data must tell; not what a listing fills by itself."""
    for id_, field in rules.items():
        beside = id_.removeprefix("in_")
        if id_ in FILLED or field["type"] in ("label", "multiComplex") or (beside != id_ and beside in rules):
            continue
        if field["type"] != "complex":
            own = f"in_{id_}" in rules and OTHER in field["options"]
            yield _attribute(id_, field, required=demanded(field) and id_ != "hscode", own=own)
            continue
        for part, rule in field["fields"].items():
            if rule["type"] not in ("label", "complex", "multiComplex"):
                name = part if part.startswith(f"{id_}.") else f"{id_}.{part}"
                yield _attribute(name, rule, required=demanded(field) and demanded(rule))


def _attribute(id_: str, field: Field, *, required: bool = False, own: bool = False) -> sd.Attribute:
    types = [rule["value"] for rule in field["rules"] if rule["name"] == "valueTypeRule"]
    return sd.Attribute(
        id_,
        field["name"],
        required=required,
        type=types[0] if types else "text",
        choices=field["options"],
        custom=own or field["type"] in ("input", "multiInput"),
        multiple=field["type"] in MULTIPLE,
    )


def _limit(field: Field | None) -> sd.Limit | None:
    if field is None:
        return None
    most, least = limit(field, "maxLengthRule"), limit(field, "minLengthRule")
    if most is None:
        return None
    # The unit is bytes unless said otherwise, and a Chinese character counts two [D]: our columns.
    return sd.Limit(most[0], least[0] if least else 0, "chars" if most[1] == "character" else "columns")
