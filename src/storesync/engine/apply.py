"""Carrying out a plan: under a lease, what stops selling first, each listing's steps in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import partial
from typing import Any

from attrs import define, field
from sqlalchemy import Connection

from storesync.driver import Batch
from storesync.engine import sharing
from storesync.engine.basis import PRICED, over
from storesync.engine.calendar import Closed, closed
from storesync.engine.channel import OpenChannel
from storesync.engine.contact import ACCOUNT, FIRST_CONTACT, accept, refuse_strange, take_along
from storesync.engine.create import create
from storesync.engine.events import happened, warned, within
from storesync.engine.flows import Patience
from storesync.engine.letthrough import confirmations
from storesync.engine.offers import change_offers
from storesync.engine.promise import part_of
from storesync.engine.report import Outcome, OutcomeState, Report
from storesync.engine.settle import settle
from storesync.engine.update import update
from storesync.engine.upload import upload
from storesync.engine.visibility import set_visibility
from storesync.engine.work import Work
from storesync.errors import Locked, StalePlan, UnsafePlan
from storesync.issues import Severity, counted, wordless
from storesync.plan import ORDER, Kind, Operation, Plan, refuse_unknown_guards
from storesync.state import Fence, assets, journal, lease, standing

__all__ = ["apply", "at_work", "recover"]

_FEW = 5  # findings that a refusal tells
Progress = Callable[[Operation | None, int, int], None]


@asynccontextmanager
async def at_work(
    channel: OpenChannel, *, reasons: Mapping[str, str] | None = None, patience: Patience = Patience()
) -> AsyncIterator[Work]:
    """Hold the channel's lease while at work on it, and settle what a dead process left.

    Raises Locked when another process, or another run of this one, holds it: its owner and since when are in
    the message. A lease whose owner is known to have ended is taken over at once, any other when it is over.
    """
    store, env, name = channel.store, channel.env, f"channel:{channel.name}"
    run = env.token()
    # Each run is an owner of its own: two of one process are as much in each other's way as two processes.
    owner = f"{env.owner}/{run[:8]}"
    until = env.elapsed() + channel.lease
    fence = await store.write(
        lambda db: lease.take(db, name, owner, env.now(), channel.lease, ended=env.ended)
    )
    channel.held_until = until
    report = Report(channel=channel.name, run=run)
    began, started = env.now(), env.elapsed()
    work = Work(channel=channel, fence=fence, began=began, report=report, patience=patience)
    worker = asyncio.current_task()
    keeper = asyncio.create_task(_keep(channel, fence, worker))
    try:
        await sharing.join(channel)
        told = dict(reasons or {})

        def begin(db: Connection) -> bool:
            journal.begin_run(db, id=run, channel=channel.name, at=began, reasons=told)
            work.moves = confirmations(db, channel.name, began)
            return bool(assets.denied(db, channel.name))

        channel.denied_before = await work.write(begin)
        await settle(work)
        work.media = await store.read(lambda db: assets.media_values(db, channel.name))
        yield work
        report.seconds = env.elapsed() - started
        if work.denied is not None:
            report.stopped, report.until = str(work.denied), work.denied_until
            report.hint = work.denied.way if work.denied_until is None else ""
        ended, summary = env.now(), {"counts": dict(report.counts), "stopped": report.stopped}
        await work.write(lambda db: journal.end_run(db, id=run, at=ended, summary=summary))
        told_run = {"channel": channel.name, "run": run, "seconds": round(report.seconds, 3), **summary}
        (warned if report.stopped else happened)("run.ended", **told_run)
    except asyncio.CancelledError:
        if worker is not None and keeper.done() and not keeper.cancelled():
            worker.uncancel()
            raise keeper.result() from None
        raise
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        await sharing.leave(channel)
        await channel.pacer.close()
        await store.write(lambda db: lease.release(db, fence))


async def _keep(channel: OpenChannel, fence: Fence, worker: asyncio.Task[Any] | None) -> Locked:
    """Renew the lease until it is lost; then stop the worker and give the reason."""
    while True:
        await channel.env.sleep(min(sharing.EVERY, channel.lease / 3))
        try:
            until = channel.env.elapsed() + channel.lease
            await channel.store.write(lambda db: lease.renew(db, fence, channel.env.now(), channel.lease))
            channel.held_until = until
            await sharing.join(channel)
        except Locked as lost:
            # Whoever holds it now is at work; every write of ours is refused from here on.
            if worker is not None:
                worker.cancel()
            return lost
        except Exception as error:  # a busy database: two more tries fit before the lease ends
            warned("lease.unrenewed", channel=channel.name, error=type(error).__name__)


async def recover(channel: OpenChannel, patience: Patience = Patience()) -> int:
    """Settle what a dead process left, without applying anything; the number of its operations."""
    left = await channel.store.read(lambda db: journal.unfinished(db, channel.name))
    if not left:
        return 0
    async with at_work(channel, patience=patience):
        return len(left)


def _refuse_unsafe(plan: Plan, reasons: Mapping[str, str]) -> None:
    refuse_unknown_guards(reasons)
    open_ = [guard for guard in plan.tripped if wordless(reasons.get(guard.name, ""))]
    if open_:
        how_many = "a guard forbids" if len(open_) == 1 else f"{len(open_)} guards forbid"
        lines = [f"{plan.channel}: {how_many} this plan; nothing was sent"]
        lines += [f"  {guard}{': ' + guard.hint if guard.hint else ''}" for guard in open_]
        # What was wrong with the catalog as a whole is more often the cause than what somebody meant.
        causes = [issue for issue in dict.fromkeys(plan.warnings) if issue.severity is Severity.ERROR]
        lines += [f"  {issue}" for issue in causes[:_FEW]]
        if len(causes) > _FEW:
            lines.append(f"  and {counted(len(causes) - _FEW, 'more finding')}, which the plan tells")
        options = " ".join(f"--allow '{guard.name}=why'" for guard in open_)
        arguments = ", ".join(f"{guard.name!r}: 'why'" for guard in open_)
        lines.append(f"  if it is meant, say why: {options}, or in Python reasons={{{arguments}}}")
        raise UnsafePlan("\n".join(lines))


async def apply(
    channel: OpenChannel,
    plan: Plan,
    *,
    reasons: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    patience: Patience = Patience(),
    today: Callable[[], date] | None = None,
) -> Report:
    """Carry out `plan`; gives what became of each operation.

    `today` tells the merchant's day: what carries prices is sent no more once they ended, however long this takes.
    `reasons` are guard name to why it is meant. Raises UnsafePlan for a tripped guard without a reason, StalePlan when
    the state moved since the plan was made, Locked when somebody else is at work; then nothing was sent.
    """
    # What stands in every command line of a schedule and passed nothing this time is no word of a person.
    tripped = {guard.name for guard in plan.tripped}
    passed = {name: why for name, why in (reasons or {}).items() if name in tripped}
    if plan.channel != channel.name:
        raise StalePlan(f"this plan is for channel {plan.channel!r}, not {channel.name!r}")
    if channel.moved is not None:
        why = passed.get(ACCOUNT, "")
        if wordless(why):
            refuse_strange(channel)
        # Whatever else the plan trips: only in a shop that counts as ours can its listings be adopted.
        async with at_work(channel, reasons={ACCOUNT: why}, patience=patience):
            await take_along(channel)
    _refuse_unsafe(plan, reasons or {})
    async with at_work(channel, reasons=passed, patience=patience) as work:
        now = await channel.store.read(lambda db: standing.revision(db, channel.name))
        if now != plan.revision:
            raise StalePlan(
                f"{channel.name}: the plan was made at revision {plan.revision}, the state is at {now}: plan again"
            )
        if known := passed.get(FIRST_CONTACT, "").strip():
            await accept(channel, known)
        if today is not None:
            work.over = lambda kind: over(plan, today()) if kind in PRICED else ""
        await _carry_out(work, plan, progress)
        return work.report


@define(eq=False)
class _Job:
    """What one worker does in one go, when all of `after` have ended: these come before it in the order."""

    order: tuple[int, int]
    operations: tuple[Operation, ...]
    run: Callable[[Sequence[Operation]], Awaitable[None]]
    after: tuple[_Job, ...] = ()
    ended: asyncio.Event = field(factory=asyncio.Event)


async def _carry_out(work: Work, plan: Plan, progress: Progress | None) -> None:
    jobs = sorted(_jobs(work, plan), key=lambda job: job.order)
    queue = asyncio.Queue[_Job]()
    for job in jobs:
        queue.put_nowait(job)
    total, ended = len(plan.operations), 0

    async def worker() -> None:
        nonlocal ended
        while not queue.empty():
            job = queue.get_nowait()
            for before in job.after:
                await before.ended.wait()
            await _one(work, job)
            job.ended.set()
            for operation in job.operations:
                ended += 1
                if progress is not None:
                    progress(operation, ended, total)

    workers = [
        asyncio.create_task(worker()) for _ in range(max(1, min(work.channel.channel.workers, len(jobs))))
    ]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _one(work: Work, job: _Job) -> None:
    if work.denied is not None:
        for operation in job.operations:
            said = f"the channel was stopped before its turn: {work.denied}"
            work.done(operation, OutcomeState.DEFERRED, said, until=work.denied_until)
        return
    open_ = tuple(operation for operation in _open(work, job.operations) if not _late(work, operation))
    if not open_:
        return
    keys = tuple(dict.fromkeys(operation.key for operation in open_))
    with within(
        channel=work.channel.name,
        run=work.report.run,
        **({"key": keys[0]} if len(keys) == 1 else {"keys": keys}),
    ):
        await job.run(open_)


def _late(work: Work, operation: Operation) -> bool:
    """Whether the prices that it would carry ended meanwhile; then it is told, and the next plan has others."""
    if said := work.over(operation.kind):
        work.done(operation, OutcomeState.DEFERRED, f"{said}; plan again")
    return bool(said)


def _open(work: Work, operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Those that the channel's calendar lets go now; the others are told until when they wait."""
    waiting: dict[str, Closed] = {}
    for operation in operations:
        mine = closed(work.channel, operation.kind)
        if mine is not None:
            waiting[operation.key] = mine
    goes: list[Operation] = []
    for operation in operations:
        mine = closed(work.channel, operation.kind)
        if mine is None and _with_others(work, operation.kind):
            mine = waiting.get(operation.key)
        if mine is None:
            goes.append(operation)
        else:
            work.done(operation, OutcomeState.DEFERRED, mine.said, until=mine.until)
    return tuple(goes)


