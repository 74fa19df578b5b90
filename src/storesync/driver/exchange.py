"""What goes into a driver's flows and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import field, frozen

from storesync.errors import Fault
from storesync.issues import Issue
from storesync.model import Offer, Ref, Status, Ticket, frozen_map

__all__ = [
    "DONE",
    "Change",
    "Content",
    "Event",
    "New",
    "Observed",
    "OfferChange",
    "Pace",
    "Page",
    "Push",
    "Receipt",
    "Seen",
    "Sought",
    "Verdicts",
]

Content: TypeAlias = Mapping[str, Any]


@frozen
class New:
    """A listing to create. `token` is 32 hex digits, durable before sending, the same while the market honors it.

    `found` is what exists of it already: the flow goes on from there and never begins again. A variant that neither it
    nor `content` names is the seller's own, and stays.
    """

    key: str
    content: Content
    offers: Mapping[str, Offer] = field(converter=frozen_map)
    token: str
    found: Ref | None = None


@frozen
class Change:
    """A listing to bring from any half to `after`; `before` is None when nobody knows what the market shows.

    A variant that neither `ref` nor `after` names is the seller's own, and stays.
    """

    key: str
    ref: Ref
    before: Content | None
    after: Content
    offers: Mapping[str, Offer] = field(converter=frozen_map)
    added: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    removed: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    token: str = ""

    def touched(self, *parts: str) -> bool:
        """Whether any of these top-level parts of the document differs."""
        before = self.before
        return before is None or any(before.get(part) != self.after.get(part) for part in parts)


@frozen
class OfferChange:
    """One variant's whole wanted offer; `before` is the one that the market acknowledged last."""

    ref: Ref
    offer: Offer
    before: Offer | None = None
    token: str = ""

    @property
    def sku(self) -> str:
        """The SKU this is about: verdicts are given by it."""
        return self.offer.sku


@frozen
class Sought:
    """A listing that may exist; `since` is when the doubtful request left.

    With one SKU in `skus`, a listing that is sold as a whole is that SKU; with more it is the half of a listing.
    """

    key: str
    skus: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    since: datetime | None = None


@frozen
class Receipt:
    """The market took it. Without ref, or with a ticket, it is accepted but not decided.

    `issues` are warnings that came with success; `refused` are the SKUs that did not come to be.
    """

    ref: Ref | None = None
    status: Status = Status.LIVE
    ticket: Ticket | None = None
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    refused: Mapping[str, Fault] = field(factory=dict, converter=frozen_map)
    offers: Mapping[str, Offer] = field(factory=dict, converter=frozen_map)


DONE = Receipt()

Verdicts: TypeAlias = Mapping[str, Receipt | Fault]
"""By SKU or listing key; a missing entry is not success."""


@frozen
class Seen:
    """One variant as the market shows it, also one without a code of ours: code, barcode and name as given."""

    sku: str = ""
    gtin: str = ""
    name: str = ""


@frozen
class Observed:
    """What the market has now; `pending` says that a newer version waits behind it for review.

    `offers` hold what the market tells of each SKU: a driver leaves out what it cannot see. `texts` are
    canonical fields (`title`) where the market gives them, and `version` names its content where it changes with
    every edit of that and with nothing else: both for drift. `variants` are all of the listing's by the market's
    ids, for adoption; without them only those in `ref` are known.
    """

    ref: Ref
    status: Status
    pending: bool = False
    offers: Mapping[str, Offer] = field(factory=dict, converter=frozen_map)
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    texts: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    variants: Mapping[str, Seen] = field(factory=dict, converter=frozen_map)
    version: str = ""


@frozen
class Page:
    """One page of what a shop already shows, by the shop's own key; `next` is the cursor of the next page."""

    seen: tuple[tuple[str, Observed], ...]
    next: str | None = None


@frozen
class Pace:
    """What an answer tells of a quota: how much is `left`, the `rate` per second, how long to `wait`."""

    quota: str
    left: Decimal | None = None
    rate: Decimal | None = None
    wait: float | None = None


@frozen
class Push:
    """A message that the market sent on its own accord, as it arrived."""

    url: str
    headers: Mapping[str, str] = field(converter=frozen_map)
    body: bytes
    received: datetime


@frozen
class Event:
    """A verified push message, in our words: `kind` such as `listing.banned`, and the market's ids."""

    kind: str
    listing: str = ""
    data: Mapping[str, str] = field(factory=dict, converter=frozen_map)
