"""The memory of translations: what replaces what, and how it is found again."""

from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import select
from tests.state.conftest import Place
from tests.state.racers import race
from tests.state.samples import NOW

from storesync.localization import MemoryText, TextKey
from storesync.state import Store
from storesync.state.schema import spent
from storesync.state.texts import any_in, free_texts, keep_texts, put_back, remembered, set_aside, texts_of

KEY = TextKey("a" * 32, "ko", "vi", "title", "")
PLACE = "SBG-004/title"


def text(**changes: object) -> MemoryText:
    """A title as an engine made it."""
    one = MemoryText(
        key=KEY, source_text="보습 크림", text="Kem", state="translated", by="papago", place="SBG-004/title"
    )
    return evolve(one, **changes)


def test_a_text_comes_back_as_it_was_kept(store: Store) -> None:
    """With its note, its maker and its time."""
    one = text(note="check the length", at=NOW)

    store.write_now(lambda db: keep_texts(db, [one], person=False, at=NOW))

    assert {KEY: one} == store.read_now(lambda db: remembered(db, [KEY, evolve(KEY, field="points")]))


@pytest.mark.parametrize("state", ["reviewed", "final"])
def test_a_machine_never_replaces_what_a_person_approved(store: Store, state: str) -> None:
    """And says which of its texts were kept out."""
    approved = text(text="Kem dưỡng ẩm", state=state, by="Kim")
    machine = text(text="Cream")
    store.write_now(lambda db: keep_texts(db, [approved], person=True, at=NOW))

    refused = store.write_now(lambda db: keep_texts(db, [machine], person=False, at=NOW))

    kept = store.read_now(lambda db: remembered(db, [KEY]))[KEY]
    assert (machine,) == refused
    assert ("Kem dưỡng ẩm", state) == (kept.text, kept.state)


def test_a_locked_text_survives_everyone(store: Store) -> None:
    """Until somebody frees it."""
    store.write_now(lambda db: keep_texts(db, [text(locked=True)], person=True, at=NOW))
    new = text(text="Kem mới", state="final", by="Kim")

    refused = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))
    freed = store.write_now(lambda db: free_texts(db, "vi", [PLACE, "A-1/title"]))
    taken = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))

    assert ((PLACE,), (new,), ()) == (freed, refused, taken)
    assert "Kem mới" == store.read_now(lambda db: remembered(db, [KEY]))[KEY].text


def test_the_newest_approved_text_of_a_place_is_found_whatever_its_source(store: Store) -> None:
    """So that a changed source makes a person's work visibly stale."""
    old = text(state="reviewed", text="Cũ")
    new = text(key=evolve(KEY, source="b" * 32), state="final", text="Mới")
    machine = text(key=evolve(KEY, source="c" * 32), text="Máy")
    store.write_now(lambda db: keep_texts(db, [old], person=True, at=NOW))
    store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW + timedelta(hours=1)))
    store.write_now(lambda db: keep_texts(db, [machine], person=False, at=NOW + timedelta(hours=2)))

    by_place = store.read_now(lambda db: list(texts_of(db, "vi", [], [PLACE, "SBG-005/title"])))
    by_source = store.read_now(lambda db: list(texts_of(db, "vi", ["c" * 32], [])))

    assert {"Cũ", "Mới"} == {one.text for one in by_place}
    assert ["Máy"] == [one.text for one in by_source]
    assert [] == store.read_now(lambda db: list(texts_of(db, "zh-Hans", ["c" * 32], [PLACE])))
    assert store.read_now(lambda db: any_in(db, ["vi", "zh-Hans"]))
    assert not store.read_now(lambda db: any_in(db, ["zh-Hans"]))


def test_many_texts_are_found_at_once(store: Store) -> None:
    """More than one statement can name."""
    some = [
        text(key=evolve(KEY, source=f"{number:032x}"), place=f"P-{number:04}/title", state="reviewed")
        for number in range(900)
    ]
    store.write_now(lambda db: keep_texts(db, some, person=True, at=NOW))
    sources, places = [one.key.source for one in some], [one.place for one in some]

    assert 900 == len(store.read_now(lambda db: remembered(db, [one.key for one in some])))
    assert 900 == len(store.read_now(lambda db: list(texts_of(db, "vi", sources, []))))
    assert 900 == len(store.read_now(lambda db: list(texts_of(db, "vi", [], places))))


def test_what_an_engine_was_given_in_a_day_is_counted(store: Store) -> None:
    """Up to the limit, never half of the least; each engine and each day for itself; what was not used comes back."""

    def ask(most: int, *, least: int = 1, engine: str = "papago", days: int = 0) -> int:
        day = (NOW + timedelta(days=days)).date()
        return store.write_now(lambda db: set_aside(db, engine, day, least=least, most=most, limit=100))

    granted = [ask(60), ask(60, least=41), ask(60), ask(1), ask(100, engine="deepl"), ask(100, days=1)]
    store.write_now(lambda db: put_back(db, "papago", NOW.date(), 30))

    assert [60, 0, 40, 0, 100, 100] == granted
    assert [30, 0] == [ask(60), ask(60)]


def test_processes_that_pay_at_once_stay_within_the_day(shared: Place) -> None:
    """Eight of them, on either database: together no more than the limit, and what came back is paid out again."""
    store = shared.open()
    store.create_tables()

    paid = sum(map(int, race(shared.url, "pay", 8)))

    day = select(spent.c.characters).where(spent.c.engine == "papago")
    kept = store.read_now(lambda db: db.execute(day).scalar_one())
    store.close()
    assert paid == kept
    assert 70 <= paid <= 98


def test_no_correction_is_lost_to_another_of_the_same_moment(shared: Place) -> None:
    """Four people who import at once: each word is there at the end, since whoever came late was told and came again."""
    store = shared.open()
    store.create_tables()

    race(shared.url, "correct", 4)

    (one,) = store.read_now(lambda db: list(texts_of(db, "vi", [], ["A/title"])))
    store.close()
    assert 40 == len(one.text.split())


def test_texts_of_two_places_with_one_source_stand_side_by_side(store: Store) -> None:
    """And are found by the key without a place, beside what an engine made."""
    here, there = (
        text(key=evolve(KEY, place=place), place=place, state="reviewed", text=place)
        for place in (PLACE, "SBG-005/title")
    )
    store.write_now(lambda db: keep_texts(db, [text(), here, there], person=True, at=NOW))

    found = store.read_now(lambda db: remembered(db, [KEY]))

    assert {KEY: "Kem", here.key: PLACE, there.key: "SBG-005/title"} == {
        key: one.text for key, one in found.items()
    }
