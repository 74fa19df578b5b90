"""From storesync.toml to values: everything is looked at, and every finding is told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from storesync.catalog import KINDS, open_source
from storesync.config.mapping import attribute_table, category_table
from storesync.config.places import TomlFile, read_toml
from storesync.config.secret import is_reference
from storesync.config.section import Findings, Section, nearest
from storesync.config.settings import AccountConfig, CatalogConfig, ChannelConfig, Config, nearest_place
from storesync.config.wording import compliance_config, glossary_from, translators_from
from storesync.errors import ConfigError
from storesync.issues import Severity
from storesync.model import Channel, Market
from storesync.model.money import MINOR_DIGITS
from storesync.pricing import policies_from, snapshot_from

__all__ = ["CHANNEL_KEYS", "MARKETS", "load"]

MARKETS: Mapping[str, Market] = {
    market.code: market
    for market in (
        Market("CN", ("zh-Hans",), "CNY"),
        Market("HK", ("zh-Hant", "en"), "HKD"),
        Market("ID", ("id",), "IDR"),
        Market("JP", ("ja",), "JPY"),
        Market("KR", ("ko",), "KRW"),
        Market("MY", ("ms", "en"), "MYR"),
        Market("PH", ("en",), "PHP"),
        Market("SG", ("en",), "SGD"),
        Market("TH", ("th",), "THB"),
        Market("TW", ("zh-Hant",), "TWD"),
        Market("US", ("en",), "USD"),
        Market("VN", ("vi",), "VND"),
    )
}
"""Markets that need no [markets.CODE]; the configuration may change them."""

CHANNEL_KEYS = (
    "driver", "market", "markets", "account", "price", "prices", "environment", "hosts", "only", "never",
    "workers", "owned_by_seller", "categories", "attributes", "axes", "brands", "surplus_axes",
)  # fmt: skip
"""Keys of a channel that storesync itself reads; every other one fills the driver's Shop."""

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
_LIKE = 0.85  # how much a setting must look like a key of ours to be a probable slip of the pen
_SECRET_NAME = re.compile(
    r"secret|token|passw|session|private|credential|cookie|(?<!app)_key$|^key$", re.IGNORECASE
)
_SURELY_SECRET = re.compile(r"secret|token|passw|credential", re.IGNORECASE)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


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
    reader = _Channels(root, place.parent, _markets(root), prices, prices_at)
    channels = reader.read()

    def locate(key: str) -> str:
        return nearest_place(places, key)

    policies, told = policies_from(prices, at=prices_at, fees=fees, locate=locate)
    found.all += told
    snapshot = None
    if rates:
        snapshot, told = snapshot_from(rates, at=rates_at, locate=locate)
        found.all += told
    localization = root.inner("localization")
    localization.only(("accept", "glossary", "translator"))
    config = Config(
        path=place,
        state=_state(root.inner("state")),
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
        rates=rates,
        snapshot=snapshot,
        places=places,
        guards=root.inner("guards").table,
        today=_today(root, channels),
    )
    errors = [issue for issue in found.all if issue.severity is Severity.ERROR]
    if errors:
        raise ConfigError(
            f"{place} cannot be used: {len(errors)} finding{'s' * (len(errors) > 1)}", found.all
        )
    return evolve(config, issues=tuple(found.all))


def _state(section: Section) -> str:
    section.only(("url",))
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
    settings = {name: value for name, value in section.table.items() if name not in ("source", "path")}
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


def _markets(root: Section) -> dict[str, Market]:
    markets = dict(MARKETS)
    for code in root.inner("markets").table:
        section = root.inner("markets").inner(code)
        section.only(("locales", "currency"))
        base = markets.get(code)
        locales = section.texts("locales") or (base.locales if base else ())
        currency = section.text("currency", base.currency if base else "")
        if not locales:
            section.error(
                "", "missing", f"market {code} has no locales", 'add locales = ["en"], its own first'
            )
        if currency not in MINOR_DIGITS:
            section.error(
                "currency", "currency", f"{currency!r} is no known currency", nearest(currency, MINOR_DIGITS)
            )
        markets[code] = Market(code, locales, currency)
    return markets


