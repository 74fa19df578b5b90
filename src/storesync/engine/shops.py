"""All channels of one configuration, open for work: what services import, async."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from storesync.engine.accountstatus import Credentials, account_parts, account_status, exposed
from storesync.engine.adopt import Adopted, Adoption, read_review, survey, take_over, write_review
from storesync.engine.apply import Progress, apply, at_work, refuse_ended
from storesync.engine.channel import OpenChannel
from storesync.engine.channeltexts import ChannelTexts
from storesync.engine.check import Checked, check
from storesync.engine.contact import meet, refuse_strange, with_found
from storesync.engine.env import Env
from storesync.engine.events import happened
from storesync.engine.observe import Drift, observe
from storesync.engine.opening import guard_limits
from storesync.engine.owned import check_owned
from storesync.engine.pace import Pacer
from storesync.engine.planning import plan
from storesync.engine.preparer import ChannelPreparer
from storesync.engine.rates import WIRE, Rates
from storesync.engine.ratestatus import RateStatus, rate_status
from storesync.engine.readiness import check_market
from storesync.engine.report import Report
from storesync.engine.repricing import repriced
from storesync.engine.secrets import configured_secrets
from storesync.engine.status import ChannelStatus, Explained, explain, resolve, similar, status
from storesync.engine.translating import Translators
from storesync.engine.wording import Locked, export_texts, import_texts, lock_texts, translate_catalog
from storesync.errors import ConfigError, PlanError, StalePlan, StateError
from storesync.issues import Issue, Issues
from storesync.localization import Gates
from storesync.localization.engines import Translated
from storesync.localization.review import Reviewed, ReviewRow, Taken
from storesync.model import Channel, digest
from storesync.plan import Kind, Plan
from storesync.prepare import Settings
from storesync.pricing import Snapshot
from storesync.pricing.limit import first_limit
from storesync.registry import driver as find_driver
from storesync.state import CONVERTER, Cipher, Store, assets, standing
from storesync.state.backup import backup, export
from storesync.state.retention import Compacted, compact
from storesync.transport import Transport, Wire, join_hosts

__all__ = ["Shops"]

_HOME = timezone(timedelta(hours=9))  # a Korean merchant's day decides which policy is in force
_PRICED = frozenset({Kind.CREATE, Kind.UPDATE, Kind.PRICES})  # an update may carry prices as well
_PASSES = 3  # of one sync: what a doubt left open is compared and repaired in the next


class Shops:
    """The channels of a configuration. Open it with `async with`, or close it yourself.

    `env` is the clock and chance to run by; `environ` the variables that references like `env:NAME` name;
    `wire` replaces the network, by channel name, for tests; that to the rate services under `[rates]`.
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
        cipher = Cipher.of(os.environ if environ is None else environ)
        self.store = Store(config.state_url(environ), inline=inline, cipher=cipher)
        self.store.prepare()
        self._pacer = Pacer(self.env, self.store)
        self._open: dict[str, OpenChannel] = {}
        self._secrets: tuple[str, ...] | None = None
        self._preparers: dict[str, ChannelPreparer] = {}
        self._translators = Translators(config, self.store, self.env, environ)
        self._reference, found = read_reference(config.catalog.folder)
        self.findings = Issues((*config.issues, *found, *exposed(self.store)))
        self.limits = guard_limits(config)
        self._rates = Rates(config, self.store, self.env, environ=environ, wire=self._wire.get(WIRE))

    @classmethod
    def open(
        cls,
        path: str | Path = "storesync.toml",
        *,
        env: Env | None = None,
        environ: Mapping[str, str] | None = None,
        wire: Mapping[str, Wire] | None = None,
    ) -> Shops:
        """The shops of a configuration file; ConfigError holds every finding in it, each with its line."""
        return cls(load(path), env=env, environ=environ, wire=wire)

    async def __aenter__(self) -> Shops:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection and the state store."""
        for channel in self._open.values():
            await channel.transport.close()
        self._open.clear()
        await self._rates.close()
        self.store.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The configured channels, in the order of the file."""
        return tuple(self.config.channels)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat: the hidden fields of every configured account, and what replaced them since."""
        found = (
            getattr(opened.account, hidden.name)
            for opened in self._open.values()
            for hidden in fields(type(opened.account))
            if not hidden.repr
        )
        if self._secrets is None:
            self._secrets = tuple(configured_secrets(self.config, self._environ))
        renewed = (value for value in found if isinstance(value, str) and value)
        return tuple(dict.fromkeys((*self._secrets, *renewed)))

    @property
    def today(self) -> date:
        """The merchant's day: the configured one in the sandbox, else today in Seoul."""
        return self.config.today or self.env.now().astimezone(_HOME).date()

    @property
    def source(self) -> Source:
        """The catalog."""
        return self.config.catalog.open(today=self.today)

    def driver(self, name: str) -> Driver[Any, Any]:
        """The driver of a channel; ConfigError when it is not installed."""
        return find_driver(self.config.channel(name).channel.driver)

    def settings(self, name: str, rates: Snapshot | None = None) -> Settings:
        """What the preparation of a channel depends on; `rates` is the snapshot it is priced with."""
        configured = self.config.channel(name)
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
            gates=Gates(glossary=self.config.glossary),
            policies=policies,
            rates=rates,
            axes=configured.axes,
            brands=configured.brands,
            surplus_axes=configured.surplus_axes,
            form=self.driver(name).spec.money,
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
        configured = self.config.channel(name)
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
        check_owned(channel, driver.spec)
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
        try:
            await meet(opened, self._shop(name, driver), found)
        except BaseException:
            await transport.close()
            raise
        return opened

    async def _ours(self, name: str) -> OpenChannel:
        """The channel, connected; UnsafePlan when its account is another shop's than the state knows."""
        opened = await self.channel(name)
        refuse_strange(opened)
        return opened

    def _shop(self, name: str, driver: Driver[Any, Any]) -> Shop:
        kind: type[Shop] = driver.shop
        shop, issues = shop_from(kind, self.config.channel(name))
        if shop is None or issues:
            raise ConfigError(f"channel {name!r} cannot be opened", issues)
        return shop

    def _file(self, sha256: str) -> Path | None:
        file = self.store.read_now(lambda db: assets.file(db, sha256))
        return Path(file.path) if file is not None else None

    async def _preparer(self, name: str, rates: Snapshot | None) -> ChannelPreparer:
        known = self._preparers.get(name)
        # A service that runs for weeks meets new days and new rates.
        if known is None or known.settings.today != self.today or not _same(known.settings.rates, rates):
            opened = await self.channel(name)
            settings = self.settings(name, rates)
            known = self._preparers[name] = ChannelPreparer(settings, opened.driver, opened.shop)
        return known

    def _texts(self, preparer: ChannelPreparer) -> ChannelTexts:
        return ChannelTexts(self.store, preparer, self._reference, self.config.glossary, self._translators)

    async def _must_be_listed(self, name: str, key: str) -> None:
        """PlanError for a key of which the shop shows nothing: whoever wants it ended meant another one."""
        stand = await self.store.read(lambda db: standing.read(db, name, key))
        if stand is None or stand.ref is None:
            near = await self.similar(name, key)
            way = (
                f"did you mean {' or '.join(near)}?" if near and near != (key,) else "nothing is to be ended"
            )
            raise PlanError(f"{name}: {key!r} is not listed there: {way}")

    async def plan(
        self,
        channel: str,
        *,
        end: Iterable[str] = (),
        only: Collection[str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Plan:
        """What would change on a channel to show the catalog as it is now; nothing on the market changes.

        `end` are keys to take off for good instead of hiding them; PlanError for one that is not listed. `only` are
        the products that changed, when the caller knows: the others are taken to be as they were, and
        meet new rates with the next whole plan.
        """
        opened, ended = await self.channel(channel), tuple(end)
        for key in ended:
            await self._must_be_listed(channel, key)
        rates = await self._rates.of(channel, self.today)
        preparer = await self._preparer(channel, rates.snapshot)
        made = await plan(
            opened,
            self.source.products(),
            preparer,
            limits=self.limits,
            progress=progress,
            end=ended,
            texts=self._texts(preparer),
            only=only,
        )
        whole = evolve(
            made,
            warnings=(*self.findings, *await self._ending(channel), *rates.issues, *made.warnings),
            snapshot=rates.snapshot.id if rates.snapshot is not None else "",
        )
        priced = [operation for operation in made.operations if operation.kind in _PRICED]
        limit = first_limit(
            preparer.settings.policies,
            rates.snapshot,
            today=self.today,
            channel=channel,
            keys={operation.key for operation in priced},
            skus={sku for operation in priced for sku in operation.skus},
        )
        if priced and limit is not None:
            whole = evolve(whole, good_until=limit.until.isoformat(), until=limit.why)
        happened(
            "plan.made",
            channel=channel,
            revision=whole.revision,
            fingerprint=whole.fingerprint,
            products=whole.products,
            counts=dict(whole.counts),
            held=len(whole.held),
            not_offered=len(whole.not_offered),
            tripped=[guard.name for guard in whole.tripped],
        )
        return whole

    async def apply(
        self, plan: Plan, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Carry out a plan: UnsafePlan, StalePlan or Locked when it must not be, and then nothing was sent.

        Stale is also a plan whose prices rest on what ended since: on a policy, a fee, a tax or a rate's age.
        """
        refuse_ended(plan, self.today)
        return await apply(await self.channel(plan.channel), plan, reasons=reasons, progress=progress)

    async def sync(
        self, channel: str, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> tuple[Plan, Report]:
        """Plan and apply until nothing is left that can be done now; the first plan and all that came of it."""
        first, report = await self._fresh(channel, reasons, progress)
        for _ in range(_PASSES - 1):
            if not report.outcomes or report.stopped:
                break
            again = await self.plan(channel)
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

    async def observe(self, channel: str) -> list[Drift]:
        """Look at what the market shows; the next plan repairs what differs."""
        async with at_work(await self._ours(channel)) as work:
            return await observe(work)

    async def status(self, channel: str) -> ChannelStatus:
        """How a channel stands, from the state alone."""
        self.config.channel(channel)
        now = self.env.now()
        account = self._account(channel)

        def read(db: Connection) -> ChannelStatus:
            found = status(db, channel, now)
            return found if account is None else evolve(found, **account_parts(db, channel, account, now))

        return await self.store.read(read)

    async def _ending(self, channel: str) -> tuple[Issue, ...]:
        """What a person has to do before the channel's token ends."""
        given, now = self._account(channel), self.env.now()
        if given is None:
            return ()
        found = await self.store.read(lambda db: account_status(db, given, now))
        return (found.issue,) if found.issue is not None else ()

    def _account(self, channel: str) -> Credentials | None:
        """A channel's configured credentials; None when they cannot be read, which opening the channel tells."""
        driver, config = (
            self.driver(channel),
            self.config.accounts[self.config.channel(channel).channel.account],
        )
        account, issues = account_from(
            driver.account, config, channel=channel, folder=self.config.folder, environ=self._environ
        )
        if account is None or issues:
            return None
        return Credentials(name=config.name, driver=driver, account=account, references=config.values)

    async def explain(self, channel: str, sku: str, *, rates: str = "") -> Explained | None:
        """How a SKU's price and texts came to be and what was done with it; None when it is unknown here.

        With `rates`, the id of a snapshot, its prices are made anew from that; StateError when there is no such one.
        """
        self.config.channel(channel)
        found = await self.store.read(lambda db: explain(db, channel, sku))
        if not rates or found is None:
            return found
        snapshot = evolve(await self._rates.load(rates), pinned=True)
        product = next((one.product for one in self.source.products() if one.key == found.key), None)
        if product is None:
            raise ConfigError(f"{found.key} cannot be priced: the catalog does not have it, or not whole")
        return repriced(found, product, self.settings(channel, snapshot))

    async def rates(self, *, events: int = 20) -> RateStatus:
        """Every rate with source, date and age, and what each channel is priced with; nothing is asked."""
        config, today = self.config.rates, self.today
        channels = [await self._rates.of(name, today, ask=False) for name in self.names]
        found = [issue for one in channels for issue in one.issues]
        if config is not None:
            found += config.made(self.config.folder, self._environ)[1]
        return rate_status(
            config,
            await self._rates.known(today),
            channels,
            await self._rates.history(events),
            today,
            Issues(tuple(dict.fromkeys(found))),
        )

    async def fetch_rates(self, *, confirm: Sequence[str] = ()) -> Issues:
        """Ask the rate sources now; a jump of the currencies in `confirm` is believed this once.

        What it says is every finding; prices change with the next plan.
        """
        return await self._rates.fetch(self.today, confirm)

    async def pin_rates(
        self, snapshot: str, *, reason: str, by: str = "", channels: Sequence[str] = ()
    ) -> str:
        """Price these channels, or all, with one snapshot until they are unpinned; gives its whole id.

        Reason and who says so (`by`) are kept. Its rates do not age meanwhile.
        StateError for an unknown id, ConfigError without a reason.
        """
        some = self._meant(channels)
        return (await self._rates.pin(snapshot, reason, some, self.today, by=by)).id

    async def unpin_rates(
        self, *, reason: str, by: str = "", channels: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Let these channels, or all, follow the sources again; gives those that were pinned.

        Reason and who says so (`by`) are kept; ConfigError without a reason.
        """
        return await self._rates.unpin(reason, self._meant(channels), by=by)

    def _meant(self, channels: Sequence[str]) -> tuple[str, ...]:
        for name in channels:
            self.config.channel(name)
        return tuple(channels) or self.names

    async def similar(self, channel: str, sku: str) -> tuple[str, ...]:
        """The keys and SKUs that a channel knows and that look most like this one, for a message."""
        self.config.channel(channel)
        return await self.store.read(lambda db: similar(db, channel, sku))

    def backup_state(self, path: Path | str) -> None:
        """Copy a SQLite state to a new file; StateError when it is there, or the state is on PostgreSQL."""
        backup(self.store, Path(path))

    def export_state(self, path: Path | str) -> int:
        """Write the state but tokens to a new file as JSON lines; how many rows. StateError when it is there."""
        place, rows = Path(path), -1
        try:
            file = os.fdopen(
                os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8"
            )
        except FileExistsError:
            raise StateError(f"{place}: is there already; name a new file for the export") from None
        with file:
            for line in export(self.store):
                file.write(line + "\n")
                rows += 1
        return rows

    async def compact_state(self, *, days: int) -> Compacted:
        """Drop what ended more than so many days ago; what is open, in doubt or parked stays however old.

        StateError for a number below zero.
        """
        if days < 0:
            raise StateError(
                f"days {days}: the journal of the days to come cannot be dropped; 0 drops all that ended"
            )
        before = self.env.now() - timedelta(days=days)
        return await self.store.write(lambda db: compact(db, before))

    async def resolve(self, channel: str, key: str, *, listing: str = "") -> str:
        """Take a parked listing up again: with the market's id that a person found, or as not there."""
        async with at_work(await self._ours(channel)) as work:
            return await resolve(work, key, listing=listing)

    async def survey(self, channel: str, review: Path | str | None = None) -> Adoption:
        """What a shop shows that is not known as ours, matched with the catalog; nothing is adopted yet.

        With `review` a CSV file for a person is written there. Asks the market with read-only requests.
        """
        await self.plan(channel)  # the catalog's localized titles are those of a plan
        found = await survey(await self._ours(channel), self.source.products())
        if review is not None:
            write_review(Path(review), found)
        return found

    async def adopt(self, channel: str, review: Path | str) -> Adopted:
        """Know the listings of a reviewed file as ours; nothing on the market changes, the next plan compares."""
        rows, undecided, left = read_review(Path(review))
        async with at_work(await self._ours(channel)) as work:
            return await take_over(work, rows, undecided=undecided, left=left)

    async def check(self, channel: str) -> Checked:
        """Prepare the whole catalog for a channel without asking the market, and collect every finding."""
        driver, configured = self.driver(channel), self.config.channel(channel).channel
        found = await self.store.read(lambda db: assets.shop(db, channel))
        shop = with_found(self._shop(channel, driver), found)
        rates = await self._rates.of(channel, self.today, ask=False)
        preparer = ChannelPreparer(self.settings(channel, rates.snapshot), driver, shop)
        texts = self._texts(preparer)
        checked = await check(self.store, configured, driver, shop, preparer, self.source, texts)
        account = self.config.accounts[configured.account]
        _, missing = account_from(
            driver.account, account, channel=channel, folder=self.config.folder, environ=self._environ
        )
        if self.config.rates is not None:
            missing += tuple(self.config.rates.made(self.config.folder, self._environ)[1])
        unusable = self._translators.findings(configured.locales)
        return evolve(checked, issues=(*missing, *unusable, *self.findings, *rates.issues, *checked.issues))

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
        glossary = self.config.glossary
        return await check_market(
            self.store, self.source, self._reference, glossary, rules, market, self.today
        )

    async def translate_texts(
        self, locale: str, *, budget: int | None = None, again: bool = False
    ) -> Translated:
        """Have the configured translator fill what nobody delivered or remembers in one language.

        `budget` are the characters that may be sent, besides those of the configured day. A text that fails a gate
        is told and does not count; it is asked for once more with `again`, or when source, glossary or translator
        changed.
        """
        return await translate_catalog(
            self.store, self._translators, self.source, self._reference, locale, budget=budget, again=again
        )

    async def lock_texts(self, locale: str, places: Iterable[str], *, locked: bool = True) -> Locked:
        """Lock what is remembered at some places (`SBG-001/title`, `SBG-001`) in one language, or free it."""
        return await lock_texts(
            self.store,
            self.config,
            self.source,
            self._reference,
            locale,
            places,
            locked=locked,
            at=self.env.now(),
        )

    async def export_texts(self, locale: str, *, waiting: bool = False) -> tuple[ReviewRow, ...]:
        """The texts of one language for people: all of them, or with `waiting` those that nobody approved."""
        return await export_texts(
            self.store, self.config, self.source, self._reference, locale, waiting=waiting
        )

    async def import_texts(self, file: Reviewed, locale: str, *, by: str) -> Taken:
        """Remember what a reviewed file says; what conflicts or fails is told and does not come in."""
        return await import_texts(
            self.store, self.config, self.source, self._reference, locale, file, by=by, at=self.env.now()
        )


def _same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether prices made with either are the same, findings about their age included."""
    if one is None or other is None:
        return one is other
    return (one.id, one.pinned, one.rates) == (other.id, other.pinned, other.rates)
