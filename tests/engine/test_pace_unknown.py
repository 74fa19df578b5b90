"""A quota that nobody declared, or that changed, is found at the price of a few refused calls.

Rates, crowds and answer times are drawn by seed; `python -m tests.engine.quotajudge` prints more of them.
"""

import pytest
from attrs import evolve
from tests.engine.quotajudge import SHAPES, drawn, halved, used

TOLD = pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
# Where what is not used is lost, and a refused call is told to wait for a whole second.
WASTES = ("small bucket", "second", "any second")
# Where a market takes nothing for a while after it was halved, whoever asks.
LONG = ("any ten seconds", "minute")


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_an_unknown_quota_is_used(shape: str, told: bool, seed: int) -> None:
    """After a minute 0.95 of it and more, with at most one refused call in fifty."""
    case = drawn(shape, seed, told=told, slowest=3.0)
    figures = used(case, 300.0)

    assert 0.95 <= figures.whole
    assert figures.refused <= 0.02 * case.rate * 300.0


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in LONG])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("seed", range(3))
def test_a_halved_quota_is_settled_within_two_seconds(
    shape: str, told: bool, declared: bool, seed: int
) -> None:
    """In the minute from then on, and in each ten seconds of it, the new quota is used and not exceeded.

    A law that does not know a limit has to meet it, more than once when it fell by an unknown share, and each meeting
    costs a whole second of what is lost when it is not used.
    """
    case = drawn(shape, seed, told=told, declared=declared, slowest=8.0)
    figures = halved(case)
    costly = told and shape in WASTES

    assert (0.80 if costly else 0.90) <= figures.whole
    assert (0.55 if costly else 0.80) <= figures.worst
    assert figures.best <= 1.15
    assert figures.rests <= 10


@pytest.mark.slow
@TOLD
@pytest.mark.parametrize("shape", LONG)
def test_a_halved_quota_of_a_long_window_is_used_as_far_as_it_can_be(shape: str, told: bool) -> None:
    """What was taken in the window before counts in the next one: for a while nobody gets anything."""
    figures = halved(drawn(shape, 0, told=told, slowest=8.0))

    assert 0.75 <= figures.whole


@pytest.mark.parametrize("shape", ["small bucket", "large bucket"])
def test_a_told_level_leaves_a_declared_quota_as_it_is_and_softens_a_halved_one(shape: str) -> None:
    """Each answer says how many calls are left: the full rate without a refusal, and fewer of them when it is halved."""
    case = drawn(shape, 4, told=True, declared=True, tells=True, slowest=8.0)
    full, half, blind = used(case, 120.0), halved(case), halved(evolve(case, tells=False))

    assert 0.99 <= full.whole
    assert full.refused == 0
    assert blind.whole - 0.03 <= half.whole
    assert half.refused <= blind.refused
