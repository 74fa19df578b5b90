"""A declared quota is used to its edge, and no call of ours is ever refused for it."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.engine.crowd import Crowd
from tests.engine.ideal import measurer
from tests.engine.quotajudge import SHAPES, drawn, used
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


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_a_declared_quota_is_used_and_nothing_is_refused(shape: str, seed: int) -> None:
    """0.99 of what can be had over that road by one who measures it on the way; 0 refused from the start."""
    figures = used(drawn(shape, seed, told=False, declared=True), 100.0)

    assert 0 == figures.refused
    assert 0.99 <= figures.whole


@pytest.mark.parametrize("shape", SHAPES)
def test_where_the_road_is_steady_a_declared_quota_is_used_whole(shape: str) -> None:
    """Where answers differ by a hundredth of a window's tenth, what can be had is the quota itself."""
    case = drawn(shape, 7, told=False, declared=True)
    steady = evolve(case, workers=128, road=Road(there=(0.1, 0.101), back=(0.1, 0.101)))
    figures = used(steady, 100.0)

    assert 0 == figures.refused
    assert 0.99 <= figures.whole * measurer(steady.quota, steady.road) / steady.rate


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("processes", [2, 3])
def test_processes_share_a_declared_quota_to_its_edge(shape: str, processes: int) -> None:
    """Each takes its part; together they use the whole."""
    figures = used(drawn(shape, 5, told=False, declared=True, slowest=5.0, processes=processes), 60.0)

    assert 0 == figures.refused
    assert 0.99 <= figures.whole


@pytest.mark.parametrize("shape", SHAPES)
def test_the_judge_and_the_pacer_see_the_same(opened: Open, shape: str) -> None:
    """The judge asks the buckets without a loop; workers of a pacer take as many calls of the market."""
    case = drawn(shape, 3, told=False, declared=True, slowest=5.0)
    road = Road(there=(0.04, 0.04), back=(0.05, 0.05))
    assert case.said is not None
    crowd = Crowd(case.quota, road, 1).ask(case.said, 30.0, workers=case.workers)
    seen = opened(case.quota, road=road).ask(of(case.said), 30.0, workers=case.workers)

    assert len(crowd.taken) == pytest.approx(seen.between(0.0, 30.0), abs=1)


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
