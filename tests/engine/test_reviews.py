"""What does not wait for a content review, and what a person ended for good: by seeds, with deaths and lost answers."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile

from storesync.engine import at_work
from storesync.engine.status import resolve
from storesync.sandbox import FaultSchedule
from storesync.sandbox.behavior import Behavior
from storesync.testing.plain import plain_driver
from storesync.testing.wanted import Item

REVIEW = 600.0
MISHAPS = {
    "lost_before": 0.1,
    "lost_after": 0.1,
    "truncated": 0.05,
    "error_before": 0.05,
    "error_after": 0.05,
}


def reviewed(*items: Item, by: Any = "search", **more: Any) -> Bench:
    """A market that decides on documents after ten minutes, and takes offers and hiding meanwhile."""
    bench = Bench.opened(*items, manners=profile(by), driver=plain_driver(by=by, review=REVIEW, **more))
    usual: Behavior = bench.truth.behavior
    bench.truth.behavior = evolve(usual, review_delay=REVIEW)
    return bench


def unsettled(bench: Bench, rng: Random, runs: int) -> None:
    """Runs with mishaps, any of which may die, then quiet ones that last a minute together."""
    bench.truth.faults = FaultSchedule.seeded(rng, MISHAPS, seconds=1.0)
    for _ in range(runs):
        if rng.random() < 0.5:
            bench.die(rng.randint(1, 30))
            bench.world.loop.skip(61.0)  # the dead one's lease
        else:
            bench.sync()
    bench.faults()
    for _ in range(4):
        bench.sync()
        bench.world.loop.skip(5.0)


@pytest.mark.parametrize("seed", range(24))
def test_stop_selling_and_offers_do_not_wait_for_a_review(seed: int) -> None:
    """Before the verdict the shelf and the stock are as wanted; after it the listing stays off sale."""
    rng = Random(seed)
    bench = reviewed(*(item(key) for key in "ABC"), by=rng.choice(("search", "unique", "address", "key")))
    bench.sync()
    if rng.random() < 0.5:  # the review of a change, not of a create
        bench.world.loop.skip(REVIEW + 1)
        bench.sync()
        bench.put(*(evolve(item(key), title=f"newer {key}") for key in "ABC"))
        bench.sync()
    began = bench.world.loop.time()
    bench.put(evolve(bench.world.wanted.items["A"], offered=False))
    b = bench.world.wanted.items["B"]
    bench.put(evolve(b, offers={"B-0": (Decimal(120), rng.randint(0, 3))}))
    unsettled(bench, rng, rng.randint(1, 3))

    shown = {one.key: one for one in bench.truth.alive()}
    assert bench.world.loop.time() < began + REVIEW
    assert {"in_review"} == {one.status for one in shown.values()}
    assert ("hidden", "live") == (shown["A"].wanted, shown["B"].wanted)
    assert bench.world.wanted.items["B"].offers == {
        sku.code: (sku.price, sku.stock) for sku in shown["B"].skus.values()
    }

    bench.world.loop.skip(REVIEW + 1)
    bench.sync()
    bench.sync()
    writes = bench.truth.writes()
    bench.sync()

    assert bench.wanted() == bench.live()
    assert {} == bench.truth.duplicates()
    assert writes == bench.truth.writes()


def test_a_market_that_says_nothing_of_it_gets_nothing_during_a_review() -> None:
    """Without `in_review` an edit may cancel the review: all waits."""
    bench = reviewed(item("A"))
    bench.channel.driver = evolve(
        bench.channel.driver, spec=evolve(bench.channel.driver.spec, in_review=frozenset())
    )
    bench.sync()
    bench.put(evolve(item("A", stock=1), offered=False))

    assert 0 == len(bench.plan())


def end(bench: Bench, key: str, rng: Random) -> None:
    """A person ends a listing; the run may die or lose its answers."""
    bench.truth.faults = FaultSchedule.seeded(rng, MISHAPS, seconds=1.0)
    made = bench.plan(end=[key])
    bench.apply(made, reasons={"end": "the license is over"} if made.tripped else {})


@pytest.mark.parametrize("seed", range(24))
def test_what_a_person_ended_stays_ended_until_it_is_taken_back(seed: int) -> None:
    """The product is in the catalog still; answers are lost and processes die: it is gone, and not made again."""
    rng = Random(seed)
    bench = Bench.opened(*(item(key) for key in "ABC"))
    bench.sync()
    end(bench, "B", rng)
    unsettled(bench, rng, rng.randint(1, 3))
    if not bench.stand("B").ending:  # died before anything was asked
        end(bench, "B", Random(0))
        unsettled(bench, rng, 0)
    bench.put(item("B", price=130))
    bench.sync()

    assert ["A", "C"] == sorted(bench.live())
    assert "B" in {held.key: held.reason for held in bench.plan().not_offered}
    assert 0 == len(bench.plan())

    async def take_back() -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, "B")

    bench.run(take_back())
    for _ in range(3):
        bench.sync()

    assert bench.wanted() == bench.live()
    assert {} == bench.truth.duplicates()


def test_an_end_that_was_begun_needs_no_second_reason() -> None:
    """The reason was given when it began; what is left of it is finished."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    bench.truth.faults = FaultSchedule.seeded(Random(1), {"lost_before": 1.0})
    bench.apply(bench.plan(end=["B"]), reasons={"end": "the license is over"})
    bench.faults()
    made = bench.plan()

    assert {"end": 1} == dict(made.counts)
    assert () == made.tripped
    bench.apply(made)
    assert ["A"] == sorted(bench.live())


def test_a_late_review_is_taken_up_without_an_id() -> None:
    """The listing is known: it is looked at, not made a second time."""
    bench = reviewed(item("A"))
    bench.channel.driver = evolve(
        bench.channel.driver,
        poll=lambda shop, ticket: iter(()),  # a market that never decides
    )

    def silent(shop: Any, ticket: Any) -> Any:
        yield from ()
        return {}

    bench.channel.driver = evolve(bench.channel.driver, poll=silent)
    bench.sync()
    bench.world.loop.skip(31 * 86_400.0)
    bench.plan()

    async def take_up() -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, "A")

    assert "A is listing" in bench.run(take_up())
    bench.sync()
    assert {} == bench.truth.duplicates()
    assert 1 == len(bench.truth.alive())
