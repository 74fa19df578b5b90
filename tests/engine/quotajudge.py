"""How much of a quota is used, judged by the market's own count: all shapes, drawn rates, roads, crowds, processes.

`python -m tests.engine.quotajudge [--seeds 6]` prints the worst figures of each shape. What they are shares of stands in
`ideal.py`.
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from random import Random
from typing import Any

from attrs import evolve, frozen
from tests.engine import ideal
from tests.engine.crowd import Crowd
from tests.engine.traffic import START, Road, Seen, drawn_road, within

import storesync.driver as sd
from storesync.sandbox.quota import Meter, Quota

SHAPES = ("small bucket", "large bucket", "second", "any second", "any ten seconds", "minute")
SLOWEST, FASTEST = 0.2, 200.0  # calls a second
WARM = 60.0  # seconds until an unknown quota is known,
LEARNED = 100  # or so many of its calls, where that is longer
SETTLED = 2.0  # seconds after a change
MINUTE = 60.0


@frozen
class Case:
    """One market: the shape of its quota, calls a second, whether a refusal says how long to wait, the road, who asks."""

    shape: str
    told: bool
    seed: int
    rate: float
    road: Road
    workers: int
    processes: int = 1
    declared: bool = False
    tells: bool = False

    @property
    def quota(self) -> Quota:
        """What the market counts."""
        rate, told = self.rate, self.told
        match self.shape:
            case "small bucket":
                return Quota(rate=rate, burst=max(self.processes, round(rate * 0.4)), told=told)
            case "large bucket":
                return Quota(rate=rate, burst=max(self.processes, round(rate * 2.0)), told=told)
            case "second":
                return Quota(rate=rate, shape="fixed", told=told)
            case "any second":
                return Quota(rate=rate, shape="sliding", told=told)
            case "any ten seconds":
                return Quota(rate=rate, shape="sliding", per=10.0, told=told)
            case _:
                return Quota(rate=rate, shape="fixed", per=60.0, told=told)

    @property
    def said(self) -> sd.Quota | None:
        """What the driver declares."""
        if not self.declared:
            return None
        quota = self.quota
        if quota.shape == "bucket":
            return sd.Quota(round(quota.rate * 10.0), per=10.0, burst=quota.burst)
        return sd.Quota(quota.window, per=quota.per)

    @property
    def warm(self) -> float:
        """Seconds until it is known."""
        return max(WARM, LEARNED / self.rate)

    @property
    def span(self) -> float:
        """A minute, or the time of a hundred calls: fewer do not make a hundredth."""
        return max(MINUTE, LEARNED / self.rate)


def drawn(shape: str, seed: int, *, told: bool, slowest: float = SLOWEST, **more: Any) -> Case:
    """A case by its seed; its workers could ask for more than twice the quota."""
    rng = Random(f"{shape} {seed}")
    road = drawn_road(rng)
    rate = math.exp(rng.uniform(math.log(slowest), math.log(FASTEST)))
    rate = max(1.0, round(rate)) if "second" in shape and "ten" not in shape else max(0.2, round(rate, 1))
    least = math.ceil(2.5 * rate * road.longest)
    workers = rng.randint(max(2, least), 2 * max(2, least))
    return Case(shape=shape, told=told, seed=seed, rate=rate, road=road, workers=workers, **more)


@frozen
class Figures:
    """What was taken, as a share of what can be had; calls refused, and how often the market had to say so."""

    whole: float
    worst: float  # of the worst ten seconds, as a share of the quota
    refused: int
    rests: int
    part: float = 0.0  # of the calls, those refused


def _figures(seen: Seen, case: Case, begin: float, end: float, possible: float) -> Figures:
    span = max(10.0, 20.0 / case.rate)
    times = [begin + step for step in range(int(end - begin - span) + 1)]
    taken = seen.taken
    tens = [within(taken, at, at + span) / (case.rate * span) for at in times]
    refused = [one for one in seen.refused if begin <= one < end]
    count = within(taken, begin, end)
    return Figures(
        whole=count / possible,
        worst=min(tens, default=0.0),
        refused=len(refused),
        rests=sum(later - sooner > 1.0 for sooner, later in pairwise([-math.inf, *refused])),
        part=len(refused) / max(1, count),
    )


def used(case: Case, seconds: float = 300.0) -> Figures:
    """What is used of a quota that stays as it is, when it or the road is known; a declared one never refuses."""
    begin = case.warm
    end = begin + max(seconds, 2.0 * case.span)
    market = Crowd(case.quota, case.road, case.seed, case.tells)
    seen = market.ask(case.said, end, workers=case.workers, processes=case.processes)
    bound = ideal.measurer if case.declared else ideal.knower
    figures = _figures(seen, case, begin, end, bound(case.quota, case.road) * (end - begin))
    return evolve(figures, refused=len(seen.refused)) if case.declared else figures


def halved(case: Case, minutes: int = 1) -> Figures:
    """What is used of half a quota from two seconds after the halving on; `case` is what it is halved to."""
    rng = Random(case.seed)
    # A burst is what it was: what halves is the rate.
    burst, twice = case.quota.burst, evolve(case, rate=2.0 * case.rate)
    said = twice.said if twice.said is None or twice.said.burst is None else evolve(twice.said, burst=burst)
    market = Crowd(evolve(twice.quota, burst=burst), case.road, case.seed, case.tells)
    begin = 2.0 * case.warm + rng.random() * case.quota.per
    meters, known = list[Meter](), list[int]()
    first, last = begin + SETTLED, begin + SETTLED + minutes * case.span

    def change() -> None:
        market.meter.change(case.quota)
        meters.append(copy.deepcopy(market.meter))
        known.append(len(market.seen.calls))

    seen = market.ask(said, last, workers=case.workers, processes=case.processes, change=change, at=begin)
    had = ideal.halved(meters[0], seen.calls[known[0] :], case.road, START, last)
    return _figures(seen, case, first, last, within(had, first, last))


def _judged(one: tuple[Callable[[Case], Figures], Case]) -> tuple[Case, Figures]:
    return one[1], one[0](one[1])


def main() -> None:
    """The worst of each shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        for what, judge, more in (
            ("declared", used, {"declared": True}),
            ("unknown", used, {}),
            ("unknown, then halved", halved, {}),
            ("declared, then halved", halved, {"declared": True}),
        ):
            for shape in SHAPES:
                for told in (True, False):
                    if chosen.only not in f"{what} {shape} {'told' if told else 'untold'}":
                        continue
                    seeds = range(chosen.first, chosen.first + chosen.seeds)
                    cases = [drawn(shape, seed, told=told, **more) for seed in seeds]
                    _print(what, list(pool.map(_judged, [(judge, case) for case in cases])))


def _print(what: str, found: Sequence[tuple[Case, Figures]]) -> None:
    case, worst = min(found, key=lambda one: one[1].whole)
    mean = sum(figures.whole for _, figures in found) / len(found)
    sys.stdout.write(
        f"{what:22} {case.shape:16} {'told' if case.told else 'untold':6} mean {mean:.3f} worst {worst.whole:.3f} "
        f"(seed {case.seed}: {case.rate:g}/s, {case.workers} workers, {case.road.longest * 1e3:.0f} ms) "
        f"refused at most {max(figures.refused for _, figures in found)}, "
        f"{max(figures.part for _, figures in found):.3f}, rests {max(figures.rests for _, figures in found)}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
