"""A database that fails says what a person can do, in an error of ours; a fault of ours stays one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from tests.state.samples import CHANNEL

from storesync.errors import StateUnavailable
from storesync.state import Store, failure, standing, store


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A SQLite state whose writers wait for nobody."""
    monkeypatch.setattr(store, "PATIENCE", 0)
    made = Store(f"sqlite:///{tmp_path}/storesync.db")
    made.create_tables()
    return made


async def test_a_state_that_others_keep_locked_is_no_fault_of_storesync(small: Store, tmp_path: Path) -> None:
    """It names the file, the other program and what becomes of the run; afterwards the same store goes on."""
    with closing(sqlite3.connect(tmp_path / "storesync.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            StateUnavailable, match=r"storesync\.db failed: database is locked; another program"
        ):
            await small.write(lambda db: standing.bump(db, CHANNEL))
        other.execute("ROLLBACK")
    await small.write(lambda db: standing.bump(db, CHANNEL))
    assert 1 == await small.read(lambda db: standing.revision(db, CHANNEL))
    small.close()


async def test_a_full_disk_is_told_and_nothing_is_half_written(small: Store) -> None:
    """What did not fit is not there, and what was there is."""

    def fill(db: object) -> None:
        standing.bump(db, CHANNEL)  # type: ignore[arg-type]
        db.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]
        db.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(1000000) AS much")  # type: ignore[attr-defined]

    with pytest.raises(StateUnavailable, match=r"make room on its disk.* the next run goes on from it"):
        await small.write(fill)
    assert 0 == await small.read(lambda db: standing.revision(db, CHANNEL))
    small.close()


def test_a_fault_of_ours_is_not_put_on_the_database(small: Store) -> None:
    """A row that breaks a rule of the schema is a defect, and is raised as it is."""
    with pytest.raises(DBAPIError, match="UNIQUE"):
        small.write_now(
            lambda db: [db.exec_driver_sql("INSERT INTO channels (channel) VALUES ('one')") for _ in range(2)]
        )
    small.close()


def test_every_way_out_is_a_sentence() -> None:
    """Whatever the database says, the message ends in what to do."""
    for said in ("attempt to write a readonly database", "disk I/O error", "server closed the connection"):
        error = DBAPIError.instance("", {}, sqlite3.OperationalError(said), sqlite3.Error)
        assert isinstance(error, DBAPIError)
        shown = str(failure.told(Store("sqlite://", inline=True).url, error))
        assert said in shown
        assert shown.endswith("and the next run goes on from it")
