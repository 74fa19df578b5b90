"""What a seller added by hand is never taken away, whatever is in doubt; what a request of ours made is not forgotten."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile, step

from storesync.engine import at_work
from storesync.engine.report import OutcomeState
from storesync.engine.status import resolve, status
from storesync.plan import Kind
from storesync.sandbox.records import Sku
from storesync.testing.byhand import shopee_variant
from storesync.testing.platform import PLATFORMS
from storesync.testing.wanted import Item

SHOPEE = PLATFORMS[2]


def own(bench: Bench) -> None:
    """The seller adds a variant."""
    (listing,) = bench.truth.alive("A")
    bench.truth.vary(listing.id, added=Sku(id=bench.truth.next_sku(), code="OWN", price=Decimal(77), stock=3))


def shown(bench: Bench) -> set[str]:
    """The variants that buyers see."""
    (listing,) = bench.truth.alive("A")
    return {sku.code for sku in listing.skus.values()}


@pytest.mark.parametrize("looked", [True, False])
@pytest.mark.parametrize("operation", ["extend", "change", "remove"])
def test_a_variant_of_the_seller_survives_an_update_in_doubt(operation: str, looked: bool) -> None:
    """Also one that nobody has seen yet."""
    bench = Bench.opened(item("A", variants=2))
    bench.sync()
    bench.world.loop.skip(60)
    own(bench)
    if looked:
        assert ["A OWN variant: the seller added it; it stays"] == bench.observe()
    changed = item("A", variants=3)
    offers = {sku: offer for sku, offer in changed.offers.items() if sku != "A-0"}
    bench.put(type(changed)(key="A", title="new", offers=offers))
    bench.faults(step("lost_after", operation=operation))
    bench.sync()
    bench.sync()

    assert {"A-1", "A-2", "OWN"} == shown(bench)
    assert 0 == len(bench.plan())


@pytest.mark.parametrize("by", ["search", "key", "unique", "address"])
@pytest.mark.parametrize("steps", [1, 2])
def test_a_variant_of_the_seller_survives_a_create_in_doubt(by: Any, steps: Any) -> None:
    """He was there before the answer was missed."""
    bench = Bench.opened(item("A", variants=2), manners=profile(by, steps=steps))
    bench.plan()
    bench.faults(step("lost_after", operation="create", times=4), step("lost_after", operation="extend"))
    bench.sync()
    own(bench)
    bench.sync()
    bench.sync()

    assert {"A-0", "A-1", "OWN"} == shown(bench)


def test_a_variant_whose_answer_was_lost_goes_with_its_product() -> None:
    """It left the catalog before anybody heard of its id: it was ours all the same."""
    bench = Bench.opened(item("A"))
    bench.sync()
    bench.world.loop.skip(60)
    bench.put(item("A", variants=2))
    bench.die(at=18)
    for at in range(8, 30):
        if "A-1" in shown(bench):
            break
        bench.world.loop.skip(120)
        bench.die(at=at)
    assert "A-1" in shown(bench)
    bench.put(item("A"))
    bench.world.loop.skip(120)
    bench.sync()
    bench.sync()

    assert {"A-0"} == shown(bench)


def test_a_variant_in_the_way_is_told_by_status_until_its_seller_makes_room() -> None:
    """The change waits from run to run, nothing of it is sent, and goes on by itself."""
    offers = {f"A-{n}": (Decimal(200_000), 5) for n in range(3)}
    few = {sku: offer for sku, offer in offers.items() if sku != "A-2"}
    bench = Bench.opened(Item(key="A", title="title of A", offers=few), platform=SHOPEE)
    bench.sync()
    bench.world.loop.skip(60)
    (listing,) = bench.truth.alive("A")
    own_option = shopee_variant(bench.truth, listing, Decimal(200_000), Random(1))
    own_option.options = ("A-2",)
    listing.content["tiers"][0]["variation_option_list"][own_option.more["tier"][0]][
        "variation_option_name"
    ] = "A-2"
    bench.truth.vary(listing.id, added=own_option)
    bench.put(Item(key="A", title="title of A", offers=offers))
    for _ in range(2):
        (bad,) = [one for one in bench.sync().bad if one.kind is Kind.UPDATE]
        assert OutcomeState.POSTPONED is bad.state
        bench.world.loop.skip(60)
    found = bench.world.store.read_now(
        lambda db: status(db, bench.world.platform.channel, bench.channel.env.now())
    )
    (held,) = found.held

    assert "BY-HAND (A-2)) where A-2 belongs" in held.reason
    assert "on Shopee, give it another option" in held.issues[0].hint
    assert {"A-0", "A-1", "BY-HAND"} == shown(bench)
    bench.truth.vary(listing.id, removed="BY-HAND")
    bench.sync()
    bench.sync()
    assert {"A-0", "A-1", "A-2"} == shown(bench)
    assert 0 == len(bench.plan())


def test_what_a_person_takes_up_keeps_the_variants_of_the_seller() -> None:
    """A parked listing that `resolve` took up."""
    bench = Bench.opened(item("A", variants=2), manners=profile("none"))
    bench.faults(step("lost_after", operation="create"))
    bench.sync()
    own(bench)
    (listing,) = bench.truth.alive("A")

    async def take_up() -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, "A", listing=str(listing.id))

    bench.run(take_up())
    bench.put(item("A", variants=3))
    bench.world.loop.skip(120)
    bench.sync()
    bench.sync()

    assert {"A-0", "A-1", "A-2", "OWN"} == shown(bench)


def test_what_the_seller_typed_into_a_whole_listing_stays_with_the_sku_that_it_was_made_as() -> None:
    """The answer to the create was lost; he counts the stock anew; the catalog has two SKUs when the listing is found."""
    bench = Bench.opened(item("A", 145_000, 27), manners=evolve(profile(), owned=("stock",)), platform=SHOPEE)
    bench.plan()
    bench.faults(
        step("lost_after", operation="product/add_item"),
        step("error_before", operation="product/search_item", times=20),
    )
    bench.sync()
    assert bench.stand("A").ref is None
    (listing,) = bench.truth.alive("A")
    bench.truth.edit(listing.id, stock=77)
    bench.put(item("A", 145_000, 27, variants=2))
    bench.faults()
    bench.sync().raise_for_faults()

    assert {"A-0": (Decimal(145_000), 77), "A-1": (Decimal(145_000), 27)} == bench.live()["A"]


def test_the_half_of_several_variants_is_not_taken_for_the_one_that_is_left() -> None:
    """The answer to the create was lost before it was divided; then the catalog drops the SKU that it was made with."""
    both = item("A", 145_000, 27, variants=2)
    bench = Bench.opened(both, manners=evolve(profile(), owned=("stock",)), platform=SHOPEE)
    bench.plan()
    bench.faults(
        step("lost_after", operation="product/add_item"),
        step("error_before", operation="product/search_item", times=20),
    )
    bench.sync()
    assert bench.stand("A").ref is None
    bench.put(evolve(both, offers={"A-1": (Decimal(145_000), 5)}))
    bench.faults()
    bench.sync().raise_for_faults()

    (listing,) = bench.truth.alive("A")
    assert (Decimal(145_000), 5) == (listing.price, listing.stock)


def test_an_address_is_not_written_again_over_what_the_seller_keeps() -> None:
    """The answers to its create were lost; he gave it another title."""
    bench = Bench.opened(item("A"), manners=evolve(profile("address"), owned=("title",)))
    bench.plan()
    bench.faults(step("lost_after", operation="put", times=20))
    bench.sync()
    assert bench.stand("A").ref is None
    (listing,) = bench.truth.alive("A")
    bench.truth.edit(listing.id, title="by hand")
    bench.faults()
    bench.sync().raise_for_faults()
    bench.sync().raise_for_faults()

    assert ["by hand"] == [one.title for one in bench.truth.alive("A")]
    assert bench.stand("A").made
