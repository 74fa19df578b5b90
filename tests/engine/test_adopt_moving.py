"""A shop that moves while it is read: what an adoption did not see is found by its key, and never made a second time."""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.engine.test_drift import SHOPS, product

import storesync.driver as sd
from storesync.catalog import Read
from storesync.engine import OpenChannel, at_work, plan
from storesync.engine.adopt import Adopted, take_over
from storesync.engine.review import read_review, write_review
from storesync.engine.survey import Adoption, survey
from storesync.model import Variant
from storesync.plan import GuardLimits, Kind
from storesync.sandbox import Market as Truth
from storesync.state import Store, assets
from storesync.testing.emulated import Bench
from storesync.testing.virtual import run_virtual

PRODUCTS: Mapping[str, int] = {"plain": 130, "tmall": 60, "shopee": 70}
"""So many that each shop has several pages."""


def moving(driver: sd.Driver[Any, Any], move: Callable[[], None]) -> sd.Driver[Any, Any]:
    """The same driver, where somebody is at work in the shop after each page was read."""
    usual = driver.listings
    assert usual is not None

    def listings(shop: sd.Shop, cursor: str | None) -> sd.Flow[sd.Page]:
        page = yield from usual(shop, cursor)
        move()
        return page

    return evolve(driver, listings=listings)


def hand(truth: Truth, rng: Random, strangers: list[int]) -> None:
    """A seller puts something on sale or takes it off; once in a while he deletes something of his own."""
    kind = rng.choice(("live", "hidden", "delete"))
    if kind == "delete" and strangers:
        truth.edit(strangers.pop(), status="deleted")
        return
    other = "hidden" if kind == "live" else "live"
    some = [one for one in truth.alive() if one.status == other and one.id not in strangers]
    for one in rng.sample(some, min(3, len(some))):
        truth.edit(one.id, status="live" if other == "hidden" else "hidden")


@contextmanager
def forgotten(name: str, seed: int, moves: int) -> Iterator[tuple[Bench, list[int]]]:
    """A shop that was listed, whose state is lost; between its pages a seller makes so many moves."""
    driver, shop, market = SHOPS[name]
    rng = Random(f"moves {name} {seed}")
    with Bench(driver, shop, market, seed=seed) as bench:
        bench.put(*(product(n) for n in range(PRODUCTS[name])))
        bench.settle()
        # The oldest ones are nothing of the catalog: a deletion shifts every page behind it.
        strangers = [one.id for one in bench.truth.alive()][:6]
        for one in bench.truth.alive():
            if one.id in strangers:
                del bench.items[one.key]
            elif rng.random() < 0.3:
                bench.truth.edit(one.id, status="hidden")
        bench.loop.skip(120.0)
        bench.store.close()
        bench.store = Store("sqlite://", inline=True)
        bench.store.create_tables()
        left = [moves]

        def move() -> None:
            for _ in range(min(left[0], rng.randint(0, 3))):
                left[0] -= 1
                hand(bench.truth, rng, strangers)

        bench.driver = moving(driver, move)
        yield bench, left


def reads(bench: Bench) -> Iterator[Read]:
    """The catalog with its variants."""
    for read in bench.wanted.reads():
        assert read.product is not None
        variants = tuple(Variant(sku) for sku in bench.items[read.key].offers)
        yield evolve(read, product=evolve(read.product, variants=variants))


