"""What the market acknowledged becomes what it has; what it only promised waits for its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from storesync.driver import Receipt
from storesync.engine.log import Log
from storesync.engine.work import Work
from storesync.model import Offer, Status
from storesync.state import HIDDEN, SHOWN, Standing, standing

__all__ = ["accept", "wanted_offers"]


def wanted_offers(stand: Standing) -> dict[str, Offer]:
    """The offers that the listing should show, by SKU."""
    return {sku: offer.want for sku, offer in stand.offers.items() if offer.want is not None}


def accept(
    work: Work,
    db: Connection,
    stand: Standing,
    want: str,
    offers: Mapping[str, Offer],
    receipt: Receipt,
    log: Log | None,
) -> None:
    """What the market acknowledged becomes `have`; with a ticket it becomes so only by its verdict."""
    channel = work.channel.name
    if log is not None:
        log.finish(db, "done")
    values: dict[str, Any] = {
        "ref": stand.ours(receipt.ref) if receipt.ref is not None else stand.ref,
        "status": receipt.status,
        "remarks": receipt.issues,
        "doubt": None,
        "token": "",
        "named": (),
        "parked": "",
        "refused": "",
        "changed_at": work.channel.env.now(),
    }
    if receipt.ticket is not None:
        values |= {
            "ticket": receipt.ticket,
            "asked": want,
            "asked_at": work.channel.env.now(),
            "status": Status.IN_REVIEW,
        }
    else:
        hidden = receipt.status in (Status.HIDDEN, Status.DRAFT)
        values |= {
            "made": True,
            "have": want,
            "have_causes": stand.causes,
            "have_shown": HIDDEN if hidden else SHOWN,
            "ticket": None,
            "asked": "",
        }
    standing.change(db, channel, stand.key, **values)
    taken = [offer for sku, offer in {**offers, **receipt.offers}.items() if sku not in receipt.refused]
    standing.acknowledge_offers(db, channel, taken, prices=True, stock=True)
    work.met(db, taken)
    for sku, fault in receipt.refused.items():
        standing.doubt_offers(db, channel, [sku], refused=str(fault))
    standing.bump(db, channel)
