"""`make bench` measures texts at full size; that it measures the right thing is proven here, small, without a clock."""

from pathlib import Path

import pytest
from attrs import evolve
from benchmarks.texts import kept, planned, unchanged

from storesync.engine import reading


async def test_a_catalog_that_did_not_change_is_neither_scanned_nor_sent_anywhere(tmp_path: Path) -> None:
    """And of one that did, what changed: a remembered text is asked for anew, a delivered one is told as stale."""
    result = await planned(60, tmp_path)

    assert kept(result), result
    assert 120 == result["texts"]


async def test_a_plan_that_looks_at_everything_again_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge can say no: a planner that knows nothing of the last plan."""
    want = reading.Want

    monkeypatch.setattr(reading, "Want", lambda **given: evolve(want(**given), input=""))
    result = await planned(6, tmp_path)

    assert not kept(result)
    assert result["unchanged"]["scanned"] > 0


def test_a_memory_that_has_every_text_asks_for_none() -> None:
    """And for one after one changed."""
    result = unchanged(300, 1)

    assert (0, 1) == (result["asked"], result["asked_after_one_change"])
