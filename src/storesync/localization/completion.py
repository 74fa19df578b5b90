"""Delivered translations, completed and corrected by what is remembered; a listing gets whole texts or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from storesync.localization.facts import facts_of
from storesync.localization.glossary import Glossary
from storesync.localization.locale import matches
from storesync.localization.memory import APPROVED, STATES, MemoryText, TextKey, TextState
from storesync.localization.provenance import Provenance
from storesync.localization.reference import FIELDS, Reference, ReferenceText, Stale
from storesync.localization.segment import Segment, joined, segments
from storesync.localization.sighting import stale_parts
from storesync.localization.source import source_hash
from storesync.model import Product, frozen_map

__all__ = ["TextMemory", "completed", "delivered_texts", "undelivered"]

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_STANDING = ("unsure", "machine", "reviewed", "final")  # as references name it, from the lowest up


def _rank(one: MemoryText) -> tuple[bool, bool, int, str]:
    return one.locked, one.approved, STATES.index(one.state), one.at.isoformat() if one.at else ""


def _name(locale: str, source: str, field: str) -> str:
    return f"{locale} {source} {field}"


def _standing(one: MemoryText) -> str:
    if one.approved:
        return "final" if one.state == "final" else "reviewed"
    return "unsure" if one.note else "machine"


@frozen
class TextMemory:
    """The best remembered text of each source text, and the newest that a person approved at each place.

    What a person wrote for a place goes before all others there. Approved before machine, then the newest. A text
    of another glossary still counts when a person approved it; machine text counts for the words it was made
    with, or for any while the glossary cannot be read. `own` are people's texts by source and place; `failed` are
    texts that no gate lets pass. `stale` are, by `vi SBG-001`, the delivered texts that were first seen beside
    another source.
    """

    texts: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    own: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    places: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    failed: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    stale: Mapping[str, Mapping[str, Stale]] = field(factory=dict, converter=frozen_map)

    def __bool__(self) -> bool:
        """Whether it can change what a listing says."""
        return bool(self.texts or self.places or self.stale)

    @classmethod
    def of(
        cls,
        some: Iterable[MemoryText],
        glossary: Glossary | None = None,
        stale: Mapping[str, Mapping[str, Stale]] = _NOTHING,
    ) -> TextMemory:
        """The memory of these texts under a glossary; what is not translated yet does not count."""
        words = glossary if glossary is not None else Glossary()
        best: dict[str, MemoryText] = {}
        own: dict[str, MemoryText] = {}
        places: dict[str, MemoryText] = {}
        failed: dict[str, MemoryText] = {}
        for one in some:
            name = _name(one.key.target_locale, one.key.source, one.key.field)
            if one.approved:
                _better(places, f"{one.key.target_locale} {one.place}", one)
            elif not words.doubt and one.key.glossary != words.version(
                one.source_text, one.key.target_locale
            ):
                continue
            if one.refused:
                _better(failed, name, one)
            elif one.state != "initial" and one.text:
                if one.approved or one.key.place:
                    _better(own, f"{name} {one.place}", one)
                if one.approved or not one.key.place:
                    _better(best, name, one)
        return cls(best, own, places, failed, stale)

    def seen(self, reference: Reference, product: str, locale: str) -> ReferenceText | None:
        """What came with the catalog for a product, with what is known to have changed since."""
        text = reference.text(product, locale)
        stale = self.stale.get(f"{locale} {product}")
        return text if text is None or stale is None else evolve(text, stale=stale)

    def find(self, segment: Segment, locale: str) -> MemoryText | None:
        """The best text of a segment in one language, or None; another place's lends no lock."""
        name = _name(locale, segment.hash, segment.field)
        own = self.own.get(f"{name} {segment.place}")
        if own is not None:
            return own
        other = self.texts.get(name)
        return evolve(other, locked=False) if other is not None and other.locked else other

    def earlier(self, segment: Segment, locale: str) -> MemoryText | None:
        """What a person approved last at the segment's place, of whatever source; a locked text before others."""
        return self.places.get(f"{locale} {segment.place}")

    def refused(self, segment: Segment, locale: str) -> MemoryText | None:
        """What an engine made of the segment, and no gate let pass."""
        return self.failed.get(_name(locale, segment.hash, segment.field))


def _better(found: dict[str, MemoryText], name: str, one: MemoryText) -> None:
    if name not in found or _rank(found[name]) <= _rank(one):
        found[name] = one


def undelivered(reference: Reference, product: Product, locale: str) -> tuple[Segment, ...]:
    """The segments of a product that did not come with the catalog in one language: an engine may be asked."""
    if matches(locale, product.locale):
        return ()
    text = reference.text(product.key, locale)
    if text is None:
        return segments(product)
    given = {name for name in FIELDS if getattr(text, name).strip()}
    return tuple(part for part in segments(product) if part.field not in given)


