"""Secrets that no run may tell: after all tests, everything that the run wrote or said is searched for them.

The emulated shops' credentials are the canaries: every account, token and environment of the tests holds some. They are
looked for in each exception, log event, plan and report as it is made, in every store as it closes, in what tests print,
and at the end in all files of the temporary folders (databases table by table) and in the recorded data of the tests. The
table of tokens is the one place for them. A finding fails the run, on one process as on many.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import pytest

_KNOWN: Final = (
    r"sandbox0(?:access|refresh|secret|session|key|code)0\w+",
    r"made-up-(?:access|refresh|secret|session|key)",
)
_MORE: Final = os.environ.get("STORESYNC_CANARY", "")  # what the tests of this search plant
CANARY: Final = re.compile("|".join((*_KNOWN, *([re.escape(_MORE)] if _MORE else []))))
_BYTES: Final = re.compile(CANARY.pattern.encode())
_DATABASE: Final = b"SQLite format 3\x00"
_TOKENS: Final = "tokens"
_PURPOSE: Final = ("secrets", "secret")  # folders and files that a test made to be referred to by `file:`
_MOST: Final = 50
_ROOT: Final = Path(__file__).parent
_KEPT: Final = pytest.StashKey[Any]()


class Search:
    """What was found so far, each place once."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self.test = ""

    def text(self, where: str, said: object) -> None:
        """Look at something that was said."""
        hit = CANARY.search(said if isinstance(said, str) else repr(said))
        if hit is not None and len(self.found) < _MOST:
            self.found[f"{where} ({self.test or 'outside of tests'}): {hit[0]}"] = None

    def folder(self, root: Path) -> None:
        """Look into every file below."""
        for path in sorted(root.rglob("*")):
            if path.is_symlink() or not path.is_file() or path.name.endswith(("-wal", "-shm")):
                continue
            if set(_PURPOSE) & set(path.relative_to(root).parts):
                continue
            with suppress(OSError):
                self._file(path)

    def _file(self, path: Path) -> None:
        with path.open("rb") as file:
            start = file.read(len(_DATABASE))
            if start == _DATABASE:
                self.database(path)
                return
            if _BYTES.search(start + file.read()):
                self.text(str(path), _BYTES.search(path.read_bytes())[0].decode())  # type: ignore[index]  # just found

    def database(self, path: Path) -> None:
        """Look into a database, table by table."""
        with (
            suppress(sqlite3.DatabaseError),
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
        ):
            self.tables(str(path), db.execute)

    def tables(self, where: str, query: Callable[[str], Any]) -> None:
        """Look into every row of every table but that of tokens."""
        names = [row[0] for row in query("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name != _TOKENS:
                for row in query(f'SELECT * FROM "{name}"'):
                    self.text(f"{where}, table {name}", "\n".join(str(value) for value in row))


def _listen(search: Search) -> Iterator[Callable[[], None]]:
    """Look at exceptions, log events, plans, reports and stores where they are made; each gives the way back."""
    from structlog import _base

    from storesync.engine.report import Report
    from storesync.errors import StoresyncError
    from storesync.plan import Plan
    from storesync.state import Store

    def around(
        owner: Any, name: str, look: Callable[..., None], *, before: bool = False
    ) -> Callable[[], None]:
        usual = getattr(owner, name)

        def looked(self: Any, *args: Any, **more: Any) -> Any:
            if before:
                look(self, *args, **more)
            result = usual(self, *args, **more)
            if not before:
                look(self, *args, **more)
            return result

        setattr(owner, name, looked)
        return lambda: setattr(owner, name, usual)

    def closing_store(store: Any) -> None:
        if store.engine.dialect.name == "sqlite":
            with suppress(Exception), store.engine.connect() as db:
                search.tables("a store", lambda query: list(db.exec_driver_sql(query)))

    def logged(log: Any, method: str, event: str | None = None, *args: Any, **more: Any) -> None:
        if event != "command.failed":  # a trace, which the log masks as it writes it: its file is searched
            search.text("a log event", (event, args, more))

    yield around(StoresyncError, "__init__", lambda error, *args, **more: search.text("an exception", args))
    yield around(_base.BoundLoggerBase, "_proxy_to_logger", logged, before=True)
    yield around(Plan, "__init__", lambda plan, **more: search.text("a plan", plan))
    yield around(Report, "add", lambda report, outcome: search.text("a report", (outcome.said, outcome)))
    yield around(Store, "close", closing_store, before=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    search = config.stash[_KEPT] = Search()
    for undo in _listen(search):
        config.add_cleanup(undo)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Which test is running, for the message."""
    search = item.config.stash[_KEPT]
    search.test = item.nodeid
    try:
        return (yield)
    finally:
        search.test = ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """What a test printed, and what its failure shows."""
    report = yield
    search = item.config.stash[_KEPT]
    for title, text in report.sections:
        search.text(title, text)
    search.text("a failure", report.longreprtext)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search what is left on the disk; on many processes each its own folder."""
    config = session.config
    search = config.stash[_KEPT]
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None and factory._basetemp is not None:
        search.folder(factory.getbasetemp())
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["canaries"] = list(search.found)
    else:
        search.folder(_ROOT / "data")
    if search.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what another process found."""
    search = node.config.stash[_KEPT]
    search.found |= dict.fromkeys(getattr(node, "workeroutput", {}).get("canaries", ()))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the secrets are."""
    found = config.stash[_KEPT].found
    if found:
        terminalreporter.section("canary secrets", red=True)
        for line in found:
            terminalreporter.line(line)
