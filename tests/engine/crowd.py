"""Workers that ask one market through the engine's buckets alone: `Traffic` without a loop, ten times as fast.

Each process has one bucket and its line of workers; who is first in line waits for as long as the bucket says, then
looks again. What the pacer adds to that – scopes, labels, several quotas at once – is tested with `Traffic`; one test
says that both see the same.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random

from attrs import define, field
from tests.engine.traffic import START, Call, Road, Seen

import storesync.driver as sd
from storesync.engine.bucket import Bucket, Share
from storesync.sandbox.quota import Meter, Quota


@define
class _Process:
    """A bucket and the workers that are free."""

    bucket: Bucket
    free: int
    wakes: float | None = 0.0  # when the first in line looks again; None: at the next answer


@define
class Crowd:
    """One market, asked by all at once; `tells` says whether each answer names what is left."""

    quota: Quota
    road: Road
    seed: int
    tells: bool = False
    seen: Seen = field(factory=Seen)
    meter: Meter = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.meter = Meter.full(self.quota, START)

    def ask(
        self,
        quota: sd.Quota | None,
        seconds: float,
        *,
        workers: int,
        processes: int = 1,
        change: Callable[[], None] | None = None,
        at: float = math.inf,
    ) -> Seen:
        """Ask for so long; `change` happens after `at` seconds."""
        rng, number, events = Random(self.seed), count(), list[tuple[float, int, Callable[[float], None]]]()
        crew = [
            _Process(Bucket(quota, Share(one, processes)), (workers + one) // processes)
            for one in range(processes)
        ]

        def later(when: float, what: Callable[[float], None]) -> None:
            heapq.heappush(events, (when, next(number), what))

        def look(process: _Process, now: float) -> None:
            """The first in line leaves if it may, and the next one is the first."""
            while process.free and process.wakes is not None and process.wakes <= now:
                wait = process.bucket.wait(now, 1)
                if wait == 0.0:
                    send(process, now)
                    continue
                process.wakes = None if wait == math.inf else now + min(max(wait, 1e-6), 1.0)
                if process.wakes is not None:
                    later(process.wakes, partial(look, process))

        def send(process: _Process, left: float) -> None:
            process.free -= 1
            process.bucket.hold(1)
            process.bucket.leaves(left, 1)

            def counted(now: float) -> None:
                refused = self.meter.take(START + timedelta(seconds=now))
                told, answered = self._level(), now + rng.uniform(*self.road.back)
                wait = float(refused[1]) if refused is not None and self.meter.quota.told else None
                self.seen.calls.append(Call(left, now, answered, refused is not None, wait))
                later(answered, lambda then: answer(then, refused is not None, wait, told))

            def answer(now: float, refused: bool, wait: float | None, told: sd.Pace | None) -> None:
                bucket = process.bucket
                bucket.over(now, left, 1)
                if refused:
                    bucket.refused(now, left, wait)
                else:
                    bucket.taken(now, left)
                if told is not None:
                    bucket.told(told, now)
                process.free += 1
                if process.wakes is None or process.free == 1:
                    process.wakes = now
                look(process, now)

            later(left + rng.uniform(*self.road.there), counted)

        if change is not None:
            later(at, lambda _: change())
        for process in crew:
            later(0.0, partial(look, process))
        while events and events[0][0] < seconds:
            now, _, what = heapq.heappop(events)
            what(now)
        return self.seen

    def _level(self) -> sd.Pace | None:
        """What the market says is left, in whole calls."""
        if not self.tells:
            return None
        meter = self.meter
        left = meter.level if meter.quota.shape == "bucket" else meter.quota.window - len(meter.calls)
        return sd.Pace("default", left=Decimal(max(0, math.floor(left))))
