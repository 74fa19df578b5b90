"""How much of a quota is used, judged by the market's own count: quotas of all shapes, drawn rates and crowds.

`python -m tests.engine.quotajudge [--seeds 6]` prints the worst figures of each shape.
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from random import Random

from attrs import evolve, frozen
from tests.engine.traffic import Quotas, Seen, Traffic

import storesync.driver as sd
from storesync.sandbox.quota import Meter, Quota

SHAPES = ("small bucket", "large bucket", "second", "any second", "any ten seconds", "minute")
WARM = 60.0  # seconds until an unknown quota is known
SETTLED = 2.0  # seconds after a change
MINUTE = 60.0
WINDOW = 10.0
_FASTEST_ANSWERS = 14.0  # a second, one worker's


@frozen
class Case:
    """One market: the shape of its quota, calls a second, whether a refusal says how long to wait, who asks."""

    shape: str
    told: bool
    seed: int
    rate: float
    workers: int
    declared: bool = False
    tells: bool = False

    @property
    def quota(self) -> Quota:
        """What the market counts."""
        rate, told = self.rate, self.told
        match self.shape:
            case "small bucket":
                return Quota(rate=rate, burst=max(1, round(rate * 0.4)), told=told)
            case "large bucket":
                return Quota(rate=rate, burst=round(rate * 2.0), told=told)
            case "second":
                return Quota(rate=rate, shape="fixed", told=told)
            case "any second":
                return Quota(rate=rate, shape="sliding", told=told)
            case "any ten seconds":
                return Quota(rate=rate, shape="sliding", per=10.0, told=told)
            case _:
                return Quota(rate=rate, shape="fixed", per=60.0, told=told)

    @property
    def quotas(self) -> Quotas:
        """What the driver declares."""
        if not self.declared:
            return {}
        quota = self.quota
        if quota.shape == "bucket":
            return {"default": (sd.Quota(round(quota.rate), burst=quota.burst),)}
        return {"default": (sd.Quota(quota.window, per=quota.per),)}


def drawn(shape: str, seed: int, *, told: bool, slowest: float = 1.0, **more: bool) -> Case:
    """A case by its seed: up to 100 calls a second, 1 to 16 workers, who could ask for more than twice the quota."""
    rng = Random(f"{shape} {seed}")
    workers = rng.choice([some for some in (1, 2, 4, 8, 16) if some * _FASTEST_ANSWERS >= 2.5 * slowest])
    most = min(100.0, workers * _FASTEST_ANSWERS / 2.5)
    rate = round(math.exp(rng.uniform(math.log(slowest), math.log(max(slowest, most)))))
    return Case(shape=shape, told=told, seed=seed, rate=float(rate), workers=workers, **more)


@frozen
class Figures:
    """Shares of the quota, and refused calls."""

    whole: float  # of all the time that was judged
    worst: float  # of the worst ten seconds of it
    best: float  # of the best ten
    refused: int
    rests: int


def _figures(seen: Seen, rate: float, begin: float, end: float) -> Figures:
    times = [begin + step for step in range(int(end - begin - WINDOW) + 1)]
    tens = [seen.between(at, at + WINDOW) / (rate * WINDOW) for at in times]
    return Figures(
        whole=seen.between(begin, end) / (rate * (end - begin)),
        worst=min(tens),
        best=max(tens),
        refused=sum(begin <= at < end for at in seen.refused),
        rests=seen.rests(begin, end),
    )


def used(case: Case, seconds: float = 600.0, *, warm: float = WARM) -> Figures:
    """What is used of a quota that stays as it is, after the time to warm up."""
    market = Traffic(case.quota, seed=case.seed, tells=case.tells)
    try:
        seen = market.ask(case.quotas, warm + seconds, workers=case.workers)
    finally:
        market.close()
    return _figures(seen, case.rate, warm, warm + seconds)


def halved(case: Case, *, whole: float = MINUTE) -> Figures:
    """What is used of half a quota from two seconds after the halving on, as a share of what can be had at all.

    `case` is what it is halved to. Who knows all would ask just when the market takes a call again: where it counts by
    long windows it takes none for a while.
    """
    rng = Random(case.seed)
    twice = evolve(case, rate=2.0 * case.rate)
    before = evolve(twice.quota, burst=case.quota.burst) if case.shape.endswith("bucket") else twice.quota
    market, begin = Traffic(before, seed=case.seed, tells=case.tells), 120.0 + rng.random()
    best = Seen()
    quotas: Quotas = twice.quotas
    if case.declared and before.shape == "bucket":
        quotas = {"default": (sd.Quota(round(before.rate), burst=before.burst),)}

    def change() -> None:
        market.meter.change(case.quota)
        now = market.env.now().timestamp()
        best.taken.extend(begin + at - now for at in _possible(market.meter, now, now + SETTLED + whole))

    try:
        seen = market.ask(
            quotas, begin + SETTLED + whole + 1.0, workers=case.workers, change=change, at=begin
        )
    finally:
        market.close()
    first, last = begin + SETTLED, begin + SETTLED + whole
    figures = _figures(seen, case.rate, first, last)
    return evolve(figures, whole=seen.between(first, last) / best.between(first, last))


def _possible(meter: Meter, begin: float, end: float) -> Iterator[float]:
    """When a market takes the calls of one who knows when it will."""
    meter, at = copy.deepcopy(meter), begin
    take = meter._bucket if meter.quota.shape == "bucket" else meter._window
    while at < end:
        wait = take(at)
        if wait is None:
            yield at
        else:
            at += max(wait, 1e-4)


def _unknown(case: Case) -> tuple[Case, Figures]:
    return case, used(case)


def _halved(case: Case) -> tuple[Case, Figures]:
    return case, halved(case)


def main() -> None:
    """The worst of each shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--slowest", type=float, default=1.0)
    chosen = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        for what, judge, declared in (
            ("unknown", _unknown, False),
            ("unknown, then halved", _halved, False),
            ("declared, then halved", _halved, True),
        ):
            for shape in SHAPES:
                for told in (True, False):
                    cases = [
                        drawn(shape, seed, told=told, slowest=chosen.slowest, declared=declared)
                        for seed in range(chosen.seeds)
                    ]
                    found = list(pool.map(judge, cases))
                    case, worst = min(found, key=lambda one: one[1].whole)
                    mean = sum(figures.whole for _, figures in found) / len(found)
                    sys.stdout.write(
                        f"{what:22} {shape:16} {'told' if told else 'untold':6} mean {mean:.3f} worst {worst.whole:.3f} "
                        f"(seed {case.seed}: {case.rate:g}/s, {case.workers} workers) worst ten seconds "
                        f"{min(figures.worst for _, figures in found):.2f}, "
                        f"refused at most {max(figures.refused for _, figures in found)}\n"
                    )
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
