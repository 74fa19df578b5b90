"""Six makers' catalogs with the translations of careful people: every product is ready for both markets."""

import csv
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Merchant

DATA = Path(__file__).parent.parent / "data" / "careful"
# What a market asks for by class; hats and towels need nothing.
ASKED = {
    "CN": {"ordinary": ("filing", "label", "efficacy"), "food-general": ("producer", "label")},
    "VN": {"cosmetic": ("notification", "label"), "food": ("label",)},
}


def products() -> list[dict[str, str]]:
    """The products of all makers."""
    return list(csv.DictReader((DATA / "products.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def makers(merchant: Merchant) -> Merchant:
    """The makers' tables in place of the example's, with every number that the markets ask for on file."""
    for table in DATA.glob("*.csv"):
        shutil.copy(table, merchant.folder / "catalog" / table.name)
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", "# evidence =", "evidence =")
    rows = ["product,market,kind,reference,covers,expires_on"]
    rows += [
        f"{row['product_code']},{market},{kind},REF-2026-{row['product_code']},,"
        for row in products()
        for market, kinds in ASKED.items()
        for kind in kinds.get(row[f"{market.lower()}_class"], ())
    ]
    (merchant.folder / "evidence.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return merchant


@pytest.mark.parametrize("market", ASKED)
def test_nothing_of_a_careful_catalog_is_held(makers: Merchant, market: str) -> None:
    """Cosmetics, farm and sea food, household goods and textiles, through claims, labels, facts and gates."""
    said = makers("check", "--market", market, "--all", "--json")

    (found,) = said.document["markets"].values()
    errors = [
        f"{one['key']} {issue['code']} {issue['message']}" for one in found["held"] for issue in one["issues"]
    ]
    assert [] == errors
    assert (0, len(products())) == (said.code, found["ready"])


@pytest.mark.parametrize(
    ("column", "before", "after", "code"),
    [
        ("title", "2罐", "2盒", "text.units"),
        ("short_description", "250千卡", "250千焦", "text.units"),
        ("attributes_json", "含有大豆及小麦", "含有大豆及核桃", "text.fact_missing"),
        ("attributes_json", "泛醇、甜菜碱", "泛醇、氢醌", "text.fact_strange"),
        ("title", "DAM 柿饼", "柿饼", "text.brand_kept"),
        ("short_description", "轻便可折叠的帽子", "顶级的帽子", "claim.block"),
    ],
)
def test_what_is_wrong_in_it_is_held(
    makers: Merchant, column: str, before: str, after: str, code: str
) -> None:
    """The same judge, and one word changed."""
    table = makers.folder / "catalog" / "translations.csv"
    text = table.read_text("utf-8")
    assert before in text
    table.write_text(text.replace(before, after), encoding="utf-8")

    said = makers("check", "--market", "CN", "--json")

    (found,) = said.document["markets"].values()
    assert code in {issue["code"] for one in found["held"] for issue in one["issues"]}
    assert 2 == said.code
