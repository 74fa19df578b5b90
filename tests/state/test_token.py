"""A renewed token is saved once for each version, and never lost to a slower process."""

import time
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, select
from tests.state.conftest import Place
from tests.state.racers import race
from tests.state.samples import NOW

from storesync.errors import ConfigError, StateError
from storesync.state import Cipher, Store, token
from storesync.state.schema import tokens


def save(store: Store, after: int, *, base: str = "base", access: str = "a") -> bool:
    """Keep a token that was renewed from version `after`."""
    return store.write_now(
        lambda db: token.save(
            db, "acme", base, {"access": access}, expires=NOW + timedelta(hours=4), after=after, at=NOW
        )
    )


def load(store: Store, base: str = "base") -> token.Token | None:
    """The newest token."""
    return store.read_now(lambda db: token.load(db, "acme", base))


def test_a_saved_token_comes_back_with_its_version_and_its_end(store: Store) -> None:
    """Fields of any script, exact times."""
    assert save(store, 0, access="토큰")
    kept = load(store)

    assert kept is not None
    assert (1, "base", {"access": "토큰"}, NOW + timedelta(hours=4)) == (
        kept.version,
        kept.base,
        kept.fields,
        kept.expires,
    )


def test_a_token_is_saved_once_for_each_version(store: Store) -> None:
    """Who renewed from an old version is told that somebody was first, and changes nothing."""
    assert [True, False, True, False] == [
        save(store, 0, access="first"),
        save(store, 0, access="late"),
        save(store, 1, access="second"),
        save(store, 0, access="later"),
    ]
    kept = load(store)

    assert kept is not None
    assert (2, {"access": "second"}) == (kept.version, kept.fields)


def test_newly_configured_credentials_replace_the_tokens_of_the_old(store: Store) -> None:
    """A person who authorizes again is not held up by what was renewed before."""
    save(store, 0)
    save(store, 1)

    assert load(store, "new") is None
    assert save(store, 0, base="new", access="n")
    assert load(store) is None
    assert load(store, "new") is not None


def test_a_token_does_not_show_itself(store: Store) -> None:
    """Its secret is in no log that prints it."""
    save(store, 0, access="very secret")

    assert "very secret" not in repr(load(store))


@pytest.mark.parametrize("there", [False, True])
def test_who_saves_while_another_is_saving_waits_and_is_late(shared: Place, there: bool) -> None:
    """Between looking at the version and writing the next one nobody comes in, the first time too."""
    first, second = shared.open(), shared.open()
    if there:
        save(first, 0, base="old")
    inside, outcomes = Barrier(2), {}

    def keep(db: Connection, owner: str) -> bool:
        return token.save(db, "acme", "base", {"access": owner}, expires=None, after=0, at=NOW)

    def slowly(db: Connection) -> bool:
        done = keep(db, "first")
        inside.wait()
        time.sleep(0.3)
        return done

    def late() -> None:
        inside.wait()
        outcomes["second"] = second.write_now(lambda db: keep(db, "second"))

    thread = Thread(target=late)
    thread.start()
    outcomes["first"] = first.write_now(slowly)
    thread.join()
    kept = load(first)
    first.close()
    second.close()

    assert {"first": True, "second": False} == outcomes
    assert kept is not None
    assert {"access": "first"} == kept.fields


@pytest.mark.parametrize("what", ["renew", "exchange"])
def test_of_sixteen_racing_processes_one_saves_each_version(shared: Place, what: str) -> None:
    """A refresh token that may be used once is followed by one successor, not by two."""
    store = shared.open()
    if what == "exchange":
        save(store, 0)
    told = race(shared.url, what, 16)
    kept = load(store, "new" if what == "exchange" else "base")
    store.close()

    assert kept is not None
    if what == "exchange":
        assert 1 == told.count("saved")
        assert 1 == kept.version
    else:
        assert ["1", "2", "3", "4", "5"] == sorted(version for line in told for version in line.split()[1:])
        assert 5 == kept.version


def keyed(store: Store, *keys: str) -> Store:
    """The same state, read and written by a process with these keys."""
    store.cipher = Cipher(", ".join(keys))
    return store


def kept(store: Store) -> str:
    """What the database holds."""
    return store.read_now(lambda db: db.execute(select(tokens.c.body)).scalar_one())


def renewed(store: Store, after: int, access: str) -> bool:
    """Save with the store's own keys."""
    return store.write_now(
        lambda db: token.save(
            db, "acme", "base", {"access": access}, expires=None, after=after, at=NOW, cipher=store.cipher
        )
    )


def opened(store: Store) -> object:
    """The token's fields, opened with the store's own keys."""
    found = store.read_now(lambda db: token.load(db, "acme", "base", cipher=store.cipher))
    assert found is not None
    return found.fields


def test_a_plain_token_is_encrypted_when_it_is_saved_next(store: Store) -> None:
    """It can be read before; afterwards the database does not hold it in the open."""
    key = Fernet.generate_key().decode()
    renewed(store, 0, "very secret")
    before = kept(store)
    keyed(store, key)
    seen = opened(store)
    renewed(store, 1, "very secret too")

    assert "very secret" in before
    assert {"access": "very secret"} == seen
    assert {"access": "very secret too"} == opened(store)
    assert "secret" not in kept(store)


def test_keys_are_changed_by_naming_the_old_one_behind_the_new(store: Store) -> None:
    """What is saved next needs the new one alone."""
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    renewed(keyed(store, old), 0, "first")
    seen = opened(keyed(store, new, old))
    renewed(store, 1, "second")

    assert {"access": "first"} == seen
    assert {"access": "second"} == opened(keyed(store, new))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([], "is encrypted: set STORESYNC_KEY"),
        (["other"], "kept with another key than those in STORESYNC_KEY"),
    ],
)
def test_a_missing_or_wrong_key_is_told_in_words(store: Store, keys: list[str], said: str) -> None:
    """Nothing is guessed, nothing is overwritten, and no message shows a key or a token."""
    key, other = (Fernet.generate_key().decode() for _ in range(2))
    renewed(keyed(store, key), 0, "very secret")
    before = kept(store)
    with pytest.raises(StateError, match=said) as caught:
        opened(keyed(store, *(other for _ in keys)))

    assert key not in str(caught.value) + repr(store.cipher)
    assert other not in str(caught.value) + repr(store.cipher)
    assert before == kept(store)


def test_what_is_no_key_is_told_with_the_way_to_make_one() -> None:
    """By its number, never by its value."""
    with pytest.raises(ConfigError, match="STORESYNC_KEY: key 2 is no Fernet key; make one with") as caught:
        Cipher(f"{Fernet.generate_key().decode()} hunter2")

    assert "hunter2" not in str(caught.value)


def test_a_renewal_that_was_cut_off_is_known_until_it_succeeds(store: Store) -> None:
    """Since when, though others tried again; a new token ends it."""

    def begin(hours: int) -> datetime | None:
        at = NOW + timedelta(hours=hours)
        return store.write_now(lambda db: token.begin(db, "acme", "base", at=at))

    assert [None, NOW, NOW] == [begin(0), begin(1), begin(2)]
    store.write_now(lambda db: token.refuse(db, "acme", "base", "spent", cut=NOW, version=0, at=NOW))
    told = store.read_now(lambda db: token.trouble(db, "acme", "base"))
    assert told is not None
    assert "spent" == told.refused
    assert NOW == begin(3)
    assert save(store, 0)
    assert begin(4) is None
