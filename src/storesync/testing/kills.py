"""`python -m storesync.testing.kills --times 100`: real processes killed with SIGKILL, judged by the market's truth.

A sync of the example project is killed at a random moment and started again until it comes to its end; what the
sandbox then holds must be what an undisturbed sync makes, each listing once. Then two real syncs at once, and one that
is frozen while it holds the lease, until another took over. What the processes wrote is searched for the shops'
credentials. One JSON line; the exit code is 0 when nothing was duplicated, lost, wrong or told.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from attrs import define, field

from storesync.testing.leaks import Leaks
from storesync.testing.ordeals import Judge, Tally, compete, freeze, rehearse, torment
from storesync.testing.processes import channels, project, sandbox

__all__ = ["main"]

_AT_MOST = 4  # kills of one world before it may come to its end
_COUNTED = (
    "kills", "worlds", "writes_when_unchanged", "rivals", "told_who", "frozen", "taken_over", "fenced_off",
)  # fmt: skip


@define
class _Count:
    """How many kills are still to be made; worlds of several threads draw from it."""

    left: int
    lock: threading.Lock = field(factory=threading.Lock)

    def draw(self, most: int) -> int:
        with self.lock:
            drawn = min(most, self.left)
            self.left -= drawn
            return drawn

    def give_back(self, count: int) -> None:
        with self.lock:
            self.left += count


def _work(
    template: Path,
    folder: Path,
    named: Mapping[str, str],
    judge: Judge,
    count: _Count,
    rivals: _Count,
    frozen: _Count,
    seed: int,
) -> Tally:
    rng, total, leaks = random.Random(seed), Tally(), Leaks()
    with sandbox(*named.values()) as box:
        while drawn := count.draw(rng.randint(1, _AT_MOST)):
            one = torment(template, folder, box, named, judge, rng, drawn)
            count.give_back(drawn - one.kills)
            _add(total, one)
            leaks.folder(folder)
        while rivals.draw(1):
            _add(total, compete(template, folder, box, named, judge, rng))
            leaks.folder(folder)
        while frozen.draw(1):
            _add(total, freeze(template, folder, box, named, judge, rng))
            leaks.folder(folder)
    total.leaks += leaks.found
    return total


def _add(total: Tally, one: Tally) -> None:
    for name in _COUNTED:
        setattr(total, name, getattr(total, name) + getattr(one, name))
    for name in ("duplicates", "lost", "wrong", "failed", "leaks"):
        getattr(total, name).extend(getattr(one, name))


def main(arguments: list[str] | None = None) -> int:
    """Kill, restart and judge; 0 when every promise held."""
    parser = argparse.ArgumentParser(prog="kills", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how many kills")
    parser.add_argument(
        "--products", type=int, default=24, help="product lines of the example that are listed"
    )
    parser.add_argument(
        "--seed", type=int, default=None, help="of the moments; the machine's pace still has its say"
    )
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="worlds at once")
    parser.add_argument("--folder", type=Path, help="keep what the processes wrote there")
    chosen = parser.parse_args(arguments)
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    began, named = time.monotonic(), channels()
    total = Tally()
    with ExitStack() as stack:
        folder = chosen.folder or stack.enter_context(tempfile.TemporaryDirectory())
        template = Path(folder, "template")
        project(template, "http://sandbox.invalid", products=chosen.products)
        with sandbox(*named.values()) as box:
            judge = rehearse(template, Path(folder, "rehearsal"), box, named)
        count, rivals = _Count(chosen.times), _Count(max(2, chosen.times // 10))
        frozen = _Count(max(1, chosen.times // 20))
        with ThreadPoolExecutor(chosen.jobs) as pool:
            works = [
                pool.submit(
                    _work,
                    template,
                    Path(folder, f"world-{job}"),
                    named,
                    judge,
                    count,
                    rivals,
                    frozen,
                    seed + job,
                )
                for job in range(chosen.jobs)
            ]
            for work in works:
                _add(total, work.result())
    for line in (*total.duplicates, *total.lost, *total.wrong, *total.failed, *total.leaks):
        sys.stderr.write(line + "\n")
    summary = {
        "kills": total.kills,
        "worlds": total.worlds,
        "listings": sum(len(shown) for shown in judge.truth.values()),
        "channels": sorted(named),
        "duplicates": len(total.duplicates),
        "lost": len(total.lost),
        "wrong": len(total.wrong),
        "failed": len(total.failed),
        "leaks": len(total.leaks),
        "writes_when_unchanged": total.writes_when_unchanged,
        "rivals": total.rivals,
        "told_who": total.told_who,
        "frozen": total.frozen,
        "taken_over": total.taken_over,
        "fenced_off": total.fenced_off,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
    }
    sys.stdout.write(json.dumps(summary) + "\n")
    return 0 if total.good else 1


if __name__ == "__main__":
    raise SystemExit(main())
