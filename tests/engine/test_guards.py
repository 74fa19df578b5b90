"""Guards on prices, through the real engine on the emulated shops: what is held stays live, and the rest goes on."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.exchange import SHOPEE, TMALL, Merchant, merchant

from storesync.errors import ConfigError, UnsafePlan
from storesync.plan import Kind


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Merchant]:
    """Three products on two shops; won per yuan and dong from the Bank of Korea."""
    with merchant(tmp_path) as opened:
        yield opened


def test_a_price_that_would_change_too_much_is_held_and_says_why(shop: Merchant) -> None:
    """The policy allows 2 % in one run, the rate moved by 5 %: the live prices stay; within the limit they follow."""
    shop.edit("prices.toml", 'currency = "CNY"\n', 'currency = "CNY"\nguards = { max_change = "0.02" }\n')
    shop.sync()
    before = shop.prices()
    shop.services.quote("ecos", CNY="190.80")
    shop.wait(days=2)
    plan, _ = shop.sync()
    held = [issue for one in plan.held for issue in one.issues]

    assert before == shop.prices()
    assert {"price.change"} == {issue.code for issue in held}
    assert all("policy 'cn', stage 'guards', variant SBG-00" in issue.message for issue in held)
    assert all("more than 2 % in one run; the live price stays" in issue.message for issue in held)
    assert all('max_change = "0.02"` under [prices.cn.guards] in prices.toml' in issue.hint for issue in held)


def test_a_hand_in_the_shop_is_no_way_around_the_limit_of_a_change(shop: Merchant) -> None:
    """Somebody types three times the price: to set it back is a change of 67 %, which the policy does not allow."""
    shop.edit("prices.toml", 'currency = "CNY"\n', 'currency = "CNY"\nguards = { max_change = "0.20" }\n')
    shop.edit("storesync.toml", 'price_swing = "0.30"', 'price_swing = "1"')
    shop.sync()
    (serum,) = [
        one for one in shop.shops[TMALL].alive() if "SBG-001-30" in {s.code for s in one.skus.values()}
    ]
    for sku in serum.skus.values():
        sku.price = sku.price * (3 if sku.code == "SBG-001-30" else Decimal("1.1"))
    shop.run(lambda shops: shops.observe(TMALL))
    plan, _ = shop.sync()
    ((held, *_),) = [one.issues for one in plan.held]

    assert (
        "657.00 CNY would become 219.00 CNY: -66.67 %, more than 20 % in one run; the live price stays"
        in held.message
    )
    assert [("SBG-001-50",)] == [operation.skus for operation in plan]
    assert (Decimal("657.00"), Decimal("299.00")) == (
        shop.prices()["SBG-001-30"],
        shop.prices()["SBG-001-50"],
    )
    shop.edit("prices.toml", 'max_change = "0.20"', 'max_change = "0.70"')
    shop.sync()
    assert Decimal("219.00") == shop.prices()["SBG-001-30"]


def test_many_prices_that_move_at_once_need_a_reason(shop: Merchant) -> None:
    """A rate that moved by 6.5 % would reprice the whole shop: nothing is sent until somebody says why."""
    shop.sync()
    before, writes = shop.prices(), shop.shops[TMALL].writes()
    shop.services.quote("ecos", CNY="188.00")
    shop.wait(days=2)
    plan = shop.plan()
    with pytest.raises(UnsafePlan, match="mass change"):
        shop.sync()
    refused = shop.shops[TMALL].writes()
    shop.sync(meant=True)
    (guard,) = plan.tripped

    assert "mass change" == guard.name
    assert "4 of 6" == guard.measured
    assert guard.hint.startswith("policy 'cn', stage 'guards', variants SBG-0")
    assert "storesync rates" in guard.hint
    assert writes == refused
    assert 5 == sum(before[sku] < price for sku, price in shop.prices().items())


def test_a_slipped_digit_holds_its_listing_and_not_the_others(shop: Merchant) -> None:
    """Ten times its category's median: what is live stays, the report says why, the other listing is repriced."""
    shop.edit("catalog/products.csv", "C-TON,", "C-SER,")
    shop.sync()
    before = shop.prices()
    shop.edit("catalog/variants.csv", ",32000,", ",3200000,")
    shop.edit("catalog/variants.csv", ",38000,", ",39500,")
    shop.edit("storesync.toml", 'price_swing = "0.30"', 'price_swing = "1"\noutlier = "10"')
    plan, _ = shop.sync()
    after = shop.prices()
    (held,) = plan.held

    assert "SBG-001" == held.key
    assert {"price.outlier"} == {issue.code for issue in held.issues}
    assert "policy 'cn', stage 'guards', variant SBG-001-30: it costs" in held.reason
    assert before["SBG-001-30"] == after["SBG-001-30"]
    assert {"SBG-001", *()} | {operation.key for operation in plan if operation.kind is Kind.PRICES} > {
        "SBG-001"
    }


