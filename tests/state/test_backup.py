"""A copy is whole, of one moment, and no secret leaves in the one that is read elsewhere."""

import asyncio
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.state.conftest import Place
from tests.state.samples import CHANNEL, CONTENT, ISSUES, NOW, SKUS, operation, settled, wanted

from storesync.errors import StateError
from storesync.model import loads
from storesync.state import Store, lease, migrate, revision, standing, token
from storesync.state.backup import backup, export
from storesync.state.schema import METADATA


def fill(db: Connection) -> None:
    """Rows of many kinds, a secret among them."""
    settled(db, "SBG-001", remarks=ISSUES)
    standing.want(db, CHANNEL, wanted("SBG-002", issues=ISSUES))
    operation(db, "a" * 32)
    lease.take(db, f"channel:{CHANNEL}", "first@host", NOW, 60)
    token.save(db, "acme", "base", {"access": "very secret"}, expires=None, after=0, at=NOW)


def test_a_backup_is_a_store_with_all_that_was_there(tmp_path: Path) -> None:
    """It is opened in place of the lost one, tokens and all, and is for its owner alone."""
    store = Store(f"sqlite:///{tmp_path}/storesync.db")
    migrate(store)
    store.write_now(fill)
    target = tmp_path / "backup.db"
    backup(store, target)
    store.write_now(lambda db: standing.bump(db, CHANNEL))
    store.close()
    files = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("backup"))
    mode = target.stat().st_mode & 0o777
    copy = Store(f"sqlite:///{target}", inline=True)
    migrate(copy)
    stands = copy.read_now(lambda db: list(standing.read_all(db, CHANNEL)))
    kept = copy.read_now(lambda db: token.load(db, "acme", "base"))
    number = copy.read_now(lambda db: standing.revision(db, CHANNEL))
    whole = copy.read_now(lambda db: db.exec_driver_sql("PRAGMA integrity_check").scalar())
    copy.close()

    assert (["backup.db"], 0o600) == (files, mode)
    assert ["SBG-001", "SBG-002"] == [stand.key for stand in stands]
    assert kept is not None
    assert (0, "ok") == (number, whole)


async def test_a_backup_is_made_while_others_write(tmp_path: Path) -> None:
    """Nobody waits for it, and it holds whole transactions only."""
    store = Store(f"sqlite:///{tmp_path}/storesync.db")
    migrate(store)
    other = Store(f"sqlite:///{tmp_path}/storesync.db", inline=True)
    going = True

    def pair(db: Connection, number: int) -> None:
        standing.want(db, CHANNEL, wanted(f"A{number}"))
        standing.want(db, CHANNEL, wanted(f"B{number}"))

    async def write() -> int:
        number = 0
        while going:
            await store.write(lambda db, number=number: pair(db, number))
            number += 1
        return number

    writer = asyncio.create_task(write())
    await asyncio.sleep(0.2)
    await asyncio.to_thread(backup, other, tmp_path / "backup.db")
    await asyncio.sleep(0.1)
    going = False
    written = await writer
    store.close()
    other.close()
    copy = Store(f"sqlite:///{tmp_path}/backup.db", inline=True)
    keys = copy.read_now(lambda db: list(standing.keys(db, CHANNEL)))
    copy.close()
    numbers = Counter(key[1:] for key in keys)

    assert 0 < len(numbers) < written
    assert {2} == set(numbers.values())


