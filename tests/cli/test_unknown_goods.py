"""Goods of which nobody knows what they are, or what is in them, do not reach a shop under its rules."""

import csv
from pathlib import Path

import pytest
from tests.cli.conftest import Merchant


@pytest.fixture
def ruled(merchant: Merchant) -> Merchant:
    """A shop under China's rules; SBG-001 has its label and its studies on file, and no number."""
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", "# evidence =", "evidence =")
    table = merchant.folder / "evidence.csv"
    rows = table.read_text("utf-8").splitlines(True)
    table.write_text("".join(row for row in rows if not row.startswith("SBG-001,CN,filing")), "utf-8")
    return merchant


def cells(merchant: Merchant, key: str = "SBG-001", **given: str) -> int:
    """Change cells of one product; the line that it stands on."""
    file: Path = merchant.folder / "catalog" / "products.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    line = next(number for number, row in enumerate(rows, 2) if row["product_code"] == key)
    rows[line - 2].update(given)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return line


def filed(merchant: Merchant) -> None:
    """Its number is on file after all."""
    table = merchant.folder / "evidence.csv"
    table.write_text(table.read_text("utf-8") + "SBG-001,CN,filing,2025-F-1,,\n", "utf-8")


def told(merchant: Merchant, code: str) -> dict[str, str]:
    """The one finding of this code about SBG-001 that `check --market CN` tells."""
    said = merchant("check", "--market", "CN", "--json")
    assert 2 == said.code, said.err
    (held,) = [one for one in said.document["markets"]["CN"]["held"] if one["key"] == "SBG-001"]
    (issue,) = [one for one in held["issues"] if one["code"] == code]
    return dict(issue)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"cn_class": "special"}, "claim.registration", "needs a registration"),
        ({"cn_class": "Special"}, "claim.registration", "needs a registration"),
        ({"cn_class": "speical"}, "claim.class", "did you mean 'special'?"),
        ({"cn_class": "sunscreen"}, "claim.class", "known are food-general"),
        ({"cn_class": ""}, "claim.filing", "needs a filing number"),
        ({"cn_class": "food-general"}, "claim.kind_conflict", "says food, but HS 330499 and its"),
        (
            {"cn_class": "", "hs_code6": "", "ingredients_inci": ""},
            "claim.kind_unknown",
            "cn_class: ordinary, special",
        ),
        ({"cn_class": "", "hs_code6": "392690"}, "claim.kind_conflict", "HS 392690 says neither"),
        ({"cn_class": "other", "hs_code6": ""}, "claim.kind_conflict", "INCI names"),
    ],
)
def test_a_cosmetic_is_not_taken_out_of_its_rules_by_a_cell(
    ruled: Merchant, given: dict[str, str], code: str, words: str
) -> None:
    """The shop never saw it, and the finding stands at its line with a way out."""
    line = cells(ruled, **given)

    said = told(ruled, code)
    synced = ruled("sync")

    assert 2 == synced.code
    assert {"SBG-002", "SBG-008", "GGT-080"} == {one.key for one in ruled.market.live()}
    assert f"products.csv:{line}" == said["at"]
    assert words in f"{said['message']} {said['hint']}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ingredients_ko": "", "ingredients_inci": ""}, "without a list of ingredients"),
        ({"ingredients_ko": "정제수; 미승인신물질추출물"}, "미승인신물질추출물 is not confirmed"),
        (
            {"ingredients_inci": "Water; Novel Extract", "ingredients_ko": ""},
            "Novel Extract is not confirmed",
        ),
    ],
)
def test_a_cosmetic_of_unknown_ingredients_is_held(
    ruled: Merchant, given: dict[str, str], words: str
) -> None:
    """Empty lists are no lists, and neither stands in for the other."""
    filed(ruled)
    assert 0 == ruled("check", "--market", "CN").code

    cells(ruled, **given)

    said = ruled("check", "--market", "CN", "--all")
    assert 2 == said.code
    assert words in said.out + said.err
    assert 2 == ruled("sync").code
    assert "SBG-001" not in {one.key for one in ruled.market.live()}


def test_with_its_cells_right_and_its_number_on_file_it_goes(ruled: Merchant) -> None:
    """The judge above can say yes."""
    filed(ruled)
    cells(ruled, cn_class=" Ordinary")

    assert 0 == ruled("sync").code
    assert "SBG-001" in {one.key for one in ruled.market.live()}
