"""How fast a channel may be asked: nothing above what the market declared, and hardly anything below."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

import storesync.driver as sd
from storesync.engine import Env, Pacer
from storesync.errors import Denied
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SCOPES = {"app": "plain/app", "account": "plain/acc", "channel": "one"}
CALL = sd.get("/x")


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    """Virtual time."""
    made = VirtualLoop()
    yield made
    made.close()


def env_of(loop: VirtualLoop) -> Env:
    """An Env on the loop's clock."""
    return virtual_env(loop, Random(1), start=START, owner="test")


class Windows:
    """The strictest market: it counts in every window of one second, wherever that begins."""

    def __init__(self, limit: int) -> None:
        self.limit, self.taken, self.throttled = limit, list[float](), 0

    def take(self, now: float) -> bool:
        """Whether a call of now is allowed."""
        if sum(now - at < 1.0 for at in self.taken[-2 * self.limit :]) >= self.limit:
            self.throttled += 1
            return False
        self.taken.append(now)
        return True


async def ask(
    pacer: Pacer,
    quotas: Mapping[str, tuple[sd.Quota, ...]],
    take: Callable[[float], bool],
    seconds: float,
    env: Env,
) -> int:
    """Eight workers ask as fast as they may; how many calls were taken."""
    done, end = 0, env.elapsed() + seconds

    async def worker() -> None:
        nonlocal done
        while env.elapsed() < end:
            await pacer.take(CALL, quotas, SCOPES)
            ok = take(env.elapsed())
            await env.sleep(0.05)
            done += ok
            pacer.answered(CALL, quotas, SCOPES, throttled=not ok, wait=None if ok else 1.0)

    await asyncio.gather(*(worker() for _ in range(8)))
    return done


@pytest.mark.parametrize("limit", [2, 10, 50, 100])
def test_a_declared_quota_is_used_to_its_edge_and_never_above(loop: VirtualLoop, limit: int) -> None:
    """At least 0.99 of it in ten minutes, and not one throttled call in any window."""
    market, env = Windows(limit), env_of(loop)
    quotas = {"default": (sd.Quota(limit),)}
    done = run_virtual(loop, ask(Pacer(env), quotas, market.take, 600.0, env))

    assert 0 == market.throttled
    assert 0.99 <= done / (limit * 600.0)


def test_several_quotas_hold_at_once(loop: VirtualLoop) -> None:
    """Ten a second, but three hundred a minute."""
    market, env = Windows(10), env_of(loop)
    quotas = {"default": (sd.Quota(10), sd.Quota(300, per=60.0))}
    done = run_virtual(loop, ask(Pacer(env), quotas, market.take, 600.0, env))

    assert 0 == market.throttled
    assert 2_950 <= done <= 3_010


def test_a_halved_quota_is_found_and_not_hammered(loop: VirtualLoop) -> None:
    """The market allows half of what it declared: at least half of that half is used, few calls are wasted."""
    market, env = Windows(25), env_of(loop)
    quotas = {"default": (sd.Quota(50),)}
    done = run_virtual(loop, ask(Pacer(env), quotas, market.take, 300.0, env))

    assert done >= 0.5 * 25 * 300
    assert market.throttled <= 0.15 * done


def test_waiters_of_a_throttled_bucket_do_not_come_all_at_once(loop: VirtualLoop) -> None:
    """After a rest the queue starts anew, one by one."""
    env, quotas = env_of(loop), {"default": (sd.Quota(10),)}
    pacer, came = Pacer(env), list[float]()

    async def caller() -> None:
        await pacer.take(CALL, quotas, SCOPES)
        came.append(env.elapsed())

    async def crowd() -> None:
        callers = [asyncio.create_task(caller()) for _ in range(10)]
        await env.sleep(0.01)
        pacer.answered(CALL, quotas, SCOPES, throttled=True, wait=5.0)
        await asyncio.gather(*callers)

    run_virtual(loop, crowd())
    gaps = [later - sooner for sooner, later in itertools.pairwise(came)]

    assert 5.0 < came[1]
    assert min(gaps) > 0.15  # the rate was halved to five a second


