"""A run under a lease: what every operation of it shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection

from storesync.driver import Flow, Sought
from storesync.engine.channel import OpenChannel
from storesync.engine.events import happened, warned
from storesync.engine.flows import Patience, run
from storesync.engine.letthrough import Moves, use
from storesync.engine.log import Log
from storesync.engine.promise import Part, Taken, otherwise
from storesync.engine.report import Outcome, OutcomeState, Report
from storesync.errors import Ambiguous, Denied, Fault, NotFound, Postponed, Rejected
from storesync.model import Offer, Ref, Status
from storesync.plan import Kind, Operation
from storesync.state import HIDDEN, UNKNOWN, Fence, Standing, journal, standing

__all__ = ["CLOCKS", "Parked", "Work", "state_of"]

# Seconds by which clocks of machines that share a state may differ where a request is in doubt.
CLOCKS: Final = 2.0
_APART: Final = 2 / 3  # of a lease, by which they may differ elsewhere


class Parked(Exception):
    """Nobody but a person can tell what happened; the text says what to look at."""


def state_of(fault: Fault) -> OutcomeState:
    """How an operation that met this fault ended."""
    if isinstance(fault, Postponed):
        return OutcomeState.POSTPONED
    if isinstance(fault, Denied):
        return OutcomeState.DEFERRED
    if isinstance(fault, Rejected):
        return OutcomeState.REFUSED
    return OutcomeState.FAILED


@define(kw_only=True)
class Work:
    """One run on one channel, which `began` then. Every write of it is fenced by its lease.

    `moves` are those of prices that a person let through and that were not sent before it began. `over` says why
    operations of a kind may be sent no more, empty while they may. `taken` is what the run took over from the shop
    itself.
    """

    channel: OpenChannel
    fence: Fence
    began: datetime
    report: Report
    patience: Patience = Patience()
    media: dict[tuple[str, str], str] = field(factory=dict)
    resent: set[str] = field(factory=set)
    denied: Fault | None = None
    denied_until: datetime | None = None
    locks: dict[str, asyncio.Lock] = field(factory=dict)
    over: Callable[[Kind], str] = lambda kind: ""
    taken: Taken = field(factory=Taken)
    moves: Moves = field(factory=dict)

    def log(
        self, kind: Kind, key: str, *, skus: Sequence[str] = (), input: Mapping[str, Any] | None = None
    ) -> Log:
        """The journal of a new operation; nothing is written before its first effect."""
        env = self.channel.env
        name, began = env.token(), env.now()

        def begin(db: Connection) -> None:
            journal.begin(
                db,
                id=name,
                channel=self.channel.name,
                key=key,
                kind=kind.value,
                skus=skus,
                input=input or {},
                fence=self.fence.number,
                run=self.report.run,
                at=began,
            )

        return Log(channel=self.channel, fence=self.fence, id=name, kind=kind, begin=begin, keys=(key,))

    async def run(self, flow: Flow[Any], log: Log | None = None) -> Any:
        """Drive a flow with this run's patience."""
        return await run(self.channel, flow, log, self.patience)

    async def write(self, change: Callable[[Connection], Any]) -> Any:
        """Change the state, fenced."""
        return await self.channel.store.write(change, self.fence)

    def met(self, db: Connection, shown: Iterable[Offer]) -> None:
        """The market has these prices: a move that a person let through is done with them."""
        if self.moves:
            use(db, self.channel.name, self.moves, shown, self.began)

    async def standing(self, key: str) -> Standing | None:
        """How a listing stands now."""
        return await self.channel.store.read(lambda db: standing.read(db, self.channel.name, key))

    async def document(self, name: str) -> Mapping[str, Any] | None:
        """A content document by digest."""
        return await self.channel.store.read(lambda db: standing.document(db, name))

    def stale(self, operation: Operation, stand: Standing, part: Part = "offers") -> bool:
        """Whether what would be sent now is not what the plan showed; then it is told, and nothing may be sent."""
        said = otherwise(operation, stand, self.taken, part)
        if said:
            self.done(operation, OutcomeState.STALE, said)
        return bool(said)

    def ended(self, outcome: Outcome) -> None:
        """An operation ended: it is counted and told."""
        self.report.add(outcome)
        tell = happened if outcome.good else warned
        tell(
            "operation.ended",
            channel=self.channel.name,
            run=self.report.run,
            kind=outcome.kind.value,
            key=outcome.key,
            skus=list(outcome.skus),
            state=outcome.state.value,
            said=outcome.said,
        )

    def done(
        self,
        operation: Operation,
        state: OutcomeState = OutcomeState.DONE,
        said: str = "",
        *,
        until: datetime | None = None,
    ) -> None:
        """An operation ended without a fault, or waits until then."""
        self.ended(
            Outcome(
                kind=operation.kind,
                key=operation.key,
                skus=operation.skus,
                state=state,
                said=said,
                until=until,
            )
        )

    def deny(self, fault: Denied) -> datetime | None:
        """The channel stops here, until a day's quota renews or, None, for good; the first reason is the one told."""
        until = None
        if fault.retry_after is not None:
            until = self.channel.env.now() + timedelta(seconds=fault.retry_after)
        if self.denied is None:
            self.denied, self.denied_until = fault, until
        return until

    def failed(self, operation: Operation, fault: Fault, state: OutcomeState | None = None) -> None:
        """An operation ended with a fault; a Denied one stops the channel, until a day's quota renews or for good."""
        until = self.deny(fault) if isinstance(fault, Denied) else None
        self.ended(
            Outcome(
                kind=operation.kind,
                key=operation.key,
                skus=operation.skus,
                state=state or state_of(fault),
                said=str(fault),
                until=until,
                fault=fault,
            )
        )

    def honored_until(self, first: datetime) -> datetime | None:
        """Until when a request may leave under a token that was first used then; None without an end.

        It must arrive while the market still remembers the token, however late, by every clock.
        """
        channel = self.channel
        identity = channel.spec.identity
        if identity.by != "key" or identity.keeps is None:
            return None
        apart = CLOCKS if identity.lag or identity.late else channel.lease * _APART
        return first + timedelta(seconds=identity.keeps - identity.late - channel.spec.timeout - apart)

    def honors(self, first: datetime | None) -> bool:
        """Whether the market still knows a token that was first used then; None is nobody knows when."""
        if self.channel.spec.identity.keeps is None:
            return True
        until = self.honored_until(first) if first is not None else None
        return first is not None and (until is None or self.channel.env.now() < until)

    async def settle_at(self, since: datetime) -> None:
        """Wait until a search would show whatever a request of `since` did, however late."""
        identity = self.channel.spec.identity
        await self._wait(since, identity.lag + identity.late)

    async def calm(self, stand: Standing) -> None:
        """Wait until no lost request can still arrive and overwrite what is about to be sent."""
        if stand.unsettled is not None:
            late = self.channel.spec.identity.late
            await self._wait(stand.unsettled - timedelta(seconds=late), late)

    async def _wait(self, since: datetime, seconds: float) -> None:
        """Wait until so many seconds are over since then; longer if another run noted it, whose clock may be behind.

        It was noted before now, whatever a clock said that was ahead.
        """
        now = self.channel.env.now()
        apart = CLOCKS if seconds and since < self.began else 0.0
        rest = (min(since, now) - now).total_seconds() + seconds + apart
        if rest > 0:
            await self.channel.env.sleep(rest)

    async def find(self, stand: Standing, since: datetime | None) -> Sequence[Ref]:
        """Exact matches of a listing's key on the market."""
        find = self.channel.driver.find
        if find is None:
            return ()
        # What it is sold as our requests say, not what is wanted by now: the half of several may pass for a single one.
        sought = Sought(stand.key, tuple(sorted(stand.named or stand.offers)), since)
        return tuple(await self.run(find(self.channel.shop, sought)))

    def doubtful(self, log: Log, fault: Fault) -> bool:
        """Whether this fault leaves open what the market did."""
        if isinstance(fault, Ambiguous):
            return True
        # A ONCE request was taken, and then the flow failed without telling which half exists.
        return log.once and fault.ref is None

    async def not_seen(self, key: str) -> NotFound:
        """A look at a listing did not see it: it is looked for before it is made anew; the fault that says so."""
        at = self.channel.env.now()
        await self.write(lambda db: self.gone(db, key, at))
        return NotFound("gone", "the market does not have this listing any more")

    def gone(self, db: Connection, key: str, at: datetime) -> None:
        """The market knows the listing no more: forget the ref, and look before making it anew."""
        known = standing.read(db, self.channel.name, key)
        ours = known.ref.skus.keys() if known is not None and known.ref is not None else frozenset[str]()
        hidden = known is not None and known.have_shown in (HIDDEN, UNKNOWN)
        standing.change(
            db,
            self.channel.name,
            key,
            # A look may have missed it: what was ours is ours when it is found again, wanted or not.
            named=ours | (known.named if known is not None else frozenset()),
            ref=None,
            made=False,
            have="",
            # Nor does what was hidden come back on sale by being found, or written again under its address.
            have_shown=UNKNOWN if hidden else "",
            status=Status.ENDED,
            doubt=at,
            ticket=None,
            asked="",
            token="",
        )
        if known is not None:
            standing.doubt_offers(db, self.channel.name, known.offers, prices=True, stock=True)
        standing.bump(db, self.channel.name)
