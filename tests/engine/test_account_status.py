"""Status says until when credentials are good, and what to do before; tokens do not lie open."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

import storesync.driver as sd
from storesync.engine.accountstatus import Credentials, account_parts, account_status, exposed
from storesync.model import digest
from storesync.state import CONVERTER, Cipher, Store, token, usage
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
    found = store.read_now(lambda db: account_status(db, fixed(days), NOW))

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
    store.write_now(lambda db: token.refuse(db, "plain", base, "spent: authorize it again", cut=None))
    told = store.read_now(lambda db: account_status(db, old, NOW))
    after = store.read_now(lambda db: account_status(db, given("b"), NOW))

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
    parts = store.read_now(lambda db: account_parts(db, "one", given, NOW))

    assert ["app:plain/1/default#0", "channel:one/default#0"] == [one.name for one in parts["quotas"]]


def test_a_state_that_others_can_read_is_told_once(tmp_path: Path) -> None:
    """Not when it is for its owner alone, as it is made, and not when it is encrypted."""
    from cryptography.fernet import Fernet

    path = tmp_path / "storesync.db"
    store = Store(f"sqlite:///{path}", inline=True)
    store.create_tables()
    made = exposed(store)
    os.chmod(path, 0o644)
    (found,) = exposed(store)
    store.cipher = Cipher(Fernet.generate_key().decode())
    encrypted = exposed(store)
    store.close()

    assert () == made == encrypted
    assert (
        "others on this machine can read storesync.db, which keeps tokens in the open (mode 0644)"
        == found.message
    )
    assert "chmod 600 storesync.db, or set STORESYNC_KEY" == found.hint
