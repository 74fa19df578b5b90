"""How fast a channel may be asked: one bucket per declared quota and scope, slowed by what the market says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import define, field

from storesync.driver import Pace, Quota, Request
from storesync.engine.env import Env
from storesync.errors import Denied

__all__ = ["Bucket", "Pacer"]

_DAY = 86_400.0
_RESERVE = (
    0.995  # of a declared quota: clocks differ a little, and a throttled call costs more than half a percent
)
_SLOWEST = 0.02  # of the declared rate: however often a market throttles, we keep asking


@define
class Bucket:
    """Tokens that refill evenly; callers are served in the order in which they ask.

    `level` may fall below zero: each caller reserves its place and waits for its own time.
    """

    rate: float
    burst: float
    env: Env
    top: float = field(init=False)
    level: float = field(init=False)
    at: float = field(init=False)
    rests: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.top = self.rate
        self.level = self.burst
        self.at = self.env.elapsed()

    def _refill(self) -> float:
        # During a rest `at` is its end: nothing refills before.
        now = self.env.elapsed()
        if now > self.at:
            self.level = min(self.burst, self.level + (now - self.at) * self.rate)
            self.at = now
        return now

    def rest(self) -> float:
        """Seconds for which the market wants to be left alone."""
        return max(0.0, self.at - self.env.elapsed())

    def reserve(self, weight: float) -> float:
        """Take `weight` and say how many seconds to wait before using it; void when `rests` grew meanwhile."""
        now = self._refill()
        self.level -= weight
        return max(0.0, self.at - now) + max(0.0, -self.level / self.rate)

    def _close(self, seconds: float) -> None:
        until = self._refill() + seconds
        if until > self.at:
            # Whoever waits for a place reserves again, so that they do not all come at the end of the rest.
            self.at, self.level, self.rests = until, 0.0, self.rests + 1

    def throttled(self, wait: float | None) -> None:
        """The market refused a call: halve the rate, and rest for as long as it says.

        What was already on its way when the rest began is refused too; that says nothing new about the rate.
        """
        if self.rest() == 0.0:
            self.rate = max(self.top * _SLOWEST, self.rate / 2)
        self._close(1.0 if wait is None else wait)

    def answered(self) -> None:
        """The market took a call: come back to the declared rate little by little."""
        if self.rate < self.top:
            self._refill()
            self.rate = min(self.top, self.rate + self.top * 0.02)

    def told(self, pace: Pace) -> None:
        """The market told how much is left."""
        self._refill()
        if pace.rate is not None and pace.rate > 0:
            self.rate = min(self.top, float(pace.rate))
        if pace.left is not None:
            self.level = min(self.level, float(pace.left))
        if pace.wait is not None:
            self._close(pace.wait)


@define
class _Window:
    """A quota of a whole day that renews at an hour of the market's."""

    limit: int
    resets: str
    env: Env
    used: int = 0
    until: datetime | None = None

    def check(self, weight: int) -> None:
        """Denied when the day's quota does not hold `weight` more."""
        now = self.env.now()
        if self.until is None or now >= self.until:
            self.used, self.until = 0, _next_reset(now, self.resets)
        if self.used + weight > self.limit:
            raise Denied(
                "quota.day",
                f"the day's quota of {self.limit} calls is used up until {self.until:%Y-%m-%d %H:%M %Z}",
            )


def _next_reset(now: datetime, resets: str) -> datetime:
    if not resets:
        return now + timedelta(days=1)
    hour = datetime.fromisoformat(f"2000-01-01T{resets}")
    local = now.astimezone(hour.tzinfo)
    then = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return then if then > local else then + timedelta(days=1)


class Pacer:
    """The buckets of one process. Channels that share an app or an account share its buckets.

    `scopes` gives the name behind each scope of a channel: its app, its account, itself.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self._buckets: dict[tuple[str, str, int], Bucket] = {}
        self._windows: dict[tuple[str, str, int], _Window] = {}

    def _of(
        self, request: Request, quotas: Mapping[str, tuple[Quota, ...]], scopes: Mapping[str, str]
    ) -> Iterable[tuple[Quota, Bucket | _Window]]:
        label = request.quota if request.quota in quotas else "default"
        for number, quota in enumerate(quotas.get(label, ())):
            # A label of its own counts alone; requests under "default" are counted per method or address
            # only where the driver says so by naming the label.
            name = (f"{quota.scope}:{scopes.get(quota.scope, '')}", label, number)
            if quota.per >= _DAY:
                if name not in self._windows:
                    self._windows[name] = _Window(quota.limit, quota.resets, self._env)
                yield quota, self._windows[name]
            else:
                if name not in self._buckets:
                    rate = quota.limit / quota.per * _RESERVE
                    # A market that counts in fixed windows throttles any burst: one is made only if declared.
                    burst = float(quota.burst) if quota.burst is not None else 1.0
                    self._buckets[name] = Bucket(rate, burst, self._env)
                yield quota, self._buckets[name]

    async def take(
        self,
        request: Request,
        quotas: Mapping[str, tuple[Quota, ...]],
        scopes: Mapping[str, str],
        *,
        most: float = math.inf,
    ) -> None:
        """Wait for a place in every quota that the request draws on.

        Denied when a day's quota is used up, or when the market asked for a rest of more than `most` seconds.
        """
        buckets: list[tuple[Bucket, int]] = []
        windows: list[tuple[_Window, int]] = []
        for quota, one in self._of(request, quotas, scopes):
            weight = request.weight if quota.unit == "weight" else 1
            if isinstance(one, _Window):
                windows.append((one, weight))
            else:
                buckets.append((one, weight))
        # All that may refuse comes first, so that a refusal takes nothing from the others.
        for window, weight in windows:
            window.check(weight)
        _refuse_rest(buckets, most)
        for window, weight in windows:
            window.used += weight
        while buckets:
            marks = [(bucket, weight, bucket.rests) for bucket, weight in buckets]
            wait = max([bucket.reserve(weight) for bucket, weight in buckets])
            if wait > 0:
                await self._env.sleep(wait)
            buckets = [(bucket, weight) for bucket, weight, rests in marks if bucket.rests != rests]
            _refuse_rest(buckets, most)

    def answered(
        self,
        request: Request,
        quotas: Mapping[str, tuple[Quota, ...]],
        scopes: Mapping[str, str],
        *,
        told: Iterable[Pace] = (),
        throttled: bool = False,
        wait: float | None = None,
    ) -> None:
        """Learn from an answer."""
        paces = {pace.quota: pace for pace in told}
        for _, bucket in self._of(request, quotas, scopes):
            if isinstance(bucket, _Window):
                continue
            if throttled:
                bucket.throttled(wait)
            else:
                bucket.answered()
            label = request.quota if request.quota in quotas else "default"
            if label in paces:
                bucket.told(paces[label])


def _refuse_rest(buckets: Iterable[tuple[Bucket, int]], most: float) -> None:
    for bucket, _ in buckets:
        if bucket.rest() > most:
            raise Denied("quota.rest", f"the market asks to be left alone for {bucket.rest():.0f} s")
