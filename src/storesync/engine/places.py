"""Places in a quota that is counted by windows: a call has one until the market must have forgotten it.

A call is counted somewhere between its leaving and its answer, and nobody knows where. The market may count in any
window of `per` seconds, so a call keeps its place until its answer is that old; what the fastest takes is off, since
it delays all calls alike. One that is not answered yet was certainly counted once it is later than any was of late.
"""

from __future__ import annotations

import math
from collections import deque
from heapq import merge

from attrs import define, field

__all__ = ["Lateness", "Places"]

_SAMPLES = 8  # answers before anything is believed of how long they take
_GUARD = 4  # times the usual lateness, shared among the answers seen: how much a next one may differ
_BLOCK = 512  # answers that are remembered together, this many at least: roads change
_MEAN = 64  # answers that the usual time is a mean of
_EDGE = 1.001  # of a declared window: clocks differ a little


@define
class Lateness:
    """How long answers take; all times are seconds."""

    usual: float = field(default=0.0, init=False)
    _count: int = field(default=0, init=False)
    _now: tuple[float, float] = field(
        default=(math.inf, 0.0), init=False
    )  # shortest and longest of this block
    _past: tuple[float, float] = field(default=(math.inf, 0.0), init=False)  # of the block before

    def seen(self, seconds: float) -> None:
        """An answer took so long."""
        self._count += 1
        self.usual += (seconds - self.usual) / min(self._count, _MEAN)
        if self._count % _BLOCK == 0:
            self._past, self._now = self._now, (math.inf, 0.0)
        self._now = min(self._now[0], seconds), max(self._now[1], seconds)

    @property
    def known(self) -> bool:
        """Whether enough answers were seen."""
        return self._count > _SAMPLES

    @property
    def certain(self) -> float:
        """What every call certainly takes to the market and back."""
        return max(0.0, self._shortest - self._guard) if self.known else 0.0

    @property
    def most(self) -> float:
        """By how much a call is later than the fastest at most."""
        if not self.known:
            return math.inf
        return self.longest - self._shortest + self._guard

    @property
    def longest(self) -> float:
        """What the slowest answer took of late."""
        return max(self._now[1], self._past[1])

    @property
    def _shortest(self) -> float:
        return min(self._now[0], self._past[0])

    @property
    def unseen(self) -> float:
        """By how much the fastest of so many answers is likely to be slower than the fastest that there can be."""
        return (self.usual - self._shortest) / math.sqrt(min(self._count, _BLOCK))

    @property
    def _guard(self) -> float:
        """For an answer faster or slower than those seen: the more of them there are, the less it will differ."""
        return (self.usual - self._shortest) * _GUARD / min(self._count, _BLOCK)


@define
class Places:
    """`room` of them, each free again `per` seconds after its call was counted."""

    room: int
    per: float
    late: Lateness
    _held: int = field(default=0, init=False)  # weight that has a place and did not leave yet
    _out: deque[tuple[float, int]] = field(factory=deque, init=False)  # not answered: left, weight
    _kept: deque[tuple[float, int]] = field(factory=deque, init=False)  # answered: until, weight
    _used: int = field(default=0, init=False)  # weight of all three

    def wait(self, now: float, weight: int) -> float:
        """Seconds until there may be room for a call of this weight; infinite when only an answer can tell."""
        out, kept, past = self._out, self._kept, self.late.most + self.per * _EDGE
        while kept and kept[0][0] <= now:
            self._used -= kept.popleft()[1]
        while out and out[0][0] + past <= now:
            self._used -= out.popleft()[1]
        over = self._used + min(weight, self.room) - self.room
        if over <= 0:
            return 0.0
        for until, one in merge(((self._look(now, left + past), one) for left, one in out), kept):
            over -= one
            if over <= 0:
                return until - now
        return math.inf

    def _look(self, now: float, past: float) -> float:
        """When the place of a call that is not answered yet may be free: at `past`, unless its answer makes it sooner."""
        known = now + self.per * _EDGE - self.late.certain
        if self.late.certain > self.per + self.late.most:
            return past
        return min(past, known) if known > now else math.inf

    def hold(self, weight: int) -> None:
        """A call of this weight is about to leave."""
        self._held += weight
        self._used += weight

    def drop(self, weight: int) -> None:
        """It did not leave after all."""
        self._held -= weight
        self._used -= weight

    def leaves(self, now: float, weight: int) -> None:
        """It leaves now."""
        self._held -= weight
        self._out.append((now, weight))

    def over(self, now: float, left: float, weight: int) -> None:
        """It was answered, or will not be any more."""
        if (left, weight) not in self._out:
            return  # so late that its place was free again
        self._out.remove((left, weight))
        # Several places hardly ever come together in the worst way; a single one has only itself.
        single = self.late.unseen if self.room == 1 else 0.0
        until = now - self.late.certain + single + self.per * _EDGE
        self._kept.append((max(until, self._kept[-1][0] if self._kept else 0.0), weight))
