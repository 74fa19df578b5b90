"""The runner: batches, marks, words, repeats, budgets, bad answers, and an engine that is down."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define, field
from tests.localization import corpus

from storesync.driver import Request, Response
from storesync.errors import Denied, Fault, Malformed, Rejected, Throttled, Transient
from storesync.localization import Protection
from storesync.localization.engines import (
    Batch,
    Budget,
    Capabilities,
    Chat,
    LibreTranslate,
    Runner,
)
from storesync.transport import Transport


async def nowhere(request: Request, sign: object = None) -> Response:
    """A transport that must not be used."""
    raise AssertionError(request.path)


@define
class Fake:
    """An engine that answers by a function and remembers what it was asked."""

    answer: Callable[[Batch], Mapping[str, str]]
    capabilities: Capabilities = field(factory=lambda: Capabilities(texts=3, concurrency=1))
    asked: list[Batch] = field(factory=list)
    name: str = "fake"
    hosts: Mapping[str, str] = field(factory=dict)

    async def translate(self, send: object, batch: Batch) -> Mapping[str, str]:
        """What the function says."""
        self.asked.append(batch)
        return self.answer(batch)


def upper(batch: Batch) -> Mapping[str, str]:
    """Every text in capital letters."""
    return {piece.id: piece.text.upper() for piece in batch.pieces}


@define
class Waits:
    """A clock that stands still and remembers."""

    seen: list[float] = field(factory=list)

    async def sleep(self, seconds: float) -> None:
        """Remember, and go on."""
        self.seen.append(seconds)


def runner(fake: Any, **changes: Any) -> Runner:
    """A runner to Vietnamese."""
    given = {"engine": fake, "send": nowhere, "source": "ko", "target": "vi", "sleep": Waits().sleep}
    return Runner(**{**given, **changes})


async def test_texts_travel_together_as_far_as_the_engine_allows() -> None:
    """By count, by characters and by bytes."""
    texts = {str(number): "abcd" for number in range(7)}
    by_count = Fake(upper)
    by_characters = Fake(upper, Capabilities(texts=50, characters=10))
    by_bytes = Fake(upper, Capabilities(texts=50, bytes=30))

    outcome = await runner(by_count).translate(texts)
    await runner(by_characters).translate(texts)
    await runner(by_bytes).translate(texts)

    assert dict.fromkeys(texts, "ABCD") == outcome.texts
    assert (28, 3) == (outcome.characters, outcome.calls)
    assert [3, 3, 1] == [len(batch.pieces) for batch in by_count.asked]
    assert [2, 2, 2, 1] == [len(batch.pieces) for batch in by_characters.asked]
    assert all(len(batch.pieces) == 2 for batch in by_bytes.asked[:-1])


async def test_a_text_too_long_is_refused_and_the_others_go_on() -> None:
    """Nothing is cut."""
    fake = Fake(upper, Capabilities(texts=5, characters=10))

    outcome = await runner(fake).translate({"long": "x" * 11, "short": "x"})

    assert {"short": "X"} == outcome.texts
    assert isinstance(outcome.failed["long"], Rejected)


async def test_what_must_not_change_does_not_travel() -> None:
    """Brand, words of the house, amounts, placeholders and protection factors come back as they should."""
    fake = Fake(lambda batch: {piece.id: piece.text for piece in batch.pieces})
    protection = Protection(
        brands=corpus.brands(), names=frozenset({"1,2-Hexanediol"}), glossary=corpus.glossary()
    )

    outcome = await runner(fake, protection=protection).translate(
        {"a": "설빛가온 동해 진정 토너 1.5ml {fee} SPF50+ PA++++ 1,2-Hexanediol", "b": "27,000원"}
    )

    (batch,) = fake.asked
    sent = batch.pieces[0].text
    assert not any(
        kept in sent for kept in ("설빛가온", "진정", "토너", "1.5", "fee", "SPF", "PA+", "Hexanediol")
    )
    assert "동해" in sent
    restored = "SEOLBITGAON 동해 làm dịu da toner 1,5ml {fee} SPF50+ PA++++ 1,2-Hexanediol"
    assert restored == outcome.texts["a"]
    assert "27,000원" == batch.pieces[1].text


async def test_an_engine_with_its_own_glossary_gets_the_words_unmarked() -> None:
    """Only what it cannot do is done for it."""
    own = Capabilities(texts=3, glossaries=frozenset({("ko", "vi")}))
    fake = Fake(lambda batch: {piece.id: piece.text for piece in batch.pieces}, own)

    await runner(fake, protection=Protection(glossary=corpus.glossary())).translate({"a": "진정 토너"})

    assert "진정 토너" == fake.asked[0].pieces[0].text


@pytest.mark.parametrize("spoil", ["", "{0} {0}", "{1}", "{0} {7}"])
async def test_a_lost_or_doubled_mark_is_no_translation(spoil: str) -> None:
    """Half a brand must not reach a gate that might miss it."""
    fake = Fake(lambda batch: {piece.id: f"Kem {spoil}" for piece in batch.pieces})

    outcome = await runner(fake, protection=Protection(brands=corpus.brands())).translate(
        {"a": "함솔담 크림"}
    )

    assert isinstance(outcome.failed["a"], Malformed)


@pytest.mark.parametrize("marks", ["xml", "html", "plain"])
async def test_marks_and_markup_come_through_in_every_form(marks: Any) -> None:
    """Signs that mean something in markup travel escaped and come back as they were."""
    fake = Fake(
        lambda batch: {piece.id: piece.text for piece in batch.pieces}, Capabilities(texts=3, marks=marks)
    )

    outcome = await runner(fake, protection=Protection(brands=corpus.brands())).translate(
        {"a": "함솔담 A & B < 3 <b>30ml</b>"}
    )

    assert "HAMSOLDAM A & B < 3 <b>30ml</b>" == outcome.texts["a"]


async def test_a_service_that_names_its_waiting_time_is_obeyed() -> None:
    """Else the waits grow."""
    faults: list[Fault] = [Throttled("429", retry_after=7.0), Transient("500"), Transient("500")]

    def answer(batch: Batch) -> Mapping[str, str]:
        if faults:
            raise faults.pop(0)
        return upper(batch)

    waits = Waits()
    outcome = await runner(Fake(answer), sleep=waits.sleep).translate({"a": "x"})

    assert {"a": "X"} == outcome.texts
    assert [7.0, 4.0, 15.0] == waits.seen


async def test_an_engine_that_is_down_is_asked_no_more() -> None:
    """One request with its tries, then every text has the reason."""

    def down(batch: Batch) -> Mapping[str, str]:
        raise Transient("unreachable", "ConnectError")

    fake = Fake(down)
    outcome = await runner(fake).translate({str(number): "x" for number in range(30)})

    assert 4 == len(fake.asked)
    assert 30 == len(outcome.failed)
    assert {} == outcome.texts


async def test_an_engine_whose_own_package_cannot_reach_the_service_is_one_that_is_down() -> None:
    """What a stranger's package raises is not storesync's; what it says might hold a key."""

    def down(batch: Batch) -> Mapping[str, str]:
        raise ConnectionError("https://api.example/v1?key=hidden0key0")

    fake = Fake(down)
    outcome = await runner(fake).translate({str(number): "x" for number in range(30)})

    assert 4 == len(fake.asked)
    assert 30 == len(outcome.failed)
    assert isinstance(outcome.stopped, Transient)
    assert "fake: it broke with ConnectionError at test_runner.py:" in str(outcome.stopped)
    assert "hidden0key0" not in str(outcome.stopped)


@pytest.mark.parametrize(
    "broken", [lambda: _raise(KeyError("translations")), lambda: None, lambda: ["x"], lambda: {"1": 5}]
)
async def test_an_engine_that_breaks_over_one_text_serves_the_others(broken: Callable[[], Any]) -> None:
    """By a mistake of its own, or by an answer that is no text."""
    fake = Fake(lambda batch: broken() if any(one.id == "1" for one in batch.pieces) else upper(batch))
    outcome = await runner(fake).translate({str(number): "xyz" for number in range(6)})

    assert {"0", "2", "3", "4", "5"} == outcome.texts.keys()
    assert ["1"] == list(outcome.failed)
    assert isinstance(outcome.failed["1"], Malformed)
    assert outcome.stopped is None


@pytest.mark.parametrize("broken", [lambda: _raise(KeyError("translations")), lambda: None])
async def test_an_engine_that_breaks_always_is_asked_no_more(broken: Callable[[], Any]) -> None:
    """After so many requests in a row without one text it is not this text or that."""
    fake = Fake(lambda batch: broken())
    outcome = await runner(fake).translate({str(number): "x" for number in range(90)})

    assert 20 == len(fake.asked)
    assert 90 == len(outcome.failed)
    assert isinstance(outcome.stopped, Malformed)


async def test_a_spent_account_stops_the_run_and_keeps_what_was_done() -> None:
    """The texts of the first batch are paid for."""
    fake = Fake(upper)
    fake.answer = lambda batch: upper(batch) if len(fake.asked) == 1 else _raise(Denied("456", "quota"))

    outcome = await runner(fake).translate({str(number): "x" for number in range(9)})

    assert ["0", "1", "2"] == list(outcome.texts)
    assert 2 == len(fake.asked)
    assert all(isinstance(fault, Denied) for fault in outcome.failed.values())


def _raise(fault: Exception) -> Mapping[str, str]:
    raise fault


async def test_an_engine_sees_no_more_requests_at_a_time_than_it_takes() -> None:
    """Others wait; all come through."""
    open_ = most = 0

    @define
    class Slow(Fake):
        async def translate(self, send: object, batch: Batch) -> Mapping[str, str]:
            nonlocal open_, most
            open_ += 1
            most = max(most, open_)
            await asyncio.sleep(0.001)
            open_ -= 1
            return self.answer(batch)

    slow = Slow(upper, Capabilities(texts=1, concurrency=3))

    outcome = await runner(slow).translate({str(number): "x" for number in range(20)})

    assert (20, 3) == (len(outcome.texts), most)


async def test_a_service_that_gives_a_page_of_an_error_is_not_halved_for_ever() -> None:
    """Twenty fruitless requests in a row are enough, however many texts wait."""
    fake = Fake(lambda batch: _raise(Malformed("shape", "<html>")), Capabilities(texts=4, concurrency=1))

    outcome = await runner(fake).translate({str(number): "x" for number in range(400)})

    assert 20 == len(fake.asked)
    assert 400 == len(outcome.failed)
    assert outcome.stopped is not None


async def test_a_budget_pays_for_the_first_texts_of_a_batch() -> None:
    """What it does not reach waits; nothing is sent for it."""
    fake = Fake(upper, Capabilities(texts=10))

    outcome = await runner(fake, budget=Budget(10)).translate({"a": "x" * 4, "b": "x" * 4, "c": "x" * 4})

    assert ["a", "b"] == list(outcome.texts)
    assert "the budget of 10 characters is spent" in outcome.failed["c"].message
    assert outcome.stopped is outcome.failed["c"]


@pytest.mark.parametrize(("untouched", "characters", "asked"), [(True, 6, 3), (False, 18, 3)])
async def test_what_may_have_been_worked_for_is_paid_for(
    untouched: bool, characters: int, asked: int
) -> None:
    """A refusal costs nothing; an answer that was lost on its way does, each time."""
    faults: list[Fault] = [Transient("lost", "timeout", untouched=untouched) for _ in range(2)]

    def answer(batch: Batch) -> Mapping[str, str]:
        if faults:
            raise faults.pop()
        return upper(batch)

    fake = Fake(answer)
    outcome = await runner(fake, budget=Budget(20)).translate({"a": "x" * 6})

    assert {"a": "X" * 6} == outcome.texts
    assert (characters, asked) == (outcome.characters, len(fake.asked))


async def test_lost_answers_do_not_pass_the_budget() -> None:
    """Once it does not pay for another try, there is none, and the reason is the budget."""
    fake = Fake(lambda batch: _raise(Transient("lost", "timeout")))

    outcome = await runner(fake, budget=Budget(13)).translate({"a": "x" * 6, "b": "x" * 6})

    assert 1 == len(fake.asked)
    assert (12, {"budget"}) == (outcome.characters, {fault.code for fault in outcome.failed.values()})


async def test_a_budget_is_never_passed() -> None:
    """Counted in characters, over several calls."""
    budget = Budget(10)
    fake = Fake(upper, Capabilities(texts=1, concurrency=1))

    first = await runner(fake, budget=budget).translate({"a": "x" * 6, "b": "x" * 6})
    second = await runner(fake, budget=budget).translate({"c": "x" * 4})

    assert ["a"] == list(first.texts)
    assert "budget" == first.failed["b"].code
    assert ["c"] == list(second.texts)
    assert 10 == budget.spent


async def test_a_service_that_is_down_for_a_day_is_not_waited_for() -> None:
    """It says so itself: nothing sleeps, nothing more is asked, and nothing was paid."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    fake = Fake(lambda batch: _raise(Transient("http.503", "down", retry_after=86_400.0, untouched=True)))
    some = Runner(engine=fake, send=nowhere, source="ko", target="vi", sleep=sleep, budget=Budget(40))
    outcome = await some.translate({str(number): "x" for number in range(9)})

    assert ([], 1) == (slept, len(fake.asked))
    assert (9, 0) == (len(outcome.failed), outcome.characters)
    assert outcome.stopped is not None
    assert 86_400.0 == outcome.stopped.retry_after


