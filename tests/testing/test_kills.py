"""Real processes, killed: small, so that every test run has seen it; `make kills` does it a hundred times."""

import json
from pathlib import Path

import pytest

from storesync.testing import kills, processes
from storesync.testing.ordeals import Tally


@pytest.mark.slow
def test_a_killed_sync_makes_nothing_twice_and_loses_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Three kills, two syncs at once and a frozen one, on every emulated market whose driver is here."""
    words = ["--times", "3", "--products", "6", "--jobs", "1", "--seed", "5", "--folder", str(tmp_path)]
    code = kills.main(words)
    told = json.loads(capsys.readouterr().out)

    assert 0 == code
    assert 3 == told["kills"]
    assert sorted(processes.channels()) == told["channels"]
    assert 0 == told["duplicates"] + told["lost"] + told["wrong"] + told["writes_when_unchanged"]
    assert told["rivals"] == told["told_who"] > 0
    assert 1 == told["frozen"] == told["taken_over"] == told["fenced_off"]
    assert 0 == told["leaks"]
    assert (tmp_path / "world-0" / "storesync.db").exists()


def test_a_tally_is_good_only_when_every_promise_held() -> None:
    """One duplicate, one loss, one write too many, one rival that was not told: each is enough."""
    assert Tally(kills=9).good
    assert not Tally(duplicates=["a"]).good
    assert not Tally(lost=["a"]).good
    assert not Tally(wrong=["a"]).good
    assert not Tally(failed=["a"]).good
    assert not Tally(leaks=["a"]).good
    assert not Tally(writes_when_unchanged=1).good
    assert not Tally(rivals=1).good
    assert not Tally(frozen=1, taken_over=1).good
    assert not Tally(frozen=1, fenced_off=1).good
    assert Tally(frozen=1, taken_over=1, fenced_off=1).good
