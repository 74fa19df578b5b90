"""Duty, consumption tax and VAT at import: published, by regime and agreement, dated, and never a default of zero."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from storesync.model import Money
from storesync.pricing import Ending, Guards, Priced, Tax, policies_from
from storesync.pricing.limit import first_limit
from tests.pricing.golden import policy, priced, product, sale

GENERAL = Tax(mode="included", regime="cn-general", agreement="mfn")
AKFTA = Tax(mode="included", regime="vn-import", agreement="akfta")
UP = Ending("0.01", ["0"], "up")


def codes(result: Priced) -> list[str]:
    """The codes of all findings."""
    return [issue.code for issue in result.issues]


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        ("30", Tax(mode="included", duty="0.01", vat="0.13")),
        ("15", Tax(mode="included", duty="0.01", vat="0.13", consumption="0.15")),
    ],
    ids=["ordinary", "high-end"],
)
def test_general_trade_takes_its_figures_from_the_pack(content: str, stated: Tax) -> None:
    """159.43 yuan in 15 ml are over 10 a ml; the price is that of a policy which states the same figures."""
    result = priced(product(32000, content=content), policy("CNY", tax=GENERAL, ending=UP))
    wanted = Fraction(32000) / Fraction("200.71") * Fraction("1.01") * Fraction("1.13")
    wanted = wanted / Fraction("0.85") if content == "15" else wanted

    assert sale(priced(product(32000), policy("CNY", tax=stated, ending=UP))) == sale(result)
    assert 0 <= Fraction(sale(result)) - wanted < Fraction("0.01")


def test_the_step_and_the_estimate_name_every_figure() -> None:
    """Where the numbers come from, from when until when, how sure they are, and that it is an estimate."""
    trace = priced(product(32000), policy("VND", tax=AKFTA)).trace
    step, (estimate,) = trace.stage("tax"), trace.estimates
    told = estimate.document()

    assert "included: duty 5 % until 2027-12-31, VAT 8 % until 2026-12-31 (estimate [D])" == step.detail
    assert "Decree 81/2024" in step.source
    assert "Decree 174/2025" in step.source
    assert ("Vietnam import (AKFTA)", "seller", "629921 VND") == (
        told["regime"],
        told["paid_by"],
        told["value"],
    )
    assert {"duty": "31496 VND", "VAT": "52913 VND"} == told["charges"]
    assert [
        ("duty_akfta", "0.05", "D", "2024-07-04", "2027-12-31"),
        ("vat_reduced", "0.08", "D", "2025-07-01", "2026-12-31"),
    ] == [
        tuple(figure[key] for key in ("name", "value", "confidence", "since", "until"))
        for figure in told["figures"]
    ]
    assert "estimate, not advice [D] Vietnam import (AKFTA), in the price: on 629921 VND" in str(trace)


@pytest.mark.parametrize(
    ("agreement", "total", "confidence"),
    [("vkfta", "1080000", "U"), ("akfta", "1134000", "D"), ("mfn", "1296000", "U")],
)
def test_the_certificate_decides_the_duty(agreement: Any, total: str, confidence: str) -> None:
    """Three agreements, three totals; what is unsure makes the estimate unsure."""
    by = policy("VND", fixed="1000000", tax=Tax(mode="buyer_pays", regime="vn-import", agreement=agreement))
    (estimate,) = priced(product(32000), by).trace.estimates

    assert (Money(total, "VND"), confidence) == (estimate.total, estimate.confidence)


def test_a_policy_s_own_figures_are_named_as_its_own() -> None:
    """A merchant who states duty and VAT is the source of them."""
    tax = Tax(mode="buyer_pays", regime="vn-import", duty="0.03", vat="0.08", vat_until=date(2026, 12, 31))
    (estimate,) = priced(product(32000), policy("VND", fixed="1000000", tax=tax)).trace.estimates

    assert ("P", Money("1112400", "VND")) == (estimate.confidence, estimate.total)
    assert {"policy 'vnd'"} == {figure.source for figure in estimate.figures}
    assert [None, date(2026, 12, 31)] == [figure.until for figure in estimate.figures]


ENDED = {
    "AKFTA, included": (
        Tax(mode="included", regime="vn-import", agreement="akfta", vat="0.10"),
        date(2028, 1, 1),
    ),
    "AKFTA, the buyer pays": (
        Tax(mode="buyer_pays", regime="vn-import", agreement="akfta"),
        date(2028, 1, 1),
    ),
    "the reduced VAT, included": (
        Tax(mode="included", regime="vn-import", agreement="vkfta"),
        date(2027, 1, 1),
    ),
    "the same, stated": (Tax(mode="included", duty="0", vat="0.08"), date(2027, 1, 1)),
    "a stated duty": (
        Tax(mode="included", duty="0", duty_until=date(2027, 6, 30), vat="0.10"),
        date(2027, 7, 1),
    ),
}


@pytest.mark.parametrize("case", ENDED)
def test_a_figure_that_ended_holds_the_price(case: str) -> None:
    """On its last day it still counts, and a plan says that it ends; on the next day nothing is priced with it."""
    tax, after = ENDED[case]
    by = policy("VND", tax=tax)
    last = date.fromordinal(after.toordinal() - 1)
    held = priced(product(32000), by, today=after)
    limit = first_limit({"VN": by}, None, today=last, channel="x", keys=(), skus=())

    assert (None, ["price.policy_expired"]) == (held.price, codes(held))
    assert f"ended on {last}" in held.held
    assert held.issues[0].hint
    assert priced(product(32000), by, today=last).price is not None
    assert limit is not None
    assert last == limit.until


def test_the_buyer_s_vat_follows_the_calendar() -> None:
    """An estimate is no price: from the first of January it is made with the standard rate."""
    by = policy("VND", fixed="1000000", tax=Tax(mode="buyer_pays", regime="vn-import", agreement="vkfta"))
    totals = [
        priced(product(32000), by, today=day).trace.estimates[0].total.amount
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]

    assert [Decimal(1080000), Decimal(1100000)] == totals


@pytest.mark.parametrize(
    ("currency", "tax", "hs", "told"),
    [
        ("VND", AKFTA, "210690", "no AKFTA duty is known here for HS 210690"),
        ("VND", AKFTA, "330510", "no AKFTA duty is known here for HS 330510"),
        ("VND", Tax(mode="buyer_pays", regime="vn-import", agreement="mfn"), "121221", "no MFN duty"),
        ("CNY", GENERAL, "151590", "no MFN duty is known here for HS 151590"),
        ("CNY", GENERAL, "961900", "no MFN duty is known here for HS 961900"),
    ],
)
def test_a_line_without_a_known_duty_is_held(currency: str, tax: Tax, hs: str, told: str) -> None:
    """Zero is never a default; a refinement of the policy may state it."""
    result = priced(product(32000, hs=hs), policy(currency, tax=tax))

    assert (None, ["price.tax_missing"]) == (result.price, codes(result))
    assert told in result.held
    assert "state" in result.issues[0].hint or "give tax.duty" in result.issues[0].hint


def test_the_high_end_line_of_general_trade_needs_the_content() -> None:
    """Unknown content holds; it is never taken for ordinary."""
    assert ["price.content_missing"] == codes(
        priced(product(32000, content=None), policy("CNY", tax=GENERAL))
    )


def test_the_floor_pays_the_consumption_tax_of_the_sale() -> None:
    """The sale reaches the line, its cost alone would not: the floor is not made with the lower tax."""
    by = policy("CNY", tax=GENERAL, markup="-0.5", guards=Guards(min_margin="0"), ending=UP)
    result = priced(product(70000, cost=60000, content="17"), by)
    high = Fraction(60000) / Fraction("200.71") * Fraction("1.01") / Fraction("0.85") * Fraction("1.13")

    assert Fraction(sale(result)) >= high


WRONG: dict[str, tuple[str, str, str, str]] = {
    "an estimate of nothing": (
        "VND",
        'tax = { mode = "buyer_pays", regime = "vn-import" }',
        "price.tax_missing",
        "the tax is estimated, but tax.duty is not given",
    ),
    "the same in general trade": (
        "CNY",
        'tax = { mode = "buyer_pays", regime = "cn-general" }',
        "price.tax_missing",
        "the tax is estimated, but tax.duty is not given",
    ),
    "a price with no duty": (
        "VND",
        'tax = { mode = "included", regime = "vn-import" }',
        "price.tax_missing",
        "the tax is included, but tax.duty is not given",
    ),
    "an agreement of another country": (
        "CNY",
        'tax = { mode = "included", regime = "cn-general", agreement = "akfta" }',
        "price.tax_regime",
        "agreement 'akfta' is not known for regime 'cn-general'",
    ),
    "an agreement without a regime": (
        "VND",
        'tax = { mode = "included", agreement = "akfta", vat = "0.08", duty = "0.05" }',
        "price.tax_regime",
        "agreement 'akfta' is not known for regime 'none'",
    ),
    "two duties": (
        "VND",
        'tax = { mode = "included", regime = "vn-import", agreement = "akfta", duty = "0" }',
        "price.tax_regime",
        "agreement 'akfta' decides the duty, and tax.duty 0 states another",
    ),
    "a parcel that we pay for": (
        "CNY",
        'tax = { mode = "included", regime = "cn-parcel", duty = "0", vat = "0" }',
        "price.tax_regime",
        "the tax on a personal parcel is the buyer's",
    ),
    "general trade of dong": (
        "VND",
        'tax = { mode = "buyer_pays", regime = "cn-general", agreement = "mfn" }',
        "price.tax_regime",
        "regime 'cn-general' taxes prices in CNY",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_tax_that_cannot_be_is_refused_when_the_policy_loads(case: str) -> None:
    """Policy, stage and every variant are named; nothing is priced."""
    currency, line, code, told = WRONG[case]
    data = tomllib.loads(f'[x]\ncurrency = "{currency}"\n{line}\n')
    books, issues = policies_from(data, at="prices.toml")

    assert {} == dict(books)
    assert code in [issue.code for issue in issues]
    assert f"policy 'x', stage 'tax', every variant: {told}" in " ".join(issue.message for issue in issues)


@pytest.mark.parametrize(
    ("hs", "content", "charges", "high"),
    [
        ("330499", "30", {"parcel tax": "59.80 CNY"}, False),
        ("330499", "29", {"parcel tax": "149.50 CNY"}, True),
        ("210690", "30", {}, False),
    ],
    ids=["cosmetics", "high-end", "food, too little to be collected"],
)
def test_a_parcel_s_tax_is_estimated(hs: str, content: str, charges: dict[str, str], *, high: bool) -> None:
    """Three rows of the table; up to 50 yuan nothing is collected."""
    by = policy("CNY", fixed="299", tax=Tax(mode="buyer_pays", regime="cn-parcel"))
    (estimate,) = priced(product(32000, content=content, hs=hs), by).trace.estimates

    assert (high, charges) == (estimate.high_end, estimate.document()["charges"])


def test_a_parcel_over_its_limit_warns() -> None:
    """A thousand yuan, inclusive."""
    by = policy("CNY", fixed="1000.01", tax=Tax(mode="buyer_pays", regime="cn-parcel"))
    (issue,) = priced(product(32000, content="3000"), by).issues

    assert "price.order_limit" == issue.code
    assert "over the limit of 1000.00 CNY for one parcel" in issue.message


def test_an_all_in_price_shows_the_tax_inside() -> None:
    """What the buyer pays is the price; the estimate says how much of it goes to customs."""
    tax = Tax(mode="included", on="price", regime="cn-cbec")
    (estimate,) = priced(product(32000), policy("CNY", fixed="219", tax=tax)).trace.estimates
    (high,) = priced(product(32000, content="10"), policy("CNY", fixed="219", tax=tax)).trace.estimates

    assert ("18.27 CNY", "219.00 CNY", "seller") == (
        str(estimate.tax),
        str(estimate.total),
        estimate.document()["paid_by"],
    )
    assert (True, Money("219.00", "CNY")) == (high.high_end, high.total)
