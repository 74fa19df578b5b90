"""`python -m storesync.testing.simulate --seeds 1000`: worlds by the thousand, told in one table."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import structlog

from storesync.sandbox.faults import FAULTS, SHAPES
from storesync.testing.platform import PLATFORMS
from storesync.testing.simulation import fresh_store, simulate
from storesync.testing.verdict import Verdict

__all__ = ["EXPECTED", "main", "run_some"]

_CHUNK = 100  # worlds on one store: to make one takes as long as half a world
_COLLECTED = 20  # worlds between two searches for garbage, which is not looked for within a world
_ENOUGH = 1_000  # worlds in which everything must have happened at least once

EXPECTED: tuple[str, ...] = (
    *(f"{name} {shape}".strip() for name in FAULTS for shape in SHAPES.get(name, ("",))),
    "request arrived late",
    "step two refused",
    "error after a create",
    "renewed a token",
    "authorized again",
    "search lags",
    "clock is wrong",
    "clocks differ",
    "decided later",
    "lifted to its floor",
    "waited for the calendar",
    "waited for the day's quota",
    "stumbled over what an answer hides",
    "stumbled over the meaning of an answer",
    "stumbled over the pace",
    "stumbled over an answer in a flow",
    "process died",
    "store failed",
    "two at once, both went through",
    "two at once, one was told Locked",
    "two at once, one was told StalePlan",
    "planned elsewhere",
    "planning elsewhere was interrupted",
    "stale by another plan",
    "price by hand",
    "price held",
    "text held",
    "price and text held",
    "document refused",
    "row unreadable",
    "price figure unreadable",
    "stock figure unreadable",
    "held before it was made",
    "held with a create in doubt",
    "held with an update in doubt",
    "held with a variant in doubt",
    "held price by hand",
    "stock by hand",
    "status by hand",
    "title by hand",
    "delete by hand",
    "variant added by hand",
    "variant removed by hand",
    "pictures forgotten",
)
"""What a thousand worlds are made of, by the names under which it is counted."""


def run_some(seeds: Iterable[int]) -> list[Verdict | str]:
    """The verdicts on these worlds, one after the other on one store; text for one that stopped the simulation."""
    # Thousands of worlds fail millions of requests on purpose: nobody reads that.
    structlog.reset_defaults()
    logging.getLogger("storesync.engine").setLevel(logging.CRITICAL)
    # Nor does anybody want the modules searched for garbage, world after world.
    gc.freeze()
    gc.disable()
    store = fresh_store()
    verdicts: list[Verdict | str] = []
    for number, seed in enumerate(seeds, 1):
        try:
            verdicts.append(simulate(seed, store))
        except Exception as error:  # the judge tells of every world, a broken one too
            verdicts.append(f"seed {seed}: {type(error).__name__}: {error}; {_again(seed)}")
        if number % _COLLECTED == 0:
            gc.collect()
    store.close()
    gc.enable()
    return verdicts


def _again(seed: int) -> str:
    return f"alone: python -m storesync.testing.simulate --first {seed} --seeds 1"


def main(arguments: list[str] | None = None) -> int:
    """Judge the worlds; 0 when every promise held in all of them."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", action="store_true", help="one JSON line instead of the table")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    chunks = [seeds[n : n + _CHUNK] for n in range(0, len(seeds), _CHUNK)]
    results: list[Verdict | str] = []
    if chosen.jobs == 1 or len(chunks) == 1:
        for chunk in chunks:
            results += run_some(chunk)
    else:
        with ProcessPoolExecutor(chosen.jobs) as pool:
            for some in pool.map(run_some, chunks):
                results += some
    verdicts = [result for result in results if isinstance(result, Verdict)]
    stopped = [result for result in results if isinstance(result, str)]
    for line in stopped:
        sys.stderr.write(line + "\n")
    for verdict in verdicts:
        if not verdict.good:
            sys.stderr.write(_told(verdict) + "\n")
    events: Counter[str] = sum((verdict.events for verdict in verdicts), Counter())
    missing = [name for name in EXPECTED if not events[name]] if chosen.seeds >= _ENOUGH else []
    seconds = time.monotonic() - began
    if chosen.json:
        sys.stdout.write(json.dumps(_document(verdicts, stopped, events, missing, seconds)) + "\n")
    else:
        sys.stdout.write(_table(verdicts, stopped, events, missing, seconds))
    return 0 if not stopped and not missing and all(verdict.good for verdict in verdicts) else 1


