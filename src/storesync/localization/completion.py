"""Delivered translations, completed and corrected by what is remembered; a listing gets whole texts or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from storesync.localization.facts import facts_of
from storesync.localization.glossary import Glossary
from storesync.localization.locale import matches
from storesync.localization.memory import APPROVED, STATES, MemoryText
from storesync.localization.normal import normal
from storesync.localization.provenance import Provenance
from storesync.localization.reference import FIELDS, Reference, ReferenceText, Stale
from storesync.localization.segment import Segment, joined, segments, words_hash
from storesync.localization.sighting import stale_parts
from storesync.localization.source import source_hash
from storesync.model import Product, frozen_map

__all__ = ["TextMemory", "completed", "undelivered"]

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_STANDING = ("unsure", "machine", "reviewed", "final")  # as references name it, from the lowest up


def _name(locale: str, source: str, field: str) -> str:
    return f"{locale} {source} {field}"


def _standing(one: MemoryText) -> str:
    if one.approved:
        return "final" if one.state == "final" else "reviewed"
    return "unsure" if one.note else "machine"


@frozen
class TextMemory:
    """The best remembered text of each source text, and the newest that a person approved at each place.

    What a person said at a place goes before all else there: a locked text, else the newest word that is no draft,
    and a text that a person refused there serves that place no more. Elsewhere approved goes before machine, then the
    newest. A text of another glossary still counts when a person approved it; machine text counts for the words it was
    made with, or for any while the glossary cannot be read. `own` are people's words by source and place, `told` by
    place and text; `failed` are texts that no gate lets pass. `stale` are, by `vi SBG-001`, the delivered texts
    that were first seen beside another source.
    """

    texts: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    own: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    told: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    places: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    failed: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    stale: Mapping[str, Mapping[str, Stale]] = field(factory=dict, converter=frozen_map)

    def __bool__(self) -> bool:
        """Whether it can change what a listing says."""
        return bool(self.texts or self.own or self.stale)

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
        told: dict[str, MemoryText] = {}
        failed: dict[str, MemoryText] = {}
        for one in some:
            name = _name(one.key.target_locale, one.key.source, one.key.field)
            said, here = bool(one.key.place), f"{one.key.target_locale} {one.place}"
            if said and one.text:
                _later(told, f"{here} {normal(one.text)}", one)
            asked = one.approved or (said and one.state == "initial")  # whatever words there are now
            if not asked and not words.doubt:
                version = words.version(one.source_text, one.key.target_locale)
                if one.key.glossary != version:
                    continue
            if one.approved or said:
                _later(own, f"{name} {one.place}", one)
            elif one.refused:
                _later(failed, name, one)
            elif one.state != "initial" and one.text:
                _later(best, name, one)
        places: dict[str, MemoryText] = {}
        for place, one in own.items():
            here = f"{one.key.target_locale} {one.place}"
            if one.approved and told.get(f"{here} {normal(one.text)}", one).approved:
                _later(places, here, one)
                name = place.removesuffix(f" {one.place}")
                if name not in best or not best[name].approved or _order(best[name]) <= _order(one):
                    best[name] = one
        return cls(best, own, told, places, failed, stale)

    def seen(self, reference: Reference, product: str, locale: str) -> ReferenceText | None:
        """What came with the catalog for a product, with what is known to have changed since."""
        text = reference.text(product, locale)
        stale = self.stale.get(f"{locale} {product}")
        return text if text is None or stale is None else evolve(text, stale=stale)

    def find(self, segment: Segment, locale: str) -> MemoryText | None:
        """The best text of a segment in one language, or None; another place's lends no lock."""
        own = self.said(segment, locale)
        if own is not None and own.text and own.state != "initial":
            return own if self.rejected(segment, locale, own.text) is None else None
        return self._lent(segment, locale)

    def counts(self, segment: Segment, locale: str) -> MemoryText | None:
        """The best text that may be sent: a person's draft lends only what he noted."""
        one = self.find(segment, locale)
        if one is None or not one.draft:
            return one
        other = self._lent(segment, locale)
        if other is None or other.approved or not one.note:
            return other
        return evolve(other, note="; ".join(dict.fromkeys(filter(None, (one.note, other.note)))))

    def _lent(self, segment: Segment, locale: str) -> MemoryText | None:
        other = self.texts.get(_name(locale, segment.hash, segment.field))
        if other is None or self.rejected(segment, locale, other.text) is not None:
            return None
        return evolve(other, locked=False) if other.locked else other

    def said(self, segment: Segment, locale: str) -> MemoryText | None:
        """What a person last said of the segment at its place: a text, a refusal, or a bare note."""
        return self.own.get(f"{_name(locale, segment.hash, segment.field)} {segment.place}")

    def rejected(self, segment: Segment, locale: str, text: str) -> MemoryText | None:
        """The word by which a person refused this text at the segment's place, whatever the source was; else None."""
        if not self.told:
            return None
        told = self.told.get(f"{locale} {segment.place} {normal(text)}")
        return told if told is not None and told.rejected else None

    def earlier(self, segment: Segment, locale: str) -> MemoryText | None:
        """What a person approved last at the segment's place, of whatever source; a locked text before others."""
        return self.places.get(f"{locale} {segment.place}")

    def refused(self, segment: Segment, locale: str) -> MemoryText | None:
        """What a person refused at the segment's place, or an engine made of it and no gate let pass."""
        own = self.said(segment, locale)
        told = self.rejected(segment, locale, own.text) if own is not None and own.text else None
        if told is not None:
            return told
        return self.failed.get(_name(locale, segment.hash, segment.field))


