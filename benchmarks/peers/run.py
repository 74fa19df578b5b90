"""storesync beside other tools: three scenarios on one emulated market, judged by the market's own counters.

1. lost: so many creates; the answers to some of them are lost after the market did them.
2. pace: the market allows 50 requests a second and a burst of 10.
3. kill: kill -9 halfway, run again, and run a third time with nothing changed.

Usage: python benchmarks/peers/run.py [--creates 600] [--lost 19] [--only script,dlt] [--scenarios pace] [--environments FOLDER] [--json]
Each tool is installed into a virtual environment of its own; the market is `storesync.sandbox`'s plain platform,
without idempotency keys, whose search trails by 2 s.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import goods  # noqa: E402

from storesync.testing.processes import Sandbox, sandbox  # noqa: E402

RATE, BURST = 50, 10
PATIENCE = 600.0
OPEN = {"rate": 10_000.0, "burst": 10_000}


class Peer(NamedTuple):
    """A tool: what to install, which distribution names its version, and what must be known of the setup."""

    name: str
    requirements: tuple[str, ...]
    distribution: str
    note: str


PEERS = (
    Peer("storesync", (str(ROOT),), "storesync", "plain driver, identity by search"),
    Peer("drt", ("drt-core",), "drt-core", "rest_api, retry 8, rate limit; ledger and diff need a warehouse"),
    Peer("dlt", ("dlt",), "dlt", "custom destination, batch_size=1, incremental; pace by hand"),
    Peer(
        "singer",
        ("singer-sdk", "requests", "backoff"),
        "singer-sdk",
        "own RecordSink: no generic REST target on PyPI",
    ),
    Peer("script", ("httpx", "tenacity"), "tenacity", "httpx + asyncio + tenacity, file of done keys"),
)


class Setting(NamedTuple):
    """Where everything happens."""

    box: Sandbox
    environments: Path
    creates: int
    lost: int


def install(peer: Peer, environments: Path) -> str:
    """The version that is installed, in an environment of its own; empty and a reason when it cannot be."""
    place = environments / peer.name
    python = place / "bin" / "python"
    quiet = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    fresh_one = not python.exists()
    if fresh_one:
        venv.create(place, with_pip=True)
    if fresh_one or str(ROOT) in peer.requirements:
        # This checkout changes under the same version.
        again = [] if fresh_one else ["--force-reinstall", "--no-deps"]
        done = subprocess.run(
            [*quiet, *again, *peer.requirements], capture_output=True, text=True, check=False
        )
        if done.returncode:
            shutil.rmtree(place)
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
    ask = f"from importlib.metadata import version; print(version({peer.distribution!r}))"
    return subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def start(peer: Peer, setting: Setting, folder: Path) -> subprocess.Popen[bytes]:
    """One run of the tool, in a process group of its own."""
    python = setting.environments / peer.name / "bin" / "python"
    address = f"{setting.box.address}/plain"
    command = [str(python), str(HERE / f"{peer.name}_peer.py"), address, str(folder), str(RATE)]
    if peer.name == "storesync":
        command.append(str(BURST))  # the others have no place for it
    log = (folder / "log.txt").open("ab")
    return subprocess.Popen(
        command, cwd=folder, stdout=log, stderr=log, start_new_session=True,
        env={**os.environ, "HOME": str(folder), "NO_PROXY": "127.0.0.1"},
    )  # fmt: skip


def finish(run: subprocess.Popen[bytes]) -> int:
    """Its exit code; a run that does not end is killed."""
    try:
        return run.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        _end(run)
        return -9


def _end(run: subprocess.Popen[bytes]) -> None:
    """SIGKILL for it and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def fresh(setting: Setting, folder: Path, quota: dict[str, float]) -> None:
    """An empty market and an empty folder with the products."""
    setting.box.tell("plain", "reset")
    setting.box.tell("plain", "quota", quota)
    setting.box.tell("plain", "faults", {})
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    goods.write(folder / "products.csv", setting.creates)


def judged(setting: Setting) -> dict[str, int]:
    """What the market says: listings too many, products without one."""
    alive = [
        row["key"] for row in setting.box.read("plain", "export")["listings"] if row["status"] != "deleted"
    ]
    return {"duplicates": len(alive) - len(set(alive)), "missing": setting.creates - len(set(alive))}


def lost(peer: Peer, setting: Setting, folder: Path) -> dict[str, Any]:
    """Answers are lost after the effect; the tool may run once more, as a scheduler would have it."""
    fresh(setting, folder, OPEN)
    places = random.Random(19).sample(range(setting.creates), setting.lost)
    script = [{"fault": "lost_after", "operation": "create", "skip": skip} for skip in sorted(places)]
    setting.box.tell("plain", "faults", {"script": script})
    code = finish(start(peer, setting, folder))
    if code:
        finish(start(peer, setting, folder))
    return {**judged(setting), "said": "done" if code == 0 else f"exit {code}"}


