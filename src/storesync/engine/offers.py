"""Prices and stock: absolute values, in the batches that the market takes, one verdict per SKU."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from sqlalchemy import Connection

from storesync.driver import Batch, OfferChange, Receipt, Verdicts
from storesync.engine.accepting import acknowledge_causes
from storesync.engine.flows import by_driver
from storesync.engine.log import Log
from storesync.engine.owned import as_shown
from storesync.engine.pricehold import unknown_live, unsure
from storesync.engine.promise import part_of
from storesync.engine.report import Outcome, OutcomeState
from storesync.engine.work import Work, state_of
from storesync.errors import Denied, Fault, NoChange, NotFound, Rejected, Transient
from storesync.model import Ref
from storesync.plan import Kind, Operation
from storesync.state import Standing, standing

__all__ = ["change_offers"]


async def change_offers(work: Work, operations: Sequence[Operation]) -> None:
    """Carry out price and stock operations, together as far as the market's batches allow.

    They are of one kind, unless the driver's `offers` carries both: then a SKU goes once for both. While they are sent
    nothing else is done to their listings: a document that carries the price read a moment ago would undo them.
    """
    async with AsyncExitStack() as held:
        for key in sorted(
            {operation.key for operation in operations}
        ):  # in one order: nobody waits in a circle
            await held.enter_async_context(work.locks.setdefault(key, asyncio.Lock()))
        await _change(work, operations)


async def _change(work: Work, operations: Sequence[Operation]) -> None:
    kind = operations[0].kind
    changes: list[OfferChange] = []
    keys: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    looked: dict[str, Fault | None] = {}
    for operation in operations:
        stand = await work.standing(operation.key)
        if stand is None or stand.ref is None:
            work.done(operation, OutcomeState.SUPERSEDED, "the listing is not there any more")
            continue
        ref, part = stand.ref, part_of(work.channel.driver, kind)
        if work.stale(operation, stand, part):
            continue
        await work.calm(stand)
        stays = any(stand.offers[sku].kept for sku in operation.skus if sku in stand.offers)
        if part == "offers" or (part == "prices" and stays):
            # One call carries both, or the prices of several markets: one of them may be the seller's, or stay.
            seen = await _look(work, stand, ref, looked)
            if isinstance(seen, Fault):
                faults |= dict.fromkeys(operation.skus, seen)
                continue
            stand = seen
            if work.stale(operation, stand, part):
                continue
            ref = stand.ref or ref
            faults |= {sku: unknown_live() for sku in unsure(stand, operation.skus, part) if sku in ref.skus}
        mine = [change for change in _changes(work, stand, ref, operation) if change.sku not in faults]
        if not mine and not any(sku in faults for sku in operation.skus):
            work.done(operation, OutcomeState.SUPERSEDED, "the market does not have these SKUs any more")
        changes += [change for change in mine if change.sku not in keys]
        keys |= {change.sku: operation.key for change in mine}
    size = work.channel.spec.batches.get(part_of(work.channel.driver, kind), Batch(1)).size
    for start in range(0, len(changes), size):
        if work.denied is not None:
            faults |= {change.sku: work.denied for change in changes[start:]}
            break
        await _send(work, kind, changes[start : start + size], keys, faults)
    for operation in operations:
        bad = {sku: faults[sku] for sku in operation.skus if sku in faults}
        if not bad:
            if any(keys.get(sku) == operation.key for sku in operation.skus):
                work.done(operation)
            continue
        worst = next(iter(bad.values()))
        work.ended(
            Outcome(
                kind=operation.kind,
                key=operation.key,
                skus=tuple(bad),
                state=OutcomeState.DEFERRED if isinstance(worst, Denied) else state_of(worst),
                said="; ".join(f"{sku}: {fault}" for sku, fault in bad.items()),
                fault=worst,
            )
        )


async def _look(work: Work, stand: Standing, ref: Ref, looked: dict[str, Fault | None]) -> Standing | Fault:
    """What the shop shows of a listing, or why nobody knows; the other listings go on then.

    `looked` is how the looks so far ended, by listing: one serves its prices and its stock.
    """
    if stand.key in looked:
        return looked[stand.key] or stand
    try:
        seen = await as_shown(work, stand, ref)
    except Fault as fault:
        if isinstance(fault, Denied):
            work.deny(fault)
        looked[stand.key] = fault
        return fault
    looked[stand.key] = None
    return seen


def _changes(work: Work, stand: Standing, ref: Ref, operation: Operation) -> list[OfferChange]:
    made = []
    for sku in operation.skus:
        offer = stand.offers.get(sku)
        if offer is not None and offer.want is not None and sku in ref.skus:
            made.append(OfferChange(ref, offer.want, offer.have, work.channel.env.token()))
    return made


async def _send(
    work: Work,
    kind: Kind,
    changes: Sequence[OfferChange],
    listings: Mapping[str, str],
    faults: dict[str, Fault],
) -> None:
    """One call; `listings` is the key of each SKU. What failed is entered in `faults`."""
    if work.denied is not None:
        faults |= {change.sku: work.denied for change in changes}
        return
    channel = work.channel
    part = part_of(work.channel.driver, kind)
    flow = getattr(channel.driver, part)
    skus = tuple(change.sku for change in changes)
    keys = tuple(dict.fromkeys(listings[sku] for sku in skus))
    log = work.log(kind, keys[0], skus=skus, input={"part": part})
    log.keys = keys
    prices, stock = part in ("prices", "offers"), part in ("stock", "offers")
    try:
        verdicts: Verdicts = await work.run(flow(channel.shop, changes), log)
    except NoChange:
        verdicts = {sku: Receipt() for sku in skus}
    except Fault as fault:
        spoiled = isinstance(fault, Rejected) and not isinstance(fault, NotFound)
        if (spoiled or by_driver(fault)) and len(changes) > 1:
            # The market refused all for one, or the driver broke on one: halve until the one is alone.
            refusal = fault

            def split(db: Connection) -> None:
                log.finish(db, "failed", refusal)
                if not _as_before(log, refusal):
                    # One that is refused alone, or not sent any more, may have been taken with the others.
                    standing.doubt_offers(db, channel.name, skus, prices=prices, stock=stock)
                    standing.bump(db, channel.name)

            await work.write(split)
            middle = len(changes) // 2
            await _send(work, kind, changes[:middle], listings, faults)
            await _send(work, kind, changes[middle:], listings, faults)
            return
        verdicts = dict.fromkeys(skus, fault)
        if isinstance(fault, Denied):
            work.deny(fault)
    lost = Transient("no verdict", "the market said nothing about this SKU")
    told = {sku: verdicts.get(sku, lost) for sku in skus}
    bad = {
        sku: verdict
        for sku, verdict in told.items()
        if isinstance(verdict, Fault) and not isinstance(verdict, NoChange)
    }
    at = channel.env.now()

    def write(db: Connection) -> None:
        log.finish(db, "failed" if len(bad) == len(skus) else "done", next(iter(bad.values()), None))
        good = [change.offer for change in changes if change.sku not in bad]
        standing.acknowledge_offers(db, channel.name, good, prices=prices, stock=stock)
        work.met(db, good if prices else ())
        for sku, fault in bad.items():
            refused = str(fault) if isinstance(fault, Rejected) else ""
            known = _as_before(log, fault)
            standing.doubt_offers(
                db,
                channel.name,
                [sku],
                prices=prices and not known,
                stock=stock and not known,
                refused=refused,
            )
        for key in keys:
            acknowledge_causes(db, channel.name, key)
            if all(isinstance(bad.get(sku), NotFound) for sku in skus if listings[sku] == key):
                work.gone(db, key, at)
        standing.bump(db, channel.name)

    await work.write(write)
    faults.update(bad)


def _as_before(log: Log, fault: Fault) -> bool:
    """Whether the market surely has what it had before this call, which ended so."""
    # What was refused when it was sent again may have been taken the first time.
    unsent = isinstance(fault, Rejected) or fault.untouched
    return not log.begun or (unsent and log.lost is None)
