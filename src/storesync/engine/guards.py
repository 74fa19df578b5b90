"""How much a plan would change, measured against what one run may change unasked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from storesync.engine.catastrophe import Shelf, catastrophes
from storesync.model import MONEY_CONTEXT, Money
from storesync.plan import Guard, GuardLimits, Kind, Operation
from storesync.pricing import Confirmed
from storesync.pricing.exact import share
from storesync.pricing.guard import mass_change, moved_prices
from storesync.state import UNKNOWN, OfferStanding, Standing

__all__ = ["guards"]


def guards(
    stands: Sequence[Standing],
    found: Iterable[Operation],
    limits: GuardLimits,
    *,
    shelf: Shelf,
    policies: Mapping[str, str],
    products: int | None,
    confirmed: Mapping[str, Mapping[str, Confirmed]],
) -> tuple[Guard, ...]:
    """How much the operations would change, against what one run may change unasked; `stands` are theirs.

    `policies` names the price policy of each market. `products` is how many the whole catalog has, None when only a
    part of it was read. `confirmed` are by SKU and market the moves of prices that a person lets through: they are no
    swing. What an earlier run was let send and did not hear of is no new touch.
    """
    live, swing, swung = shelf.live, Decimal(0), ""
    ops = list(found)
    # An update may carry prices as well.
    repriced = {op.key for op in ops if op.kind in (Kind.PRICES, Kind.UPDATE)}
    unmeasured = ""
    for stand in stands:
        for sku, offer in stand.offers.items() if stand.key in repriced else ():
            moved = _swing(offer, confirmed.get(sku, {}))
            if moved is None:
                unmeasured = unmeasured or sku
            elif moved > swing:
                swing, swung = moved, sku
    hides = sum(op.kind is Kind.HIDE for op in ops) + sum(map(_demanded, ops))
    shown = max(live, hides)  # what is in doubt may be on sale and is not counted
    let_do = {stand.key for stand in stands if stand.have == UNKNOWN and stand.asked == stand.want}
    touched = sum(op.kind is Kind.UPDATE and op.key not in let_do for op in ops)
    ends = sum(map(_demanded, ops))
    return (
        *([_ending(ends)] if ends else []),
        Guard(
            name="empty source",
            limit="at least 1 product while listings are live",
            measured=f"{'some' if products is None else products} products, {live} live",
            tripped=products == 0 and live > 0,
            hint="an empty catalog would take the whole shop off sale",
        ),
        _share("hidden", hides, shown, limits.hidden, limits.few(shown)),
        _share("touched", touched, live, limits.touched, limits.floor),
        Guard(
            name="price swing",
            limit=f"{share(limits.price_swing)} per SKU",
            measured=f"cannot be measured at {unmeasured}"
            if unmeasured
            else share(swing, 1) + (f" at {swung}" if swung else ""),
            tripped=bool(unmeasured) or swing > limits.price_swing,
            hint=f"look at {unmeasured or swung} with `storesync explain`" if unmeasured or swung else "",
        ),
        _mass_change([stand for stand in stands if stand.key in repriced], limits, shelf, policies),
        *catastrophes(stands, ops, limits, shelf),
    )


def _mass_change(
    stands: Iterable[Standing], limits: GuardLimits, shelf: Shelf, policies: Mapping[str, str]
) -> Guard:
    """Many prices that move at once have one cause: a rate, a policy, a column of the catalog."""
    before: dict[str, Money] = {}
    after: dict[str, Money] = {}
    for stand in stands:
        for sku, offer in stand.offers.items():
            if offer.want is None or offer.last_prices is None:
                continue
            before |= {f"{sku} {market}": price.sale for market, price in offer.last_prices.items()}
            after |= {f"{sku} {market}": price.sale for market, price in offer.want.prices.items()}
    moved = moved_prices(before, after, change=limits.mass_move)
    # So few may always move; and there are more prices than listings, which are counted at less cost.
    few = len(moved) <= max(Decimal(limits.floor), _part(limits.mass_change, shelf.live))
    live = 0 if few else sum(sold.count for sold in shelf.sold().values())
    found = (
        ()
        if few
        else mass_change(
            before,
            after,
            change=limits.mass_move,
            share=limits.mass_change,
            at_least=limits.floor + 1,
            live=live,
            policies={one: policies.get(one.rpartition(" ")[2], "") for one in moved},
        )
    )
    whose = found[0].message.partition(":")[0] if found else ""
    return Guard(
        name="mass change",
        limit=f"{share(limits.mass_change)} of the live prices by more than {share(limits.mass_move)}, "
        f"{limits.floor} at least",
        measured=f"{len(moved)} prices" if few else f"{len(moved)} of {live}",
        tripped=bool(found),
        hint=f"{whose}: look at the rate (`storesync rates`) and at what changed in policy or catalog; if this is "
        "meant: --allow 'mass change=why'"
        if found
        else "",
    )


def _part(share: Decimal, of: int) -> Decimal:
    """A share of a number; the host's decimal context has no say in it."""
    return MONEY_CONTEXT.multiply(share, Decimal(of))


def _demanded(operation: Operation) -> bool:
    return operation.kind is Kind.END and "unfinished" not in operation.causes


def _ending(count: int) -> Guard:
    return Guard(
        name="end",
        limit="none without a reason",
        measured=f"{count} to end",
        tripped=True,
        hint="an ended listing does not come back, nor do its reviews and sales; if this is meant: --allow 'end=why'",
    )


def _share(name: str, count: int, live: int, limit: Decimal, floor: int) -> Guard:
    return Guard(
        name=name,
        limit=f"{share(limit)} of the live listings, {floor} at least",
        measured=f"{count} of {live}",
        tripped=count > floor and count > _part(limit, live),
        hint=f"if this is meant: --allow '{name}=why'" if count > floor else "",
    )


def _swing(offer: OfferStanding, meant: Mapping[str, Confirmed]) -> Decimal | None:
    """How far a price moves unasked, as a share of what it was; None when the two cannot be compared."""
    worst = Decimal(0)
    if offer.want is None or offer.last_prices is None:
        return worst
    for market, price in offer.want.prices.items():
        before = offer.last_prices.get(market)
        if before is None:
            continue
        if before.sale.currency != price.sale.currency or before.sale.amount == 0:
            return None
        if market in meant and meant[market].lets(before.sale, price.sale.amount):
            continue
        apart = MONEY_CONTEXT.subtract(price.sale.amount, before.sale.amount)
        worst = max(worst, MONEY_CONTEXT.divide(apart, before.sale.amount).copy_abs())
    return worst
