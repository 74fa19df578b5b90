"""The memory of translations: what replaces what, and how it is found again."""

from datetime import timedelta

import pytest
from attrs import evolve
from tests.state.samples import NOW

from storesync.localization import MemoryText, TextKey
from storesync.state import Store
from storesync.state.texts import any_in, given_to, keep_texts, lock_texts, remembered, texts_of

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
    store.write_now(lambda db: keep_texts(db, [text()], person=False, at=NOW))
    locked = store.write_now(lambda db: lock_texts(db, "vi", [PLACE, "A-1/title"], locked=True))
    new = text(text="Kem mới", state="final", by="Kim")

    refused = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))
    store.write_now(lambda db: lock_texts(db, "vi", [PLACE], locked=False))
    taken = store.write_now(lambda db: keep_texts(db, [new], person=True, at=NOW))

    assert ((PLACE,), (new,), ()) == (locked, refused, taken)
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
    """By the source texts of what it made since then, failed ones too."""
    old = text(key=evolve(KEY, source="b" * 32), source_text="오래된 크림", at=NOW - timedelta(days=1))
    failed = text(key=evolve(KEY, source="c" * 32), source_text="실패", state="initial", at=NOW)
    other = text(key=evolve(KEY, source="d" * 32), source_text="다른 엔진", by="deepl", at=NOW)
    some = [text(at=NOW), old, failed, other]
    store.write_now(lambda db: keep_texts(db, some, person=False, at=NOW))

    assert len("보습 크림") + len("실패") == store.read_now(lambda db: given_to(db, "papago", since=NOW))
    assert 0 == store.read_now(lambda db: given_to(db, "google", since=NOW - timedelta(days=9)))
