"""The whole example as a merchant runs it: 80 lines, both shops, then silence; and the same in the new year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import Merchant, Said

from storesync.catalog.pictures import generate_images
from storesync.cli.example import write_example
from storesync.cli.story.emulators import ENVIRONMENT
from storesync.drivers.shopee import DRIVER as SHOPEE
from storesync.sandbox import Market
from storesync.sandbox.server import example_markets, serving

pytestmark = pytest.mark.slow
CHANNELS = ("tmall-cn", "shopee-vn")


@pytest.fixture
def shops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[list[str]], Said]
) -> Iterator[tuple[Merchant, dict[str, Market]]]:
    """The example, with pictures, and both emulated shops, empty."""
    folder = tmp_path / "shop"
    write_example(folder)
    generate_images(folder / "catalog", folder / "catalog" / "images")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    markets = example_markets()
    with serving(markets) as address:
        merchant = Merchant(folder, markets["tmall"][0], say)
        merchant.edit("storesync.toml", "http://127.0.0.1:8765/tmall", f"{address}/tmall")
        merchant.edit("storesync.toml", "http://127.0.0.1:8765/shopee", f"{address}/shopee")
        yield merchant, {"tmall-cn": markets["tmall"][0], "shopee-vn": markets["shopee"][0]}


def test_eighty_lines_are_accounted_for_on_both_shops_and_a_second_sync_is_silent(
    shops: tuple[Merchant, dict[str, Market]],
) -> None:
    """Created, not offered or held: none is forgotten; SBG-008 comes close to the dearest over cheapest of 5."""
    merchant, markets = shops
    planned = merchant("plan", "--json")

    assert 0 == planned.code
    for channel in CHANNELS:
        plan = planned.document["channels"][channel]
        created = [row["key"] for row in plan["operations"] if row["kind"] == "create"]
        not_offered = [row["key"] for row in plan["not_offered"]]
        assert (79, ["PDM-070"], []) == (len(set(created)), not_offered, plan["held"])
        assert 80 == plan["products"]

    first = merchant("sync", "--json")
    assert 0 == first.code
    for channel in CHANNELS:
        assert 79 == len(markets[channel].live())
        assert {} == markets[channel].duplicates()
    masks = sorted(sku.price for sku in markets["shopee-vn"].live("SBG-008")[0].skus.values())
    assert [Decimal(169_000), Decimal(809_000)] == masks
    ratio = SHOPEE.spec.price_ratio
    assert ratio is not None
    assert Decimal("4.7") < masks[1] / masks[0] <= ratio

    writes = {channel: markets[channel].writes() for channel in CHANNELS}
    second = merchant("sync", "--json")
    assert 0 == second.code
    assert writes == {channel: markets[channel].writes() for channel in CHANNELS}
    for channel in CHANNELS:
        assert (
            [] == merchant("plan", "--channel", channel, "--json").document["channels"][channel]["operations"]
        )


def test_in_the_new_year_vietnam_is_held_with_the_line_to_change_and_china_goes_on(
    shops: tuple[Merchant, dict[str, Market]],
) -> None:
    """Vietnam's reduced rate ends with 2026: an expired policy refuses, it never guesses."""
    merchant, _ = shops
    merchant.edit("storesync.toml", "today = 2026-11-23", "today = 2027-01-05")
    said = merchant("plan", "--json")
    vietnam, china = (said.document["channels"][name] for name in ("shopee-vn", "tmall-cn"))
    issues = [issue for held in vietnam["held"] for issue in held["issues"]]

    assert 2 == said.code
    assert (79, 0) == (len(vietnam["held"]), len(vietnam["operations"]))
    assert all("2026-12-31" in issue["message"] or "2026-12-31" in issue["hint"] for issue in issues)
    assert all("prices.toml" in issue["at"] or "prices.toml" in issue["hint"] for issue in issues)
    assert (0, 79) == (len(china["held"]), china["counts"]["create"])