def _with_others(work: Work, kind: Kind) -> bool:
    """Whether an operation of this kind waits with those beside it: prices and stock go alone where they can."""
    return kind not in (Kind.PRICES, Kind.STOCK) or work.channel.driver.offers is not None


def _jobs(work: Work, plan: Plan) -> list[_Job]:
    """One job per listing for what must go in order, and one per batch for prices and stock."""
    jobs: list[_Job] = []
    together: dict[str, list[Operation]] = {}
    content: dict[str, list[Operation]] = {}
    shows, later = list[Operation](), list[Operation]()
    for operation in plan.operations:
        if operation.after:
            later.append(operation)
        elif operation.kind in (Kind.PRICES, Kind.STOCK):
            together.setdefault(part_of(work.channel.driver, operation.kind), []).append(operation)
        elif operation.kind in (Kind.HIDE, Kind.END):
            jobs.append(_alone(work, operation))
        elif operation.kind is Kind.SHOW:
            shows.append(operation)
        else:
            content.setdefault(operation.key, []).append(operation)
    for part, some in together.items():
        for group in _groups(work, part, some):
            order = (min(ORDER[one.kind] for one in group), len(jobs))
            jobs.append(_Job(order, tuple(group), partial(change_offers, work)))
    for some in content.values():
        steps = tuple(some)
        order = (min(ORDER[step.kind] for step in steps), len(jobs))
        jobs.append(_Job(order, steps, partial(_listing, work)))
    jobs += [_after(work, group, jobs) for group in _groups(work, "stock", later) if group]
    return [*jobs, *(_last(work, operation, jobs) for operation in shows)]


