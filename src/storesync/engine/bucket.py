"""What one quota of one scope has room for, counted as the market may count it.

With a declared burst a call is held from its leaving and taken from the level when it is answered: a bucket that loses
a call later is never fuller, so the market's own, which took it earlier, has room whenever ours has. Without one, and
where a burst is smaller than what is on its way, calls leave one by one and have their `Places`. Neither is ever refused
by a market that counts as declared; a quota that nobody declared is learned from refusals.
"""

from __future__ import annotations

import math

from attrs import define, field, frozen

from storesync.driver import Pace, Quota
from storesync.engine.learned import Learned
from storesync.engine.places import Lateness, Places

__all__ = ["Bucket", "Share"]

_RESERVE = 0.995  # of a declared rate: clocks differ a little
_TOGETHER = 0.04  # seconds' worth of calls that may leave together: timers are late by so much
_UNPACED = 2.0  # calls, where no rate is known
_ONE_BY_ONE = 0.004  # the same where a burst is small
_NARROW = 2.0  # times what is usually on its way: a smaller burst is none


@frozen
class Share:
    """The part that one of several processes takes; all parts together are the whole, also in whole calls."""

    rank: int = 0
    number: int = 1

    def calls(self, whole: int) -> int:
        """Of so many calls; one at least."""
        return max(1, (whole + self.rank) // self.number)


@define
class Bucket:
    """Room for calls under one quota, None for one that is not declared; all times are seconds of one clock.

    `share` is how much of the quota this process takes for itself.
    """

    quota: Quota | None
    share: Share = Share()
    law: Learned = field(init=False)
    out: int = field(default=0, init=False)  # weight on its way, not answered yet
    _late: Lateness = field(factory=Lateness, init=False)
    _places: Places = field(init=False)
    _narrow: bool = field(default=False, init=False)  # whether more than the burst is on its way
    _level: float = field(default=0.0, init=False)
    _at: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self.law = Learned(self._declared)
        self._places = Places(1, 1.0, self._late)
        self._divided()
        self._level = self._cap(0.0)

    @property
    def _declared(self) -> float:
        quota = self.quota
        if quota is None:
            return math.inf
        calls = quota.limit / self.share.number if quota.burst is not None else self.share.calls(quota.limit)
        return calls / quota.per * _RESERVE

    @property
    def _burst(self) -> int | None:
        """What may leave at once."""
        if self.quota is None or self.quota.burst is None or self._narrow:
            return None
        return self.share.calls(self.quota.burst)

    def divide(self, share: Share) -> None:
        """From now on take so much of the quota."""
        if share != self.share:
            self.share = share
            self.law.top = self._declared
            self._divided()

    def _divided(self) -> None:
        """The places of a window, or those of a burst, each of which is filled again after a while."""
        quota, places, share = self.quota, self._places, self.share
        if quota is None:
            return
        if quota.burst is None:
            places.room, places.per = share.calls(quota.limit), quota.per
        else:
            places.room, places.per = share.calls(quota.burst), quota.per * share.number / quota.limit

    def _cap(self, now: float) -> float:
        burst = self._burst
        if burst is not None:
            return burst
        rate = self.law.at(now)
        return _UNPACED if rate == math.inf else 1.0 + rate * (_ONE_BY_ONE if self._narrow else _TOGETHER)

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
        if self.quota is None or self._burst is not None:
            return spread
        return max(spread, self._places.wait(now, weight))

    def hold(self, weight: int) -> None:
        """A call of this weight is about to leave."""
        self.out += weight
        self._places.hold(weight)
        if self._burst is None:
            self._level -= weight

    def drop(self, weight: int) -> None:
        """It did not leave after all."""
        self.out -= weight
        self._places.drop(weight)
        if self._burst is None:
            self._level += weight

    def leaves(self, now: float, weight: int) -> None:
        """It leaves now."""
        self.law.leaves(now)
        self._places.leaves(now, weight)

    def over(self, now: float, left: float, weight: int) -> None:
        """A call that left was answered, or will not be any more."""
        self._refill(now)
        self.out -= weight
        self._late.seen(now - left)
        self._places.over(now, left, weight)
        burst = self._burst
        if burst is None:
            return
        self._level -= weight
        if self._late.known and burst < _NARROW * (1.0 + self._late.longest * self._declared):
            self._narrow = True
            self._level -= self.out

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
            self.law.told(float(pace.rate) / self.share.number, now)
        if pace.left is not None and self.quota is not None and self.quota.burst is not None:
            # Calls on their way are held besides. Without a burst nobody knows when what is used comes back: only what
            # is refused counts there, for a level near nothing is what a window shows that is used well.
            self._level = min(self._level, float(pace.left) / self.share.number)
        if pace.wait is not None and pace.wait > 0:
            self.law.close(now, pace.wait)
            self._save(now, 1.0)

    def _save(self, now: float, calls: float) -> None:
        """So many calls may leave when the rest is over, and then one by one."""
        self._at = now + self.law.rest(now)
        self._level = calls if self._burst is None else calls + self.out
