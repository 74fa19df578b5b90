"""Tax that hangs on the sale price itself: what the buyer will pay, and the line where it jumps."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from storesync.model import Money
from storesync.pricing import china
from storesync.pricing.declared import Declared
from storesync.pricing.exact import EXACT, Exact, figure
from storesync.pricing.taxpack import tax_pack
from storesync.pricing.walk import Walk

__all__ = ["SaleTax", "after_price", "declared", "sale_tax"]

_ONE = Decimal(1)


@frozen(kw_only=True)
class SaleTax:
    """An included tax on the sale price: the price is factor[0]/factor[1] times the price before tax.

    `limit` is the price before tax from which a higher rate holds; None where it does not matter (any more).
    """

    factor: tuple[Decimal, Decimal] = (_ONE, _ONE)
    limit: Decimal | None = None
    detail: str = ""

    def crossed(self, price: Decimal) -> bool:
        """Whether the price before tax has reached the line, so that this factor is too low."""
        if self.limit is None:
            return False
        return Exact(price).times(self.factor[1]).over(self.factor[0]).compare(self.limit) >= 0


def _counted(walk: Walk) -> Decimal | None:
    """Content in ml or g, or pieces, as the policy measures a tax line; None when it is not known."""
    variant = walk.variant
    if variant is None:
        return None
    if walk.policy.tax.measure == "piece":
        return Decimal(variant.pieces) if variant.pieces > 0 else None
    content = variant.net_content
    return (
        content.value if content is not None and content.value > 0 and content.unit in ("ml", "g") else None
    )


def _limit(walk: Walk) -> Decimal | None:
    """The price before tax from which the high-end rate holds; holds the price when it cannot be known."""
    tax, hs = walk.policy.tax, walk.product.hs
    line = china.high_end_line(hs, tax.measure)
    if line is None:
        return None
    amount = _counted(walk)
    if amount is None:
        need = "the number of pieces" if tax.measure == "piece" else "the net content in ml or g"
        raise walk.hold(
            "price.content_missing",
            "tax",
            f"the high-end line for HS {hs} ({line.value:f} CNY per unit) needs {need}, and it is not known",
            f"fill in {need} of {walk.sku}",
        )
    return EXACT.multiply(line.value, amount)


def sale_tax(walk: Walk, *, high_end: bool) -> SaleTax:
    """The tax inside the sale price, where the policy includes one there."""
    tax = walk.policy.tax
    if tax.mode != "included" or tax.on != "price":
        return SaleTax()
    limit = _limit(walk)
    factor = china.cbec_factor(walk.product.hs, high_end=high_end)
    share = Exact(EXACT.subtract(factor[0], factor[1])).over(factor[1]).value
    band = ", high-end" if high_end else ""
    return SaleTax(
        factor=factor,
        limit=None if high_end else limit,
        detail=f"tax on the price before tax {figure(share, 6)}{band} (estimate)",
    )


def declared(walk: Walk, price: Money) -> tuple[Declared, ...]:
    """What an estimate of the buyer's tax needs; empty where the policy names no regime."""
    tax = walk.policy.tax
    if tax.mode != "buyer_pays" or not tax.regime:
        return ()
    return (Declared(price=price, hs=walk.product.hs, amount=_counted(walk), tax=tax),)


def after_price(walk: Walk, price: Money) -> tuple[Declared, ...]:
    """What the estimate needs, and warnings just above a tax line or over an order limit."""
    tax = walk.policy.tax
    if tax.mode == "none" or tax.regime != "cn-cbec" or price.currency != "CNY":
        return declared(walk, price)
    limit = _limit(walk)
    if not china.tax_line(walk.product.hs).known:
        # An included tax is part of the price: a guess in it is worth more than a note.
        tell = walk.warn if tax.mode == "included" else walk.note
        tell(
            "price.tax_unknown_line",
            "tax",
            f"no tax figure for HS {walk.product.hs or 'unknown'}; the standard VAT stands in",
            f"check the HS code of {walk.product.key}",
        )
    factor = sale_tax(walk, high_end=False).factor
    if limit is not None:
        _warn_cliff(walk, price.amount, limit, factor)
    most = tax_pack("china")["order_limit"].value
    if EXACT.multiply(price.amount, factor[1]) > EXACT.multiply(most, factor[0]):
        walk.warn(
            "price.order_limit",
            "tax",
            f"{price} is over the limit of {most:f} CNY for one order:"
            f" {china.order_route(price.amount).text}",
            "sell it in a smaller pack, or by general trade",
        )
    return declared(walk, price)


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
    way_out = "change the pack size" if below is None else f"{below:f} would stay below it"
    walk.warn(
        "price.tax_cliff",
        "tax",
        f"{price:f} CNY reaches the high-end line of {limit:f} CNY before tax: the buyer's tax jumps",
        way_out,
    )
