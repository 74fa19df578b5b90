"""A quota that nobody declared, or that changed, is found at the price of a few refused calls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.engine.traffic import Quotas, Traffic

import storesync.driver as sd
from storesync.sandbox.quota import Quota

Open = Callable[..., Traffic]
SHAPES = {
    "small bucket": Quota(rate=25, burst=10),
    "large bucket": Quota(rate=25, burst=50),
    "second": Quota(rate=25, shape="fixed"),
    "any second": Quota(rate=25, shape="sliding"),
    "ten seconds": Quota(rate=25, shape="sliding", per=10.0),
    "minute": Quota(rate=10, shape="fixed", per=60.0),
}
# What does not save up for later what was not used: there each rest that the market asks for is lost to everybody.
WASTES = ("second", "any second", "small bucket")


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


def untold(quota: Quota, *, told: bool, times: float = 1.0) -> Quota:
    """The same, with or without Retry-After, and so many times as much."""
    return Quota(rate=quota.rate * times, burst=quota.burst, shape=quota.shape, per=quota.per, told=told)


@pytest.mark.slow
@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("seed", [1, 2])
def test_an_unknown_quota_is_found_and_used(opened: Open, name: str, told: bool, seed: int) -> None:
    """From the first call on: in ten minutes 0.95 of it, with at most one refused call in a hundred."""
    quota = SHAPES[name]
    market = opened(untold(quota, told=told), seed=seed)
    seen = market.ask({}, 600.0, workers=8 * seed)
    # Every second counts there, and each refusal closes the market for a whole one.
    least = 0.94 if told and name == "any second" else 0.95

    assert least <= len(seen.taken) / (quota.rate * 600.0)
    assert len(seen.refused) <= 0.01 * len(seen.taken) + 40


@pytest.mark.slow
@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("name", ["small bucket", "large bucket", "second", "any second"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_a_halved_quota_is_settled_within_two_seconds(
    opened: Open, name: str, told: bool, declared: bool
) -> None:
    """From then on few calls are refused, and nearly all of what is left is used."""
    half = SHAPES[name]
    market = opened(untold(half, told=told, times=2.0))
    quotas: Quotas = {"default": (sd.Quota(50, burst=half.burst if half.shape == "bucket" else None),)}
    seen = market.ask(
        quotas if declared else {},
        182.0,
        workers=8,
        change=lambda: market.meter.change(untold(half, told=told)),
        at=120.0,
    )
    after = [at for at in seen.refused if at >= 122.0]
    used = seen.between(122.0, 182.0) / (half.rate * 60.0)

    least = 0.88 if told and name in WASTES else 0.92 if name == "any second" else 0.95

    assert least <= used
    assert len(after) <= 0.02 * seen.between(122.0, 182.0)
    assert seen.rests(122.0) <= 10
