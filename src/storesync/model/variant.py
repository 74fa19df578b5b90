"""The sellable unit of a product: what it is, never what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

from storesync.model.freeze import exact, frozen_map
from storesync.model.media import Image

__all__ = ["Axis", "Choice", "NetContent", "Variant"]


@frozen
class Choice:
    """A value as the market knows it: its text, and its id and unit where it has them."""

    text: str
    id: str = ""
    unit: str = ""


@frozen
class Axis:
    """One way in which variants differ (volume, color); `choices` are by the merchant's own value code.

    `id` is the market's id for the axis; `names` give the axis name by further locale.
    """

    code: str
    name: str
    id: str = ""
    choices: Mapping[str, Choice] = field(factory=dict, converter=frozen_map)
    names: Mapping[str, str] = field(factory=dict, converter=frozen_map)


@frozen
class NetContent:
    """How much is inside one sellable unit, all pieces together, in ml or g; TypeError for a float."""

    value: Decimal = field(validator=exact)
    unit: str


@frozen
class Variant:
    """The sellable unit. Weight in grams with packing, size in millimeters; `options` is axis code to value code.

    TypeError for a float.
    """

    sku: str
    options: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    gtin: str = ""
    images: tuple[Image, ...] = field(default=(), converter=tuple[Image, ...])
    weight_g: int = field(default=0, validator=exact)
    size_mm: tuple[int, int, int] = field(default=(0, 0, 0), validator=exact)
    attributes: Mapping[str, tuple[Choice, ...]] = field(factory=dict, converter=frozen_map)
    net_content: NetContent | None = None
    pieces: int = field(default=1, validator=exact)
