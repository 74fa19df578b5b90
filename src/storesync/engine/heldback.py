"""What of a listing is held, in one value: its document, prices of it, or both, and what goes out all the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from storesync.driver import Driver
from storesync.engine.diff import blocked, wait_with_document
from storesync.engine.pricehold import (
    goes_out,
    kept_prices,
    price_reason,
    told_prices,
    told_stock,
    waits_for_price,
)
from storesync.issues import Severity
from storesync.plan import Held, Operation
from storesync.state import Standing

__all__ = ["held_back"]


def held_back(
    stand: Standing,
    driver: Driver[Any, Any] | None,
    owned: Collection[str] = (),
    mine: Iterable[Operation] = (),
) -> Held | None:
    """What is held of a listing that is wanted on sale and why, and what goes out by these operations of it; or None.

    `driver` says which offers its market takes with the document alone.
    """
    said, kept = blocked(stand), kept_prices(stand) if stand.ref is not None else {}
    there = stand.offers if stand.ref is not None else {}
    uncounted = {sku: told_stock(offer) for sku, offer in there.items() if offer.uncounted}
    if not said and not kept and not uncounted:
        return None
    errors = tuple(issue for issue in stand.issues if issue.severity is Severity.ERROR)
    reasons = [said] if said else []
    if kept:
        about = [issue.message for issue in errors if not issue.code.startswith("price.")]
        reasons = [*(about[:1] or reasons if said else ()), price_reason(stand, kept)]
    if uncounted:
        reasons += [issue.message for issue in errors if issue.code.startswith("stock.")][:1]
    return Held(
        key=stand.key,
        title=stand.title,
        reason="; ".join(dict.fromkeys(reasons)),
        issues=errors or (stand.remarks if said else ()),
        stays={sku: told_prices(offer) for sku, offer in kept.items()},
        uncounted=uncounted,
        goes=tuple(words for operation in mine if (words := goes_out(operation, stand))),
        waits=tuple(waits_for_price(stand, kept)) if kept or uncounted else (),
        content=bool(said) and stand.ref is not None,
        follows=tuple(wait_with_document(stand, driver, owned)) if driver is not None else (),
    )
