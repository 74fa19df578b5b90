"""After a crash: what the journal knows of operations that began and never ended. No network is needed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from storesync.driver import Effect, Flow, New, Receipt
from storesync.engine.accepting import accept
from storesync.engine.events import happened
from storesync.engine.flows import Patience
from storesync.engine.log import request_digest, response_from
from storesync.engine.work import Work
from storesync.errors import Ambiguous, Fault
from storesync.model import Offer, Ref
from storesync.plan import Kind
from storesync.state import CONVERTER, UNKNOWN, journal, standing
from storesync.state.journal import Entry, Unfinished

__all__ = ["settle"]


async def settle(work: Work) -> int:
    """Bring the state to what is known for certain about every operation that a dead process left; their number.

    A create is replayed with its recorded answers, to learn which half exists; whatever may have happened
    besides is put in doubt, never forgotten. Run it under the channel's lease: then nobody else is at work.
    """
    channel = work.channel
    left = await channel.store.read(lambda db: journal.unfinished(db, channel.name))
    for operation in left:
        if operation.kind == Kind.CREATE.value:
            await _create(work, operation)
        else:
            await _other(work, operation)
        happened("operation.settled", channel=channel.name, kind=operation.kind, key=operation.key)
    return len(left)


def _latest(work: Work, began: datetime, entry: Entry | None) -> datetime:
    # A request is sent again within its patience, so it may have left that long after its intent, but never
    # after now: its process is dead.
    patience: Patience = work.patience
    since = entry.at if entry is not None else began
    bound = since + timedelta(seconds=patience.deadline + work.channel.spec.timeout)
    return min(bound, work.channel.env.now())


async def _create(work: Work, operation: Unfinished) -> None:
    channel, input_ = work.channel, operation.input
    offers = {sku: CONVERTER.structure(row, Offer) for sku, row in input_["offers"].items()}
    found = CONVERTER.structure(input_["found"], Ref) if input_["found"] is not None else None
    new = New(input_["key"], input_["content"], offers, input_["token"], found)
    flow = channel.driver.create
    receipt, half, once = (
        (None, None, bool(operation.entries))
        if flow is None
        else _replay(work, flow(channel.shop, new), operation)
    )
    last = operation.entries[-1] if operation.entries else None
    # Under an address a create is repeatable, yet the listing that it may have made must not be forgotten.
    makes = {
        Effect.ONCE.value,
        Effect.SET.value if channel.spec.identity.by == "address" else Effect.ONCE.value,
    }
    unanswered = last is not None and last.state == "intended" and last.effect in makes
    doubtful = unanswered or (once and half is None and receipt is None)
    stand = await work.standing(operation.key)

    def write(db: Connection) -> None:
        _close(db, work, operation, doubtful=doubtful)
        if stand is None:
            return
        if receipt is not None and (receipt.ref is not None or receipt.ticket is not None):
            accept(work, db, stand, input_["want"], offers, receipt, None)
            return
        values: dict[str, Any] = {"ref": stand.ours(half) if half is not None else stand.ref or found}
        if doubtful:
            values["doubt"] = _latest(work, operation.began, last)
        standing.change(db, channel.name, operation.key, **values)
        standing.bump(db, channel.name)

    await work.write(write)


def _replay(
    work: Work, flow: Flow[Receipt], operation: Unfinished
) -> tuple[Receipt | None, Ref | None, bool]:
    """The receipt if the flow had ended, else the half it announced, and whether a ONCE request was taken."""
    once = False
    try:
        request = next(flow)
        for entry in operation.entries:
            response = (
                response_from(entry.answer) if entry.answer is not None and "status" in entry.answer else None
            )
            if request_digest(request) != entry.digest or response is None:
                break
            fault = work.channel.driver.classify(request, response)
            once = once or (entry.effect == Effect.ONCE.value and fault is None)
            request = flow.send(response) if fault is None else flow.throw(fault)
        with suppress(StopIteration):  # a flow that makes success of this breaks its contract
            flow.throw(Ambiguous("crashed", "the process ended here"))
        return None, None, True
    except StopIteration as stop:
        return stop.value, None, once
    except Fault as fault:
        half = fault.ref if isinstance(fault.ref, Ref) else None
        return None, half, once or any(_taken(entry) for entry in operation.entries)
    except Exception:  # a driver that breaks on its own record tells nothing: then all is in doubt
        return None, None, any(entry.effect == Effect.ONCE.value for entry in operation.entries)
    finally:
        flow.close()


def _taken(entry: Entry) -> bool:
    return entry.effect == Effect.ONCE.value and entry.state in ("done", "doubtful")


def _close(db: Connection, work: Work, operation: Unfinished, *, doubtful: bool) -> None:
    now = work.channel.env.now()
    for entry in operation.entries:
        if entry.state == "intended":
            journal.answered(db, seq=entry.seq, state="doubtful", at=now)
    journal.end(db, id=operation.id, state="doubtful" if doubtful else "resolved", at=now)
    late = work.channel.spec.identity.late
    if late > 0 and operation.entries:
        until = _latest(work, operation.began, operation.entries[-1]) + timedelta(seconds=late)
        keys = {operation.key, *standing.keys_of(db, work.channel.name, operation.skus)}
        for key in keys:
            standing.change(db, work.channel.name, key, unsettled=until)


async def _other(work: Work, operation: Unfinished) -> None:
    channel, kind = work.channel, operation.kind
    last = operation.entries[-1] if operation.entries else None
    once = any(entry.effect == Effect.ONCE.value for entry in operation.entries)
    stand = await work.standing(operation.key)

    def write(db: Connection) -> None:
        _close(db, work, operation, doubtful=once)
        if kind in (Kind.PRICES.value, Kind.STOCK.value):
            part = str(operation.input.get("part", ""))
            standing.doubt_offers(
                db,
                channel.name,
                operation.skus,
                prices=part in ("prices", "offers"),
                stock=part in ("stock", "offers"),
            )
        elif stand is not None and kind == Kind.UPDATE.value:
            values: dict[str, Any] = {"have": UNKNOWN, "asked": str(operation.input.get("want", ""))}
            if once:
                values["doubt"] = _latest(work, operation.began, last)
            standing.change(db, channel.name, operation.key, **values)
        elif stand is not None and kind in (Kind.HIDE.value, Kind.SHOW.value, Kind.END.value):
            standing.change(db, channel.name, operation.key, have_shown=UNKNOWN)
        standing.bump(db, channel.name)

    await work.write(write)
