"""Workers that ask a market as fast as the pace lets them, in virtual time, over a road that takes its time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from attrs import define, field

import storesync.driver as sd
from storesync.engine import Env, Pacer
from storesync.sandbox.quota import Meter, Quota
from storesync.state import Store
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env

START = datetime(2026, 11, 23, 9, 0, 0, 370_000, tzinfo=UTC)  # in the middle of a market's second
SCOPES = {"app": "plain/app", "account": "plain/acc", "channel": "one"}
CALL = sd.get("/x")
Quotas = Mapping[str, tuple[sd.Quota, ...]]


@define
class Road:
    """Seconds to the market and back, drawn between two bounds each."""

    there: tuple[float, float] = (0.015, 0.025)
    back: tuple[float, float] = (0.01, 0.09)

    @property
    def shortest(self) -> float:
        """The fastest answer."""
        return self.there[0] + self.back[0]

    @property
    def jitter(self) -> float:
        """By how much an answer is later than the fastest one, on average."""
        return (self.there[1] - self.there[0] + self.back[1] - self.back[0]) / 2


@define
class Seen:
    """What the market saw: seconds at which it took a call, and at which it refused one."""

    taken: list[float] = field(factory=list)
    refused: list[float] = field(factory=list)

    def between(self, begin: float, end: float) -> int:
        """Calls that were taken then."""
        return sum(begin <= at < end for at in self.taken)

    def rests(self, begin: float = 0.0, end: float = math.inf) -> int:
        """How often calls were refused then; those within a second are one matter."""
        last, found = -math.inf, 0
        for at in self.refused:
            if begin <= at < end and at - last > 1.0:
                found += 1
                last = at
        return found


class Traffic:
    """One market, one process."""

    def __init__(self, quota: Quota, *, seed: int = 1, road: Road | None = None, tells: bool = False) -> None:
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

        await asyncio.gather(*(worker() for _ in range(workers)))

    async def call(self, quotas: Quotas, request: sd.Request = CALL) -> bool:
        """One call; whether the market took it."""
        road, draw = self.road, self.rng.uniform
        place = await self.pacer.take(request, quotas, SCOPES)
        place.leaves()
        await self.env.sleep(draw(*road.there))
        refused = self.meter.take(self.env.now())
        told = self._level()
        (self.seen.taken if refused is None else self.seen.refused).append(self.env.elapsed())
        await self.env.sleep(draw(*road.back))
        if refused is None:
            place.taken(told)
        else:
            place.refused(float(refused[1]) if self.meter.quota.told else None, told)
        return refused is None

    def _level(self) -> list[sd.Pace]:
        """What the market says is left, in whole calls."""
        if not self.tells:
            return []
        meter = self.meter
        left = meter.level if meter.quota.shape == "bucket" else meter.quota.window - len(meter.calls)
        return [sd.Pace("default", left=Decimal(max(0, math.floor(left))))]
