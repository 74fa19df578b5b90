"""The bands of what a currency can cost: a first rate that slipped is told, though no other is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from storesync.driver import Request, Response
from storesync.issues import Severity
from storesync.pricing import Rate, Snapshot
from storesync.pricing.rates import Chain, Collected, StaticTable, collect
from storesync.pricing.rates.band import Band, bands

DAY = date(2026, 10, 30)


def rate(value: str, *, base: str = "CNY", quote: str = "KRW", kind: Any = "mid") -> Rate:
    """A rate of the day."""
    return Rate(base=base, quote=quote, value=value, observed=DAY, source="desk", kind=kind)


async def first(*rates: Rate, kind: Any = "live", **more: Any) -> Collected:
    """What a brand-new shop believes of a table, with nothing to compare it with."""

    async def send(request: Request, sign: Any = None) -> Response:
        raise AssertionError(f"a table sends nothing, not even {request}")

    return await collect(
        home=rates[0].quote,
        currencies=[rates[0].base],
        chain=Chain(sources={"*": ("desk",)}, **more),
        sources={"desk": StaticTable(Snapshot(rates=rates, kind=kind), "desk")},
        send=send,
        now=datetime(2026, 10, 30, 3, 0, tzinfo=UTC),
        today=DAY,
    )


@pytest.mark.parametrize(
    ("base", "value"),
    [
        ("CNY", "2.0071"),
        ("CNY", "20071"),
        ("CNY", "2007.1"),
        ("VND", "5.08"),
        ("JPY", "849.13"),
        ("USD", "13.353"),
    ],
)
async def test_a_first_rate_that_slipped_holds_its_prices(base: str, value: str) -> None:
    """A slipped point, a quote per 100: the error names pair, rate, band, source and the way out."""
    result = await first(rate(value, base=base))
    (issue,) = result.issues.errors
    band = bands()[frozenset((base, "KRW"))]

    assert ("rates.band", f"rates/{base}") == (issue.code, issue.path)
    assert ((), {base}) == (result.snapshot.rates, result.doubted)
    assert f"1 {base} = {value} KRW (desk mid, 2026-10-30)" in issue.message
    assert f"{base}/KRW between {band.low} and {band.high} (" in issue.message
    assert band.source in issue.message
    assert f'outside_band = {{ {base} = "why" }}' in issue.hint


async def test_a_reason_lets_it_through_and_is_told() -> None:
    """Of this currency alone; a jump that is confirmed by hand is no such reason."""
    passed = await first(rate("2007.1"), outside={"CNY": "a new yuan"})
    other = await first(rate("2007.1"), outside={"VND": "a new dong"})
    confirmed = await first(rate("2007.1"), confirmed=frozenset({"CNY"}))
    (note,) = passed.issues

    assert [1, 0, 0] == [len(one.snapshot.rates) for one in (passed, other, confirmed)]
    assert (Severity.NOTE, True) == (note.severity, note.message.endswith("outside_band says: a new yuan"))


async def test_every_kind_of_rate_is_measured() -> None:
    """A selling rate that slipped beside a good mid rate is told as what it is."""
    result = await first(rate("200.71"), rate("20.271", kind="sell"))

    assert ["rates.band"] == [issue.code for issue in result.issues]


async def test_another_home_is_measured_the_other_way_round() -> None:
    """One won in yuan; a pair of which nothing is known is believed."""
    good = await first(rate("0.004982", base="KRW", quote="CNY"))
    slipped = await first(rate("0.4982", base="KRW", quote="CNY"))
    unknown = await first(rate("123456", base="XAF", quote="CNY"))

    assert [1, 0, 1] == [len(one.snapshot.rates) for one in (good, slipped, unknown)]


async def test_invented_rates_may_be_anything() -> None:
    """They are for the sandbox alone."""
    result = await first(rate("2007.1"), kind="fixture")

    assert 1 == len(result.snapshot.rates)


@pytest.mark.parametrize("band", bands().values(), ids=str)
def test_a_band_is_generous_and_catches_a_slip_of_one_digit(band: Band) -> None:
    """At least twice as far as what was seen, on both sides, and less than ten times."""
    assert 2 <= band.seen / band.low < 10
    assert 2 <= band.high / band.seen < 10
    assert Decimal(0) < band.low
