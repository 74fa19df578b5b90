"""A renewed token is saved once for each version, and never lost to a slower process."""

import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection
from tests.state.conftest import Place
from tests.state.racers import race
from tests.state.samples import NOW

from storesync.state import Store, token


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
