"""Whatever is parked stands in `status` with what to do, and `resolve` takes it up: one listing in the end."""

from decimal import Decimal

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile, step

from storesync.engine import at_work
from storesync.engine.status import resolve, status
from storesync.sandbox.plain import SHOP
from storesync.sandbox.records import Sku
from storesync.state import standing
from storesync.testing.plain import plain_driver


def in_doubt() -> Bench:
    """A create arrived, its answer was lost, and this market has no way to ask."""
    bench = Bench.opened(item("A"), item("B"), manners=profile("none"))
    bench.channel.channel = evolve(bench.channel.channel, workers=1)
    bench.faults(step("lost_after", "read", operation="create"))
    bench.sync()
    return bench


def twice_there() -> Bench:
    """Somebody made another listing with the same key by hand while a create was in doubt."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    sku = Sku(id=bench.truth.next_sku(), code="A-0", price=Decimal(1), stock=1)
    bench.truth.create(shop=SHOP, key="A", title="A", category="", price=Decimal(1), stock=1, skus=[sku])
    lost = {"ref": None, "made": False, "have": "", "doubt": bench.channel.env.now()}
    bench.world.store.write_now(lambda db: standing.change(db, "plain-cn", "A", **lost))
    bench.sync()
    return bench


def never_decided() -> Bench:
    """The market promised a verdict and gives none."""
    bench = Bench.opened(item("A"), item("B"), driver=plain_driver(review=60.0))
    bench.truth.behavior = evolve(bench.truth.behavior, review_delay=90 * 86_400.0)
    bench.sync()
    bench.world.loop.skip(31 * 86_400.0)
    bench.plan()
    return bench


def refused_twice() -> Bench:
    """The market refused a new listing, for somebody had made two with its key by hand."""
    bench = Bench.opened(item("B"), manners=profile("unique"))
    bench.sync()
    for _ in range(2):
        sku = Sku(id=bench.truth.next_sku(), code="A-0", price=Decimal(1), stock=1)
        bench.truth.create(shop=SHOP, key="A", title="A", category="", price=Decimal(1), stock=1, skus=[sku])
    bench.put(item("A"))
    bench.sync()
    return bench


KINDS = {
    "no way to ask": (in_doubt, "has no way to ask"),
    "there twice": (twice_there, "has 2 listings with this key"),
    "refused, there twice": (refused_twice, "has 2 listings with this key"),
    "never decided": (never_decided, "has not decided for more than 30 days"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_parked_is_told_and_taken_up(kind: str) -> None:
    """The reason says what a person should look at; with the id that was found it goes on as one listing."""
    opened, said = KINDS[kind]
    bench = opened()
    told = bench.world.store.read_now(lambda db: status(db, "plain-cn", bench.channel.env.now())).parked
    parked = {held.key: held.reason for held in told}
    writes = bench.truth.writes()
    bench.sync()

    assert said in parked["A"]
    assert "A" not in {one.key for one in bench.plan()}
    assert writes == bench.truth.writes()

    stays, *others = bench.truth.alive("A")
    for other in others:
        bench.truth.edit(other.id, status="deleted")

    async def take_up(key: str) -> str:
        async with at_work(bench.channel) as work:
            listing = str(stays.id) if kind != "never decided" and key == "A" else ""
            return await resolve(work, key, listing=listing)

    for key in parked:
        bench.run(take_up(key))
    bench.truth.behavior = evolve(bench.truth.behavior, review_delay=0.0)
    for _ in range(3):
        bench.sync()

    assert {} == bench.truth.duplicates()
    assert [stays.id] == [listing.id for listing in bench.truth.alive("A")]
