"""`python -m storesync.testing.simulate --seeds 2000`: one JSON line, and one line per failing seed."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import structlog

from storesync.testing.simulation import Verdict, _fresh, simulate

__all__ = ["main"]

_CHUNK = 25


def _some(seeds: Iterable[int]) -> list[Verdict | str]:
    # Thousands of worlds fail millions of requests on purpose: nobody reads that.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    store = _fresh()
    verdicts: list[Verdict | str] = []
    for seed in seeds:
        try:
            verdicts.append(simulate(seed, store))
        except Exception as error:  # the judge tells of every world, a broken one too
            verdicts.append(f"seed {seed}: {type(error).__name__}: {error}")
    store.close()
    return verdicts


def main(arguments: list[str] | None = None) -> int:
    """Judge the worlds; 0 when every promise held in all of them."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    chunks = [seeds[n : n + _CHUNK] for n in range(0, len(seeds), _CHUNK)]
    results: list[Verdict | str] = []
    if chosen.jobs == 1:
        for chunk in chunks:
            results += _some(chunk)
    else:
        with ProcessPoolExecutor(chosen.jobs) as pool:
            for some in pool.map(_some, chunks):
                results += some
    verdicts = [result for result in results if isinstance(result, Verdict)]
    broken = [result for result in results if isinstance(result, str)]
    for line in broken:
        sys.stderr.write(line + "\n")
    for verdict in verdicts:
        if not verdict.good:
            sys.stderr.write(_told(verdict) + "\n")
    summary: dict[str, Any] = {
        "seeds": chosen.seeds,
        "duplicates": sum(len(verdict.duplicates) for verdict in verdicts),
        "lost": sum(len(verdict.lost) for verdict in verdicts),
        "wrong": sum(len(verdict.wrong) for verdict in verdicts),
        "unjournaled": sum(len(verdict.unjournaled) for verdict in verdicts),
        "max_calls_second_run": max((verdict.second_run_calls for verdict in verdicts), default=0),
        "writes_second_run": sum(verdict.second_run_writes for verdict in verdicts),
        "worst_calls_ratio": max(
            (round(verdict.calls / verdict.minimum, 4) for verdict in verdicts if verdict.minimum),
            default=1.0,
        ),
        "parked": sum(verdict.parked for verdict in verdicts),
        "crashes": sum(verdict.crashes for verdict in verdicts),
        "broken": len(broken),
        "seconds": round(time.monotonic() - began, 1),
    }
    sys.stdout.write(json.dumps(summary) + "\n")
    return 0 if not broken and all(verdict.good for verdict in verdicts) else 1


def _told(verdict: Verdict) -> str:
    what = {
        "duplicates": verdict.duplicates,
        "lost": verdict.lost,
        "wrong": verdict.wrong,
        "unjournaled": verdict.unjournaled,
        "second_run_writes": verdict.second_run_writes,
        "calls": [verdict.calls, verdict.minimum],
    }
    shown = {name: value for name, value in what.items() if value}
    again = f"python -m storesync.testing.simulate --first {verdict.seed} --seeds 1 --jobs 1"
    return (
        f"seed {verdict.seed} ({verdict.profile.by}, {verdict.profile.steps} steps): {shown}; again: {again}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