def _order(one: MemoryText) -> tuple[bool, bool, str, int]:
    return one.locked, not one.draft, one.at.isoformat() if one.at else "", STATES.index(one.state)


def _later(found: dict[str, MemoryText], name: str, one: MemoryText) -> None:
    if name not in found or _order(found[name]) <= _order(one):
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
    is reviewed or final stays as it is until a person corrects that very text, and a locked one goes before
    everything. What a person refused at its place is told. Where the source changed, a
    machine text of the new source counts when `accept` names its standing, else the approved one, which is stale.
    """
    found, refused = {}, {}
    for locale in locales:
        text = _completed(reference, product, locale, memory, accept)
        if text is not None:
            found[locale] = text
        if told := _refused(text, product, locale, memory):
            refused[locale] = told
    return evolve(reference, texts={product.key: found}, refused={product.key: refused})


def _refused(
    text: ReferenceText | None, product: Product, locale: str, memory: TextMemory
) -> Mapping[str, str]:
    """Fields whose text a person refused, with who and why, as far as no other text stands there."""
    found: dict[str, str] = {}
    for part in segments(product):
        shown = "" if text is None else getattr(text, part.field, "")
        own = memory.rejected(part, locale, shown) if shown else memory.refused(part, locale)
        if own is not None and own.rejected:
            why = f": {own.note}" if own.note else ""
            found[part.field] = f"{own.by} refused {own.text!r} for {part.place}{why}"
    return found


@frozen
class _Part:
    """The remembered text for one segment, and what changed since it was made."""

    text: MemoryText
    stale: str = ""


def _part(segment: Segment, locale: str, memory: TextMemory, accept: frozenset[str]) -> _Part | None:
    now, before = memory.counts(segment, locale), memory.earlier(segment, locale)
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
    if not memory.texts and not memory.own:
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
        given = getattr(delivered, name).strip() if delivered is not None else ""
        kept = given if delivered is not None and delivered.state in APPROVED else ""
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


def _replaces(some: Iterable[_Part], *, kept: str, old: bool) -> bool:
    """Whether remembered texts go before a delivered one, which is `kept` where a person approved it.

    Locked ones always do, approved ones if it is old, or nobody approved it, or they correct it. A text of an older
    source goes before one that is as old, never before one of the source that there is now.
    """

    def goes(one: _Part) -> bool:
        text = one.text
        corrects = bool(kept) and text.instead == words_hash(kept) and not one.stale
        return text.approved and (old or corrects or not (one.stale or kept))

    return all(one.text.locked or goes(one) for one in some)


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
