"""Which rates a channel is priced with: collected when they are due, held still within a band, or pinned.

Three snapshots are kept, each for ever under its id: what the sources answered, the rates that are believed (one per
currency, whatever day it is of), and those that one channel is priced with. A price cites the last one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen
from sqlalchemy import Connection

from storesync.config import Config
from storesync.config.rates import RatesConfig
from storesync.driver import Request, Response
from storesync.engine.believed import Believed, homes, joined, tempered
from storesync.engine.env import Env
from storesync.engine.events import warned
from storesync.engine.ratetable import edited, read_again, standing_here, within
from storesync.errors import ConfigError, StateError
from storesync.issues import Issue, Issues, Severity
from storesync.pricing import Snapshot
from storesync.pricing.businessday import missed_days
from storesync.pricing.need import RateNeed, rate_needs
from storesync.pricing.rates import Collected, RateSource, collect
from storesync.pricing.rates import hosts as hosts_of
from storesync.pricing.settle import direct, settle
from storesync.state import Store
from storesync.state import rates as kept
from storesync.state.rates import COLLECTED, PINNED, PRICED, UNPINNED, RateEvent
from storesync.transport import Transport, Wire, join_hosts

__all__ = ["WIRE", "ChannelRates", "Rates"]

WIRE = "[rates]"
"""Under this name `wire` replaces the network between storesync and the rate services."""

_AGAIN = timedelta(hours=1)  # a rate that only ages is not asked for more often


@frozen(kw_only=True)
class ChannelRates:
    """What a channel is priced with, and every finding about it; `pinned` is the event that fixed it.

    `since` is when that began; None: the next plan will be the first to use it.
    """

    channel: str
    snapshot: Snapshot | None
    needs: tuple[RateNeed, ...] = ()
    issues: Issues = field(factory=Issues)
    pinned: RateEvent | None = None
    since: datetime | None = None


class Rates:
    """The rates of one configuration; close it when no more are asked for."""

    def __init__(
        self,
        config: Config,
        store: Store,
        env: Env,
        *,
        environ: Mapping[str, str] | None = None,
        wire: Wire | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._env = env
        self._environ = environ
        self._wire = wire
        self._transport: Transport | None = None

    async def close(self) -> None:
        """Close the connections to the rate services."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def needs(self, channel: str, today: date) -> tuple[RateNeed, ...]:
        """The currencies that a channel's policies need, with their bands."""
        names = dict.fromkeys(self._config.channels[channel].channel.prices.values())
        books = [self._config.policies[name] for name in names if name in self._config.policies]
        return rate_needs(books, channel, today)

    async def of(self, channel: str, today: date, *, ask: bool = True, read: bool = True) -> ChannelRates:
        """What the channel is priced with on this day; rates that are missing or due are collected before.

        With `ask` False nothing is sent and nothing is written down; without `read` a local table is read only where
        the rates come from one, to see whether it was edited.
        """
        needs = self.needs(channel, today)
        pinned = await self._pinned(channel)
        if pinned is not None:
            snapshot = evolve(await self.load(pinned.snapshot), pinned=True)
            if ask:
                await self._note_use(channel, snapshot, snapshot)
            told = Issues((_pinned(channel, pinned),))
            return ChannelRates(
                channel=channel, snapshot=snapshot, needs=needs, issues=told, pinned=pinned, since=pinned.at
            )
        if self._config.rates is None or not needs:
            return ChannelRates(channel=channel, snapshot=None, needs=needs)
        believed, issues = await self._believed(self._config.rates, needs, today, ask=ask, read=read)
        last = await self._store.read(lambda db: kept.latest(db, channel, PRICED))
        before = await self.load(last.details["middle"]) if last is not None else None
        settled = [
            settle(
                fresh=believed.usable(need),
                before=before,
                home=need.home,
                bands={need.currency: need.quiet},
                kinds=need.kinds,
            )
            for need in needs
        ]
        rates = [rate for one in settled for rate in one.rates]
        snapshot = evolve(
            believed.snapshot, rates=rates, made_at=self._env.now(), doubted=frozenset(believed.doubts)
        )
        # What has no rate today keeps the middle of its band for the day on which it has one again.
        named = {(rate.base, rate.quote, rate.kind) for rate in rates}
        idle = before.rates if before is not None else ()
        idle = tuple(rate for rate in idle if (rate.base, rate.quote, rate.kind) not in named)
        if ask:
            await self._note_use(channel, snapshot, evolve(snapshot, rates=(*rates, *idle)))
        same = last is not None and last.snapshot == snapshot.id
        since = last.at if same and last is not None else None
        return ChannelRates(channel=channel, snapshot=snapshot, needs=needs, issues=issues, since=since)

    async def _pinned(self, channel: str) -> RateEvent | None:
        event = await self._store.read(lambda db: kept.latest(db, channel, PINNED, UNPINNED))
        return event if event is not None and event.event == PINNED else None

    async def _note_use(self, channel: str, snapshot: Snapshot, middle: Snapshot) -> None:
        """Note what the channel is priced with, and the rates around which its bands lie, when they are others."""
        last = await self._store.read(lambda db: kept.latest(db, channel, PRICED))
        if last is not None and (last.snapshot, last.details["middle"]) == (snapshot.id, middle.id):
            return
        now = self._env.now()
        details = {"middle": middle.id}
        event = RateEvent(event=PRICED, snapshot=snapshot.id, at=now, channel=channel, details=details)

        def write(db: Connection) -> None:
            for one in (snapshot, middle):
                kept.keep_snapshot(db, one.id, one.document(), now)
            kept.note(db, event)

        await self._store.write(write)

    async def load(self, name: str) -> Snapshot:
        """The snapshot with this id, or with an id that begins so; StateError when there is not exactly one."""

        def read(db: Connection) -> tuple[tuple[str, ...], Mapping[str, Any] | None]:
            found = kept.snapshots_like(db, name)
            return found, kept.snapshot(db, found[0]) if len(found) == 1 else None

        found, body = await self._store.read(read)
        if body is None:
            told = f"{len(found)} begin so: write more of it" if found else "`storesync rates` lists them"
            raise StateError(f"there is no rate snapshot {name!r}; {told}")
        try:
            return Snapshot.from_document(body)
        except ValueError as error:
            raise StateError(
                f"{error}; it cannot be used any more: `storesync rates` shows the others"
            ) from None

    async def believed(self) -> Believed:
        """The rates that were accepted last."""
        last = await self._store.read(lambda db: kept.latest(db, "", COLLECTED))
        if last is None:
            return Believed()
        return Believed(
            snapshot=await self.load(last.snapshot),
            at=last.at,
            by=last.details.get("by", {}),
            confirmed=last.details.get("confirmed", {}),
            asked=last.details.get("asked", {}),
            doubts=tuple(last.details.get("doubts", ())),
        )

    async def known(self, today: date) -> Believed:
        """The rates as the next plan would know them without asking anybody."""
        if self._config.rates is None:
            return await self.believed()
        return (await self._believed(self._config.rates, self._everyone(today), today, ask=False))[0]

    def _everyone(self, today: date) -> list[RateNeed]:
        return [need for name in self._config.channels for need in self.needs(name, today)]

    async def history(self, most: int) -> tuple[RateEvent, ...]:
        """What happened last, newest first."""
        return await self._store.read(lambda db: tuple(kept.history(db, most)))

    async def fetch(self, today: date, confirm: Sequence[str] = ()) -> Issues:
        """Ask the sources for every currency that a channel needs, due or not.

        A jump of the currencies in `confirm` is believed this once. ConfigError when no source is configured.
        """
        config = self._config.rates
        if config is None:
            raise ConfigError(
                f"{self._config.path}: no rate source is configured; add [rates.sources.NAME], such as "
                '[rates.sources.ecos] key = "env:ECOS_KEY"'
            )
        everyone = self._everyone(today)
        known = {need.currency for need in everyone}
        for code in confirm:
            if code not in known:
                told = ", ".join(sorted(known)) or "none"
                raise ConfigError(f"no channel is priced in {code!r} (there are: {told})")
        chain = evolve(config.chain, confirmed=frozenset(confirm))
        _, issues = await self._believed(evolve(config, chain=chain), everyone, today, ask=True, force=True)
        return issues

    async def _believed(
        self,
        config: RatesConfig,
        needs: Sequence[RateNeed],
        today: date,
        *,
        ask: bool,
        read: bool = True,
        force: bool = False,
    ) -> tuple[Believed, Issues]:
        """The rates to believe now; those that are due are collected before."""
        before = await self.believed()
        order = config.chain.order
        sources, _ = config.made(self._config.folder, self._environ)
        local = frozenset(name for name, source in sources.items() if not source.hosts)
        changed_here = await self._edited(config, sources, local, needs, before, today)
        due = [
            need
            for need in needs
            if force or need.currency in changed_here or self._due(need, config, local, before, today)
        ]
        if not ask:
            # What stands on this machine is read all the same: nothing leaves it.
            config = evolve(config, chain=within(config.chain, local))
            # A table that stands in for a service would be believed here, where a plan would have asked the service.
            if not read and len(local) != len(sources):
                due = [need for need in due if need.currency in changed_here]
            sources = {name: sources[name] for name in local}
            due = [need for need in due if config.chain.order(need.currency)]
        if not due:
            return before.among(order), Issues()
        found = [await self._collect(home, config, sources, due, before, today) for home in homes(due)]
        after = joined(before, due, found, self._env.now())
        sent = any(source.hosts for source in sources.values())
        changed = (before.snapshot.id, before.doubts) != (after.snapshot.id, after.doubts)
        if not sent and not changed:
            after = evolve(after, at=before.at)  # a table that was read again and says the same is no news
        # A source that left the chain says nothing any more; what it said last is kept, and shows a jump.
        usable = after.among(order)
        issues = [tempered(issue, usable, due) for one in found for issue in one.issues]
        for issue in issues:
            warned("rates.finding", code=issue.code, message=issue.message)
        if ask and (sent or changed):
            await self._keep(after, found)
        return usable, Issues(tuple(issues))

    async def _edited(
        self,
        config: RatesConfig,
        sources: Mapping[str, RateSource],
        local: Container[str],
        needs: Iterable[RateNeed],
        before: Believed,
        today: date,
    ) -> frozenset[str]:
        """The currencies whose rate came from a table on this machine that says something else by now."""
        mine = standing_here(needs, local, before)
        if not mine:
            return frozenset()
        there = evolve(config, chain=read_again(config.chain, mine, before))
        found = [await self._collect(home, there, sources, mine, before, today) for home in homes(mine)]
        return edited(mine, before, joined(Believed(), mine, found, self._env.now()))

    def _due(
        self, need: RateNeed, config: RatesConfig, local: Container[str], before: Believed, today: date
    ) -> bool:
        """Whether a rate must be asked for: it is missing, doubted, of another chain, written down here, or old."""
        order = config.chain.order(need.currency)
        rate, name = before.rate(need), before.by.get(need.currency, "")
        if rate is None or need.currency in before.doubts or name not in order:
            return True
        asked = before.asked.get(need.currency)
        rested = asked is None or self._env.now() - datetime.fromisoformat(asked) >= _AGAIN
        if name in local:
            return rested or all(one in local for one in order)
        return rested and missed_days(rate.fresh_on, today, rate.calendar) >= config.fetch_after

    async def _collect(
        self,
        home: str,
        config: RatesConfig,
        sources: Mapping[str, RateSource],
        due: Iterable[RateNeed],
        before: Believed,
        today: date,
    ) -> Collected:
        async def send(request: Request, sign: Any = None) -> Response:
            if self._transport is None:
                addresses = join_hosts(hosts_of(sources), {}, what="the rate sources")
                self._transport = Transport(addresses, now=self._env.now, wire=self._wire)
            return await self._transport.send(request, sign)

        return await collect(
            home=home,
            currencies=[need.currency for need in due if need.home == home],
            chain=config.chain,
            sources=sources,
            send=send,
            now=self._env.now(),
            today=today,
            before=before.snapshot,
        )

    async def _keep(self, after: Believed, found: Iterable[Collected]) -> None:
        now = self._env.now()
        answers = [one.snapshot for one in found]
        details = {
            "by": dict(after.by),
            "confirmed": dict(after.confirmed),
            "asked": dict(after.asked),
            "doubts": list(after.doubts),
            "answers": [snapshot.id for snapshot in answers],
        }

        def write(db: Connection) -> None:
            for snapshot in (*answers, after.snapshot):
                kept.keep_snapshot(db, snapshot.id, snapshot.document(), now)
            kept.note(db, RateEvent(event=COLLECTED, snapshot=after.snapshot.id, at=now, details=details))

        await self._store.write(write)

    async def pin(
        self, name: str, reason: str, channels: Sequence[str], today: date, *, by: str = ""
    ) -> Snapshot:
        """Price these channels with this snapshot until they are unpinned; its rates do not age meanwhile.

        ConfigError without a reason, or when the snapshot lacks a rate that a channel needs. `by` is who says so.
        """
        snapshot = await self.load(name)
        _refuse_silent("pin", "why the rates stand still", reason)
        for channel in channels:
            for need in self.needs(channel, today):
                if direct(snapshot, need.home, need.currency, need.kinds[0]) is None:
                    raise ConfigError(
                        f"rate snapshot {snapshot.id[:8]} has no {need.currency}/{need.home}, which channel "
                        f"{channel!r} needs; name the channels that are meant, or another snapshot"
                    )
        await self._fix(PINNED, dict.fromkeys(channels, snapshot.id), reason, by)
        return snapshot

    async def unpin(self, reason: str, channels: Sequence[str], *, by: str = "") -> tuple[str, ...]:
        """Let these channels follow the sources again; the names of those that were pinned. ConfigError as `pin`."""
        _refuse_silent("unpin", "why the rates move again", reason)
        fixed = {name: event for name in channels if (event := await self._pinned(name)) is not None}
        await self._fix(UNPINNED, {name: event.snapshot for name, event in fixed.items()}, reason, by)
        return tuple(fixed)

    async def _fix(self, event: str, of: Mapping[str, str], reason: str, by: str) -> None:
        now, details = self._env.now(), {"who": by} if by else {}

        def write(db: Connection) -> None:
            for channel, name in of.items():
                told = RateEvent(
                    event=event,
                    snapshot=name,
                    at=now,
                    channel=channel,
                    reason=reason.strip(),
                    details=details,
                )
                kept.note(db, told)

        await self._store.write(write)


def _refuse_silent(action: str, what: str, reason: str) -> None:
    if not reason.strip():
        raise ConfigError(
            f"to {action} rates needs a reason, since whoever reads it later must know {what}: "
            f"--reason 'why', or in Python reason='why'"
        )


def _pinned(channel: str, event: RateEvent) -> Issue:
    """Whoever reads the plan must not wonder why prices stand still."""
    return Issue(
        "rates.pinned",
        f"rates/{channel}",
        f"prices are made with rate snapshot {event.snapshot[:8]}, pinned on {event.at:%Y-%m-%d}: {event.reason}",
        severity=Severity.NOTE,
        hint=f"to follow the sources again: storesync rates unpin --channel {channel} --reason why",
    )
