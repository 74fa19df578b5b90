"""The configuration as values: what storesync.toml says, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from storesync.catalog import Source, open_source
from storesync.config.rates import RatesConfig
from storesync.config.secret import is_reference, resolve
from storesync.config.wording import ComplianceConfig, TranslatorConfig
from storesync.errors import ConfigError
from storesync.issues import Issue, nearest
from storesync.localization import Glossary
from storesync.model import Channel, frozen_map
from storesync.pricing import PolicyBook

__all__ = ["AccountConfig", "CatalogConfig", "ChannelConfig", "Config", "nearest_place"]


def nearest_place(places: Mapping[str, str], key: str) -> str:
    """Where a dotted key stands, or the nearest one above it that has a line of its own; else empty."""
    while key and key not in places:
        key = key.rpartition(".")[0]
    return places.get(key, "")


@frozen(kw_only=True)
class CatalogConfig:
    """Which source the products come from; `folder` holds its tables of translations."""

    kind: str
    path: Path
    settings: Mapping[str, Any] = field(factory=dict, converter=frozen_map)

    @property
    def folder(self) -> Path:
        """Where the files beside the catalog lie."""
        return self.path if self.kind == "csv" else self.path.parent

    def open(self, *, today: date | None = None) -> Source:
        """The source, not read yet; `today` finds goods past their date."""
        return open_source(self.kind, self.path, **self.settings, today=today)


@frozen(kw_only=True)
class AccountConfig:
    """The fields of one account as the file gives them: references, never secrets."""

    name: str
    values: Mapping[str, Any] = field(converter=frozen_map)
    places: Mapping[str, str] = field(factory=dict, converter=frozen_map, eq=False, repr=False)
    at: str = ""


@frozen(kw_only=True)
class ChannelConfig:
    """One channel, and the tables that map the catalog onto its market.

    `categories` is our category code to the market's id; `attributes` is `*` or a market category id to
    attribute id to source; `axes` and `brands` are ours to the market's id. `places` say where the further
    keys stand that fill the driver's Shop.
    """

    channel: Channel
    categories: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    attributes: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=frozen_map)
    axes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    brands: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    surplus_axes: Literal["refuse", "join"] = "refuse"
    places: Mapping[str, str] = field(factory=dict, converter=frozen_map, eq=False, repr=False)
    at: str = ""


@frozen(kw_only=True)
class Config:
    """Everything that a configuration says; no secret is part of it.

    `state` is the address of the state store as written, or a reference to it: `state_url` gives the address.
    `keep_days` is how long the journal keeps what ended, when it is compacted; `lease` for how many seconds a run holds a
    channel that it no longer renews.
    `policies` are the price policies by name; `rates` the sources of exchange rates, None when there are none.
    `prices` and `fees` are the tables as written. `today` is a fixed day, in the sandbox only.
    `issues` are findings that hold nothing up.
    """

    path: Path
    state: str
    catalog: CatalogConfig
    keep_days: int = 90
    lease: int = 60
    accept: frozenset[str] = frozenset()
    glossary: Glossary = field(factory=Glossary)
    translators: tuple[TranslatorConfig, ...] = field(default=(), converter=tuple[TranslatorConfig, ...])
    compliance: ComplianceConfig | None = None
    channels: Mapping[str, ChannelConfig] = field(factory=dict, converter=frozen_map)
    accounts: Mapping[str, AccountConfig] = field(factory=dict, converter=frozen_map)
    prices: Mapping[str, Any] = field(factory=dict, converter=frozen_map)
    policies: Mapping[str, PolicyBook] = field(factory=dict, converter=frozen_map)
    fees: Mapping[str, Any] = field(factory=dict, converter=frozen_map)
    rates: RatesConfig | None = None
    places: Mapping[str, str] = field(factory=dict, converter=frozen_map, eq=False, repr=False)
    guards: Mapping[str, Any] = field(factory=dict, converter=frozen_map)
    today: date | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder that relative paths of the configuration start from."""
        return self.path.parent

    def channel(self, name: str) -> ChannelConfig:
        """The channel of this name; ConfigError with the name that was probably meant."""
        try:
            return self.channels[name]
        except KeyError:
            raise ConfigError(f"no channel {name!r} is configured; {nearest(name, self.channels)}") from None

    def place(self, key: str) -> str:
        """`file:line:key` of a dotted key (`prices.vn.tax.vat`), or of the nearest above; else empty."""
        return nearest_place(self.places, key)

    def state_url(self, environ: Mapping[str, str] | None = None) -> str:
        """The address of the state store; a relative SQLite file lies in `folder`.

        ConfigError when it is a reference that leads nowhere.
        """
        url = self.state
        if is_reference(url):
            url = resolve(url, folder=self.folder, environ=environ).reveal()
        start = "sqlite:///"
        if url.startswith(start) and not url.startswith((f"{start}/", f"{start}:")) and url != start:
            return f"{start}{(self.folder / url.removeprefix(start)).resolve()}"
        return url
