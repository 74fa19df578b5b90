"""The host's decimal context: whatever a service that embeds storesync set it to, nothing that is made is another."""

from __future__ import annotations

import decimal
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType
from tests.engine.exchange import SHOPEE, TMALL, merchant

from storesync.report.plan_page import plan_page
from storesync.report.plan_view import plan_view
from storesync.report.price_view import explained_view
from storesync.report.rate_view import rates_view
from storesync.report.run_view import run_view
from storesync.report.status_view import status_view

HOSTS = {
    "three digits, up": decimal.Context(prec=3, rounding=decimal.ROUND_UP),
    "three digits, and whatever is cut raises": decimal.Context(
        prec=3, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation, decimal.InvalidOperation]
    ),
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


def printed(view: RenderableType) -> str:
    """As a terminal shows it."""
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(view)
    return console.export_text()


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
            made, report = shop.sync(channel, meant=True)
            found += [str(made), printed(plan_view(made)), plan_page([made]), printed(run_view(report))]
            found.append(printed(status_view(shop.run(lambda shops, name=channel: shops.status(name)))))
            explained = shop.run(lambda shops, name=channel: shops.explain(name, "SBG-001-30"))
            found.append(printed(explained_view(explained)))
            found.append({sku: str(price) for sku, price in shop.prices(channel).items()})
            found.append([str(listing) for listing in shop.shops[channel].alive()])
            found.append(shop.traces(channel))
            found.append([str(one) for one in shop.run(lambda shops, name=channel: shops.observe(name))])
            found.append([str(guard) for guard in shop.plan(channel).guards])
        found.append(printed(rates_view(shop.run(lambda shops: shops.rates()))))
        return found


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("host", HOSTS)
def test_the_host_s_decimal_context_has_no_say_in_a_whole_run(tmp_path: Path, host: str) -> None:
    """Catalog, weights, prices, guards, wire and explanation are the same, and nothing traps."""
    usual = told(tmp_path / "usual", decimal.DefaultContext)

    assert usual == told(tmp_path / "host", HOSTS[host])