async def test_a_page_in_place_of_a_title_is_no_translation() -> None:
    """A model that tells a story, or a proxy's page in a field of text: refused before it is kept."""
    fake = Fake(
        lambda batch: {
            piece.id: piece.text * 9 if piece.text == "x" else "<p>" * 9_000 for piece in batch.pieces
        }
    )

    outcome = await runner(fake).translate({"a": "x", "b": "y"})

    assert {"a": "x" * 9} == outcome.texts
    assert "27000 characters came for 1" in outcome.failed["b"].message


@define
class Purse:
    """An allowance that others draw on, too."""

    left: int
    named: str = "40 characters a day"

    async def draw(self, *, least: int, most: int) -> tuple[int, str]:
        """As much as there is."""
        await asyncio.sleep(0)
        granted = min(most, self.left) if self.left >= least else 0
        self.left -= granted
        return granted, "2026-11-23"

    async def give_back(self, characters: int, day: str) -> None:
        """Of that day."""
        await asyncio.sleep(0)
        assert "2026-11-23" == day
        self.left += characters


async def test_an_allowance_is_drawn_before_asking_and_settled_after() -> None:
    """Whole texts only; what a service refused untouched comes back, what it may have worked for does not."""
    purse = Purse(40)
    seen: list[int] = []

    def answer(batch: Batch) -> Mapping[str, str]:
        seen.append(purse.left)
        for piece in batch.pieces:
            if piece.text.startswith("no"):
                raise Rejected("400", "not this one", untouched=True)
            if piece.text.startswith("lost"):
                raise Malformed("shape", "prose")
        return upper(batch)

    fake = Fake(answer, Capabilities(texts=1, concurrency=3))
    texts = {"a": "x" * 9, "b": "no" * 5, "c": "lost" + "x" * 8, "d": "y" * 9, "e": "z" * 11}
    outcome = await runner(fake, budget=Budget(ledger=purse)).translate(texts)

    assert {"a", "d"} == outcome.texts.keys()
    assert "the budget of 40 characters a day is spent" in outcome.failed["e"].message
    assert (40 - 9 - 12 - 9, 30) == (purse.left, outcome.characters)
    assert all(left <= 40 - 9 for left in seen)


