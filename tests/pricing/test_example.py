"""The example configuration: the prices it promises, and the day on which it stops promising them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from storesync.model import Market
from storesync.pricing import Priced, price, snapshot_from
from tests.pricing.golden import TODAY, example, example_policies, product

CN = Market("CN", ("zh-Hans",), "CNY")
VN = Market("VN", ("vi",), "VND")


def run(market: Market, **more: Any) -> Priced:
    """The serum of the example on one market."""
    rates, issues = snapshot_from(example()["rates"], at="storesync.toml")
    assert rates is not None
    assert not len(issues)
    given: dict[str, Any] = {"environment": "sandbox", "today": TODAY, **more}
    by = example_policies()[market.code.lower()]
    return price(product=product(32000, cost=9000), sku="V-1", market=market, policy=by, rates=rates, **given)


@pytest.mark.parametrize(("market", "expected"), [(CN, "219.00 CNY"), (VN, "939000 VND")])
def test_the_example_prices(market: Market, expected: str) -> None:
    """32,000 won are 219.00 yuan and 939,000 dong."""
    result = run(market)
    assert result.price is not None

    assert expected == str(result.price.sale)
    assert [] == [str(issue) for issue in result.issues]


def test_the_vietnam_policy_refuses_in_2027() -> None:
    """The 8 % VAT ended: no price, and the message names policy, field, stage, variant and the lines."""
    result = run(VN, today=date(2027, 1, 5))
    (issue,) = result.issues

    assert result.price is None
    assert "price.policy_expired" == issue.code
    assert (
        "policy 'vn', stage 'tax', variant V-1: tax.vat 0.08 ended on 2026-12-31, today is 2027-01-05"
        == issue.message
    )
    assert "the line `vat_until = 2026-12-31` under [prices.vn.tax] in storesync.toml" in issue.hint
    assert issue.message == result.held


def test_the_last_day_still_counts() -> None:
    """On 2026-12-31 the policy holds."""
    assert run(VN, today=date(2026, 12, 31)).price is not None


def test_invented_rates_stay_in_the_sandbox() -> None:
    """A live channel refuses a fixture snapshot."""
    result = run(CN, environment="live")

    assert result.price is None
    assert ["price.rate_fixture"] == [issue.code for issue in result.issues]


def test_invented_rates_do_not_age() -> None:
    """The yuan price is the same ten years later."""
    assert run(CN).price == run(CN, today=date(2036, 11, 23)).price
