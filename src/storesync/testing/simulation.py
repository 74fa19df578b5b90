"""Thousands of seeded worlds, and what must hold in each: nothing twice, nothing lost, nothing wrong, then silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve
from sqlalchemy import delete

from storesync.engine.report import Report
from storesync.state import Standing, Store
from storesync.state.schema import METADATA
from storesync.state.statement import Statement
from storesync.testing.heldjudge import judge_held
from storesync.testing.hold import Hold
from storesync.testing.judge import judge
from storesync.testing.merchant import edit_by_hand, insist, move_calmly, move_catalog, vary_by_hand
from storesync.testing.platform import Platform
from storesync.testing.profile import Profile
from storesync.testing.syncs import run
from storesync.testing.verdict import Verdict
from storesync.testing.wanted import offers_of
from storesync.testing.world import Doom, World

__all__ = ["fresh_store", "simulate"]

_EMPTIED = [Statement(delete(table)) for table in reversed(METADATA.sorted_tables)]
_SETTLING = 12  # quiet runs after which everything must have been reached
_DAY = 86_400.0
_DAYS = 20  # and others that a day's quota ends, or a blackout


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
        judge(world, verdict)
        verdict.unshown, verdict.stale = world.witness.unshown, world.witness.needless
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
        _count(world, verdict)
        return
    world.faults(on=True)
    for round_ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        if round_:
            move_catalog(world, _unheard(world))
            if world.profile.edits:
                edit_by_hand(world)
            if world.profile.varies:
                vary_by_hand(world)
        dooms = [Doom(death=rng.randint(1, 150)) for _ in range(rng.randint(0, world.profile.crashes))]
        dooms += [Doom(failure=rng.randint(1, 60)) for _ in range(rng.randint(0, world.profile.failures))]
        rng.shuffle(dooms)
        run(world, dooms, look=world.profile.edits)
        world.loop.skip(rng.choice((0.0, 5.0, 3_600.0)))
        world.rest()
    world.faults(on=False)
    for item in list(world.wanted.items.values()):
        if item.broken:
            world.wanted.items[item.key] = evolve(item, broken=False)
    hold = Hold.of(world)
    if hold.settled or not hold.drawn:
        _settle(world)
    if hold.drawn:
        _held(world, verdict, hold)


def _held(world: World, verdict: Verdict, hold: Hold) -> None:
    """A run with mishaps and deaths while prices and texts of some products are held, and quiet ones; then none is."""
    held = hold.begin(world.stands())
    world.faults(on=True)
    dooms = [Doom(death=world.rng.randint(1, 60)) for _ in range(world.rng.randint(0, world.profile.crashes))]
    run(world, dooms, look=world.profile.edits and world.rng.random() < 0.5)
    world.faults(on=False)
    # What is held stays as it was shown in the beginning: nobody types meanwhile.
    if not _settle(world, typing=False):
        verdict.wrong.append("while prices and texts are held, no run is silent")
    verdict.wrong += judge_held(world, held)
    if hold.stern:
        # The documents are known to be refused by now: what is sold afterwards goes on all the same.
        hold.sell(held)
        _settle(world, typing=False)
        verdict.wrong += judge_held(world, held)
    hold.release(held)
    _settle(world)


def _settle(world: World, *, typing: bool = True) -> bool:
    """Quiet runs until nothing is left to do; whether that came."""
    # What a market makes of a text that it decides on is known after three verdicts; who types again waits for one.
    profile = world.profile
    most = _SETTLING * 3 if profile.review and (profile.rewords or profile.insists) else _SETTLING
    waits, left = _waits(world.stands()), most
    for _ in range(most + _DAYS):
        # What the market decides in this run was not looked at before: one more look is due.
        waited, calls = waits, len(world.truth.calls)
        report = run(world, [], look=world.profile.edits)
        stands = world.stands()
        waits = _waits(stands)
        # What the market refused for no reason of ours is sent again only when it changes: it changes.
        silent = report is not None and not report.outcomes and not waited and not waits
        # Whoever insists does so after a run, and nobody looked before.
        typed = typing and insist(world)
        # Nor is one silent that says that the market could not be asked.
        if not _touch_refused(world, stands) and silent and not typed and not world.unasked:
            return True
        if report is not None and _sat_out(world, report):
            continue
        if (waits or world.unasked) and world.profile.daily and calls == len(world.truth.calls):
            # No operation waits for tomorrow, but verdicts and looks: today nobody can be asked any more.
            world.loop.skip(_DAY)
            continue
        left -= 1
        if not left:
            return False
        world.loop.skip(120.0)
    return False


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
        for stand in world.stands().values()
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
        if item is None or not item.offered:
            continue  # nothing of it is sent
        title, offers, words = item.title, dict(item.offers), item.words
        live = set(stand.ref.skus) if stand.ref is not None else set[str]()
        figures = item.unreadable | item.uncounted
        held = item.unpriced or figures
        # A variant that a half lacks waits alone; of what nobody knows to be there all does.
        stays = item.unpriced or (figures & live if live else figures)
        waits = item.unfit or (stays and not stand.made) or world.stern
        if stand.refused and stand.refused == stand.want and not waits:
            # A title that the seller keeps would change nothing of the document.
            if "title" in world.profile.owned:
                words += 1
            else:
                title += "."
        for sku, offer in stand.offers.items():
            gone = (item.unfit or held) and not any(
                one.sku(sku) for one in world.truth.alive(stand.key) if one.skus
            )
            # Of a row that cannot be read only the stock of what is known to be there is sent.
            gone = gone or (item.broken and (sku in item.uncounted or sku not in live))
            if offer.refused and sku in offers and not gone:  # what is gone comes back with a document alone
                price, stock = offers[sku]
                moved = world.platform.moved(world.rng, world.wanted.right(price))
                if offer.last_prices and world.regrets.random() < 0.5:
                    # Back to what was acknowledged, though what was refused may have been taken before.
                    moved = offer.last_prices[world.platform.market.code].sale.amount
                offers[sku] = (moved, stock + 1)
        changed = evolve(item, title=title, offers=offers, words=words)
        if changed != item:
            touched = True
            world.wanted.items[stand.key] = changed
    world.wanted.remember()
    return touched


def _count(world: World, verdict: Verdict) -> None:
    """A new shop, and the next day of it, where nothing goes wrong: no call may be one too many."""
    fewest, wanted = world.platform.fewest, world.wanted
    first = dict(wanted.items)
    verdict.counted.append((_calls(world), fewest.listed(first.values(), world.profile)))
    world.loop.skip(60.0)  # what is new is known everywhere
    move_calmly(world)
    moved = fewest.moved(first, wanted.items, world.profile, wanted.right)
    verdict.counted.append((_calls(world), moved))


def _calls(world: World) -> int:
    before = len(world.truth.calls)
    run(world, [])
    return len(world.truth.calls) - before


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
    seen["stale by another plan"] += world.witness.stale
    seen["renewed a token"] += sum(
        one.used for shop in world.truth.shops.values() for one in shop.refreshes.values()
    )
    return +seen
