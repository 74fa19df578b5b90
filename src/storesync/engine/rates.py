"""Which rates a channel is priced with: those that are believed, held still within a band, or pinned.

Three snapshots are kept, each for ever under its id: what the sources answered, the rates that are believed (one per
currency, whatever day it is of), and those that one channel is priced with. A price cites the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, field, frozen
from sqlalchemy import Connection

from storesync.config import Config
from storesync.engine.believed import Believed
from storesync.engine.env import Env
from storesync.engine.ratebeliefs import RateBeliefs
from storesync.errors import ConfigError
from storesync.issues import Issue, Issues, Severity
from storesync.pricing import Snapshot
from storesync.pricing.need import RateNeed, merged, rate_needs
from storesync.pricing.settle import direct, settle
from storesync.state import Store
from storesync.state import rates as kept
from storesync.state.rates import PINNED, PRICED, UNPINNED, RateEvent
from storesync.transport import Wire

__all__ = ["WIRE", "ChannelRates", "Rates"]

WIRE = "[rates]"
"""Under this name `wire` replaces the network between storesync and the rate services."""


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
        self._beliefs = RateBeliefs(config, store, env, environ=environ, wire=wire)

    async def close(self) -> None:
        """Close the connections to the rate services."""
        await self._beliefs.close()

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
        believed, issues = await self._beliefs.now(self._config.rates, needs, today, ask=ask, read=read)
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
        return await self._beliefs.load(name)

    async def believed(self) -> Believed:
        """The rates that were accepted last."""
        return await self._beliefs.kept()

    async def known(self, today: date) -> Believed:
        """The rates as the next plan would know them without asking anybody."""
        if self._config.rates is None:
            return await self.believed()
        return (await self._beliefs.now(self._config.rates, self._everyone(today), today, ask=False))[0]

    def _everyone(self, today: date) -> tuple[RateNeed, ...]:
        return merged(need for name in self._config.channels for need in self.needs(name, today))

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
        _, issues = await self._beliefs.now(
            evolve(config, chain=chain), everyone, today, ask=True, force=True
        )
        return issues

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
                lacking = [
                    one for one in need.kinds if direct(snapshot, need.home, need.currency, one) is None
                ]
                if lacking:
                    some = "" if len(lacking) == len(need.kinds) else f" of kind {' or '.join(lacking)}"
                    raise ConfigError(
                        f"rate snapshot {snapshot.id[:8]} has no {need.currency}/{need.home}{some}, which channel "
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