async def test_of_two_limits_the_nearer_one_is_named() -> None:
    """The caller's own, or the day's."""
    purse = Purse(40)

    own = await runner(Fake(upper), budget=Budget(5, purse)).translate({"a": "x" * 6})
    day = await runner(Fake(upper), budget=Budget(50, purse)).translate({"a": "x" * 41, "b": "x"})

    assert "the budget of 5 characters is spent" in own.failed["a"].message
    assert "40 characters a day" in day.failed["a"].message
    assert 40 == purse.left


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda batch: {},
        lambda batch: {"other": "X"},
        lambda batch: {**upper(batch), "more": "X"},
        lambda batch: _raise(Malformed("shape", "prose")),
        lambda batch: _raise(Rejected("400", "not this one")),
    ],
)
async def test_one_poisoned_text_does_not_take_the_others_along(
    spoiled: Callable[[Batch], Mapping[str, str]],
) -> None:
    """A bad answer is asked for in halves until the one text stands alone."""

    def answer(batch: Batch) -> Mapping[str, str]:
        return spoiled(batch) if any(piece.text == "bad" for piece in batch.pieces) else upper(batch)

    fake = Fake(answer, Capabilities(texts=8, concurrency=1))
    texts = {str(number): "x" for number in range(7)} | {"poison": "bad"}

    outcome = await runner(fake).translate(texts)

    assert {"poison"} == outcome.failed.keys()
    assert 7 == len(outcome.texts)


