"""How fast a channel may be asked: every call waits for its place in each quota it draws on, first come, first served.

Buckets are counted per quota and scope: all channels of this process with the same app share the app's. Quotas of a day
are counted in the state, so that a restarted process goes on from what was used.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from attrs import define, field
from sqlalchemy import Connection

from storesync.driver import Pace, Quota, Request
from storesync.engine.bucket import Bucket, Share
from storesync.engine.day import DAY, Day
from storesync.engine.env import Env
from storesync.errors import Denied
from storesync.state import Store, usage

__all__ = ["EACH", "Pacer", "Place"]

EACH = "*"
_LOOKS = (
    1.0  # seconds after which who waits looks again: what was answered meanwhile may have changed the pace
)
_UNDECLARED: tuple[None] = (None,)


@define(eq=False)
class _Line:
    """The calls that wait for one bucket, in the order in which they came; `answered` wakes the first of them."""

    name: str
    bucket: Bucket
    turn: asyncio.Lock = field(factory=asyncio.Lock)
    answered: asyncio.Future[None] | None = None

    def told(self, paces: Iterable[Pace], label: str, now: float) -> None:
        """Take in what an answer told of this quota."""
        for pace in paces:
            if pace.quota == label:
                self.bucket.told(pace, now)
        self.wake()

    def wake(self) -> None:
        """An answer came: the first one may look again."""
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)


@define(eq=False)
class Place:
    """One call's place: say when it leaves and what came of it; `over` gives back what was not used."""

    env: Env
    label: str
    lines: Sequence[tuple[_Line, int]]
    days: list[tuple[Day, int]]
    left: float | None = None
    ended: bool = False

    def leaves(self) -> None:
        """The call leaves now."""
        self.left = self.env.elapsed()
        for line, weight in self.lines:
            line.bucket.leaves(self.left, weight)

    def taken(self, told: Iterable[Pace] = ()) -> None:
        """The market took the call, and may have told of its quotas."""
        left, now = self._answered()
        for line, _ in self.lines:
            line.bucket.taken(now, left)
            line.told(told, self.label, now)

    def refused(self, wait: float | None, told: Iterable[Pace] = ()) -> None:
        """The market refused the call for its frequency, and said how long to wait or not."""
        left, now = self._answered()
        for line, _ in self.lines:
            line.bucket.refused(now, left, wait)
            line.told(told, self.label, now)

    def over(self) -> None:
        """The call did not leave, or its answer will not come any more; without meaning after an answer."""
        if self.ended:
            return
        if self.left is not None:
            self._answered()
        else:
            for line, weight in self.lines:
                line.bucket.drop(weight)
            self.undo_days()
        self.ended = True
        for line, _ in self.lines:
            line.wake()

    def undo_days(self) -> None:
        """The day's quotas are not used after all."""
        for day, weight in self.days:
            day.used -= weight

    def _answered(self) -> tuple[float, float]:
        now = self.env.elapsed()
        left = now if self.left is None else self.left
        if not self.ended:
            for line, weight in self.lines:
                line.bucket.over(now, left, weight)
        self.ended = True
        return left, now


