"""Which days a rate source publishes on: without that, Friday's rate looks stale on Sunday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

__all__ = ["CALENDARS", "is_business_day", "missed_days"]

_DAY = timedelta(days=1)

# Days besides weekends on which nothing is published. A holiday that is missing here makes a rate look one
# business day older, which warns; it never makes an old rate look fresh.
# Source for KR: the public-holiday calendar of the Republic of Korea, substitute days included [U: from
# memory, 2026-11-23]. assumption: the banks' notice follows the public holidays exactly.
_KR = (
    "2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-03-02 2026-05-01 2026-05-05 2026-05-25 2026-06-03 "
    "2026-08-17 2026-09-24 2026-09-25 2026-10-05 2026-10-09 2026-12-25 "
    "2027-01-01 2027-02-08 2027-02-09 2027-03-01 2027-05-05 2027-05-13 2027-08-16 2027-09-14 2027-09-15 "
    "2027-09-16 2027-10-04 2027-10-11 2027-12-27"
)
_FIXED: Mapping[str, frozenset[date]] = MappingProxyType(
    {"KR": frozenset(date.fromisoformat(day) for day in _KR.split())}
)
CALENDARS: tuple[str, ...] = ("KR", "TARGET", "weekdays")
"""The calendars known here; a source without one of its own uses `weekdays`."""


@lru_cache(maxsize=64)
def _target_holidays(year: int) -> frozenset[date]:
    """New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December (TARGET closing days since 2002)."""
    # Easter by the anonymous Gregorian algorithm (Meeus/Jones/Butcher).
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    k = (32 + 2 * e + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    easter = date(year, month, day + 1)
    around = {easter - 2 * _DAY, easter + _DAY}
    return frozenset(around | {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)})


def is_business_day(day: date, calendar: str = "weekdays") -> bool:
    """Whether a source with this calendar publishes on `day`; an unknown calendar knows weekends only."""
    if day.weekday() >= 5:
        return False
    if calendar == "TARGET":
        return day not in _target_holidays(day.year)
    return day not in _FIXED.get(calendar, ())


def missed_days(observed: date, today: date, calendar: str = "weekdays") -> int:
    """How many publications lie strictly between `observed` and `today`.

    Today's own does not count: it may not be out yet. Friday's rate on Monday has missed none.
    """
    missed = 0
    day = observed + _DAY
    # Two months of silence are as stale as ten years of it.
    last = min(today, observed + timedelta(days=90))
    while day < last:
        missed += is_business_day(day, calendar)
        day += _DAY
    return missed
