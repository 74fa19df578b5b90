"""What an apply sends is what its plan showed, or nothing: others may plan over other catalogs at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.engine.bench import LOOSE, Bench, Pictured, item

from storesync.catalog import Read
from storesync.engine import apply, plan
from storesync.engine.report import OutcomeState, Report
from storesync.errors import StalePlan
from storesync.plan import GuardLimits, Kind, Plan
from storesync.testing.elsewhere import far_away
from storesync.testing.wanted import Item, Wanted

MANY = 250  # more than two of the transactions in which wants are written
WIDE = GuardLimits(mass_change=Decimal(1))


def sold(bench: Bench) -> set[Decimal]:
    """The prices at which the shop sells."""
    return {price for offers in bench.live().values() for price, _ in offers.values()}


def elsewhere(bench: Bench, *items: Item) -> Wanted:
    """Another catalog for the same channel."""
    return Pictured({one.key: one for one in items}, bench.world.wanted.form)


def apply_while_planned(bench: Bench, made: Plan, other: Wanted) -> Report:
    """Apply `made`, while somebody on another machine plans over `other`, and never applies."""
    rival = bench.rival()
    rival.store = far_away(bench.world.store, rival.env, bench.world.strangers, seconds=0.004)

    async def both() -> Report:
        planning = asyncio.create_task(plan(rival, other.reads(), other, limits=LOOSE))
        report = await apply(bench.channel, made)
        await planning
        return report

    return bench.run(both())


def test_a_plan_that_was_interrupted_leaves_nothing_for_a_reviewed_one_to_send() -> None:
    """Wants of a broken catalog were written before Ctrl-C: the reviewed plan is stale, and nothing is sent."""
    keys = [f"P{n:03}" for n in range(MANY)]
    bench = Bench.opened(*(item(key, 100) for key in keys))
    bench.sync()
    bench.put(*(item(key, 104) for key in keys))
    reviewed = Plan.from_json(bench.plan(limits=WIDE).as_json())
    other = elsewhere(bench, *(item(key, 1) for key in keys))

    def interrupted() -> Iterator[Read]:
        for n, read in enumerate(other.reads()):
            if n == MANY - 30:
                raise KeyboardInterrupt
            yield read

    with pytest.raises(KeyboardInterrupt):
        bench.run(plan(bench.rival(), interrupted(), other, limits=WIDE))
    writes = bench.truth.writes()

    with pytest.raises(StalePlan, match="plan again"):
        bench.apply(reviewed)
    assert writes == bench.truth.writes()
    assert {Decimal(100)} == sold(bench)


@pytest.mark.parametrize("change", ["price", "stock", "title", "variants"])
def test_what_another_plan_wants_meanwhile_is_not_sent_by_this_one(change: str) -> None:
    """Every operation ends done as shown, or stale with a reason; the other catalog's values reach nobody."""
    ours = [item(f"P{n:02}", 104, 7) for n in range(60)]
    theirs = {
        "price": [item(one.key, 1, 7) for one in ours],
        "stock": [item(one.key, 104, 9000) for one in ours],
        "title": [Item(key=one.key, title="another", offers=one.offers) for one in ours],
        "variants": [item(one.key, 104, 7, variants=2) for one in ours],
    }[change]
    bench = Bench.opened(*(item(one.key, 100) for one in ours))
    bench.sync()
    bench.put(*(Item(key=one.key, title=f"new {one.key}", offers=one.offers) for one in ours))
    reviewed = bench.plan(limits=LOOSE)

    report = apply_while_planned(bench, reviewed, elsewhere(bench, *theirs))
    stale = [one for one in report.outcomes if one.state is OutcomeState.STALE]

    assert stale
    assert not any(one.good for one in stale)
    assert all("since another plan was made: nothing was sent; plan again" in one.said for one in stale)
    assert sold(bench) <= {Decimal(100), Decimal(104)}
    assert {stock for offers in bench.live().values() for _, stock in offers.values()} <= {5, 7}
    assert not any(listing.title == "another" for listing in bench.truth.live())
    assert all(len(offers) == 1 for offers in bench.live().values())


def test_a_create_carries_no_price_that_its_plan_did_not_show() -> None:
    """The document is the same, the price is another plan's: nothing is made."""
    bench = Bench.opened(*(item(f"P{n:02}", 100) for n in range(60)))
    reviewed = bench.plan(limits=LOOSE)
    other = elsewhere(bench, *(item(f"P{n:02}", 1) for n in range(60)))

    report = apply_while_planned(bench, reviewed, other)

    assert report.counts["stale"] >= 1
    assert sold(bench) <= {Decimal(100)}


@pytest.mark.parametrize(("ours", "theirs"), [(True, False), (False, True)])
def test_what_is_to_be_shown_or_hidden_otherwise_by_now_stays_as_it_is(ours: bool, theirs: bool) -> None:
    """A hide that another plan takes back is not sent, nor is a show."""
    bench = Bench.opened(*(item(f"P{n:02}") for n in range(60)))
    bench.sync()
    if ours:
        bench.put(*(item(f"P{n:02}", offered=False) for n in range(60)))
        bench.sync()
    bench.put(*(item(f"P{n:02}", offered=ours) for n in range(60)))
    reviewed = bench.plan(limits=LOOSE)

    report = apply_while_planned(
        bench, reviewed, elsewhere(bench, *(item(f"P{n:02}", offered=theirs) for n in range(60)))
    )
    told = {one.key: one.state for one in report.outcomes}
    live = set(bench.live())

    assert {OutcomeState.DONE, OutcomeState.STALE} >= set(told.values())
    assert OutcomeState.STALE in told.values()
    assert {key for key, state in told.items() if (state is OutcomeState.DONE) == ours} == live


def test_an_update_shows_the_variants_that_it_adds_and_removes() -> None:
    """What a new variant will cost, and how many there are, is read in the plan; so is one that goes."""
    bench = Bench.opened(item("P1", 100, 5, variants=2))
    bench.sync()
    offers = {"P1-1": (Decimal(100), 5), "P1-2": (Decimal(120), 3)}
    bench.put(Item(key="P1", title="title of P1", offers=offers))

    (update,) = (one for one in bench.plan() if one.kind is Kind.UPDATE)

    assert ["P1-2: 120.00 CNY × 3", "P1-0: there → gone"] == [str(one) for one in update.details]


def test_a_plan_holds_what_another_one_wanted_while_it_was_made() -> None:
    """Two catalogs at once: what the second wrote after the first had read a product is no part of the first plan."""
    bench = Bench.opened(item("P1", 100), item("P2", 100))
    other = elsewhere(bench, item("P1", 1), item("P2", 100))
    first, second, wanted = bench.channel, bench.rival(), bench.world.wanted
    first.store = far_away(bench.world.store, first.env, bench.world.strangers)

    async def both() -> Plan:
        written = asyncio.Event()
        bench.world.store.after_commit = written.set
        ours = asyncio.create_task(plan(first, wanted.reads(), wanted, limits=LOOSE))
        await written.wait()
        await plan(second, other.reads(), other, limits=LOOSE)
        return await ours

    made = bench.run(both())

    assert ["P2"] == [one.key for one in made]
    assert ["P1"] == [held.key for held in made.held]
    assert "plan again" in made.held[0].reason
    assert {"create": 2} == bench.plan().counts
