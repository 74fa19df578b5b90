"""The host's decimal context: whatever a service that embeds storesync set it to, nothing that is made is another."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engine.exchange import SHOPEE, TMALL, merchant

HOSTS = {
    "three digits, up": decimal.Context(prec=3, rounding=decimal.ROUND_UP),
    "inexact traps": decimal.Context(prec=9, traps=[decimal.Inexact, decimal.Rounded]),
}
FREIGHT = 'freight = [{ up_to_g = 1004, amount = "4500" }, { amount = "9500" }]'
RATES = """
[rates.sources.static]
kind = "live"
as_of = 2026-11-23
quotes = { KRW_per_CNY = "200.7137", KRW_per_100VND = "5.0813" }
"""


@pytest.fixture
def plain() -> Iterator[None]:
    """Whatever a test did to it, the context is as it was."""
    before = decimal.getcontext()
    yield
    decimal.setcontext(before)


def told(folder: Path, host: decimal.Context) -> list[Any]:
    """Everything that two shops say and show over a first run, a new markup, a look and an explanation."""
    with merchant(folder, rates=RATES) as shop:
        shop.edit(
            "prices.toml",
            'addons = [{ name = "international freight and packing", amount = "4500" }]',
            FREIGHT,
        )
        shop.edit("catalog/variants.csv", ",32000,36000,9000,120,", ",32450,36000,9000,1004,")
        decimal.setcontext(host.copy())
        found: list[Any] = []
        for channel in (TMALL, SHOPEE):
            found.append(str(shop.sync(channel)[0]))
            shop.edit("prices.toml", 'markup = "0.1', 'markup = "0.2')
            found.append(str(shop.sync(channel, meant=True)[0]))
            found.append({sku: str(price) for sku, price in shop.prices(channel).items()})
            found.append(shop.traces(channel))
            found.append([str(one) for one in shop.run(lambda shops, name=channel: shops.observe(name))])
            found.append([str(guard) for guard in shop.plan(channel).guards])
        found.append(str(shop.run(lambda shops: shops.rates())))
        return found


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("host", HOSTS)
def test_the_host_s_decimal_context_has_no_say_in_a_whole_run(tmp_path: Path, host: str) -> None:
    """Catalog, weights, prices, guards, wire and explanation are the same, and nothing traps."""
    usual = told(tmp_path / "usual", decimal.DefaultContext)

    assert usual == told(tmp_path / "host", HOSTS[host])
