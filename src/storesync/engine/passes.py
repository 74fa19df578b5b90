"""The passes of one sync: what a doubt left open in one of them is compared and repaired in the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from storesync.engine.report import Report
from storesync.errors import StalePlan
from storesync.plan import Plan

__all__ = ["passes"]

_MOST = 3


async def passes(
    plan: Callable[[], Awaitable[Plan]], apply: Callable[[Plan], Awaitable[Report]]
) -> tuple[Plan, Report]:
    """Plan and apply until nothing is left that can be done now; the first plan and all that came of it.

    StalePlan when somebody else moves the state before every plan of the first pass can be applied.
    """
    first, report = await _first(plan, apply)
    for _ in range(_MOST - 1):
        if not report.outcomes or report.stopped:
            break
        again = await plan()
        report.compared_anew({held.key for held in again.held})
        if not again.operations:
            break
        more = await apply(again)
        report.follow(more)
        if not any(outcome.good for outcome in more.outcomes):
            break
    return first, report


async def _first(
    plan: Callable[[], Awaitable[Plan]], apply: Callable[[Plan], Awaitable[Report]]
) -> tuple[Plan, Report]:
    """Plan and apply; when somebody else moved the state in between, plan once more: nothing was sent."""
    for left in reversed(range(_MOST)):
        made = await plan()
        try:
            return made, await apply(made)
        except StalePlan:
            if not left:
                raise
    raise AssertionError("the last pass returns or raises")