async def test_a_pair_that_the_engine_does_not_know_costs_nothing() -> None:
    """No request is made."""
    fake = Fake(upper, Capabilities(pairs=frozenset({("ko", "en")})))

    outcome = await runner(fake).translate({"a": "x"})

    assert "pair" == outcome.failed["a"].code
    assert [] == fake.asked


async def serve(answers: Callable[[bytes], tuple[int, Any]]) -> asyncio.Server:
    """A small HTTP server on this machine that answers every POST."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        status, body = answers(await reader.readexactly(size))
        content = json.dumps(body).encode()
        writer.write(
            b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            % (status, len(content))
        )
        writer.write(content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return await asyncio.start_server(one, "127.0.0.1", 0)


async def test_over_a_real_server_a_bad_moment_passes() -> None:
    """The first answer is 503, the second prose, the third right: LibreTranslate on loopback."""
    count = 0

    def answers(body: bytes) -> tuple[int, Any]:
        nonlocal count
        count += 1
        if count == 1:
            return 503, {"error": "starting"}
        return 200, {"translatedText": [text.replace("크림", "kem") for text in json.loads(body)["q"]]}

    async with await serve(answers) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        libre = LibreTranslate(address)
        transport = Transport(libre.hosts, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
        outcome = await runner(libre, send=transport.send).translate({"a": "크림", "b": "크림 크림"})
        await transport.close()

    assert {"a": "kem", "b": "kem kem"} == outcome.texts
    assert 2 == count


async def test_a_chat_model_that_drifts_is_caught_over_a_real_server() -> None:
    """It makes up an id whenever it sees more than one text; alone each text is translated."""

    def answers(body: bytes) -> tuple[int, Any]:
        asked = json.loads(json.loads(body)["messages"][1]["content"])
        made = {id_: text.upper() for id_, text in asked.items()}
        if len(asked) > 1:
            made["bonus"] = "Buy now!"
        return 200, {"choices": [{"finish_reason": "stop", "message": {"content": json.dumps(made)}}]}

    async with await serve(answers) as server:
        chat = Chat(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "m-1")
        transport = Transport(chat.hosts, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
        outcome = await runner(chat, send=transport.send).translate({"a": "one", "b": "two", "c": "three"})
        await transport.close()

    assert {"a": "ONE", "b": "TWO", "c": "THREE"} == outcome.texts