def test_a_rest_longer_than_the_patience_is_told_not_slept(loop: VirtualLoop) -> None:
    """A market that wants a day of silence stops the channel; the run ends."""
    env, quotas = env_of(loop), {"default": (sd.Quota(10),)}
    pacer = Pacer(env)
    pacer.answered(CALL, quotas, SCOPES, throttled=True, wait=86_400.0)
    with pytest.raises(Denied, match="left alone for 86400 s"):
        run_virtual(loop, pacer.take(CALL, quotas, SCOPES, most=180.0))

    assert 1.0 > loop.time()


def test_a_days_quota_renews_at_the_markets_hour(loop: VirtualLoop) -> None:
    """Five calls a day, counted from midnight in China: 16:00 UTC."""
    env, quotas = env_of(loop), {"default": (sd.Quota(5, per=86_400.0, resets="00:00+08:00"),)}
    pacer = Pacer(env)

    async def five() -> None:
        for _ in range(5):
            await pacer.take(CALL, quotas, SCOPES)

    run_virtual(loop, five())
    with pytest.raises(Denied, match=r"quota of 5 calls is used up until 2026-11-24 00:00 UTC\+08:00"):
        run_virtual(loop, pacer.take(CALL, quotas, SCOPES))
    loop.skip(7 * 3_600.0 + 1)
    run_virtual(loop, five())


def test_what_the_market_tells_slows_at_once(loop: VirtualLoop) -> None:
    """A told level of nothing left, and a told rest."""
    env, quotas = env_of(loop), {"default": (sd.Quota(10, burst=10),)}
    pacer = Pacer(env)
    pacer.answered(CALL, quotas, SCOPES, told=[sd.Pace("default", left=Decimal(0))])
    run_virtual(loop, pacer.take(CALL, quotas, SCOPES))
    first = loop.time()
    pacer.answered(CALL, quotas, SCOPES, told=[sd.Pace("default", wait=3.0)])
    run_virtual(loop, pacer.take(CALL, quotas, SCOPES))

    assert pytest.approx(0.1, rel=0.02) == first
    assert pytest.approx(first + 3.1, rel=0.02) == loop.time()


@pytest.mark.parametrize(("scope", "shared"), [("app", True), ("account", False), ("channel", False)])
def test_a_scope_says_who_shares_a_bucket(loop: VirtualLoop, scope: Any, shared: bool) -> None:
    """Two channels of one app share the app's quota, not each other's."""
    env, quotas = env_of(loop), {"default": (sd.Quota(1, scope=scope),)}
    pacer, other = Pacer(env), {"app": "plain/app", "account": "plain/other", "channel": "two"}

    async def both() -> None:
        await pacer.take(CALL, quotas, SCOPES)
        await pacer.take(CALL, quotas, other)

    run_virtual(loop, both())

    assert shared == (loop.time() > 0.5)


def test_a_label_without_a_quota_draws_on_the_default_one(loop: VirtualLoop) -> None:
    """And one with a quota of its own does not."""
    env = env_of(loop)
    quotas = {"default": (sd.Quota(1),), "media": (sd.Quota(1),)}
    pacer = Pacer(env)

    async def three() -> None:
        await pacer.take(sd.get("/a"), quotas, SCOPES)
        await pacer.take(sd.get("/b", quota="media"), quotas, SCOPES)
        assert loop.time() < 0.5
        await pacer.take(sd.get("/c", quota="unheard"), quotas, SCOPES)

    run_virtual(loop, three())

    assert 0.9 < loop.time() < 1.1


def test_weight_counts_where_the_unit_is_weight(loop: VirtualLoop) -> None:
    """A call that costs ten waits for ten."""
    env, quotas = env_of(loop), {"default": (sd.Quota(10, burst=10, unit="weight"),)}
    pacer, heavy = Pacer(env), sd.request("GET", "/x", weight=10)

    async def two() -> None:
        await pacer.take(heavy, quotas, SCOPES)
        await pacer.take(heavy, quotas, SCOPES)

    run_virtual(loop, two())

    assert 0.95 < loop.time() < 1.05