def reviewed(path: Path) -> None:
    """A person decides on what is unsure: strangers with a title much like ours are none of ours."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        own = row["shop_key"] == row["key"]
        row["decision"] = row["decision"] or ("adopt" if own else "leave")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def adopted(bench: Bench, path: Path) -> tuple[Adoption, Adopted]:
    """Survey, review, take over; again while a row was refused, as a person would."""

    async def work(channel: OpenChannel) -> tuple[Adoption, Adopted]:
        loose = GuardLimits(hidden=Decimal(1), touched=Decimal(1), floor=10_000)
        await plan(channel, bench.wanted.reads(), bench.wanted, limits=loose)
        while True:
            found = await survey(channel, reads(bench))
            write_review(path, found)
            reviewed(path)
            rows, undecided, left = read_review(path)
            async with at_work(channel) as at:
                done = await take_over(at, rows, undecided=undecided, left=left)
            if not done.refused:
                return found, done

    writes = bench.truth.writes()
    result = run_virtual(bench.loop, work(bench._open()))
    assert writes == bench.truth.writes()
    assert "adopted" == bench.store.read_now(lambda db: assets.contact(db, bench.shop.channel))["how"]
    return result


@pytest.mark.parametrize("moves", [4, 1_000_000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_that_moves_while_it_is_read_is_listed_once(
    name: str, seed: int, moves: int, tmp_path: Path
) -> None:
    """A few moves are waited for; where they never end it is said, and the rest is found by its key."""
    with forgotten(name, seed, moves) as (bench, _):
        before = {one.id for one in bench.truth.alive() if one.key in bench.items}
        found, _ = adopted(bench, tmp_path / "review.csv")
        seen = {one.shelved.listing for one in found.sure}
        bench.settle()

        assert found.moved or {str(one) for one in before} == seen
        assert {} == bench.truth.duplicates()
        assert before == {one.id for one in bench.truth.alive() if one.key in bench.items}
        assert sorted(bench.items) == sorted(one.key for one in bench.truth.live() if one.key in bench.items)


@pytest.mark.parametrize("name", SHOPS)
def test_what_an_adoption_missed_is_known_by_its_key(name: str, tmp_path: Path) -> None:
    """It comes into the shop when all was read: taken over as it is, and changed only by a plan that shows it."""
    with forgotten(name, 7, 0) as (bench, _):
        late = bench.items.pop("P020")
        adopted(bench, tmp_path / "review.csv")
        _rows, _, left = read_review(tmp_path / "review.csv")
        (listing,) = bench.truth.alive("P020")
        assert str(listing.id) in left
        (of_ours,) = bench.truth.alive("P021")
        bench.settle()

        # A person left it alone in the review: then it is none of ours, and another one is made.
        bench.put(late)
        report = bench.sync()
        assert [Kind.CREATE] == [one.kind for one in report.outcomes if one.key == "P020"]
        assert 2 == len(bench.truth.alive("P020"))
        assert 1 == len(bench.truth.alive("P021")), of_ours


@pytest.mark.parametrize("name", SHOPS)
def test_a_listing_made_by_hand_after_the_adoption_is_taken_over_without_a_write(
    name: str, tmp_path: Path
) -> None:
    """The plan would create it; the shop has it under its key, so the next plan compares it instead."""
    with forgotten(name, 8, 0) as (bench, _):
        late = bench.items.pop("P030")
        (listing,) = bench.truth.alive("P030")
        bench.truth.edit(listing.id, key="ANOTHER")
        bench.loop.skip(60.0)
        adopted(bench, tmp_path / "review.csv")
        bench.settle()
        contact = bench.store.read_now(lambda db: assets.contact(db, bench.shop.channel))
        bench.store.write_now(lambda db: assets.keep_contact(db, bench.shop.channel, {**contact, "left": []}))
        bench.truth.edit(listing.id, key="P030", title="typed by hand")
        bench.loop.skip(60.0)
        bench.put(late)
        writes = bench.truth.writes()
        report = bench.sync()
        told = [one.said for one in report.outcomes if one.kind is Kind.CREATE]

        assert writes == bench.truth.writes()
        assert [
            f"the shop has it as listing {listing.id}: known as ours now, and compared by the next plan"
        ] == told
        bench.settle()
        assert [listing.id] == [one.id for one in bench.truth.live("P030")]
        assert late.title == bench.truth.listings[listing.id].title
