"""The way of a text: from the catalog to a reference that prepare uses, asking only for what is new."""

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import pytest
from attrs import evolve
from tests.localization import corpus
from tests.localization.test_runner import Fake, runner
from tests.prepare import example
from tests.prepare.test_example import on_paper

from storesync.compliance import compliance_pack
from storesync.issues import Severity
from storesync.localization import (
    Drawn,
    Glossary,
    MemoryText,
    Protection,
    Reference,
    ReferenceText,
    Segment,
    TextKey,
    TextMemory,
    TextRules,
    completed,
    draw,
    facts_of,
    judge,
    key_of,
    normal,
    segments,
)
from storesync.localization.engines import Batch, Capabilities
from storesync.model import Copy

VI = TextRules(target="vi", glossary=corpus.glossary(), gates=corpus.gates())


def translator() -> Fake:
    """An engine that knows the reference translations of the example by heart, and counts its work."""
    protection = Protection(brands=corpus.brands(), glossary=corpus.glossary())
    known = {}
    for pair in corpus.references():
        if pair.locale == "vi" and pair.field != "option_values":
            sent = protection.protect(normal(pair.source), "vi")
            text = pair.text
            marks = []
            for number, kept in enumerate(sent.kept):
                marks.append(f"{{{number}}}")
                text = text.replace(kept, "", 1) if kept in text else text
            known[sent.text] = " ".join([*marks, text])

    def answer(batch: Batch) -> Mapping[str, str]:
        return {piece.id: known[piece.text] for piece in batch.pieces}

    return Fake(answer, Capabilities(texts=20, concurrency=2))


async def run(
    some: list[Segment], memory: dict[TextKey, MemoryText], fake: Fake
) -> tuple[Drawn, dict[str, MemoryText]]:
    """One pass: draw, ask, judge, remember."""
    drawn = draw(some, VI, memory)
    wanted = {str(number): one for number, one in enumerate(drawn.wanted)}
    protection = Protection(brands=corpus.brands(), glossary=corpus.glossary())
    outcome = await runner(fake, protection=protection).translate(
        {id_: one.segment.text for id_, one in wanted.items()}
    )
    assert {} == outcome.failed
    for id_, text in outcome.texts.items():
        judged = judge(wanted[id_], text, VI, by="fake")
        memory[judged.memory.key] = judged.memory
    return drawn, {**draw(some, VI, memory).found}


def bare(reference: Reference) -> Reference:
    """The example's tables without its translations."""
    return evolve(reference, texts={})


async def test_a_catalog_without_translations_gets_them_and_only_once() -> None:
    """80 products, 160 segments: the second pass asks for nothing, a changed title for one text."""
    products = list(example.products().values())
    some = [segment for product in products for segment in segments(product)]
    memory: dict[TextKey, MemoryText] = {}
    fake = translator()

    first, texts = await run(some, memory, fake)
    asked = sum(len(batch.pieces) for batch in fake.asked)
    again, _ = await run(some, memory, fake)
    changed = [
        evolve(segment, text=f"{segment.text} 리필") if segment.place == "SBG-001/title" else segment
        for segment in some
    ]
    third = draw(changed, VI, memory)

    assert 160 == len(some)
    assert asked == len(first.wanted)
    assert () == again.wanted
    assert asked == sum(len(batch.pieces) for batch in fake.asked)
    assert ["SBG-001/title"] == [one.segment.place for one in third.wanted]
    assert all(one.state == "translated" for one in texts.values())


async def test_a_listing_leaves_whole_or_not_at_all() -> None:
    """While one segment has no text, prepare sees no text of the product at all."""
    product = example.products()["SBG-001"]
    memory: dict[TextKey, MemoryText] = {}
    _, texts = await run(list(segments(product)), memory, translator())
    half = TextMemory.of((one for place, one in texts.items() if place.endswith("title")), corpus.glossary())
    reference = bare(example.reference())

    nothing = completed(reference, product, ["vi"], half)
    whole = completed(reference, product, ["vi"], TextMemory.of(texts.values(), corpus.glossary()))
    given = example.settings("shopee", example.VN)
    held = on_paper("SBG-001", evolve(given, reference=nothing))
    refused = on_paper("SBG-001", evolve(given, reference=whole))
    listed = on_paper("SBG-001", evolve(given, reference=whole, accept=frozenset({"machine"})))

    assert nothing.text("SBG-001", "vi") is None
    assert "text.missing" in {issue.code for issue in held.issues}
    assert "text.not_accepted" in {issue.code for issue in refused.issues}
    assert listed.content is not None
    assert "machine" == listed.provenance["vi"]["title"].state


