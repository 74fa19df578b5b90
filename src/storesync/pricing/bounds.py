"""How low and how high one price may be, and how far one run may move it."""

from __future__ import annotations

from decimal import Decimal

from storesync.model import Money, Price
from storesync.pricing.buyertax import SaleTax
from storesync.pricing.confirmed import Confirmed
from storesync.pricing.exact import EXACT, Exact, figure
from storesync.pricing.landing import import_tax
from storesync.pricing.policy import percent
from storesync.pricing.stages import addons, check_size, fees, route
from storesync.pricing.walk import Walk

__all__ = ["floor_of", "hold_ceiling", "hold_change"]


def floor_of(walk: Walk, tax: SaleTax) -> tuple[Exact | None, str]:
    """The lowest price that covers cost and margin, or the minimum price where that is higher."""
    guards, policy = walk.policy.guards, walk.policy
    floor: Exact | None = None
    why = ""
    if guards.min_margin is not None:
        cost = walk.supply.cost
        if cost is None:
            raise walk.hold(
                "price.cost_missing",
                "guards",
                f"min_margin {guards.min_margin:f} needs the cost, and the catalog gives none",
                f"fill in the cost of {walk.sku}, or remove "
                + policy.line("guards.min_margin", guards.min_margin),
            )
        if cost.currency != policy.home:
            raise walk.hold(
                "price.currency",
                "guards",
                f"the cost is in {cost.currency}, the policy starts from {policy.home}",
                "give the cost in the home currency",
            )
        check_size(walk, cost, "guards", "cost")
        if cost.amount <= 0:
            raise walk.hold(
                "price.cost_missing",
                "guards",
                f"min_margin {guards.min_margin:f} needs the cost, and the catalog gives {cost}",
                f"correct the cost of {walk.sku}: a cost is above zero",
            )
        extra, _ = addons(walk)
        way = route(walk, policy.rate.floor_kind)
        covered = way.convert(Exact(cost.amount).plus(extra))
        # Where the sale reaches the consumption tax line, so does what is declared for it.
        reached = walk.at_import is not None and walk.at_import.consumption is not None
        borne = import_tax(walk, covered, high_end=reached)
        covered = covered if borne is None else borne.taxed(covered)
        floor, _ = fees(walk, covered, tax.factor, guards.min_margin)
        # The conversion before told its own rate; a floor that uses another one tells it here.
        rate = "" if policy.rate.floor_kind == policy.rate.kind else f" at {way.label}"
        why = f"cost {cost}{rate}, margin {guards.min_margin:f}"
        why = f"the floor {figure(floor.value, 4)} {policy.currency} ({why})"
    least = guards.min_price
    if least is not None and (floor is None or floor.compare(least) < 0):
        floor, why = Exact(least), f"the minimum price {walk.money(least)}"
    return floor, why


def hold_ceiling(walk: Walk, amount: Decimal) -> None:
    """Holds for a price above the highest that its policy allows."""
    most = walk.policy.guards.max_price
    if most is not None and amount > most:
        raise walk.hold(
            "price.ceiling",
            "guards",
            f"{walk.money(amount)} is above the ceiling {walk.money(most)}; the live price stays",
            f"check the price, or change {walk.policy.line('guards.max_price', most)}",
        )


def hold_change(
    walk: Walk, made: Money, last: Price | None, confirmed: Confirmed | None, channel: str
) -> None:
    """Holds for a price that moves further from the live one than one run may move it, unless a person said so."""
    most = walk.policy.guards.max_change
    # A live price of 0 is none to compare with: nothing is a share of nothing.
    if most is None or last is None or last.sale.amount == 0:
        return
    live = last.sale
    if live.currency != made.currency:
        raise walk.hold(
            "price.change",
            "guards",
            f"the live price {live} cannot be compared with {made}; it stays",
            "check the channel's currency",
        )
    change = EXACT.subtract(made.amount, live.amount)
    if change.copy_abs() <= EXACT.multiply(live.amount, most):
        return
    if confirmed is not None and confirmed.lets(live, made.amount):
        walk.add(str(confirmed))
        return
    share = Exact(EXACT.multiply(change, Decimal(100))).over(live.amount).value
    raise walk.hold(
        "price.change",
        "guards",
        f"{live} would become {made}: {figure(share, 2)} %, more than {percent(most)} in one run; the live price stays",
        f"if it is right: storesync confirm {walk.sku} --channel {channel or 'CHANNEL'} --reason 'why'; or change "
        + walk.policy.line("guards.max_change", most),
    )
