"""A configuration on this machine: with its state, its clock and the variables that its references name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta, timezone
from itertools import chain
from typing import Any

from attrs import field, frozen

from storesync import __version__
from storesync.catalog import Read, Source, read_reference
from storesync.config import Config, account_from, shop_from
from storesync.driver import Driver, Shop
from storesync.engine.accountstatus import Credentials, exposed
from storesync.engine.env import Env
from storesync.engine.secrets import configured_secrets
from storesync.errors import ConfigError
from storesync.issues import Issue, Issues, unread
from storesync.localization import Gates, Reference
from storesync.model import frozen_map
from storesync.prepare import Settings
from storesync.pricing import Confirmed, Snapshot
from storesync.registry import driver as find_driver
from storesync.state import Cipher, Store
from storesync.state.exposure import seal

__all__ = ["Setup"]

_NOTHING: Mapping[str, Any] = frozen_map({})
_HOME = timezone(timedelta(hours=9))  # a Korean merchant's day decides which policy is in force


@frozen(kw_only=True)
class Setup:
    """What every room of an open configuration needs to know; nothing here asks a market.

    `findings` are those of the configuration, its reference tables and its state, for every plan to tell.
    """

    config: Config
    env: Env
    environ: Mapping[str, str] | None = field(repr=False)
    store: Store
    reference: Reference
    findings: Issues

    @classmethod
    def of(
        cls, config: Config, env: Env | None, environ: Mapping[str, str] | None, *, inline: bool = False
    ) -> Setup:
        """Open the state and read the reference tables; StateError when the state cannot be used."""
        cipher = Cipher.of(os.environ if environ is None else environ)
        store = Store(config.state_url(environ), inline=inline, cipher=cipher)
        store.prepare()
        seal(store)
        reference, found = read_reference(config.catalog.folder)
        return cls(
            config=config,
            env=env or Env(),
            environ=environ,
            store=store,
            reference=reference,
            findings=Issues((*config.issues, *found, *store.read_now(lambda db: exposed(db, store)))),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The configured channels, in the order of the file."""
        return tuple(self.config.channels)

    def meant(self, channels: Sequence[str]) -> tuple[str, ...]:
        """These channels, all when none is named; ConfigError for one that is not configured."""
        for name in channels:
            self.config.channel(name)
        return tuple(channels) or self.names

    @property
    def today(self) -> date:
        """The merchant's day: the configured one in the sandbox, else today in Seoul."""
        return self.config.today or self.env.now().astimezone(_HOME).date()

    @property
    def source(self) -> Source:
        """The catalog."""
        return self.config.catalog.open(today=self.today)

    def reads(self) -> Iterator[Read]:
        """The catalog's products; ConfigError, before a market is asked anything, when it cannot be read at all."""
        source, head = self.source.products(), list[Read]()
        for read in source:
            head.append(read)
            if read.key:
                break
        found = [issue for read in head for issue in read.issues]
        if unread(sum(bool(read.key) for read in head), found):
            raise ConfigError("the catalog cannot be read, so nothing is changed", found)
        return chain(head, source)

    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat, as far as the references can be read."""
        return tuple(configured_secrets(self.config, self.environ))

    def driver(self, name: str) -> Driver[Any, Any]:
        """The driver of a channel; ConfigError when it is not installed."""
        return find_driver(self.config.channel(name).channel.driver)

    def shop(self, name: str) -> Shop:
        """A channel's shop as configured; ConfigError with every finding about it."""
        kind: type[Shop] = self.driver(name).shop
        shop, issues = shop_from(kind, self.config.channel(name))
        if shop is None or issues:
            raise ConfigError(f"channel {name!r} cannot be opened", issues)
        return shop

    def account(self, name: str) -> tuple[Any, tuple[Issue, ...]]:
        """A channel's account as configured, None when it cannot be read, and every finding about it."""
        configured = self.config.accounts[self.config.channel(name).channel.account]
        kind = self.driver(name).account
        return account_from(kind, configured, channel=name, folder=self.config.folder, environ=self.environ)

    def credentials(self, name: str) -> Credentials | None:
        """A channel's configured credentials; None when they cannot be read, which opening the channel tells."""
        account, issues = self.account(name)
        if account is None or issues:
            return None
        config = self.config.accounts[self.config.channel(name).channel.account]
        return Credentials(
            name=config.name, driver=self.driver(name), account=account, references=config.values
        )

    def settings(
        self,
        name: str,
        rates: Snapshot | None = None,
        confirmed: Mapping[str, Mapping[str, Confirmed]] = _NOTHING,
    ) -> Settings:
        """What the preparation of a channel depends on.

        `rates` is the snapshot it is priced with, `confirmed` the moves of prices that a person lets through.
        """
        configured = self.config.channel(name)
        channel = configured.channel
        policies = {
            market: self.config.policies[policy]
            for market, policy in channel.prices.items()
            if policy in self.config.policies
        }
        rules = self.config.compliance
        codes = tuple(market.code for market in channel.markets)
        return Settings(
            channel=channel,
            reference=self.reference,
            today=self.today,
            categories=configured.categories,
            attributes=configured.attributes,
            accept=self.config.accept,
            compliance=rules.of(codes, self.reference) if rules else None,
            gates=Gates(glossary=self.config.glossary),
            policies=policies,
            rates=rates,
            confirmed=confirmed,
            axes=configured.axes,
            brands=configured.brands,
            surplus_axes=configured.surplus_axes,
            form=self.driver(name).spec.money,
            compare_at=self.driver(name).spec.compare_at,
            edition=__version__,
        )
