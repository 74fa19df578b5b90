"""The line between ordinary and high-end cosmetics on one variant's way: what it counts, and where it lies."""

from __future__ import annotations

from decimal import Decimal

from storesync.pricing import china
from storesync.pricing.exact import EXACT
from storesync.pricing.walk import Walk

__all__ = ["counted", "high_end_limit"]


def counted(walk: Walk) -> Decimal | None:
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


def high_end_limit(walk: Walk) -> Decimal | None:
    """The price before tax from which the high-end rate holds; holds the price when it cannot be known."""
    tax, hs = walk.policy.tax, walk.product.hs
    line = china.high_end_line(hs, tax.measure)
    if line is None:
        return None
    amount = counted(walk)
    if amount is None:
        need = "the number of pieces" if tax.measure == "piece" else "the net content in ml or g"
        raise walk.hold(
            "price.content_missing",
            "tax",
            f"the high-end line for HS {hs} ({line.value:f} CNY per unit) needs {need}, and it is not known",
            f"fill in {need} of {walk.sku}",
        )
    return EXACT.multiply(line.value, amount)
