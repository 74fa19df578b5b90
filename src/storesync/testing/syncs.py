"""The syncs of a world: processes that plan and apply, die and are started again, two at once where there are rivals."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from storesync.engine import OpenChannel, apply, at_work, observe, plan
from storesync.engine.planning import AT_WORK, UNASKED
from storesync.engine.report import OutcomeState, Report
from storesync.errors import Denied, Fault, Locked, StalePlan, StateUnavailable, UnsafePlan
from storesync.plan import GuardLimits, Plan
from storesync.testing.elsewhere import far_away, plans_elsewhere
from storesync.testing.virtual import run_virtual
from storesync.testing.world import Crash, Doom, World

__all__ = ["run"]

_ANY = Decimal("1e9")
# A world's merchant may do anything: guards have tests of their own.
_LIMITS = GuardLimits(hidden=Decimal(1), touched=Decimal(1), price_swing=_ANY, outlier=_ANY, floor=10_000)
_LEASE_OVER = 61.0


def run(world: World, dooms: list[Doom], *, look: bool = False) -> Report | None:
    """One sync, restarted after every death until it comes to its end; its last report."""
    for doom in [*dooms, Doom()]:
        world.store.before_commit = world.store.after_commit = doom.commit
        try:
            return run_virtual(world.loop, _sync(world, doom, look=look), doom.tick)
        except Crash:
            world.events["process died"] += 1
        except StateUnavailable:
            world.events["store failed"] += 1
        finally:
            world.store.before_commit = world.store.after_commit = None
        world.cut_off()
        world.rest()
    raise AssertionError("the last process is never doomed")


async def _sync(world: World, doom: Doom, *, look: bool) -> Report | None:
    rivals = []
    if world.profile.rivals and world.rng.random() < 0.5:
        rivals.append(asyncio.create_task(_rival(world, doom)))
    stranger = plans_elsewhere(world, _LIMITS)
    try:
        return await _one(world, doom, look=look)
    except (Crash, StateUnavailable):
        world.cut_off()  # before anybody else settles what it left
        raise
    finally:
        for rival in (*rivals, *([stranger] if stranger is not None else [])):
            await rival


async def _rival(world: World, doom: Doom) -> None:
    channel = world.process(doom)
    try:
        await channel.env.sleep(world.rng.random() * 0.3)
        made = await plan(channel, world.wanted.reads(), world.wanted, limits=_LIMITS)
        await channel.env.sleep(world.rng.choice((0.0, 0.0, 2.0)))
        await _carried_out(world, channel, made)
        world.events["two at once, both went through"] += 1
    except (Crash, StateUnavailable):
        world.cut_off()  # before the other one settles what this one left
        raise
    except (Locked, StalePlan, UnsafePlan, Fault) as told:
        # Told who is at work, that the plan is old, or that the market could not be asked: that is the promise.
        world.events[f"two at once, one was told {type(told).__name__}"] += 1
    finally:
        await channel.transport.close()


async def _one(world: World, doom: Doom, *, look: bool) -> Report | None:
    channel = _process(world, doom)
    for _ in range(20):
        try:
            if look:
                async with at_work(channel) as work:
                    await observe(work)
            made = await plan(channel, world.wanted.reads(), world.wanted, limits=_LIMITS)
            world.unasked = any(issue.code in (AT_WORK, UNASKED) for issue in made.warnings)
            report = await _carried_out(world, channel, made)
            if "authorize" not in report.stopped:
                return report
            await _authorize(world, channel)
            channel = _process(world, doom)
        except Denied as denied:
            if denied.retry_after is not None:  # the day is over
                await channel.env.sleep(denied.retry_after)
                continue
            await _authorize(world, channel)
            channel = _process(world, doom)
        except Locked:
            await channel.env.sleep(_LEASE_OVER)
        except (StalePlan, UnsafePlan, Fault):  # a shop that could not be looked at for the first time
            await channel.env.sleep(1.0)
    return None


async def _carried_out(world: World, channel: OpenChannel, made: Plan) -> Report:
    """The plan applied, while somebody looks on."""
    world.witness.looks_on(channel, made)
    report = await apply(channel, made)
    for outcome in report.outcomes:
        if outcome.state is OutcomeState.PARKED:
            world.parked.setdefault(outcome.key, (outcome.kind, channel.env.now()))
    world.witness.heard(report, alone=not world.elsewhere, rivals=world.profile.rivals)
    return report


def _process(world: World, doom: Doom) -> OpenChannel:
    channel = world.process(doom)
    if world.elsewhere and world.strangers.random() < 0.5:
        channel.store = far_away(world.store, channel.env, world.strangers)
    return channel


async def _authorize(world: World, channel: OpenChannel) -> None:
    await channel.transport.close()
    world.authorize()
