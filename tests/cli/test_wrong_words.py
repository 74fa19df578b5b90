"""A translation that says other things than its source, or what must not be said, does not reach a shop."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Merchant
from tests.cli.test_translating import planned

TITLE = "SEOLBITGAON 林下参玻尿酸保湿精华液"
SOURCE = "설빛가온 산양삼 히알루론 보습 세럼"


@pytest.fixture
def ruled(merchant: Merchant) -> Merchant:
    """A shop under China's rules with the example's evidence."""
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", "# evidence =", "evidence =")
    return merchant


def change(merchant: Merchant, table: str, wanted: Callable[[dict[str, str]], bool], **cells: str) -> None:
    """Change cells of the rows that are wanted."""
    file: Path = merchant.folder / "catalog" / table
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in filter(wanted, rows):
        row.update(cells)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def source(merchant: Merchant, **cells: str) -> None:
    """Other Korean words of SBG-001."""
    change(merchant, "products.csv", lambda row: row["product_code"] == "SBG-001", **cells)


def chinese(merchant: Merchant, **cells: str) -> None:
    """Other Chinese words of it."""
    wanted = ("SBG-001", "zh-Hans")
    change(merchant, "translations.csv", lambda row: (row["product_code"], row["locale"]) == wanted, **cells)


def attribute(merchant: Merchant, name: str, value: str) -> None:
    """Another Chinese attribute of it."""
    with (merchant.folder / "catalog" / "translations.csv").open(encoding="utf-8", newline="") as opened:
        row = next(row for row in csv.DictReader(opened) if row["product_code"] == "SBG-001")
    chinese(merchant, attributes_json=json.dumps({**json.loads(row["attributes_json"]), name: value}))


def held(merchant: Merchant) -> dict[str, dict[str, Any]]:
    """What holds SBG-001 after a sync, by code; it is not in the shop, and the others are."""
    said = merchant("sync", "--json")
    assert 2 == said.code, said.err
    assert {"SBG-002", "SBG-008", "GGT-080"} == {one.key for one in merchant.market.live()}
    (channel,) = said.document["channels"].values()
    (one,) = [one for one in channel["plan"]["held"] if one["key"] == "SBG-001"]
    return {issue["code"]: issue for issue in one["issues"]}


@pytest.mark.parametrize(
    ("korean", "title", "code"),
    [
        (f"{SOURCE} SPF50", f"{TITLE} 50", "text.protection"),
        (SOURCE, f"{TITLE} PA++++", "text.protection"),
        (f"{{{{ name }}}} 님 {SOURCE}", TITLE, "text.placeholders"),
        (f"%i {SOURCE}", TITLE, "text.placeholders"),
        (f"{SOURCE} 10매", f"{TITLE} 10盒", "text.units"),
        (f"{SOURCE} 3호", f"{TITLE} 3支", "text.units"),
        (f"{SOURCE} 2배", f"{TITLE} 十二倍", "text.numbers"),
        (f"No.1 {SOURCE}", "SEOLBITGAON No.1林下参玻尿酸保湿精华液", "claim.block"),
        (SOURCE, f"{TITLE}药★妆", "claim.block"),
        (SOURCE, "SEOLBITGAON 林下参顶“级”玻尿酸保湿精华液", "claim.block"),
        (SOURCE, f"{TITLE}药😀妆", "claim.block"),
        (f"{SOURCE} 동해", f"{TITLE}东·海", "text.glossary"),
    ],
)
def test_a_title_that_says_something_else_is_held(
    ruled: Merchant, korean: str, title: str, code: str
) -> None:
    """By the finding that is meant for it, at the line of the translation."""
    source(ruled, name_ko=korean)
    chinese(ruled, title=title)

    issue = held(ruled)[code]

    assert issue["at"].startswith("translations.csv:")
    assert issue["hint"]


def test_a_minus_that_is_lost_is_held(ruled: Merchant) -> None:
    """Below zero is not above it."""
    source(ruled, storage_ko="-18℃ 이하 냉동 보관")
    attribute(ruled, "储存方式", "18℃以下冷冻保存")

    issue = held(ruled)["text.numbers"]

    assert "'-18°C' of the source became '18°C'" in issue["message"]


def test_a_text_whose_source_is_empty_is_looked_at(ruled: Merchant) -> None:
    """Traditional, a word that is never right for a product that speaks of 미역, and a number of nobody."""
    source(ruled, short_description_ko="", description_ko="", storage_ko="동해 미역 옆 보관")
    chinese(ruled, short_description="添加999ml海带的東海保濕精華")

    found = held(ruled)

    assert {"text.simplified", "text.glossary"} <= found.keys()
    assert "which no source text tells" in found["text.simplified"]["message"]


def test_numbers_in_words_that_the_source_does_not_have_are_told(ruled: Merchant) -> None:
    """For a person to look at."""
    chinese(ruled, title="SEOLBITGAON 十倍林下参玻尿酸保湿精华液")

    _, plan = planned(ruled)

    warnings = [one for one in plan["warnings"] if one["code"] == "text.numbers"]
    assert ["'十倍' is not in the source"] == [one["message"].rpartition(": ")[2] for one in warnings]


def test_amounts_that_are_the_same_pass(ruled: Merchant) -> None:
    """The judge above can say yes."""
    source(ruled, name_ko=f"{SOURCE} 10매 2배", storage_ko="-18℃ 이하 냉동 보관")
    chinese(ruled, title=f"{TITLE} 10片 两倍")
    attribute(ruled, "储存方式", "零下18度以下冷冻保存")

    assert 0 == ruled("sync").code
    assert "SBG-001" in {one.key for one in ruled.market.live()}
