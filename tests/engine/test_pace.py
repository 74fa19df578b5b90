"""Who waits for whom: queues, rests, scopes, labels, what a market tells, and quotas of a day."""

import asyncio
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.engine.traffic import CALL, SCOPES, Quotas, Traffic

import storesync.driver as sd
from storesync.engine import Pacer
from storesync.engine.bucket import Share
from storesync.errors import Denied
from storesync.sandbox.quota import Quota

DAY = sd.Quota(500, per=86_400.0, resets="00:00+08:00", scope="app")  # 09:00 UTC is 17:00 there


@pytest.fixture
def market() -> Iterator[Traffic]:
    """A market that refuses nothing; what it says is made up by each test."""
    made = Traffic(Quota(rate=1e6, burst=1_000_000))
    yield made
    made.close()


def of(*quotas: sd.Quota) -> Quotas:
    """Declared for every call."""
    return {"default": quotas}


async def asked(market: Traffic, quotas: Quotas, request: sd.Request = CALL, **more: Any) -> Any:
    """A call that is about to be answered."""
    place = await market.pacer.take(request, quotas, SCOPES, **more)
    place.leaves()
    return place


async def taken(market: Traffic, quotas: Quotas, times: int = 1, request: sd.Request = CALL) -> float:
    """So many calls, one after the other, each answered at once; when the last one left."""
    for _ in range(times):
        (await asked(market, quotas, request)).taken()
    return market.env.elapsed()


def test_waiters_of_a_throttled_bucket_do_not_come_all_at_once(market: Traffic) -> None:
    """After a rest the queue starts anew, one by one."""
    came, quotas = list[float](), of(sd.Quota(10))

    async def caller() -> None:
        place = await asked(market, quotas)
        came.append(market.env.elapsed())
        place.taken()

    async def crowd() -> None:
        unlucky = await asked(market, quotas)
        callers = [asyncio.create_task(caller()) for _ in range(10)]
        await market.env.sleep(0.01)
        unlucky.refused(5.0)
        await asyncio.gather(*callers)

    market.run(crowd())
    late = [at for at in came if at > 1.0]
    gaps = [later - sooner for sooner, later in itertools.pairwise(late)]

    assert len(late) >= 9
    assert 5.0 <= late[0]
    assert min(gaps) > 0.09


def test_calls_leave_in_the_order_in_which_they_came(market: Traffic) -> None:
    """Nobody is overtaken, though each waits on its own."""
    order, quotas = list[int](), of(sd.Quota(10))

    async def caller(number: int) -> None:
        place = await asked(market, quotas)
        order.append(number)
        place.taken()

    async def crowd() -> None:
        await asyncio.gather(*(caller(number) for number in range(20)))

    market.run(crowd())

    assert list(range(20)) == order


def test_a_caller_that_gives_up_does_not_hold_up_the_others(market: Traffic) -> None:
    """A run that is stopped while it waits."""
    quotas = of(sd.Quota(1, burst=1))

    async def give_up() -> float:
        await taken(market, quotas)
        waiter = asyncio.create_task(asked(market, quotas))
        await market.env.sleep(0.1)
        waiter.cancel()
        return await taken(market, quotas)

    assert pytest.approx(1.0, rel=0.02) == market.run(give_up())


def test_a_rest_longer_than_the_patience_is_told_not_slept(market: Traffic) -> None:
    """A market that wants a day of silence stops the channel; the run ends."""

    async def refused() -> None:
        (await asked(market, of(sd.Quota(10)))).refused(86_400.0)
        await asked(market, of(sd.Quota(10)), most=180.0)

    with pytest.raises(Denied, match="left alone until 2026-11-24 09:00:0"):
        market.run(refused())

    assert 1.0 > market.loop.time()


def test_what_the_market_tells_slows_at_once(market: Traffic) -> None:
    """A told level of nothing left, and a told rest."""
    quotas = of(sd.Quota(10, burst=10))

    async def told() -> tuple[float, float]:
        (await asked(market, quotas)).taken([sd.Pace("default", left=Decimal(0))])
        first = await taken(market, quotas)
        (await asked(market, quotas)).taken([sd.Pace("default", wait=3.0)])
        return first, await taken(market, quotas)

    first, second = market.run(told())

    assert pytest.approx(0.1, rel=0.02) == first
    assert pytest.approx(3.2, rel=0.02) == second


def test_a_told_rate_is_kept_from_the_next_call_on(market: Traffic) -> None:
    """Nothing is left to find out; what is declared is never exceeded."""
    quotas = of(sd.Quota(10))

    async def told(rate: int) -> float:
        (await asked(market, quotas)).taken([sd.Pace("default", rate=Decimal(rate))])
        begin = await taken(market, quotas, 3)
        return await taken(market, quotas, 20) - begin

    assert pytest.approx(10.0, rel=0.05) == market.run(told(2))
    assert pytest.approx(2.0, rel=0.1) == market.run(told(50))


@pytest.mark.parametrize(("scope", "shared"), [("app", True), ("account", False), ("channel", False)])
def test_a_scope_says_who_shares_a_bucket(market: Traffic, scope: Any, shared: bool) -> None:
    """Two channels of one app share the app's quota, not each other's."""
    quotas = of(sd.Quota(1, burst=1, scope=scope))
    other = {"app": "plain/app", "account": "plain/other", "channel": "two"}

    async def both() -> float:
        await taken(market, quotas)
        place = await market.pacer.take(CALL, quotas, other)
        place.over()
        return market.env.elapsed()

    assert shared == (market.run(both()) > 0.5)


