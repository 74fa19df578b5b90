"""Secrets that no run may tell: after all tests, everything that the run wrote or said is searched for them.

The emulated shops' credentials, those renewed in the run too, are the canaries: every account, token and environment of
the tests holds some. They are looked for in each exception, log event, plan and report as it is made, in every store as
it closes and every PostgreSQL schema as it goes, in what tests and their processes print, and at the end in all files of
the temporary folders (databases table by table) and in what this repository holds besides code. The table of tokens
is the one place for them. A finding fails the run, on one process as on many.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, create_engine, inspect

from storesync.testing.leaks import SANDBOX, Leaks

_MADE_UP: Final = r"made-up-(?:access|refresh|secret|session|key)"
_MORE: Final = os.environ.get("STORESYNC_CANARY", "")  # what the tests of this search plant
CANARY: Final = "|".join((SANDBOX, _MADE_UP, *([re.escape(_MORE)] if _MORE else [])))
_SERVER: Final = "STORESYNC_TEST_POSTGRES"
_REPOSITORY: Final = Path(__file__).parents[1]
_HELD: Final = ("docs", "src", "tests", "benchmarks", "scripts")
_CODE: Final = (".py", ".pyc")  # where the emulated shops' credentials are declared
_KEPT: Final = pytest.StashKey[Leaks]()
_RUNNING: Final[list[Leaks]] = []


def look(engine: Engine, schema: str) -> None:
    """Look into a PostgreSQL schema before its rows go."""
    for search in _RUNNING:
        search.schema(f"PostgreSQL schema {schema}", engine, schema)


def _repository() -> Iterator[Path]:
    for name in _HELD:
        for path in sorted((_REPOSITORY / name).rglob("*")):
            if path.suffix not in _CODE:
                yield path
    yield from sorted(_REPOSITORY.glob("*.*"))


def _listen(search: Leaks) -> Iterator[Callable[[], None]]:
    """Look at what is told where it is told; each gives the way back."""
    from _pytest.capture import CaptureFixture
    from structlog import _base

    from storesync.engine import events
    from storesync.engine.report import Report
    from storesync.errors import StoresyncError
    from storesync.plan import Plan
    from storesync.state import Store

    def around(
        owner: Any, name: str, look: Callable[..., None], *, before: bool = False, where: str = ""
    ) -> Callable[[], None]:
        usual = getattr(owner, name)

        def looked(*args: Any, **more: Any) -> Any:
            if before:
                look(*args, **more)
            result = usual(*args, **more)
            if where:
                look(args[0], result, where=where)
            elif not before:
                look(*args, **more)
            return result

        setattr(owner, name, looked)
        return lambda: setattr(owner, name, usual)

    def closing_store(store: Any) -> None:
        with suppress(Exception):
            search.schema("a store", store.engine)

    def logged(log: Any, method: str, event: str | None = None, *args: Any, **more: Any) -> None:
        if event != "command.failed":  # a trace, which the log masks as it writes it: its file is searched
            search.text("a log event", (event, args, more))

    def told(level: str, event: str, fields: Any) -> None:
        # Searched before anything filters it by level or masks it.
        search.text("an event of the engine", (event, fields))

    def streams(_: Any, out: Any, *, where: str) -> None:
        for stream in out or ():
            if stream:
                search.text(where, stream.decode("utf-8", "replace") if isinstance(stream, bytes) else stream)

    yield around(StoresyncError, "__init__", lambda error, *args, **more: search.text("an exception", args))
    yield around(_base.BoundLoggerBase, "_proxy_to_logger", logged, before=True)
    yield around(events, "_tell", told)
    yield around(logging.Logger, "handle", lambda _, record: search.text("a log record", record.getMessage()))
    yield around(CaptureFixture, "readouterr", streams, where="what a command said")
    yield around(subprocess.Popen, "communicate", streams, where="what a process said")
    yield around(Plan, "__init__", lambda plan, **more: search.text("a plan", plan))
    yield around(Report, "add", lambda report, outcome: search.text("a report", (outcome.said, outcome)))
    yield around(Store, "close", closing_store, before=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    search = config.stash[_KEPT] = Leaks(CANARY)
    _RUNNING.append(search)
    for undo in _listen(search):
        config.add_cleanup(undo)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Which test is running, for the message."""
    search = item.config.stash[_KEPT]
    search.during = item.nodeid
    try:
        return (yield)
    finally:
        search.during = ""


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
    _RUNNING.remove(search)
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None and factory._basetemp is not None:
        search.folder(factory.getbasetemp())
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["canaries"] = list(search.found)
    else:
        search.files(_repository())
        _server(search)
    if search.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _server(search: Leaks) -> None:
    """Look into the schemas that killed tests left behind."""
    if not os.environ.get(_SERVER):
        return
    engine = create_engine(os.environ[_SERVER])
    with suppress(Exception):
        for schema in inspect(engine).get_schema_names():
            if schema != "information_schema":
                search.schema(f"PostgreSQL schema {schema}", engine, schema)
    engine.dispose()


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
