"""A happening in a world: somebody plans the same channel over another catalog, again and again, and never applies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any, TypeVar, cast

from attrs import evolve, frozen
from sqlalchemy import Connection

from storesync.engine import Env, plan
from storesync.errors import Fault, Locked, StalePlan
from storesync.plan import GuardLimits
from storesync.state import Fence, Store
from storesync.testing.wanted import Item, Wanted
from storesync.testing.world import Doom, World

__all__ = ["far_away", "plans_elsewhere"]

T = TypeVar("T")
_SHARE = 0.2  # of the worlds in which something goes wrong


@frozen
class _Distant:
    """A state in another room: every look and every write takes a moment, in which others are at work."""

    inner: Store
    env: Env
    rng: Random
    seconds: float

    async def read(self, work: Callable[[Connection], T]) -> T:
        await self.env.sleep(self.rng.random() * self.seconds)
        return await self.inner.read(work)

    async def write(self, work: Callable[[Connection], T], fence: Fence | None = None) -> T:
        await self.env.sleep(self.rng.random() * self.seconds)
        return await self.inner.write(work, fence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def far_away(store: Store, env: Env, rng: Random, *, seconds: float = 0.02) -> Store:
    """The same state, as a process on another machine has it: each look and write takes up to so long."""
    return cast(Store, _Distant(store, env, rng, seconds))


def plans_elsewhere(world: World, limits: GuardLimits) -> asyncio.Task[None] | None:
    """Somebody at the same state with another catalog, at work as long as mishaps are let happen; or nobody."""
    return asyncio.create_task(_plans(world, limits)) if world.elsewhere else None


async def _plans(world: World, limits: GuardLimits) -> None:
    rng = world.strangers
    for _ in range(rng.randint(1, 4)):
        channel = world.process(Doom())
        channel.store = far_away(world.store, channel.env, rng)
        wanted = _other_catalog(world, rng)
        try:
            await channel.env.sleep(rng.choice((0.0, 0.1, 0.5, 2.0)) * rng.random())
            planning = asyncio.create_task(plan(channel, wanted.reads(), wanted, limits=limits))
            if rng.random() < 0.5:
                planning.add_done_callback(_heard)
                # A person's Ctrl-C, in the middle of it or after.
                await channel.env.sleep(rng.random() * 0.3)
                world.events["planning elsewhere was interrupted"] += not planning.done()
                planning.cancel()
            with suppress(asyncio.CancelledError):
                await planning
            world.events["planned elsewhere"] += 1
        except (Locked, StalePlan, Fault):
            world.events["told elsewhere that somebody is at work"] += 1
        finally:
            await channel.transport.close()


def _heard(planning: asyncio.Task[Any]) -> None:
    """What it ended with is told to nobody when its whole world died."""
    if not planning.cancelled():
        planning.exception()


def _other_catalog(world: World, rng: Random) -> Wanted:
    """Other prices, stocks, titles and pictures; products that are not there, or not offered; one that nobody knows."""
    known = world.wanted
    items = {key: _other(world, rng, item) for key, item in known.items.items() if rng.random() < 0.85}
    if rng.random() < 0.3:
        offers = {"S00-0": (world.platform.price(rng), 500)}
        items["S00"] = Item(key="S00", title="title of nobody's", offers=offers)
    return Wanted(items, known.form, known.category, known.floor, known.files)


def _other(world: World, rng: Random, item: Item) -> Item:
    changed = item.whole()
    if rng.random() < 0.6:
        offers = {sku: (_price(world, rng, sku, price), stock) for sku, (price, stock) in item.offers.items()}
        changed = evolve(changed, offers=offers)
    if rng.random() < 0.4:
        offers = {sku: (price, stock + 500) for sku, (price, stock) in changed.offers.items()}
        changed = evolve(changed, offers=offers)
    if rng.random() < 0.4:
        changed = evolve(changed, title=f"other {item.title}")
    if rng.random() < 0.2 and world.platform.pictures:
        changed = evolve(changed, picture=rng.randrange(world.platform.pictures))
    return evolve(changed, offered=not item.offered) if rng.random() < 0.15 else changed


def _price(world: World, rng: Random, sku: str, price: Decimal) -> Decimal:
    """A price that our catalog never asked for."""
    new, floor = world.platform.moved(rng, price), world.wanted.floor
    if floor is not None and new < floor.least and floor.least in world.wanted.prices.get(sku, ()):
        # All that lies below the floor is sold at it.
        new += world.platform.step * -((new - floor.least) // world.platform.step)
    while world.wanted.right(new) in world.wanted.prices.get(sku, ()) or new == world.platform.by_hand:
        new += world.platform.step
    return new
