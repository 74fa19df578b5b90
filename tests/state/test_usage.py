"""A day's quota is counted once for all processes, and those that draw on one know of each other."""

from datetime import timedelta

import pytest
from tests.state.conftest import Place
from tests.state.racers import race
from tests.state.samples import NOW, later

from storesync.state import Store, usage

NAME = "app:tmall/1/default"
RENEWS = NOW + timedelta(hours=12)


def draw(store: Store, *, least: int = 1, much: int = 40, hours: float = 0.0) -> usage.Drawn:
    """Set some of a hundred aside."""
    now = NOW + timedelta(hours=hours)
    renews = now + timedelta(hours=12)
    return store.write_now(
        lambda db: usage.draw(db, NAME, least=least, much=much, limit=100, renews=renews, now=now)
    )


def used(store: Store, hours: float = 0.0) -> list[int]:
    """What counts as used."""
    now = NOW + timedelta(hours=hours)
    return [one.used for one in store.read_now(lambda db: usage.used(db, now, [NAME]))]


def test_what_is_left_is_granted_and_not_more(store: Store) -> None:
    """Forty, forty, the last twenty, and then nothing."""
    assert [40, 40, 20, 0] == [draw(store).granted for _ in range(4)]
    assert [100] == used(store)


def test_a_part_that_is_too_small_is_left_to_others(store: Store) -> None:
    """Who needs more than what is left gets nothing, and takes nothing."""
    draw(store, much=95)

    assert 0 == draw(store, least=6).granted
    assert 5 == draw(store, least=5).granted


def test_a_new_day_begins_anew(store: Store) -> None:
    """At the hour that was told when the day began."""
    first = draw(store, much=100)
    again = draw(store, hours=13)

    assert RENEWS == first.until
    assert 40 == again.granted
    assert [40] == used(store, 13)
    assert [] == used(store, 26)


def test_what_was_not_used_comes_back_on_the_same_day_only(store: Store) -> None:
    """Yesterday's leftovers are not today's."""
    first = draw(store)
    store.write_now(lambda db: usage.give_back(db, NAME, 15, until=first.until))
    before = used(store)
    draw(store, hours=13)
    store.write_now(lambda db: usage.give_back(db, NAME, 15, until=first.until))

    assert [25] == before
    assert [40] == used(store, 13)


def test_a_market_that_says_nothing_is_left_is_believed(store: Store) -> None:
    """Until the moment that it names."""
    store.write_now(lambda db: usage.shut(db, NAME, RENEWS))

    assert 0 == draw(store).granted
    assert 40 == draw(store, hours=12.1).granted


def test_sharers_are_counted_while_they_say_so(store: Store) -> None:
    """One that leaves, whose time is over, or that certainly ended is not counted; the others know their rank."""

    def join(owner: str, seconds: float, ended: str = "") -> tuple[int, int]:
        return store.write_now(
            lambda db: usage.join(db, "app:x", owner, later(seconds), 60, ended=lambda one: one == ended)
        )

    assert [(0, 1), (1, 2), (0, 2)] == [join("a", 0), join("b", 30), join("a", 40)]
    assert (2, 3) == join("c", 45)
    assert (0, 2) == join("a", 50, ended="c")
    store.write_now(lambda db: usage.leave(db, "app:x", "b"))
    assert (0, 1) == join("a", 60)
    assert (1, 2) == join("d", 70)
    assert (0, 1) == join("d", 125)
    assert (0, 1) == store.write_now(lambda db: usage.join(db, "app:other", "d", later(125), 60))


@pytest.mark.slow
def test_sixteen_processes_draw_exactly_what_there_is(shared: Place) -> None:
    """Nobody's draw is lost, and no call is granted twice."""
    told = race(shared.url, "draw", 16)
    granted = [int(number) for line in told for number in line.split()]
    store = shared.open()
    left = used(store)
    store.close()

    assert 100 == sum(granted)
    assert [100] == left
