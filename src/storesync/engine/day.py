"""A quota of a whole day, counted in the state: what one process used, the next one knows of.

Calls are set aside some at a time, so that counting costs one commit in a hundredth of the quota. What a process that
died had set aside counts as used: a day's quota is never exceeded, whoever dies.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import define

from storesync.driver import Quota
from storesync.engine.env import Env
from storesync.errors import Denied
from storesync.state import Store, usage

__all__ = ["DAY", "Day", "next_reset"]

DAY: Final = 86_400.0
_PARTS = 100


def next_reset(now: datetime, quota: Quota) -> datetime:
    """When a quota renews after `now`: at the hour of the market's that `resets` names, else `per` seconds later."""
    if not quota.resets:
        return now + timedelta(seconds=quota.per)
    hour = datetime.fromisoformat(f"2000-01-01T{quota.resets}")
    local = now.astimezone(hour.tzinfo)
    then = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return then if then > local else then + timedelta(days=1)


@define(eq=False)
class Day:
    """What is left of one day's quota for this process; `used` of `aside`, until `until`."""

    name: str
    quota: Quota
    env: Env
    store: Store
    aside: int = 0
    used: int = 0
    until: datetime | None = None

    async def take(self, weight: int) -> None:
        """Denied when the day's quota does not hold `weight` more; the message says until when."""
        now = self.env.now()
        if self.until is not None and now >= self.until:
            self.aside = self.used = 0
            self.until = None
        if self.until is None or self.used + weight > self.aside:
            await self._set_aside(weight, now)
        self.used += weight

    async def _set_aside(self, weight: int, now: datetime) -> None:
        limit, least = self.quota.limit, self.used + weight - self.aside
        much = max(least, limit // _PARTS)
        renews = next_reset(now, self.quota)
        told = await self.store.write(
            lambda db: usage.draw(db, self.name, least=least, much=much, limit=limit, renews=renews, now=now)
        )
        if told.granted < least:
            local = told.until.astimezone(renews.tzinfo)
            raise Denied(
                "quota.day",
                f"the day's quota of {limit} {self.quota.unit}s is used up until {local:%Y-%m-%d %H:%M %Z}",
                retry_after=(told.until - now).total_seconds(),
            )
        self.aside, self.until = self.aside + told.granted, told.until

    async def give_back(self) -> None:
        """Let others use what was set aside for this process."""
        left, until = self.aside - self.used, self.until
        if left > 0 and until is not None:
            await self.store.write(lambda db: usage.give_back(db, self.name, left, until=until))
            self.aside = self.used
