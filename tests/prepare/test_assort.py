"""Which products a channel offers."""

import pytest
from attrs import evolve
from tests.prepare.world import SERUM, channel

from storesync.prepare.assort import assort


@pytest.mark.parametrize("pattern", ["SBG-001", "SBG-*", "C-SER", "C-*", "tag:best*", "brand:SBG", "*"])
def test_each_kind_of_pattern_chooses(pattern: str) -> None:
    """Key, category, tag and brand, as globs."""
    assert "" == assort(SERUM, channel(only=(pattern,)))
    assert f"never {pattern!r} of channel 'tmall-cn'" == assort(SERUM, channel(never=(pattern,)))


@pytest.mark.parametrize("pattern", ["SBG-002", "sbg-*", "tag:new", "brand:sbg", "bestseller", "tag:"])
def test_a_pattern_that_does_not_fit_chooses_nothing(pattern: str) -> None:
    """Letter case counts, and a tag is not a key."""
    assert f"none of only {pattern!r} of channel 'tmall-cn'" == assort(SERUM, channel(only=(pattern,)))
    assert "" == assort(SERUM, channel(never=(pattern,)))


def test_a_draft_is_offered_nowhere() -> None:
    """Whatever the patterns say."""
    assert "draft" == assort(evolve(SERUM, status="draft"), channel(only=("*",)))