class _Channels:
    """Reads [channels.*] and [accounts.*]."""

    def __init__(
        self,
        root: Section,
        folder: Path,
        markets: Mapping[str, Market],
        prices: Mapping[str, Any],
        prices_at: str,
    ) -> None:
        self.root = root
        self.folder = folder
        self.markets = markets
        self.prices = prices
        self.prices_at = prices_at
        self.accounts: dict[str, AccountConfig] = {}

    def read(self) -> dict[str, ChannelConfig]:
        shared = self.root.inner("accounts")
        for name in shared.table:
            self.accounts[name] = self._account(name, shared.inner(name))
        channels = self.root.inner("channels")
        if not channels.table:
            self.root.error(
                "channels", "missing", "there is no channel", "add [channels.NAME] with driver and market"
            )
        return {name: self._channel(name, channels.inner(name)) for name in channels.table}

    def _account(self, name: str, section: Section) -> AccountConfig:
        for field, value in section.table.items():
            literal = not (isinstance(value, str) and is_reference(value))
            if literal and _SECRET_NAME.search(field):
                section.error(
                    field,
                    "secret_literal",
                    f"{field} holds its value instead of naming where it is kept",
                    f'write {field} = "env:NAME", "file:path" or "keyring:service/name"; renew the secret',
                )
        places = {field: section.at(field) for field in section.table}
        return AccountConfig(name=name, values=section.table, places=places, at=section.at())

    def _channel(self, name: str, section: Section) -> ChannelConfig:
        if not _NAME.fullmatch(name):
            message = f"{name!r} is no name of a channel"
            section.error("", "name", message, "use lower-case letters, digits and hyphens")
        environment = section.choice("environment", ("live", "sandbox"), "live")
        markets = self._of_markets(name, section)
        settings = {key: value for key, value in section.table.items() if key not in CHANNEL_KEYS}
        for key in settings:
            near = get_close_matches(key, CHANNEL_KEYS, 1, _LIKE)
            if near:
                section.warning(
                    key,
                    "unknown_key",
                    f"{key} is no key of a channel: it is given to the driver as a setting of its shop",
                    f"did you mean {near[0]!r}?",
                )
            if _SURELY_SECRET.search(key):
                hint = "secrets belong to the account, as references"
                section.error(key, "secret_literal", f"{key} stands among the settings of a shop", hint)
        channel = Channel(
            name=name,
            driver=section.needed("driver", '"tmall"'),
            markets=markets,
            account=self._of_account(name, section),
            environment="sandbox" if environment == "sandbox" else "live",
            prices=self._of_prices(name, section, markets),
            settings=settings,
            only=section.texts("only"),
            never=section.texts("never"),
            owned_by_seller=section.texts("owned_by_seller"),
            workers=section.whole("workers", 8, least=1),
            hosts=self._of_hosts(section, environment),
        )
        surplus = section.choice("surplus_axes", ("refuse", "join"), "refuse")
        return ChannelConfig(
            channel=channel,
            categories=category_table(section, self.folder),
            attributes=attribute_table(section, self.folder),
            axes=section.words("axes"),
            brands=section.words("brands"),
            surplus_axes="join" if surplus == "join" else "refuse",
            places={key: section.at(key) for key in section.table},
            at=section.at(),
        )

    def _of_markets(self, name: str, section: Section) -> tuple[Market, ...]:
        key = "markets" if "markets" in section.table else "market"
        codes = section.texts(key)
        if "market" in section.table and "markets" in section.table:
            section.error("markets", "double", "market and markets are both given", "keep one of the two")
        if not codes:
            near = get_close_matches("market", [k for k in section.table if k not in CHANNEL_KEYS], 1)
            hint = f"did you mean {near[0]!r} to be market?" if near else 'add market = "CN"'
            section.error("", "missing", f"channel {name!r} has no market", hint)
        for code in codes:
            if code not in self.markets:
                hint = f"{nearest(code, self.markets)}; or add [markets.{code}]"
                section.error(key, "market", f"market {code!r} is unknown", hint)
        return tuple(self.markets[code] for code in dict.fromkeys(codes) if code in self.markets)

    def _of_account(self, name: str, section: Section) -> str:
        account = section.table.get("account")
        if isinstance(account, dict):
            if name in self.accounts:
                section.error("account", "double", f"[accounts.{name}] exists as well", "keep one of the two")
            self.accounts[name] = self._account(name, section.inner("account"))
            return name
        if account is None:
            section.error(
                "", "missing", f"channel {name!r} has no account", 'add account = { … } or account = "NAME"'
            )
            return ""
        word = section.text("account")
        if word and word not in self.accounts:
            section.error(
                "account", "account", f"there is no [accounts.{word}]", nearest(word, self.accounts)
            )
        return word

    def _of_prices(self, name: str, section: Section, markets: tuple[Market, ...]) -> dict[str, str]:
        key = "prices" if "prices" in section.table else "price"
        given = section.table.get(key)
        if given is None:
            near = get_close_matches("price", [k for k in section.table if k not in CHANNEL_KEYS], 1)
            policy = next(iter(self.prices), "NAME")
            hint = f"did you mean {near[0]!r} to be price?" if near else f'add price = "{policy}"'
            section.error("", "missing", f"channel {name!r} has no price policy", hint)
            return {}
        if isinstance(given, dict):
            policies = section.words(key)
            for code in policies.keys() - {market.code for market in markets}:
                section.error(
                    key, "market", f"a price for {code}, which is no market of {name!r}", "remove it"
                )
            for market in markets:
                if market.code not in policies:
                    section.error(
                        key, "missing", f"no price policy for {market.code}", f'add {market.code} = "NAME"'
                    )
        else:
            policies = {market.code: section.text(key) for market in markets}
        for policy in dict.fromkeys(policies.values()):
            if policy and policy not in self.prices:
                message = f"there is no [prices.{policy}] in {self.prices_at}"
                section.error(key, "price", message, nearest(policy, self.prices))
        return policies

    def _of_hosts(self, section: Section, environment: str) -> dict[str, str]:
        hosts = section.words("hosts")
        if hosts and environment != "sandbox":
            section.error(
                "hosts", "sandbox_only", "hosts are given outside the sandbox", 'set environment = "sandbox"'
            )
        for label, address in hosts.items():
            try:
                parts = urlsplit(address)
                host = parts.hostname
            except ValueError:
                host = None
            if not host or parts.scheme not in ("http", "https"):
                hint = "write http://127.0.0.1:PORT or https://HOST"
                section.inner("hosts").error(label, "host", f"{address!r} is no address", hint)
            elif parts.scheme == "http" and host not in _LOOPBACK:
                hint = "write https, or an address of this machine"
                section.inner("hosts").error(label, "host", f"{address!r} is not encrypted", hint)
        return hosts
