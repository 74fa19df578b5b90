"""A store that lives on comes to the schema of the newest storesync, or is left as it was."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Boolean, Connection, Engine, MetaData, Table, event, inspect, select, text
from tests.state.conftest import Place, place_for
from tests.state.racers import race
from tests.state.samples import CHANNEL, ISSUES, NOW, SKUS, offer, operation, wanted

from storesync.errors import SchemaTooNew, StateError
from storesync.model import Ref, Status
from storesync.state import (
    SHOWN,
    Cipher,
    Store,
    journal,
    lease,
    migrate,
    migration,
    revision,
    standing,
    token,
)
from storesync.state.exposure import seal
from storesync.state.schema import METADATA, documents, listings

RELEASED = Path(__file__).parents[1] / "data" / "state"

RELEASES = [
    pytest.param(kind, name, marks=marks, id=f"{kind}-{name}")
    for name in revision.REVISIONS
    for kind, marks in (("file", ()), ("postgres", pytest.mark.postgres))
]

# What a later storesync might bring: its second step fails on a store that holds documents.
COMING = f"{int(revision.HEAD) + 1:04}"
NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{COMING}"
down_revision = "{revision.HEAD}"


def upgrade():
    with op.batch_alter_table("listings") as table:
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default="none"))
    op.execute("UPDATE listings SET note = key")
    op.execute("INSERT INTO documents (digest, body) VALUES ('poison', '{{}}')")
"""


def shape(store: Store) -> dict[str, Any]:
    """Every table, column, key and index as the database tells them."""
    looked = inspect(store.engine)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in looked.get_columns(name)],
            looked.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"], str(index["column_names"])) for index in looked.get_indexes(name)),
        )
        for name in sorted(looked.get_table_names())
    }


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A store whose tables a test may change."""
    opened = place.open()
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The storesync of the day after: one more schema."""
    folder = tmp_path / "migrations"
    shutil.copytree(migration.FOLDER, folder)
    (folder / "versions" / f"r{COMING}_note.py").write_text(NEXT, encoding="utf-8")
    monkeypatch.setattr(migration, "FOLDER", folder)
    monkeypatch.setattr(revision, "REVISIONS", (*revision.REVISIONS, COMING))
    monkeypatch.setattr(revision, "HEAD", COMING)


def test_a_migrated_store_has_the_schema_that_the_code_uses(store: Store) -> None:
    """Alembic sees no difference between the steps and the tables of `schema`."""
    with store.reading() as db:
        context = MigrationContext.configure(db, opts={"version_table": revision.TABLE})
        difference = compare_metadata(context, METADATA)

    assert [] == difference


def test_a_migrated_store_is_like_one_made_at_once(place: Place, tmp_path: Path) -> None:
    """Defaults, keys and indexes too: simulations, which make their tables at once, prove the real thing."""
    migrated = place.open()
    migrate(migrated)
    steps = shape(migrated)
    with migrated.engine.begin() as db:
        METADATA.drop_all(db)
        db.execute(text(f"DROP TABLE {revision.TABLE}"))
    migrated.create_tables()
    at_once = shape(migrated)
    migrated.close()

    assert at_once == steps
    assert {*METADATA.tables, revision.TABLE} == set(steps)


def test_what_a_person_approved_gets_its_place(tmp_path: Path) -> None:
    """A store from before texts belonged to places; what an engine made goes on serving every place."""
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.executescript((RELEASED / "0006.sql").read_text("utf-8"))
    columns = "source, source_locale, target_locale, field, source_text, text, state, place, at"
    old.execute(
        f"INSERT INTO texts ({columns}) VALUES ('c', 'ko', 'vi', 'title', '토너', 'Toner', 'translated', 'A/title', '')"
    )
    old.commit()
    old.close()

    store = Store(f"sqlite:///{path}", inline=True)
    migrate(store)
    rows = store.read_now(
        lambda db: list(db.execute(text("SELECT text, own_place FROM texts ORDER BY text")))
    )
    store.close()

    assert [("Kem dưỡng ẩm", "SBG-004/title"), ("Toner", "")] == [tuple(row) for row in rows]


@pytest.mark.parametrize(("kind", "name"), RELEASES)
def test_a_token_comes_along_with_its_first_use(tmp_path: Path, kind: str, name: str) -> None:
    """A store from before first uses were kept has them from the journal, and with them the SKUs in doubt."""
    with place_for(kind, tmp_path) as place:
        written(place, name)
        store = place.open()
        doubt = "UPDATE listings SET token = :token, doubt = :doubt WHERE key = 'SBG-002'"
        lost = {"token": "c" * 32, "doubt": "2026-11-23T19:00:00.000000+00:00"}
        store.write_now(lambda db: db.execute(text(doubt), lost))
        migrate(store)
        found = store.read_now(lambda db: {one.key: one for one in standing.read_all(db, CHANNEL)})
        store.close()

    assert ("c" * 32, NOW) == (found["SBG-002"].token, found["SBG-002"].token_at)
    assert {"SBG-002-1"} == found["SBG-002"].named
    assert (None, frozenset()) == (found["SBG-001"].token_at, found["SBG-001"].named)


