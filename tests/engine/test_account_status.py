"""Status says until when credentials are good, and what to do before; tokens do not lie open."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from cryptography.fernet import Fernet
from tests.state.conftest import schema_of_its_own

import storesync.driver as sd
from storesync.engine.accountstatus import Credentials, account_parts, account_status, exposed
from storesync.model import digest
from storesync.state import CONVERTER, Cipher, Store, migrate, token, usage
from storesync.state.backup import backup
from storesync.state.exposure import seal
from storesync.testing.plain import Account, plain_driver

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@frozen(kw_only=True)
class Fixed:
    """An account whose token a person renews."""

    app: str = field(metadata=sd.APP)
    session: str = field(repr=False)
    expires: datetime | None = field(default=None, metadata=sd.EXPIRES)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty state."""
    made = Store("sqlite://", inline=True)
    made.create_tables()
    yield made
    made.close()


def fixed(days: float) -> Credentials:
    """Such an account, so many days before its end."""
    from attrs import evolve

    driver: Any = evolve(plain_driver(), account=Fixed, refresh=None)
    account = Fixed(app="1", session="very secret", expires=NOW + timedelta(days=days))
    references = {"app": "1", "session": "file:secrets/tmall", "expires": "2026-12-01T00:00:00+08:00"}
    return Credentials(name="tmall", driver=driver, account=account, references=references)


@pytest.mark.parametrize(
    ("days", "said"), [(15, ""), (14, "ends on 2026-12-07"), (0.5, "ends on"), (-1, "ended on 2026-11-22")]
)
def test_a_fixed_token_is_announced_fourteen_days_before_its_end(
    store: Store, days: float, said: str
) -> None:
    """With what to change, by reference and never by value."""
    found = store.read_now(lambda db: account_status(db, "one", fixed(days), NOW, store.cipher))

    assert (said in found.trouble) if said else found.trouble == ""
    assert (found.hint == "log in at the market, then change session (file:secrets/tmall), expires") == bool(
        said
    )
    assert (found.issue is not None) == bool(said)
    assert "very secret" not in repr(fixed(days)) + str(found)


def test_a_token_that_the_market_renews_no_more_is_told_until_there_is_a_new_one(store: Store) -> None:
    """The reason is kept in the state; newly configured credentials end it."""

    def given(access: str) -> Credentials:
        account = Account(app="1", access=access, refresh="r")
        return Credentials(
            name="plain",
            driver=plain_driver(),
            account=account,
            references={"access": "env:ACCESS", "refresh": "env:REFRESH"},
        )

    old = given("a")
    base = digest(CONVERTER.unstructure(old.account))
    store.write_now(lambda db: token.begin(db, "plain", base, at=NOW))
    store.write_now(
        lambda db: token.refuse(db, "plain", base, "spent: authorize it again", cut=None, version=0, at=NOW)
    )
    told = store.read_now(lambda db: account_status(db, "one", old, NOW, store.cipher))
    after = store.read_now(lambda db: account_status(db, "one", given("b"), NOW, store.cipher))

    assert "spent: authorize it again" == told.trouble
    assert "log in at the market, then change access (env:ACCESS), refresh (env:REFRESH)" == told.hint
    assert "" == after.trouble


def test_the_days_quotas_of_a_channel_are_told_and_not_anothers(store: Store) -> None:
    """Those of its app, its account and itself."""

    def draw(name: str) -> None:
        renews = NOW + timedelta(hours=7)
        store.write_now(lambda db: usage.draw(db, name, least=1, much=7, limit=100, renews=renews, now=NOW))

    for name in (
        "app:plain/1/default#0",
        "channel:one/default#0",
        "channel:other/default#0",
        "app:plain/12/x#0",
    ):
        draw(name)
    given = fixed(100)
    parts = store.read_now(lambda db: account_parts(db, "one", given, NOW, store.cipher))

    assert ["app:plain/1/default#0", "channel:one/default#0"] == [one.name for one in parts["quotas"]]


def told(store: Store) -> str:
    """What is said of a state that lies in the open; empty when nothing is."""
    found = store.read_now(lambda db: exposed(db, store))
    return "; ".join(f"{one.message} -> {one.hint}" for one in found)