def _after(work: Work, group: Sequence[Operation], jobs: Sequence[_Job]) -> _Job:
    """Stock of what was sold out goes when its new price has arrived: at the former one it must not sell."""
    named = {(one.key, kind) for one in group for kind in one.after}
    before = tuple(job for job in jobs if any((one.key, one.kind) in named for one in job.operations))

    async def run(some: Sequence[Operation]) -> None:
        bad = {one.key: _bad(work, one.key, one.after) for one in some}
        for one in some:
            if said := bad[one.key]:
                _put_off(work, one, said)
        if goes := [one for one in some if bad[one.key] is None]:
            await change_offers(work, goes)

    # Behind the last of what it waits for: a worker that waits must find it begun.
    return _Job((ORDER[Kind.PRICES], len(jobs)), tuple(group), run, before)


def _bad(work: Work, key: str, kinds: Collection[Kind] = tuple(Kind)) -> Outcome | None:
    """The first outcome of these kinds on a listing that is no good one."""
    mine = (one for one in work.report.outcomes if one.key == key and one.kind in kinds)
    return next((one for one in mine if not one.good), None)


def _put_off(work: Work, one: Operation, bad: Outcome) -> None:
    work.done(one, OutcomeState.DEFERRED, f"{bad.kind.value} before it did not succeed", until=bad.until)


