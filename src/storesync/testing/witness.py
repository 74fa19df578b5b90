"""Whoever looks on: what a plan showed to people, against what its run hands to the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection

from storesync.driver import Change, Content, Driver, New, OfferChange
from storesync.engine import OpenChannel
from storesync.engine.documents import with_media, with_texts
from storesync.engine.owned import content_owned
from storesync.engine.report import OutcomeState, Report
from storesync.model import Offer, Price, Ref, digest
from storesync.plan import Kind, Operation, Plan
from storesync.state import OfferStanding, assets, journal, standing

__all__ = ["Witness"]

_OFFERS = {"prices": (Kind.PRICES,), "stock": (Kind.STOCK,), "offers": (Kind.PRICES, Kind.STOCK)}


@frozen
class _Seen:
    """What a person could read in a plan: by SKU the new price and the new stock, in words."""

    operations: Mapping[tuple[Kind, str], Operation]
    every: tuple[Operation, ...]
    prices: Mapping[str, str]
    stocks: Mapping[str, str]
    before: Mapping[str, OfferStanding]
    refused: frozenset[str]
    kept: frozenset[str]
    uncounted: frozenset[str]

    @classmethod
    def of(cls, made: Plan, db: Connection) -> _Seen:
        prices: dict[str, str] = {}
        stocks: dict[str, str] = {}
        for operation in made.operations:
            for detail in operation.details:
                sku, _, part = detail.what.rpartition(" ")
                if detail.what in operation.skus:
                    prices[detail.what], _, stocks[detail.what] = detail.after.partition(" × ")
                elif sku in operation.skus and part in ("price", "stock"):
                    (prices if part == "price" else stocks)[sku] = detail.after
        stands = list(standing.read_all(db, made.channel))
        offers = [offer for stand in stands for offer in stand.offers.values()]
        return cls(
            {(operation.kind, operation.key): operation for operation in made.operations},
            made.operations,
            prices,
            stocks,
            {offer.sku: offer for offer in offers},
            frozenset(offer.sku for offer in offers if offer.refused),
            frozenset(offer.sku for offer in offers if offer.kept),
            frozenset(offer.sku for offer in offers if offer.uncounted),
        )


@define
class Witness:
    """Every request that no plan showed or that the seller keeps from us; what was stale though nobody else planned."""

    unshown: list[str] = field(factory=list)
    needless: list[str] = field(factory=list)
    stale: int = 0
    _drivers: dict[str, Driver[Any, Any]] = field(factory=dict)

    def looks_on(self, channel: OpenChannel, made: Plan) -> None:
        """From now on, what this process hands to its driver is compared with `made`."""
        driver = self._drivers.setdefault(channel.env.owner, channel.driver)
        watch = _Watch(self, channel, made, channel.store.read_now(lambda db: _Seen.of(made, db)))
        parts: dict[str, Any] = {}
        for name in ("create", "update", "prices", "stock", "offers", "show", "hide", "end"):
            flow = getattr(driver, name)
            if flow is not None:
                parts[name] = watch.over(name, flow)
        channel.driver = evolve(driver, **parts)

    def heard(self, report: Report, *, alone: bool, rivals: bool) -> None:
        """A run ended; `alone` says that nobody else planned over another catalog, `rivals` that some did over this.

        A rival whom the market did not tell a category holds what is in it.
        """
        stale = [one for one in report.outcomes if one.state is OutcomeState.STALE]
        self.stale += len(stale)
        if alone:
            self.needless += [
                f"{one.kind.value} {one.key}: {one.said}"
                for one in stale
                if not (rivals and "held by a finding" in one.said)
            ]


@frozen
class _Watch:
    witness: Witness
    channel: OpenChannel
    made: Plan
    seen: _Seen

    def over(self, name: str, flow: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        looks: Mapping[str, Callable[[Any], Iterator[str]]] = {
            "create": self._create,
            "update": self._update,
            "show": lambda ref: self._visible(Kind.SHOW, ref),
            "hide": lambda ref: self._visible(Kind.HIDE, ref),
            "end": lambda ref: self._visible(Kind.END, ref),
        }
        look = looks.get(name) or (lambda changes: self._offers(name, changes))

        def watched(shop: Any, given: Any) -> Any:
            self.witness.unshown += look(given)
            return flow(shop, given)

        return watched

    def _create(self, new: New) -> Iterator[str]:
        def replayed(db: Connection) -> bool:
            left = journal.unfinished(db, self.channel.name)
            return any(one.key == new.key and one.input.get("token") == new.token for one in left)

        if self.channel.store.read_now(replayed):
            return  # what a dead process did is read again, and nothing is sent
        operation = self.seen.operations.get((Kind.CREATE, new.key))
        if operation is None:
            yield f"{new.key} was made, which no plan showed"
            return
        yield from self._content(operation, new.content)
        if set(new.offers) != set(operation.skus):
            yield f"{new.key} was made with {sorted(new.offers)}, the plan showed {sorted(operation.skus)}"
        for offer in new.offers.values():
            yield from self._offer(offer, prices=True, stock=True)

    def _update(self, change: Change) -> Iterator[str]:
        operation = self.seen.operations.get((Kind.UPDATE, change.key))
        if operation is None:
            yield f"{change.key} was updated, which no plan showed"
            return
        yield from self._content(operation, change.after)
        if set(change.offers) != set(operation.skus):
            yield f"{change.key} was updated to {sorted(change.offers)}, the plan showed {sorted(operation.skus)}"
        for offer in change.offers.values():
            yield from self._offer(offer, prices=True, stock=True)

    def _offers(self, part: str, changes: Sequence[OfferChange]) -> Iterator[str]:
        for change in changes:
            sku, kinds = change.sku, _OFFERS[part]
            if part in self.channel.channel.owned_by_seller:
                yield f"{sku} got {part}, which its seller keeps"
            if not any(op.kind in kinds and sku in op.skus for op in self.seen.every):
                yield f"{sku} got {part}, which no plan showed"
                continue
            yield from self._offer(change.offer, prices=part != "stock", stock=part != "prices")

    def _offer(self, offer: Offer, *, prices: bool, stock: bool) -> Iterator[str]:
        sku, owned = offer.sku, self.channel.channel.owned_by_seller
        before = self.seen.before.get(sku)
        if sku in self.seen.refused:
            return  # the market did not want it: nothing is asked for it, and it is as the catalog has it
        if prices and "prices" not in owned and sku not in self.seen.kept:
            last = before.last_prices if before is not None else None
            right = self.seen.prices.get(sku, _told(last) if last is not None else "nothing")
            if _told(offer.prices) != right:
                yield f"{sku} was sent at {_told(offer.prices)}, the plan showed {right}"
        if stock and "stock" not in owned and sku not in self.seen.uncounted:
            left = before.last_stock if before is not None else None
            shown = self.seen.stocks.get(sku, str(left) if left is not None else "nothing")
            if str(offer.stock) != shown:
                yield f"{sku} was sent with {offer.stock} on stock, the plan showed {shown}"

    def _content(self, operation: Operation, content: Content) -> Iterator[str]:
        def read(db: Connection) -> tuple[Content | None, Mapping[tuple[str, str], str]]:
            return standing.document(db, operation.want), assets.media_values(db, self.channel.name)

        shown, media = self.channel.store.read_now(read)
        if shown is None:
            yield f"nobody knows the document of {operation.kind.value} {operation.key} any more"
            return
        right = with_media(shown, media)
        # What the seller keeps is what stands in the shop, whatever the plan says.
        theirs = dict.fromkeys(content_owned(self.channel.channel, self.channel.spec).values(), "")
        if digest(with_texts(content, theirs)) != digest(with_texts(right, theirs)):
            yield f"{operation.key} was sent with another document than the plan showed"

    def _visible(self, kind: Kind, ref: Ref) -> Iterator[str]:
        def key(db: Connection) -> str:
            stands = standing.read_all(db, self.channel.name)
            mine = (
                stand.key for stand in stands if stand.ref is not None and stand.ref.listing == ref.listing
            )
            return next(mine, "")

        name = self.channel.store.read_now(key)
        if (kind, name) not in self.seen.operations:
            yield f"{kind.value} of {name or ref.listing}, which no plan showed"


def _told(prices: Mapping[str, Price]) -> str:
    return ", ".join(f"{price.sale.shown:f} {price.sale.currency}" for price in prices.values())