def saved(store: Store) -> None:
    """A renewed token, kept as the store's own keys say."""
    fields = {"access": "very secret"}
    store.write_now(
        lambda db: token.save(db, "plain", "base", fields, expires=None, after=0, at=NOW, cipher=store.cipher)
    )


def on_disk(path: Path) -> Store:
    """A state in a file."""
    store = Store(f"sqlite:///{path}", inline=True)
    store.create_tables()
    return store


def test_a_state_that_others_can_read_is_told(tmp_path: Path) -> None:
    """Not when it is for its owner alone, as it is made, and not when what is in it is encrypted."""
    path = tmp_path / "storesync.db"
    store = on_disk(path)
    made = told(store)
    os.chmod(path, 0o644)
    found = told(store)
    store.cipher = Cipher(Fernet.generate_key().decode())
    encrypted = told(store)
    store.close()

    assert "" == made == encrypted
    assert (
        "others on this machine can read storesync.db (mode 0644): tokens are kept there in the open -> "
        "chmod 600 storesync.db, or set STORESYNC_KEY"
    ) == found


def test_what_sqlite_and_a_backup_put_beside_it_is_told_too(tmp_path: Path) -> None:
    """The log of the last writes holds tokens like the file itself; files of others are none of ours."""
    store = on_disk(tmp_path / "storesync.db")
    saved(store)
    backup(store, tmp_path / "storesync-2026-11-23.db")
    (tmp_path / "storesync.log").write_text("{}")
    for name in ("storesync.db-wal", "storesync.db-shm", "storesync-2026-11-23.db", "storesync.log"):
        (tmp_path / name).chmod(0o640)
    found = told(store)
    store.cipher = Cipher(Fernet.generate_key().decode())
    seal(store)
    after = told(store)
    store.close()

    assert "storesync.db-wal (mode 0640), storesync.db-shm (mode 0640), storesync-2026-11-23.db" in found
    assert "storesync.log" not in found
    assert (
        "others on this machine can read storesync-2026-11-23.db (mode 0640): tokens are kept there in the open "
        "-> chmod 600 storesync-2026-11-23.db"
    ) == after


def test_a_key_that_cannot_open_the_token_is_told(store: Store) -> None:
    """Status says it before a run is stopped by it; neither key nor token is shown."""
    one, other = (Fernet.generate_key().decode() for _ in range(2))
    store.cipher = Cipher(one)
    account = Account(app="1", access="a", refresh="r")
    given = Credentials(name="plain", driver=plain_driver(), account=account, references={})
    base = digest(CONVERTER.unstructure(account))
    fields = {"access": "very secret"}
    store.write_now(
        lambda db: token.save(db, "plain", base, fields, expires=None, after=0, at=NOW, cipher=store.cipher)
    )

    def trouble(cipher: Cipher) -> str:
        return store.read_now(lambda db: account_status(db, "one", given, NOW, cipher)).trouble

    assert "" == trouble(Cipher(one))
    assert "set STORESYNC_KEY to the key that it was kept with" in trouble(Cipher())
    assert "kept with another key than those in STORESYNC_KEY" in trouble(Cipher(other))
    assert not {one, other, "very secret"} & set(trouble(Cipher(other)).split())


@pytest.mark.postgres
@pytest.mark.skipif("STORESYNC_TEST_POSTGRES" not in os.environ, reason="no PostgreSQL")
def test_a_plain_token_on_postgresql_is_told_until_there_is_a_key() -> None:
    """Where nothing is to be protected nothing is said, and the password of the database never."""
    with schema_of_its_own() as place:
        migrate(place.url)
        store = Store(place.url, inline=True)
        nothing = told(store)
        saved(store)
        found = told(store)
        store.cipher = Cipher(Fernet.generate_key().decode())
        sealed, after = seal(store), told(store)
        opened = store.read_now(lambda db: token.load(db, "plain", "base", cipher=store.cipher))
        store.close()

    assert ("", 1, "") == (nothing, sealed, after)
    assert found.startswith("tokens are kept in the open in postgresql+psycopg://storesync:***@")
    assert "set STORESYNC_KEY" in found
    assert opened is not None
    assert {"access": "very secret"} == opened.fields
