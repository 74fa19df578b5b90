"""What the market calls our listing, and how it fares there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from storesync.model.freeze import frozen_map

__all__ = ["Ref", "Status", "Ticket"]


class Status(Enum):
    """Where a listing stands on its market."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    LIVE = "live"
    HIDDEN = "hidden"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    ENDED = "ended"
    UNKNOWN = "unknown"


@frozen
class Ref:
    """The ids that the market gave: the listing's, one per SKU, further ones under the driver's own names."""

    listing: str
    skus: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    more: Mapping[str, str] = field(factory=dict, converter=frozen_map)


@frozen
class Ticket:
    """A promise by the market to answer later; `keys` are the listings or SKUs it covers."""

    kind: str
    id: str
    keys: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
