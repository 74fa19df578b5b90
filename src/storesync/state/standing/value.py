"""How one listing stands: what we want of it, what the market acknowledged, what is in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import field, frozen

from storesync.issues import Issue
from storesync.model import Offer, Price, Ref, Status, Ticket, dumps, frozen_map
from storesync.state.converter import CONVERTER

__all__ = ["ENDED", "HIDDEN", "OFFERS_GO", "SHOWN", "STAYS", "UNKNOWN", "OfferStanding", "Standing", "Want"]

UNKNOWN = "?"

STAYS = "="
"""The wanted stock of a variant of which nobody knows how many there are: what is live stays."""

SHOWN, HIDDEN, ENDED = "+", "-", "x"

OFFERS_GO = "prices and stock go out"
"""The reason of a held listing whose document alone is held."""


@frozen(kw_only=True)
class OfferStanding:
    """One variant's offer: wanted, and acknowledged; None is unknown or nothing yet.

    `last_prices` and `last_stock` are what the market acknowledged last, also when it is unknown now: guards measure
    against them. In the markets of `kept` the live price stays, whatever it is; `want` has the one acknowledged last.
    What is sold out at such a price stays so: then `want` has no stock, and `waits` is what comes with the next price.
    With `uncounted` the live stock stays as well, whatever it is; `want` has the one acknowledged last, or none.
    """

    sku: str
    want: Offer | None
    have_prices: Mapping[str, Price] | None
    have_stock: int | None
    refused: str = ""
    last_prices: Mapping[str, Price] | None = None
    last_stock: int | None = None
    kept: frozenset[str] = frozenset()
    waits: int = 0
    uncounted: bool = False

    @property
    def stock_differs(self) -> bool:
        """Whether another stock is wanted than the acknowledged one; one that stays is none."""
        return self.want is not None and not self.uncounted and self.have_stock != self.want.stock

    @property
    def price_differs(self) -> bool:
        """Whether another price is wanted than the acknowledged one; one that stays is none."""
        if self.want is None or not self.kept:
            return self.want is not None and self.have_prices != self.want.prices
        have = self.have_prices or {}
        return any(have.get(market) != price for market, price in self.made.items())

    @property
    def made(self) -> Mapping[str, Price]:
        """The wanted prices without those that stay."""
        prices = self.want.prices if self.want is not None else {}
        return {market: price for market, price in prices.items() if market not in self.kept}

    @cached_property
    def named_prices(self) -> str:
        """Names the wanted prices, and of one that stays only that it does; empty while nothing is wanted.

        Asked for whenever a plan is made, carried out, or compared.
        """
        if self.want is None:
            return ""
        made = {market: CONVERTER.unstructure(price) for market, price in self.made.items()}
        return dumps([made, sorted(self.kept)], sort=True)

    @property
    def named_stock(self) -> str:
        """Names the wanted stock, and of one that stays only that it does; empty while nothing is wanted."""
        if self.want is None:
            return ""
        return STAYS if self.uncounted else str(self.want.stock)

    @property
    def have(self) -> Offer | None:
        """The acknowledged offer, when all of it is known."""
        if self.have_prices is None or self.have_stock is None:
            return None
        return Offer(self.sku, self.have_prices, self.have_stock)

    @property
    def last(self) -> Offer | None:
        """The offer that was acknowledged last, as far as all of it ever was."""
        if self.last_prices is None or self.last_stock is None:
            return None
        return Offer(self.sku, self.last_prices, self.last_stock)


@frozen(kw_only=True)
class Standing:
    """One row of what the state knows about a listing.

    `want` and `have` are digests of content: "" is nothing, "?" is unknown. `made` says that its creation was
    completed once, so that a ref without it is a half. `doubt` is since when a create may have taken effect, tried under
    `token`, which was first used at `token_at`. `named` are the SKUs that requests of ours named since all ids were last
    known. Until `unsettled` a lost request may still arrive and overwrite what is sent meanwhile. `ending` says since
    when a person wants it gone for good. `seen` is, by field, what was sent and what the market made of it.
    """

    key: str
    title: str = ""
    category: str = ""
    input: str = ""
    causes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    want: str = ""
    want_shown: bool = False
    reason: str = ""
    issues: tuple[Issue, ...] = ()
    held: bool = False
    have: str = ""
    have_shown: str = ""
    have_causes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    ref: Ref | None = None
    made: bool = False
    status: Status = Status.UNKNOWN
    remarks: tuple[Issue, ...] = ()
    ticket: Ticket | None = None
    asked: str = ""
    asked_at: datetime | None = None
    token: str = ""
    token_at: datetime | None = None
    doubt: datetime | None = None
    unsettled: datetime | None = None
    parked: str = ""
    refused: str = ""
    ending: str = ""
    seen: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    named: frozenset[str] = frozenset()
    offers: Mapping[str, OfferStanding] = field(factory=dict, converter=frozen_map)

    @property
    def offers_go(self) -> bool:
        """Whether a finding holds the document of what is there, and its prices and stock go out all the same."""
        return self.held and self.ref is not None and self.reason == OFFERS_GO

    def ours(self, ref: Ref) -> Ref:
        """The ids that the market tells, without those of variants that a seller added: nobody here may remove them.

        Ours is what is wanted, what was known, and what a request of ours named whose answer was lost: such a variant
        may have left the catalog before its id was heard of.
        """
        mine = {*self.offers, *self.named, *(self.ref.skus if self.ref is not None else ())}
        return Ref(ref.listing, {sku: id_ for sku, id_ in ref.skus.items() if sku in mine}, ref.more)


@frozen(kw_only=True)
class Want:
    """What a channel should show of one product from now on; `content` None keeps what was wanted before.

    A held one keeps the offers, too, unless its reason is `OFFERS_GO`: then a SKU that is not among `offers` is sold out.

    `kept` are by SKU the markets whose live price stays as it is; of those in `uncounted` the live stock does. `category`
    is the merchant's own: within it, prices are compared.
    """

    key: str
    title: str
    input: str
    causes: Mapping[str, str]
    content: Mapping[str, Any] | None
    offers: Mapping[str, Offer]
    shown: bool
    reason: str = ""
    issues: tuple[Issue, ...] = ()
    held: bool = False
    kept: Mapping[str, frozenset[str]] = field(factory=dict)
    uncounted: frozenset[str] = frozenset()
    category: str = ""
    traces: Mapping[str, Any] = field(factory=dict)