class Pacer:
    """The buckets of one process. Channels that share an app or an account share its buckets."""

    def __init__(self, env: Env, store: Store) -> None:
        self._env = env
        self._store = store
        self._lines: dict[tuple[str, str, int], _Line] = {}
        self._days: dict[tuple[str, str, int], Day] = {}
        self._shares: dict[str, Share] = {}
        self._users: dict[str, set[str]] = {}

    async def take(
        self,
        request: Request,
        quotas: Mapping[str, tuple[Quota, ...]],
        scopes: Mapping[str, str],
        *,
        most: float = math.inf,
    ) -> Place:
        """Wait for a place in every quota that the request draws on.

        `scopes` gives the name behind each scope of a channel: its app, its account, itself. Denied when a day's quota
        is used up, or when the market asked for a rest of more than `most` seconds; then nothing was taken.
        """
        label, lines, days = await self._of(request, quotas, scopes)
        async with AsyncExitStack() as stack:
            # All callers join the lines in one order, so that two of them never wait for each other.
            for line, _ in lines:
                await stack.enter_async_context(line.turn)
            await self._room(lines, most)
            place = Place(self._env, label, lines, [])
            try:
                for day, weight in days:
                    await day.take(weight)
                    place.days.append((day, weight))
            except BaseException:
                place.undo_days()
                raise
            for line, weight in lines:
                line.bucket.hold(weight)
        return place

    async def spent(self, place: Place, seconds: float) -> None:
        """The market says that nothing is left for so long: no process asks until then."""
        now, until = self._env.elapsed(), self._env.now() + timedelta(seconds=seconds)
        names = {line.name for line, _ in place.lines} | {day.name for day, _ in place.days}
        for line, _ in place.lines:
            line.bucket.law.close(now, seconds)

        def shut(db: Connection) -> None:
            for name in sorted(names):
                usage.shut(db, name, until)

        await self._store.write(shut)

    def divide(self, scope: str, share: Share, *, user: str) -> None:
        """Several processes draw on the quotas of this scope: take this share of each. `user` is a channel."""
        self._users.setdefault(scope, set()).add(user)
        self._shares[scope] = share
        for (name, _, _), line in self._lines.items():
            if name == scope:
                line.bucket.divide(share)

    def leave(self, scope: str, *, user: str) -> bool:
        """A channel is at rest; True when no other of this process draws on the scope."""
        users = self._users.get(scope, set())
        users.discard(user)
        return not users

    async def close(self) -> None:
        """Give back what was set aside of a day's quota and not used."""
        for day in self._days.values():
            await day.give_back()

    async def _of(
        self, request: Request, quotas: Mapping[str, tuple[Quota, ...]], scopes: Mapping[str, str]
    ) -> tuple[str, list[tuple[_Line, int]], list[tuple[Day, int]]]:
        label = request.quota
        if label not in quotas and EACH not in quotas:
            label = "default"
        declared = quotas.get(label) or quotas.get(EACH) or _UNDECLARED
        lines, days = [], []
        for number, quota in enumerate(declared):
            scope = "channel" if quota is None else quota.scope
            name = (f"{scope}:{scopes.get(scope, '')}", label, number)
            weight = request.weight if quota is not None and quota.unit == "weight" else 1
            if quota is not None and quota.per >= DAY:
                if name not in self._days:
                    self._days[name] = Day(f"{name[0]}/{label}#{number}", quota, self._env, self._store)
                days.append((self._days[name], weight))
            else:
                if name not in self._lines:
                    self._lines[name] = await self._opened(name, quota)
                lines.append((self._lines[name], weight))
        return label, lines, days

    async def _opened(self, name: tuple[str, str, int], quota: Quota | None) -> _Line:
        known, now = f"{name[0]}/{name[1]}", self._env.now()
        line = _Line(known, Bucket(quota, self._shares.get(name[0], Share())))
        for used in await self._store.read(lambda db: usage.used(db, now, [known])):
            if used.shut:
                line.bucket.law.close(self._env.elapsed(), (used.until - now).total_seconds())
        return self._lines.get(name, line)  # another caller may have been faster

    async def _room(self, lines: Sequence[tuple[_Line, int]], most: float) -> None:
        while lines:
            now = self._env.elapsed()
            rest = max(line.bucket.law.rest(now) for line, _ in lines)
            if rest > most:
                until = self._env.now() + timedelta(seconds=rest)
                raise Denied(
                    "quota.rest",
                    f"the market asks to be left alone until {until:%Y-%m-%d %H:%M:%S %Z}",
                    retry_after=rest,
                )
            wait = max(line.bucket.wait(now, weight) for line, weight in lines)
            if wait == 0.0:
                return
            if wait < math.inf:
                await self._env.sleep(min(wait, _LOOKS))
                continue
            answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            for line, _ in lines:
                line.answered = answered
            await answered
