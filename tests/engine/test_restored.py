"""Who goes on from an old copy of the state does not know what was sent after it: the shop is put right all the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench

from storesync.state.backup import backup, unlearn
from storesync.testing.merchant import move_catalog
from storesync.testing.platform import PLATFORMS, Platform
from storesync.testing.wanted import offers_of

KEYS = [f"P{number}" for number in range(6)]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every bench is closed."""
    yield
    Bench.close_all()


def shop(platform: Platform, seed: int) -> Bench:
    """A shop with listings on sale."""
    rng = Random(seed)
    bench = Bench.opened(*(platform.item(rng, key) for key in KEYS), platform=platform)
    bench.world.rng = rng
    settled(bench)
    return bench


def moved(bench: Bench) -> None:
    """A week of a merchant, who lists nothing new."""
    for _ in range(6):
        move_catalog(bench.world, {})
    items = bench.world.wanted.items
    bench.world.wanted.items = {key: evolve(item, broken=False) for key, item in items.items() if key in KEYS}
    bench.world.wanted.remember()


def settled(bench: Bench) -> None:
    """Runs until one has nothing to do."""
    for _ in range(6):
        if not bench.sync().outcomes:
            return
        bench.world.loop.skip(120.0)
    raise AssertionError("runs without an end")


def put_back(bench: Bench, copy: Path) -> None:
    """The copy takes the place of the state."""
    with closing(sqlite3.connect(copy)) as source, bench.world.store.engine.connect() as db:
        place: Any = db.connection.driver_connection
        source.backup(place)


def shown(bench: Bench) -> dict[str, Any]:
    """What buyers see, by key."""
    wanted = bench.world.wanted
    return {one.key: (one.title, offers_of(wanted, one)) for one in bench.truth.live()}


def meant(bench: Bench) -> dict[str, Any]:
    """What they should see."""
    wanted = bench.world.wanted
    return {
        one.key: (
            one.title,
            {sku: (wanted.right(price), stock) for sku, (price, stock) in one.offers.items()},
        )
        for one in wanted.items.values()
        if one.offered
    }


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("way", ["backup", "another copy"])
def test_what_was_sent_after_the_copy_is_put_right(
    platform: Platform, seed: int, way: str, tmp_path: Path
) -> None:
    """State and catalog of that day, or the state alone: after the next runs the shop shows the catalog, once each."""
    bench = shop(platform, seed)
    then = dict(bench.world.wanted.items)
    copy = tmp_path / "copy.db"
    if way == "backup":
        backup(bench.world.store, copy)
    else:
        with closing(sqlite3.connect(copy)) as target, bench.world.store.engine.connect() as db:
            source: Any = db.connection.driver_connection
            source.backup(target)
    moved(bench)
    settled(bench)

    put_back(bench, copy)
    if way != "backup":
        bench.world.store.write_now(unlearn)
    if seed % 2:
        bench.world.wanted.items = then
        bench.world.wanted.remember()
    settled(bench)
    told = " ".join(bench.observe())

    assert {} == bench.truth.duplicates()
    # A variant that was made after the copy, and that this catalog does not name, might be the seller's own.
    ours, theirs = meant(bench), shown(bench)
    for key, (_, offers) in theirs.items():
        for sku in set(offers) - set(ours.get(key, ("", {}))[1]):
            assert f"{key} {sku} variant" in told
            del offers[sku]
    assert ours == theirs


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.name)
def test_sending_what_is_there_already_needs_no_reason(platform: Platform, tmp_path: Path) -> None:
    """Everything is sent once more after a backup was put back; no guard takes that for a change of everything."""
    from storesync.plan import GuardLimits

    bench = shop(platform, 1)
    backup(bench.world.store, tmp_path / "copy.db")
    put_back(bench, tmp_path / "copy.db")
    made = bench.plan(limits=GuardLimits())

    assert () == made.tripped
    assert len(bench.truth.live()) <= len({operation.key for operation in made.operations})
