"""Seeded catalogs that move between runs while answers get lost: the shop ends up as the catalog says."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest
from attrs import evolve
from tests.drivers.shopee.samples import DRIVER, SHOP
from tests.drivers.shopee.test_conformance import SANDBOX

from storesync.errors import Fault
from storesync.sandbox import FaultSchedule
from storesync.testing import Item
from storesync.testing.emulated import Bench

RATES = {
    "lost_before": 0.06,
    "lost_after": 0.08,
    "late": 0.05,
    "truncated": 0.04,
    "garbage": 0.03,
    "garbage_after": 0.04,
    "throttle": 0.05,
    "error_before": 0.04,
    "error_after": 0.05,
    "slow": 0.03,
    "hostile": 0.01,
}
LATEST = 2.9  # seconds; the sandbox promises that nothing takes effect later than 3


def drawn(rng: Random, key: str, word: str, most: int) -> dict[str, tuple[Decimal, int]]:
    """Some variants of a product, with prices that no other one is likely to have."""
    return {
        f"{key}-{word}{rng.randint(0, 999)}": (Decimal(rng.randint(50, 300)), rng.randint(0, 40))
        for _ in range(rng.randint(1, most))
    }


def moved(rng: Random, item: Item) -> Item:
    """What a merchant does to a product: an offer, a variant more or less, other variants, a title, a draft."""
    chance, offers = rng.random(), dict(item.offers)
    sku = rng.choice(list(offers))
    if chance < 0.2:
        offers[sku] = (offers[sku][0] + 1, offers[sku][1] + 3)
    elif chance < 0.35:
        offers |= drawn(rng, item.key, "n", 1)
    elif chance < 0.5 and len(offers) > 1:
        del offers[sku]
    elif chance < 0.6:
        offers = drawn(rng, item.key, "r", 3)
    elif chance < 0.7:
        return evolve(item, title=f"{item.title}'")
    elif chance < 0.76:
        return evolve(item, offered=not item.offered)
    return evolve(item, offers=offers)


def wrong(bench: Bench) -> list[str]:
    """Where the shop differs from the catalog, by the market's own memory."""
    bench.truth.settle()
    found = [f"{key} is there {len(items)} times" for key, items in bench.truth.duplicates().items()]
    for item in bench.items.values():
        alive = bench.truth.alive(item.key)
        if not item.offered:
            found += [f"{item.key} is on sale" for listing in alive if listing.status == "live"]
            continue
        if [listing.status for listing in alive] != ["live"]:
            found.append(f"{item.key} is {[listing.status for listing in alive]}")
            continue
        (listing,) = alive
        shown: Mapping[str, tuple[Decimal, int]] = {
            unit.code: (unit.price, unit.stock) for unit in listing.skus.values()
        } or dict.fromkeys(item.offers, (listing.price, listing.stock))
        if (listing.title, dict(shown)) != (item.title, dict(item.offers)):
            found.append(f"{item.key} shows {listing.title!r} {shown}, not {item.title!r} {item.offers}")
    return found


@pytest.mark.parametrize("seed", range(16))
def test_the_shop_ends_up_as_the_catalog_says(seed: int) -> None:
    """Nothing twice, nothing lost, nothing wrong, then silence."""
    rng = Random(seed)
    with Bench(DRIVER, SHOP, SANDBOX, seed=seed) as bench:
        keys = [f"P{n:02}" for n in range(rng.randint(3, 8))]
        bench.put(*(Item(key=key, title=f"title of {key}", offers=drawn(rng, key, "", 4)) for key in keys))
        bench.truth.faults = FaultSchedule.seeded(rng, RATES, seconds=LATEST)
        for _ in range(rng.randint(1, 4)):
            with suppress(Fault):  # a run may end early; what counts is where the last one arrives
                bench.sync()
            bench.loop.skip(rng.choice((0.0, 5.0, 3_600.0)))
            bench.put(*(moved(rng, item) for item in bench.items.values()))
        bench.truth.faults = FaultSchedule.none()
        settled = bench.settle()
        found = wrong(bench)
        writes = bench.truth.writes()
        bench.sync()

        assert settled is not None
        assert [] == found
        assert writes == bench.truth.writes()


@pytest.mark.parametrize("seed", range(6))
def test_a_step_that_arrives_late_undoes_no_later_step(seed: int) -> None:
    """Tiers that were sent again, and arrive once more after the new variant: they would take it away."""
    rng = Random(seed)
    with Bench(DRIVER, SHOP, SANDBOX, seed=seed) as bench:
        keys = [f"P{n:02}" for n in range(6)]
        bench.put(*(Item(key=key, title=f"title of {key}", offers=drawn(rng, key, "", 3)) for key in keys))
        bench.sync()
        bench.truth.faults = FaultSchedule.seeded(rng, {"late": 0.25}, seconds=LATEST)
        bench.put(
            *(
                evolve(item, offers=item.offers | drawn(rng, item.key, "n", 2))
                for item in bench.items.values()
            )
        )
        bench.sync()
        bench.truth.faults = FaultSchedule.none()

        assert bench.settle() is not None
        assert [] == wrong(bench)
