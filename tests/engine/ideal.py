"""What a quota bears at all: clients that know everything but what nobody can know. They share no code with the engine.

A figure of the pace is a share of what such a client sends over the same road, from the same market. It is not fitted
to what the engine reaches: each ideal is a bound that follows from what may be known.

*The knower* knows the market's quota and shape, and between which bounds a call is on its way there – but not how
long this one will be, nor the market's clock. It never has a call refused, so it must keep away from the edge by that
spread. Where calls are spread evenly the sooner of two may be late and the later one early, so that they meet closer.

*The measurer* knows the quota, not its shape: a window may begin anywhere, and its bounds are those of answers, since
nobody sees where on its way a call is counted. A place in a window is therefore certainly free `per` seconds after
its answer came, less what the fastest answer takes. So many places turn over once in `per` and the average lateness.
A burst of so many calls is such a window, too: one that lasts until one call's room is filled again, since all of
them may come together, and the next one that soon after.

*The halved* does not know of a change either before a first call is refused; nobody does. All that is on its way by then
is sent, too, and every rest that those answers ask for is kept. From then on it is a knower of the new quota, and
sends evenly whenever the market takes a call.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from datetime import datetime

from tests.engine.traffic import Call, Road

from storesync.sandbox.quota import Meter, Quota

__all__ = ["halved", "knower", "measurer"]

_STEPS = [
    ((one + 0.5) / 32, (other + 0.5) / 32) for one in range(32) for other in range(32)
]  # ways there, and back


def knower(quota: Quota, road: Road) -> float:
    """Calls a second, none refused, of one who knows the market."""
    if quota.shape != "bucket":
        return quota.window / (quota.per + road.spread)
    return min(quota.rate, quota.burst / (1.0 / quota.rate + road.spread))


def measurer(quota: Quota, road: Road) -> float:
    """Calls a second, none refused, of one who knows what is declared, and measures the road."""
    if quota.shape != "bucket":
        return quota.window / (quota.per + road.jitter)
    again = sum(_again(1.0 / quota.rate, road, step) for step in _STEPS) / len(_STEPS)
    return min(quota.rate, quota.burst / again)


def _again(filled: float, road: Road, step: tuple[float, float]) -> float:
    """Seconds from a call's leaving until its place in a burst is certainly filled again, for one answer.

    Known with the answer; before it, from how late a call can be at most.
    """
    there, back = step
    late = there * road.spread + back * (road.back[1] - road.back[0])
    most = road.spread + road.back[1] - road.back[0]
    fastest = road.there[0] + road.back[0]
    return min(max(filled, fastest) + late, filled + most)


def halved(meter: Meter, calls: Sequence[Call], road: Road, start: datetime, end: float) -> list[float]:
    """When the market, as it is right after a change, takes the calls of the one who learns of it as all must.

    `calls` are those of one who did not know: what left before the first refusal was answered is the same for all.
    Seconds are those after `start`.
    """
    meter, taken, zero = copy.deepcopy(meter), list[float](), start.timestamp()
    take = meter._bucket if meter.quota.shape == "bucket" else meter._window
    first = min((one.answered for one in calls if one.refused), default=math.inf)
    blind = [one for one in calls if one.left < first]
    taken.extend(one.counted for one in blind if take(zero + one.counted) is None)
    rest = max((one.answered + (one.wait or 0.0) for one in blind if one.refused), default=math.inf)
    step = 1.0 / knower(meter.quota, road)
    at = max(blind[-1].counted, rest + road.there[0]) if blind else end
    while at < end:
        wait = take(zero + at)
        if wait is None:
            taken.append(at)
        at += step if wait is None else max(wait, 1e-6)
    return taken
