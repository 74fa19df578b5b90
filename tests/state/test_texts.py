"""The memory of translations: what replaces what, and how it is found again."""

from datetime import timedelta

import pytest
from attrs import evolve
from tests.state.samples import NOW

from storesync.localization import MemoryText, TextKey
from storesync.state import Store
from storesync.state.texts import keep_texts, lock_text, newest_approved, remembered, texts_in

KEY = TextKey("a" * 32, "ko", "vi", "title", "")


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
    store.write_now(lambda db: keep_texts(db, [text()], person=False, at=NOW))
    assert store.write_now(lambda db: lock_text(db, KEY, locked=True))
    new = text(text="Kem mới", state="final", by="Kim")

    refused = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))
    store.write_now(lambda db: lock_text(db, KEY, locked=False))
    taken = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))

    assert ((new,), ()) == (refused, taken)
    assert "Kem mới" == store.read_now(lambda db: remembered(db, [KEY]))[KEY].text


def test_the_newest_approved_text_of_a_place_is_found_whatever_its_source(store: Store) -> None:
    """So that a changed source makes a person's work visibly stale."""
    old = text(state="reviewed", text="Cũ")
    new = text(key=evolve(KEY, source="b" * 32), state="final", text="Mới")
    machine = text(key=evolve(KEY, source="c" * 32), text="Máy")
    store.write_now(lambda db: keep_texts(db, [old], person=True, at=NOW))
    store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW + timedelta(hours=1)))
    store.write_now(lambda db: keep_texts(db, [machine], person=False, at=NOW + timedelta(hours=2)))

    found = store.read_now(lambda db: newest_approved(db, "vi", ["SBG-004/title", "SBG-005/title"]))

    assert {"SBG-004/title": "Mới"} == {place: one.text for place, one in found.items()}
    assert {} == store.read_now(lambda db: newest_approved(db, "zh-Hans", ["SBG-004/title"]))


def test_texts_are_listed_by_place_and_state(store: Store) -> None:
    """For an export: all of one language, or what still waits for a person."""
    some = [
        text(key=evolve(KEY, source=f"{number:032x}"), place=f"P-{number:04}/title") for number in range(900)
    ]
    some[7] = evolve(some[7], state="reviewed")
    store.write_now(lambda db: keep_texts(db, some, person=True, at=NOW))

    waiting = store.read_now(lambda db: list(texts_in(db, "vi", states=("translated",))))
    later = store.read_now(lambda db: list(texts_in(db, "vi", after="P-0897/title")))

    assert 899 == len(waiting)
    assert ["P-0898/title", "P-0899/title"] == [one.place for one in later]
    assert 900 == len(store.read_now(lambda db: remembered(db, [one.key for one in some])))