def test_sqlite_indexes_are_the_same_word_for_word(tmp_path: Path) -> None:
    """The conditions of partial indexes, which no inspection tells."""

    def indexes(store: Store) -> list[str]:
        found = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        rows = store.read_now(lambda db: list(db.exec_driver_sql(found).scalars()))
        store.close()
        return [" ".join(row.split()) for row in rows]

    migrated, made = (Store(f"sqlite:///{tmp_path}/{name}.db", inline=True) for name in ("a", "b"))
    migrate(migrated)
    made.create_tables()

    assert indexes(made) == indexes(migrated)


def test_the_revisions_that_the_code_knows_are_those_that_have_a_step() -> None:
    """Nobody forgets to write a new step down where a start looks first."""
    config = Config()
    config.set_main_option("script_location", str(migration.FOLDER))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    steps = [step.revision for step in script.walk_revisions()]

    assert list(revision.REVISIONS) == steps[::-1]
    assert revision.HEAD == script.get_current_head()


def test_a_store_that_is_up_to_date_costs_one_query(store: Store) -> None:
    """A start does not look through tables that are as they should be."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    commits = store.commits
    event.listen(Engine, "before_cursor_execute", note)
    try:
        migrate(store)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert 1 == sum(not statement.startswith("BEGIN") for statement in asked)
    assert commits == store.commits


def test_a_store_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    """Whoever runs every minute does not load it every minute."""
    url = f"sqlite:///{tmp_path}/storesync.db"
    migrate(url)
    program = (
        "import sys; from storesync.state import migrate; migrate(sys.argv[1]); "
        "sys.exit('alembic' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", program, url], check=False).returncode


def test_a_store_made_at_once_needs_no_migration(place: Place) -> None:
    """A simulation's store can live on."""
    store = place.open()
    store.create_tables()
    commits = store.commits
    name, again = migrate(store), store.commits
    store.close()

    assert revision.HEAD == name
    assert commits == again


def test_a_store_of_a_newer_storesync_is_refused_and_left_alone(store: Store) -> None:
    """The message names the store, what it has, and the way out."""
    store.write_now(lambda db: db.execute(text(f"UPDATE {revision.TABLE} SET version_num = '0999'")))

    with pytest.raises(
        SchemaTooNew, match=r"a newer storesync wrote this store .*0999.*use that storesync again"
    ):
        migrate(store)

    assert "0999" == migration.stored(store)


def test_tables_of_another_program_are_left_alone(place: Place) -> None:
    """Neither written over nor taken for ours."""
    store = place.open()
    store.write_now(lambda db: db.execute(text("CREATE TABLE offers (id INTEGER)")))

    with pytest.raises(StateError, match=r"tables that storesync did not make \(offers\)"):
        migrate(store)
    tables = inspect(store.engine).get_table_names()
    store.close()

    assert ["offers"] == tables


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    """The first works, the others wait, and all find the newest schema."""
    assert [revision.HEAD] * 6 == race(f"sqlite:///{tmp_path}/storesync.db", "migrate", 6)


@pytest.mark.postgres
@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_processes_that_start_together_on_postgresql_migrate_once(place: Place) -> None:
    """The first works, the others wait, and all find the newest schema."""
    assert [revision.HEAD] * 6 == race(place.url, "migrate", 6)


