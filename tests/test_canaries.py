"""The search for secrets finds them wherever a run may put them, on one process and on two."""

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import canaries

ROOT = Path(__file__).parents[1]
SECRET = "planted-0-for-the-search"
LEAKS = {
    "a file": "tmp_path.joinpath('plan.json').write_text(SECRET)",
    "a database": """
import sqlite3
db = sqlite3.connect(tmp_path / "state.db")
db.execute("CREATE TABLE journal (request TEXT)")
db.execute("INSERT INTO journal VALUES (?)", (SECRET,))
db.commit()
db.close()
""",
    "a store in memory": """
from storesync.state import Store
from storesync.state.schema import documents
store = Store("sqlite://", inline=True)
store.create_tables()
store.write_now(lambda db: db.execute(documents.insert(), {"digest": "1", "body": SECRET}))
store.close()
""",
    "an exception": """
import pytest
from storesync.errors import Rejected
with pytest.raises(Rejected):
    raise Rejected("code", f"wrong token {SECRET}")
""",
    "a log event": """
import structlog
structlog.get_logger("storesync.engine").info("request.failed", session=SECRET)
""",
    "a plan": """
from storesync.plan import Held, Plan
Plan(channel="c", revision=1, made_at="", held=[Held(key="A", title=SECRET, reason="")])
""",
    "a report": """
from storesync.engine import Outcome, OutcomeState, Report
from storesync.plan import Kind
Report(channel="c", run="1").add(Outcome(kind=Kind.CREATE, key="A", state=OutcomeState.FAILED, said=SECRET))
""",
    "an event of the engine": """
from storesync.engine.events import traced
traced("request.answered", session=SECRET)
""",
    "a log record": "import logging\nlogging.getLogger('asyncio').error('never retrieved: %s', SECRET)",
    "a page": "tmp_path.joinpath('plan.html').write_text(f'<td>{SECRET}</td>')",
    "output that a test takes": """
capsys = request.getfixturevalue("capsys")
print(SECRET)
capsys.readouterr()
""",
    "a process": """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write(sys.argv[1])", SECRET], capture_output=True)
""",
    "standard output": "print(SECRET)",
    "standard error": "import sys\nsys.stderr.write(SECRET)",
    "a failure": "assert SECRET == 'expected'",
}
ON_POSTGRES = {
    "a PostgreSQL state": """
from storesync.state import Store, migrate
from storesync.state.schema import documents
from tests.state.conftest import schema_of_its_own
with schema_of_its_own() as place:
    migrate(place.url)
    store = Store(place.url, inline=True)
    store.write_now(lambda db: db.execute(documents.insert(), {"digest": "1", "body": SECRET}))
    store.engine.dispose()  # as of a process that was killed: nobody closes the store
""",
    "a schema that was left": """
import os
from sqlalchemy import create_engine, text
engine = create_engine(os.environ["STORESYNC_TEST_POSTGRES"])
with engine.begin() as db:
    db.execute(text("CREATE SCHEMA left_behind"))
    db.execute(text("CREATE TABLE left_behind.journal (request TEXT)"))
    db.execute(text("INSERT INTO left_behind.journal VALUES (:secret)"), {"secret": SECRET})
""",
}
HARMLESS = {
    "nothing": "pass",
    "a token in its table": """
import sqlite3
db = sqlite3.connect(tmp_path / "state.db")
db.execute("CREATE TABLE tokens (body TEXT)")
db.execute("INSERT INTO tokens VALUES (?)", (SECRET,))
db.commit()
db.close()
""",
    "a file to be referred to": """
tmp_path.joinpath("secrets").mkdir()
tmp_path.joinpath("secrets", "tmall").write_text(SECRET)
""",
}


def run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, bodies: dict[str, str], *words: str
) -> pytest.RunResult:
    """A test session of its own with a test for each of these."""
    tests = ["import os", 'SECRET = os.environ["STORESYNC_CANARY"]']
    for name, body in bodies.items():
        lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
        tests.append(f"def test_{name.replace(' ', '_')}(tmp_path, request):\n{lines}")
    pytester.makepyfile("\n\n\n".join(tests))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("STORESYNC_CANARY", SECRET)
    return pytester.runpytest_subprocess("-p", "tests.canaries", "-p", "no:randomly", *words)


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_a_secret_fails_the_run_wherever_it_is(
    words: tuple[str, ...], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests pass but for the one that fails by itself; the run does not, and names each place."""
    passing = {name: body for name, body in LEAKS.items() if name != "a failure"}
    told = run(pytester, monkeypatch, passing, *words)
    _, _, found = told.stdout.str().partition("canary secrets")

    assert pytest.ExitCode.TESTS_FAILED == told.ret
    told.assert_outcomes(passed=len(passing))
    assert [] == [name for name in passing if f"test_{name.replace(' ', '_')}" not in found]
    assert SECRET in found


@pytest.mark.postgres
@pytest.mark.skipif("STORESYNC_TEST_POSTGRES" not in os.environ, reason="no PostgreSQL")
def test_a_secret_on_postgresql_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a schema of a test, before it goes, and in one that nobody took away."""
    try:
        told = run(pytester, monkeypatch, ON_POSTGRES)
    finally:
        engine = create_engine(os.environ["STORESYNC_TEST_POSTGRES"])
        with engine.begin() as db:
            db.execute(text("DROP SCHEMA IF EXISTS left_behind CASCADE"))
        engine.dispose()
    found = told.stdout.str().partition("canary secrets")[2]

    assert pytest.ExitCode.TESTS_FAILED == told.ret
    told.assert_outcomes(passed=len(ON_POSTGRES))
    assert 1 == found.count("table documents (test_")
    assert 1 == found.count("PostgreSQL schema left_behind, table journal")


def test_what_the_repository_holds_besides_code_is_searched() -> None:
    """Examples, docs, recorded answers and dumps: none of them is left out, and code declares its own."""
    searched = {path.name for path in canaries._repository()}

    assert {"0001.sql", "storesync.toml", "README.md", "exactly-once.md"} <= searched
    assert not any(name.endswith(".py") for name in searched)


def test_a_failure_that_shows_a_secret_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pytest prints of a failed assertion is searched as well."""
    told = run(pytester, monkeypatch, {"a failure": LEAKS["a failure"]})

    assert "a failure (" in told.stdout.str().partition("canary secrets")[2]


def test_a_run_without_leaks_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is where it belongs is no finding."""
    told = run(pytester, monkeypatch, HARMLESS)

    assert pytest.ExitCode.OK == told.ret
    assert "canary" not in told.stdout.str()
