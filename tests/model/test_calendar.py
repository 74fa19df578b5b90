"""When a platform takes no changes: moments, hours of every day, and which operations wait."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from storesync.model import Blackout

CHINA = timezone(timedelta(hours=8))
ELEVEN = Blackout(
    begins=datetime(2026, 11, 10, 20, tzinfo=CHINA),
    ends=datetime(2026, 11, 12, tzinfo=CHINA),
    kinds=("prices",),
    reason="prices are locked for 11.11",
)
NIGHT = Blackout(begins=time(22, tzinfo=CHINA), ends=time(8, 30, tzinfo=CHINA))


@pytest.mark.parametrize(
    ("now", "within"),
    [
        (datetime(2026, 11, 10, 11, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 10, 12, tzinfo=UTC), True),
        (datetime(2026, 11, 11, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 11, 16, tzinfo=UTC), False),
    ],
)
def test_two_moments_are_once(now: datetime, within: bool) -> None:
    """From the first, the second not included."""
    assert (ELEVEN.ends if within else None) == ELEVEN.until(now)


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("here", [-8, 0, 9])
def test_hours_of_the_day_are_every_day_wherever_the_clock_is_read(hour: int, here: int) -> None:
    """From ten in the evening to half past eight, over midnight, whatever zone `now` is told in."""
    local = datetime(2026, 11, 23, hour, 15, tzinfo=CHINA)
    found = NIGHT.until(local.astimezone(timezone(timedelta(hours=here))))
    day = local if hour < 9 else local + timedelta(days=1)
    expected = datetime(2026, 11, day.day, 8, 30, tzinfo=CHINA) if hour >= 22 or hour <= 8 else None

    assert expected == found


def test_the_kinds_named_wait_until_the_last_blackout_is_over() -> None:
    """Stock and what must stop selling go out unless the calendar names them."""
    calendar, now = (NIGHT, ELEVEN), datetime(2026, 11, 10, 23, tzinfo=CHINA)

    assert (ELEVEN.ends, "prices are locked for 11.11") == Blackout.latest(calendar, "prices", now)
    assert (datetime(2026, 11, 11, 8, 30, tzinfo=CHINA), "") == Blackout.latest(calendar, "update", now)
    assert [None, None, None] == [Blackout.latest(calendar, kind, now) for kind in ("stock", "hide", "end")]
    assert Blackout.latest(calendar, "update", datetime(2026, 11, 11, 12, tzinfo=CHINA)) is None


@pytest.mark.parametrize(
    ("begins", "ends", "kinds", "said"),
    [
        (time(22), time(8, tzinfo=CHINA), ("prices",), "no offset"),
        (datetime(2026, 11, 10, tzinfo=CHINA), time(8, tzinfo=CHINA), ("prices",), "two moments"),
        (ELEVEN.ends, ELEVEN.begins, ("prices",), "not after"),
        (time(22, tzinfo=CHINA), time(14, tzinfo=UTC), ("prices",), "begins and ends"),
        (ELEVEN.begins, ELEVEN.ends, ("price",), "no operation 'price'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    begins: datetime | time, ends: datetime | time, kinds: tuple[str, ...], said: str
) -> None:
    """Each with what is wrong."""
    with pytest.raises(ValueError, match=said):
        Blackout(begins=begins, ends=ends, kinds=kinds)
