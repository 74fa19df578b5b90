"""The texts of a product as they are handed to people: by place, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from storesync.localization.completion import TextMemory
from storesync.localization.memory import APPROVED, MemoryText, TextKey, TextState
from storesync.localization.reference import Reference, ReferenceText
from storesync.localization.segment import Segment, segments, words_hash
from storesync.localization.sighting import stale_parts
from storesync.model import Product

__all__ = ["delivered_hash", "handed_texts"]


def handed_texts(
    reference: Reference, product: Product, locale: str, memory: TextMemory
) -> Mapping[str, MemoryText]:
    """What stands at each place in one language: people's words, what was delivered, what engines made.

    A locked text of an older source stands at its place; what a person refused or an engine failed at stands where
    nothing else does. A place whose source changed is empty, with what was approved before as a note.
    """
    given = _delivered(memory.seen(reference, product.key, locale), product, locale)
    found: dict[str, MemoryText] = {}
    for part in segments(product):
        own = memory.said(part, locale)
        one = _handed(part, locale, memory, given.get(part.place))
        if one is None:
            one = own
        elif own is not None and own.note and not own.text:
            # A question that somebody asked before there was a text stays with it.
            key = evolve(one.key, place=part.place)
            one = evolve(one, key=key, note="; ".join(filter(None, (own.note, one.note))))
        if one is not None:
            found[part.place] = one
    return found


def delivered_hash(text: ReferenceText | None, segment: Segment) -> str:
    """The hash of the delivered text of a segment's field, for whoever says something in its stead; else empty."""
    said = getattr(text, segment.field, "").strip() if text is not None else ""
    return words_hash(said) if said else ""


def _handed(segment: Segment, locale: str, memory: TextMemory, given: MemoryText | None) -> MemoryText | None:
    one, before = memory.find(segment, locale), memory.earlier(segment, locale)
    old = before is not None and before.key.source != segment.hash
    if before is not None and old and before.locked:
        return evolve(before, note=f"locked for another source: {before.source_text}")
    own = memory.said(segment, locale)
    if given is not None:
        if own is not None and one is own and _answers(own, given):
            return own
        refused = memory.rejected(segment, locale, given.text)
        if refused is None:
            return given
        return evolve(refused, key=evolve(given.key, place=segment.place), source_text=segment.text)
    if one is not None:
        return one
    failed = memory.refused(segment, locale)
    if failed is not None:
        return failed
    if before is not None and old:
        note = f"approved for another source ({before.source_text}): {before.text}"
        key = TextKey(segment.hash, before.key.source_locale, locale, segment.field)
        return MemoryText(key=key, source_text=segment.text, text="", place=segment.place, note=note)
    return None


def _answers(own: MemoryText, given: MemoryText) -> bool:
    """Whether a person's word is about the delivered text as it is now, or goes before any."""
    if not own.text or own.state == "initial":
        return False
    return own.locked or own.instead == words_hash(given.text) or (own.approved and not given.approved)


def _delivered(text: ReferenceText | None, product: Product, locale: str) -> Mapping[str, MemoryText]:
    """What came with the catalog, by place, so that an export shows it; texts of several lines are left out.

    Nobody approved a text for a source that it was not made from: its note names that source.
    """
    if text is None:
        return {}
    old = stale_parts(text, product, locale)
    found = {}
    for part in segments(product):
        said = {"title": text.title, "short_description": text.short_description}.get(part.field, "")
        if part.place == f"{product.key}/{part.field}" and said:
            stale = old.get(part.field)
            state: TextState = "translated"
            if stale is None and text.state in APPROVED:
                state = "final" if text.state == "final" else "reviewed"
            found[part.place] = MemoryText(
                key=TextKey(part.hash, product.locale, locale, part.field),
                source_text=part.text,
                text=said,
                state=state,
                by="catalog",
                place=part.place,
                note=stale.said if stale is not None else "",
            )
    return found
