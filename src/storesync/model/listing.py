"""One product as one channel will show it: localized and mapped, still canonical, without a price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from storesync.model.codec import Json
from storesync.model.freeze import frozen_map
from storesync.model.media import Image
from storesync.model.text import Copy
from storesync.model.variant import Axis, Choice, Variant

__all__ = ["Attribute", "Category", "CategoryKey", "Limit", "Listing"]


@frozen
class Limit:
    """How long a text may be: characters, bytes, or columns (a wide character counts two)."""

    max: int
    min: int = 0
    unit: Literal["chars", "bytes", "columns"] = "chars"


@frozen
class Attribute:
    """One field that a market's category asks for.

    `choices` maps the market's value id to its text; `custom` allows text of our own; `multiple` allows
    several values; `cascades` says that the chosen value decides further fields.
    """

    id: str
    name: str
    required: bool = False
    type: str = "text"
    choices: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    custom: bool = True
    multiple: bool = False
    cascades: bool = False
    unit: str = ""


@frozen
class CategoryKey:
    """Which category document is meant: the id, and the values that decide further fields."""

    id: str
    chosen: Mapping[str, str] = field(factory=dict, converter=frozen_map)


@frozen
class Category:
    """What the market asks of one category, as data with a version.

    `rules` is the market's own rule document, opaque to everyone but its driver; `brands` maps brand id to
    name where brands are a list.
    """

    id: str
    attributes: Mapping[str, Attribute] = field(factory=dict, converter=frozen_map)
    axes: Mapping[str, Attribute] = field(factory=dict, converter=frozen_map)
    axes_max: int = 2
    text: Mapping[str, Limit] = field(factory=dict, converter=frozen_map)
    brands: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    rules: Mapping[str, Any] = field(factory=dict, converter=frozen_map)
    version: str = ""


@frozen(kw_only=True)
class Listing:
    """One product as one channel will show it. No price and no stock: those are offers.

    `texts` are by locale, the channel's own first; `attributes` are by the market's attribute id;
    `documents` are further pictures by kind (certificates, labels).
    """

    key: str
    category: Category
    texts: Mapping[str, Copy] = field(converter=frozen_map)
    brand: Choice
    variants: tuple[Variant, ...] = field(converter=tuple[Variant, ...])
    axes: tuple[Axis, ...] = field(default=(), converter=tuple[Axis, ...])
    images: tuple[Image, ...] = field(default=(), converter=tuple[Image, ...])
    attributes: Mapping[str, tuple[Choice, ...]] = field(factory=dict, converter=frozen_map)
    documents: Mapping[str, tuple[Image, ...]] = field(factory=dict, converter=frozen_map)
    origin: str = "KR"
    hs: str = ""
    markets: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    extras: Mapping[str, Json] = field(factory=dict, converter=frozen_map)

    @property
    def text(self) -> Copy:
        """The texts in the channel's own language."""
        return next(iter(self.texts.values()))

    @property
    def locale(self) -> str:
        """The channel's own language."""
        return next(iter(self.texts))