def test_siblings_that_lie_too_far_apart_are_held_with_currency_and_place(shop: Merchant) -> None:
    """The platform's ratio: the message names both variants with their prices, and the file to change."""
    shop.edit("catalog/variants.csv", ",32000,", ",320000,")
    plan = shop.plan(SHOPEE)
    (issue,) = [issue for one in plan.held for issue in one.issues if issue.code == "price.ratio"]

    assert issue.message.startswith(
        "policy 'vn', stage 'guards', variants SBG-001-30, SBG-001-50: SBG-001-30 costs"
    )
    assert " VND" in issue.message
    assert issue.at.startswith("products.csv:")


def test_a_price_just_above_a_tax_line_warns_with_the_price_just_below(shop: Merchant) -> None:
    """The buyer would pay 23.06 % instead of 9.1 %: a warning, and the price is sent."""
    tax = 'tax = { mode = "buyer_pays", regime = "cn-cbec", measure = "content" }'
    shop.edit("prices.toml", 'fx_buffer = "0.02"\n', f'fx_buffer = "0.02"\n{tax}\n')
    shop.edit("catalog/variants.csv", ",32000,", ",47500,")
    plan, _ = shop.sync()
    said = [issue for issue in plan.warnings if issue.code == "price.tax_cliff"]

    assert [] != said
    assert all(issue.severity.value == "warning" for issue in said)
    assert Decimal("309.00") == shop.prices()["SBG-001-30"]


def test_an_included_tax_that_no_order_of_this_size_pays_holds_the_price(shop: Merchant) -> None:
    """What was live stays: over 5,000 yuan before tax the order pays another tax than the one in the price."""
    tax = 'tax = { mode = "included", on = "price", regime = "cn-cbec" }'
    shop.edit("prices.toml", 'fx_buffer = "0.02"\n', f'fx_buffer = "0.02"\n{tax}\n')
    shop.sync()
    before = shop.prices()
    shop.edit("catalog/variants.csv", ",32000,", ",932000,")
    plan, _ = shop.sync()
    (held,) = plan.held

    assert before == shop.prices()
    assert "stage 'tax', variant SBG-001-30" in held.reason
    assert "before tax, is over the limit of 5000.00 CNY for one order" in held.reason


def test_a_price_above_what_one_order_may_hold_warns(shop: Merchant) -> None:
    """China's 5,000 yuan for one order of cross-border retail: one piece may pass, at full duty."""
    tax = 'tax = { mode = "buyer_pays", regime = "cn-cbec", measure = "content" }'
    shop.edit("prices.toml", 'fx_buffer = "0.02"\n', f'fx_buffer = "0.02"\n{tax}\n')
    shop.edit("catalog/variants.csv", ",32000,", ",932000,")
    plan = shop.plan()
    (said,) = [issue for issue in plan.warnings if issue.code == "price.order_limit"]

    assert "5469.00 CNY is over the limit of 5000.00 CNY for one order" in said.message
    assert "policy 'cn', stage 'tax', variant SBG-001-30" in said.message


@pytest.mark.parametrize(
    "limit", ['price_swing = "30"', 'price_swing = "inf"', 'price_swing = "nan"', "price_swing = true"]
)
def test_a_limit_that_lets_everything_pass_is_refused(shop: Merchant, limit: str) -> None:
    """30 for 30 % would switch the guard off; a share lies between 0 and 1."""
    shop.edit("storesync.toml", 'price_swing = "0.30"', limit)
    with pytest.raises(ConfigError) as caught:
        shop.plan()
    (issue,) = caught.value.issues

    assert "no share from 0 to 1" in issue.message
    assert '20 % as "0.2"' in issue.hint