def pace(peer: Peer, setting: Setting, folder: Path) -> dict[str, Any]:
    """A quota that the tool was told of: its share by the market's clock, from the first listing made to the last."""
    fresh(setting, folder, {"rate": float(RATE), "burst": BURST})
    began = time.monotonic()
    code = finish(start(peer, setting, folder))
    seconds = time.monotonic() - began
    throttled = setting.box.read("plain", "counts")["throttled"]
    made = sorted(
        datetime.fromisoformat(row["created"]) for row in setting.box.read("plain", "export")["listings"]
    )
    took = (made[-1] - made[0]).total_seconds() if len(made) > BURST else math.inf
    used = (len(made) - BURST) / RATE / took
    return {
        **judged(setting), "throttled": throttled, "used": round(used, 3), "seconds": round(seconds, 1),
        "said": "done" if code == 0 else f"exit {code}",
    }  # fmt: skip


def kill(peer: Peer, setting: Setting, folder: Path) -> dict[str, Any]:
    """Kill -9 halfway, run to the end, then once more with nothing changed."""
    fresh(setting, folder, OPEN)
    run = start(peer, setting, folder)
    while run.poll() is None and setting.box.writes(["plain"]) < setting.creates // 2:
        time.sleep(0.002)
    _end(run)
    finish(start(peer, setting, folder))
    after = judged(setting)
    before = setting.box.writes(["plain"])
    finish(start(peer, setting, folder))
    return {**after, "third_run_writes": setting.box.writes(["plain"]) - before}


SCENARIOS = {"lost": lost, "pace": pace, "kill": kill}


def table(rows: list[dict[str, Any]], creates: int, lost_answers: int) -> str:
    """The results as Markdown."""
    head = (
        "| tool | version | duplicates / missing after lost answers | it said | 429 answers "
        "| quota used, first to last create (whole process) | duplicates / missing after kill -9 "
        "| writes when unchanged | setup |"
    )
    lines = [
        f"{creates} creates, {lost_answers} answers lost; {RATE} requests/s with burst {BURST}; {datetime.now(UTC):%Y-%m-%d}", "",
        head, "|---" * 9 + "|",
    ]  # fmt: skip
    for row in rows:
        if "error" in row:
            lines.append(
                f"| {row['tool']} | – | could not be run: {row['error']} " + "| " * 6 + f"| {row['note']} |"
            )
            continue
        one, two, three = row["lost"], row["pace"], row["kill"]
        lines.append(
            f"| {row['tool']} | {row['version']} | {one['duplicates']} / {one['missing']} | {one['said']} "
            f"| {two['throttled']} | {two['used']:.1%} ({two['seconds']} s) | {three['duplicates']} / {three['missing']} "
            f"| {three['third_run_writes']} | {row['note']} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Run every peer through every scenario; 0 when storesync itself kept its promises."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--creates", type=int, default=600)
    parser.add_argument("--lost", type=int, default=19)
    parser.add_argument("--only", default="", help="names of tools, with commas between")
    parser.add_argument(
        "--scenarios", default="", help="names of scenarios, with commas between; prints JSON"
    )
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv-peers")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of a table")
    chosen = parser.parse_args()
    only = [name for name in chosen.only.split(",") if name]
    scenarios = {
        name: one
        for name, one in SCENARIOS.items()
        if not chosen.scenarios or name in chosen.scenarios.split(",")
    }
    rows: list[dict[str, Any]] = []
    with sandbox("plain") as box, tempfile.TemporaryDirectory() as folder:
        setting = Setting(box, chosen.environments.resolve(), chosen.creates, chosen.lost)
        for peer in PEERS:
            if only and peer.name not in only:
                continue
            row: dict[str, Any] = {"tool": peer.name, "note": peer.note}
            try:
                row["version"] = install(peer, setting.environments)
            except RuntimeError as error:
                rows.append(row | {"error": str(error)})
                continue
            for name, scenario in scenarios.items():
                row[name] = scenario(peer, setting, Path(folder, f"{peer.name}-{name}"))
                print(f"{peer.name} {name}: {row[name]}", file=sys.stderr)
            rows.append(row)
    print(json.dumps(rows) if chosen.json or chosen.scenarios else table(rows, chosen.creates, chosen.lost))
    ours = [row for row in rows if row["tool"] == "storesync" and "error" not in row]
    return int(any(row[name]["duplicates"] or row[name]["missing"] for row in ours for name in scenarios))


if __name__ == "__main__":
    raise SystemExit(main())
