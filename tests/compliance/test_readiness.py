"""Numbers and labels: what each kind of goods needs in each market, told field by field."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.compliance.test_example import rules
from tests.prepare import example
from tests.prepare.test_example import on_paper

from storesync.compliance import Evidence, check_readiness
from storesync.issues import Severity
from storesync.localization import facts_of, told_facts
from storesync.model import Product

TODAY = date(2026, 11, 23)
SHOP = {"CN": "zh-Hans", "VN": "vi"}


def told(product: Product, market: str) -> frozenset[str]:
    """What the tables and a title tell in the market's language."""
    facts = facts_of(product, example.reference(), SHOP[market])
    return told_facts(product, "a title", facts, SHOP[market])


def found(key: str, market: str, *evidence: Evidence, silent: bool = False) -> dict[str, Any]:
    """The findings about one product with this evidence only, by code."""
    product = example.products()[key]
    issues = check_readiness(
        product,
        compliance=rules(market, evidence=evidence),
        market=market,
        today=TODAY,
        told=frozenset() if silent else told(product, market),
    )
    return {issue.code: issue for issue in issues}


@pytest.mark.parametrize(
    ("key", "market", "code", "severity"),
    [
        ("SBG-001", "CN", "claim.filing", Severity.ERROR),
        ("SBG-011", "CN", "claim.registration", Severity.ERROR),
        ("SBG-001", "VN", "claim.notification", Severity.ERROR),
        ("GGT-077", "CN", "claim.producer", Severity.ERROR),
        ("GGT-074", "CN", "claim.producer", Severity.WARNING),
        ("GGT-076", "CN", "claim.restricted", Severity.ERROR),
    ],
)
def test_each_kind_of_goods_needs_its_number(key: str, market: str, code: str, severity: Severity) -> None:
    """Filing, registration, notification, the producer's GACC number, approval; the hint has the row to add."""
    issue = found(key, market)[code]

    assert severity is issue.severity
    assert f"add {key},{market}," in issue.hint


@pytest.mark.parametrize(
    ("key", "market", "lacks", "filled"),
    [
        (
            "SBG-001",
            "CN",
            ("境内责任人名称地址", "使用方法", "安全警示用语", "产品执行标准编号"),
            ("产品中文名称", "全成分", "净含量", "使用期限", "特殊化妆品注册证编号"),
        ),
        ("SBG-011", "CN", ("特殊化妆品注册证编号",), ("全成分",)),
        ("MBY-047", "CN", ("全成分",), ("产品中文名称",)),
        (
            "PDM-061",
            "CN",
            ("境内代理商/进口商/经销商名称地址联系方式", "营养成分表(GB 28050)"),
            ("食品名称", "配料表", "贮存条件", "原产国（地区）", "致敏物质(GB 7718-2025)"),
        ),
        (
            "SBG-001",
            "VN",
            ("cảnh báo an toàn", "số lô", "tổ chức/cá nhân chịu trách nhiệm đưa ra thị trường"),
            ("thành phần đầy đủ (INCI)", "nước sản xuất", "định lượng"),
        ),
        (
            "PDM-061",
            "VN",
            ("tổ chức/cá nhân chịu trách nhiệm về hàng hóa",),
            ("thành phần", "thông tin cảnh báo, chất gây dị ứng", "xuất xứ hàng hóa"),
        ),
    ],
)
def test_a_label_is_told_by_the_fields_that_it_lacks(
    key: str, market: str, lacks: tuple[str, ...], filled: tuple[str, ...]
) -> None:
    """What the catalog tells in the market's language is on the label; the rest must be shown."""
    said = found(key, market)["claim.label"].message.partition(" lacks ")[2].split(", ")

    assert all(any(part.startswith(field[:8]) for part in said) for field in lacks)
    assert not [field for field in filled if field in said]


def test_a_fact_that_no_table_says_in_the_markets_language_is_lacking() -> None:
    """Korean ingredients are no Chinese label."""
    said = found("SBG-001", "CN", silent=True)["claim.label"].message

    for field in ("产品中文名称", "全成分", "净含量", "使用期限"):
        assert field in said


def test_evidence_shows_a_whole_label_or_some_of_its_fields() -> None:
    """And ends on its day."""
    part = Evidence(product="SBG-001", market="CN", kind="label", reference="L-1", covers=("使用方法",))
    whole = evolve(part, covers=())
    ended = evolve(whole, expires_on=date(2026, 1, 1))

    assert "使用方法" not in found("SBG-001", "CN", part)["claim.label"].message
    assert "安全警示用语" in found("SBG-001", "CN", part)["claim.label"].message
    assert "claim.label" not in found("SBG-001", "CN", whole)
    assert "L-1 ended on 2026-01-01" in found("SBG-001", "CN", ended)["claim.label"].message


def test_a_listing_is_measured_by_the_texts_that_it_shows() -> None:
    """The same rules where a channel prepares it: without its Chinese ingredients the label lacks them."""
    given = example.settings("tmall", example.CN, compliance=rules("CN", evidence=()))
    reference = given.reference
    text = reference.texts["SBG-001"]["zh-Hans"]
    bare = evolve(text, attributes={k: v for k, v in text.attributes.items() if k != "成分"})
    without = evolve(reference, texts={"SBG-001": {"zh-Hans": bare}})

    shown = on_paper("SBG-001", given)
    hidden = on_paper("SBG-001", evolve(given, reference=without))

    said = [
        [issue.message for issue in result.issues if issue.code == "claim.label"]
        for result in (shown, hidden)
    ]
    assert "全成分" not in said[0][0]
    assert "全成分" in said[1][0]
