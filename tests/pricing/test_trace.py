"""How a price came to be: every stage with what it used, for people, for programs and in the library."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from attrs import evolve
from rich.console import Console

from storesync.model import dumps
from storesync.pricing import Guards, Priced, Rate, RateRules, Snapshot, Tax
from storesync.report.price_view import price_table
from tests.pricing.golden import AS_OF, fixture, p02, policy, priced, product

FETCHED = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
YUAN = Rate(
    base="CNY",
    quote="KRW",
    value="200.71",
    observed=AS_OF,
    source="ecos",
    calendar="KR",
    raw="200.71 per 1 CNY",
    fetched_at=FETCHED,
    confirmed=date(2026, 11, 23),
)
PARTS = ("1 CNY = 200.71 KRW", "ecos", "2026-11-20", "fetched 2026-11-20 02:30 UTC", "band on 2026-11-23")


def by_table(result: Priced) -> str:
    """The trace as `storesync explain` shows it, from its JSON."""
    console = Console(width=400, file=StringIO())
    with console.capture() as shown:
        console.print(price_table(json.loads(dumps(result.trace.document()))["steps"]))
    return shown.get()


def test_a_kind_that_the_source_names_is_told_once() -> None:
    """People write "our bank, mid" for a source; "midas bank" says nothing of a kind."""
    told = [str(evolve(YUAN, source=source)) for source in ("our bank, mid", "midas bank")]

    assert "1 CNY = 200.71 KRW (our bank, mid, 2026-11-20)" == told[0]
    assert "1 CNY = 200.71 KRW (midas bank mid, 2026-11-20)" == told[1]


def test_the_conversion_tells_rate_source_day_and_times() -> None:
    """Who said what for which day, when it was fetched, and until when the quiet band confirmed it."""
    result = priced(product(32000), p02(), Snapshot(kind="fixture", rates=(YUAN,)))
    step = result.trace.stage("convert")
    (told,) = step.document()["rates"]

    assert ((YUAN,), Snapshot(kind="fixture", rates=(YUAN,)).id) == (step.rates, step.snapshot)
    assert {
        "base": "CNY",
        "quote": "KRW",
        "value": "200.71",
        "source": "ecos",
        "kind": "mid",
        "raw": "200.71 per 1 CNY",
        "observed": "2026-11-20",
        "fetched_at": "2026-11-20T02:30:00+00:00",
        "confirmed": "2026-11-23",
        "calendar": "KR",
    } == told
    for shown in (str(step), by_table(result)):
        assert all(part in shown for part in PARTS), shown


def test_a_cross_tells_both_legs() -> None:
    """Two rates, each with its own times; the compare-at price cites the same."""
    legs = tuple(
        Rate(base="EUR", quote=code, value=value, observed=AS_OF, source="ecb", fetched_at=FETCHED)
        for code, value in (("KRW", "1491.76"), ("CNY", "7.4326"))
    )
    rates = Snapshot(kind="fixture", rates=legs)
    result = priced(product(32000, list_krw=40000), p02(compare_at="list"), rates)
    listed = next(step for step in result.trace.list_steps if step.stage == "convert")

    assert legs == result.trace.stage("convert").rates == listed.rates
    assert [] == [step.stage for step in result.trace.steps if step.rates and step.stage != "convert"]


def test_a_floor_of_another_rate_tells_it() -> None:
    """The bank's buying rate makes the floor; the conversion names only the middle one."""
    rates = fixture().with_rates([evolve(YUAN, value=Decimal(190), kind="buy")])
    by = p02(guards=Guards(min_margin="0.1"), rate=RateRules(floor_kind="buy"))
    detail = priced(product(32000, cost=9000), by, rates).trace.stage("guards").detail

    assert "cost 9000 KRW at 1 CNY = 190 KRW (ecos buy, 2026-11-20)" in detail


def test_dated_figures_tell_their_end() -> None:
    """Fees and duties that end say when."""
    tax = Tax(mode="included", duty="0.05", duty_until=date(2027, 12, 31), vat="0.13")
    by = policy("CNY", tax=tax, fees=("0.05",))
    by = evolve(by, fees=(evolve(by.fees[0], valid_until=date(2027, 6, 30)),))
    trace = priced(product(32000), by).trace

    assert "duty 5 % until 2027-12-31" in trace.stage("tax").detail
    assert "fee 0 0.05 until 2027-06-30" == trace.stage("fees").detail


def test_an_amount_has_the_digits_of_its_own_currency() -> None:
    """Won have none, whatever the market's price has."""
    trace = priced(product(32000), policy("CNY")).trace

    assert ("32000 KRW", "159.43 CNY") == (str(trace.stage("base").after), str(trace.steps[-1].after))


@pytest.mark.parametrize("known", [True, False])
def test_times_that_nobody_knows_are_left_out(*, known: bool) -> None:
    """A table that a person wrote was not fetched."""
    rate = YUAN if known else evolve(YUAN, fetched_at=None, confirmed=None)

    assert known == bool(rate.times)
    assert known == ("fetched_at" in rate.document())