def test_a_label_without_a_quota_draws_on_the_default_one(market: Traffic) -> None:
    """And one with a quota of its own does not."""
    quotas = {"default": (sd.Quota(1, burst=1),), "media": (sd.Quota(1, burst=1),)}

    async def three() -> tuple[float, float]:
        await taken(market, quotas)
        media = await taken(market, quotas, request=sd.get("/b", quota="media"))
        return media, await taken(market, quotas, request=sd.get("/c", quota="unheard"))

    media, unheard = market.run(three())

    assert media < 0.5
    assert 0.9 < unheard < 1.1


def test_a_quota_for_each_label_counts_them_apart(market: Traffic) -> None:
    """Markets that count per method: the driver names the method, the quota stands under "*"."""
    quotas = {"*": (sd.Quota(1, burst=1),), "item.add": (sd.Quota(10, burst=1),)}

    async def methods() -> list[float]:
        return [
            await taken(market, quotas, request=sd.get("/x", quota=name))
            for name in ("item.get", "item.list", "item.add", "item.add", "item.get")
        ]

    assert [0.0, 0.0, 0.0, 0.1, 1.0] == [round(at, 1) for at in market.run(methods())]


def test_weight_counts_where_the_unit_is_weight(market: Traffic) -> None:
    """A call that costs ten waits for ten, and one that costs more than all for the whole bucket."""
    quotas = of(sd.Quota(10, burst=10, unit="weight"))
    heavy, huge = (sd.request("GET", "/x", weight=weight) for weight in (10, 25))

    async def three() -> list[float]:
        return [await taken(market, quotas, request=one) for one in (heavy, heavy, huge, heavy)]

    assert [0.0, 1.0, 2.0, 4.5] == pytest.approx(market.run(three()), rel=0.02, abs=0.02)


def test_processes_that_share_an_app_take_equal_parts(market: Traffic) -> None:
    """Half of the rate each while there are two, all of it when one is alone again."""
    quotas = of(sd.Quota(20, burst=10, scope="app"))

    async def shared() -> list[float]:
        await taken(market, quotas, 20)
        market.pacer.divide("app:plain/app", Share(0, 2), user="one")
        begin = await taken(market, quotas, 3)
        halved = await taken(market, quotas, 20) - begin
        market.pacer.divide("app:plain/app", Share(), user="one")
        return [halved, await taken(market, quotas, 20) - begin - halved]

    assert [2.0, 1.0] == pytest.approx(market.run(shared()), rel=0.05)


def test_a_days_quota_renews_at_the_markets_hour(market: Traffic) -> None:
    """Counted from midnight in China, 16:00 UTC; the message tells its hour."""
    quotas = of(DAY)
    market.run(taken(market, quotas, 500))
    with pytest.raises(
        Denied, match=r"quota of 500 calls is used up until 2026-11-24 00:00 UTC\+08:00"
    ) as end:
        market.run(taken(market, quotas))
    market.loop.skip(7 * 3_600.0)
    market.run(taken(market, quotas, 500))

    assert pytest.approx(7 * 3_600.0, abs=10.0) == end.value.retry_after


def test_a_restarted_process_goes_on_with_the_days_quota(market: Traffic) -> None:
    """What one process used, the next one knows; what it had set aside comes back when it ends in order."""
    quotas = of(DAY)
    market.run(taken(market, quotas, 203))
    market.run(market.pacer.close())
    market.process()
    market.run(taken(market, quotas, 297))
    with pytest.raises(Denied, match="used up"):
        market.run(taken(market, quotas))


def test_a_process_that_died_leaves_its_day_used_not_unused(market: Traffic) -> None:
    """What it had set aside may have been sent: a hundredth of the quota at most is lost, none is taken twice."""
    quotas = of(DAY)
    market.run(taken(market, quotas, 203))
    market.process()
    market.run(taken(market, quotas, 295))  # 500 less 205, in parts of five
    with pytest.raises(Denied, match="used up"):
        market.run(taken(market, quotas))


def test_a_call_that_never_left_costs_nothing_of_the_day(market: Traffic) -> None:
    """Its place goes to the next one."""
    quotas = of(DAY)

    async def dropped() -> None:
        for _ in range(600):
            (await market.pacer.take(CALL, quotas, SCOPES)).over()
        await taken(market, quotas, 500)

    market.run(dropped())


def test_a_market_that_says_the_day_is_over_is_believed_by_every_process(market: Traffic) -> None:
    """Also where no quota of a day is declared: nobody asks until the hour that it named."""
    quotas = of(sd.Quota(10, scope="app"))

    async def spent() -> None:
        place = await asked(market, quotas)
        place.over()
        await market.pacer.spent(place, 7 * 3_600.0)

    market.run(spent())
    for pacer in (market.pacer, market.process()):
        assert isinstance(pacer, Pacer)
        with pytest.raises(Denied, match="left alone until 2026-11-23 16:00"):
            market.run(asked(market, quotas, most=180.0))
    market.loop.skip(7 * 3_600.0)
    market.run(taken(market, quotas))
