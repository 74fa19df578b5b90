"""Policies in time and in scope: periods that follow each other, and refinements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from storesync.issues import Severity
from storesync.pricing import (
    Ending,
    Policy,
    PolicyBook,
    Priced,
    Refinement,
    Scope,
    price,
)
from tests.pricing.golden import MARKETS, TODAY, fixture, policy, product, sale

VN_2026 = evolve(policy("CNY", markup="0.10"), name="cn", valid_until=date(2026, 12, 31), at="storesync.toml")
VN_2027 = evolve(VN_2026, markup="0.20", valid_from=date(2027, 1, 1), valid_until=None)


def book(*policies: Policy, **more: Any) -> PolicyBook:
    """A book of these periods."""
    return PolicyBook(name="cn", policies=policies, at="storesync.toml", **more)


def by_book(by: PolicyBook, today: date, **more: Any) -> Priced:
    """V-1 priced on one day."""
    return price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["CNY"],
        policy=by,
        rates=fixture(),
        environment="sandbox",
        today=today,
        **more,
    )


def test_periods_follow_each_other() -> None:
    """The last day of one and the first of the next."""
    by = book(VN_2026, VN_2027)

    assert "175.38" == sale(by_book(by, date(2026, 12, 31)))
    assert "191.32" == sale(by_book(by, date(2027, 1, 1)))


PERIODS = {
    "overlap": ((VN_2026, evolve(VN_2027, valid_from=None)), TODAY, "price.policy_overlap"),
    "gap": ((VN_2026, evolve(VN_2027, valid_from=date(2027, 2, 1))), date(2027, 1, 15), "price.policy_gap"),
    "ended": ((VN_2026,), date(2027, 1, 1), "price.policy_expired"),
    "not begun": ((VN_2027,), TODAY, "price.policy_gap"),
    "empty": ((), TODAY, "price.policy_gap"),
}


@pytest.mark.parametrize("case", PERIODS)
def test_a_day_without_exactly_one_period_is_held(case: str) -> None:
    """Overlap, gap, end: each with its own code and a hint that names the file."""
    policies, today, code = PERIODS[case]
    result = by_book(book(*policies), today)
    (issue,) = result.issues

    assert (None, code) == (result.price, issue.code)
    assert issue.message.startswith("policy 'cn', stage 'policy', variant V-1: ")
    assert issue.hint


def test_the_most_specific_refinement_wins() -> None:
    """Channel, category, product, variant: field by field."""
    refinements = (
        Refinement(scope=Scope(variant="V-1"), fields={"markup": "0.40"}),
        Refinement(scope=Scope(channel="tmall-cn"), fields={"markup": "0.10", "packing": "1000"}),
        Refinement(scope=Scope(category="C-SER"), fields={"markup": "0.20", "tax": {"mode": "buyer_pays"}}),
        Refinement(scope=Scope(category="C-CRM"), fields={"markup": "9"}),
    )
    by = book(policy("CNY"), refinements=refinements)
    found, issues = by.resolve(channel="tmall-cn", product=product(1), sku="V-1", today=TODAY)
    assert found is not None

    assert not len(issues)
    assert ("0.40", "1000", "buyer_pays") == (str(found.markup), str(found.packing), found.tax.mode)


def test_two_equal_refinements_that_differ_are_an_overlap() -> None:
    """Nobody can say which one is meant."""
    refinements = tuple(
        Refinement(scope=Scope(category="C-SER"), fields={"markup": markup, "packing": "1"})
        for markup in ("0.1", "0.2")
    )
    (issue,) = by_book(book(policy("CNY"), refinements=refinements), TODAY).issues

    assert "price.policy_overlap" == issue.code
    assert "markup" in issue.message
    assert "packing" not in issue.message


def test_a_third_refinement_between_two_hides_no_overlap() -> None:
    """Every two of one scope are compared, not only neighbours; and the book itself says so."""
    refinements = tuple(
        Refinement(scope=Scope(category="C-SER"), fields=fields)
        for fields in ({"markup": "0.10"}, {"packing": "100"}, {"markup": "0.90"})
    )
    by = book(policy("CNY"), refinements=refinements)
    result = by_book(by, TODAY)

    assert (None, ["price.policy_overlap"]) == (result.price, [issue.code for issue in result.issues])
    assert ["price.policy_overlap"] == [issue.code for issue in by.findings()]


def test_a_refinement_that_contradicts_itself_is_told_with_the_book() -> None:
    """A warning, since another refinement may mend it; a price it spoils is held."""
    refinements = (
        Refinement(scope=Scope(category="C-SER"), fields={"ending": Ending("10", ["19"])}),
        Refinement(
            scope=Scope(category="C-CRM"), fields={"tax": {"mode": "included", "duty": "0", "vat": "0.1"}}
        ),
    )
    by = book(VN_2026, VN_2027, refinements=refinements)
    found = by.findings()

    assert [("price.ending", Severity.WARNING)] * 2 == [(issue.code, issue.severity) for issue in found]
    assert found[0].message.startswith(
        "policy 'cn', stage 'ending', every variant of category C-SER: the ending"
    )
    assert ["price.ending"] == [issue.code for issue in by_book(by, TODAY).issues]


@pytest.mark.parametrize("fields", [{"markup": 0.1}, {"tax": {"vat": 0.1}}, {"guards": {"cliff": 0.1}}])
def test_a_float_in_a_refinement_is_refused_at_once(fields: dict[str, Any]) -> None:
    """Not in the middle of pricing, which never raises because of data."""
    with pytest.raises(TypeError, match="float"):
        Refinement(scope=Scope(), fields=fields)


def test_a_refinement_of_no_field_is_refused() -> None:
    """A typing mistake in code is an exception, at once."""
    with pytest.raises(ValueError, match="markupp"):
        Refinement(scope=Scope(), fields={"markupp": "0.1"})