def _ratio(some: Sequence[Verdict]) -> float:
    """The worst of the worlds without mishaps; 1.0 is as few calls as it takes."""
    runs = [run for one in some for run in one.counted]
    return max((round(calls / fewest, 4) for calls, fewest in runs if fewest), default=1.0)


_COLUMNS: Mapping[str, Any] = {
    "worlds": len,
    "listed twice": lambda some: sum(len(one.duplicates) for one in some),
    "lost": lambda some: sum(len(one.lost) for one in some),
    "wrong": lambda some: sum(len(one.wrong) for one in some),
    "not in the journal": lambda some: sum(len(one.unjournaled) for one in some),
    "below its floor": lambda some: sum(len(one.cheap) for one in some),
    "not as its plan showed": lambda some: sum(len(one.unshown) for one in some),
    "stale without need": lambda some: sum(len(one.stale) for one in some),
    "begun in a blackout": lambda some: sum(len(one.in_blackout) for one in some),
    "over the day's quota": lambda some: sum(len(one.over_quota) for one in some),
    "writes of a second run": lambda some: sum(one.second_run_writes for one in some),
    "parked, with a reason": lambda some: sum(one.parked for one in some),
    "calls over the minimum": _ratio,
}


def _by_platform(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = {platform.name: [] for platform in PLATFORMS}
    for verdict in verdicts:
        groups[verdict.platform].append(verdict)
    return groups


def _document(
    verdicts: Sequence[Verdict],
    stopped: Sequence[str],
    events: Counter[str],
    missing: Sequence[str],
    seconds: float,
) -> dict[str, Any]:
    groups = {name: some for name, some in _by_platform(verdicts).items() if some}
    return {
        "all": {name: count(verdicts) for name, count in _COLUMNS.items()},
        **{
            platform: {name: count(some) for name, count in _COLUMNS.items()}
            for platform, some in groups.items()
        },
        "broken": sum(not verdict.good for verdict in verdicts),
        "stopped": len(stopped),
        "events": dict(sorted(events.items())),
        "never happened": list(missing),
        "seconds": round(seconds, 1),
    }


def _table(
    verdicts: Sequence[Verdict],
    stopped: Sequence[str],
    events: Counter[str],
    missing: Sequence[str],
    seconds: float,
) -> str:
    groups = {"all": list(verdicts), **_by_platform(verdicts)}
    lines = [f"{'':<24}" + "".join(f"{name:>10}" for name in groups)]
    lines += [
        f"{name:<24}" + "".join(f"{count(some):>10,}" for some in groups.values())
        for name, count in _COLUMNS.items()
    ]
    lines.append("\nwhat happened in these worlds, and how often")
    names = sorted(events, key=lambda name: (name not in EXPECTED, name))
    half = (len(names) + 1) // 2
    for left, right in zip(names[:half], [*names[half:], ""], strict=False):
        told = f"  {left:<38}{events[left]:>9,}"
        lines.append(told + (f"    {right:<38}{events[right]:>9,}" if right else ""))
    broken = sum(not verdict.good for verdict in verdicts) + len(stopped)
    what = (
        f"{broken} of {len(verdicts) + len(stopped)} worlds broke a promise"
        if broken
        else "every promise held"
    )
    if missing:
        what += f"; never happened: {', '.join(missing)}"
    lines.append(f"\n{what}, in {seconds:.0f} s")
    return "\n".join(lines) + "\n"


def _told(verdict: Verdict) -> str:
    where = f"{verdict.platform}, {verdict.profile.by}, {verdict.profile.steps} steps"
    seen = "; ".join(f"{name}: {value}" for name, value in verdict.broken.items())
    return f"seed {verdict.seed} ({where}): {seen}; {_again(verdict.seed)}"


if __name__ == "__main__":
    raise SystemExit(main())
