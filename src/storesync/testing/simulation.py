"""Thousands of seeded worlds, and what must hold in each: nothing twice, nothing lost, nothing wrong, then silence."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from attrs import define, evolve, field
from sqlalchemy import delete

from storesync.engine import OpenChannel, apply, at_work, observe, plan
from storesync.engine.report import Report
from storesync.errors import Denied, Fault, Locked, StalePlan, UnsafePlan
from storesync.plan import GuardLimits
from storesync.sandbox.records import Listing
from storesync.state import Store, standing
from storesync.state.schema import METADATA
from storesync.testing.virtual import run_virtual
from storesync.testing.world import Crash, Item, Profile, World

__all__ = ["Verdict", "simulate"]

# A world's merchant may do anything: guards have tests of their own.
_LIMITS = GuardLimits(hidden=Decimal(1), touched=Decimal(1), price_swing=Decimal("1e9"), floor=10_000)
_SETTLING = 12  # quiet runs after which everything must have been reached
_LEASE_OVER = 61.0


@define
class Verdict:
    """What became of one world; everything but `parked` and the numbers must be empty."""

    seed: int
    profile: Profile
    duplicates: list[str] = field(factory=list)
    lost: list[str] = field(factory=list)
    wrong: list[str] = field(factory=list)
    unjournaled: list[str] = field(factory=list)
    parked: int = 0
    second_run_calls: int = 0
    second_run_writes: int = 0
    calls: int = 0
    minimum: int = 0
    crashes: int = 0

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        return not (
            self.duplicates or self.lost or self.wrong or self.unjournaled or self.second_run_writes
        ) and (self.minimum == 0 or self.calls <= self.minimum * 1.02)


@define
class _Doom:
    """Lets a process die at the n-th place where it could; a dead one does nothing any more."""

    left: int
    dead: bool = False

    def tick(self) -> None:
        if self.dead:
            raise Crash
        self.left -= 1
        if self.left == 0:
            self.dead = True
            raise Crash


def simulate(seed: int, store: Store | None = None, profile: Profile | None = None) -> Verdict:
    """Run one world to its end and judge it. The same seed gives the same world, call for call."""
    own = store or _fresh()
    _wipe(own)
    world = World.made(seed, own, profile)
    verdict = Verdict(seed, world.profile)
    try:
        _live(world, verdict)
        _judge(world, verdict)
    finally:
        world.loop.close()
        if store is None:
            own.close()
    return verdict


def _fresh() -> Store:
    store = Store("sqlite://", inline=True)
    store.create_tables()
    return store


def _wipe(store: Store) -> None:
    store.before_commit = store.after_commit = None

    def empty(db: Any) -> None:
        for table in METADATA.sorted_tables:
            db.execute(delete(table))

    store.write_now(empty)


def _live(world: World, verdict: Verdict) -> None:
    """Runs with mishaps, deaths, rivals and hands in the shop; then quiet ones until nothing is left to do."""
    rng = world.rng
    if world.profile.calm:
        before = len(world.truth.calls)
        _run(world, verdict, [])
        verdict.calls = len(world.truth.calls) - before
        verdict.minimum = _minimum(world)
        return
    world.faults(on=True)
    for round_ in range(rng.randint(1, 3)):
        if round_:
            world.move_catalog()
            if world.profile.edits:
                world.edit_by_hand()
        dooms = [rng.randint(1, 60) for _ in range(rng.randint(0, world.profile.crashes))]
        _run(world, verdict, dooms, look=world.profile.edits)
        world.loop.skip(rng.choice((0.0, 5.0, 3_600.0)))
    world.faults(on=False)
    for item in list(world.wanted.items.values()):
        if item.broken:
            world.wanted.items[item.key] = evolve(item, broken=False)
    for _ in range(_SETTLING):
        report = _run(world, verdict, [], look=world.profile.edits)
        # What the market refused for no reason of ours is sent again only when it changes: it changes.
        if not _touch_refused(world) and report is not None and not report.outcomes and not _waits(world):
            return
        world.loop.skip(120.0)


def _waits(world: World) -> bool:
    stands = world.store.read_now(lambda db: list(standing.read_all(db, "plain-cn")))
    return any(stand.ticket is not None and not stand.parked for stand in stands)


def _touch_refused(world: World) -> bool:
    stands = world.store.read_now(lambda db: list(standing.read_all(db, "plain-cn")))
    touched = False
    for stand in stands:
        item = world.wanted.items.get(stand.key)
        if item is None:
            continue
        title, offers = item.title, dict(item.offers)
        if stand.refused and stand.refused == stand.want:
            title += "."
        for sku, offer in stand.offers.items():
            if offer.refused and sku in offers:
                price, stock = offers[sku]
                offers[sku] = (price + 1, stock + 1)
        if title != item.title or offers != dict(item.offers):
            touched = True
            world.wanted.items[stand.key] = evolve(item, title=title, offers=offers)
    world.wanted.remember()
    return touched


def _run(world: World, verdict: Verdict, dooms: list[int], *, look: bool = False) -> Report | None:
    """One sync, restarted after every death until it comes to its end; its last report."""
    for doom in [*dooms, 0]:
        guard = _Doom(doom if doom else -1)
        world.store.before_commit = world.store.after_commit = guard.tick
        try:
            return run_virtual(world.loop, _sync(world, guard.tick, look=look))
        except Crash:
            verdict.crashes += 1
        finally:
            world.store.before_commit = world.store.after_commit = None
    raise AssertionError("the last process is never doomed")


async def _sync(world: World, tick: Callable[[], None], *, look: bool) -> Report | None:
    rivals = []
    if world.profile.rivals and world.rng.random() < 0.5:
        import asyncio

        rivals.append(asyncio.create_task(_rival(world, tick)))
    try:
        return await _one(world, tick, look=look)
    finally:
        for rival in rivals:
            await rival


async def _rival(world: World, tick: Callable[[], None]) -> None:
    channel = world.process(tick)
    try:
        await channel.env.sleep(world.rng.random() * 0.3)
        made = await plan(channel, world.wanted.reads(), world.wanted, limits=_LIMITS)
        await apply(channel, made)
    except (Locked, StalePlan, UnsafePlan, Denied):
        return  # told who is at work, or that the plan is old: that is the promise
    finally:
        await channel.transport.close()


async def _one(world: World, tick: Callable[[], None], *, look: bool) -> Report | None:
    channel = world.process(tick)
    for _ in range(20):
        try:
            if look:
                async with at_work(channel) as work:
                    await observe(work)
            made = await plan(channel, world.wanted.reads(), world.wanted, limits=_LIMITS)
            report = await apply(channel, made)
            if "authorize" not in report.stopped:
                return report
            await _authorize(world, channel)
            channel = world.process(tick)
        except Denied:
            await _authorize(world, channel)
            channel = world.process(tick)
        except Locked:
            await channel.env.sleep(_LEASE_OVER)
        except (StalePlan, UnsafePlan, Fault):  # a shop that could not be looked at for the first time
            await channel.env.sleep(1.0)
    return None


async def _authorize(world: World, channel: OpenChannel) -> None:
    await channel.transport.close()
    world.authorize()


def _titles(world: World, listing: Listing, item: Item) -> set[str]:
    """What the listing may be titled: as wanted, or as its seller keeps it."""
    if "title" not in world.profile.owned:
        return {item.title}
    by_hand = world.by_hand.get((listing.id, "title"))
    return {by_hand} if by_hand is not None else world.wanted.titles[item.key]


def _offers(world: World, listing: Listing, item: Item) -> dict[str, tuple[Decimal, int]]:
    """What the listing must offer; where the seller keeps the stock, what he wrote or what it was made with."""
    if "stock" not in world.profile.owned:
        return dict(item.offers)
    by_hand = world.by_hand.get((listing.id, "stock"), {})
    offers = {}
    for sku in listing.skus.values():
        price, _ = item.offers.get(sku.code, (sku.price, 0))
        right = {by_hand[sku.code]} if sku.code in by_hand else world.wanted.stocks.get(sku.code, set())
        offers[sku.code] = (price, sku.stock if sku.stock in right else min(right, default=-1))
    return {**offers, **{sku: offer for sku, offer in item.offers.items() if sku not in offers}}


def _minimum(world: World) -> int:
    offered = [item for item in world.wanted.items.values() if item.offered and not item.broken]
    # And one look at a shop that nobody knows yet.
    return 1 + len(offered) * (1 if world.profile.steps == 1 else 3)


def _judge(world: World, verdict: Verdict) -> None:
    truth, wanted = world.truth, world.wanted
    truth.settle()
    verdict.unjournaled = list(world.unjournaled)
    verdict.duplicates = [f"{key} × {len(items)}" for key, items in truth.duplicates().items()]
    stands = {
        stand.key: stand for stand in world.store.read_now(lambda db: list(standing.read_all(db, "plain-cn")))
    }
    verdict.parked = sum(bool(stand.parked) for stand in stands.values())
    for item in wanted.items.values():
        stand = stands.get(item.key)
        if stand is not None and stand.parked:
            continue  # with a reason, in `status`
        alive = truth.alive(item.key)
        if not item.offered:
            if any(listing.status == "live" for listing in alive):
                verdict.wrong.append(f"{item.key} is on sale though not offered")
            continue
        if not alive:
            verdict.lost.append(f"{item.key} is not in the shop: {stand and stand.refused!r}")
            continue
        listing = alive[0]
        theirs = {sku.code: (sku.price, sku.stock) for sku in listing.skus.values()}
        if listing.status != "live":
            verdict.lost.append(f"{item.key} is {listing.status}")
        titles = _titles(world, listing, item)
        if listing.title not in titles:
            verdict.wrong.append(f"{item.key} is titled {listing.title!r}, not {' or '.join(titles)}")
        offers = _offers(world, listing, item)
        if theirs != offers:
            verdict.wrong.append(f"{item.key} offers {theirs}, not {offers}")
    for listing in truth.live():
        stand = stands.get(listing.key)
        if listing.key not in wanted.items and not (stand is not None and stand.parked):
            verdict.wrong.append(f"{listing.key} is on sale though gone from the catalog")
    for listing in truth.listings.values():
        for sku in listing.skus.values():
            right = wanted.prices.get(sku.code, set()) | ({Decimal(1)} if world.profile.edits else set())
            if sku.price not in right:
                verdict.wrong.append(f"{sku.code} costs {sku.price}, which was never right")
    before, writes = len(truth.calls), truth.writes()
    _run(world, verdict, [])
    verdict.second_run_calls = len(truth.calls) - before
    verdict.second_run_writes = truth.writes() - writes
