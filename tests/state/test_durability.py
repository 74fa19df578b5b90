"""What `write` returned for is there, whatever happens next."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text
from tests.state.conftest import Place

from storesync.errors import ConfigError
from storesync.state import Store, migrate
from storesync.state.schema import documents


def test_a_killed_process_loses_nothing_that_write_returned_for(shared: Place) -> None:
    """An intent is in the store before its bytes leave, even if the process ends the moment after."""
    script = str(Path(__file__).with_name("writer.py"))
    with subprocess.Popen([sys.executable, script, shared.url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [next(writer.stdout) for _ in range(150)]
        writer.kill()
        told += writer.stdout.readlines()
    store = shared.open()
    kept = set(store.read_now(lambda db: db.execute(select(documents.c.digest)).scalars().all()))
    store.write_now(lambda db: db.execute(text("DELETE FROM documents")))  # and nobody holds a lock
    store.close()
    whole = {line.strip() for line in told if line.endswith("\n")}

    assert -9 == writer.returncode
    assert len(whole) >= 150
    assert set() == whole - kept


def test_sqlite_flushes_every_commit_to_the_disk(tmp_path: Path) -> None:
    """Synchronous FULL: a commit survives a power cut, not only a crash."""
    store = Store(f"sqlite:///{tmp_path}/storesync.db")
    settings = store.read_now(
        lambda db: [db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")]
    )
    store.close()

    assert [2, "wal"] == settings


@pytest.mark.parametrize("place", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_postgresql_is_never_asked_to_commit_before_it_has_written(place: Place) -> None:
    """A server that is set up to lose the last moments is told to wait for us."""
    store = Store(f"{place.url} -c synchronous_commit=off".replace(" ", "%20"))
    setting = store.read_now(lambda db: db.execute(text("SHOW synchronous_commit")).scalar())
    store.close()

    assert "on" == setting


def test_the_file_and_its_companions_are_for_their_owner_alone(tmp_path: Path) -> None:
    """They may hold tokens."""
    folder = tmp_path / "new" / "folder"
    store = Store(f"sqlite:///{folder}/storesync.db")
    migrate(store)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}
    store.close()

    assert {"storesync.db": "0o600", "storesync.db-wal": "0o600", "storesync.db-shm": "0o600"} == modes


def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Who shares a store with a group of their own does so on purpose."""
    path = tmp_path / "storesync.db"
    path.touch()
    path.chmod(0o660)
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.close()

    assert 0o660 == path.stat().st_mode & 0o777


def test_a_database_that_is_neither_of_the_two_is_refused_without_its_password() -> None:
    """The message names the address as a person may see it, and the way out."""
    with pytest.raises(ConfigError, match=r"mysql://me:\*\*\*@host/db: .* use sqlite:///FILE or postgresql"):
        Store("mysql://me:secret@host/db")
