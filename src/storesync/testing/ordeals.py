"""What is done to real processes, and what must come of it: killed again and again, two at once, one that is frozen."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import define, field

from storesync.testing.processes import Sandbox, sync

__all__ = ["Judge", "Tally", "compete", "freeze", "rehearse", "torment"]

_PATIENCE = 180.0  # seconds that one sync may take
_LOOK = 0.005
_HELD = 2  # done, with listings held back by an issue: as in the undisturbed sync
_LEASE = 10  # seconds for which a run that does not renew it holds a channel, in the worlds with a frozen one
_CALM = 1.0  # seconds without a new call after which a process only waits for answers
_SLOW = {"rates": {"slow": 1.0}, "seconds": 1.0, "only": ["create", "upload"]}
Truth = Mapping[str, Mapping[str, Any]]


@define
class Tally:
    """What became of all worlds."""

    kills: int = 0
    worlds: int = 0
    duplicates: list[str] = field(factory=list)
    lost: list[str] = field(factory=list)
    wrong: list[str] = field(factory=list)
    failed: list[str] = field(factory=list)
    leaks: list[str] = field(factory=list)
    writes_when_unchanged: int = 0
    rivals: int = 0
    told_who: int = 0
    frozen: int = 0
    taken_over: int = 0
    fenced_off: int = 0

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        broken = (self.duplicates, self.lost, self.wrong, self.failed, self.leaks, self.writes_when_unchanged)
        fenced = self.frozen == self.taken_over == self.fenced_off
        return not any(broken) and fenced and self.told_who == self.rivals


@define
class Judge:
    """What an undisturbed sync makes of the project, per market, and how many writes it takes."""

    truth: Truth
    writes: int
    seconds: float


def _shown(box: Sandbox, market: str) -> dict[str, Any]:
    """What the market shows, by the shop's own key, without what differs from run to run."""
    shown: dict[str, Any] = {}
    for row in box.read(market, "export")["listings"]:
        if row["status"] == "deleted":
            continue
        skus = sorted((sku["code"], sku["price"], sku["stock"]) for sku in row["skus"])
        shown[row["key"]] = {
            "title": row["title"],
            "status": row["status"],
            "price": row["price"],
            "stock": row["stock"],
            "images": len(row["images"]),
            "skus": skus,
        }
    return shown