def completed(
    reference: Reference,
    product: Product,
    locales: Iterable[str],
    memory: TextMemory,
    accept: frozenset[str] = frozenset(),
) -> Reference:
    """The reference as one product sees it: the memory fills what nobody delivered, whole products only.

    A remembered text that a person approved goes before a delivered one that nobody did; a delivered text that
    is reviewed or final stays as it is, and a locked one goes before everything. Where the source changed, a
    machine text of the new source counts when `accept` names its standing, else the approved one, which is stale.
    """
    found = {}
    for locale in locales:
        text = _completed(reference, product, locale, memory, accept)
        if text is not None:
            found[locale] = text
    return evolve(reference, texts={product.key: found})


@frozen
class _Part:
    """The remembered text for one segment, and what changed since it was made."""

    text: MemoryText
    stale: str = ""


def _part(segment: Segment, locale: str, memory: TextMemory, accept: frozenset[str]) -> _Part | None:
    now, before = memory.find(segment, locale), memory.earlier(segment, locale)
    old = before is not None and before.key.source != segment.hash
    locked = old and before is not None and before.locked
    if now is not None and not locked and (now.approved or not old or _standing(now) in accept):
        return _Part(now)
    if before is None or not old:
        return None if now is None else _Part(now)
    who = before.by or "a person"
    return _Part(before, f"the source of {segment.place} changed since {who} approved {before.text!r}")


def _completed(
    reference: Reference, product: Product, locale: str, memory: TextMemory, accept: frozenset[str]
) -> ReferenceText | None:
    delivered = memory.seen(reference, product.key, locale)
    if not memory.texts and not memory.own and not memory.places:
        return delivered
    parts = segments(product)
    known = {part.place: one for part in parts if (one := _part(part, locale, memory, accept)) is not None}
    old: Mapping[str, Stale] = stale_parts(delivered, product, locale) if delivered is not None else _NOTHING
    changes: dict[str, Any] = {}
    made: dict[str, Provenance] = {}
    standings: list[str] = []
    stale: dict[str, Stale] = {}
    for name in FIELDS:
        own = [part for part in parts if part.field == name]
        if not own or any(part.place not in known for part in own):
            continue
        some = [known[part.place] for part in own]
        here = all(one.text.place == part.place for one, part in zip(some, own, strict=True))
        given = delivered is not None and getattr(delivered, name).strip()
        kept = delivered is not None and delivered.state in APPROVED
        if given and not (here and _replaces(some, kept=kept, old=name in old)):
            continue
        changes[name] = joined(
            {place: one.text.text for place, one in known.items()}, f"{product.key}/{name}"
        )
        made[name] = _made(some)
        standings += [_standing(one.text) for one in some]
        if told := "; ".join(one.stale for one in some if one.stale):
            stale[name] = Stale(told, made[name].original)
    if delivered is None:
        if len(made) < len({part.field for part in parts}) or not made:
            return None
        return ReferenceText(
            title=changes.get("title", ""),
            short_description=changes.get("short_description", ""),
            attributes=facts_of(product, reference, locale),
            state=min(standings, key=_STANDING.index),
            source="" if stale else source_hash(product.text),
            stale=stale,
            made={**made, "attributes": Provenance(by="template", state="final")},
        )
    if not changes:
        return delivered
    # The attributes came with the delivery and are tables: they ask for nobody's approval.
    whole = {part.field for part in parts} == made.keys()
    return evolve(
        delivered,
        **changes,
        state=min(standings, key=_STANDING.index) if whole else delivered.state,
        source=("" if stale else source_hash(product.text)) if whole else delivered.source,
        stale={**{name: one for name, one in delivered.stale.items() if name not in made}, **stale},
        made=made,
    )


def _replaces(some: Iterable[_Part], *, kept: bool, old: bool) -> bool:
    """Whether remembered texts go before a delivered one: locked ones always, approved ones if it is old or no more.

    A text of an older source goes before one that is as old, never before one of the source that there is now.
    """
    return all(one.text.locked or (one.text.approved and (old or not (one.stale or kept))) for one in some)


def _made(some: list[_Part]) -> Provenance:
    texts = [one.text for one in some]
    last = max((one.at for one in texts if one.at is not None), default=None)
    return Provenance(
        by="human" if all(one.approved for one in texts) else "machine",
        state=min(map(_standing, texts), key=_STANDING.index),
        source=" ".join(one.key.source for one in texts),
        maker=", ".join(dict.fromkeys(one.by for one in texts if one.by)),
        at=last.isoformat(timespec="seconds") if last is not None else "",
        note="; ".join(dict.fromkeys(one.note for one in texts if one.note)),
        original="\n".join(one.source_text for one in texts),
    )


def delivered_texts(text: ReferenceText | None, product: Product, locale: str) -> Mapping[str, MemoryText]:
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
