"""Translations that are remembered, each with the source it was made from and how far it was approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from attrs import evolve, frozen

from storesync.localization.normal import normal
from storesync.localization.segment import Segment, text_hash
from storesync.model import digest

__all__ = ["APPROVED", "STATES", "MemoryText", "TextKey", "TextState", "edition", "key_of", "successor"]

TextState = Literal["initial", "translated", "reviewed", "final"]
STATES: tuple[TextState, ...] = ("initial", "translated", "reviewed", "final")
"""From nothing yet to nothing to add."""

APPROVED = frozenset({"reviewed", "final"})
"""States that a person gave."""

_RANK: Mapping[str, int] = MappingProxyType({state: rank for rank, state in enumerate(STATES)})


@frozen
class TextKey:
    """What a remembered text is found by: another source, field or rendering rule is another text.

    `place` is where a person's text belongs; empty for what an engine made, which serves every place.
    """

    source: str
    source_locale: str
    target_locale: str
    field: str
    glossary: str = ""
    place: str = ""


@frozen(kw_only=True)
class MemoryText:
    """One remembered text. `by` is a person's name or an engine's; `place` where it was last used.

    `locked` texts change by an unlocking person only. `note` tells what gates or people said. An `initial` text
    with a maker is one that failed, or that a person refused at this place: it is shown to people, it counts
    nowhere, and it is not paid for again. `instead` is the hash of the delivered text that a person saw beside it.
    """

    key: TextKey
    source_text: str
    text: str
    state: TextState = "initial"
    by: str = ""
    place: str = ""
    locked: bool = False
    note: str = ""
    instead: str = ""
    at: datetime | None = None

    @property
    def approved(self) -> bool:
        """A person stands behind it."""
        return self.state in APPROVED or self.locked

    @property
    def refused(self) -> bool:
        """An engine made it, or could not, or a person refused it: it may not leave."""
        return self.state == "initial" and bool(self.by) and not self.locked

    @property
    def rejected(self) -> bool:
        """A person refused this text at its place."""
        return self.refused and bool(self.key.place) and bool(self.text)

    @property
    def draft(self) -> bool:
        """A person is not done with it: it is shown to people, and it is never sent."""
        return bool(self.key.place and self.text) and self.state == "translated" and not self.locked

    @property
    def edition(self) -> str:
        """Names text, state and lock: whoever edits an export says by it what he saw."""
        return edition(self.text, self.state, locked=self.locked)


def edition(text: str, state: TextState, *, locked: bool) -> str:
    """12 characters that name a text, its state and whether it is locked; no spreadsheet takes them for a number."""
    return f"v{digest([normal(text), state, locked])[:11]}"


def key_of(
    segment: Segment, source_locale: str, target_locale: str, glossary: str, *, own: bool = False
) -> TextKey:
    """The key of a segment's translation: of any place with this source, or the segment's `own`."""
    place = segment.place if own else ""
    return TextKey(text_hash(segment.text), source_locale, target_locale, segment.field, glossary, place)


def successor(old: MemoryText | None, new: MemoryText, *, person: bool) -> MemoryText:
    """What is remembered after `new` arrives; the old text itself when the new one may not replace it.

    Machine text never replaces text that a person approved; a person replaces anything that is not locked,
    and never makes `final` of less by accident: the state is as given. A draft takes back neither an approval nor a
    refusal: it is kept as a note of that.
    """
    if old is None:
        return new
    if old.locked:
        return old
    if not person and (old.approved or _RANK[new.state] < _RANK[old.state]):
        return old
    if new.draft and (old.approved or old.rejected):
        drafted = f"draft: {new.text}" if normal(new.text) != normal(old.text) else ""
        return evolve(old, note="; ".join(filter(None, (new.note, drafted))) or old.note, at=new.at)
    return new
