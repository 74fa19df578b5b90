"""Check that imports go down only: the table of rooms below, as import-linter contracts.

Usage: python scripts/layers.py [--src DIR] [--show]

The table is the one place that says which room may know which. Contracts are made from it for the rooms that
exist; a room that is not in the table fails the check, so the picture and the code cannot drift apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

Contract: TypeAlias = dict[str, str | bool | list[str]]

ROOT = "storesync"

# From the top down: a room may import rooms of lower lines only, and none of its own line.
LAYERS = (
    ("cli",),
    ("testing",),
    ("sandbox",),
    ("sync",),
    ("report",),
    ("engine",),
    ("config",),
    ("registry", "state"),
    ("plan",),
    ("prepare", "catalog"),
    ("localization",),
    ("pricing", "compliance"),
    ("transport",),
    ("driver",),
    ("model",),
    ("entrypoint",),
    ("errors",),
    ("issues",),
)

# Found by entry point only: no room imports it, and it imports nothing but the contract.
DRIVERS = "drivers"
CONTRACT = "driver"

# Code that decides: same input, same output. The parts named in EDGES fetch, and are not meant.
PURE = ("driver", "model", "plan", "prepare", "compliance", "pricing", "localization")
EDGES = ("pricing.rates", "localization.engines")
IMPURE = ("asyncio", "httpx", "random", "sqlalchemy", "time")

# A driver brings attrs, the standard library without these, and its own declared extra.
NOT_FOR_DRIVERS = (
    *IMPURE,
    "PIL",
    "alembic",
    "cattrs",
    "cyclopts",
    "orjson",
    "rich",
    "starlette",
    "structlog",
    "tenacity",
    "uvicorn",
)

# Who may open connections: the transport, and the in-process transports of the proof rooms.
HTTP = ("transport", "sandbox", "testing")

# Rooms of the proof and those who may import them.
PROTECTED = {"sandbox": ("cli", "testing"), "testing": ("cli",)}

ROOMS = tuple(room for line in LAYERS for room in line)


def modules(package: Path) -> Iterator[str]:
    """Every module of the package by its dotted name, the package itself first."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module: str, rooms: Iterable[str]) -> bool:
    """Whether the module is one of these rooms or lies in one."""
    return any(f"{module}.".startswith(f"{ROOT}.{room}.") for room in rooms)


def contracts(names: list[str]) -> list[Contract]:
    """Make the contracts for the modules that exist; a contract about nothing is left out."""
    present = {name.split(".")[1] for name in names if "." in name}
    rooms = [f"{ROOT}.{room}" for room in ROOMS if room in present]
    pure = [name for name in names if within(name, PURE) and not within(name, EDGES)]
    drivers = sorted(
        {".".join(name.split(".")[:3]) for name in names if within(name, [DRIVERS])} - {f"{ROOT}.drivers"}
    )
    # The root only names what others define: a room that asks for `__version__` does not import them all.
    common: Contract = {
        "ignore_imports": [f"{ROOT} -> {ROOT}.**"],
        "unmatched_ignore_imports_alerting": "none",
    }
    found: list[Contract] = [
        {
            "name": "Imports go down only",
            "type": "layers",
            "containers": [ROOT],
            "layers": [" | ".join(f"({room})" for room in line) for line in LAYERS],
            "exhaustive": True,
            "exhaustive_ignores": [DRIVERS],
            **common,
        }
    ]
    if pure:
        found.append(
            {
                "name": "Code that decides is pure",
                "type": "forbidden",
                "source_modules": pure,
                "forbidden_modules": list(IMPURE),
                "as_packages": False,
                **common,
            }
        )
        found.append(
            {
                "name": "Code that decides does not reach into the public names",
                "type": "forbidden",
                "source_modules": [*pure, *(name for name in names if within(name, [DRIVERS]))],
                "forbidden_modules": [ROOT],
                "as_packages": False,
                **common,
            }
        )
    offline = [room for room in rooms if not within(room, HTTP)]
    if DRIVERS in present:
        offline.append(f"{ROOT}.{DRIVERS}")
    if offline:
        found.append(
            {
                "name": "Only the transport opens connections",
                "type": "forbidden",
                "source_modules": offline,
                "forbidden_modules": ["httpx"],
                "allow_indirect_imports": True,
                **common,
            }
        )
    for room, importers in PROTECTED.items():
        if room in present:
            found.append(
                {
                    "name": f"Only {' and '.join(importers)} may import {room}",
                    "type": "protected",
                    "protected_modules": [f"{ROOT}.{room}"],
                    "allowed_importers": [
                        f"{ROOT}.{importer}" for importer in importers if importer in present
                    ],
                    **common,
                }
            )
    if DRIVERS in present:
        others = [room for room in rooms if not within(room, [CONTRACT])]
        if rooms:
            found.append(
                {
                    "name": "No room knows the built-in drivers",
                    "type": "forbidden",
                    "source_modules": rooms,
                    "forbidden_modules": [f"{ROOT}.{DRIVERS}"],
                    **common,
                }
            )
        if others:
            found.append(
                {
                    "name": "A driver imports the contract and no other room",
                    "type": "forbidden",
                    "source_modules": [f"{ROOT}.{DRIVERS}"],
                    "forbidden_modules": others,
                    "allow_indirect_imports": True,
                    **common,
                }
            )
        found.append(
            {
                "name": "A driver does no input, output or waiting",
                "type": "forbidden",
                "source_modules": [f"{ROOT}.{DRIVERS}"],
                "forbidden_modules": list(NOT_FOR_DRIVERS),
                **common,
                # What writes exact numbers may use it; a driver of its own would lose digits.
                "ignore_imports": [f"{ROOT} -> {ROOT}.**", f"{ROOT}.model.codec -> orjson"],
            }
        )
        if len(drivers) > 1:
            found.append(
                {
                    "name": "Drivers do not know each other",
                    "type": "independence",
                    "modules": drivers,
                    **common,
                }
            )
    return found


