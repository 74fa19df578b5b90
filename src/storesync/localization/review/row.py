"""One text as people see it in a file: place, source, translation, and what they may say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal
from unicodedata import normalize

from attrs import frozen

from storesync.localization.gates import Gates, Level
from storesync.localization.memory import STATES, MemoryText, TextState
from storesync.localization.segment import Segment

__all__ = ["COLUMNS", "ReviewRow", "Reviewed", "lock_of", "noted", "rows_of", "state_of"]

COLUMNS = ("place", "field", "locale", "source", "text", "state", "locked", "edition", "note")
"""The columns of a table, in order."""

Format = Literal["po", "csv", "xlsx"]
# As people of the three languages write it, and as spreadsheets do.
_LOCKED = frozenset({"yes", "y", "true", "1", "x", "v", "是", "有", "có", "예", "네", "o"})
_FREE = frozenset({"", "no", "n", "false", "0", "-", "否", "没有", "không", "아니요", "아니오"})
_STATES: Mapping[str, TextState] = {state: state for state in STATES}


@frozen(kw_only=True)
class ReviewRow:
    """One text of an export or import. `edition` names what was exported: whoever changes it later conflicts.

    `locked` is None where a file cannot say it. `unsure` says that whoever wrote the text still doubts it. `spoken`
    says that the note is a person's, not a gate's. `at` is the place in the file that was read.
    """

    place: str
    field: str
    locale: str
    source: str
    text: str
    state: TextState = "initial"
    locked: bool | None = None
    edition: str = ""
    note: str = ""
    unsure: bool = False
    spoken: bool = False
    at: str = ""


@frozen
class Reviewed:
    """What a file held: its rows in order, and the language it says it is in (empty when it does not say)."""

    rows: tuple[ReviewRow, ...]
    locale: str = ""


def rows_of(
    some: Iterable[Segment], locale: str, texts: Mapping[str, MemoryText], gates: Gates
) -> tuple[ReviewRow, ...]:
    """Every segment with its remembered text, by place; without one it is `initial` and empty.

    A text without a note, as one that came with the catalog, is told with what the gates say of it.
    """
    found = []
    for segment in some:
        known = texts.get(segment.place)
        found.append(
            ReviewRow(
                place=segment.place,
                field=segment.field,
                locale=locale,
                source=segment.text,
                text=known.text if known else "",
                state=known.state if known else "initial",
                locked=known.locked if known else False,
                edition=known.edition if known else "",
                note=noted(segment, known, locale, gates) if known else "",
                spoken=known is not None and bool(known.note and known.key.place),
            )
        )
    return tuple(found)


def noted(segment: Segment, known: MemoryText, locale: str, gates: Gates) -> str:
    """What an export says of a text: its note, else what the gates say."""
    if known.note or not known.text:
        return known.note
    verdict = gates.check(
        segment.text,
        known.text,
        locale=locale,
        field=segment.field,
        kind=segment.kind,
        categories=(segment.category,),
    )
    return "; ".join(str(finding) for finding in verdict.findings if finding.level is not Level.NOTE)


def state_of(word: str) -> TextState | None:
    """The state that a cell names, whatever its case; None for any other word."""
    return _STATES.get(word.strip().lower() or "initial")


def lock_of(word: str) -> bool | None:
    """Whether a cell locks its text; None for a word that says neither."""
    said = normalize("NFKC", word).strip().casefold()
    return True if said in _LOCKED else False if said in _FREE else None
