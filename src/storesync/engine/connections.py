"""The channels that are open: each connected at its first use, and kept until all are closed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import define, field

from storesync.engine.channel import OpenChannel
from storesync.engine.channeltexts import ChannelTexts
from storesync.engine.contact import meet, refuse_strange, with_found
from storesync.engine.letthrough import confirmations
from storesync.engine.owned import check_owned
from storesync.engine.pace import Pacer
from storesync.engine.preparer import ChannelPreparer
from storesync.engine.setup import Setup
from storesync.engine.translating import Translators
from storesync.errors import ConfigError
from storesync.model import digest
from storesync.pricing import Snapshot
from storesync.state import CONVERTER, assets
from storesync.transport import Transport, Wire, join_hosts

__all__ = ["Connections"]


@define
class Connections:
    """The open channels of a configuration, their preparers and their translators; close it in the end.

    `wire` replaces the network, by channel name.
    """

    setup: Setup
    translators: Translators
    wire: Mapping[str, Wire]
    _pacer: Pacer = field(init=False)
    _open: dict[str, OpenChannel] = field(factory=dict, init=False)
    _preparers: dict[str, ChannelPreparer] = field(factory=dict, init=False)
    _secrets: tuple[str, ...] | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._pacer = Pacer(self.setup.env, self.setup.store)

    async def close(self) -> None:
        """Close every connection."""
        for channel in self._open.values():
            await channel.transport.close()
        self._open.clear()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat: the hidden fields of every configured account, and what replaced them since."""
        if self._secrets is None:
            self._secrets = self.setup.secrets()
        found = (text for opened in self._open.values() for text in opened.mask.secrets)
        return tuple(dict.fromkeys((*self._secrets, *found)))

    async def channel(self, name: str) -> OpenChannel:
        """The channel, connected; ConfigError with every finding about its account and shop."""
        if name not in self._open:
            self._open[name] = await self._connect(name)
        return self._open[name]

    async def ours(self, name: str) -> OpenChannel:
        """The channel, connected; UnsafePlan when its account is another shop's than the state knows."""
        opened = await self.channel(name)
        refuse_strange(opened)
        return opened

    async def _connect(self, name: str) -> OpenChannel:
        setup, channel = self.setup, self.setup.config.channel(name).channel
        driver, shop = setup.driver(name), setup.shop(name)
        account, issues = setup.account(name)
        if account is None or issues:
            raise ConfigError(f"channel {name!r} cannot be opened", issues)
        found = await setup.store.read(lambda db: assets.shop(db, name))
        known = with_found(shop, found)
        hosts = channel.hosts or driver.spec.hosts.get(channel.environment)
        if not hosts:
            raise ConfigError(
                f"channel {name!r}: driver {channel.driver!r} knows no environment {channel.environment!r} "
                f"(only {', '.join(driver.spec.hosts)})"
            )
        check_owned(channel, driver.spec)
        transport = Transport(
            join_hosts(hosts, CONVERTER.unstructure(known), what=f"channel {name!r}"),
            now=setup.env.now,
            open_hosts=driver.spec.open_hosts,
            file=self._file,
            timeout=driver.spec.timeout,
            connections=max(channel.workers, 1),
            wire=self.wire.get(name),
        )
        opened = OpenChannel(
            channel=channel,
            driver=driver,
            shop=known,
            account=account,
            account_name=channel.account,
            lease=float(setup.config.lease),
            base=digest(CONVERTER.unstructure(account)),
            transport=transport,
            store=setup.store,
            env=setup.env,
            pacer=self._pacer,
        )
        try:
            await meet(opened, shop, found)
        except BaseException:
            await transport.close()
            raise
        return opened

    def _file(self, sha256: str) -> Path | None:
        file = self.setup.store.read_now(lambda db: assets.file(db, sha256))
        return Path(file.path) if file is not None else None

    async def preparer(self, name: str, rates: Snapshot | None) -> ChannelPreparer:
        """What prepares the products of a connected channel; made anew when the day or the rates are others."""
        known = self._preparers.get(name)
        now = self.setup.env.now()
        confirmed = await self.setup.store.read(lambda db: confirmations(db, name, now))
        # A service that runs for weeks meets new days and new rates.
        if (
            known is None
            or known.settings.today != self.setup.today
            or not _same(known.settings.rates, rates)
            or known.settings.confirmed != confirmed
        ):
            opened = await self.channel(name)
            settings = self.setup.settings(name, rates, confirmed)
            known = self._preparers[name] = ChannelPreparer(settings, opened.driver, opened.shop)
        return known

    async def unconnected(self, name: str, rates: Snapshot | None) -> ChannelPreparer:
        """What prepares the products of a channel as far as the state knows its shop; nothing is asked."""
        found = await self.setup.store.read(lambda db: assets.shop(db, name))
        shop = with_found(self.setup.shop(name), found)
        return ChannelPreparer(self.setup.settings(name, rates), self.setup.driver(name), shop)

    def texts(self, preparer: ChannelPreparer) -> ChannelTexts:
        """The texts that a preparer works with, remembered and fetched."""
        setup = self.setup
        return ChannelTexts(setup.store, preparer, setup.reference, setup.config.glossary, self.translators)


def _same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether prices made with either are the same, findings about their age included."""
    if one is None or other is None:
        return one is other
    return (one.id, one.pinned, one.rates, one.doubted) == (
        other.id,
        other.pinned,
        other.rates,
        other.doubted,
    )