def as_toml(found: list[Contract]) -> str:
    """Write the contracts as import-linter reads them; JSON text, lists and booleans are TOML too."""
    lines = ["[tool.importlinter]", f'root_package = "{ROOT}"', "include_external_packages = true"]
    for contract in found:
        lines += ["", "[[tool.importlinter.contracts]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in contract.items()]
    return "\n".join(lines) + "\n"


def unguarded(names: list[str]) -> list[str]:
    """Name pure rooms and drivers where ruff would let a clock, an id, a setting or a file pass."""
    probes = {"TID251": "import uuid\n\nuuid.uuid4()\n", "PTH123": 'open("a")\n'}
    places = {f"{ROOT}.{room}" for room in (*PURE, DRIVERS)}
    places |= {name for name in names if within(name, (*PURE, DRIVERS)) and not within(name, EDGES)}
    missed = []
    for place in sorted(places):
        path = f"src/{place.replace('.', '/')}.py"
        for rule, probe in probes.items():
            command = [
                sys.executable,
                "-m",
                "ruff",
                "check",
                "-q",
                "--select",
                rule,
                "--stdin-filename",
                path,
                "-",
            ]
            answer = subprocess.run(command, input=probe, text=True, capture_output=True, check=False)
            if rule not in answer.stdout:
                missed.append(f"{path}: pure, but ruff's {rule} is off there; mend pyproject.toml")
    return missed


def main() -> int:
    """Check the tree and say what is wrong; 0 when nothing is."""
    parser = argparse.ArgumentParser(description="Check that imports go down only.")
    parser.add_argument("--src", type=Path, default=Path("src"), help="folder that holds the package")
    parser.add_argument("--show", action="store_true", help="print the contracts as import-linter reads them")
    options = parser.parse_args()
    own_tree = options.src == Path("src")

    names = list(modules(options.src / ROOT))
    configuration = as_toml(contracts(names))
    if options.show:
        print(configuration)
        return 0

    from importlinter.cli import lint_imports

    sys.path.insert(0, str(options.src.resolve()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "contracts.toml")
        file.write_text(configuration, encoding="utf-8")
        failed = lint_imports(config_filename=str(file), no_cache=True, no_logo=True)

    missed = unguarded(names) if own_tree else []
    for line in missed:
        print(line)
    return int(bool(failed or missed))


if __name__ == "__main__":
    sys.exit(main())
