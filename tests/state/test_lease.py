"""One owner at a time; whoever lost the lease writes nothing more."""

import asyncio
import time
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, func, select
from tests.state.conftest import Place
from tests.state.racers import race
from tests.state.samples import CHANNEL, NOW, later

from storesync.errors import Locked
from storesync.state import Fence, Store, journal, lease
from storesync.state.schema import runs

NAME = f"channel:{CHANNEL}"


def take(store: Store, owner: str, seconds: float = 0, ttl: float = 60) -> Fence:
    """The lease for an owner, some seconds after NOW."""
    return store.write_now(lambda db: lease.take(db, NAME, owner, later(seconds), ttl))


def note(db: Connection, name: str = "r" * 32) -> None:
    """Something that only the owner may write."""
    journal.begin_run(db, id=name, channel=CHANNEL, at=NOW, reasons={})


def notes(store: Store) -> int:
    """How many of them were written."""
    return store.read_now(lambda db: db.execute(select(func.count()).select_from(runs)).scalar_one())


def test_a_lease_that_is_held_is_refused_with_who_and_since_when(store: Store) -> None:
    """The second process can tell its person whom to ask."""
    take(store, "first@host")

    with pytest.raises(Locked, match=r"channel 'tmall-cn': first@host is at work since 2026-11-23T09:30:00"):
        take(store, "second@host", 59)


def test_a_stale_lease_is_taken_over_under_a_higher_number(store: Store) -> None:
    """A dead process keeps nobody waiting longer than its lease."""
    old = take(store, "first@host")
    new = take(store, "second@host", 60)

    assert ("second@host", old.number + 1) == (new.owner, new.number)


def test_a_lease_of_a_clock_that_was_ahead_keeps_nobody_waiting(store: Store) -> None:
    """A day of waiting for an owner that came tomorrow, by its own clock, is no way out."""
    old = take(store, "first@host", 86_400)
    new = take(store, "second@host")

    assert ("second@host", old.number + 1) == (new.owner, new.number)
    with pytest.raises(Locked):
        store.write_now(note, old)


def test_a_renewed_lease_lasts_from_then_on(store: Store) -> None:
    """Who is at work keeps its lease as long as it says so."""
    fence = take(store, "first@host")
    store.write_now(lambda db: lease.renew(db, fence, later(50), 60))

    with pytest.raises(Locked):
        take(store, "second@host", 109)

    assert "second@host" == take(store, "second@host", 110).owner


def test_a_released_lease_is_free_at_once_and_its_number_never_comes_again(store: Store) -> None:
    """A number names one holder for ever, so an old write can be told from a new one."""
    numbers = []
    for owner in ("first@host", "second@host", "first@host"):
        fence = take(store, owner)
        numbers.append(fence.number)
        store.write_now(lambda db, fence=fence: lease.release(db, fence))

    assert [1, 2, 3] == numbers
    assert store.read_now(lambda db: lease.holder(db, NAME, NOW)) is None


def test_an_old_release_does_not_free_the_new_owners_lease(store: Store) -> None:
    """A process that wakes up late gives back nothing that is not its own."""
    old = take(store, "first@host")
    take(store, "second@host", 61)
    store.write_now(lambda db: lease.release(db, old))

    assert ("second@host", "2026-11-23T09:31:01.000000+00:00") == store.read_now(
        lambda db: lease.holder(db, NAME, later(62))
    )


def test_a_write_under_an_old_fence_is_refused_and_nothing_of_it_is_written(store: Store) -> None:
    """Two runs can never both act, even when the first only slept."""
    old = take(store, "first@host")
    new = take(store, "second@host", 61)

    with pytest.raises(Locked, match="second@host"):
        store.write_now(note, old)
    with pytest.raises(Locked, match="the lease of first@host is over"):
        store.write_now(lambda db: lease.renew(db, old, later(62), 60))

    assert 0 == notes(store)

    store.write_now(note, new)

    assert 1 == notes(store)


def test_a_fence_of_the_same_owner_from_before_is_refused_too(store: Store) -> None:
    """The number counts, not the name: a restarted process may have the same one."""
    old = take(store, "first@host")
    take(store, "first@host", 1)

    with pytest.raises(Locked):
        store.write_now(note, old)


async def test_a_lost_fence_fails_alone_in_a_shared_commit(store: Store) -> None:
    """What others wrote in the same commit is written."""
    old = take(store, "first@host")
    new = take(store, "second@host", 61)
    outcomes = await asyncio.gather(
        store.write(lambda db: note(db, "a" * 32), new),
        store.write(lambda db: note(db, "b" * 32), old),
        store.write(lambda db: note(db, "c" * 32)),
        return_exceptions=True,
    )

    assert [type(None), Locked, type(None)] == [type(one) for one in outcomes]
    assert 2 == notes(store)


def test_of_threads_that_race_for_a_free_lease_exactly_one_wins(shared: Place) -> None:
    """There is no moment at which two of them are at work."""
    start, won = Barrier(4), []

    def run(owner: str) -> None:
        store = shared.open()
        start.wait()
        try:
            won.append(take(store, owner))
        except Locked:
            pass
        finally:
            store.close()

    threads = [Thread(target=run, args=(f"owner-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [1] == [fence.number for fence in won]


def test_of_processes_that_race_for_a_stale_lease_exactly_one_wins(shared: Place) -> None:
    """The first of them to reach the row has it, the others are told who it is."""
    store = shared.open()
    take(store, "dead@host")
    store.close()
    told = race(shared.url, "lease", 8)

    assert 1 == sum(line.startswith("won 2 ") for line in told)
    assert 7 == sum(line.startswith("locked ") for line in told)


def test_fence_numbers_strictly_grow_while_processes_hand_a_lease_on(shared: Place) -> None:
    """No number is given twice, and none is smaller than one given before."""
    told = sorted(int(number) for line in race(shared.url, "relay", 4) for number in line.split())

    assert 4 * 5 == len(told)
    assert all(one < next_one for one, next_one in pairwise(told))


def test_nobody_takes_a_lease_while_a_write_under_it_is_in_its_transaction(shared: Place) -> None:
    """The new owner sees every intent of the old one: none can be committed after it took over."""
    first, second = shared.open(), shared.open()
    old = take(first, "first@host")
    inside, seen = Barrier(2), []

    def work(db: Connection) -> None:
        inside.wait()  # the fence was checked; from here on the other one tries
        time.sleep(0.3)
        note(db)

    def take_over() -> None:
        inside.wait()
        take(second, "second@host", 61)
        seen.append(notes(second))

    thread = Thread(target=take_over)
    thread.start()
    first.write_now(work, old)
    thread.join()
    first.close()
    second.close()

    assert [1] == seen
