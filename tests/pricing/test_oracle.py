"""The library against an independent judge on exact fractions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pricing.oracle import HELD, compare, difference, judge
from tests.pricing.random_cases import Case, cases

# 20,000 cases in eight shares, so that they run beside each other.
SHARES = 8
PER_SHARE = 2_500


@pytest.mark.parametrize("seed", range(SHARES))
def test_random_prices_equal_exact_fractions(seed: int) -> None:
    """Sale price, compare-at price and every refusal agree, case by case."""
    count, with_price, differences = compare(seed, PER_SHARE)

    assert [] == differences
    assert PER_SHARE == count
    assert with_price > PER_SHARE // 2


def test_the_judge_sees_prices_that_lie_exactly_on_an_ending() -> None:
    """A judge that never meets the hard cases proves nothing: a markup of 15.01 % must move some of them."""
    moved = 0
    for case in cases(99, 400):
        if case.markup == case.source_vat and case.mode == "up":
            longer = judge(_longer(case))
            moved += longer != judge(case) and longer != HELD

    assert moved > 5


def _longer(case: Case) -> Case:
    return replace(case, base=f"{case.base[:-3]}1e-8")


def test_the_judge_meets_every_kind_of_tax_and_prices_set_by_hand() -> None:
    """Each kind is priced and held often enough to tell something; slipped digits and floors among them."""
    met = list(cases(7, 4_000))
    by_hand = [case for case in met if case.fixed is not None]

    for tax in ("none", "import", "price", "general", "akfta"):
        of_it = [case for case in met if case.tax == tax]
        assert sum(judge(case) != HELD for case in of_it) > 100
    assert 100 < sum(judge(case) == HELD for case in by_hand) < len(by_hand) - 100


def test_a_difference_names_the_case() -> None:
    """What the judge prints is enough to run the case again."""
    case = next(iter(cases(1, 1)))
    told, _ = difference(case)

    assert "" == told
    assert repr(case).startswith("Case(currency=")