def _finish(run: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        _, said = run.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        return -1, f"a sync did not end within {_PATIENCE:g} s"
    return 0 if run.returncode == _HELD else run.returncode, said.strip()


def _fresh(template: Path, where: Path, box: Sandbox, markets: Sequence[str]) -> Path:
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(template, where, copy_function=os.link)
    path = where / "storesync.toml"
    path.unlink()  # linked to the template's: this world has an address of its own
    text = (template / "storesync.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("http://sandbox.invalid", box.address), encoding="utf-8")
    for market in markets:
        box.tell(market, "reset")
    return path


def rehearse(template: Path, where: Path, box: Sandbox, named: Mapping[str, str]) -> Judge:
    """One sync that nobody disturbs: the measure of all others."""
    path = _fresh(template, where, box, list(named.values()))
    began = time.monotonic()
    code, said = _finish(sync(path, list(named)))
    if code:
        raise RuntimeError(f"an undisturbed sync failed: {said}")
    truth = {market: _shown(box, market) for market in named.values()}
    for market, shown in truth.items():
        if not shown or box.read(market, "duplicates"):
            raise RuntimeError(f"an undisturbed sync left {market} empty or with duplicates")
    return Judge(truth, box.writes(list(named.values())), time.monotonic() - began)


def torment(
    template: Path,
    where: Path,
    box: Sandbox,
    named: Mapping[str, str],
    judge: Judge,
    rng: random.Random,
    kills: int,
) -> Tally:
    """One world: a sync killed up to `kills` times, run to its end, run once more, and judged."""
    tally, markets = Tally(worlds=1), list(named.values())
    path = _fresh(template, where, box, markets)
    for _ in range(kills):
        run = sync(path, list(named))
        if _kill(run, box, markets, judge, rng):
            tally.kills += 1
        else:
            break
    for _ in range(2):
        code, said = _finish(sync(path, list(named)))
        if code == 0:
            break
    if code:
        tally.failed.append(said)
    _compare(tally, box, judge)
    before = box.writes(markets)
    code, said = _finish(sync(path, list(named)))
    if code:
        tally.failed.append(said)
    tally.writes_when_unchanged += box.writes(markets) - before
    return tally


def _kill(
    run: subprocess.Popen[str], box: Sandbox, markets: Sequence[str], judge: Judge, rng: random.Random
) -> bool:
    """SIGKILL at a random moment: of the writes that are left, or of the time; False when it ended before."""
    start = box.writes(markets)
    by_time = rng.random() < 0.25
    left = max(1, judge.writes - start)
    target = start + rng.randint(1, left)
    moment = time.monotonic() + (rng.random() * judge.seconds if by_time else _PATIENCE)
    while run.poll() is None and time.monotonic() < moment and (by_time or box.writes(markets) < target):
        time.sleep(_LOOK)
    time.sleep(rng.random() * 0.03)
    ended = run.poll() is not None
    run.kill()
    run.communicate()
    return not ended


def _compare(tally: Tally, box: Sandbox, judge: Judge) -> None:
    for market, expected in judge.truth.items():
        shown = _shown(box, market)
        tally.duplicates += [f"{market} {key}" for key in box.read(market, "duplicates")]
        tally.lost += [f"{market} {key}" for key in expected.keys() - shown.keys()]
        for key, row in shown.items():
            if key not in expected:
                tally.wrong.append(f"{market} {key} should not be there")
            elif row != expected[key]:
                tally.wrong.append(f"{market} {key}: {row} instead of {expected[key]}")


def compete(
    template: Path, where: Path, box: Sandbox, named: Mapping[str, str], judge: Judge, rng: random.Random
) -> Tally:
    """Two real syncs at once: one does the work, the other is told who is at work and since when."""
    tally, markets = Tally(worlds=1, rivals=1), list(named.values())
    path = _fresh(template, where, box, markets)
    for market in markets:
        box.tell(market, "faults", _SLOW)  # so that the work lasts longer than a process takes to start
    channel = rng.choice(sorted(named))  # with several, each would come first on one of them
    first = sync(path, [channel])
    time.sleep(rng.random() * 0.5)
    second = sync(path, [channel])
    ends = {run.pid: _finish(run) for run in (first, second)}
    for market in markets:
        box.tell(market, "faults", {})
    refused = {pid: said for pid, (code, said) in ends.items() if code}
    for pid, said in refused.items():
        (other,) = ends.keys() - {pid}
        tally.told_who += f":{other}:" in said and " is at work since " in said
    if len(refused) != 1 or not tally.told_who:
        tally.failed.append(f"two syncs at once ended with {ends}")
    code, said = _finish(sync(path, list(named)))
    if code:
        tally.failed.append(said)
    _compare(tally, box, judge)
    return tally


def freeze(
    template: Path, where: Path, box: Sandbox, named: Mapping[str, str], judge: Judge, rng: random.Random
) -> Tally:
    """A sync stopped with SIGSTOP while it holds the lease; another takes over when that is over; then SIGCONT.

    Whoever comes before that is told who holds it, who takes over does so under a higher number, and the first, awake
    again, has nothing more taken from it.
    """
    tally, markets = Tally(worlds=1, frozen=1), list(named.values())
    path = _fresh(template, where, box, markets)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[state]\n", f"[state]\nlease = {_LEASE}\n", 1), encoding="utf-8")
    channel, market = rng.choice(sorted(named.items()))
    # After some creates all its workers wait for an answer for long.
    script = [{"fault": "slow", "kind": "create", "seconds": 25.0, "times": 1_000, "skip": rng.randint(0, 3)}]
    box.tell(market, "faults", {"script": script})
    first = sync(path, [channel])
    try:
        _until_calm(first, box, market)
        first.send_signal(signal.SIGSTOP)
        since, (holder, number) = time.monotonic(), _lease(where, channel)
        if f":{first.pid}:" not in holder:
            raise RuntimeError(f"the sync that was to be frozen does not hold the lease: {holder!r} does")
        box.tell(market, "faults", {})
        while (second := _finish(run := sync(path, [channel])))[0] and time.monotonic() < since + _PATIENCE:
            if f":{first.pid}:" not in second[1] or " is at work since " not in second[1]:
                tally.failed.append(f"the sync {run.pid} beside a frozen one ended with {second}")
                break
        early = time.monotonic() < since + _LEASE / 2
        tally.taken_over += second[0] == 0 and not early and _lease(where, channel)[1] > number
        before = box.writes([market])
        first.send_signal(signal.SIGCONT)
        code, said = _finish(first)
        tally.fenced_off += code == 1 and "the lease of " in said and box.writes([market]) == before
        if not tally.good:
            tally.failed.append(
                f"{second} took over after {time.monotonic() - since:.1f} s from {code, said}"
            )
    finally:
        first.kill()
        first.communicate()
    code, said = _finish(sync(path, list(named)))
    if code:
        tally.failed.append(said)
    _compare(tally, box, judge)
    return tally


def _until_calm(run: subprocess.Popen[str], box: Sandbox, market: str) -> None:
    """Wait until the market has had creates and hears nothing more: the process waits for answers."""
    seen, since = 0, time.monotonic()
    while run.poll() is None and time.monotonic() < since + _PATIENCE:
        writes = box.writes([market])
        if writes != seen:
            seen, since = writes, time.monotonic()
        elif seen and time.monotonic() > since + _CALM:
            return
        time.sleep(_LOOK)
    raise RuntimeError(f"a sync that was to be frozen ended with {run.poll()}")


def _lease(where: Path, channel: str) -> tuple[str, int]:
    """Who holds the channel, and under which number."""
    with closing(sqlite3.connect(where / "storesync.db")) as db:
        found = db.execute("SELECT owner, fence FROM leases WHERE name = ?", (f"channel:{channel}",))
        owner, fence = found.fetchone()
    return str(owner), int(fence)
