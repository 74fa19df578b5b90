"""The worked cases P01-P30 as test data, and the values they are priced with."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from storesync.model import Brand, Copy, Market, Money, NetContent, Product, Supply, Variant
from storesync.pricing import Ending, Fee, Policy, Priced, Rate, Snapshot, policies_from, price
from storesync.pricing.policy import AddOn

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 11, 23)
AS_OF = date(2026, 11, 20)
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((DATA / "golden" / "pricing-cases.json").read_text("utf-8"))["cases"]
}
MARKETS = {
    "CNY": Market("CN", ("zh-Hans",), "CNY"),
    "VND": Market("VN", ("vi",), "VND"),
    "JPY": Market("JP", ("ja",), "JPY"),
    "USD": Market("US", ("en",), "USD"),
    "IDR": Market("ID", ("id",), "IDR"),
    "TWD": Market("TW", ("zh-Hant",), "TWD"),
}
# KRW for one unit: the case file's fixture rates, per-100 quotes divided.
KRW_PER = {
    "CNY": "200.71",
    "JPY": "8.4913",
    "USD": "1335.30",
    "VND": "0.0508",
    "IDR": "0.0736",
    "TWD": "42.10",
}


def fixture(**krw_per: str) -> Snapshot:
    """Invented rates, as the case file has them unless told otherwise."""
    return Snapshot(
        kind="fixture",
        rates=tuple(
            Rate(base=base, quote="KRW", value=value, observed=AS_OF, source="golden")
            for base, value in {**KRW_PER, **krw_per}.items()
        ),
    )


def product(
    krw: int | str | None,
    *,
    list_krw: int | None = None,
    cost: int | None = None,
    content: str | None = "30",
    pieces: int = 1,
    hs: str = "330499",
    weight: int = 120,
) -> Product:
    """One product with one variant, V-1."""
    return Product(
        key="P-1",
        text=Copy("세럼"),
        brand=Brand(code="SBG", name="설빛가온"),
        category="C-SER",
        hs=hs,
        variants=(
            Variant(
                "V-1",
                weight_g=weight,
                net_content=None if content is None else NetContent(Decimal(content), "ml"),
                pieces=pieces,
            ),
        ),
        supply={
            "V-1": Supply(
                sku="V-1",
                price=None if krw is None else Money(krw, "KRW"),
                list_price=None if list_krw is None else Money(list_krw, "KRW"),
                cost=None if cost is None else Money(cost, "KRW"),
            )
        },
    )


def policy(currency: str, **fields: Any) -> Policy:
    """A policy from the shorthand of the case file: markup, addons, fees and ending as text."""
    made: dict[str, Any] = {"name": currency.lower(), "currency": currency}
    if "addons" in fields:
        fields["addons"] = (AddOn("add-ons", Decimal(fields["addons"])),)
    if "fees" in fields:
        fields["fees"] = tuple(Fee(name=f"fee {n}", rate=rate) for n, rate in enumerate(fields["fees"]))
    return Policy(**made, **fields)


def p02(**fields: Any) -> Policy:
    """The policy of P02."""
    return policy(
        "CNY",
        **{
            "source_vat": "0.10",
            "markup": "0.15",
            "addons": "4500",
            "fx_buffer": "0.02",
            "fees": ("0.05", "0.01", "0.03"),
            "ending": Ending("10", ["9"]),
            **fields,
        },
    )


def priced(subject: Product, by: Policy, rates: Snapshot | None = None, **more: Any) -> Priced:
    """The variant V-1 priced on the market of the policy's currency."""
    return price(
        product=subject,
        sku="V-1",
        market=MARKETS[by.currency],
        policy=by,
        rates=rates or fixture(),
        environment="sandbox",
        **{"today": TODAY, **more},
    )


def sale(result: Priced) -> str:
    """The sale price's digits; fails with the findings where there is no price."""
    assert result.price is not None, [str(issue) for issue in result.issues]
    return str(result.price.sale.amount)


def stages(result: Priced, *, listed: bool = False) -> dict[str, str]:
    """Each stage's amount to six places, under the case file's names."""
    names = {
        "source vat": "net_krw",
        "markup": "after_markup",
        "add-ons": "after_krw_addons",
        "convert": "converted",
        "fx buffer": "after_fx_buffer",
        "tax": "after_dest_taxes",
        "fees": "gross_up",
    }
    steps = result.trace.list_steps if listed else result.trace.steps
    return {
        names[step.stage]: f"{step.after.amount:.6f}"
        for step in steps
        if step.stage in names and step.after is not None
    }


def example() -> dict[str, Any]:
    """The example configuration's tables."""
    return tomllib.loads((DATA / "pricing" / "example-prices.toml").read_text("utf-8"))


def example_policies() -> dict[str, Any]:
    """The example's policy books."""
    books, issues = policies_from(example()["prices"], at="storesync.toml")
    assert not len(issues), [str(issue) for issue in issues]
    return dict(books)
