"""One SKU, opened, as `storesync explain` shows it."""

from __future__ import annotations

import json
from io import StringIO

from rich.console import Console
from tests.pricing.golden import policy, priced, product

from storesync.engine.status import Explained
from storesync.model import dumps
from storesync.pricing import Policy, Tax
from storesync.report.price_view import explained_view


def explained(by: Policy, width: int = 160) -> str:
    """What a terminal shows of 32,000 won under this policy, from the JSON that the state keeps."""
    trace = json.loads(dumps(priced(product(32000), by).trace.document()))
    shown = Explained(
        channel="shopee-vn",
        key="P-1",
        sku="V-1",
        title="Serum",
        status="live",
        listing="1",
        want=None,
        have=None,
        prices={"VN": trace},
        texts={},
        held="",
        operations=(),
    )
    console = Console(width=width, file=StringIO())
    with console.capture() as said:
        console.print(explained_view(shown))
    return said.get()


def test_an_estimate_shows_what_it_is_made_of() -> None:
    """Each figure with its value, confidence, source and days, under words that say what an estimate is."""
    told = explained(policy("VND", tax=Tax(mode="included", regime="vn-import", agreement="akfta")))

    for part in (
        "estimate, no advice [D]: Vietnam import (AKFTA), in the price: on 629,921 ₫ duty 31,496 ₫, VAT 52,913 ₫",
        "[D]  duty_akfta   0.05  Decree 119/2022 as amended by Decree 81/2024, schedule of 2022-2027, since 2024-07-04",
        "vat_reduced  0.08  Decree 174/2025 under Resolution 204/2025, since 2025-07-01, until 2026-12-31",
    ):
        assert part in told


def test_a_price_without_a_regime_estimates_nothing() -> None:
    """The merchant's own figures stand in the stage; nothing is added to them."""
    told = explained(policy("VND", tax=Tax(mode="included", duty="0", vat="0.10")))

    assert "included: duty 0 %, VAT 10 %" in told
    assert "estimate" not in told
