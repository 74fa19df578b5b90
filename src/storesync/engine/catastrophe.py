"""Guards against what no merchant means: free goods, stock out of nowhere, a wrong unit, somebody else's shop. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from storesync.issues import counted
from storesync.model import MONEY_CONTEXT, Offer, Status
from storesync.plan import Guard, GuardLimits, Kind, Operation
from storesync.pricing.exact import figure, share
from storesync.state import OfferStanding, Standing
from storesync.state.due import Sold

__all__ = ["Shelf", "catastrophes"]

_FEW = 50  # pieces: a stock below that may grow as if it were so many

_PRICED = (Kind.CREATE, Kind.UPDATE, Kind.PRICES)
_STOCKED = (Kind.UPDATE, Kind.STOCK)


@frozen(kw_only=True)
class Shelf:
    """What the whole channel is known to show: the number of listings on sale, and what only some plans must ask.

    `sold` is what it sells by market, `on_stock` how many SKUs have any, `highest_stock` the most pieces that one of
    them has, None in a shop without any; all look at every offer.
    """

    live: int
    sold: Callable[[], Mapping[str, Sold]]
    on_stock: Callable[[], int]
    highest_stock: Callable[[], int | None]


def catastrophes(
    stands: Sequence[Standing], found: Iterable[Operation], limits: GuardLimits, shelf: Shelf
) -> tuple[Guard, ...]:
    """What the operations would do at worst, each against its limit; `stands` are those of their listings."""
    ops = list(found)
    by_key = {stand.key: stand for stand in stands}

    def of(*kinds: Kind) -> list[Standing]:
        return [
            by_key[key]
            for key in dict.fromkeys(op.key for op in ops if op.kind in kinds and op.key in by_key)
        ]

    return (
        _free(of(*_PRICED)),
        _out_of_range(of(Kind.CREATE), limits, shelf),
        _stock_jump(of(Kind.CREATE, *_STOCKED), limits, shelf),
        _mass_stock(of(*_STOCKED), limits, shelf),
        _sold_out(of(*_STOCKED), limits, shelf),
        _removed(of(*_STOCKED), stands, limits, shelf),
        _vanished(of(Kind.CREATE), limits, live=shelf.live),
    )


def _wanted(stands: Iterable[Standing]) -> Iterator[tuple[OfferStanding, Offer]]:
    for stand in stands:
        for offer in stand.offers.values():
            if offer.want is not None:
                yield offer, offer.want


def _free(stands: Iterable[Standing]) -> Guard:
    free = [
        want.sku
        for _, want in _wanted(stands)
        if any(price.sale.amount <= 0 for price in want.prices.values())
    ]
    return Guard(
        name="zero price",
        limit="none",
        measured=f"{len(free)} SKUs" + (f", {free[0]} first" if free else ""),
        tripped=bool(free),
        hint=f"look at {free[0]} with `storesync explain`" if free else "",
    )


def _out_of_range(new: Sequence[Standing], limits: GuardLimits, shelf: Shelf) -> Guard:
    """New listings have no price before; they are measured against what the shop sells already."""
    known = shelf.sold() if new else {}
    worst, where = Decimal(1), ""
    for _, want in _wanted(new):
        for market, price in want.prices.items():
            sold = known.get(market)
            if sold is None or sold.count <= limits.floor or price.sale.amount <= 0:
                continue
            times = max(_times(price.sale.amount, sold.highest), _times(sold.lowest, price.sale.amount))
            if times > worst:
                worst, where = times, want.sku
    return Guard(
        name="price range",
        limit=f"{limits.price_range} times what the shop sells",
        measured=f"{figure(worst, 1)} times" + (f" at {where}" if where else ""),
        tripped=worst > limits.price_range,
        hint=f"is the currency of {where} right? if this is meant: --allow 'price range=why'"
        if where
        else "",
    )


def _times(one: Decimal, other: Decimal) -> Decimal:
    return MONEY_CONTEXT.divide(one, other) if other > 0 else Decimal(1)


def _stock_jump(stands: Iterable[Standing], limits: GuardLimits, shelf: Shelf) -> Guard:
    """A new SKU has no stock before; it is measured against the largest of the shop, or without any by itself."""
    worst, where, pieces = Decimal(1), "", 0
    offers = list(_wanted(stands))
    # Fewer than the smallest limit are never too many, and most new SKUs have fewer: nothing need be asked for them.
    asks = any(offer.last_stock is None and want.stock > _FEW for offer, want in offers)
    highest = shelf.highest_stock() if asks else None
    usual = (
        MONEY_CONTEXT.divide(Decimal(limits.stock_new), limits.stock_jump)
        if highest is None
        else Decimal(max(highest, _FEW))
    )
    for offer, want in offers:
        before = usual if offer.last_stock is None else Decimal(max(offer.last_stock, _FEW))
        times = _times(Decimal(want.stock), max(before, Decimal(1)))
        if times > worst:
            worst, where, pieces = times, want.sku, want.stock
    return Guard(
        name="stock jump",
        limit=f"{limits.stock_jump} times per SKU; a new one: as many times the largest stock of the shop, "
        f"or {limits.stock_new:,} pieces where it has none",
        measured=f"{figure(worst, 1)} times at {where} ({pieces:,} pieces)" if where else "1.0 times",
        tripped=worst > limits.stock_jump,
        hint=f"is the unit of {where}'s stock right, and is it a stock? if this is meant: --allow 'stock jump=why'"
        if where
        else "",
    )


def _mass_stock(changed: Iterable[Standing], limits: GuardLimits, shelf: Shelf) -> Guard:
    """Many stocks that grow at once, each by less than a jump: boxes read as pieces, or the column beside.

    What was sold out counts for nothing: a delivery fills empty shelves.
    """
    grown = [
        want.sku
        for offer, want in _wanted(changed)
        if offer.last_stock
        and _times(Decimal(want.stock), Decimal(max(offer.last_stock, _FEW))) > limits.mass_growth
    ]
    return _of_stock(
        "mass stock",
        len(grown),
        limits.mass_stock,
        limits,
        shelf,
        how=f"by more than {limits.mass_growth} times",
    )


def _sold_out(changed: Iterable[Standing], limits: GuardLimits, shelf: Shelf) -> Guard:
    out = sum(bool(offer.last_stock) and want.stock <= 0 for offer, want in _wanted(changed))
    return _of_stock("sold out", out, limits.sold_out, limits, shelf)


def _removed(
    changed: Iterable[Standing], moved: Iterable[Standing], limits: GuardLimits, shelf: Shelf
) -> Guard:
    """Variants that the catalog names no more, of listings that stay: a table that was cut off looks like that."""
    named = {sku for stand in moved for sku in stand.offers}
    lost = [sku for stand in changed if stand.ref is not None for sku in stand.ref.skus if sku not in named]
    return _of_stock("removed", len(lost), limits.removed, limits, shelf, gone=len(lost))


def _of_stock(
    name: str, out: int, limit: Decimal, limits: GuardLimits, shelf: Shelf, *, gone: int = 0, how: str = ""
) -> Guard:
    """A share of the SKUs on stock; of those that are `gone` from the catalog nobody keeps the stock."""
    on_stock = shelf.on_stock() + gone if out > limits.floor else 0  # so few may always change
    return Guard(
        name=name,
        limit=" ".join(filter(None, (f"{share(limit)} of the SKUs on stock", how)))
        + f", {limits.floor} at least",
        measured=f"{out} of {on_stock}" if on_stock else counted(out, "SKU"),
        tripped=out > limits.floor and out > MONEY_CONTEXT.multiply(Decimal(on_stock), limit),
        hint=f"if this is meant: --allow '{name}=why'" if out > limits.floor else "",
    )


def _vanished(new: Iterable[Standing], limits: GuardLimits, *, live: int) -> Guard:
    """Listings that the market knew and knows no more would be made anew: in another shop each is a duplicate."""
    gone = sum(stand.status is Status.ENDED for stand in new)
    few = limits.few(live + gone)
    return Guard(
        name="vanished",
        limit=f"{share(limits.hidden)} of the listings that were live, {few} at least",
        measured=f"{gone} of {live + gone} are gone from the market",
        tripped=gone > few and gone > MONEY_CONTEXT.multiply(Decimal(live + gone), limits.hidden),
        hint="is this the right account? if they are to be made anew: --allow 'vanished=why'"
        if gone > few
        else "",
    )
