"""What another package brings is found by its entry point, whatever it brings; what is broken is named."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storesync import entrypoint, registry
from storesync.compliance import compliance_pack
from storesync.compliance.discovery import _installed as installed_packs
from storesync.errors import ConfigError, DriverError
from storesync.localization.engines import engine
from storesync.pricing.rates import Ecos, rate_source

GROUPS = ("storesync.drivers", "storesync.rates", "storesync.translators")
Find = Callable[[str], object]
FINDERS: dict[str, Find] = {
    "storesync.drivers": registry.driver,
    "storesync.rates": rate_source,
    "storesync.translators": engine,
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package on the path that brings one good thing, one missing, one of a wrong kind and one name of ours."""
    (tmp_path / "acme.py").write_text(
        "from storesync.compliance import Pack\n"
        "from storesync.drivers.shopee import DRIVER\n"
        "def source(**settings): return settings\n"
        "PACK = Pack(market='MO', version='1', terms=())\n"
        "NUMBER = 5\n",
        encoding="utf-8",
    )
    metadata = tmp_path / "acme-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    lines = []
    for group in GROUPS:
        made = "DRIVER" if group == "storesync.drivers" else "source"
        lines += [
            f"[{group}]",
            f"acme = acme:{made}",
            "gone = acme:nothing",
            "wrong = acme:NUMBER",
            "ecos = acme:source",
        ]
    lines += ["[storesync.compliance]", "acme = acme:PACK"]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    entrypoint.installed.cache_clear()
    installed_packs.cache_clear()
    yield
    sys.modules.pop("acme", None)
    entrypoint.installed.cache_clear()
    installed_packs.cache_clear()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("group", GROUPS)
def test_a_strangers_package_is_found_by_name(group: str) -> None:
    """Drivers, rate sources and translators are found alike; a compliance pack joins those of its market."""
    assert FINDERS[group]("acme") is not None
    assert "MO" == compliance_pack("MO").market


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("group", GROUPS)
def test_what_cannot_be_used_is_named_with_its_place(group: str) -> None:
    """An unknown name lists the known ones; a broken or wrong entry point is named with its value."""
    with pytest.raises(ConfigError, match=r"'reuters' is installed \(installed: .*acme"):
        FINDERS[group]("reuters")
    with pytest.raises(DriverError, match=r"'gone' \(acme:nothing\) cannot be loaded"):
        FINDERS[group]("gone")
    with pytest.raises(DriverError, match=r"'wrong' \(acme:NUMBER\) is int, not a"):
        FINDERS[group]("wrong")


@pytest.mark.usefixtures("acme")
def test_a_built_in_name_cannot_be_taken_over() -> None:
    """A package that calls its source `ecos` does not get the merchant's key for the Bank of Korea."""
    assert Ecos is rate_source("ecos")
