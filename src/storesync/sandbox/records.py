"""The plain records an emulated market is made of: listings, SKUs, files, calls and events.

They are mutable on purpose: they are the market's own memory, not values of ours.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from attrs import Factory, define, frozen

DRAFT = "draft"
IN_REVIEW = "in_review"
LIVE = "live"
HIDDEN = "hidden"
REJECTED = "rejected"
BANNED = "banned"
DELETED = "deleted"
STATUSES = (DRAFT, IN_REVIEW, LIVE, HIDDEN, REJECTED, BANNED, DELETED)


@define(kw_only=True)
class Sku:
    """One sellable unit of a listing, with the seller's own code and the market's id."""

    id: int
    code: str
    price: Decimal
    stock: int
    options: tuple[str, ...] = ()
    more: dict[str, Any] = Factory(dict)


@define(kw_only=True)
class Listing:
    """One listing as the market holds it; `content` is the document in the dialect's own terms."""

    id: int
    shop: str
    key: str
    title: str
    category: str
    status: str
    price: Decimal
    stock: int
    skus: dict[int, Sku] = Factory(dict)
    images: list[str] = Factory(list)
    content: dict[str, Any] = Factory(dict)
    created: datetime
    modified: datetime
    visible: datetime
    wanted: str = LIVE
    reason: str = ""
    shown: bool = False
    revision: int = 1
    reviews: int = 0

    @property
    def alive(self) -> bool:
        """Whether the listing still counts: everything but a deleted one."""
        return self.status != DELETED

    def sku(self, code: str) -> Sku | None:
        """The SKU with the seller's code, or none."""
        for sku in self.skus.values():
            if sku.code == code:
                return sku
        return None


@frozen(kw_only=True)
class StoredFile:
    """One uploaded file: the market's id and address, and the hash of its bytes."""

    id: str
    url: str
    shop: str
    name: str
    type: str
    sha256: str
    size: int
    created: datetime
    data: bytes = b""


@frozen
class CallRecord:
    """One line of the call log: what arrived, what was done with it and what the client saw."""

    time: datetime
    operation: str
    kind: str
    effect: str
    shop: str
    digest: str
    outcome: str
    fault: str


@frozen
class Event:
    """One thing that happened to a listing, whoever caused it."""

    time: datetime
    name: str
    listing: int
    detail: Mapping[str, Any]


def exported(item: Listing) -> dict[str, Any]:
    """A listing with its SKUs as JSON-able data."""
    return {
        "id": item.id,
        "shop": item.shop,
        "key": item.key,
        "title": item.title,
        "category": item.category,
        "status": item.status,
        "reason": item.reason,
        "price": str(item.price),
        "stock": item.stock,
        "images": list(item.images),
        "created": item.created.isoformat(),
        "modified": item.modified.isoformat(),
        "skus": [
            {
                "id": sku.id,
                "code": sku.code,
                "price": str(sku.price),
                "stock": sku.stock,
                "options": list(sku.options),
            }
            for sku in item.skus.values()
        ],
    }
