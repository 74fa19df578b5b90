"""What is in doubt while prices or texts are held: looked up, so that nothing sells on unseen."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile, step

from storesync.errors import Denied
from storesync.plan import Kind
from storesync.testing.plain import plain_driver
from storesync.testing.wanted import Item

HELD = pytest.mark.parametrize("held", ["price", "text", "both"])
_PLACES = 40  # more than there are, where a process may die in one sync


def held_back(one: Item, held: str) -> Item:
    """The product with a price, a text, or both that must not leave."""
    title = "unfit" if held != "price" else one.title
    return evolve(one, title=title, unpriced=held != "text", unfit=held != "price")


def deaths(*, steps: int, held: str, before: Item | None, now: Item, after: Item) -> Iterator[Bench]:
    """One shop for each place where a process that brings `now` can die; then `after` is held and planned."""
    for at in range(1, _PLACES):
        shop = Bench.opened(*([before] if before else []), manners=profile(steps=2 if steps == 2 else 1))
        if before is not None:
            shop.sync()
            shop.put(now)
        else:
            shop.put(now)
        if not shop.die(at):
            assert at > 5
            return
        shop.world.loop.skip(400)
        shop.put(held_back(after, held))
        for _ in range(2):
            shop.sync()
        yield shop
        shop.close()


def on_sale(shop: Bench) -> dict[str, int]:
    """By SKU what buyers can have."""
    return {sku: stock for skus in shop.live().values() for sku, (_, stock) in skus.items() if stock}


@HELD
@pytest.mark.parametrize("steps", [1, 2])
def test_what_a_create_in_doubt_left_is_sold_out_while_something_is_held(held: str, steps: int) -> None:
    """Wherever the process died: the catalog says none, so none is on sale, and nothing is made twice."""
    now, after = item("A", stock=5, variants=2), item("A", stock=0, variants=2)
    for shop in deaths(steps=steps, held=held, before=None, now=now, after=after):
        assert {} == on_sale(shop)
        assert () == shop.plan().operations
        assert len(shop.truth.alive()) <= 1

        shop.put(item("A", stock=7, variants=2))
        for _ in range(2):
            shop.sync()

        assert shop.wanted() == shop.live()


@HELD
def test_a_variant_that_a_lost_update_brought_is_sold_out_while_something_is_held(held: str) -> None:
    """It is known by name alone: the plan asks for its id, and its stock follows the catalog."""
    before, now = item("A", stock=5), item("A", stock=5, variants=2)
    after = evolve(now, offers={"A-0": (Decimal(100), 5), "A-1": (Decimal(100), 0)})
    for shop in deaths(steps=1, held=held, before=before, now=now, after=after):
        assert "A-1" not in on_sale(shop)
        assert () == shop.plan().operations

        shop.put(now)
        for _ in range(2):
            shop.sync()

        assert shop.wanted() == shop.live()


@HELD
def test_a_listing_all_of_whose_variants_left_is_sold_out_while_something_is_held(held: str) -> None:
    """The new variant waits; the old one cannot be bought any more, and keeps its price."""
    shop = Bench.opened(item("A", stock=5))
    shop.sync()
    shop.put(held_back(evolve(item("A"), offers={"A-1": (Decimal(150), 9)}), held))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(100), 0)}} == shop.live()
    assert () == shop.plan().operations


def test_price_and_text_held_together_are_both_told() -> None:
    """What stays, what goes and what waits, in plan and status: the one does not hide the other."""
    shop = Bench.opened(item("A", stock=0, variants=2))
    shop.sync()
    shop.put(
        evolve(
            held_back(item("A", 150), "both"), offers={"A-0": (Decimal(150), 77), "A-1": (Decimal(150), 0)}
        )
    )
    (held,) = shop.plan().held
    (told,) = shop.status().held

    assert {"A-0": "100.00 CNY", "A-1": "100.00 CNY"} == dict(held.stays) == dict(told.stays)
    assert ("A-0 stock 0 → 77",) == held.waits == told.waits
    assert held.content
    assert (
        "live content stays; live price 100.00 CNY stays; A-0 stock 0 → 77 waits for a price" in held.words()
    )
    assert "a person refused this text; the policy ended" == held.reason == told.reason


def test_prices_beside_a_held_text_are_other_ones_only_beside_a_held_price() -> None:
    """Where all of a listing's prices go, there are no others."""
    shop = Bench.opened(item("A", variants=2))
    shop.sync()
    shop.put(held_back(item("A", 120, variants=2), "text"))
    made = shop.plan()

    assert [Kind.PRICES] == [operation.kind for operation in made]
    assert ("the price of 2 SKUs",) == made.held[0].goes


