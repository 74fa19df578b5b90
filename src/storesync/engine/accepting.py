"""What the market acknowledged becomes what it has; what it only promised waits for its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from storesync.driver import Receipt
from storesync.engine.log import Log
from storesync.engine.pricehold import CONTENT_CAUSES, PRICE_CAUSES
from storesync.engine.work import Work
from storesync.model import Offer, Status
from storesync.state import HIDDEN, SHOWN, Standing, standing

__all__ = ["accept", "acknowledge_causes", "wanted_offers"]


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
    if receipt.ticket is None:
        acknowledge_causes(db, channel, stand.key)
    standing.bump(db, channel)


def acknowledge_causes(db: Connection, channel: str, key: str) -> None:
    """The market took something of a listing: the causes of which nothing is left to send are known from now on.

    A price that is held still waits for what it came from.
    """
    stand = standing.read(db, channel, key)
    if stand is None:
        return
    offers = stand.offers.values()
    content = stand.want == stand.have
    prices = not any(offer.price_differs or offer.kept for offer in offers)
    stock = not any(offer.stock_differs or offer.uncounted for offer in offers)

    def done(cause: str) -> bool:
        if cause in PRICE_CAUSES:
            return prices
        return content and (cause in CONTENT_CAUSES or (prices and stock))

    known = {cause: digest for cause, digest in stand.causes.items() if done(cause)}
    if any(stand.have_causes.get(cause) != digest for cause, digest in known.items()):
        standing.change(db, channel, key, have_causes={**stand.have_causes, **known})
