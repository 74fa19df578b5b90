"""A quota that nobody declared, or that changed, is found at the price of a few refused calls.

Rates from 0.2 to 200 calls a second, roads of 16 to 400 ms and crowds are drawn by seed, and what can be had at all is
said by `ideal.py`; `python -m tests.engine.quotajudge` prints more of them.
"""

import pytest
from attrs import evolve
from tests.engine.quotajudge import SHAPES, drawn, halved, used

TOLD = pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
SEEDS = range(3)
# What windows of ten seconds and of a minute hold back after a halving is in the docs, not promised.
SHORT = SHAPES[:4]


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", SHORT)
@pytest.mark.parametrize("seed", SEEDS)
def test_an_unknown_quota_is_used(shape: str, told: bool, seed: int) -> None:
    """After a minute, or a hundred of its calls, 0.95 of what one has who knows it."""
    assert 0.95 <= used(drawn(shape, seed, told=told), 200.0).whole


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", SHAPES[4:])
def test_an_unknown_quota_of_long_windows_is_used(shape: str, told: bool) -> None:
    """The same on average: one that is met at a window's end costs more than another."""
    found = [used(drawn(shape, seed, told=told), 200.0).whole for seed in SEEDS]

    assert 0.95 <= sum(found) / len(found)


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", SHORT)
def test_a_halved_quota_is_settled_within_two_seconds(shape: str, told: bool) -> None:
    """In the minute from then on, 0.95 of what one sends who knows the new quota from the first refusal on.

    On average of what is drawn, declared or not: one refusal more or less is a sixtieth.
    """
    cases = [
        drawn(shape, seed, told=told, declared=declared) for seed in range(6) for declared in (True, False)
    ]

    assert 0.95 <= sum(halved(case).whole for case in cases) / len(cases)


@pytest.mark.parametrize("shape", ["small bucket", "large bucket"])
def test_a_told_level_leaves_a_declared_quota_as_it_is_and_softens_a_halved_one(shape: str) -> None:
    """Each answer says how many calls are left: the full rate, and no refusal more of them when it is halved."""
    case = drawn(shape, 4, told=True, declared=True, tells=True, slowest=8.0)
    full, half, blind = used(case, 120.0), halved(case), halved(evolve(case, tells=False))

    assert 0.99 <= full.whole
    assert full.refused == 0
    assert blind.whole - 0.03 <= half.whole
    assert half.refused <= blind.refused
