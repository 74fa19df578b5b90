"""People and machines speak in any order, sources change, rows are delivered: what was said last at a place counts.

Seeded walks over one title on a real store. Files come back on machines whose clocks are up to half an hour off, and a
database promises no order of its rows.
"""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from attrs import define, evolve, field
from tests.prepare.world import SERUM

from storesync.localization import (
    APPROVED,
    Gates,
    Glossary,
    MemoryText,
    Reference,
    ReferenceText,
    TextMemory,
    TextRules,
    completed,
    delivered_hash,
    handed_texts,
    key_of,
    segments,
)
from storesync.localization.review import Reviewed, ReviewRow, rows_of, take
from storesync.model import Copy, Product
from storesync.state import Store
from storesync.state.texts import free_texts, keep_texts, texts_of

START = datetime(2026, 11, 23, tzinfo=UTC)
PLACE, ZH = "SBG-001/title", "zh-Hans"
SOURCES = ("크림", "새 크림", "다른 크림")
TEXTS = ("面霜甲", "面霜乙", "面霜丙", "面霜丁")
DRAFT = "面霜草稿"  # what nobody says but a person who is not done
RULES = TextRules(target=ZH)
WORDS = (
    "approve",
    "approve",
    "correct",
    "correct",
    "refuse",
    "make",
    "make",
    "deliver",
    "change",
    "lock",
    "free",
    "draft",
)


@define
class Talk:
    """One title, and everybody who says something of it.

    `stands` is a person's last word for the source that there is now, until a reviewed row says something new;
    `refused` the text of each source that a person refused, until somebody writes another or approves it; `approved`
    all that a person ever stood behind. A draft changes nothing of that.
    """

    rng: Random
    store: Store
    source: str = SOURCES[0]
    delivered: str = ""
    reviewed: bool = False
    clock: datetime = START
    stands: str = ""
    locked: str = ""
    refused: dict[str, str] = field(factory=dict)
    approved: set[str] = field(factory=set)
    said: list[str] = field(factory=list)

    @property
    def product(self) -> Product:
        """The product with its title of now."""
        return evolve(SERUM, text=Copy(self.source, "", ()))

    @property
    def reference(self) -> Reference:
        """What is delivered now."""
        state = "reviewed" if self.reviewed else "reference"
        text = ReferenceText(title=self.delivered, state=state)
        return Reference(texts={"SBG-001": {ZH: text}} if self.delivered else {})

    def memory(self) -> TextMemory:
        """What the store knows."""
        hashes = [part.hash for part in segments(self.product)]
        found = self.store.read_now(lambda db: list(texts_of(db, ZH, hashes, [PLACE])))
        self.rng.shuffle(found)
        return TextMemory.of(found, Glossary())

    def row(self) -> ReviewRow:
        """The title as an export hands it out."""
        known = handed_texts(self.reference, self.product, ZH, self.memory())
        return rows_of(segments(self.product), ZH, known, Gates())[0]

    def shown(self) -> tuple[str, bool]:
        """The title as a listing shows it, and whether it is held because a person refused it."""
        made = completed(self.reference, self.product, [ZH], self.memory(), frozenset({"machine"}))
        text = made.text("SBG-001", ZH)
        return text.title if text is not None else "", bool(made.refused["SBG-001"].get(ZH))

    def bring(self, row: ReviewRow) -> None:
        """A person hands the row back."""
        (part,) = segments(self.product)
        known = handed_texts(self.reference, self.product, ZH, self.memory())
        taken = take(Reviewed((row,)), [part], RULES, known, by="Kim")
        assert [] == [issue.code for issue in taken.issues.errors], self.said
        instead = delivered_hash(self.reference.text("SBG-001", ZH), part)
        new = [evolve(one, instead=instead) for one in taken.texts]
        at = self.clock + timedelta(minutes=self.rng.randint(-30, 30))
        self.store.write_now(lambda db: keep_texts(db, new, person=True, at=at))

    def step(self) -> str:
        """Somebody says something, if it can be said now."""
        self.clock += timedelta(minutes=1)
        row, word = self.row(), self.rng.choice(WORDS)
        self.said.append(f"{word} at {row.text!r} ({row.state}{', locked' if row.locked else ''})")
        text = row.text
        match word:
            case "approve" if text and row.state not in APPROVED and not self.locked:
                self.bring(evolve(row, state="reviewed"))
                self._stands(text)
            case "correct" if not self.locked:
                text = self.rng.choice([one for one in TEXTS if one != row.text])
                self.bring(evolve(row, text=text, state="reviewed"))
                self._stands(text)
            case "refuse" if text and row.state != "initial" and not self.locked:
                self.bring(evolve(row, text="") if self.rng.random() < 0.5 else evolve(row, state="initial"))
                self.refused[self.source] = text
                self.stands = ""
            case "lock" if text and row.state != "initial" and not self.locked:
                self.bring(evolve(row, locked=True))
                self._stands(text)
                self.locked = text
            case "free":
                self.store.write_now(lambda db: free_texts(db, ZH, [PLACE]))
                self.locked = self.stands = ""
            case "make":
                self._make(self.rng.choice(TEXTS))
            case "draft" if not self.locked:
                text = self.rng.choice([row.text or DRAFT, DRAFT, *TEXTS])
                self.bring(evolve(row, text=text, state="translated", unsure=True))
            case "deliver":
                before, self.delivered = self.delivered, self.rng.choice(["", *TEXTS])
                self.reviewed = self.rng.random() < 0.5
                if self.delivered != before or self.reviewed:
                    self.stands = self.stands if not (self.delivered and self.reviewed) else ""
            case "change":
                self.source, self.stands = self.rng.choice(SOURCES), ""
            case _:
                return ""
        return word

    def _stands(self, text: str) -> None:
        self.stands = text
        self.approved.add(text)
        self.refused = {
            source: one for source, one in self.refused.items() if source != self.source and one != text
        }

    def _make(self, text: str) -> None:
        (part,) = segments(self.product)
        key = key_of(part, "ko", ZH, Glossary().version(part.text, ZH))
        made = MemoryText(
            key=key, source_text=part.text, text=text, state="translated", by="papago", place=PLACE
        )
        self.store.write_now(lambda db: keep_texts(db, [made], person=False, at=self.clock))


@pytest.mark.parametrize("seed", range(40))
def test_what_was_said_last_counts(seed: int) -> None:
    """A lock above all; else a person's last word; what was refused is never shown without holding; exports agree."""
    store = Store("sqlite://", inline=True)
    store.create_tables()
    talk = Talk(Random(seed), store)
    for _ in range(40):
        talk.step()
        row, (shown, held) = talk.row(), talk.shown()
        told = "\n".join(talk.said)

        if talk.locked:
            assert (talk.locked, talk.locked, True, False) == (shown, row.text, row.locked, held), told
        elif talk.stands:
            assert (talk.stands, talk.stands, False) == (shown, row.text, held), told
            assert row.state in ("reviewed", "final"), told
        assert shown != DRAFT or DRAFT in talk.approved, told
        if shown in talk.refused.values():
            assert held, told
        if held:
            assert "initial" == row.state, told
        if row.text and row.text in talk.refused.values():
            assert "initial" == row.state, told
    store.close()


def test_the_walks_say_everything() -> None:
    """Each word in many places, so that nothing is proven by silence."""
    count = dict.fromkeys(WORDS, 0)
    for seed in range(10):
        store = Store("sqlite://", inline=True)
        store.create_tables()
        talk = Talk(Random(seed), store)
        for _ in range(40):
            word = talk.step()
            if word:
                count[word] += 1
        store.close()

    assert min(count.values()) >= 5
