"""Limits of texts, pictures and prices, all at once; stock that nobody knows."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from tests.prepare.world import MAIN, SERUM, SERUMS, Quote, codes, driver, file, prepared, settings, tenth

import storesync.driver as sd
from storesync.issues import Issue, Severity
from storesync.model import Image, Limit, Money, Price

TITLE = "SEOLBITGAON 林下参玻尿酸保湿精华液"  # 23 characters, 45 bytes, 34 columns


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        (Limit(23), []),
        (Limit(22), ["check.text_long"]),
        (Limit(45, unit="bytes"), []),
        (Limit(44, unit="bytes"), ["check.text_long"]),
        (Limit(34, unit="columns"), []),
        (Limit(33, unit="columns"), ["check.text_long"]),
        (Limit(60, 24), ["check.text_short"]),
    ],
)
def test_a_title_is_measured_in_the_markets_unit(limit: Limit, found: list[str]) -> None:
    """The category's own limit goes before the platform's."""
    result = prepared(
        category=evolve(SERUMS, text={"title": limit}), driver=driver(spec_text={"title": Limit(1)})
    )

    assert found == codes(result)


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("description", ["SBG-001/texts/zh-Hans/description"]),
        ("point", ["SBG-001/texts/zh-Hans/points/0"]),
        ("brand", ["SBG-001/brand"]),
        ("key", ["SBG-001/key"]),
        ("axis", ["SBG-001/axes/용량/name"]),
        ("option", ["SBG-001/axes/용량/choices/30ml", "SBG-001/axes/용량/choices/50ml"]),
        ("sku", ["SBG-001/variants/SBG-001-30/sku", "SBG-001/variants/SBG-001-50/sku"]),
        ("p3", ["SBG-001/attributes/p3"]),
        ("attribute", ["SBG-001/attributes/p3"]),
    ],
)
def test_every_kind_of_text_may_have_a_limit(name: str, paths: list[str]) -> None:
    """Each finding has its own path; the market's own choices are not measured."""
    free = evolve(SERUMS, axes={}, text={})

    result = prepared(category=free, driver=driver(spec_text={name: Limit(1)}))

    assert paths == [issue.path for issue in result.issues]


def test_a_picture_without_a_file_is_a_finding() -> None:
    """What has no bytes cannot be sent."""
    result = prepared(evolve(SERUM, files={sha: f for sha, f in SERUM.files.items() if sha != MAIN}))

    assert ["image.no_file"] == codes(result)


@pytest.mark.parametrize(
    ("changes", "code"), [({"bytes": 2_001}, "image.too_large"), ({"type": "image/gif"}, "image.type")]
)
def test_a_picture_that_the_market_does_not_take_is_a_finding(changes: dict[str, Any], code: str) -> None:
    """Size and kind, with what would be taken."""
    result = prepared(evolve(SERUM, files={**SERUM.files, MAIN: file(MAIN, **changes)}))

    assert [code] == codes(result)


def test_surplus_pictures_stay_out_from_the_end() -> None:
    """A warning: the listing is poorer, not wrong."""
    more = tuple(Image(f"{n}" * 64, "gallery") for n in range(6))
    files = {**SERUM.files, **{image.sha256: file(image.sha256) for image in more}}

    result = prepared(evolve(SERUM, images=(SERUM.images[0], *more), files=files))

    assert [("image.too_many", Severity.WARNING)] == [(i.code, i.severity) for i in result.issues]
    assert result.listing is not None
    assert (SERUM.images[0], *more[:4]) == result.listing.images


def priced(amount: str, currency: str = "CNY", list_: str = "") -> Any:
    """A pricer that always says this."""
    price = Price(Money(amount, currency), Money(list_, currency) if list_ else None)
    return lambda **_: Quote(price=price)


@pytest.mark.parametrize(
    ("pricer", "code"),
    [
        (priced("0.99"), "price.range"),
        (priced("100000.01"), "price.range"),
        (priced("10", list_="100001"), "price.range"),
        (priced("10.005"), "price.digits"),
        (priced("10", "EUR"), "price.currency"),
    ],
)
def test_a_price_that_the_market_does_not_take_is_a_finding(pricer: Any, code: str) -> None:
    """For each variant, by its own path."""
    result = prepared(pricer=pricer)

    assert [code, code] == codes(result)
    assert "SBG-001/variants/SBG-001-30/prices/CN" == result.issues[0].path


def test_a_price_at_the_limit_passes() -> None:
    """Five times as much is allowed where the limit is five."""
    result = prepared(
        pricer=lambda **asked: Quote(
            price=Price(Money("500" if asked["sku"].endswith("50") else "100", "CNY"))
        ),
        driver=driver(spec_price_ratio=Decimal(5)),
    )

    assert [] == codes(result)


def test_unknown_stock_is_never_zero() -> None:
    """An empty cell holds the listing; a zero is a fact."""
    sku = "SBG-001-50"
    unknown = evolve(SERUM, supply={**SERUM.supply, sku: evolve(SERUM.supply[sku], stock=None)})
    none = evolve(SERUM, supply={**SERUM.supply, sku: evolve(SERUM.supply[sku], stock=0)})

    held, sold_out = prepared(unknown), prepared(none)

    assert [("stock.unknown", "SBG-001/variants/SBG-001-50/stock")] == [(i.code, i.path) for i in held.issues]
    assert {"SBG-001-30"} == set(held.offers)
    assert [] == codes(sold_out)
    assert 0 == sold_out.offers[sku].stock


def test_a_price_that_pricing_holds_holds_the_listing() -> None:
    """Its findings are kept as they are, under their own path."""
    expired = Issue("price.rate_expired", "SBG-001/variants/SBG-001-30/price", "too old")

    def pricer(**asked: Any) -> Any:
        return (
            Quote(price=None, issues=(expired,), held=True) if asked["sku"].endswith("30") else tenth(**asked)
        )

    result = prepared(pricer=pricer)

    assert [("price.rate_expired", expired.path)] == [(i.code, i.path) for i in result.issues]
    assert {"SBG-001-50"} == set(result.offers)
    assert {"SBG-001-30", "SBG-001-50"} == set(result.traces)


def test_a_market_without_a_policy_names_the_line_to_add() -> None:
    """Once, not for every variant."""
    result = prepared(settings=settings(policies={}))

    assert [("price.no_policy", "SBG-001/prices/CN")] == [(i.code, i.path) for i in result.issues]
    assert 'add [channels.tmall-cn] price = "<policy>"' == result.issues[0].hint


def test_an_environment_may_have_other_limits_of_pace_only() -> None:
    """The sandbox's conditions change no rule of a document."""
    spec = {"spec_environments": {"sandbox": sd.Conditions(quotas={"default": (sd.Quota(50),)})}}

    assert prepared().content == prepared(driver=driver(**spec)).content