def _last(work: Work, operation: Operation, jobs: Iterable[_Job]) -> _Job:
    """A listing comes on sale when everything else of it went well: else it would sell at its former price or stock."""
    mine = tuple(job for job in jobs if any(one.key == operation.key for one in job.operations))

    async def run(_: Sequence[Operation]) -> None:
        if bad := _bad(work, operation.key):
            _put_off(work, operation, bad)
        else:
            await set_visibility(work, operation)

    return _Job((ORDER[operation.kind], 0), (operation,), run, mine)


def _alone(work: Work, operation: Operation) -> _Job:
    async def run(some: Sequence[Operation]) -> None:
        for one in some:
            await set_visibility(work, one)

    return _Job((ORDER[operation.kind], 0), (operation,), run)


def _groups(work: Work, part: str, some: Sequence[Operation]) -> list[list[Operation]]:
    """What goes in one job: the operations of one listing, or of as many as fill a batch."""
    batch = work.channel.spec.batches.get(part, Batch(1))
    by_key: dict[str, list[Operation]] = {}
    for operation in some:
        by_key.setdefault(operation.key, []).append(operation)
    if batch.per == "listing":
        return list(by_key.values())
    groups: list[list[Operation]] = [[]]
    room = batch.size
    for mine in by_key.values():
        needed = len({sku for operation in mine for sku in operation.skus})
        if groups[-1] and needed > room:
            groups.append([])
            room = batch.size
        groups[-1] += mine
        room -= needed
    return groups


async def _listing(work: Work, steps: Sequence[Operation]) -> None:
    """The steps of one listing, in order; what depends on a failed one is not tried."""
    failed = ""
    for step in steps:
        if failed or work.denied is not None:
            said = failed or f"the channel was stopped: {work.denied}"
            work.done(step, OutcomeState.DEFERRED, said, until=work.denied_until)
            continue
        if _late(work, step):
            failed = f"{step.kind.value} before it came too late"
            continue
        before = len(work.report.outcomes)
        async with work.locks.setdefault(step.key, asyncio.Lock()):
            if step.kind is Kind.UPLOAD:
                await upload(work, step)
            elif step.kind is Kind.CREATE:
                await create(work, step)
            elif step.kind is Kind.UPDATE:
                await update(work, step)
            else:
                await set_visibility(work, step)
        mine = [one for one in work.report.outcomes[before:] if one.kind is step.kind and one.key == step.key]
        if any(not one.good for one in mine):
            failed = f"{step.kind.value} before it did not succeed"
