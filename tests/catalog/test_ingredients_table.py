"""The table of ingredients: by their Korean names, by their INCI ones, or both."""

from pathlib import Path

from storesync.catalog import read_reference


def test_a_row_needs_one_name_of_its_ingredient(tmp_path: Path) -> None:
    """A catalog with INCI lists only has no Korean names to give; letter case is none of the name."""
    table = "inci,zh_Hans\nWater,水\nGlycerin,甘油|丙三醇\n,汞\n"
    (tmp_path / "ingredients.csv").write_text(table, encoding="utf-8")

    reference, issues = read_reference(tmp_path)

    assert ["水", "甘油|丙三醇"] == [reference.ingredient(name)["zh-Hans"] for name in ("WATER", " glycerin")]
    assert {} == reference.ingredient("Mercury") == reference.ingredient("")
    assert ["ingredients.csv:4:ko"] == [issue.at.rpartition("/")[2] for issue in issues]
    assert "names no ingredient" in issues[0].message
