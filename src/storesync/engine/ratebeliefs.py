"""Which rates are believed: what the sources said, asked when they are due, and what stands on this machine."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve
from sqlalchemy import Connection

from storesync.config import Config
from storesync.config.rates import RatesConfig
from storesync.driver import Request, Response
from storesync.engine.believed import Believed, homes, joined, tempered
from storesync.engine.env import Env
from storesync.engine.events import warned
from storesync.engine.ratetable import edited, read_again, standing_here, within
from storesync.errors import StateError
from storesync.issues import Issues
from storesync.pricing import Snapshot
from storesync.pricing.businessday import missed_days
from storesync.pricing.need import RateNeed, merged
from storesync.pricing.rates import Collected, RateSource, collect
from storesync.pricing.rates import hosts as hosts_of
from storesync.pricing.settle import direct
from storesync.state import Store
from storesync.state import rates as kept
from storesync.state.rates import COLLECTED, RateEvent
from storesync.transport import Transport, Wire, join_hosts

__all__ = ["RateBeliefs"]

_AGAIN = timedelta(hours=1)  # a rate that only ages is not asked for more often


class RateBeliefs:
    """What is believed of every currency, kept in the state with what the sources answered; close it in the end."""

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

    async def kept(self) -> Believed:
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

    async def now(
        self,
        config: RatesConfig,
        needs: Sequence[RateNeed],
        today: date,
        *,
        ask: bool,
        read: bool = True,
        force: bool = False,
    ) -> tuple[Believed, Issues]:
        """The rates to believe now, and every finding; those that are due are collected before, with `force` all.

        With `ask` False nothing is sent and nothing is written down; without `read` a local table is read only where
        the rates come from one.
        """
        before = await self.kept()
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
        if rested and any(
            direct(before.snapshot, need.home, need.currency, one) is None for one in need.kinds
        ):
            return True
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

        asked = [need for need in merged(due) if need.home == home]
        return await collect(
            home=home,
            currencies=[need.currency for need in asked],
            kinds={need.currency: {kind: need.askers.get(kind, ()) for kind in need.kinds} for need in asked},
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
