"""From storesync.toml to values: everything is looked at, and every finding is told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from storesync.catalog import KINDS, open_source
from storesync.config.channels import Channels, markets_from
from storesync.config.places import TomlFile, read_toml
from storesync.config.rates import rates_from
from storesync.config.secret import is_reference
from storesync.config.section import Findings, Section
from storesync.config.settings import CatalogConfig, ChannelConfig, Config, nearest_place
from storesync.config.wording import compliance_config, glossary_from, translators_from
from storesync.errors import ConfigError
from storesync.issues import Issue, Severity, counted, nearest
from storesync.pricing import policies_from
from storesync.pricing.aim import strange_channels
from storesync.pricing.need import wide_bands
from storesync.registry import names as installed_drivers

__all__ = ["load"]

_ROOT = (
    "today",
    "state",
    "catalog",
    "compliance",
    "localization",
    "markets",
    "prices",
    "fees",
    "rates",
    "guards",
    "accounts",
    "channels",
)


def load(path: Path | str) -> Config:
    """The configuration in that file; ConfigError holds every finding, each with file, line and key."""
    place = Path(path)
    file, issues = read_toml(place, place.name)
    if file is None:
        raise ConfigError(f"{place} cannot be used", issues)
    found = Findings()
    root = Section(file, (), file.data, found)
    root.only(_ROOT)
    places: dict[str, str] = {}
    prices, prices_at = _included(root, "prices", place.parent, places)
    fees, _ = _included(root, "fees", place.parent, places)
    rates, rates_at = _included(root, "rates", place.parent, places)
    reader = Channels(root, place.parent, markets_from(root), prices, prices_at)
    channels = reader.read()
    places.update(_places(file, "guards"))

    def locate(key: str) -> str:
        return nearest_place(places, key)

    policies, told = policies_from(prices, at=prices_at, fees=fees, locate=locate)
    found.all += told
    for book in policies.values():
        found.all += strange_channels(book, channels)
    sources = None
    if rates:
        sources, told = rates_from(rates, at=rates_at, locate=locate)
        found.all += told
    if sources is not None:
        for book in policies.values():
            found.all += wide_bands(book, sources.chain.max_jump)
    localization = root.inner("localization")
    localization.only(("accept", "glossary", "translator"))
    config = Config(
        path=place,
        state=_state(root.inner("state")),
        keep_days=root.inner("state").whole("keep_days", 90, least=1),
        lease=root.inner("state").whole("lease", 60, least=3),
        catalog=_catalog(root.inner("catalog"), place.parent),
        accept=frozenset(localization.texts("accept")),
        glossary=glossary_from(localization, place.parent),
        translators=translators_from(localization),
        compliance=compliance_config(root, place.parent),
        channels=channels,
        accounts=reader.accounts,
        prices=prices,
        policies=policies,
        fees=fees,
        rates=sources,
        places=places,
        guards=root.inner("guards").table,
        today=_today(root, channels),
    )
    errors = [issue for issue in found.all if issue.severity is Severity.ERROR]
    if errors:
        # Alone it stops one channel only; beside other findings it would be the next thing to stumble over.
        found.all += _strange_drivers(channels, root.file)
        errors = [issue for issue in found.all if issue.severity is Severity.ERROR]
        raise ConfigError(f"{place} cannot be used: {counted(len(errors), 'finding')}", found.all)
    return evolve(config, issues=tuple(found.all))


def _strange_drivers(channels: Mapping[str, ChannelConfig], file: TomlFile) -> Iterator[Issue]:
    known = installed_drivers()
    for name, config in channels.items():
        if (driver := config.channel.driver) not in known:
            yield Issue(
                "config.driver",
                f"channels/{name}/driver",
                f"no driver {driver!r} is installed",
                hint=nearest(driver, known),
                at=file.at("channels", name, "driver"),
            )


def _state(section: Section) -> str:
    section.only(("url", "keep_days", "lease"))
    url = section.text("url", "sqlite:///storesync.db")
    if is_reference(url):
        return url
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    if password:
        section.error(
            "url", "secret_literal", "the state's url holds a password", 'write url = "env:DATABASE_URL"'
        )
    elif "://" not in url:
        section.error(
            "url", "value", f"url = {url!r} is no database address", 'write url = "sqlite:///storesync.db"'
        )
    return url


def _catalog(section: Section, folder: Path) -> CatalogConfig:
    kind = section.text("source", "csv")
    path = folder / section.needed("path", '"catalog/"')
    told = () if "path" in section.table else get_close_matches("path", section.table, 1)
    settings = {name: value for name, value in section.table.items() if name not in ("source", "path", *told)}
    if "images" in settings:
        settings["images"] = folder / section.text("images", "images")
    if "today" in settings:
        section.error(
            "today", "unknown_key", "today is no setting of the catalog", "write it at the top of the file"
        )
        del settings["today"]
    for name in ("home", "encoding", "delimiter", "codes"):
        section.text(name)
    for name in ("columns", "constants"):
        section.words(name)
    try:
        open_source(kind, path, **settings)
    except ConfigError as error:
        for issue in error.issues:
            key = issue.path.rpartition("/")[2]
            section.found.all.append(evolve(issue, at=section.at(key)))
    return CatalogConfig(kind=kind if kind in KINDS else "csv", path=path, settings=settings)


def _today(root: Section, channels: Mapping[str, ChannelConfig]) -> date | None:
    today = root.table.get("today")
    if today is None:
        return None
    if not isinstance(today, date) or isinstance(today, datetime):
        root.error("today", "type", f"today = {today!r} is no day", "write today = 2026-11-23")
        return None
    live = [name for name, config in channels.items() if config.channel.environment != "sandbox"]
    if live:
        message = f"today is fixed though {', '.join(live)} is not in the sandbox"
        root.error("today", "sandbox_only", message, 'remove it, or set environment = "sandbox"')
    return today


def _included(
    root: Section, name: str, folder: Path, places: dict[str, str]
) -> tuple[Mapping[str, Any], str]:
    """A table of the configuration joined with that of the file which its `from` names, and that file's name.

    `places` gets the place of every key that has a line of its own, by dotted key.
    """
    section = root.inner(name)
    own = {key: value for key, value in section.table.items() if key != "from"}
    other = section.text("from")
    file, issues = read_toml(folder / other, other) if other else (None, ())
    root.found.all += issues
    inner: Mapping[str, Any] = {}
    if file is not None:
        part = Section(file, (), file.data, root.found)
        part.only((name,))
        inner = part.inner(name).table
        places.update(_places(file, name))
        for key in own.keys() & inner.keys():
            section.error(key, "double", f"{key} stands here and in {other}", "keep one of the two")
    places.update(_places(root.file, name))
    return {**inner, **own}, other or root.file.name


def _places(file: TomlFile, name: str) -> dict[str, str]:
    return {".".join(key): file.at(*key) for key in file.lines if key[0] == name and key[-1] != "from"}