def test_a_backup_never_writes_over_a_file(tmp_path: Path) -> None:
    """Yesterday's backup is safe from a mistyped name."""
    store = Store("sqlite://", inline=True)
    target = tmp_path / "backup.db"
    target.write_text("yesterday's", encoding="utf-8")

    with pytest.raises(StateError, match=r"backup\.db: is there already"):
        backup(store, target)
    store.close()

    assert "yesterday's" == target.read_text(encoding="utf-8")


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there under the name is whole."""
    store = Store("sqlite://", inline=True)
    store.create_tables()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("the disk is full")))

    with pytest.raises(OSError, match="the disk is full"):
        backup(store, tmp_path / "backup.db")
    store.close()

    assert [] == list(tmp_path.iterdir())


def program(name: str) -> str:
    """A program of PostgreSQL: on the path, or where Debian keeps it."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), ""
    )
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.postgres
@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_dump_of_postgresql_is_a_store_with_all_that_was_there(place: Place, tmp_path: Path) -> None:
    """The way out that the refusal and the docs name brings back every row, the tokens among them."""
    store = place.open()
    migrate(store)
    store.write_now(fill)
    before = list(export(store))
    schema = str(store.url.query["options"]).removeprefix("-csearch_path=")
    plain = store.url.set(drivername="postgresql", query={}).render_as_string(hide_password=False)
    target = tmp_path / "backup.dump"
    words = ["--format=custom", f"--file={target}", f"--schema={schema}", plain]
    subprocess.run([program("pg_dump"), *words], check=True)
    for key in ("SBG-001", "SBG-002", "SBG-003"):
        store.write_now(lambda db, key=key: standing.want(db, CHANNEL, wanted(key, content={"other": 1})))
    changed = list(export(store))
    store.close()
    words = ["--clean", "--if-exists", "--single-transaction", f"--dbname={plain}", str(target)]
    subprocess.run([program("pg_restore"), *words], check=True)
    copy = place.open()
    migrate(copy)
    after, kept = list(export(copy)), copy.read_now(lambda db: token.load(db, "acme", "base"))
    copy.close()

    assert before != changed
    assert before == after
    assert kept is not None
    assert {"access": "very secret"} == kept.fields


@pytest.mark.postgres
@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_backup_of_postgresql_is_its_own_business(place: Place, tmp_path: Path) -> None:
    """The way out is named, the password is not."""
    store = place.open()
    with pytest.raises(
        StateError, match=r"^postgresql\+psycopg://.*\*\*\*.*`pg_dump --format=custom .*backup\.dump`"
    ):
        backup(store, tmp_path / "backup.db")
    store.close()


def test_an_export_has_every_row_but_tokens(store: Store) -> None:
    """One JSON line each, readable without knowing the columns, exact to the digit."""
    store.write_now(fill)
    head, *lines = (loads(line) for line in export(store))
    rows = {name: [line for line in lines if line["table"] == name] for name in METADATA.tables}
    (live, wish) = rows["listings"]
    offers = {row["sku"]: row for row in rows["offers"]}

    assert {"storesync": "state", "schema": revision.HEAD} == head
    assert {"listings": 2, "offers": 3, "documents": 2, "leases": 1, "operations": 1} == {
        name: len(some) for name, some in rows.items() if some
    }
    assert ("SBG-001", True, None) == (live["key"], live["want_shown"], live["doubt"])
    assert {"listing": "id-SBG-001", "skus": {sku: f"id-{sku}" for sku in SKUS}} == live["ref"]
    assert [issue.code for issue in ISSUES] == [row["code"] for row in wish["issues"]]
    assert "219.00" == offers[SKUS[0]]["have_prices"]["CN"]["sale"]["amount"]
    assert Decimal("219.00") == rows["operations"][0]["input"]["price"]
    assert str(CONTENT["weight"]) == str(rows["documents"][0]["body"]["weight"])


def test_an_export_tells_what_is_in_doubt(store: Store) -> None:
    """A price that nobody knows stays behind its mark, readable all the same."""
    store.write_now(fill)
    store.write_now(lambda db: standing.doubt_offers(db, CHANNEL, SKUS, prices=True, stock=True))
    offers = {row["sku"]: row for line in export(store) if (row := loads(line)).get("table") == "offers"}

    assert offers[SKUS[0]]["have_prices"].startswith('?{"CN":{"sale":{"amount":"219.00"')
    assert offers[SKUS[0]]["have_stock"].startswith("?")


def test_an_export_holds_no_secret(store: Store) -> None:
    """It may be sent to somebody who is asked for help."""
    store.write_now(fill)

    assert "very secret" not in "".join(export(store))


def test_an_export_is_of_one_moment(shared: Place) -> None:
    """Rows that are written while it is read are not in it."""
    store, writer = shared.open(), shared.open()
    lines = export(store)
    next(lines)
    first = next(lines, None)
    writer.write_now(fill)
    rest = list(lines)
    store.close()
    writer.close()

    assert (None, []) == (first, rest)
