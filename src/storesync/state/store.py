"""One database, one writer: writes that wait together are committed together."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, frozen
from sqlalchemy import URL, Connection, bindparam, create_engine, event, make_url, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from storesync.errors import ConfigError, Locked, StateError
from storesync.state import revision
from storesync.state.cipher import Cipher
from storesync.state.failure import PATIENCE, lost_connection, told
from storesync.state.schema import METADATA, leases
from storesync.state.statement import Statement, tell

__all__ = ["Fence", "Store", "leased"]

T = TypeVar("T")
Work = Callable[[Connection], T]

_TRIES = 5
_CHOSEN_AGAINST = ("40001", "40P01")  # PostgreSQL's codes: could not serialize, deadlock


_HOLDER = Statement(
    select(leases.c.owner, leases.c.fence, leases.c.since)
    .where(leases.c.name == bindparam("name"))
    .with_for_update()
)


def leased(name: str) -> str:
    """What a lease is about, in the words of a message: channel 'tmall-cn'."""
    kind, colon, what = name.partition(":")
    return f"{kind} {what!r}" if colon else name


@frozen
class Fence:
    """The number under which an owner holds a lease; a write under an older one is refused."""

    lease: str
    owner: str
    number: int

    def check(self, db: Connection) -> None:
        """Raises Locked when somebody else has taken the lease since.

        Until the transaction ends nobody can take it: whoever tries waits at the row.
        """
        row = _HOLDER.run(db, {"name": self.lease}).one_or_none()
        if row is None or row.fence != self.number or row.owner != self.owner:
            now = "nobody holds it now"
            if row is not None and row.owner:
                now = f"{row.owner} holds it now, since {row.since}"
            elif row is not None:
                now = f"another had it since {row.since} and is done"
            said = f"the lease of {self.owner} is over, {now}; nothing more was sent"
            raise Locked(f"{leased(self.lease)}: {said}")


@define
class _Waiting:
    work: Work[Any]
    fence: Fence | None
    future: asyncio.Future[Any]


class _Sessions:
    """Transactions on connections that are kept: on SQLite to open one costs more than most of what is done in it.

    A PostgreSQL server may be gone when a connection is used again, so there the pool looks first, each time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = _snapshots(engine)
        # The memory database has one connection: what it reads nobody else writes.
        self._alone = isinstance(engine.pool, StaticPool)
        self._keeps = self._ours = engine.dialect.name == "sqlite"
        self._writers: list[Connection] = []
        self._readers: list[Connection] = []

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """A transaction in which all queries see one state; one that writes does so from its beginning."""
        idle = self._writers if write else self._readers
        db = _popped(idle) or self._opened(write=write)
        try:
            if not self._ours:
                with db.begin():
                    yield db
            elif write or not self._alone:
                # By the driver itself: SQLAlchemy's own way costs more than the transaction.
                tell(db, "BEGIN IMMEDIATE" if write else "BEGIN")
                yield db
                tell(db, "COMMIT")
            else:
                yield db
        except BaseException:
            db.close()
            raise
        if self._keeps:
            idle.append(db)
        else:
            db.close()

    def _opened(self, *, write: bool) -> Connection:
        return self._engine.connect() if write else self._reader.connect()

    def close(self) -> None:
        """End every connection."""
        self._keeps = False
        for idle in (self._writers, self._readers):
            while idle:
                idle.pop().close()
        self._engine.dispose()


def _popped(idle: list[Connection]) -> Connection | None:
    try:
        return idle.pop()
    except IndexError:  # asked this way round because two threads may ask at once
        return None


