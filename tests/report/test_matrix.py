"""The capability matrix is made from the drivers themselves, never typed."""

from importlib.metadata import EntryPoint

import pytest
from tests.drivers.tmall import test_conformance as tmall

from storesync import entrypoint, registry
from storesync.report import DriverRow, markdown, matrix
from storesync.testing.conformance import Check

BROKEN = EntryPoint("broken", "storesync.nowhere:DRIVER", registry.GROUP)


def test_each_installed_driver_has_a_row() -> None:
    """Parts, tier and check date come from the driver's own value."""
    rows = {row.name: row for row in matrix()}

    assert set(registry.names()) == set(rows)
    assert tuple(sorted(registry.driver("tmall").parts)) == rows["tmall"].parts
    assert ("Tmall", "sandbox", "2026-11") == (rows["tmall"].title, rows["tmall"].tier, rows["tmall"].checked)


def test_the_shipped_tier_is_the_level_that_the_suite_judges() -> None:
    """A claim beyond what is run in these tests would be a lie."""
    (mark,) = tmall.test_tmall.pytestmark  # type: ignore[attr-defined]  # pytest's own mark
    judged = [param.values[0] for param in mark.args[1]]
    (row,) = [row for row in matrix() if row.name == "tmall"]

    assert all(isinstance(check, Check) for check in judged)
    assert row.tier == max((check.level for check in judged), key=lambda level: level.rank).value


def test_levels_of_another_run_replace_the_shipped_ones() -> None:
    """As `pytest --storesync-levels` writes them; a driver that was not judged has none."""
    assert {"live"} == {row.tier for row in matrix({"tmall": "live"}) if row.name == "tmall"}
    assert {"none"} == {row.tier for row in matrix({}) if row.name == "tmall"}


def test_a_driver_that_cannot_be_loaded_is_told_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """One broken package does not hide the rest."""
    found = entrypoint.installed(registry.GROUP)
    monkeypatch.setattr(entrypoint, "installed", lambda _: {**found, "broken": BROKEN})
    rows = {row.name: row for row in matrix()}

    assert "cannot be loaded" in rows["broken"].problem
    assert "" == rows["tmall"].problem
    assert "broken" not in markdown(rows.values())


def test_the_table_has_a_line_per_part_that_anybody_has() -> None:
    """What nobody can do is not shown."""
    row = DriverRow(
        name="merca",
        title="Merca",
        tier="laws",
        checked="2026-11",
        markets=("VN",),
        can={"create": True, "hide": False},
    )
    table = markdown([row])

    assert "| support tier | laws |" in table
    assert "| create | yes |" in table
    assert "| hide |" not in table
    assert "| markets | VN |" in table


def test_a_row_is_json() -> None:
    """For `storesync drivers --json`."""
    (row,) = [row.as_json() for row in matrix() if row.name == "tmall"]

    assert {"name", "title", "tier", "parts", "source", "checked", "problem"} <= set(row)
    assert ["live", "sandbox"] == row["environments"]
