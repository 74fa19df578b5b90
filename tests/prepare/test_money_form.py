"""What the trace says of the wire is what the driver puts on it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.exchange import SHOPEE, TMALL, merchant

import storesync.driver as sd
from storesync.drivers.shopee import shopee
from storesync.drivers.shopee.region import REGIONS, amount
from storesync.drivers.tmall import DRIVER
from storesync.drivers.tmall.call import yuan
from storesync.issues import Severity
from storesync.model import Market, Money, Offer, Price
from storesync.pricing import Codec

AMOUNTS = ("219.00", "0.01", "20.50", "939000", "1")


def offer(money: Money, market: str) -> Offer:
    """One variant at this price."""
    return Offer("A", {market: Price(money)}, 1)


@pytest.mark.parametrize("text", AMOUNTS)
@pytest.mark.parametrize("code", ["CN", *REGIONS])
def test_a_driver_writes_money_in_the_form_that_its_spec_names(code: str, text: str) -> None:
    """Else `explain` would show what nobody sends."""
    wire: Any
    driver: sd.Driver[Any, Any] = DRIVER if code == "CN" else shopee(code)
    ((currency, digits),) = driver.spec.currencies.items()
    money = Money(text, currency)
    if not digits and money.amount != money.amount.to_integral_value():
        pytest.skip("no price of this market")
    market = Market(code, ("en",), currency)
    wire = yuan(offer(money, code)) if code == "CN" else amount(offer(money, code), market)
    shown = Codec(driver.spec.money).encode(money)

    assert wire == shown
    assert isinstance(wire, str) == isinstance(shown, str)


@pytest.mark.parametrize(("channel", "shown"), [(TMALL, "yuan: '{}.00'"), (SHOPEE, "number: {}")])
def test_explain_shows_what_the_market_got(tmp_path: Any, channel: str, shown: str) -> None:
    """The last step of the trace against the listing of the emulated market."""
    with merchant(tmp_path) as shop:
        shop.sync(channel)
        explained = shop.run(lambda shops: shops.explain(channel, "SBG-001-30"))
        (trace,) = explained.prices.values()
        live = shop.prices(channel)["SBG-001-30"]

        assert "codec" == trace["steps"][-1]["stage"]
        assert shown.format(int(live)) == trace["steps"][-1]["detail"]


def test_a_crossed_out_price_that_nobody_sends_is_told(tmp_path: Any) -> None:
    """The Tmall driver has no such field; without compare_at there is nothing to tell."""
    with merchant(tmp_path) as shop:
        before = shop.run(lambda shops: shops.check(TMALL)).issues
        shop.edit("prices.toml", 'fx_buffer = "0.02"\n', 'fx_buffer = "0.02"\ncompare_at = "list"\n')
        after = shop.run(lambda shops: shops.check(TMALL)).issues
        (issue,) = set(after) - set(before)

        assert ("price.compare_at_unsent", Severity.WARNING) == (issue.code, issue.severity)
        assert "the Tmall driver sends no crossed-out price" in issue.message


def test_a_crossed_out_price_that_nobody_sends_is_in_no_plan_and_not_acknowledged(tmp_path: Any) -> None:
    """The plan warns as `check` does; `was 239.00` would be a price that the shop never got."""
    with merchant(tmp_path) as shop:
        shop.edit("prices.toml", 'fx_buffer = "0.02"\n', 'fx_buffer = "0.02"\ncompare_at = "list"\n')
        made, report = shop.sync(TMALL)
        report.raise_for_faults()
        explained = shop.run(lambda shops: shops.explain(TMALL, "SBG-001-30"))
        assert explained is not None
        assert explained.want is not None
        assert explained.have is not None

        assert ["price.compare_at_unsent"] == [
            issue.code for issue in made.warnings if issue.code.startswith("price.compare_at")
        ]
        assert "(was " not in str(made)
        assert [None, None] == [one.price.list for one in (explained.want, explained.have)]
