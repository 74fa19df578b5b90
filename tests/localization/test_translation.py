"""A whole pass with the state store: paid once, remembered, and nothing lost when the engine fails."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from tests.localization import corpus
from tests.localization.test_pipeline import VI, translator
from tests.localization.test_runner import Fake, runner
from tests.prepare import example

from storesync.errors import Fault, Malformed, Transient
from storesync.localization import MemoryText, Protection, Segment, TextKey, TextRules, segments
from storesync.localization.engines import Batch, Capabilities, Runner, Translated, translate_texts
from storesync.state import Store, texts

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def opened() -> Store:
    """A store in memory."""
    store = Store("sqlite://", inline=True)
    store.prepare()
    return store


async def run(store: Store, some: list[Segment], engine: Runner | None, rules: TextRules = VI) -> Translated:
    """One pass against a store."""

    async def recall(keys: Sequence[TextKey]) -> Mapping[TextKey, MemoryText]:
        return await store.read(lambda db: texts.remembered(db, keys))

    async def remember(new: Sequence[MemoryText]) -> object:
        return await store.write(lambda db: texts.keep_texts(db, new, person=False, at=NOW))

    return await translate_texts(some, rules, engine, recall=recall, remember=remember, at=NOW)


def at_work(fake: Any) -> Runner:
    """A runner with the example's brands and words."""
    return runner(fake, protection=Protection(brands=corpus.brands(), glossary=corpus.glossary()))


async def test_a_catalog_is_paid_for_once() -> None:
    """The second pass asks nothing; a pass without an engine finds everything."""
    some = [segment for product in example.products().values() for segment in segments(product)]
    store, fake = opened(), translator()

    first = await run(store, some, at_work(fake))
    calls = len(fake.asked)
    second = await run(store, some, at_work(fake))
    offline = await run(store, some, None)

    assert (160, ()) == (len(first.texts), first.issues.errors)
    assert first.texts.keys() == second.texts.keys() == offline.texts.keys()
    assert (0, 0, calls) == (second.asked, second.characters, len(fake.asked))


async def test_an_engine_down_for_a_day_stops_nothing_else() -> None:
    """Every text that waits is told, the remembered ones are there, and it was asked four times in all."""
    store = opened()
    known = [Segment("SBG-001/title", "title", "설빛가온 산양삼 히알루론 보습 세럼")]
    more = [Segment(f"N-{number}/title", "title", f"새 크림 {number}") for number in range(1200)]

    def down(batch: Batch) -> Mapping[str, str]:
        raise Transient("unreachable", "ConnectError")

    await run(store, known, at_work(translator()))
    fake = Fake(down, Capabilities(texts=50, concurrency=2))
    result = await run(store, [*known, *more], at_work(fake))

    assert ["SBG-001/title"] == list(result.texts)
    assert 1200 == len(result.issues.errors)
    assert {"text.engine"} == {issue.code for issue in result.issues}
    assert len(fake.asked) <= 8


async def test_a_failing_text_is_told_and_the_others_are_kept() -> None:
    """By the rule of the gate that it failed."""
    answers = {"보습 크림": "Kem dưỡng ẩm", "진정 토너": "Toner 보습"}
    rules = TextRules(target="vi", gates=corpus.gates())
    fake = Fake(lambda batch: {piece.id: answers.get(piece.text, "Toner 보습") for piece in batch.pieces})
    some = [Segment("A-1/title", "title", "보습 크림"), Segment("A-2/title", "title", "진정 토너")]

    result = await run(opened(), some, runner(fake), rules)

    assert ["A-1/title"] == list(result.texts)
    assert "text.no_hangul" in {issue.code for issue in result.issues.errors}


async def test_without_an_engine_what_is_missing_is_told() -> None:
    """With the way out."""
    result = await run(opened(), [Segment("A-1/title", "title", "보습 크림")], None)

    assert ["text.missing"] == [issue.code for issue in result.issues]
    assert "export" in result.issues[0].hint


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (lambda rules, some: (rules, some), 0),
        (lambda rules, some: (evolve(rules, again=True), some), 1),
        (lambda rules, some: (evolve(rules, engine="another"), some), 1),
        (lambda rules, some: (rules, [evolve(some[0], text="진정 토너 새로")]), 1),
        (lambda rules, some: (evolve(rules, glossary=corpus.glossary()), some), 1),
    ],
)
@pytest.mark.parametrize("spoil", ["Toner 보습", "{0} {0}"])
async def test_a_failed_text_is_paid_for_again_only_when_something_changed(
    spoil: str, change: Callable[[TextRules, list[Segment]], tuple[TextRules, list[Segment]]], asked: int
) -> None:
    """Source, glossary, translator, or a person who asks for it; a lost mark is a failure like one of a gate."""
    rules = TextRules(target="vi", gates=corpus.gates(), engine="fake")
    fake = Fake(lambda batch: {piece.id: spoil for piece in batch.pieces})
    some = [Segment("A-2/title", "title", "진정 토너")]
    store = opened()
    first = await run(store, some, runner(fake), rules)
    calls = len(fake.asked)

    rules, some = change(rules, some)
    again = await run(store, some, runner(fake), rules)

    assert (1, {}) == (calls, first.texts)
    assert first.issues.errors
    assert (asked, asked) == (again.asked, len(fake.asked) - calls)
    if not asked:
        (issue,) = again.issues
        assert "text.refused" == issue.code
        assert "--again" in issue.hint
        assert "fake" in issue.message


async def test_what_the_service_failed_at_is_asked_again() -> None:
    """A page of an error in place of an answer says nothing about the texts."""
    fake = Fake(lambda batch: raised(Malformed("shape", "a proxy's page")), Capabilities(texts=1))
    some = [Segment(f"A-{number}/title", "title", f"크림 {number}") for number in range(100)]
    store = opened()

    first = await run(store, some, runner(fake))
    calls = len(fake.asked)
    again = await run(store, some, runner(fake))

    assert 20 <= calls <= 22
    assert 100 == first.asked == again.asked


async def test_an_unknown_shape_for_one_text_is_that_ones_fault() -> None:
    """While others are answered, it is not paid for again."""

    def answer(batch: Batch) -> Mapping[str, str]:
        if any(piece.text == "나쁜 말" for piece in batch.pieces):
            raise Malformed("shape", "a page")
        return {piece.id: "Kem dưỡng ẩm" for piece in batch.pieces}

    rules = TextRules(target="vi", engine="fake")
    some = [Segment("A-1/title", "title", "보습 크림"), Segment("A-2/title", "title", "나쁜 말")]
    store, fake = opened(), Fake(answer, Capabilities(texts=1))

    first = await run(store, some, runner(fake), rules)
    again = await run(store, some, runner(fake), rules)

    assert (2, 0) == (first.asked, again.asked)
    assert ["text.refused"] == [issue.code for issue in again.issues]


def raised(fault: Fault) -> Mapping[str, str]:
    """For an answer that is none."""
    raise fault
