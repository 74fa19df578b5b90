"""What the pages say of commands, keys, names and drivers is what these are."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from types import ModuleType

import pytest
from attrs import fields
from tests.docs.conftest import ROOT

import storesync
import storesync.driver
from storesync import registry
from storesync.catalog import KINDS
from storesync.config import CHANNEL_KEYS
from storesync.plan import GuardLimits
from storesync.pricing import Policy


def script() -> ModuleType:
    """scripts/docs.py as a module."""
    spec = importlib.util.spec_from_file_location("scripts_docs", ROOT / "scripts" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    """A page of the reference."""
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


DOCS = script()


@pytest.mark.parametrize("path", list(DOCS.pages()), ids=lambda path: path.stem)
def test_generated_parts_are_as_they_would_be_generated(path: object) -> None:
    """A page that differs is made anew with `python scripts/docs.py`."""
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]

    assert DOCS.generated(text) == text


def test_every_block_that_can_be_generated_is_shown() -> None:
    """A generator that no page uses would rot, and so would a driver without a page."""
    shown = re.findall(r"<!-- generated: ([a-z -]+) -->", "".join(map(page, _names())))

    assert sorted(DOCS.generators()) == sorted(shown)
    assert {f"facts {name}" for name in registry.names()} <= set(shown)


def _names() -> list[str]:
    return sorted(path.name for path in (ROOT / "docs" / "reference").glob("*.md"))


def test_every_public_name_has_its_entry() -> None:
    """The library page describes what `storesync` offers, and nothing that it does not."""
    told = set(re.findall(r"^::: storesync\.(\w+)$", page("library.md"), re.MULTILINE))

    assert {name for name in storesync.__all__ if name not in ("__version__", "sync")} == told


def test_every_name_of_the_contract_has_its_entry() -> None:
    """The contract page describes what a driver may import; what other pages describe is named there."""
    told = set(re.findall(r"^::: storesync\.driver\.(\w+)$", page("driver-contract.md"), re.MULTILINE))
    elsewhere = set(re.findall(r"^::: storesync\.(\w+)$", page("library.md"), re.MULTILINE))
    plain = set(re.findall(r"`sd\.(\w+)`", page("driver-contract.md")))

    assert set(storesync.driver.__all__) - elsewhere == (told | plain) - elsewhere


def test_every_key_of_the_configuration_is_told() -> None:
    """Keys of channels, catalogs, policies and guards all stand on the page."""
    text = page("configuration.md")
    keys = {
        *CHANNEL_KEYS,
        *(field.name for field in fields(GuardLimits)),
        *(
            field.name
            for field in fields(Policy)
            if field.init and field.name not in ("name", "at", "places")
        ),
        *(
            name
            for kind in KINDS.values()
            for name in inspect.signature(kind).parameters
            if name not in ("folder", "path", "today", "brands")
        ),
    }
    told = set(re.findall(r"`(?:\[….)?([a-z_]+)\]?`", text)) | set(re.findall(r"`\{ ([^}]+) \}`", text))

    assert [] == sorted(keys - told)
