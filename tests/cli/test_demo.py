"""The demo's own parts: its folder, its promises, and a channel whose driver is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from storesync import registry
from storesync.cli.demo import _usable
from storesync.cli.outlet import Outlet
from storesync.cli.story.project import Project
from storesync.cli.story.promises import Promises
from storesync.config import load
from storesync.errors import ConfigError


def test_the_demo_deletes_only_what_a_demo_made(tmp_path: Path) -> None:
    """A folder with somebody's files is refused and left as it is."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError, match="no demo made"):
        Project.fresh(tmp_path, "http://127.0.0.1:1")
    assert "mine" == (tmp_path / "mine.txt").read_text("utf-8")


def test_the_demo_begins_anew_each_time(tmp_path: Path) -> None:
    """What an earlier demo left is gone; the shops' address is the new one."""
    Project.fresh(tmp_path / "demo", "http://127.0.0.1:1111")
    (tmp_path / "demo" / "storesync.db").write_text("old", encoding="utf-8")
    project = Project.fresh(tmp_path / "demo", "http://127.0.0.1:2222")

    assert not (tmp_path / "demo" / "storesync.db").exists()
    assert "http://127.0.0.1:2222" in project.config.read_text("utf-8")


def test_ten_lines_are_kept_out_and_released(tmp_path: Path) -> None:
    """The filter is in the configuration, and taking it out gives the first configuration back."""
    project = Project.fresh(tmp_path / "demo", "http://127.0.0.1:1111")
    whole = project.config.read_bytes()
    for name in ("tmall-cn", "shopee-vn"):
        project.keep_for_later(name)
    kept = {name: load(project.config).channels[name].channel.never for name in ("tmall-cn", "shopee-vn")}
    project.release()

    assert {"tmall-cn": ("GGT-*",), "shopee-vn": ("GGT-*",)} == kept
    assert whole == project.config.read_bytes()


def test_a_figure_changes_in_one_row_only(tmp_path: Path) -> None:
    """Nothing else in the table moves; a figure that is not there is refused."""
    project = Project.fresh(tmp_path / "demo", "http://127.0.0.1:1111")
    path = project.catalog / "variants.csv"
    before = path.read_text("utf-8").splitlines()
    project.set_variant("SBG-001-30", "32000", "34000")
    after = path.read_text("utf-8").splitlines()

    assert 1 == sum(old != new for old, new in zip(before, after, strict=True))
    with pytest.raises(ConfigError, match="does not hold 32000 once"):
        project.set_variant("SBG-001-30", "32000", "34000")


def test_a_broken_promise_is_kept_as_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """It shows what was expected and what was found; the exit code hangs on it."""
    promises = Promises(Outlet(json=False, verbose=False))
    promises.keep("two listings", 2, 2)
    promises.keep("no duplicates", 0, 1)

    assert ["no duplicates: expected 0, found 1"] == [promise.words for promise in promises.broken]
    assert "✗ no duplicates" in capsys.readouterr().out


def test_a_channel_without_its_driver_is_named_not_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be told is given back as missing, and the demo fails for it."""
    monkeypatch.setattr(registry, "names", lambda: ("tmall",))
    config = load(Project.fresh(tmp_path / "demo", "http://127.0.0.1:1111").config)

    assert (("tmall-cn",), ("shopee-vn",)) == _usable(config, ())
    assert (("tmall-cn",), ()) == _usable(config, ("tmall-cn",))