@pytest.mark.parametrize(
    ("state", "delivered", "title"),
    [
        ("translated", "reference", "delivered"),
        ("reviewed", "reference", "remembered"),
        ("final", "machine", "remembered"),
        ("final", "reviewed", "delivered"),
    ],
)
def test_what_a_person_approved_goes_before_what_nobody_did(state: Any, delivered: str, title: str) -> None:
    """A machine replaces nothing that was delivered; a delivery that is reviewed stays."""
    product = example.products()["SBG-001"]
    own = ReferenceText(title="delivered", short_description="delivered", state=delivered)
    reference = evolve(example.reference(), texts={"SBG-001": {"vi": own}})
    memory = TextMemory.of(
        MemoryText(
            key=TextKey(segment.hash, "ko", "vi", segment.field),
            source_text=segment.text,
            text="remembered",
            state=state,
            place=segment.place,
        )
        for segment in segments(product)
    )

    text = completed(reference, product, ["vi"], memory).text("SBG-001", "vi")

    assert text is not None
    assert (title, title) == (text.title, text.short_description)
    assert (state if title == "remembered" else delivered) == text.state


def test_attributes_come_from_tables_as_a_person_wrote_them() -> None:
    """Over all 160 reference rows; what no table holds is left out and never guessed.

    SBG-012 shows no 祛斑美白 in Chinese because a person took the claim away: no table can know that.
    """
    reference = example.reference()
    wrong = []
    count = 0
    for locale in ("zh-Hans", "vi"):
        for key, product in example.products().items():
            text = reference.text(key, locale)
            assert text is not None
            for name, value in facts_of(product, reference, locale).items():
                count += 1
                if text.attributes.get(name) != value:
                    wrong.append((key, locale, name))

    assert [("SBG-012", "zh-Hans", "功效")] == wrong
    assert count > 1000


def test_a_changed_source_makes_a_persons_work_visibly_stale() -> None:
    """The issue names the text that waits for a look."""
    old = MemoryText(
        key=TextKey("0" * 32, "ko", "vi", "title"),
        source_text="옛 크림",
        text="Kem cũ",
        state="reviewed",
        by="Kim",
        place="A-1/title",
    )

    drawn = draw([Segment("A-1/title", "title", "새 크림")], VI, {}, TextMemory.of([old]))

    (issue,) = drawn.issues
    assert ("text.stale", Severity.WARNING) == (issue.code, issue.severity)
    assert "Kem cũ" in issue.message
    assert 1 == len(drawn.wanted)


@pytest.mark.parametrize(("doubt", "told"), [("", ["text.stale"]), ("glossary.csv:2", [])])
def test_an_approved_text_stays_when_only_the_glossary_changed(doubt: str, told: list[str]) -> None:
    """It is told as stale, and nothing is paid for; while the glossary cannot be read nobody knows of a change."""
    segment = Segment("A-1/title", "title", "보습 크림")
    old = MemoryText(
        key=evolve(key_of(segment, "ko", "vi", "0" * 32), place="A-1/title"),
        source_text=segment.text,
        text="Kem dưỡng ẩm",
        state="reviewed",
        place="A-1/title",
    )

    rules = evolve(VI, glossary=Glossary(doubt=doubt)) if doubt else VI
    drawn = draw([segment], rules, {}, TextMemory.of([old]))

    assert (old, ()) == (drawn.found["A-1/title"], drawn.wanted)
    assert told == [issue.code for issue in drawn.issues]


def test_where_a_locked_text_stands_nothing_is_asked() -> None:
    """Its source changed: a new translation would be paid for and shown nowhere."""
    old = MemoryText(
        key=TextKey("0" * 32, "ko", "vi", "title"),
        source_text="옛 크림",
        text="Kem cũ",
        state="reviewed",
        locked=True,
        place="A-1/title",
    )

    drawn = draw([Segment("A-1/title", "title", "새 크림")], VI, {}, TextMemory.of([old]))

    assert () == drawn.wanted
    assert ["text.stale"] == [issue.code for issue in drawn.issues]


