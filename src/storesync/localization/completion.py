"""Delivered translations, completed and corrected by what is remembered; a listing gets whole texts or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from storesync.localization.facts import facts_of
from storesync.localization.memory import APPROVED, STATES, MemoryText, TextKey
from storesync.localization.reference import Reference, ReferenceText
from storesync.localization.segment import Segment, joined, segments
from storesync.localization.source import source_hash
from storesync.model import Product, frozen_map

__all__ = ["TextMemory", "completed", "delivered_texts"]

_STATES = {"translated": "machine", "reviewed": "reviewed", "final": "final"}
_FIELDS = ("title", "short_description")


def _rank(one: MemoryText) -> tuple[bool, int, str]:
    return one.approved, STATES.index(one.state), one.at.isoformat() if one.at else ""


def _name(locale: str, source: str, field: str) -> str:
    return f"{locale} {source} {field}"


@frozen
class TextMemory:
    """The best remembered text of each source text, by locale, source and field.

    Approved before machine, then the newest; a text of another glossary still counts when a person approved it.
    """

    texts: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)

    @classmethod
    def of(cls, some: Iterable[MemoryText]) -> TextMemory:
        """The memory of these texts; what is not translated yet does not count."""
        best: dict[str, MemoryText] = {}
        for one in some:
            if one.state == "initial" or not one.text:
                continue
            name = _name(one.key.target_locale, one.key.source, one.key.field)
            if name not in best or _rank(best[name]) <= _rank(one):
                best[name] = one
        return cls(best)

    def find(self, segment: Segment, locale: str) -> MemoryText | None:
        """The best text of a segment in one language, or None."""
        return self.texts.get(_name(locale, segment.hash, segment.field))


def completed(
    reference: Reference, product: Product, locales: Iterable[str], memory: TextMemory
) -> Reference:
    """The reference as one product sees it: the memory fills what nobody delivered, whole products only.

    A remembered text that a person approved goes before a delivered one that nobody did; a delivered text that
    is reviewed or final stays as it is.
    """
    found = {}
    for locale in locales:
        text = _completed(reference, product, locale, memory)
        if text is not None:
            found[locale] = text
    return evolve(reference, texts={product.key: found})


def _completed(
    reference: Reference, product: Product, locale: str, memory: TextMemory
) -> ReferenceText | None:
    delivered = reference.text(product.key, locale)
    if not memory.texts or (delivered is not None and delivered.state in APPROVED):
        return delivered
    parts = segments(product)
    known = {part.place: one for part in parts if (one := memory.find(part, locale)) is not None}
    if delivered is None:
        if not parts or len(known) < len(parts):
            return None
        return ReferenceText(
            title=_said(product, known, "title"),
            short_description=_said(product, known, "short_description"),
            attributes=facts_of(product, reference, locale),
            state=_lowest(known.values()),
            source=source_hash(product.text),
        )
    changes: dict[str, Any] = {}
    for name in _FIELDS:
        own = [part for part in parts if part.field == name]
        if own and all(part.place in known and known[part.place].approved for part in own):
            changes[name] = _said(product, known, name)
    if len(changes) == len({part.field for part in parts}):
        # Every text was approved; the attributes came with the delivery and are tables.
        return evolve(delivered, **changes, state=_lowest(known.values()), source=source_hash(product.text))
    return evolve(delivered, **changes)


def _lowest(some: Iterable[MemoryText]) -> str:
    """The lowest state of several texts, as references name it; a locked text was approved."""
    states = {"reviewed" if one.locked and one.state not in APPROVED else one.state for one in some}
    return next(_STATES[state] for state in STATES if state in states)


def _said(product: Product, known: Mapping[str, MemoryText], name: str) -> str:
    return joined({place: one.text for place, one in known.items()}, f"{product.key}/{name}")


def delivered_texts(reference: Reference, product: Product, locale: str) -> Mapping[str, MemoryText]:
    """What came with the catalog, by place, so that an export shows it; texts of several lines are left out."""
    text = reference.text(product.key, locale)
    if text is None:
        return {}
    found = {}
    for part in segments(product):
        said = {"title": text.title, "short_description": text.short_description}.get(part.field, "")
        if part.place == f"{product.key}/{part.field}" and said:
            key = TextKey(part.hash, product.locale, locale, part.field)
            state = "translated" if text.state not in APPROVED else text.state
            found[part.place] = MemoryText(
                key=key,
                source_text=part.text,
                text=said,
                state="final" if state == "final" else "reviewed" if state == "reviewed" else "translated",
                by="catalog",
                place=part.place,
            )
    return found