def test_the_next_schema_brings_the_rows_along(store: Store, later: None) -> None:
    """A step that changes a table keeps what is in it."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(content=None, offers={})))
    name = migrate(store)
    notes = store.read_now(lambda db: db.execute(text("SELECT note FROM listings")).scalars().all())

    assert (COMING, COMING) == (name, migration.stored(store))
    assert ["SBG-001"] == notes


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, later: None) -> None:
    """Half a migration is none: the older storesync still works on it."""
    store.write_now(lambda db: db.execute(documents.insert(), {"digest": "poison", "body": "{}"}))
    before, known = shape(store), migration.stored(store)

    with pytest.raises(Exception, match=r"(?i)unique"):
        migrate(store)

    assert before == shape(store)
    assert known == migration.stored(store)


def written(place: Place, name: str) -> None:
    """A store as the storesync with this schema left it, with its rows.

    The dumps are of SQLite; on PostgreSQL the steps up to that schema make the tables, and the rows come from the dump.
    """
    dump = (RELEASED / f"{name}.sql").read_text(encoding="utf-8")
    store = place.open()
    if store.engine.dialect.name == "sqlite":
        store.close()
        with closing(sqlite3.connect(str(store.url.database))) as old:
            old.executescript(dump)
        return
    with closing(sqlite3.connect(":memory:")) as old, store.engine.begin() as db:
        old.executescript(dump)
        config = Config(attributes={"connection": db})
        config.set_main_option("script_location", str(migration.FOLDER))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, name)
        tables = MetaData()
        tables.reflect(db)
        for table in tables.sorted_tables:
            if table.name != revision.TABLE:
                _copy(old, db, table)
    store.close()


def _copy(old: sqlite3.Connection, db: Connection, table: Table) -> None:
    """The rows of one table, truth values as such; numbers go on where the last one ended."""
    found = old.execute(f'SELECT * FROM "{table.name}"')
    names = [column[0] for column in found.description]
    rows = [
        {
            name: bool(value) if isinstance(table.c[name].type, Boolean) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in found
    ]
    if rows:
        db.execute(table.insert(), rows)
    if rows and "seq" in names:
        last = max(row["seq"] for row in rows)
        db.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'seq'), :last)"),
            {"name": table.name, "last": last},
        )


@pytest.mark.parametrize(("kind", "name"), RELEASES)
def test_a_store_of_every_release_is_read_by_this_one(tmp_path: Path, kind: str, name: str) -> None:
    """What a merchant's shop has stood for is not lost by an update, on either database."""
    with place_for(kind, tmp_path) as place:
        written(place, name)
        store = place.open()
        before = migration.stored(store)
        migrate(store)
        with store.reading() as db:
            stand = standing.read(db, CHANNEL, "SBG-001")
            keys = db.execute(select(listings.c.key).order_by(listings.c.key)).scalars().all()
            (left,) = journal.unfinished(db, CHANNEL)
            kept = token.load(db, "acme", "base")
            holder = lease.holder(db, f"channel:{CHANNEL}", NOW)
            content = standing.document(db, stand.have if stand is not None else "")
            shown = shape(store)
        # The next operation of the newest storesync goes on in the same journal.
        store.write_now(lambda db: operation(db, "b" * 32, key="SBG-001", skus=SKUS))
        numbers = store.write_now(
            lambda db: journal.intend(
                db, operation="b" * 32, step=0, effect="set", digest="e" * 32, request={"path": "/x"}, at=NOW
            )
        )
        store.close()

    assert name == before
    assert set(METADATA.tables) <= set(shown)
    assert ["SBG-001", "SBG-002"] == keys
    assert stand is not None
    assert (SHOWN, True, Status.LIVE, ISSUES) == (stand.have_shown, stand.made, stand.status, stand.issues)
    assert Ref("9007199254740993", dict.fromkeys(SKUS, "7")) == stand.ref
    assert offer(SKUS[0]) == stand.offers[SKUS[0]].have
    assert content is not None
    assert "0.1000000000000000055511" == str(content["weight"])
    assert ("SBG-002", "once", "intended") == (left.key, left.entries[0].effect, left.entries[0].state)
    assert numbers > left.entries[0].seq
    assert kept is not None
    assert (1, {"access": "토큰"}) == (kept.version, kept.fields)
    assert ("first@host", "2026-11-23T09:30:00.000000+00:00") == holder


@pytest.mark.parametrize(("kind", "name"), RELEASES)
@pytest.mark.parametrize("before", [False, True], ids=["key set since", "key set then"])
def test_the_tokens_of_every_release_come_along_with_and_without_a_key(
    tmp_path: Path, kind: str, name: str, before: bool
) -> None:
    """Kept in the open they are encrypted at the first start with a key; encrypted ones stay as they were kept."""
    cipher = Cipher(Fernet.generate_key().decode())
    with place_for(kind, tmp_path) as place:
        written(place, name)
        store = place.open()
        plain = '{"access": "토큰"}'
        if before:
            sealed = cipher.close(plain)
            store.write_now(lambda db: db.execute(text("UPDATE tokens SET body = :body"), {"body": sealed}))
        store.cipher = cipher
        store.prepare()
        count = seal(store)
        body = store.read_now(lambda db: db.execute(text("SELECT body FROM tokens")).scalar_one())
        kept = store.read_now(lambda db: token.load(db, "acme", "base", cipher=cipher))
        store.close()

    assert (0 if before else 1) == count
    assert body.startswith("fernet:")
    assert not before or sealed == body
    assert kept is not None
    assert (1, {"access": "토큰"}) == (kept.version, kept.fields)
