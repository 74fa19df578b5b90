"""What one quota of one scope has room for, counted as the market may count it.

A call is counted by the market somewhere between its leaving and its answer, and nobody knows where. With a declared
burst it is therefore held from its leaving and taken from the level when it is answered: a bucket that loses a call
later is never fuller, so the market's own, which took it earlier, has room whenever ours has. Without one the market may
count in any window of `per` seconds, so a call keeps its place until its answer is that old; the shortest way to the
market and back is taken off, since it delays all calls alike. Neither is ever refused by a market that counts as
declared; a quota that nobody declared is learned from refusals.
"""

from __future__ import annotations

import math
from collections import deque

from attrs import define, field

from storesync.driver import Pace, Quota
from storesync.engine.learned import Learned

__all__ = ["Bucket"]

_RESERVE = 0.995  # of a declared rate: clocks differ a little
_EDGE = 1.001  # of a declared window, for the same reason
_TOGETHER = 0.04  # seconds' worth of calls that may leave together: timers are late by so much
_LEAST_TOGETHER = 2.0
_SAMPLES = 8  # answers before anything is believed of how long they take
_MEAN = 64  # answers that the usual time is a mean of


@define
class Bucket:
    """Room for calls under one quota, None for one that is not declared; all times are seconds of one clock.

    `share` is how much of the quota this process takes for itself.
    """

    quota: Quota | None
    share: float = 1.0
    law: Learned = field(init=False)
    out: int = field(default=0, init=False)  # weight on its way, not answered yet
    _level: float = field(default=0.0, init=False)
    _at: float = field(default=0.0, init=False)
    _kept: deque[tuple[float, int]] = field(
        factory=deque, init=False
    )  # places of answered calls: until, weight
    _keeping: int = field(default=0, init=False)
    _shortest: float = field(default=math.inf, init=False)
    _usual: float = field(default=0.0, init=False)
    _samples: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.law = Learned(self._declared)
        self._level = self._cap(0.0)

    @property
    def _declared(self) -> float:
        quota = self.quota
        return math.inf if quota is None else quota.limit / quota.per * _RESERVE * self.share

    @property
    def _burst(self) -> float | None:
        if self.quota is None or self.quota.burst is None:
            return None
        return max(1.0, self.quota.burst * self.share)

    @property
    def _window(self) -> int | None:
        if self.quota is None or self.quota.burst is not None:
            return None
        return max(1, math.floor(self.quota.limit * self.share))

    def divide(self, share: float) -> None:
        """From now on take so much of the quota."""
        if share != self.share:
            self.share = share
            self.law.top = self._declared

    def _cap(self, now: float) -> float:
        burst = self._burst
        if burst is not None:
            return burst
        rate = self.law.at(now)
        return _LEAST_TOGETHER if rate == math.inf else max(_LEAST_TOGETHER, rate * _TOGETHER)

    def _refill(self, now: float) -> None:
        if now > self._at:
            rate, cap = self.law.at(now), self._cap(now)
            self._level = cap if rate == math.inf else min(cap, self._level + (now - self._at) * rate)
            self._at = now

    def wait(self, now: float, weight: int) -> float:
        """Seconds until a call of this weight may leave; infinite when only the answer to another can tell."""
        law = self.law
        rest = law.rest(now)
        if rest > 0.0:
            return rest
        if law.trying and self.out:
            return math.inf
        if not law.known:
            return 0.0
        self._refill(now)
        cap = self._cap(now)
        need = min(float(weight), cap)
        if self._burst is not None:
            need += self.out
        if need > cap:
            return math.inf
        spread = 0.0 if self._level >= need else (need - self._level) / law.at(now)
        return max(spread, self._windowed(now, weight))

    def _windowed(self, now: float, weight: int) -> float:
        """Seconds until the window that the market may count in has room."""
        room = self._window
        if room is None:
            return 0.0
        kept = self._kept
        while kept and kept[0][0] <= now:
            self._keeping -= kept.popleft()[1]
        over = self.out + self._keeping + min(weight, room) - room
        for until, one in kept:
            if over <= 0:
                break
            over -= one
            if over <= 0:
                return until - now
        return math.inf if over > 0 else 0.0

    def hold(self, weight: int) -> None:
        """A call of this weight is about to leave."""
        self.out += weight
        if self._burst is None:
            self._level -= weight

    def drop(self, weight: int) -> None:
        """It did not leave after all."""
        self.out -= weight
        if self._burst is None:
            self._level += weight

    def over(self, now: float, left: float, weight: int) -> None:
        """A call that left was answered, or will not be any more."""
        self._refill(now)
        self.out -= weight
        if self._burst is not None:
            self._level -= weight
            return
        if self.quota is not None:
            free = now - self._delay(now - left) + self.quota.per * _EDGE
            until = max(free, self._kept[-1][0] if self._kept else 0.0)
            self._kept.append((until, weight))
            self._keeping += weight

    def _delay(self, seconds: float) -> float:
        """What every call certainly takes to the market and back; a faster one than those seen may yet come."""
        self._samples += 1
        self._shortest = min(self._shortest, seconds)
        self._usual += (seconds - self._usual) / min(self._samples, _MEAN)
        return max(0.0, 2.0 * self._shortest - self._usual) if self._samples > _SAMPLES else 0.0

    def taken(self, now: float, left: float) -> None:
        """The market took a call."""
        trying = self.law.trying
        self.law.taken(now, left)
        if trying and not self.law.trying:
            self._save(now, 0.0)

    def refused(self, now: float, left: float, wait: float | None) -> None:
        """The market refused a call, and said how long to wait or not."""
        self._refill(now)
        before = self.law.rests
        self.law.refused(now, left, wait)
        if self.law.rests != before:
            self._save(now, 1.0)

    def told(self, pace: Pace, now: float) -> None:
        """The market told how much is left, how fast it may be asked, or how long to wait."""
        self._refill(now)
        if pace.rate is not None and pace.rate > 0:
            self.law.told(float(pace.rate) * self.share, now)
        if pace.left is not None and self._burst is not None:
            # Calls on their way are held besides. Without a burst nobody knows when what is used comes back: only what
            # is refused counts there, for a level near nothing is what a window shows that is used well.
            self._level = min(self._level, float(pace.left) * self.share)
        if pace.wait is not None and pace.wait > 0:
            self.law.close(now, pace.wait)
            self._save(now, 1.0)

    def _save(self, now: float, calls: float) -> None:
        """So many calls may leave when the rest is over, and then one by one."""
        self._at = now + self.law.rest(now)
        self._level = calls if self._burst is None else calls + self.out
