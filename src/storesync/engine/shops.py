"""All channels of one configuration, open for work: what services import, async."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

from attrs import evolve, fields
from sqlalchemy import Connection

from storesync import __version__
from storesync.catalog import Source, read_reference
from storesync.compliance import Compliance
from storesync.config import MARKETS, Config, account_from, load, shop_from
from storesync.config.wording import ComplianceConfig
from storesync.driver import Driver, Shop
from storesync.engine.adopt import Adopted, Adoption, read_review, survey, take_over, write_review
from storesync.engine.apply import Progress, apply, at_work
from storesync.engine.channel import OpenChannel
from storesync.engine.check import Checked, check
from storesync.engine.env import Env
from storesync.engine.observe import Drift, observe
from storesync.engine.opening import discover, guard_limits, with_found
from storesync.engine.pace import Pacer
from storesync.engine.planning import plan
from storesync.engine.preparer import ChannelPreparer
from storesync.engine.report import Report
from storesync.engine.status import Explained, Status, explain, resolve, status
from storesync.engine.wording import (
    check_market,
    export_texts,
    import_texts,
    translate_catalog,
    translator,
)
from storesync.errors import ConfigError, StalePlan
from storesync.issues import Issues
from storesync.localization import TextMemory
from storesync.localization.engines import Translated
from storesync.localization.review import Reviewed, ReviewRow, Taken
from storesync.model import Channel, digest
from storesync.plan import Plan
from storesync.prepare import Settings
from storesync.registry import driver as find_driver
from storesync.state import CONVERTER, Store, assets, texts
from storesync.transport import Transport, Wire, join_hosts

__all__ = ["Shops"]

_HOME = timezone(timedelta(hours=9))  # a Korean merchant's day decides which policy is in force
_PASSES = 3  # of one sync: what a doubt left open is compared and repaired in the next


class Shops:
    """The channels of a configuration. Open it with `async with`, or close it yourself.

    `env` is the clock and chance to run by; `environ` the variables that references like `env:NAME` name;
    `wire` replaces the network, by channel name, for tests.
    """

    def __init__(
        self,
        config: Config,
        *,
        env: Env | None = None,
        environ: Mapping[str, str] | None = None,
        wire: Mapping[str, Wire] | None = None,
        inline: bool = False,
    ) -> None:
        self.config = config
        self.env = env or Env()
        self._environ = environ
        self._wire = dict(wire or {})
        self.store = Store(config.state_url(environ), inline=inline)
        self.store.prepare()
        self._pacer = Pacer(self.env, self.store)
        self._open: dict[str, OpenChannel] = {}
        self._preparers: dict[str, ChannelPreparer] = {}
        self._reference, found = read_reference(config.catalog.folder)
        self.findings = Issues((*config.issues, *found))
        self.limits = guard_limits(config)

    @classmethod
    def open(cls, path: str | Path = "storesync.toml", **more: Any) -> Shops:
        """The shops of a configuration file; ConfigError holds every finding in it, each with its line."""
        return cls(load(path), **more)

    async def __aenter__(self) -> Shops:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection and the state store."""
        for channel in self._open.values():
            await channel.transport.close()
        self._open.clear()
        self.store.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The configured channels, in the order of the file."""
        return tuple(self.config.channels)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat: the hidden fields of every account in use, renewed ones too."""
        found = (
            getattr(opened.account, hidden.name)
            for opened in self._open.values()
            for hidden in fields(type(opened.account))
            if not hidden.repr
        )
        return tuple(value for value in found if isinstance(value, str) and value)

    @property
    def today(self) -> date:
        """The merchant's day: the configured one in the sandbox, else today in Seoul."""
        return self.config.today or self.env.now().astimezone(_HOME).date()

    @property
    def source(self) -> Source:
        """The catalog."""
        return self.config.catalog.open(today=self.today)

    def _configured(self, name: str) -> Any:
        try:
            return self.config.channels[name]
        except KeyError:
            known = ", ".join(self.names) or "none"
            raise ConfigError(f"no channel {name!r} is configured (configured: {known})") from None

    def driver(self, name: str) -> Driver[Any, Any]:
        """The driver of a channel; ConfigError when it is not installed."""
        return find_driver(self._configured(name).channel.driver)

    def settings(self, name: str) -> Settings:
        """What the preparation of a channel depends on."""
        configured = self._configured(name)
        channel = configured.channel
        policies = {
            market: self.config.policies[policy]
            for market, policy in channel.prices.items()
            if policy in self.config.policies
        }
        return Settings(
            channel=channel,
            reference=self._reference,
            today=self.today,
            categories=configured.categories,
            attributes=configured.attributes,
            accept=self.config.accept,
            compliance=self._compliance(channel),
            policies=policies,
            rates=self.config.snapshot,
            axes=configured.axes,
            brands=configured.brands,
            surplus_axes=configured.surplus_axes,
            edition=__version__,
        )

    def _compliance(self, channel: Channel) -> Compliance | None:
        rules = self.config.compliance
        return rules.of((market.code for market in channel.markets), self._reference) if rules else None

    async def channel(self, name: str) -> OpenChannel:
        """The channel, connected; ConfigError with every finding about its account and shop."""
        if name not in self._open:
            self._open[name] = await self._connect(name)
        return self._open[name]

    async def _connect(self, name: str) -> OpenChannel:
        configured = self._configured(name)
        driver = self.driver(name)
        channel = configured.channel
        shop = self._shop(name, driver)
        account_config = self.config.accounts[channel.account]
        account, issues = account_from(
            driver.account, account_config, channel=name, folder=self.config.folder, environ=self._environ
        )
        if account is None or issues:
            raise ConfigError(f"channel {name!r} cannot be opened", issues)
        found = await self.store.read(lambda db: assets.shop(db, name))
        shop = with_found(shop, found)
        hosts = channel.hosts or driver.spec.hosts.get(channel.environment)
        if not hosts:
            known = ", ".join(driver.spec.hosts)
            raise ConfigError(
                f"channel {name!r}: driver {channel.driver!r} knows no environment {channel.environment!r} (only {known})"
            )
        transport = Transport(
            join_hosts(hosts, CONVERTER.unstructure(shop), what=f"channel {name!r}"),
            now=self.env.now,
            open_hosts=driver.spec.open_hosts,
            file=self._file,
            timeout=driver.spec.timeout,
            connections=max(channel.workers, 1),
            wire=self._wire.get(name),
        )
        opened = OpenChannel(
            channel=channel,
            driver=driver,
            shop=shop,
            account=account,
            account_name=channel.account,
            base=digest(CONVERTER.unstructure(account)),
            transport=transport,
            store=self.store,
            env=self.env,
            pacer=self._pacer,
        )
        await discover(opened, found)
        return opened

    def _shop(self, name: str, driver: Driver[Any, Any]) -> Shop:
        kind: type[Shop] = driver.shop
        shop, issues = shop_from(kind, self._configured(name))
        if shop is None or issues:
            raise ConfigError(f"channel {name!r} cannot be opened", issues)
        return shop

    def _file(self, sha256: str) -> Path | None:
        file = self.store.read_now(lambda db: assets.file(db, sha256))
        return Path(file.path) if file is not None else None

    async def _memory(self, channel: Channel) -> TextMemory:
        """What is remembered in the channel's languages."""

        def read(db: Connection) -> TextMemory:
            return TextMemory.of(one for locale in channel.locales for one in texts.texts_in(db, locale))

        return await self.store.read(read)

    async def _preparer(self, name: str) -> ChannelPreparer:
        if name not in self._preparers:
            opened = await self.channel(name)
            settings = self.settings(name)
            memory = await self._memory(settings.channel)
            self._preparers[name] = ChannelPreparer(settings, opened.driver, opened.shop, memory)
        return self._preparers[name]

    async def plan(
        self,
        name: str,
        *,
        end: Iterable[str] = (),
        only: Collection[str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Plan:
        """What would change on a channel to show the catalog as it is now; nothing on the market changes.

        `end` are keys to take off for good instead of hiding them; `only` are the products that changed, when
        the caller knows: the others are taken to be as they were.
        """
        opened, preparer = await self.channel(name), await self._preparer(name)
        made = await plan(
            opened,
            self.source.products(),
            preparer,
            limits=self.limits,
            progress=progress,
            end=end,
            only=only,
        )
        snapshot = self.config.snapshot.id if self.config.snapshot is not None else ""
        return evolve(made, warnings=(*self.findings, *made.warnings), snapshot=snapshot)

    async def apply(
        self, plan: Plan, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Carry out a plan: UnsafePlan, StalePlan or Locked when it must not be, and then nothing was sent."""
        return await apply(await self.channel(plan.channel), plan, reasons=reasons, progress=progress)

    async def sync(
        self, name: str, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> tuple[Plan, Report]:
        """Plan and apply until nothing is left that can be done now; the first plan and all that came of it."""
        first, report = await self._fresh(name, reasons, progress)
        for _ in range(_PASSES - 1):
            if not report.outcomes or report.stopped:
                break
            again = await self.plan(name)
            if not again.operations:
                break
            more = await self.apply(again, reasons=reasons, progress=progress)
            report.follow(more)
            if not any(outcome.good for outcome in more.outcomes):
                break
        return first, report

    async def _fresh(
        self, name: str, reasons: Mapping[str, str] | None, progress: Progress | None
    ) -> tuple[Plan, Report]:
        """Plan and apply; when somebody else moved the state in between, plan once more: nothing was sent."""
        for left in reversed(range(_PASSES)):
            made = await self.plan(name)
            try:
                return made, await self.apply(made, reasons=reasons, progress=progress)
            except StalePlan:
                if not left:
                    raise
        raise AssertionError("the last pass returns or raises")

    async def observe(self, name: str) -> list[Drift]:
        """Look at what the market shows; the next plan repairs what differs."""
        async with at_work(await self.channel(name)) as work:
            return await observe(work)

    async def status(self, name: str) -> Status:
        """How a channel stands, from the state alone."""
        self._configured(name)
        now = self.env.now()
        return await self.store.read(lambda db: status(db, name, now))

    async def explain(self, name: str, sku: str) -> Explained | None:
        """How a SKU's price and texts came to be and what was done with it; None when it is unknown here."""
        self._configured(name)
        return await self.store.read(lambda db: explain(db, name, sku))

    async def resolve(self, name: str, key: str, *, listing: str = "") -> str:
        """Take a parked listing up again: with the market's id that a person found, or as not there."""
        async with at_work(await self.channel(name)) as work:
            return await resolve(work, key, listing=listing)

    async def survey(self, name: str, review: Path | str | None = None) -> Adoption:
        """What a shop shows that is not known as ours, matched with the catalog; nothing is adopted yet.

        With `review` a CSV file for a person is written there. Asks the market with read-only requests.
        """
        await self.plan(name)  # the catalog's localized titles are those of a plan
        found = await survey(await self.channel(name), self.source.products())
        if review is not None:
            write_review(Path(review), found)
        return found

    async def adopt(self, name: str, review: Path | str) -> Adopted:
        """Know the listings of a reviewed file as ours; nothing on the market changes, the next plan compares."""
        rows, undecided, left = read_review(Path(review))
        async with at_work(await self.channel(name)) as work:
            return await take_over(work, rows, undecided=undecided, left=left)

    async def check(self, name: str) -> Checked:
        """Prepare the whole catalog for a channel without asking the market, and collect every finding."""
        driver = self.driver(name)
        shop = self._shop(name, driver)
        found = await self.store.read(lambda db: assets.shop(db, name))
        shop = with_found(shop, found)
        settings = self.settings(name)
        preparer = ChannelPreparer(settings, driver, shop, await self._memory(settings.channel))
        checked = await check(self.store, self._configured(name).channel, driver, shop, preparer, self.source)
        account = self.config.accounts[self._configured(name).channel.account]
        _, missing = account_from(
            driver.account, account, channel=name, folder=self.config.folder, environ=self._environ
        )
        return evolve(checked, issues=(*missing, *self.findings, *checked.issues))

    async def check_market(self, code: str) -> Checked:
        """Whether the catalog is ready for a market, with no channel and no network: every finding at once."""
        market = next(
            (one for two in self.config.channels.values() for one in two.channel.markets if one.code == code),
            MARKETS.get(code),
        )
        if market is None:
            raise ConfigError(
                f"market {code!r} is unknown: it knows {', '.join(MARKETS)}, or add [markets.{code}]"
            )
        rules = (self.config.compliance or ComplianceConfig()).of((code,), self._reference)

        def read(db: Connection) -> TextMemory:
            return TextMemory.of(one for locale in market.locales for one in texts.texts_in(db, locale))

        memory = await self.store.read(read)
        return check_market(self.source, self._reference, memory, rules, market, self.today)

    async def translate_texts(self, locale: str, *, budget: int | None = None) -> Translated:
        """Have the configured translator fill what nobody delivered or remembers in one language.

        `budget` are the characters that may be sent. A text that fails a gate is told and does not count.
        """
        engine = translator(self.config, self._environ)
        done = await translate_catalog(
            self.store, self.config, self.source, self._reference, locale, engine, env=self.env, budget=budget
        )
        self._preparers.clear()
        return done

    async def export_texts(self, locale: str, *, waiting: bool = False) -> tuple[ReviewRow, ...]:
        """The texts of one language for people: all of them, or with `waiting` those that nobody approved."""
        return await export_texts(
            self.store, self.config, self.source, self._reference, locale, waiting=waiting
        )

    async def import_texts(self, file: Reviewed, locale: str, *, by: str) -> Taken:
        """Remember what a reviewed file says; what conflicts or fails is told and does not come in."""
        taken = await import_texts(
            self.store, self.config, self.source, self._reference, locale, file, by=by, at=self.env.now()
        )
        self._preparers.clear()
        return taken