def test_a_market_that_cannot_be_asked_is_not_asked() -> None:
    """Under `none` only a person can tell, held or not: nothing is sent, and nothing is parked before it must be."""
    shop = Bench.opened(item("A", stock=5), driver=plain_driver(by="none"), manners=profile("none"))
    assert shop.die(10)
    shop.world.loop.skip(400)
    shop.put(held_back(item("A", stock=0), "text"))
    made = shop.plan()

    assert () == made.operations
    assert ["A"] == [held.key for held in made.held]


def test_a_doubt_that_the_market_does_not_tell_of_now_is_told() -> None:
    """What may sell on unseen is named with the reason; the next plan asks again, and says nothing more of it."""
    shop = Bench.opened(item("A", stock=5))
    shop.faults(
        step("lost_after", "read", operation="create"), step("error_before", operation="search", times=99)
    )
    shop.sync()
    shop.world.loop.skip(400)
    shop.put(held_back(item("A", stock=0), "text"))
    made = shop.plan()
    (told,) = made.warnings
    shop.faults()
    after = shop.plan()

    assert ("market.unasked", "A") == (told.code, told.path)
    assert () == made.operations
    assert () == after.warnings
    assert [Kind.STOCK] == [operation.kind for operation in after]


def test_no_document_goes_out_beside_what_is_held_while_the_market_does_not_tell() -> None:
    """It would take away the variant that a lost request brought, and that nobody here knows of yet."""
    shop = Bench.opened(item("A", stock=5))
    shop.sync()
    shop.world.loop.skip(60)
    shop.put(item("A", stock=5, variants=2))
    shop.faults(
        step("lost_after", "read", operation="extend"), step("error_before", operation="get", times=99)
    )
    shop.sync()
    shop.world.loop.skip(400)
    shop.put(held_back(evolve(item("A", stock=0, variants=2), title="another"), "price"))
    made = shop.plan()

    assert Kind.UPDATE not in {operation.kind for operation in made}
    assert ["A"] == [held.key for held in made.held]

    shop.faults()
    for _ in range(2):
        shop.sync()

    assert {"A-0", "A-1"} == shop.live()["A"].keys()


def test_an_account_that_is_refused_in_a_doubt_stops_the_plan() -> None:
    """Only a person can change that, so he hears of it now, and not when something has to be sent."""
    shop = Bench.opened(item("A", stock=5))
    shop.faults(
        step("lost_after", "read", operation="create"), step("error_before", operation="search", times=99)
    )
    shop.sync()
    shop.faults(step("token_expired", times=99))
    shop.put(held_back(item("A", stock=0), "text"))

    with pytest.raises(Denied):
        shop.plan()


def test_stock_and_prices_go_out_while_the_market_refuses_the_document() -> None:
    """Sold out is sold out, whatever the market thinks of a title; the refused version is not sent again."""
    shop = Bench.opened(item("A", stock=240, variants=2))
    shop.sync()
    shop.faults(step("refuse", operation="change", times=99))
    shop.put(evolve(item("A", 100, 240, variants=2), title="refused"))
    shop.sync()
    offers = {"A-0": (Decimal(100), 0), "A-1": (Decimal(104), 240)}
    shop.put(evolve(item("A"), title="refused", offers=offers))
    made = shop.plan()
    shop.apply(made).raise_for_faults()
    (held,) = made.held

    assert {"A": offers} == shop.live()
    assert {Kind.STOCK, Kind.PRICES} == {operation.kind for operation in made}
    assert "live content stays; A-0 stock 240 → 0 goes out; the price of 1 SKU goes out" == held.words()
    assert "the market refused this version" in held.reason
    assert () == shop.plan().operations
