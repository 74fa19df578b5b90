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

DOWN = "Imports go down only"
PURE = "Code that decides is pure"
NAMES = "Code that decides does not reach into the public names"
HTTP = "Only the transport opens connections"
UNKNOWN = "No room knows the built-in drivers"
ALONE = "A driver imports the contract and no other room"
QUIET = "A driver does no input, output or waiting"
STRANGERS = "Drivers do not know each other"

# What is done, in which file, by which line, and the contract that says no.
BREAKS = {
    "a lower room imports a higher one": ("model/__init__.py", "import storesync.plan", DOWN),
    "rooms on one line know each other": ("registry.py", "import storesync.state", DOWN),
    "the engine knows the sandbox": ("engine/__init__.py", "import storesync.sandbox", DOWN),
    "a room is not in the table": ("helpers.py", "", DOWN),
    "a higher room is imported for its types only": (
        "model/__init__.py",
        "import typing\nif typing.TYPE_CHECKING:\n    import storesync.plan",
        DOWN,
    ),
    "a pure room imports the clock": ("plan.py", "import time", PURE),
    "a pure room imports it inside a function": ("plan.py", "def now():\n    import time", PURE),
    "a pure room reaches asyncio by another room": ("plan.py", "import storesync.pricing.rates", PURE),
    "a pure room imports the public names": ("plan.py", "import storesync", NAMES),
    "a driver imports the public names": ("drivers/merca.py", "import storesync", NAMES),
    "a room opens connections": ("engine/__init__.py", "import httpx", HTTP),
    "a room imports a driver": ("engine/__init__.py", "import storesync.drivers.merca", UNKNOWN),
    "a dialect imports a driver": ("sandbox/__init__.py", "from storesync.drivers import merca", UNKNOWN),
    "a driver imports a room beside the contract": ("drivers/merca.py", "import storesync.model", ALONE),
    "a driver waits": ("drivers/merca.py", "import storesync.driver, asyncio", QUIET),
    "a driver sends": ("drivers/merca.py", "import httpx", QUIET),
    "drivers know each other": ("drivers/merca.py", "import storesync.drivers.shophub", STRANGERS),
    "a driver starts the sandbox": (
        "drivers/merca.py",
        "import storesync.sandbox",
        "Only cli and testing may import sandbox",
    ),
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
def test_a_broken_rule_is_told_by_its_contract(tmp_path: Path, broken: str) -> None:
    """Each contract can fail, and does when its rule is broken."""
    name, text, contract = BREAKS[broken]
    answer = check(tmp_path, {**SOUND, name: text})

    assert 1 == answer.returncode, answer.stdout
    assert f"{contract} BROKEN" in answer.stdout


def test_an_unfinished_tree_is_checked_too(tmp_path: Path) -> None:
    """Rooms may be added one by one: what is there is checked, what is not is not missed."""
    answer = check(tmp_path, {"issues.py": "import storesync.errors", "errors.py": ""})

    assert 1 == answer.returncode, answer.stdout
