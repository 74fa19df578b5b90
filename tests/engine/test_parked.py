"""Whatever is parked stands in `status` with what to do, and `resolve` takes it up: one listing in the end."""

from decimal import Decimal
from io import StringIO

import pytest
from attrs import evolve
from rich.console import Console
from tests.engine.bench import Bench, item, profile, step

from storesync.engine import at_work
from storesync.engine.status import resolve, status
from storesync.errors import StateError
from storesync.report.status_view import status_view
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


def both() -> tuple[Bench, str]:
    """A is in the shop, and whether B's create arrived nobody can tell; the id of A's listing."""
    bench = Bench.opened(item("A"), manners=profile("none"))
    bench.sync()
    bench.put(item("B", price=999))
    bench.faults(step("lost_before", "read", operation="create"))
    bench.sync()
    bench.faults()
    assert bench.stand("B").parked
    return bench, str(bench.truth.alive("A")[0].id)


def taken_up(bench: Bench, key: str, listing: str = "") -> str:
    """What a person is told who says so."""

    async def take_up() -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, key, listing=listing)

    return bench.run(take_up())


def by_hand(bench: Bench, key: str, sku: str) -> str:
    """The id of a listing that somebody made in the shop itself."""
    made = Sku(id=bench.truth.next_sku(), code=sku, price=Decimal(1), stock=1)
    listing = bench.truth.create(
        shop=SHOP, key=key, title=key, category="", price=Decimal(1), stock=1, skus=[made]
    )
    return str(listing.id)


def test_a_listing_of_another_product_is_not_taken_over() -> None:
    """Refused in the words of adopt, with the way out; nothing changes, and both end as listings of their own."""
    bench, of_a = both()
    before = bench.stand("B")
    with pytest.raises(
        StateError,
        match=f"plain-cn: listing {of_a} is A already; nothing was changed; when the shop has none for B: "
        "`storesync resolve B --channel plain-cn`",
    ):
        taken_up(bench, "B", of_a)

    assert before == bench.stand("B")
    taken_up(bench, "B")
    for _ in range(2):
        bench.sync()
    assert bench.wanted() == bench.live()


def test_a_listing_that_ended_is_not_taken_up() -> None:
    """It would never be on sale again: the message says so."""
    bench, _ = both()
    ended = by_hand(bench, "B", "B-0")
    bench.truth.edit(int(ended), status="deleted")
    with pytest.raises(
        StateError, match=f"no listing '{ended}'|listing {ended} has ended and cannot come back"
    ):
        taken_up(bench, "B", ended)

    assert bench.stand("B").parked


def test_a_strange_listing_is_told_and_may_be_given_back() -> None:
    """The id of a neighbor's line, with another product's SKUs; until the next plan a second id is taken instead."""
    bench, _ = both()
    theirs, ours = by_hand(bench, "A", "A-0"), by_hand(bench, "B", "B-0")

    assert "has the SKUs of A: if the id is a slip" in taken_up(bench, "B", theirs)
    assert taken_up(bench, "B", ours).endswith("the next plan compares it with what is wanted")
    for _ in range(2):
        bench.sync()
    assert [ours] == [str(one.id) for one in bench.truth.alive("B")]


def test_a_listing_under_another_key_is_told() -> None:
    """Where the market can search, it is asked whether it has that listing under this key."""
    bench = twice_there()
    strange = by_hand(bench, "Z", "Z-0")

    assert "does not find it under the key A: is the id right?" in taken_up(bench, "A", strange)


def test_a_listing_that_two_products_claim_is_told_and_given_up_by_one() -> None:
    """Of a state from before it was refused: `status` names both, and `resolve` lets one of them go."""
    bench, of_a = both()
    ref = bench.stand("A").ref
    known = {"ref": ref, "made": True, "parked": "", "doubt": None}
    bench.world.store.write_now(lambda db: standing.change(db, "plain-cn", "B", **known))
    told = bench.world.store.read_now(lambda db: status(db, "plain-cn", bench.channel.env.now()))

    assert {of_a: ("A", "B")} == told.claimed
    assert f"listing {of_a} is A and B" in str(told)
    page = Console(width=200, file=StringIO(), record=True)
    page.print(status_view(told))
    assert f"A and B both count listing {of_a} as theirs: each overwrites the other" in page.export_text()
    assert "B counts as not listed; the next plan creates it" == taken_up(bench, "B")
    for _ in range(2):
        bench.sync()
    assert bench.wanted() == bench.live()
    assert (
        {} == bench.world.store.read_now(lambda db: status(db, "plain-cn", bench.channel.env.now())).claimed
    )
