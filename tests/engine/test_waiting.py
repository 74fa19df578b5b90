"""What waits for a time to come: a calendar's end, or the hour at which a quota of the day is renewed."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, select, update
from tests.engine.bench import Bench, item, profile

import storesync.driver as sd
from storesync.engine import OpenChannel, Report
from storesync.engine.apply import recover
from storesync.sandbox.quota import Quota
from storesync.state import usage
from storesync.state.clock import stamp, unstamp
from storesync.state.schema import listings
from storesync.testing.plain import plain_driver

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 17, tzinfo=CHINA)
DAY = sd.Quota(100, 86_400.0, resets="00:00+08:00")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


def blackout(*kinds: str, hours: float = 3.0) -> sd.Blackout:
    """From an hour ago on."""
    return sd.Blackout(
        begins=NOW - timedelta(hours=1), ends=NOW + timedelta(hours=hours), kinds=kinds, reason="11.11"
    )


def with_calendar(bench: Bench, *blackouts: sd.Blackout) -> None:
    """The merchant's own calendar."""
    bench.channel.channel = evolve(bench.channel.channel, calendar=blackouts)


def told(report: Report) -> list[tuple[str, str, str]]:
    """What became of each operation."""
    return sorted((one.kind.value, one.key, one.state.value) for one in report.outcomes)


def spec(bench: Bench, **more: Any) -> None:
    """Another declaration."""
    driver = bench.channel.driver
    bench.channel.driver = bench.world.driver = evolve(driver, spec=evolve(driver.spec, **more))


def test_locked_prices_wait_and_stock_goes_out() -> None:
    """The report says until when and why; when it is over, the same plan is carried out."""
    bench = Bench.opened(item("A", 100, 5), item("B", 100, 5))
    bench.sync()
    with_calendar(bench, blackout("prices"))
    bench.put(item("A", 120, 3), item("B", 120, 5))
    report = bench.sync()
    before = bench.live()
    bench.world.loop.skip(3 * 3_600.0)
    after = bench.sync()

    assert [("prices", "A", "deferred"), ("prices", "B", "deferred"), ("stock", "A", "done")] == told(report)
    assert "waits until 2026-11-23 20:00 UTC+08:00: 11.11" == report.bad[0].said
    assert report.waits
    assert [(100, 3), (100, 5)] == [before[key][f"{key}-0"] for key in "AB"]
    assert after.ok
    assert bench.live() == bench.wanted()


def test_what_must_stop_selling_stops_in_a_blackout() -> None:
    """By the platform's own calendar, which names the usual kinds."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    begins, ends = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    spec(bench, calendar=(sd.Blackout(begins=begins, ends=ends),))
    bench.put(item("A", offered=False), item("B", stock=1), item("C"))
    report = bench.sync()

    assert [("create", "C", "deferred"), ("hide", "A", "done"), ("stock", "B", "done")] == told(report)


def test_prices_and_stock_in_one_call_wait_together() -> None:
    """Where a market takes both at once, stock would carry the locked price with it."""
    bench = Bench.opened(item("A", 100, 5), item("B", 100, 5))
    bench.sync()
    sent: list[str] = []

    def offers(shop: sd.Shop, changes: Any) -> sd.Flow[sd.Verdicts]:
        sent.extend(change.sku for change in changes)
        prices, stock = bench.world.driver.prices, bench.world.driver.stock
        assert prices is not None
        assert stock is not None
        yield from prices(shop, changes)
        return (yield from stock(shop, changes))

    bench.channel.driver = evolve(bench.channel.driver, prices=None, stock=None, offers=offers)
    with_calendar(bench, blackout("prices"))
    bench.put(item("A", 120, 3), item("B", 100, 2))
    report = bench.sync()

    assert [("prices", "A", "deferred"), ("stock", "A", "deferred"), ("stock", "B", "done")] == told(report)
    assert ["B-0"] == sent


def test_a_declared_quota_of_the_day_stops_the_channel_until_its_hour() -> None:
    """The rest waits; until the hour no further run asks the market, and after it everything is carried out."""
    bench = Bench.opened(*(item(f"P{n:02}") for n in range(16)))
    bench.world.driver = evolve(
        plain_driver(), spec=evolve(plain_driver().spec, quotas={"default": (evolve(DAY, limit=12),)})
    )
    first = bench.sync(bench.rival())
    asked = len(bench.truth.calls)
    second = bench.sync(bench.rival())
    again = len(bench.truth.calls)
    bench.world.loop.skip(7 * 3_600.0)
    third = bench.sync(bench.rival())

    assert 12 == first.counts["done"]
    assert "the day's quota of 12 calls is used up until 2026-11-24 00:00 UTC+08:00" in first.stopped
    assert datetime(2026, 11, 24, tzinfo=CHINA) == first.until
    assert first.waits
    assert second.waits
    assert 12 == asked == again
    assert third.ok
    assert 16 == len(bench.truth.live())


def test_a_market_whose_day_is_over_is_asked_once() -> None:
    """Its own word, where nothing is declared: every process knows, and goes on after the hour."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(8)))
    bench.truth.limit(Quota(rate=1e4, burst=10_000, daily=5))
    first = bench.sync(bench.rival())
    asked = len(bench.truth.calls)
    second = bench.sync(bench.rival())
    again = len(bench.truth.calls)
    bench.world.loop.skip(7 * 3_600.0)
    bench.sync(bench.rival())
    bench.truth.limit(Quota(rate=1e4, burst=10_000))

    assert 5 == first.counts["done"]
    assert "day_over" in first.stopped
    assert first.until is not None
    assert abs(first.until - datetime(2026, 11, 24, tzinfo=CHINA)) < timedelta(seconds=2)
    assert second.waits
    assert asked <= 5 + 4  # each of four workers may have been on its way
    assert asked == again
    assert 8 == len(bench.truth.live())


