"""Workers that ask a market as fast as the pace lets them, in virtual time, over a road that takes its time."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from attrs import define, field, frozen

import storesync.driver as sd
from storesync.engine import Env, Pacer
from storesync.sandbox.quota import Meter, Quota
from storesync.state import Store
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env

START = datetime(2026, 11, 23, 9, 0, 0, 370_000, tzinfo=UTC)  # in the middle of a market's second
SCOPES = {"app": "plain/app", "account": "plain/acc", "channel": "one"}
CALL = sd.get("/x")
Quotas = Mapping[str, tuple[sd.Quota, ...]]


@frozen
class Road:
    """Seconds to the market and back, drawn between two bounds each."""

    there: tuple[float, float] = (0.015, 0.025)
    back: tuple[float, float] = (0.01, 0.09)

    @property
    def spread(self) -> float:
        """By how much one call may be longer on its way there than another."""
        return self.there[1] - self.there[0]

    @property
    def longest(self) -> float:
        """The slowest answer."""
        return self.there[1] + self.back[1]

    @property
    def jitter(self) -> float:
        """By how much an answer is later than the fastest one, on average."""
        return (self.spread + self.back[1] - self.back[0]) / 2


def drawn_road(rng: Random) -> Road:
    """The fastest answer after 16 to 400 ms; the way there differs by up to a twentieth of it, that back by half."""
    fastest = math.exp(rng.uniform(math.log(0.016), math.log(0.4)))
    there = fastest * rng.uniform(0.3, 0.7)
    back = fastest - there
    return Road(
        there=(there, there + fastest * rng.uniform(0.0, 0.05)),
        back=(back, back + fastest * rng.uniform(0.0, 0.5)),
    )


@frozen
class Call:
    """When a call left, when the market counted it, when it was answered; `wait` where it was refused."""

    left: float
    counted: float
    answered: float
    refused: bool
    wait: float | None


@define
class Seen:
    """What the market saw: the calls in the order in which it counted them."""

    calls: list[Call] = field(factory=list)

    @property
    def taken(self) -> list[float]:
        """When it took one."""
        return [one.counted for one in self.calls if not one.refused]

    @property
    def refused(self) -> list[float]:
        """When it refused one."""
        return [one.counted for one in self.calls if one.refused]

    def between(self, begin: float, end: float) -> int:
        """Calls that were taken then."""
        return within(self.taken, begin, end)


def within(times: Sequence[float], begin: float, end: float) -> int:
    """How many of these, which are in order, lie there."""
    return bisect_left(times, end) - bisect_left(times, begin)


class Traffic:
    """One market, one process."""

    def __init__(
        self,
        quota: Quota,
        *,
        seed: int = 1,
        road: Road | None = None,
        tells: bool = False,
    ) -> None:
        self.tells = tells  # whether each answer says how much is left
        self.loop = VirtualLoop()
        self.rng = Random(seed)
        self.env: Env = virtual_env(self.loop, self.rng, start=START, owner="host:1")
        self.store = Store("sqlite://", inline=True)
        self.store.create_tables()
        self.pacer = Pacer(self.env, self.store)
        self.meter = Meter.full(quota, self.env.now())
        self.road = road or Road()
        self.seen = Seen()

    def close(self) -> None:
        """Let go of the loop and the state."""
        self.loop.close()
        self.store.close()

    def process(self) -> Pacer:
        """The process is started anew: what it knew is gone, but for the state."""
        self.pacer = Pacer(self.env, self.store)
        return self.pacer

    def run(self, work: Any) -> Any:
        """Run to the end."""
        return run_virtual(self.loop, work)

    def ask(
        self,
        quotas: Quotas,
        seconds: float,
        *,
        workers: int = 8,
        change: Callable[[], None] | None = None,
        at: float = math.inf,
    ) -> Seen:
        """Ask for so long; `change` happens after `at` seconds."""
        self.run(self._ask(quotas, seconds, workers, change, at))
        return self.seen

    async def _ask(
        self, quotas: Quotas, seconds: float, workers: int, change: Callable[[], None] | None, at: float
    ) -> None:
        begin = self.env.elapsed()
        if change is not None:
            self.loop.call_later(at, change)

        async def worker() -> None:
            while self.env.elapsed() < begin + seconds:
                await self.call(quotas)

        crowd = (worker() for _ in range(workers))
        done, _ = await asyncio.wait([asyncio.ensure_future(one) for one in crowd], timeout=seconds + 1.0)
        for one in done:
            one.result()

    async def call(self, quotas: Quotas, request: sd.Request = CALL) -> bool:
        """One call; whether the market took it."""
        road, draw, elapsed = self.road, self.rng.uniform, self.env.elapsed
        place = await self.pacer.take(request, quotas, SCOPES)
        place.leaves()
        left = elapsed()
        try:
            await self.env.sleep(draw(*road.there))
            refused = self.meter.take(self.env.now())
            told, counted, back = self._level(), elapsed(), draw(*road.back)
            wait = float(refused[1]) if refused is not None and self.meter.quota.told else None
            self.seen.calls.append(Call(left, counted, counted + back, refused is not None, wait))
            await self.env.sleep(back)
        except asyncio.CancelledError:
            place.over()
            raise
        if refused is None:
            place.taken(told)
        else:
            place.refused(wait, told)
        return refused is None

    def _level(self) -> list[sd.Pace]:
        """What the market says is left, in whole calls."""
        if not self.tells:
            return []
        meter = self.meter
        left = meter.level if meter.quota.shape == "bucket" else meter.quota.window - len(meter.calls)
        return [sd.Pace("default", left=Decimal(max(0, math.floor(left))))]
