"""What became of a plan: one outcome per operation, in words and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import define, field, frozen

from storesync.errors import Fault, StoresyncError
from storesync.issues import counted
from storesync.plan import Kind

__all__ = ["Outcome", "OutcomeState", "Report"]


class OutcomeState(Enum):
    """How an operation ended."""

    DONE = "done"
    IN_REVIEW = "in_review"
    REFUSED = "refused"
    FAILED = "failed"
    PARKED = "parked"
    POSTPONED = "postponed"
    DEFERRED = "deferred"
    SUPERSEDED = "superseded"
    STALE = "stale"


_GOOD = {OutcomeState.DONE, OutcomeState.IN_REVIEW, OutcomeState.SUPERSEDED}
_FINAL = {OutcomeState.REFUSED, OutcomeState.PARKED}  # no later pass takes these up by itself


@frozen(kw_only=True)
class Outcome:
    """One operation's end; `said` is what a person should read."""

    kind: Kind
    key: str
    state: OutcomeState
    skus: tuple[str, ...] = ()
    said: str = ""
    until: datetime | None = None  # it waits for a quota or a calendar, and for nobody
    fault: Fault | None = field(default=None, eq=False)

    @property
    def good(self) -> bool:
        """Whether nothing needs to be looked at."""
        return self.state in _GOOD


@define(kw_only=True)
class Report:
    """A run on one channel; it grows while the run goes on."""

    channel: str
    run: str
    outcomes: list[Outcome] = field(factory=list)
    seconds: float = 0.0
    stopped: str = ""
    hint: str = ""  # what a person does about that
    until: datetime | None = None  # the channel was stopped until then, and goes on by itself

    def add(self, outcome: Outcome) -> None:
        """One more operation ended."""
        if outcome.fault is not None:
            # Its words are kept; the answer and the frames it came through, with the account in them, are not.
            outcome.fault.answer = None
            outcome.fault.__traceback__ = outcome.fault.__context__ = None
        self.outcomes.append(outcome)

    def __str__(self) -> str:
        told = ", ".join(f"{count} {state}" for state, count in self.counts.items()) or "nothing to do"
        lines = [f"{self.channel}: {told}"]
        if self.stopped:
            lines.append(f"  the channel was stopped: {self.stopped}")
        lines += [f"  {one.kind.value} {one.key}: {one.state.value}: {one.said}" for one in self.bad]
        return "\n".join([*lines, *(f"  → {way}" for way in self.ways)])

    def follow(self, later: Report) -> None:
        """Take in a later pass of the same sync: what it carried out counts in place of what failed before."""
        redone = {(one.kind, one.key) for one in later.outcomes}
        again = {one.key for one in later.outcomes}
        self.outcomes = [
            one
            for one in self.outcomes
            if one.good
            or (one.state in _FINAL and (one.kind, one.key) not in redone)
            or (one.state not in _FINAL and one.key not in again)
        ]
        self.outcomes += later.outcomes
        self.seconds += later.seconds
        self.stopped, self.hint, self.until = later.stopped, later.hint, later.until

    def compared_anew(self, held: Collection[str]) -> None:
        """A later plan was made: what was stale for this one is compared in it, but for the listings that it holds."""
        self.outcomes = [
            one for one in self.outcomes if one.state is not OutcomeState.STALE or one.key in held
        ]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many operations ended in each state."""
        found = Counter(outcome.state for outcome in self.outcomes)
        return {state.value: found[state] for state in OutcomeState if found[state]}

    @property
    def bad(self) -> tuple[Outcome, ...]:
        """What needs to be looked at."""
        return tuple(outcome for outcome in self.outcomes if not outcome.good)

    @property
    def ways(self) -> tuple[str, ...]:
        """What a person can do about what was not carried out, each way once."""
        found = (one.fault.way for one in self.bad if one.fault is not None and one.until is None)
        return tuple(dict.fromkeys(way for way in (self.hint, *found) if way))

    @property
    def waits(self) -> bool:
        """Whether all that was not carried out waits for a time to come, so that nobody has to look."""
        if self.stopped and self.until is None:
            return False
        return not self.ok and all(
            bad.state is OutcomeState.POSTPONED or bad.until is not None for bad in self.bad
        )

    @property
    def ok(self) -> bool:
        """Whether every operation was carried out."""
        return not self.bad and not self.stopped

    def raise_for_faults(self) -> None:
        """Raises StoresyncError when anything was refused, failed, parked or put off."""
        if self.ok:
            return
        lines = [
            f"{self.channel}: {len(self.bad)} of {counted(len(self.outcomes), 'operation')} not carried out"
        ]
        if self.stopped:
            lines.append(f"  the channel was stopped: {self.stopped}")
        lines += [f"  {bad.kind.value} {bad.key}: {bad.state.value}: {bad.said}" for bad in self.bad]
        lines += [f"  → {way}" for way in self.ways]
        raise StoresyncError("\n".join(lines))

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "channel": self.channel,
            "run": self.run,
            "ok": self.ok,
            "counts": dict(self.counts),
            "stopped": self.stopped,
            "ways": list(self.ways),
            "until": self.until.isoformat() if self.until is not None else None,
            "outcomes": [
                {
                    "kind": outcome.kind.value,
                    "key": outcome.key,
                    "skus": list(outcome.skus),
                    "state": outcome.state.value,
                    "said": outcome.said,
                    "until": outcome.until.isoformat() if outcome.until is not None else None,
                }
                for outcome in self.outcomes
            ],
        }
