"""What became of one world: the promises that broke in it, its numbers, and how often everything happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from storesync.testing.profile import Profile

__all__ = ["Verdict"]


@define
class Verdict:
    """What became of one world: its broken promises, numbers, and `events`: how often what happened in it.

    `counted` are the calls of each run without mishaps, and the fewest that do.
    """

    seed: int
    platform: str
    profile: Profile
    duplicates: list[str] = field(factory=list)
    lost: list[str] = field(factory=list)
    wrong: list[str] = field(factory=list)
    unjournaled: list[str] = field(factory=list)
    cheap: list[str] = field(factory=list)
    unshown: list[str] = field(factory=list)
    stale: list[str] = field(factory=list)
    in_blackout: list[str] = field(factory=list)
    over_quota: list[str] = field(factory=list)
    told: list[str] = field(factory=list)
    parked: int = 0
    second_run_calls: int = 0
    second_run_writes: int = 0
    counted: list[tuple[int, int]] = field(factory=list)
    events: Counter[str] = field(factory=Counter)

    @property
    def broken(self) -> Mapping[str, Any]:
        """The promises that did not hold, each with what was seen."""
        seen = {
            "listed twice": self.duplicates,
            "lost": self.lost,
            "wrong": self.wrong,
            "not in the journal": self.unjournaled,
            "below its floor": self.cheap,
            "not as its plan showed": self.unshown,
            "stale without need": self.stale,
            "begun in a blackout": self.in_blackout,
            "over the day's quota": self.over_quota,
            "secrets in the state": self.told,
            "writes of a second run": self.second_run_writes,
            "calls over the minimum": [run for run in self.counted if run[0] > run[1] * 1.02],
            # Then the minimum is none, and nothing was proven by it.
            "calls below the minimum": [run for run in self.counted if run[0] < run[1]],
        }
        return {name: value for name, value in seen.items() if value}

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        return not self.broken
