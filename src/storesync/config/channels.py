"""[channels.*], [accounts.*] and [markets.*]: which shops there are, and what each is opened with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storesync.config.calendar import calendar_from
from storesync.config.mapping import attribute_table, category_table
from storesync.config.secret import is_reference
from storesync.config.section import Section
from storesync.config.settings import AccountConfig, ChannelConfig
from storesync.issues import nearest
from storesync.model import Channel, Market
from storesync.model.money import MINOR_DIGITS

__all__ = ["CHANNEL_KEYS", "MARKETS", "Channels", "markets_from"]

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
    "workers", "owned_by_seller", "categories", "attributes", "axes", "brands", "surplus_axes", "calendar",
)  # fmt: skip
"""Keys of a channel that storesync itself reads; every other one fills the driver's Shop."""

_EXPECTED = (("driver",), ("market", "markets"), ("account",), ("price", "prices"), ("environment",))
_LIKE = 0.75  # how much a strange key must look like one that is expected and absent to be meant as it
_SECRET_NAME = re.compile(
    r"secret|token|passw|session|private|credential|cookie|(?<!app)_key$|^key$", re.IGNORECASE
)
_SURELY_SECRET = re.compile(r"secret|token|passw|credential", re.IGNORECASE)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def markets_from(root: Section) -> dict[str, Market]:
    """The markets by code: those that everybody knows, as [markets.*] changes them, and further ones."""
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


class Channels:
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
        """Every channel by name; `accounts` are known afterwards."""
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
        section = self._mended(section)
        environment = section.choice("environment", ("live", "sandbox"), "live")
        markets = self._of_markets(name, section)
        settings = {key: value for key, value in section.table.items() if key not in CHANNEL_KEYS}
        for key in settings:
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
            calendar=calendar_from(section),
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

    @staticmethod
    def _mended(section: Section) -> Section:
        """The section with slips of the pen told and read as what was meant, so that nothing else is said of them.

        Only a key that is expected and absent counts as meant: any other strange key may be a setting of the shop.
        """
        table = dict(section.table)
        for keys in _EXPECTED:
            strange = [key for key in table if key not in CHANNEL_KEYS]
            near = [slip for key in keys for slip in get_close_matches(key, strange, 1, _LIKE)]
            if near and not any(key in table for key in keys):
                meant = get_close_matches(near[0], keys, 1, 0.0)[0]
                section.error(
                    near[0], "unknown_key", f"a channel has no key {near[0]!r}", f"did you mean {meant!r}?"
                )
                table[meant] = table.pop(near[0])
        return Section(section.file, section.key, table, section.found)

    def _of_markets(self, name: str, section: Section) -> tuple[Market, ...]:
        key = "markets" if "markets" in section.table else "market"
        codes = section.texts(key)
        if "market" in section.table and "markets" in section.table:
            section.error("markets", "double", "market and markets are both given", "keep one of the two")
        if not codes:
            section.error("", "missing", f"channel {name!r} has no market", 'add market = "CN"')
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
            hint = f'add price = "{next(iter(self.prices), "NAME")}"'
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
