"""How often an emulated market may be called, counted in one of the ways in which real ones count."""

import math
from collections import deque
from datetime import datetime
from typing import Literal

from attrs import Factory, define, frozen

_ROUNDING = 1e-6  # of a call: what float seconds lose


@frozen(kw_only=True)
class Quota:
    """What the market allows: `rate` calls per second in some shape, and `daily` calls per day.

    A `bucket` holds `burst` calls and refills evenly; `fixed` windows of `per` seconds begin at whole multiples of it,
    `sliding` ones anywhere; both allow `rate * per` calls in each. `scope` says whether the shops of an app share it.
    `told` says whether a refusal tells how long to wait. The day resets at `reset_hour` o'clock UTC+8, where both
    platforms reset theirs.
    """

    rate: float = 50.0
    burst: int = 50
    shape: Literal["bucket", "fixed", "sliding"] = "bucket"
    per: float = 1.0
    scope: Literal["shop", "app"] = "shop"
    told: bool = True
    daily: int | None = None
    reset_hour: int = 0

    @property
    def window(self) -> int:
        """Calls in one window."""
        return max(1, round(self.rate * self.per))


@define(kw_only=True)
class Meter:
    """How much of a quota one app has used, for one shop or for all of them."""

    quota: Quota
    level: float
    at: float
    calls: deque[float] = Factory(deque)
    day: int = -1
    used: int = 0
    throttled: int = 0

    @classmethod
    def full(cls, quota: Quota, at: datetime) -> "Meter":
        """A meter with everything still to use."""
        return cls(quota=quota, level=float(quota.burst), at=at.timestamp())

    def change(self, quota: Quota) -> None:
        """Count by another quota from now on; what was left of a burst is not refilled."""
        self.quota, self.level = quota, min(self.level, float(quota.burst))

    def take(self, now: datetime) -> tuple[str, int] | None:
        """Take one call: none when allowed, else ("burst" | "daily", whole seconds to wait)."""
        at = now.timestamp()
        spent = self._spent(at)
        if spent is not None:
            self.throttled += 1
            return "daily", math.ceil(spent)
        wait = self._bucket(at) if self.quota.shape == "bucket" else self._window(at)
        if wait is not None:
            self.throttled += 1
            return "burst", max(1, math.ceil(wait))
        self.used += 1
        return None

    def _spent(self, at: float) -> float | None:
        """Seconds until the next day when this one's calls are used up."""
        quota = self.quota
        if quota.daily is None:
            return None
        local = at + (8 - quota.reset_hour) * 3600
        day = int(local) // 86_400
        if day != self.day:
            self.day, self.used = day, 0
        return (day + 1) * 86_400 - local if self.used >= quota.daily else None

    def _bucket(self, at: float) -> float | None:
        quota = self.quota
        if at > self.at:
            self.level = min(float(quota.burst), self.level + (at - self.at) * quota.rate)
            self.at = at
        if self.level < 1.0 - _ROUNDING:
            return (1.0 - self.level) / quota.rate
        self.level -= 1.0
        return None

    def _window(self, at: float) -> float | None:
        """Refused calls do not count."""
        quota = self.quota
        begin = math.floor(at / quota.per) * quota.per if quota.shape == "fixed" else at - quota.per
        while self.calls and self.calls[0] <= begin - (_ROUNDING if quota.shape == "fixed" else 0.0):
            self.calls.popleft()
        if len(self.calls) >= quota.window:
            return (begin if quota.shape == "fixed" else self.calls[0]) + quota.per - at
        self.calls.append(at)
        return None
