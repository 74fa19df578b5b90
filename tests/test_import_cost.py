"""Importing storesync costs next to nothing; heavy libraries come when they are used."""

import subprocess
import sys

import storesync

HEAVY = (
    "PIL",
    "alembic",
    "asyncio",
    "cyclopts",
    "httpx",
    "jinja2",
    "opencc",
    "orjson",
    "rich",
    "sqlalchemy",
    "starlette",
    "storesync.cli",
    "storesync.drivers",
    "storesync.sandbox",
    "structlog",
    "tenacity",
)


def loaded_by(statement: str) -> set[str]:
    """Names of all modules that a fresh interpreter holds after the statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def test_importing_storesync_loads_no_heavy_library() -> None:
    """A script that only wants a name does not wait for SQL, HTTP or the command line."""
    before = loaded_by("pass")
    after = loaded_by("import storesync")

    assert "storesync" in after
    assert set() == (after - before) & set(HEAVY)


def test_listing_the_public_names_loads_no_heavy_library() -> None:
    """Completion in an editor or a shell stays quick."""
    loaded = loaded_by("import storesync; dir(storesync)")

    assert set() == (loaded - loaded_by("pass")) & set(HEAVY)


def test_the_version_is_written_down_and_not_looked_up() -> None:
    """`__version__` is a literal, so reading it scans no installed packages."""
    loaded = loaded_by("import storesync; storesync.__version__")

    assert storesync.__version__.count(".") == 2
    assert "importlib.metadata" not in loaded - loaded_by("pass")
