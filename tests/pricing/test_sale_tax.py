"""Tax that hangs on the sale price: the cliff, the order limit, and figures that end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from storesync.issues import Severity
from storesync.model import Money
from storesync.pricing import (
    Ending,
    Guards,
    Priced,
    Tax,
    price,
)
from tests.pricing.golden import MARKETS, fixture, policy, priced, product, sale


def codes(result: Priced) -> list[str]:
    """The codes of all findings."""
    return [issue.code for issue in result.issues]


def cbec(amount: str, content: str = "30") -> Priced:
    """A fixed price under cross-border rules."""
    by = policy("CNY", fixed=amount, tax=Tax(mode="buyer_pays", regime="cn-cbec"), ending=Ending("10", ["9"]))
    return priced(product(32000, content=content), by)


def test_a_price_just_above_the_line_is_told_the_price_below() -> None:
    """309 for 30 ml costs the buyer far more than 299 would."""
    (issue,) = cbec("309").issues

    assert ("price.tax_cliff", Severity.WARNING) == (issue.code, issue.severity)
    assert "299 CNY would stay below it" == issue.hint


@pytest.mark.parametrize(
    "tax",
    [
        Tax(mode="buyer_pays", regime="cn-general", agreement="mfn"),
        Tax(mode="buyer_pays", regime="cn-parcel"),
    ],
)
def test_general_trade_and_parcels_have_the_same_cliff(tax: Tax) -> None:
    """Whoever imports at this price pays the consumption tax, or half of the price, from the line on."""
    by = policy("CNY", fixed="309", tax=tax, ending=Ending("10", ["9"]))
    (issue,) = priced(product(32000), by).issues

    assert ("price.tax_cliff", "299 CNY would stay below it") == (issue.code, issue.hint)


@pytest.mark.parametrize(("amount", "expected"), [("299.99", []), ("300", ["price.tax_cliff"]), ("900", [])])
def test_the_cliff_warns_only_near_the_line(amount: str, expected: list[str]) -> None:
    """Equality counts as high-end; far above the line nothing is gained by going below it."""
    assert expected == codes(cbec(amount))


def test_an_included_tax_jumps_with_the_ending() -> None:
    """The ending lifts the price before tax over the line: it is solved again with the high rate."""
    by = policy("CNY", tax=Tax(mode="included", on="price", regime="cn-cbec"), ending=Ending("10", ["9"]))
    below = priced(product(58_600), by)
    above = priced(product(59_000), by)

    assert "319" == sale(below).removesuffix(".00")
    fees = above.trace.stage("fees")
    assert "high-end (estimate [D])" in fees.detail
    assert "Cai Shui [2016] 103" in fees.source
    assert "Cai Guan Shui [2016] 18" in below.trace.stage("fees").source
    assert "369" == sale(above).removesuffix(".00")


def test_an_order_over_the_limit_warns() -> None:
    """One piece over 5,000 pays full duty and taxes."""
    assert ["price.order_limit"] == codes(cbec("5009", content="9000"))


def included(krw: int, content: str = "30", **changed: Any) -> Priced:
    """A price with the cross-border tax in it."""
    by = policy("CNY", tax=Tax(mode="included", on="price", regime="cn-cbec"), **changed)
    return priced(product(krw, content=content), by)


def test_an_included_tax_over_the_order_limit_is_held() -> None:
    """Such an order pays full duty and taxes: whatever the price has inside, it is not what will be asked for."""
    result = included(1_050_000, content="900")

    assert None is result.price
    assert ["price.order_limit"] == [issue.code for issue in result.issues.errors]
    assert "5707.49 CNY, 5231.43 before tax, is over the limit of 5000.00 CNY for one order" in result.held
    assert "allowed, full duty + VAT + consumption tax" in result.held
    assert 'or set mode = "buyer_pays"' in result.issues.errors[0].hint
    assert Money("5707.49", "CNY") == result.candidate


@pytest.mark.parametrize(
    ("amount", "content", "codes_told"),
    [
        ("5455.00", "900", []),  # 5,000.00 before 9.1 %
        ("5455.01", "900", ["price.order_limit"]),
        ("6152.94", "30", []),  # 4,999.99 before 23.06 %: the ordinary rate would say 5,639
        ("6152.95", "30", ["price.order_limit"]),
    ],
)
def test_the_order_limit_counts_the_price_before_its_own_tax(
    amount: str, content: str, codes_told: list[str]
) -> None:
    """To the hundredth, with the rate that this price has inside."""
    result = included(32_000, content=content, fixed=amount)

    assert codes_told == codes(result)
    assert (result.price is None) == bool(codes_told)


def test_an_unknown_hs_line_is_noted() -> None:
    """The estimate says that it used the standard VAT."""
    by = policy("CNY", tax=Tax(mode="buyer_pays", regime="cn-cbec"))
    result = priced(product(32000, hs="961900"), by)

    assert [("price.tax_unknown_line", Severity.NOTE)] == [(i.code, i.severity) for i in result.issues]
    assert "estimate, not advice [U]" in str(result.trace)


def test_an_included_tax_of_an_unknown_line_is_not_guessed() -> None:
    """The standard rate without its high-end line would sell below the floor: the price is held."""
    by = policy("CNY", tax=Tax(mode="included", on="price", regime="cn-cbec"))
    result = priced(product(32000, hs="961900"), by)

    assert None is result.price
    assert "price.tax_missing" == result.issues.errors[0].code
    assert "HS 961900" in result.held


def test_a_price_over_the_line_tells_its_floor_once() -> None:
    """What the pass before the line told of its floor is no news of the price that is sent."""
    by = policy(
        "CNY", tax=Tax(mode="included", on="price", regime="cn-cbec"), guards=Guards(min_margin="0.3")
    )
    result = priced(product(60000, cost=55000, content="30"), by)

    assert 1 == [issue.code for issue in result.issues].count("price.raised"), result.issues


def test_a_vietnam_vat_without_an_end_gets_the_published_one() -> None:
    """8 % without an end date is the bug that an end date was invented for."""
    by = policy("VND", tax=Tax(mode="included", duty="0", vat="0.08"))
    day = date(2027, 1, 1)
    result = price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["VND"],
        policy=by,
        rates=fixture(),
        environment="sandbox",
        today=day,
    )

    assert ["price.policy_expired"] == codes(result)
    assert "Decree 174/2025" in result.held
