"""One database, one writer: writes that wait together are committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, frozen
from sqlalchemy import Connection, create_engine, event, make_url, select
from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool

from storesync.errors import Locked
from storesync.state.schema import METADATA, leases

__all__ = ["Fence", "Store"]

T = TypeVar("T")
Work = Callable[[Connection], T]


@frozen
class Fence:
    """The number under which an owner holds a lease; a write under an older one is refused."""

    lease: str
    owner: str
    number: int

    def check(self, db: Connection) -> None:
        """Raises Locked when somebody else has taken the lease since."""
        row = db.execute(
            select(leases.c.owner, leases.c.fence, leases.c.since).where(leases.c.name == self.lease)
        ).one_or_none()
        if row is None or row.fence != self.number or row.owner != self.owner:
            who = "nobody" if row is None else f"{row.owner}, since {row.since}"
            raise Locked(
                f"{self.lease}: the lease of {self.owner} is over, {who} holds it now; nothing was sent"
            )


@define
class _Waiting:
    work: Work[Any]
    fence: Fence | None
    future: asyncio.Future[Any]


class Store:
    """A SQLite or PostgreSQL database behind one writer thread.

    `url` is an SQLAlchemy address. `inline` runs everything in the caller's own thread: for simulations and
    for blocking callers, where a thread would leave the virtual time.
    """

    def __init__(self, url: str, *, inline: bool = False) -> None:
        self.url = make_url(url)
        self.inline = inline
        self.engine = _engine(url)
        self.commits = 0
        self.before_commit: Callable[[], None] | None = None  # a simulation's place to crash
        self.after_commit: Callable[[], None] | None = None
        self._thread = None if inline else ThreadPoolExecutor(1, thread_name_prefix="storesync-state")
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    def create_tables(self) -> None:
        """All tables at once, for a store that nobody has used yet; `migrate` is for stores that live on."""
        METADATA.create_all(self.engine)

    def prepare(self) -> None:
        """Bring the store to the schema of this storesync, whatever state it is in."""
        self.create_tables()

    def close(self) -> None:
        """Let go of the database; what was not committed is gone."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        self.engine.dispose()

    def write_now(self, work: Work[T], fence: Fence | None = None) -> T:
        """Run `work` in a transaction of its own, in this thread."""
        with self.engine.connect().execution_options(write=True) as db, db.begin():
            if fence is not None:
                fence.check(db)
            result = work(db)
            if self.before_commit is not None:
                self.before_commit()
        self.commits += 1
        if self.after_commit is not None:
            self.after_commit()
        return result

    def read_now(self, work: Work[T]) -> T:
        """Run `work`, which writes nothing, in this thread."""
        with self.engine.connect() as db, db.begin():
            return work(db)

    async def write(self, work: Work[T], fence: Fence | None = None) -> T:
        """Run `work` durably; returns after the commit. What waits at the same moment shares one commit.

        Raises Locked when `fence` is no longer the lease's: then nothing of `work` was done.
        """
        if self.inline:
            return self.write_now(work, fence)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, fence, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await future

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which writes nothing."""
        if self.inline or self._thread is None:
            return self.read_now(work)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.read_now, work)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            outcomes = await loop.run_in_executor(self._thread, self._commit, group)
            for waiting, (result, error) in zip(group, outcomes, strict=True):
                if waiting.future.cancelled():
                    continue
                if error is None:
                    waiting.future.set_result(result)
                else:
                    waiting.future.set_exception(error)

    def _commit(self, group: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        def together(db: Connection) -> list[Any]:
            for fence in {waiting.fence for waiting in group if waiting.fence is not None}:
                fence.check(db)
            return [waiting.work(db) for waiting in group]

        try:
            return [(result, None) for result in self.write_now(together)]
        except Exception as error:
            # One of them spoiled the transaction for all: each gets its own, so that only that one fails.
            if len(group) == 1:
                return [(None, error)]
            return [outcome for waiting in group for outcome in self._commit([waiting])]


def _engine(url: str) -> Engine:
    where = make_url(url)
    if where.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    memory = where.database in (None, "", ":memory:")
    if not memory:
        path = Path(str(where.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # it may hold tokens
    # One connection object must serve the memory database, else each thread would see an empty one.
    arguments: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": 30}}
    engine = create_engine(url, **arguments, **({"poolclass": StaticPool} if memory else {}))

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        if not memory:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")  # an intent must survive a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
