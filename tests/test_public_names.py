"""What a package says it offers is what it offers."""

import ast
import importlib
import pkgutil
import types
from pathlib import Path

import pytest

import storesync

# Rooms that nobody imports names from: drivers are found by entry point, the command line by its script.
CLOSED = ("storesync.cli", "storesync.drivers")
PUBLIC = (
    "storesync",
    *(
        found.name
        for found in pkgutil.iter_modules(storesync.__path__, "storesync.")
        if found.ispkg and found.name not in CLOSED
    ),
)


def order(name: str) -> tuple[int, str]:
    """Sort as ruff's RUF022 does: constants, classes, the rest."""
    plain = name.lstrip("_")
    return (0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2, name)


def shown(package: types.ModuleType) -> set[str]:
    """Names a reader finds in the package: not private, no submodule, not borrowed from a library."""
    return {
        name
        for name in dir(package)
        if not name.startswith("_")
        and name != "TYPE_CHECKING"
        and not isinstance(value := getattr(package, name), types.ModuleType)
        and str(getattr(value, "__module__", "storesync")).startswith("storesync")
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_all_is_sorted_and_says_each_name_once(name: str) -> None:
    """A reader finds a name where the alphabet says."""
    listed = list(getattr(importlib.import_module(name), "__all__", ()))

    assert sorted(set(listed), key=order) == listed


@pytest.mark.parametrize("name", PUBLIC)
def test_every_listed_name_is_there(name: str) -> None:
    """`from storesync.room import *` never fails."""
    package = importlib.import_module(name)

    assert [] == [entry for entry in getattr(package, "__all__", ()) if not hasattr(package, entry)]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_shown_name_is_listed(name: str) -> None:
    """Nothing is public by accident."""
    package = importlib.import_module(name)

    assert set() == shown(package) - set(getattr(package, "__all__", ()))


def test_type_checkers_see_the_same_names_as_the_running_program() -> None:
    """The TYPE_CHECKING block, the table of lazy names and `__all__` of the root agree."""
    tree = ast.parse(Path(storesync.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in ast.walk(block) if isinstance(node, ast.ImportFrom)]
    typed = {
        alias.asname or alias.name: node.module if node.module != "storesync" else f"storesync.{alias.name}"
        for node in imports
        for alias in node.names
    }

    assert "typing.TYPE_CHECKING" == ast.unparse(block.test)
    assert dict(storesync._NAMES) == typed
    assert {*storesync._NAMES, "__version__"} == set(storesync.__all__)


def test_an_unknown_name_of_the_root_is_an_attribute_error() -> None:
    """A typing error in a name is told at once, with the name."""
    with pytest.raises(AttributeError, match="no attribute 'Catalogue'"):
        _ = storesync.Catalogue
