"""On sale or not: hide, show and end, each repeatable."""

from __future__ import annotations

from sqlalchemy import Connection

from storesync.driver import Receipt
from storesync.engine.create import look_for
from storesync.engine.log import Log
from storesync.engine.pricehold import not_as_wanted
from storesync.engine.report import OutcomeState
from storesync.engine.rounds import park
from storesync.engine.work import Parked, Work
from storesync.errors import Fault, NoChange, NotFound, Rejected
from storesync.model import Ref, Status
from storesync.plan import Kind, Operation
from storesync.state import ENDED, HIDDEN, SHOWN, UNKNOWN, Standing, standing

__all__ = ["set_visibility"]

_PART = {Kind.HIDE: "hide", Kind.SHOW: "show", Kind.END: "end"}
_AFTER = {Kind.HIDE: HIDDEN, Kind.SHOW: SHOWN, Kind.END: ENDED}
_STATUS = {Kind.HIDE: Status.HIDDEN, Kind.SHOW: Status.LIVE, Kind.END: Status.ENDED}


async def _ref(work: Work, stand: Standing | None) -> Ref | None:
    """The listing's ids; a create in doubt is looked for first, and what is found or not is kept."""
    if stand is None or stand.ref is not None or stand.doubt is None:
        return stand.ref if stand is not None else None
    # Not `what_exists`: where a create is simply sent again, nobody looks whether the first one arrived.
    found = await look_for(work, stand, stand.doubt)

    def write(db: Connection) -> None:
        standing.change(db, work.channel.name, stand.key, ref=found, doubt=None, token="")
        standing.bump(db, work.channel.name)

    await work.write(write)
    return found


async def set_visibility(work: Work, operation: Operation) -> None:
    """Carry out a hide, a show or an end."""
    channel, kind, key = work.channel, operation.kind, operation.key
    stand = await work.standing(key)
    if stand is not None:
        await work.calm(stand)
    try:
        ref = await _ref(work, stand)
    except Parked as parked:
        await park(work, operation, str(parked))
        return
    except Fault as fault:
        work.failed(operation, fault)
        return
    if stand is None or ref is None:
        work.done(operation, OutcomeState.SUPERSEDED, "there is no such listing in the shop")
        return
    if kind is not Kind.END and work.stale(operation, stand):
        return
    owned = channel.channel.owned_by_seller
    if kind is Kind.SHOW and (skus := not_as_wanted(stand, owned)):
        said = f"it stays hidden: the market has not taken price or stock of {', '.join(skus)} yet"
        work.done(operation, OutcomeState.DEFERRED, said)
        return
    log = work.log(kind, key)
    if kind is Kind.END and not stand.ending:
        # Durable before anything is asked: an ending whose answer is lost must not come back on sale.
        said = f"ended on demand on {channel.env.now():%Y-%m-%d}"
        ending = {"ending": said, "reason": said, "want_shown": False, "have_shown": UNKNOWN}
        await work.write(lambda db: standing.change(db, channel.name, key, **ending))
    try:
        receipt: Receipt = await work.run(getattr(channel.driver, _PART[kind])(channel.shop, ref), log)
    except NoChange:
        receipt = Receipt(ref, _STATUS[kind])
    except NotFound as fault:
        if kind is not Kind.END:
            await _gone(work, operation, log, fault)
            return
        receipt = Receipt(ref, _STATUS[kind])
    except Fault as fault:
        await _doubt(work, operation, log, fault)
        return
    at = channel.env.now()

    def write(db: Connection) -> None:
        log.finish(db, "done")
        if kind is Kind.END:
            work.gone(db, key, at)
            standing.change(db, channel.name, key, doubt=None, have_shown=ENDED)
        else:
            status = receipt.status if receipt.status is not Status.LIVE else _STATUS[kind]
            if stand.ticket is not None:
                status = stand.status  # the verdict is still to come
            standing.change(db, channel.name, key, have_shown=_AFTER[kind], status=status)
            standing.bump(db, channel.name)

    await work.write(write)
    work.done(operation)


async def _gone(work: Work, operation: Operation, log: Log, fault: Fault) -> None:
    """What is not there need not be hidden, but cannot be shown."""
    at = work.channel.env.now()

    def forget(db: Connection) -> None:
        log.finish(db, "failed", fault)
        work.gone(db, operation.key, at)

    await work.write(forget)
    said = "the market does not have this listing any more"
    if operation.kind is Kind.SHOW:
        work.failed(operation, NotFound("gone", said))
    else:
        work.done(operation, said=said)


async def _doubt(work: Work, operation: Operation, log: Log, fault: Fault) -> None:
    """Nobody knows whether it is on sale, unless the market refused or was never asked."""

    def doubt(db: Connection) -> None:
        log.finish(db, "failed", fault)
        if log.begun and (log.lost is not None or not isinstance(fault, Rejected)):
            standing.change(db, work.channel.name, operation.key, have_shown=UNKNOWN)
            standing.bump(db, work.channel.name)

    await work.write(doubt)
    work.failed(operation, fault)
