"""Who may call an emulated market and how often: apps, shops, tokens, quotas."""

import math
from datetime import datetime, timedelta, timezone

from attrs import Factory, define, field, frozen

EAST8 = timezone(timedelta(hours=8))


@frozen(kw_only=True)
class App:
    """One registered application; `merchant` apps hold fixed-length tokens on TOP."""

    key: str
    secret: str = field(repr=False)
    merchant: bool = True


@define(kw_only=True)
class Token:
    """One access token of one shop for one app."""

    access: str = field(repr=False)
    app: str
    shop: str
    expires: datetime


@define(kw_only=True)
class Refresh:
    """One refresh token; a used one is kept so that reuse can be told from nonsense."""

    token: str = field(repr=False)
    app: str
    shop: str
    expires: datetime
    used: bool = False


@define(kw_only=True)
class Shop:
    """One seller's shop on the emulated platform."""

    id: str
    name: str
    region: str
    currency: str
    tokens: dict[str, Token] = Factory(dict)
    refreshes: dict[str, Refresh] = Factory(dict)


@frozen(kw_only=True)
class Quota:
    """What the market allows per app and shop: calls per second with a burst, and calls per day.

    The day resets at `reset_hour` o'clock UTC+8, where both platforms reset theirs.
    """

    rate: float = 50.0
    burst: int = 50
    daily: int | None = None
    reset_hour: int = 0


@define(kw_only=True)
class Meter:
    """How much of a quota one app has used for one shop; a token bucket plus a day counter."""

    quota: Quota
    level: float
    at: float
    day: int = -1
    used: int = 0
    throttled: int = 0

    @classmethod
    def full(cls, quota: Quota, at: datetime) -> "Meter":
        """A meter with the whole burst still to use."""
        return cls(quota=quota, level=float(quota.burst), at=at.timestamp())

    def take(self, now: datetime) -> tuple[str, int] | None:
        """Take one call: none when allowed, else ("burst" | "daily", whole seconds to wait)."""
        quota = self.quota
        at = now.timestamp()
        if at > self.at:
            self.level = min(float(quota.burst), self.level + (at - self.at) * quota.rate)
            self.at = at
        if quota.daily is not None:
            day = int(at + (8 - quota.reset_hour) * 3600) // 86_400
            if day != self.day:
                self.day, self.used = day, 0
            if self.used >= quota.daily:
                self.throttled += 1
                left = (day + 1) * 86_400 - (at + (8 - quota.reset_hour) * 3600)
                return "daily", math.ceil(left)
        # a tolerance of one millionth of a call absorbs the rounding of float seconds
        if self.level < 1.0 - 1e-6:
            self.throttled += 1
            return "burst", max(1, math.ceil((1.0 - self.level) / quota.rate))
        self.level -= 1.0
        self.used += 1
        return None