def test_a_place_has_its_own_text_before_another_ones() -> None:
    """And where it has none, what a person approved elsewhere is not paid for once more."""
    some = [Segment(f"A-{number}/title", "title", "보습 크림") for number in range(3)]
    version = VI.glossary.version("보습 크림", "vi")
    memory = {}
    for number, part in enumerate(some[:2]):
        key = key_of(part, "ko", "vi", version, own=True)
        memory[key] = MemoryText(
            key=key, source_text=part.text, text=f"Kem {number}", state="reviewed", place=part.place
        )

    drawn = draw(some, VI, memory)

    assert () == drawn.wanted
    assert ["Kem 0", "Kem 1"] == [drawn.found[part.place].text for part in some[:2]]
    found = TextMemory.of(memory.values(), VI.glossary)
    assert ["Kem 0", "Kem 1"] == [getattr(found.find(part, "vi"), "text", "") for part in some[:2]]


def test_a_banned_idea_is_not_paid_for() -> None:
    """치료 in the source is told before anything is translated."""
    scanner = compliance_pack("VN").scanner("ko")
    rules = evolve(VI, source_scanner=scanner)

    drawn = draw([Segment("A-1/title", "title", "아토피 치료 크림", "cosmetic")], rules, {})

    assert () == drawn.wanted
    assert {"text.source_claim"} == {issue.code for issue in drawn.issues}


def test_the_same_words_are_asked_for_once() -> None:
    """However many products say them."""
    some = [Segment(f"A-{number}/title", "title", "보습 크림") for number in range(100)]

    assert 1 == len(draw(some, VI, {}).wanted)


def test_a_failing_text_is_remembered_as_failed() -> None:
    """It counts nowhere, and its finding has its place, rule and way out; nobody asks the same engine again."""
    (wanted,) = draw([Segment("A-1/title", "title", "함솔담 보습 크림 30ml")], VI, {}).wanted

    judged = judge(wanted, "Kem 보습 50ml", VI, by="papago")

    assert judged.memory.refused
    assert ("initial", "Kem 보습 50ml", "papago") == (
        judged.memory.state,
        judged.memory.text,
        judged.memory.by,
    )
    assert "보습" in judged.memory.note
    assert {} == TextMemory.of([judged.memory], VI.glossary).texts
    assert {"text.no_hangul", "text.numbers", "text.brand_kept"} <= {
        issue.code for issue in judged.issues.errors
    }
    assert all(issue.path.startswith("A-1/title/vi") for issue in judged.issues)


def test_what_nobody_sees_of_an_answer_is_not_kept() -> None:
    """A mark that turns the rest of a page around is no part of a title; nor is what a tag says besides its name."""
    (wanted,) = draw([Segment("A-1/title", "title", "<b>보습</b> 크림")], VI, {}).wanted

    judged = judge(
        wanted, normalize("NFD", "<b onclick='x()'>Kem</b> dưỡng\u00a0ẩm\u200b\u202e"), VI, by="papago"
    )
    invented = judge(wanted, "<b>Kem</b> dưỡng ẩm<script>x()</script>", VI, by="papago")

    assert "<b>Kem</b> dưỡng ẩm" == judged.memory.text
    assert "translated" == judged.memory.state
    assert invented.memory.refused
    assert "<script>" in invented.memory.text


def test_a_text_for_review_is_remembered_with_what_to_look_at() -> None:
    """As translated, never as more."""
    (wanted,) = draw([Segment("A-1/title", "title", "유통기한 36개월")], VI, {}).wanted

    judged = judge(wanted, "Hạn sử dụng 3 năm", VI, by="papago")

    assert ("translated", "papago") == (judged.memory.state, judged.memory.by)
    assert "3 năm" in judged.memory.note


def test_suppliers_html_keeps_a_small_set() -> None:
    """Scripts go with their content, attributes go, invisible characters go."""
    text = normal(
        '<p onclick="x()">A\u200b&nbsp;<b style="x">B</b><script>alert(1)</script><a href="x">C</a></p>'
    )

    assert "<p>A <b>B</b>C</p>" == text.replace("&nbsp;", " ").replace("  ", " ")
    assert "a < b, 3 > 2" == normal("a < b, 3 > 2")
    assert "가" == normal("\u1100\u1161")


def test_a_long_text_is_translated_by_its_lines() -> None:
    """A changed line is asked for, the others are not."""
    product = example.products()["SBG-001"]
    long = evolve(product, text=Copy("이름", points=("첫 줄\n둘째 줄\n셋째 줄",)))
    changed = evolve(product, text=Copy("이름", points=("첫 줄\n다른 줄\n셋째 줄",)))

    before = {segment.hash for segment in segments(long)}
    new = [segment for segment in segments(changed) if segment.hash not in before]

    assert ["SBG-001/short_description/1"] == [segment.place for segment in new]
