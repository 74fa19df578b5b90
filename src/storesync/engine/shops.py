"""All channels of one configuration, open for work: what services import, async."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from attrs import evolve
from sqlalchemy import Connection

from storesync.catalog import Source
from storesync.config import Config, load
from storesync.driver import Driver
from storesync.engine.accountstatus import account_parts, account_status, exposed
from storesync.engine.adopt import Adopted, take_over
from storesync.engine.apply import Progress, apply, at_work
from storesync.engine.basis import based, refuse_changed, refuse_ended
from storesync.engine.channel import OpenChannel
from storesync.engine.check import Checked, check, seen, unsent
from storesync.engine.confirmation import ConfirmedPrice
from storesync.engine.connections import Connections
from storesync.engine.copies import compact_state, export_state
from storesync.engine.env import Env
from storesync.engine.observe import Drift, observe
from storesync.engine.opening import guard_limits
from storesync.engine.passes import passes
from storesync.engine.planning import plan, tell
from storesync.engine.prices import WIRE, Prices
from storesync.engine.ratestatus import RateStatus
from storesync.engine.readiness import check_market
from storesync.engine.report import Report
from storesync.engine.review import read_review, write_review
from storesync.engine.setup import Setup
from storesync.engine.status import (
    ChannelStatus,
    Explained,
    explain,
    refuse_unlisted,
    resolve,
    similar,
    status,
)
from storesync.engine.survey import Adoption, survey
from storesync.engine.translating import Translators, shown_locale
from storesync.engine.wording import (
    TextPlaces,
    confirm_texts,
    export_texts,
    import_texts,
    lock_texts,
    translate_catalog,
    unimported_texts,
)
from storesync.errors import StoresyncError
from storesync.issues import Issue, Issues
from storesync.localization.engines import Translated
from storesync.localization.review import Reviewed, ReviewRow, Taken
from storesync.plan import Plan, refuse_no_plan
from storesync.prepare import Settings
from storesync.pricing import Snapshot
from storesync.pricing.aim import Aims
from storesync.state.backup import backup, unlearn
from storesync.state.retention import Compacted
from storesync.transport import Wire

__all__ = ["Shops"]


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
        named = dict(wire or {})
        setup = self._setup = Setup.of(config, env, environ, inline=inline)
        self.config, self.env, self.store, self.findings = config, setup.env, setup.store, setup.findings
        self.limits = guard_limits(config)
        self._translators = Translators(config, setup.store, setup.env, environ)
        self._connections = Connections(setup, self._translators, named)
        self._prices = Prices(setup, named.get(WIRE))

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

    def __enter__(self) -> NoReturn:
        raise StoresyncError(
            "storesync.Shops is for an event loop: write `async with storesync.Shops.open(...) as shops`, or "
            "`with storesync.sync.open(...) as shops` where there is none"
        )

    def __exit__(self, *_: object) -> None:
        """Never reached; `with` looks for it first."""

    async def __aenter__(self) -> Shops:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection and the state store."""
        await self._connections.close()
        await self._prices.close()
        self.store.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The configured channels, in the order of the file."""
        return self._setup.names

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat: the hidden fields of every configured account, and what replaced them since."""
        return self._connections.secrets

    @property
    def today(self) -> date:
        """The merchant's day: the configured one in the sandbox, else today in Seoul."""
        return self._setup.today

    @property
    def source(self) -> Source:
        """The catalog."""
        return self._setup.source

    def driver(self, name: str) -> Driver[Any, Any]:
        """The driver of a channel; ConfigError when it is not installed."""
        return self._setup.driver(name)

    def settings(self, name: str, rates: Snapshot | None = None) -> Settings:
        """What the preparation of a channel depends on; `rates` is the snapshot it is priced with."""
        return self._setup.settings(name, rates)

    async def channel(self, name: str) -> OpenChannel:
        """The channel, connected; ConfigError with every finding about its account and shop."""
        return await self._connections.channel(name)

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
        meet new rates with the next whole plan. ConfigError when the catalog cannot be read at all.
        """
        self.config.channel(channel)
        reads, ended = self._setup.reads(), tuple(end)
        opened = await self.channel(channel)
        await self.store.read(lambda db: refuse_unlisted(db, channel, ended))
        rates = await self._prices.of(channel)
        preparer = await self._connections.preparer(channel, rates.snapshot)
        aims = Aims(channel, preparer.books)
        made = await plan(
            opened,
            seen(reads, aims),
            preparer,
            limits=self.limits,
            progress=progress,
            end=ended,
            texts=self._connections.texts(preparer),
            only=only,
        )
        warnings = (
            *self.findings,
            *await self._ending(channel),
            *rates.issues,
            *aims.missed(),
            *unsent(preparer),
            *made.warnings,
        )
        snapshot = rates.snapshot.id if rates.snapshot is not None else ""
        whole = based(evolve(made, warnings=warnings, snapshot=snapshot), preparer.settings, rates)
        tell(whole)
        return whole

    async def _ending(self, channel: str) -> tuple[Issue, ...]:
        """What a person has to do before the channel's token ends."""
        given, now = self._setup.credentials(channel), self.env.now()
        if given is None:
            return ()
        cipher = self.store.cipher
        found = await self.store.read(lambda db: account_status(db, channel, given, now, cipher))
        return (found.issue,) if found.issue is not None else ()

    async def apply(
        self, plan: Plan, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Carry out a plan: UnsafePlan, StalePlan or Locked when it must not be, and then nothing was sent.

        Stale is also a plan whose prices rest on what ended since (a policy, a fee, a tax, a rate's age), or came from
        other policies or rates than those of now. What ends while it is carried out is sent no more from then on.
        """
        refuse_no_plan(plan)
        refuse_ended(plan, self.today)
        channel = await self.channel(plan.channel)
        if plan.basis:
            rates = await self._prices.noted(plan.channel)
            refuse_changed(plan, self._setup.settings(plan.channel, rates.snapshot), rates)
        return await apply(channel, plan, reasons=reasons, progress=progress, today=lambda: self._setup.today)

    async def sync(
        self, channel: str, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> tuple[Plan, Report]:
        """Plan and apply until nothing is left that can be done now; the first plan and all that came of it."""
        return await passes(
            lambda: self.plan(channel), lambda made: self.apply(made, reasons=reasons, progress=progress)
        )

    async def observe(self, channel: str) -> list[Drift]:
        """Look at what the market shows; the next plan repairs what differs."""
        async with at_work(await self._connections.ours(channel)) as work:
            return await observe(work)

    async def status(self, channel: str) -> ChannelStatus:
        """How a channel stands, from the state alone."""
        owned, driver = self.config.channel(channel).channel.owned_by_seller, self.driver(channel)
        now = self.env.now()
        account = self._setup.credentials(channel)

        def read(db: Connection) -> ChannelStatus:
            found = status(db, channel, now, driver=driver, owned=owned, over=self.env.ended)
            parts = {} if account is None else account_parts(db, channel, account, now, self.store.cipher)
            return evolve(found, issues=exposed(db, self.store), **parts)

        return await self.store.read(read)

    async def explain(self, channel: str, sku: str, *, rates: str = "") -> Explained | None:
        """How a SKU's price and texts came to be and what was done with it; None when it is unknown here.

        With `rates`, the id of a snapshot, its prices are made anew from that; StateError when there is no such one.
        """
        owned, driver = self.config.channel(channel).channel.owned_by_seller, self.driver(channel)
        found = await self.store.read(lambda db: explain(db, channel, sku, driver=driver, owned=owned))
        return None if found is None else await self._prices.explained(found, rates)

    async def rates(self, *, events: int = 20) -> RateStatus:
        """Every rate with source, date and age, and what each channel is priced with; nothing is asked."""
        return await self._prices.status(events)

    async def fetch_rates(self, *, confirm: Sequence[str] = ()) -> Issues:
        """Ask the rate sources now; a jump of the currencies in `confirm` is believed this once.

        What it says is every finding; prices change with the next plan.
        """
        return await self._prices.fetch(confirm)

    async def pin_rates(
        self, snapshot: str, *, reason: str, by: str = "", channels: Sequence[str] = ()
    ) -> str:
        """Price these channels, or all, with one snapshot until they are unpinned; gives its whole id.

        Reason and who says so (`by`) are kept. Its rates do not age meanwhile.
        StateError for an unknown id, ConfigError without a reason.
        """
        return await self._prices.pin(snapshot, reason, channels, by=by)

    async def unpin_rates(
        self, *, reason: str, by: str = "", channels: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Let these channels, or all, follow the sources again; gives those that were pinned.

        Reason and who says so (`by`) are kept; ConfigError without a reason.
        """
        return await self._prices.unpin(reason, channels, by=by)

    async def confirm_price(self, channel: str, sku: str, *, reason: str, by: str = "") -> ConfirmedPrice:
        """Let the price of a SKU through that `max_change` holds: the next plan sends it. Why and who (`by`) is kept.

        It counts for this move alone, for a week. StateError when no price of the SKU is held for its change,
        ConfigError without a reason.
        """
        self.config.channel(channel)
        return await self._prices.confirm(channel, sku, reason=reason, by=by)

    async def similar(self, channel: str, sku: str) -> tuple[str, ...]:
        """The keys and SKUs that a channel knows and that look most like this one, for a message."""
        self.config.channel(channel)
        return await self.store.read(lambda db: similar(db, channel, sku))

    def backup_state(self, path: Path | str) -> None:
        """Copy a SQLite state to a new file; StateError when it is there, or the state is on PostgreSQL."""
        backup(self.store, Path(path))

    async def restored_state(self) -> None:
        """This state was put back from an older copy: nothing counts as acknowledged, all is sent once more."""
        await self.store.write(unlearn)

    def export_state(self, path: Path | str) -> int:
        """Write the state but tokens to a new file as JSON lines; how many rows. StateError when it is there."""
        return export_state(self.store, Path(path))

    async def compact_state(self, *, days: int) -> Compacted:
        """Drop what ended more than so many days ago; what is open, in doubt or parked stays however old.

        StateError for a number below zero.
        """
        return await compact_state(self.store, self.env.now(), days)

    async def resolve(self, channel: str, key: str, *, listing: str = "") -> str:
        """Take a parked listing up again: with the market's id that a person found, or as not there."""
        async with at_work(await self._connections.ours(channel)) as work:
            return await resolve(work, key, listing=listing)

    async def survey(self, channel: str, review: Path | str | None = None) -> Adoption:
        """What a shop shows that is not known as ours, matched with the catalog; nothing is adopted yet.

        With `review` a CSV file for a person is written there. Asks the market with read-only requests.
        """
        await self.plan(channel)  # the catalog's localized titles are those of a plan
        found = await survey(await self._connections.ours(channel), self.source.products())
        if review is not None:
            write_review(Path(review), found)
        return found

    async def adopt(self, channel: str, review: Path | str) -> Adopted:
        """Know the listings of a reviewed file as ours; nothing on the market changes, the next plan compares."""
        rows, undecided, left = read_review(Path(review))
        async with at_work(await self._connections.ours(channel)) as work:
            return await take_over(work, rows, undecided=undecided, left=left)

    async def check(self, channel: str) -> Checked:
        """Prepare the whole catalog for a channel without asking the market, and collect every finding."""
        setup, rates = self._setup, await self._prices.of(channel, ask=False)
        preparer = await self._connections.unconnected(channel, rates.snapshot)
        checked = await check(self.store, preparer, self.source, self._connections.texts(preparer))
        _, missing = setup.account(channel)
        unusable = self._translators.findings(preparer.settings.channel.locales)
        before = (*missing, *self._prices.findings(), *unusable, *self.findings, *rates.issues)
        return evolve(checked, issues=(*before, *checked.issues))

    async def check_market(self, code: str) -> Checked:
        """Whether the catalog is ready for a market, with no channel and no network: every finding at once."""
        return await check_market(self._setup, code)

    async def translate_texts(
        self, locale: str, *, budget: int | None = None, again: bool = False
    ) -> Translated:
        """Have the configured translator fill what nobody delivered or remembers in one language.

        `budget` are the characters that may be sent, besides those of the configured day. A text that fails a gate
        is told and does not count; it is asked for once more with `again`, or when source, glossary or translator
        changed.
        """
        return await translate_catalog(self._setup, self._translators, locale, budget=budget, again=again)

    async def lock_texts(self, locale: str, places: Iterable[str], *, locked: bool = True) -> TextPlaces:
        """Lock what is remembered at some places (`SBG-001/title`, `SBG-001`) in one language, or free it."""
        return await lock_texts(self._setup, locale, places, locked=locked)

    async def confirm_texts(self, locale: str, places: Iterable[str]) -> TextPlaces:
        """Say that what was delivered at some places holds for its source as it is now."""
        return await confirm_texts(self._setup, locale, places)

    def locale(self, name: str) -> str:
        """The language of a channel that another tool calls so: `zh_CN` is `zh-Hans`; an unknown name stays."""
        return shown_locale(self._setup.config, name)

    async def export_texts(self, locale: str, *, waiting: bool = False) -> tuple[ReviewRow, ...]:
        """The texts of one language for people: all of them, or with `waiting` those that nobody approved."""
        return await export_texts(self._setup, locale, waiting=waiting)

    async def unimported_texts(self, file: Reviewed, locale: str) -> tuple[ReviewRow, ...]:
        """The rows of a reviewed file that say what is not remembered: they are lost with the file."""
        return await unimported_texts(self._setup, locale, file)

    async def import_texts(self, file: Reviewed, locale: str, *, by: str) -> Taken:
        """Remember what a reviewed file says; what conflicts or fails is told and does not come in."""
        return await import_texts(self._setup, locale, file, by=by)