class Store:
    """A SQLite or PostgreSQL database behind one writer thread.

    `url` is an SQLAlchemy address. `inline` runs everything in the caller's own thread: for simulations and
    for blocking callers, where a thread would leave the virtual time. `cipher` encrypts the tokens.
    """

    def __init__(self, url: str, *, inline: bool = False, cipher: Cipher | None = None) -> None:
        self.cipher = Cipher() if cipher is None else cipher
        self.url = make_url(url)
        self.inline = inline
        self.engine = _engine(self.url)
        self._sessions = _Sessions(self.engine)
        # Whoever forgets to close the store loses nothing by it: its connections end with it.
        weakref.finalize(self, self._sessions.close)
        self.commits = 0
        self.before_commit: Callable[[], None] | None = None  # a simulation's place to crash
        self.after_commit: Callable[[], None] | None = None
        self._thread = None if inline else ThreadPoolExecutor(1, thread_name_prefix="storesync-write")
        # A read must not stand in line behind a commit, which waits for the disk. A memory database has one
        # connection and so one thread.
        shared = inline or self.engine.pool.__class__ is StaticPool
        self._read_thread = None if shared else ThreadPoolExecutor(1, thread_name_prefix="storesync-read")
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    def create_tables(self) -> None:
        """All tables at once, for a store that nobody has used yet; `migrate` is for stores that live on."""
        with self.engine.begin() as db:
            METADATA.create_all(db)
            revision.note(db)

    def prepare(self) -> None:
        """Bring the store to the schema of this storesync, whatever state it is in; StateError."""
        from storesync.state.migration import migrate

        try:
            migrate(self)
        except DBAPIError as error:
            raise told(self.url, error)  # noqa: B904  # it names its cause itself

    def close(self) -> None:
        """Let go of the database; what was not committed is gone."""
        self._closed = True
        for thread in (self._thread, self._read_thread):
            if thread is not None:
                thread.shutdown(wait=True)
        self._sessions.close()

    def write_now(self, work: Work[T], fence: Fence | None = None) -> T:
        """Run `work` in a transaction of its own, in this thread.

        It runs again when the database had to choose between two processes and chose the other one, so it
        must not change anything but the database. StateUnavailable when the database fails.
        """
        fences = () if fence is None else (fence,)
        for left in range(_TRIES, 0, -1):
            try:
                return self._write_once(work, fences)
            except DBAPIError as error:
                if left == 1 or getattr(error.orig, "sqlstate", None) not in _CHOSEN_AGAINST:
                    raise told(self.url, error)  # noqa: B904  # it names its cause itself
        raise AssertionError("the last try returns or raises")

    def _write_once(self, work: Work[T], fences: Sequence[Fence]) -> T:
        with self._sessions.transaction(write=True) as db:
            for fence in fences:
                fence.check(db)
            result = work(db)
            if self.before_commit is not None:
                self.before_commit()
        self.commits += 1
        if self.after_commit is not None:
            self.after_commit()
        return result

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the store as it is at its first query, whatever is written meanwhile."""
        with self._sessions.transaction() as db:
            yield db

    def read_now(self, work: Work[T]) -> T:
        """Run `work`, which writes nothing, in this thread; StateUnavailable when the database fails."""
        try:
            with self._sessions.transaction() as db:
                return work(db)
        except DBAPIError as error:
            raise told(self.url, error)  # noqa: B904  # it names its cause itself

    async def write(self, work: Work[T], fence: Fence | None = None) -> T:
        """Run `work` durably; returns after the commit. What waits at the same moment shares one commit.

        Raises Locked when `fence` is no longer the lease's: then nothing of `work` was done. `work` may run
        more than once, so it must not change anything but the database. Who is canceled meanwhile cannot know
        whether it was done.
        """
        if self.inline:
            return self.write_now(work, fence)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, fence, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await future

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which writes nothing; StateError when the store is closed."""
        if self.inline or self._thread is None:
            return self.read_now(work)
        if self._closed:
            raise StateError(
                "the state is closed; open the shops anew: `async with storesync.Shops.open(...) as shops:`, and what is "
                "done with them stands inside the block"
            )
        thread = self._read_thread or self._thread
        return await asyncio.get_running_loop().run_in_executor(thread, self.read_now, work)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                outcomes = await loop.run_in_executor(self._thread, self._commit, group)
            except (asyncio.CancelledError, RuntimeError) as stopped:
                # Canceled or closed: nobody may wait for ever for what will not happen.
                for waiting in (*group, *self._waiting):
                    if not waiting.future.done():
                        waiting.future.set_exception(_unwritten(stopped))
                self._waiting = []
                if isinstance(stopped, asyncio.CancelledError):
                    raise
                return
            for waiting, (result, error) in zip(group, outcomes, strict=True):
                if waiting.future.done():
                    continue
                if error is None:
                    waiting.future.set_result(result)
                else:
                    waiting.future.set_exception(error)

    def _commit(self, group: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        reached = False

        def together(db: Connection) -> list[Any]:
            nonlocal reached
            reached = True
            for fence in sorted({one.fence for one in group if one.fence is not None}, key=str):
                fence.check(db)
            return [waiting.work(db) for waiting in group]

        try:
            return [(result, None) for result in self.write_now(together)]
        except Exception as error:
            # Without the connection nobody knows whether the commit came through: then it is not done twice.
            if len(group) == 1 or lost_connection(error) or not reached:
                return [(None, error)] * len(group)
            # One of them spoiled the transaction for all: each gets its own, so that only that one fails.
            return [outcome for waiting in group for outcome in self._commit([waiting])]


def _unwritten(stopped: BaseException) -> StateError:
    return StateError(f"the state store was closed before this was written ({stopped!r})")


def _engine(where: URL) -> Engine:
    if where.get_backend_name() == "sqlite":
        return _sqlite(where)
    if where.get_backend_name() == "postgresql":
        return _postgresql(where)
    raise ConfigError(
        f"state.url {where.render_as_string()}: the state cannot be kept in {where.get_backend_name()}; "
        "use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    )


def _postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"state.url {url.render_as_string()}: the package {missing.name} is not installed; "
            "install it with `pip install 'storesync[postgres]'`"
        ) from None

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        # An intent must survive a power cut: a server that commits before it writes is told to wait for us.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
        connection.commit()

    return engine


def _sqlite(url: URL) -> Engine:
    memory = url.database in (None, "", ":memory:")
    if not memory:
        path = Path(str(url.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # it may hold tokens
    # One connection object must serve the memory database, else each thread would see an empty one.
    # More statements than sqlite3 remembers by itself, so that a run does not parse them again and again.
    arguments: dict[str, Any] = {
        "connect_args": {"check_same_thread": False, "timeout": PATIENCE, "cached_statements": 512}
    }
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
        driver: Any = connection.connection.dbapi_connection
        if not memory and not driver.in_transaction:  # a session has begun its own
            driver.execute("BEGIN")

    return engine


def _snapshots(engine: Engine) -> Engine:
    """The same connections for readers: all queries of a transaction see one state. SQLite does so anyway."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