def test_two_shops_of_one_app_share_its_quota() -> None:
    """Both channels are fast alone; together they are as fast as the app may be, and nothing is refused."""
    bench = Bench.opened(*(item(f"P{n:02}") for n in range(20)))
    quotas = {"default": (sd.Quota(10, burst=4, scope="app"),)}
    bench.world.driver = evolve(plain_driver(), spec=evolve(plain_driver().spec, quotas=quotas))
    bench.truth.limit(Quota(rate=10, burst=4, scope="app"))
    one, other = bench.rival(), bench.rival()
    other.channel = evolve(other.channel, name="plain-hk")
    other.scopes = {**one.scopes, "channel": "plain-hk", "account": "plain/hk"}
    other.pacer = one.pacer  # one process

    async def reads(channel: OpenChannel) -> int:
        from storesync.engine.flows import run

        def look() -> sd.Flow[None]:
            for _ in range(50):
                yield sd.get("/listings", params={"key": "P00"})

        await run(channel, look())
        return 50

    async def both() -> int:
        import asyncio

        return sum(await asyncio.gather(*(reads(one) for _ in range(3)), *(reads(other) for _ in range(3))))

    begin = bench.world.loop.time()
    done = bench.run(both())
    seconds = bench.world.loop.time() - begin

    assert 300 == done
    assert 0 == bench.truth.throttled
    assert 0.98 <= (300 - 4) / (10 * seconds)


def test_processes_at_work_for_one_app_know_of_each_other() -> None:
    """A share each while both are at work; the last one has all of it."""
    bench = Bench.opened(item("A"))
    quotas = {"default": (sd.Quota(10, burst=4, scope="app"),)}
    bench.world.driver = evolve(plain_driver(), spec=evolve(plain_driver().spec, quotas=quotas))
    channel = bench.rival()
    shares: list[float] = []

    def share() -> float:
        (line,) = channel.pacer._lines.values()
        return 1.0 / line.bucket.share.number

    def other(*, there: bool) -> None:
        store, scope = bench.world.store, f"app:{channel.scopes['app']}"
        if there:
            store.write_now(lambda db: usage.join(db, scope, "other", channel.env.now(), 60))
        else:
            store.write_now(lambda db: usage.leave(db, scope, "other"))

    for there in (False, True, False):
        other(there=there)
        bench.put(item("A", stock=7 + len(shares)))
        bench.sync(channel)
        shares.append(share())

    assert [1.0, 0.5, 1.0] == shares


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=400)])
@pytest.mark.parametrize("at", range(4, 24, 4))
def test_a_doubt_of_a_clock_that_was_ahead_is_one_of_now(at: int, ahead: timedelta) -> None:
    """Whoever noted it, the next run waits no longer than lag and lateness say, and lists everything once."""
    bench = Bench.opened(item("A"), item("B"), manners=profile(lag=2.0, late=3.0))
    bench.die(at)
    bench.world.loop.skip(120.0)

    def ahead_of_us(db: Connection) -> None:
        for row in db.execute(select(listings)).mappings():
            noted = {name: unstamp(row[name]) for name in ("doubt", "unsettled") if row[name]}
            later = {name: stamp(moment + ahead) for name, moment in noted.items()}
            if later:
                db.execute(update(listings).where(listings.c.key == row["key"]).values(later))

    channel = bench.rival()
    bench.run(recover(channel))  # what the dead one left is in doubt from now on
    bench.world.store.write_now(ahead_of_us)
    began = bench.world.loop.time()
    assert bench.sync(channel).ok
    bench.sync(channel)

    assert bench.world.loop.time() - began < 60.0
    assert bench.live() == bench.wanted()
    assert {} == bench.truth.duplicates()
