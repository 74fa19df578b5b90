"""A request ends at its deadline, whether a market drips or asks for patience again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from attrs import define, evolve, field
from tests.engine.bench import Bench, item, profile

from storesync.driver import Effect, Flow, Quota, request
from storesync.engine import Pacer, Patience, apply
from storesync.engine.flows import run
from storesync.errors import Ambiguous, Throttled, Transient
from storesync.transport import Transport

NEAR = 0.001  # seconds; every step of the loop costs some of them
DEADLINE = Patience().deadline


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


@define
class _Drops(httpx.AsyncByteStream):
    """A body of a space every half a second, without end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.5)


@define
class _Slow(httpx.AsyncBaseTransport):
    """A market that drips, or that asks to be left alone for `rest` seconds; when it was asked is noted."""

    clock: Callable[[], float]
    rest: float = 0.0
    usual: httpx.AsyncBaseTransport | None = None  # takes all but what makes something
    asked: list[float] = field(factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of such a market."""
        if self.usual is not None and request.method != "POST":
            return await self.usual.handle_async_request(request)
        self.asked.append(self.clock())
        if self.rest:
            told = b'{"error":{"code":"slow_down"}}'
            headers = {"retry-after": str(self.rest), "content-type": "application/json"}
            return httpx.Response(429, headers=headers, stream=httpx.ByteStream(told), request=request)
        return httpx.Response(200, stream=_Drops(), request=request)


def slowed(bench: Bench, timeout: float = 30.0, rest: float = 0.0) -> _Slow:
    """From now on the bench's market is slow."""
    channel = bench.channel
    wire = _Slow(bench.world.loop.time, rest)
    host = f"https://{bench.world.platform.host}"
    channel.transport = Transport({"api": host}, now=channel.env.now, timeout=timeout, wire=wire)
    return wire


def reading() -> Flow[Any]:
    """One question."""
    answer = yield request("GET", "/shop", effect=Effect.READ)
    return answer


@pytest.mark.parametrize("timeout", [7.0, 30.0, 45.0, 50.0, 100.0, 170.0, 179.9, 400.0])
@pytest.mark.parametrize("seconds", [20.0, 180.0])
def test_a_dripping_market_holds_no_request_past_its_deadline(timeout: float, seconds: float) -> None:
    """The last try gets what remains, and ends as every other that nobody answered."""
    bench = Bench.opened(item("A"))
    wire = slowed(bench, timeout)
    began = bench.world.loop.time()
    with pytest.raises(Transient, match="no answer: TimeoutError"):
        bench.run(run(bench.channel, reading(), None, Patience(tries=20, deadline=seconds)))
    took = bench.world.loop.time() - began

    assert took <= seconds + NEAR
    assert took > seconds - Patience().longest - NEAR  # nothing of it was given away but a pause
    assert (timeout > seconds - 1.0) == (1 == len(wire.asked))


@pytest.mark.parametrize("timeout", [50.0, 400.0])
def test_a_create_that_is_cut_at_the_deadline_is_in_doubt(timeout: float) -> None:
    """It may have been done: it is looked for before it is sent again, as after any other lost answer."""
    bench = Bench.opened(item("A"), manners=profile("search"))
    made, usual = bench.plan(), bench.channel.transport
    wire = slowed(bench, timeout)
    wire.usual = usual._network
    report = bench.run(apply(bench.channel, made, patience=Patience(deadline=20.0)))
    ended = bench.world.loop.time()
    doubt = bench.stand("A").doubt
    bench.channel.transport = usual
    bench.sync()

    assert [Ambiguous] == [type(one.fault) for one in report.bad]
    times = [*wire.asked, ended]
    assert all(20.0 <= end - start < 20.2 for start, end in pairwise(times))
    assert doubt is not None
    assert bench.wanted() == bench.live()


@pytest.mark.parametrize("rest", [30.0, 70.0, 100.0, 179.0])
def test_a_market_that_asks_for_patience_again_and_again_is_left_at_the_deadline(rest: float) -> None:
    """Nobody waits beyond it for a place in the quota, and nothing is asked after it."""
    bench = Bench.opened(item("A"))
    wire = slowed(bench, rest=rest)
    began = bench.world.loop.time()
    with pytest.raises(Throttled):
        bench.run(run(bench.channel, reading(), None, Patience(tries=20)))

    assert len(wire.asked) > 1
    assert wire.asked[-1] - began < DEADLINE
    assert bench.world.loop.time() - began <= DEADLINE + NEAR


def test_a_first_place_in_the_quota_is_waited_for_as_long_as_it_takes() -> None:
    """The deadline begins when the request leaves: whoever stands behind others in a slow quota is not refused."""
    bench = Bench.opened(item("A"))
    bench.sync()
    driver, ref = bench.channel.driver, bench.stand("A").ref
    spec, observe = driver.spec, driver.observe
    assert observe is not None
    assert ref is not None
    bench.channel.driver = evolve(driver, spec=evolve(spec, quotas={"default": (Quota(1, 100.0),)}))
    bench.channel.pacer = Pacer(bench.channel.env, bench.world.store)

    async def several() -> list[Any]:
        return await asyncio.gather(
            *(run(bench.channel, observe(bench.channel.shop, [ref])) for _ in range(5))
        )

    began = bench.world.loop.time()

    assert 5 == len(bench.run(several()))
    assert bench.world.loop.time() - began > DEADLINE
