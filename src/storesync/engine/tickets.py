"""What the market promised to answer later: asked for, and made `have` only by its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from storesync.driver import Observed, Receipt, Verdicts
from storesync.engine.accepting import accept
from storesync.engine.afterlook import look_after
from storesync.engine.events import warned
from storesync.engine.work import Work
from storesync.errors import Denied, Fault, NotFound, Rejected
from storesync.issues import Issue
from storesync.model import Status
from storesync.state import SHOWN, UNKNOWN, Standing, standing

__all__ = ["poll"]


async def poll(work: Work, waiting: Sequence[Standing]) -> int:
    """Ask about every ticket that is due; the number of verdicts."""
    channel = work.channel
    flow, spec, now = channel.driver.poll, channel.spec, channel.env.now()
    decided = 0
    for stand in waiting:
        if stand.ticket is None or flow is None or stand.asked_at is None:
            continue
        if now < stand.asked_at + spec.review:
            continue
        try:
            verdicts: Verdicts = await work.run(flow(channel.shop, stand.ticket))
        except NotFound as fault:
            await _look(work, stand, fault)
            continue
        except Fault as fault:
            if isinstance(fault, Denied) and fault.retry_after is None:
                raise  # no verdict will ever come: a person is told now, not when something has to be sent
            warned("ticket.unanswered", channel=channel.name, key=stand.key, fault=type(fault).__name__)
            continue  # asked again next time; nothing is known yet
        verdict = verdicts.get(stand.key)
        if isinstance(verdict, Receipt | Rejected):
            await _decide(work, stand, verdict)
            decided += 1
        elif now > stand.asked_at + spec.deadline:
            await _late(work, stand)
    return decided


async def _look(work: Work, stand: Standing, fault: Fault) -> None:
    """The market does not know the ticket; whether the listing is gone with it a look must tell."""
    observe, at = work.channel.driver.observe, work.channel.env.now()
    warned("ticket.unknown", channel=work.channel.name, key=stand.key, fault=str(fault))
    if observe is None or stand.ref is None:
        return
    try:
        seen: Mapping[str, Observed] = await work.run(observe(work.channel.shop, [stand.ref]))
    except Fault:
        return  # asked again next time
    if stand.ref.listing not in seen:
        await work.write(lambda db: work.gone(db, stand.key, at))


async def _decide(work: Work, stand: Standing, verdict: Receipt | Rejected) -> None:
    channel = work.channel.name

    def write(db: Connection) -> None:
        if isinstance(verdict, Receipt):
            # The offers were acknowledged when they were taken; what is wanted now may be newer.
            accept(work, db, stand, stand.asked, {}, verdict, None)
            if not stand.made and stand.have == UNKNOWN:
                # What was decided on may be an earlier try, with an older document: the next plan compares anew.
                standing.change(db, channel, stand.key, have=UNKNOWN)
            if stand.have_shown not in ("", SHOWN):
                # Hidden before or meanwhile: a verdict about the document does not put it on sale.
                standing.change(db, channel, stand.key, have_shown=stand.have_shown)
            return
        remarks = verdict.issues or (Issue("market.rejected", stand.key, verdict.message or verdict.code),)
        standing.change(
            db,
            channel,
            stand.key,
            ticket=None,
            asked="",
            asked_at=None,
            refused=stand.asked,
            remarks=remarks,
            status=Status.REJECTED if not stand.made else stand.status,
        )
        standing.bump(db, channel)

    await work.write(write)
    if isinstance(verdict, Receipt):
        await look_after(work, stand, decided=True)


async def _late(work: Work, stand: Standing) -> None:
    days = work.channel.spec.deadline.days
    said = f"the market has not decided for more than {days} days (ticket {stand.ticket and stand.ticket.id}): ask it"
    await work.write(lambda db: standing.change(db, work.channel.name, stand.key, parked=said))
