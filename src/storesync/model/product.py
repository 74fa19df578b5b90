"""What the merchant makes, in the language and the currency of the house, free of any market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

from storesync.issues import Issue
from storesync.model.freeze import exact, frozen_map
from storesync.model.media import File, Image
from storesync.model.money import Money
from storesync.model.text import Copy
from storesync.model.variant import Axis, Variant

__all__ = ["Brand", "Product", "Supply"]


@frozen(kw_only=True)
class Brand:
    """A brand; `latin` is the form that stays as it is in every language."""

    code: str
    name: str
    latin: str = ""


@frozen(kw_only=True)
class Supply:
    """What the merchant asks and has of one variant, in the home currency.

    `price` and `list_price` include home VAT when the catalog says so; `cost` never does. None is unknown,
    which is not zero. `flaws` are by column the figures of the variant that stand in the source and cannot be taken:
    of these each, what depends on it waits. TypeError for a float.
    """

    sku: str
    price: Money | None = field(default=None, validator=exact)
    list_price: Money | None = field(default=None, validator=exact)
    cost: Money | None = field(default=None, validator=exact)
    stock: int | None = field(default=None, validator=exact)
    flaws: Mapping[str, Issue] = field(factory=dict, converter=frozen_map)


@frozen(kw_only=True)
class Product:
    """One product line with its variants, as the catalog tells it.

    `facts` are plain facts in the source language by canonical code (`storage`, `allergens`, `maker`,
    `region`, `shelf_life_months`, `pao_months`, `ingredients`, `inci`), `keys` are vocabulary keys by kind
    (`efficacy`, `skin_type`), `classes` are regulatory classes by market (`cn`: `special`). `at` is the
    place in the source. A draft is not offered anywhere.
    """

    key: str
    text: Copy
    brand: Brand
    category: str
    locale: str = "ko"
    category_path: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    variants: tuple[Variant, ...] = field(default=(), converter=tuple[Variant, ...])
    axes: tuple[Axis, ...] = field(default=(), converter=tuple[Axis, ...])
    supply: Mapping[str, Supply] = field(factory=dict, converter=frozen_map)
    images: tuple[Image, ...] = field(default=(), converter=tuple[Image, ...])
    files: Mapping[str, File] = field(factory=dict, converter=frozen_map)
    facts: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    keys: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    classes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    notes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    origin: str = "KR"
    hs: str = ""
    tags: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    status: Literal["active", "draft"] = "active"
    at: str = ""
