"""A declared quota is used to its edge, and no call of ours is ever refused for it."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from tests.engine.traffic import Quotas, Road, Traffic

import storesync.driver as sd
from storesync.sandbox.quota import Quota

JITTERY = Road(there=(0.005, 0.045), back=(0.005, 0.06))
Open = Callable[..., Traffic]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Makes markets, and closes them."""
    made: list[Traffic] = []

    def make(*arguments: Any, **more: Any) -> Traffic:
        made.append(Traffic(*arguments, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def of(*quotas: sd.Quota) -> Quotas:
    """Declared for every call."""
    return {"default": quotas}


@pytest.mark.parametrize(
    ("workers", "rate", "burst"), [(1, 5, 2), (8, 50, 10), (32, 50, 10), (32, 100, 20), (16, 20, 100)]
)
def test_a_bucket_is_emptied_as_fast_as_it_fills(opened: Open, workers: int, rate: int, burst: int) -> None:
    """Answers take from 10 to 105 ms: 0.99 of the quota, nothing refused."""
    market = opened(Quota(rate=rate, burst=burst), road=JITTERY)
    seen = market.ask(of(sd.Quota(rate, burst=burst)), 120.0, workers=workers)

    assert [] == seen.refused
    assert 0.99 <= len(seen.taken) / (rate * 120.0)


@pytest.mark.parametrize("shape", ["sliding", "fixed"])
@pytest.mark.parametrize(("limit", "per"), [(10, 1.0), (50, 1.0), (300, 60.0)])
def test_a_window_is_never_overfull_wherever_it_begins(
    opened: Open, shape: Any, limit: int, per: float
) -> None:
    """Nobody knows when a call is counted on its way, so a place is free again that much later, and not more."""
    market = opened(Quota(rate=limit / per, shape=shape, per=per), road=JITTERY)
    seen = market.ask(of(sd.Quota(limit, per)), 240.0, workers=8)
    possible = 240.0 * limit / (per + JITTERY.shortest + JITTERY.jitter)

    assert [] == seen.refused
    assert 0.99 <= len(seen.taken) / possible


def test_on_a_steady_road_a_window_is_used_whole(opened: Open) -> None:
    """Answers that take 60 ms and hardly more cost nothing of the quota."""
    steady = Road(there=(0.02, 0.022), back=(0.038, 0.042))
    market = opened(Quota(rate=50, shape="sliding"), road=steady)
    seen = market.ask(of(sd.Quota(50)), 240.0)

    assert [] == seen.refused
    assert 0.99 <= len(seen.taken) / (50 * 240.0)


def test_several_quotas_hold_at_once(opened: Open) -> None:
    """Ten a second, but three hundred a minute."""
    market = opened(Quota(rate=5, shape="sliding", per=60.0), road=JITTERY)
    seen = market.ask(of(sd.Quota(10), sd.Quota(300, per=60.0)), 240.0)

    assert [] == seen.refused
    assert 0.99 <= len(seen.taken) / (5 * 240.0)


@pytest.mark.parametrize("seed", range(24))
def test_no_road_and_no_crowd_makes_a_declared_quota_overflow(opened: Open, seed: int) -> None:
    """Drawn: limits, bursts, workers, answers from nothing to a second, workers that come and go."""
    rng = Random(seed)
    rate, burst = rng.choice((2, 7, 25, 80)), rng.choice((1, 2, 5, 20, None))
    fast, slow = sorted((rng.random() * rng.choice((0.01, 0.1, 1.0)), rng.random() * 0.2))
    road = Road(there=(fast, slow), back=(0.0, rng.random() * rng.choice((0.01, 0.3))))
    shape: Any = "bucket" if burst is not None else rng.choice(("fixed", "sliding"))
    market = opened(Quota(rate=rate, burst=burst or 1, shape=shape), seed=seed, road=road)
    for _ in range(3):
        market.ask(of(sd.Quota(rate, burst=burst)), 8.0, workers=rng.choice((1, 4, 32)))
        market.loop.skip(rng.random() * 3.0)

    assert [] == market.seen.refused
    assert len(market.seen.taken) >= 20


def test_a_call_that_never_left_leaves_its_place_to_others(opened: Open) -> None:
    """A lease that was lost while it waited: the next one goes at once."""
    market = opened(Quota(rate=1, burst=1))
    quotas = of(sd.Quota(1, burst=1))

    async def twice() -> float:
        place = await market.pacer.take(sd.get("/x"), quotas, {})
        place.over()
        await market.pacer.take(sd.get("/x"), quotas, {})
        return market.env.elapsed()

    assert 0.1 > market.run(twice())
