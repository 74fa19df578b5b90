"""The table of rooms in scripts/layers.py really stops what it says it stops."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "layers.py"

SOUND = {
    "issues.py": "",
    "errors.py": "import storesync.issues",
    "model/__init__.py": "from storesync.errors import __name__",
    "driver/__init__.py": "from storesync.model import __name__",
    "transport.py": "import asyncio, httpx\nfrom storesync import __version__\nimport storesync.driver",
    "compliance/__init__.py": "import storesync.model",
    "pricing/__init__.py": "import storesync.model",
    "pricing/rates/__init__.py": "import asyncio, storesync.transport",
    "plan.py": "import storesync.pricing",
    "state/__init__.py": "import sqlalchemy",
    "registry.py": "import importlib.metadata",
    "engine/__init__.py": "import asyncio, storesync.state, storesync.plan",
    "sync.py": "import asyncio, storesync.engine",
    "sandbox/__init__.py": "import httpx, storesync.driver",
    "testing/__init__.py": "import storesync.sandbox",
    "cli/__init__.py": "import storesync.testing, storesync.sandbox",
    "drivers/__init__.py": "",
    "drivers/merca.py": "import storesync.driver, datetime, attrs",
    "drivers/shophub/__init__.py": "import storesync.driver",
}

BREAKS = {
    "a lower room imports a higher one": ("model/__init__.py", "import storesync.engine"),
    "rooms on one line know each other": ("registry.py", "import storesync.state"),
    "a room is not in the table": ("helpers.py", ""),
    "a pure room imports the clock": ("plan.py", "import time"),
    "a pure room reaches asyncio by another module": ("plan.py", "import storesync.pricing.rates"),
    "a pure room imports the public names": ("plan.py", "import storesync"),
    "a room imports a driver": ("engine/__init__.py", "import storesync.drivers.merca"),
    "a dialect imports a driver": ("sandbox/__init__.py", "from storesync.drivers import merca"),
    "a driver imports a room beside the contract": ("drivers/merca.py", "import storesync.model"),
    "a driver waits": ("drivers/merca.py", "import storesync.driver, asyncio"),
    "a driver sends": ("drivers/merca.py", "import httpx"),
    "drivers know each other": ("drivers/merca.py", "import storesync.drivers.shophub"),
    "another room opens connections": ("engine/__init__.py", "import httpx"),
    "the engine knows the sandbox": ("engine/__init__.py", "import storesync.sandbox"),
    "the public names bring in nothing for real": ("drivers/merca.py", "import storesync"),
}


def check(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Lay out a package of these files and check its layers."""
    for name, text in {"__init__.py": "__version__ = '1'", **files}.items():
        path = folder / "storesync" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    command = [sys.executable, str(SCRIPT), "--src", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_sound_tree_passes(tmp_path: Path) -> None:
    """Every import that the design allows is allowed."""
    answer = check(tmp_path, SOUND)

    assert 0 == answer.returncode, answer.stdout


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_rule_fails(tmp_path: Path, broken: str) -> None:
    """Each contract can fail, and does when its rule is broken."""
    name, text = BREAKS[broken]
    answer = check(tmp_path, {**SOUND, name: text})

    assert 1 == answer.returncode, answer.stdout
    assert "BROKEN" in answer.stdout or "not listed as layers" in answer.stdout


def test_an_unfinished_tree_is_checked_too(tmp_path: Path) -> None:
    """Rooms may be added one by one: what is there is checked, what is not is not missed."""
    answer = check(tmp_path, {"issues.py": "import storesync.errors", "errors.py": ""})

    assert 1 == answer.returncode, answer.stdout
