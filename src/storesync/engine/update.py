"""Bringing a listing from any half to what is wanted, and keeping what is known true on the way."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from sqlalchemy import Connection

from storesync.driver import Change, Receipt
from storesync.engine.accepting import accept, wanted_offers
from storesync.engine.afterlook import look_after
from storesync.engine.documents import with_media
from storesync.engine.log import Log
from storesync.engine.report import OutcomeState
from storesync.engine.rounds import in_rounds, waiting
from storesync.engine.upload import Sent, ensure_media, media_of, to_resend
from storesync.engine.work import Work
from storesync.errors import Fault, NoChange, NotFound, Postponed, Rejected
from storesync.model import Ref
from storesync.plan import Operation
from storesync.state import SHOWN, UNKNOWN, Standing, assets, standing

__all__ = ["update"]


async def update(work: Work, operation: Operation) -> None:
    """Carry out an update; after doubt the market is asked what it has, and the rest is done from there."""
    await in_rounds(
        work, operation, open_=lambda stand: stand.ref is not None, look=_as_it_is, attempt=_attempt
    )


async def _as_it_is(work: Work, stand: Standing) -> Ref:
    """The listing's ids as the market has them after an unfinished change; NotFound when it is gone."""
    ref = stand.ref
    assert ref is not None
    if stand.doubt is not None:
        await work.settle_at(stand.doubt)
    elif stand.have != UNKNOWN:
        return ref
    observe = work.channel.driver.observe
    if observe is None:
        refs = await work.find(stand, stand.doubt)
        return next((stand.ours(one) for one in refs if one.listing == ref.listing), ref)
    seen = await work.run(observe(work.channel.shop, [ref]))
    if ref.listing in seen:
        return stand.ours(seen[ref.listing].ref)
    raise await work.not_seen(stand.key)


async def _attempt(work: Work, operation: Operation, stand: Standing, ref: Ref) -> bool:
    channel = work.channel
    flow = channel.driver.update
    after = await work.document(stand.want)
    before = await work.document(stand.have)
    assert flow is not None
    assert after is not None
    unsent = await ensure_media(work, stand.key, after)
    if unsent is not None:
        work.failed(operation, unsent)
        return True
    sent = media_of(work, after)
    offers = wanted_offers(stand)
    change = Change(
        key=stand.key,
        ref=ref,
        before=with_media(before, work.media) if before is not None and stand.doubt is None else None,
        after=with_media(after, sent),
        offers=offers,
        added=tuple(sku for sku in offers if sku not in ref.skus),
        removed=tuple(sku for sku in ref.skus if sku not in offers),
        token=channel.env.token(),
    )
    stand = evolve(stand, named=stand.named | offers.keys())
    log = work.log(operation.kind, stand.key, skus=tuple(offers), input={"want": stand.want})
    begin = log.begin

    def begin_with_names(db: Connection) -> None:
        begin(db)
        standing.change(db, channel.name, stand.key, named=stand.named)

    log.begin = begin_with_names
    try:
        receipt: Receipt = await work.run(flow(channel.shop, change), log)
    except NoChange:
        receipt = Receipt(ref, stand.status)
    except Fault as fault:
        return await _refused(work, operation, stand, log, fault, sent)
    shown = stand.have_shown

    def write(db: Connection) -> None:
        carried = {sku: offers[sku] for sku in change.added}
        if "carries offers" in channel.spec.update:
            carried = offers
        kept = receipt.ref or Ref(
            ref.listing, {sku: id_ for sku, id_ in ref.skus.items() if sku not in change.removed}, ref.more
        )
        accept(work, db, stand, stand.want, carried, _with_ref(receipt, kept), log)
        if receipt.ticket is None and shown != SHOWN:
            # An update says nothing about whether the listing is on sale.
            standing.change(db, channel.name, stand.key, have_shown=shown)

    await work.write(write)
    if receipt.ticket is None:
        await look_after(work, stand)
    work.done(operation, OutcomeState.DONE if receipt.ticket is None else OutcomeState.IN_REVIEW)
    return True


def _with_ref(receipt: Receipt, ref: Ref) -> Receipt:
    return Receipt(ref, receipt.status, receipt.ticket, receipt.issues, receipt.refused, receipt.offers)


async def _refused(
    work: Work, operation: Operation, stand: Standing, log: Log, fault: Fault, sent: Sent
) -> bool:
    channel, key, want, now = work.channel, operation.key, stand.want, work.channel.env.now()
    doubtful = work.doubtful(log, fault)
    lost = None if doubtful else to_resend(work, key, sent, fault)

    def write(db: Connection) -> None:
        log.finish(db, "doubtful" if doubtful else "failed", fault)
        if isinstance(fault, NotFound):
            work.gone(db, key, now)
            return
        values: dict[str, Any] = {}
        if isinstance(fault.ref, Ref):
            values["ref"] = stand.ours(fault.ref)
        if doubtful:
            values["doubt"] = now
        if log.begun:
            # Part of it may have arrived: what the market shows is unknown until an update goes through whole.
            values |= {"have": UNKNOWN, "asked": want}
        if isinstance(fault, Rejected) and lost is None:
            values |= {"refused": want, "remarks": fault.issues}
        elif isinstance(fault, Postponed) and (remarks := waiting(fault, key)) != stand.remarks:
            values["remarks"] = remarks
        if values:
            standing.change(db, channel.name, key, **values)
            standing.bump(db, channel.name)
        assets.forget_media(db, channel.name, lost or {})

    await work.write(write)
    if doubtful or lost is not None:
        return False
    if isinstance(fault, Postponed):
        work.failed(operation, fault, OutcomeState.POSTPONED)
    else:
        work.failed(operation, fault)
    return True
