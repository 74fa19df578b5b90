"""Every speed that the project promises, each as a ratio or a budget measured in this run; one JSON line each.

Exits 1 when a goal is missed. Figures depend on the machine: only ratios within one run are compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_ENGINE_GOAL = 0.80
_IMPORT_GOAL_MS = 30.0


def _import_ms(name: str) -> float:
    """How long `import name` takes in a fresh interpreter, as the interpreter itself counts it."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {name}"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    return int(told.strip().splitlines()[-1].split("|")[1]) / 1000


def _imports() -> dict[str, Any]:
    ours = statistics.median(_import_ms("storesync") for _ in range(5))
    attrs = statistics.median(_import_ms("attrs") for _ in range(5))
    return {
        "benchmark": "import",
        "storesync_ms": round(ours, 1),
        "attrs_ms": round(attrs, 1),
        "over_attrs_ms": round(ours - attrs, 1),
        "goal": f"at most {_IMPORT_GOAL_MS:g} ms over attrs",
        "met": ours <= attrs + _IMPORT_GOAL_MS,
    }


def _script(name: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(_HERE / name), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    within = told.get("seconds", 0) <= told.get("limit_seconds", 0) if "limit_seconds" in told else True
    return {**told, "met": done.returncode == 0 and within}


def _engine(listings: int) -> dict[str, Any]:
    told = _script("engine.py", "--listings", str(listings))
    met = told["engine_over_bare"] >= _ENGINE_GOAL and told["writes_second_run"] == 0
    return {
        **told,
        "goal": f"engine_over_bare at least {_ENGINE_GOAL}, no write in the second run",
        "met": met,
    }


def main() -> int:
    """Run what is asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for a first look")
    chosen = parser.parse_args()
    results = [_imports(), _engine(150 if chosen.quick else 400)]
    for result in results:
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
    sizes = ("1000", "10000") if chosen.quick else ("1000", "10000", "100000")
    texts = ("--rounds", "5", "--texts", "10000", "--products", "1000") if chosen.quick else ()
    for name, *arguments in (("planning.py", "--sizes", *sizes), ("pricing.py",), ("texts.py", *texts)):
        result = _script(name, *arguments)
        results.append(result)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
    return 0 if all(result["met"] for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
