"""When a platform takes no changes: promotions that lock prices, nights without moderators, days of maintenance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from attrs import field, frozen

__all__ = ["KINDS", "Blackout"]

_DAY = timedelta(days=1)
KINDS: Final = ("upload", "create", "update", "prices", "stock", "show", "hide", "end")
"""What an operation may be, in the words of a plan."""
USUAL: Final = ("upload", "create", "update", "prices", "show")
"""What waits unless told otherwise: stock goes out, and what must stop selling stops."""


@frozen(kw_only=True)
class Blackout:
    """From `begins` to `ends` operations of these `kinds` wait, for this `reason`.

    Two times of day with an offset mean every day, over midnight too; two moments mean once. ValueError for a mixture,
    a time without an offset, an end that is not after its beginning, or an unknown kind.
    """

    begins: datetime | time
    ends: datetime | time
    kinds: tuple[str, ...] = field(default=USUAL, converter=tuple[str, ...])
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        begins, ends = self.begins, self.ends
        for one in (begins, ends):
            if one.tzinfo is None:
                raise ValueError(f"{one} has no offset: write it like 20:00+08:00")
        if isinstance(begins, datetime) != isinstance(ends, datetime):
            raise ValueError(f"{begins} and {ends}: give two moments, or two times of day")
        if isinstance(begins, datetime) and isinstance(ends, datetime) and ends <= begins:
            raise ValueError(f"it ends at {ends}, which is not after {begins}")
        if isinstance(begins, time) and isinstance(ends, time) and _of(_ANY, begins) == _of(_ANY, ends):
            raise ValueError(f"it begins and ends at {begins}")
        for kind in self.kinds:
            if kind not in KINDS:
                raise ValueError(f"there is no operation {kind!r}; they are {', '.join(KINDS)}")

    def until(self, now: datetime) -> datetime | None:
        """When it ends, in its own offset, if `now` is within it."""
        begins, ends = self.begins, self.ends
        if isinstance(begins, datetime):
            assert isinstance(ends, datetime)
            return ends if begins <= now < ends else None
        assert isinstance(ends, time)
        # It may have begun yesterday, and the offsets may name different days.
        for days in (-2, -1, 0, 1):
            start = _of(now + days * _DAY, begins)
            end = _of(start, ends)
            while end <= start:
                end += _DAY
            if start <= now < end:
                return end
        return None

    @classmethod
    def latest(cls, some: Iterable[Blackout], kind: str, now: datetime) -> tuple[datetime, str] | None:
        """Until when operations of this kind wait now, and why; None when they need not."""
        found = [
            (end, one.reason) for one in some if kind in one.kinds and (end := one.until(now)) is not None
        ]
        return max(found, key=lambda one: one[0]) if found else None


_ANY = datetime(2000, 1, 1, tzinfo=UTC)


def _of(day: datetime, clock: time) -> datetime:
    """That time of the day which `day` is where the clock hangs."""
    local = day.astimezone(clock.tzinfo)
    return local.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
