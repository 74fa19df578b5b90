"""Tax that hangs on the sale price itself: what the buyer will pay, and the line where it jumps."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, frozen

from storesync.model import Money, minor_digits
from storesync.pricing import china
from storesync.pricing.declared import Declared
from storesync.pricing.exact import EXACT, Exact, figure
from storesync.pricing.highend import counted, high_end_limit
from storesync.pricing.landing import figures_for
from storesync.pricing.taxpack import charge, tax_pack, weakest
from storesync.pricing.walk import Walk

__all__ = ["SaleTax", "after_price", "sale_tax"]

_ONE = Decimal(1)


@frozen(kw_only=True)
class SaleTax:
    """An included tax on the sale price: the price is factor[0]/factor[1] times the price before tax.

    `limit` is the price before tax from which a higher rate holds; None where it does not matter (any more).
    """

    factor: tuple[Decimal, Decimal] = (_ONE, _ONE)
    limit: Decimal | None = None
    detail: str = ""
    source: str = ""

    def crossed(self, price: Decimal) -> bool:
        """Whether the price before tax has reached the line, so that this factor is too low."""
        if self.limit is None:
            return False
        return Exact(price).times(self.factor[1]).over(self.factor[0]).compare(self.limit) >= 0


def sale_tax(walk: Walk, *, high_end: bool) -> SaleTax:
    """The tax inside the sale price, where the policy includes one there."""
    tax = walk.policy.tax
    if tax.mode != "included" or tax.on != "price":
        return SaleTax()
    if not china.tax_line(walk.product.hs).known:
        raise walk.hold(
            "price.tax_missing",
            "tax",
            f"the tax is included, but no figure of it is known for HS {walk.product.hs or 'unknown'}",
            f'check the HS code of {walk.product.key}; or refine its tax: on = "import" with duty and vat (13 % x 0.7 is '
            '"0.091"), or mode = "buyer_pays": then the tax is not in the price',
        )
    limit = high_end_limit(walk)
    factor = china.cbec_factor(walk.product.hs, high_end=high_end)
    used = china.cbec_figures(walk.product.hs, high_end=high_end)
    share = Exact(EXACT.subtract(factor[0], factor[1])).over(factor[1]).value
    band = ", high-end" if high_end else ""
    return SaleTax(
        factor=factor,
        limit=None if high_end else limit,
        detail=f"tax on the price before tax {figure(share, 6)}{band} (estimate [{weakest(used)}])",
        source="; ".join(dict.fromkeys(one.source for one in used)),
    )


def _declared(walk: Walk, price: Money) -> tuple[Declared, ...]:
    """What an estimate of the import tax needs; empty where the policy names no regime."""
    tax = walk.policy.tax
    if tax.mode == "none" or not tax.regime:
        return ()
    sale = Declared(value=price, hs=walk.product.hs, amount=counted(walk), tax=tax)
    if tax.mode == "included" and tax.on == "import":
        if walk.value is None or walk.at_import is None:
            return ()  # a price that was set by hand tells no customs value
        value = charge("", walk.value, price.currency, minor_digits(price.currency)).amount
        return (evolve(sale, value=value, at_import=walk.at_import),)
    if tax.regime in ("cn-general", "vn-import"):
        return (evolve(sale, at_import=figures_for(walk, Exact(price.amount))),)
    if tax.regime == "cn-parcel":
        limit = high_end_limit(walk)
        return (evolve(sale, high_end=limit is not None and price.amount >= limit),)
    return (evolve(sale, high_end=sale_tax(walk, high_end=False).crossed(price.amount)),)


def after_price(walk: Walk, price: Money) -> tuple[Declared, ...]:
    """What the estimate needs, and warnings just above a tax line or over a limit.

    Holds an included cross-border tax over the limit of one order: there the order pays another one.
    """
    tax = walk.policy.tax
    if tax.mode == "none" or not tax.regime.startswith("cn-"):
        return _declared(walk, price)
    if not china.tax_line(walk.product.hs).known and tax.vat is None:
        walk.note(
            "price.tax_unknown_line",
            "tax",
            f"no tax figure for HS {walk.product.hs or 'unknown'}; the standard VAT stands in",
            f"check the HS code of {walk.product.key}",
        )
    factor = sale_tax(walk, high_end=False).factor
    # What we bear at import, by general trade, hangs on the customs value, not on the price.
    limit = high_end_limit(walk) if tax.mode == "buyer_pays" or tax.regime == "cn-cbec" else None
    if limit is not None:
        _warn_cliff(walk, price.amount, limit, factor)
    if tax.regime == "cn-cbec":
        _look_at_order(walk, price)
    elif tax.regime == "cn-parcel":
        _warn_of_parcel(walk, price)
    return _declared(walk, price)


def _look_at_order(walk: Walk, price: Money) -> None:
    """One piece over the limit of one order: a warning where the buyer pays, a hold where the price has the tax in it."""
    most = tax_pack("china")["order_limit"]
    tax = sale_tax(walk, high_end=False)
    if tax.crossed(price.amount):
        tax = sale_tax(walk, high_end=True)
    before = Exact(price.amount).times(tax.factor[1]).over(tax.factor[0])
    # assumption: the limit counts the dutiable value, which is the price without tax [U: read on 2026-11-23].
    if before.compare(most.value) <= 0:
        return
    route = china.order_route(charge("", before, "CNY", minor_digits("CNY")).amount.amount).text
    included = walk.policy.tax.mode == "included"
    shown = f"{price}, {figure(before.value, 2)} before tax," if included else f"{price}"
    told = f"{shown} is over the limit of {most.value:f} CNY for one order: {route}"
    way = "sell it in a smaller pack, or by general trade"
    if included:
        raise walk.hold(
            "price.order_limit",
            "tax",
            f"{told}; the cross-border tax in this price is not the one it pays",
            f'{way}, or set mode = "buyer_pays"',
        )
    walk.warn("price.order_limit", "tax", told, way)


def _warn_of_parcel(walk: Walk, price: Money) -> None:
    most = tax_pack("china")["parcel_limit"]
    if price.amount > most.value:
        walk.warn(
            "price.order_limit",
            "tax",
            f"{price} is over the limit of {most.value:f} CNY for one parcel: it enters as goods, not as a parcel",
            "sell it in a smaller pack, or by general trade",
        )


def _warn_cliff(walk: Walk, price: Decimal, limit: Decimal, factor: tuple[Decimal, Decimal]) -> None:
    reached = Exact(EXACT.multiply(limit, factor[0]), factor[1])
    cliff = walk.policy.guards.cliff
    # Worth a word only where going below the line costs the shop little.
    if reached.compare(price) > 0 or reached.below(Exact(EXACT.multiply(price, EXACT.subtract(_ONE, cliff)))):
        return
    grid = walk.policy.grid
    below = grid.neighbors(reached)[0]
    if below is not None and reached.compare(below) == 0:
        unit = walk.policy.unit
        below = grid.neighbors(reached.plus(unit.copy_negate()))[0]
    way_out = "change the pack size" if below is None else f"{below:f} CNY would stay below it"
    walk.warn(
        "price.tax_cliff",
        "tax",
        f"{price:f} CNY reaches the high-end line of {limit:f} CNY before tax: the buyer's tax jumps",
        way_out,
    )
