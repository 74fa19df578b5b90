"""Thousands of seeded worlds, and what must hold in each: nothing twice, nothing lost, nothing wrong, then silence."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import define, evolve, field
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from storesync.engine import OpenChannel, apply, at_work, observe, plan
from storesync.engine.report import Report
from storesync.errors import Denied, Fault, Locked, StalePlan, UnsafePlan
from storesync.plan import GuardLimits
from storesync.sandbox.records import Listing
from storesync.state import Standing, Store, standing
from storesync.state.schema import METADATA
from storesync.state.statement import Statement
from storesync.testing.platform import Platform
from storesync.testing.pricehold import HeldPrices, hold_prices, release_prices, unheld
from storesync.testing.profile import Profile
from storesync.testing.virtual import run_virtual
from storesync.testing.wanted import Item
from storesync.testing.world import Crash, Doom, World, offers_of

__all__ = ["Verdict", "fresh_store", "simulate"]

# A world's merchant may do anything: guards have tests of their own.
_LIMITS = GuardLimits(hidden=Decimal(1), touched=Decimal(1), price_swing=Decimal("1e9"), floor=10_000)
_EMPTIED = [Statement(delete(table)) for table in reversed(METADATA.sorted_tables)]
_SETTLING = 12  # quiet runs after which everything must have been reached
_DAYS = 20  # and others that a day's quota ends, or a blackout
_LEASE_OVER = 61.0
_ASKED = ("address", "unique", "search")  # the market can say whether a doubtful create arrived


@define
class Verdict:
    """What became of one world: its broken promises, numbers, and `events`: how often what happened in it."""

    seed: int
    platform: str
    profile: Profile
    duplicates: list[str] = field(factory=list)
    lost: list[str] = field(factory=list)
    wrong: list[str] = field(factory=list)
    unjournaled: list[str] = field(factory=list)
    cheap: list[str] = field(factory=list)
    in_blackout: list[str] = field(factory=list)
    over_quota: list[str] = field(factory=list)
    parked: int = 0
    second_run_calls: int = 0
    second_run_writes: int = 0
    calls: int = 0
    minimum: int = 0
    events: Counter[str] = field(factory=Counter)

    @property
    def broken(self) -> Mapping[str, Any]:
        """The promises that did not hold, each with what was seen."""
        seen = {
            "listed twice": self.duplicates,
            "lost": self.lost,
            "wrong": self.wrong,
            "not in the journal": self.unjournaled,
            "below its floor": self.cheap,
            "begun in a blackout": self.in_blackout,
            "over the day's quota": self.over_quota,
            "writes of a second run": self.second_run_writes,
            "calls over the minimum": [] if self.calls <= self.minimum * 1.02 else [self.calls, self.minimum],
            # Then the minimum is none, and nothing was proven by it.
            "calls below the minimum": [] if self.calls >= self.minimum else [self.calls, self.minimum],
        }
        return {name: value for name, value in seen.items() if value}

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        return not self.broken


def simulate(
    seed: int, store: Store | None = None, profile: Profile | None = None, platform: Platform | None = None
) -> Verdict:
    """Run one world to its end and judge it. The same seed gives the same world, call for call."""
    own = store or fresh_store()
    _wipe(own)
    world = World.made(seed, own, profile, platform)
    verdict = Verdict(seed, world.platform.name, world.profile)
    try:
        _live(world, verdict)
        _judge(world, verdict)
        verdict.events = _events(world)
    finally:
        world.loop.close()
        if store is None:
            own.close()
    return verdict


def fresh_store() -> Store:
    """An empty store in memory, for one world after the other."""
    store = Store("sqlite://", inline=True)
    store.create_tables()
    return store


def _wipe(store: Store) -> None:
    store.before_commit = store.after_commit = None

    def empty(db: Any) -> None:
        for statement in _EMPTIED:
            statement.run(db, {})

    store.write_now(empty)


def _live(world: World, verdict: Verdict) -> None:
    """Runs with mishaps, deaths, rivals and hands in the shop; then quiet ones until nothing is left to do."""
    rng = world.rng
    if world.profile.calm:
        before = len(world.truth.calls)
        _run(world, [])
        verdict.calls = len(world.truth.calls) - before
        verdict.minimum = _minimum(world)
        return
    world.faults(on=True)
    for round_ in range(rng.randint(1, 3)):
        if round_:
            world.move_catalog(_unheard(world))
            if world.profile.edits:
                world.edit_by_hand()
        dooms = [Doom(death=rng.randint(1, 150)) for _ in range(rng.randint(0, world.profile.crashes))]
        dooms += [Doom(failure=rng.randint(1, 60)) for _ in range(rng.randint(0, world.profile.failures))]
        rng.shuffle(dooms)
        _run(world, dooms, look=world.profile.edits)
        world.loop.skip(rng.choice((0.0, 5.0, 3_600.0)))
    world.faults(on=False)
    for item in list(world.wanted.items.values()):
        if item.broken:
            world.wanted.items[item.key] = evolve(item, broken=False)
    _settle(world)
    held = hold_prices(world, _stands(world))
    if held:
        _hold(world, verdict, held)
        _settle(world)


def _hold(world: World, verdict: Verdict, held: list[HeldPrices]) -> None:
    """Runs while nobody can say what some products cost, mishaps and all; then it is said again."""
    world.faults(on=True)
    dooms = [Doom(death=world.rng.randint(1, 60)) for _ in range(world.rng.randint(0, world.profile.crashes))]
    _run(world, dooms, look=world.profile.edits and world.rng.random() < 0.5)
    world.faults(on=False)
    _settle(world)
    world.truth.settle()
    for one, listing, item in unheld(world, held, _stands(world)):
        theirs = one.shown(listing)
        wanted = _offers(world, listing, item, theirs)
        owned = "stock" in world.profile.owned
        right = {
            sku: (price, 0 if sku in one.out and not owned else wanted[sku][1])
            for sku, price in one.prices.items()
        }
        if theirs != right:
            verdict.wrong.append(
                f"{one.key}, whose price is held, offers {_told(theirs)}, not {_told(right)}"
            )
        if one.hidden and listing.status == "live":
            verdict.wrong.append(f"{one.key}, whose price is held, is on sale again")
        if listing.title not in _titles(world, listing, item):
            verdict.wrong.append(f"{one.key}, whose price is held, is titled {listing.title!r}")
    release_prices(world, held)


def _settle(world: World) -> None:
    """Quiet runs until nothing is left to do."""
    waits, left = _waits(_stands(world)), _SETTLING
    for _ in range(_SETTLING + _DAYS):
        # What the market decides in this run was not looked at before: one more look is due.
        waited = waits
        report = _run(world, [], look=world.profile.edits)
        stands = _stands(world)
        waits = _waits(stands)
        # What the market refused for no reason of ours is sent again only when it changes: it changes.
        silent = report is not None and not report.outcomes and not waited and not waits
        if not _touch_refused(world, stands) and silent:
            return
        if report is not None and _sat_out(world, report):
            continue
        left -= 1
        if not left:
            return
        world.loop.skip(120.0)


def _sat_out(world: World, report: Report) -> bool:
    """Wait until what this run waits for is over, by everybody's clock: a day's quota, or a blackout."""
    until = report.until or max((one.until for one in report.outcomes if one.until is not None), default=None)
    if until is None:
        return False
    world.events["waited for the day's quota" if report.stopped else "waited for the calendar"] += 1
    world.open_at(until)
    return True


def _unheard(world: World) -> dict[str, Decimal]:
    """By SKU, the price that was acknowledged last, where the market shows another one by now."""
    world.truth.settle()
    shown: dict[str, tuple[Decimal, int]] = {}
    for listing in world.truth.alive():
        shown |= offers_of(world.wanted, listing)
    heard = {
        sku: offer.last_prices[world.platform.market.code].sale.amount
        for stand in _stands(world).values()
        for sku, offer in stand.offers.items()
        if offer.last_prices
    }
    return {sku: price for sku, price in heard.items() if sku in shown and shown[sku][0] != price}


def _waits(stands: Mapping[str, Standing]) -> bool:
    return any(stand.ticket is not None and not stand.parked for stand in stands.values())


def _touch_refused(world: World, stands: Mapping[str, Standing]) -> bool:
    touched = False
    for stand in stands.values():
        item = world.wanted.items.get(stand.key)
        if item is None:
            continue
        title, offers, picture = item.title, dict(item.offers), item.picture
        if stand.refused and stand.refused == stand.want:
            # A title that the seller keeps would change nothing of the document.
            if "title" in world.profile.owned and world.platform.pictures:
                picture = (picture + 1) % world.platform.pictures
            else:
                title += "."
        for sku, offer in stand.offers.items():
            if offer.refused and sku in offers:
                price, stock = offers[sku]
                moved = world.platform.moved(world.rng, world.wanted.right(price))
                offers[sku] = (moved, stock + 1)
        changed = evolve(item, title=title, offers=offers, picture=picture)
        if changed != item:
            touched = True
            world.wanted.items[stand.key] = changed
    world.wanted.remember()
    return touched


def _stands(world: World) -> dict[str, Standing]:
    rows = world.store.read_now(lambda db: list(standing.read_all(db, world.platform.channel)))
    return {stand.key: stand for stand in rows}


def _run(world: World, dooms: list[Doom], *, look: bool = False) -> Report | None:
    """One sync, restarted after every death until it comes to its end; its last report."""
    for doom in [*dooms, Doom()]:
        world.store.before_commit = world.store.after_commit = doom.commit
        try:
            return run_virtual(world.loop, _sync(world, doom, look=look), doom.tick)
        except Crash:
            world.events["process died"] += 1
        except OperationalError:
            world.events["store failed"] += 1
        finally:
            world.store.before_commit = world.store.after_commit = None
    raise AssertionError("the last process is never doomed")


async def _sync(world: World, doom: Doom, *, look: bool) -> Report | None:
    rivals = []
    if world.profile.rivals and world.rng.random() < 0.5:
        rivals.append(asyncio.create_task(_rival(world, doom)))
    try:
        return await _one(world, doom, look=look)
    finally:
        for rival in rivals:
            await rival


async def _rival(world: World, doom: Doom) -> None:
    channel = world.process(doom)
    try:
        await channel.env.sleep(world.rng.random() * 0.3)
        made = await plan(channel, world.wanted.reads(), world.wanted, limits=_LIMITS)
        await channel.env.sleep(world.rng.choice((0.0, 0.0, 2.0)))
        await apply(channel, made)
        world.events["two at once, both went through"] += 1
    except (Locked, StalePlan, UnsafePlan, Fault) as told:
        # Told who is at work, that the plan is old, or that the market could not be asked: that is the promise.
        world.events[f"two at once, one was told {type(told).__name__}"] += 1
    finally:
        await channel.transport.close()


async def _one(world: World, doom: Doom, *, look: bool) -> Report | None:
    channel = world.process(doom)
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
            channel = world.process(doom)
        except Denied as denied:
            if denied.retry_after is not None:  # the day is over
                await channel.env.sleep(denied.retry_after)
                continue
            await _authorize(world, channel)
            channel = world.process(doom)
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


def _offers(
    world: World, listing: Listing, item: Item, theirs: Mapping[str, tuple[Decimal, int]]
) -> dict[str, tuple[Decimal, int]]:
    """What the listing must offer; where the seller keeps the stock, what he wrote or what it was made with.

    `theirs` is what it offers now.
    """
    wanted = {sku: (world.wanted.right(price), stock) for sku, (price, stock) in item.offers.items()}
    if "stock" not in world.profile.owned:
        return wanted
    by_hand = world.by_hand.get((listing.id, "stock"), {})
    offers = {}
    for sku, (shown, stock) in theirs.items():
        price, _ = wanted.get(sku, (shown, 0))
        right = {by_hand[sku]} if sku in by_hand else world.wanted.stocks.get(sku, set())
        offers[sku] = (price, stock if stock in right else min(right, default=-1))
    return {**offers, **{sku: offer for sku, offer in wanted.items() if sku not in offers}}


def _minimum(world: World) -> int:
    offered = [item for item in world.wanted.items.values() if item.offered and not item.broken]
    return world.platform.minimum(offered, world.profile)


def _judge(world: World, verdict: Verdict) -> None:
    truth, wanted = world.truth, world.wanted
    world.loop.skip(world.profile.review)  # who gave no promise of a verdict is not asked for it
    truth.settle()
    stands = _stands(world)
    verdict.unjournaled = list(world.unjournaled)
    verdict.duplicates = [f"{key} × {len(items)}" for key, items in truth.duplicates().items()]
    verdict.parked = sum(bool(stand.parked) for stand in stands.values())
    for item in wanted.items.values():
        stand = stands.get(item.key)
        alive = truth.alive(item.key)
        if stand is not None and stand.parked:
            # With a reason, in `status`; but where the market can be asked, only a shop that shows two needs a person.
            if world.profile.by in _ASKED and len(alive) <= 1:
                verdict.lost.append(f"{item.key} waits for a person without need: {stand.parked}")
            continue
        if not item.offered:
            if any(listing.status == "live" for listing in alive):
                verdict.wrong.append(f"{item.key} is on sale though not offered")
            continue
        if not alive:
            verdict.lost.append(f"{item.key} is not in the shop: {_why(stand)}")
            continue
        listing = alive[0]
        theirs = dict(offers_of(wanted, listing))
        if listing.status != "live":
            verdict.lost.append(f"{item.key} is {listing.status}")
        titles = _titles(world, listing, item)
        if listing.title not in titles:
            right = " or ".join(map(repr, titles))
            verdict.wrong.append(f"{item.key} is titled {listing.title!r}, not {right}: {_why(stand)}")
        offers = _offers(world, listing, item, theirs)
        if theirs != offers:
            verdict.wrong.append(f"{item.key} offers {_told(theirs)}, not {_told(offers)}: {_why(stand)}")
        pictures = _pictures(world, listing.images)
        if world.platform.pictures and pictures != list(world.platform.files(item)):
            verdict.wrong.append(f"{item.key} shows the pictures {pictures}")
    for listing in truth.live():
        stand = stands.get(listing.key)
        if listing.key not in wanted.items and not (stand is not None and stand.parked):
            verdict.wrong.append(f"{listing.key} is on sale though gone from the catalog")
    named = sorted(file.name for file in truth.files.values() if not file.name.isascii())
    verdict.wrong += [f"the market was told the merchant's file name {name!r}" for name in named]
    world.look_at_prices()
    verdict.wrong += world.mispriced.values()
    verdict.cheap = list(world.cheap.values())
    verdict.in_blackout = world.in_blackout
    most = world.profile.daily
    verdict.over_quota = [
        f"{count} calls on {day}" for day, count in world.sent.items() if most and count > most
    ]
    before, writes = len(truth.calls), truth.writes()
    _run(world, [])
    verdict.second_run_calls = len(truth.calls) - before
    verdict.second_run_writes = truth.writes() - writes


def _why(stand: Standing | None) -> str:
    if stand is None:
        return "nothing is known of it"
    said = "; ".join(issue.message for issue in (*stand.issues, *stand.remarks))
    return f"refused as {stand.refused}: {said}" if stand.refused else said or "without a reason"


def _told(offers: Mapping[str, tuple[Decimal, int]]) -> str:
    return ", ".join(f"{sku} {stock} at {price}" for sku, (price, stock) in sorted(offers.items()))


def _pictures(world: World, shown: list[str]) -> list[str]:
    """The hashes of the files behind what a listing shows."""
    known = {**world.truth.files, **world.truth.addresses}
    return [known[name].sha256 if name in known else name for name in shown]


def _events(world: World) -> Counter[str]:
    """How often everything happened that a world is made of."""
    seen = Counter(world.events)
    for call in world.truth.calls:
        if call.effect == "late":
            seen["request arrived late"] += 1
        elif call.fault:
            name, _, shape = call.fault.partition(":")
            seen[f"{name} {shape}".strip()] += 1
            seen["step two refused"] += name == "refuse" and call.kind == "extend"
            seen["error after a create"] += name == "error_after" and call.kind == "create"
    profile = world.profile
    seen["search lags"] += profile.lag > 0
    seen["clock is wrong"] += profile.skew != 0
    seen["clocks differ"] += profile.apart > 0
    seen["decided later"] += profile.review > 0
    floor = world.wanted.floor
    if floor is not None:
        asked = [price for some in world.wanted.past.values() for price, _ in some]
        seen["lifted to its floor"] += any(price < floor.least for price in asked)
    seen["renewed a token"] += sum(
        one.used for shop in world.truth.shops.values() for one in shop.refreshes.values()
    )
    return +seen
