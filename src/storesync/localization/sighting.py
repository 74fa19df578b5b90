"""Delivered texts that do not say what they were made from: the source beside which each was first seen is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

from storesync.localization.facts import source_facts
from storesync.localization.normal import normal
from storesync.localization.reference import FIELDS, Reference, ReferenceText, Stale
from storesync.localization.source import source_hash
from storesync.model import Product, digest, frozen_map

__all__ = ["Delivered", "Sighting", "confirmed", "delivered_parts", "short_source", "sight", "stale_parts"]


def _tables(tables: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return frozen_map({part: frozen_map(table) for part, table in tables.items()})


@frozen
class Sighting:
    """The delivered texts of one product in one language, and the sources that they were first seen beside.

    `seen` is by part and digest of the text the source text; `stale` are the parts whose source is another one
    now, with the source that their text belongs to. `fingerprint` names texts and sources together.
    """

    fingerprint: str
    seen: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=_tables)
    stale: Mapping[str, str] = field(factory=dict, converter=frozen_map)


@frozen
class Delivered:
    """One product's delivered texts in one language by part, each with the source text that it stands for now."""

    product: str
    locale: str
    parts: Mapping[str, tuple[str, str]]

    @property
    def fingerprint(self) -> str:
        """Names all texts and sources: as long as it stays, so does what was found of them."""
        # One text is digested in a tenth of the time that a list of lists takes.
        return digest("\0".join(word for part, pair in self.parts.items() for word in (part, *pair)))

    def stale(self, sighting: Sighting) -> Mapping[str, Stale]:
        """The parts whose source changed since their text was first seen, as a reference tells them."""
        return {
            part: Stale(
                f"the source of {self.product}/{part} changed since its {self.locale} text was delivered: "
                f"it was {source!r}",
                source,
            )
            for part, source in sighting.stale.items()
            if part in self.parts
        }


_NOTHING: Mapping[str, str] = MappingProxyType({})


def delivered_parts(reference: Reference, product: Product, locale: str) -> Delivered | None:
    """What came with the catalog for a product, with its sources; None when nothing did.

    Left out is what says by itself what it was made from (`source_hash`), and attributes of which nobody knows it.
    """
    text = reference.text(product.key, locale)
    if text is None:
        return None
    parts = {}
    if not text.source:
        sources = {"title": product.text.title, "short_description": short_source(product)}
        parts = {name: (getattr(text, name), said) for name, said in sources.items()}
    facts = source_facts(product, reference, locale)
    parts |= {f"attributes/{name}": (said, facts.get(name, "")) for name, said in text.attributes.items()}
    parts = {part: pair for part, pair in parts.items() if all(pair)}
    return Delivered(product.key, locale, parts) if parts else None


def short_source(product: Product) -> str:
    """What a short description is made from: the selling points, else the description."""
    return "\n".join(product.text.points) or product.text.description


def _named(text: str) -> str:
    return digest([normal(text)])[:16]


def sight(delivered: Delivered, before: Sighting | None) -> Sighting:
    """What is known of delivered texts from now on: a new text belongs to the source beside it, a known one to its own.

    A text that comes back after a correction is still the one of its first source.
    """
    seen = dict(before.seen) if before is not None else {}
    stale = {}
    for part, (text, source) in delivered.parts.items():
        name = _named(text)
        seen[part] = {name: source, **seen.get(part, _NOTHING)}
        first = seen[part][name]
        if normal(first) != normal(source):
            stale[part] = first
    return Sighting(delivered.fingerprint, seen, stale)


def confirmed(delivered: Delivered, before: Sighting | None, parts: Iterable[str]) -> Sighting:
    """The same where a person says that the texts of these parts hold for the sources that they have now."""
    known = sight(delivered, before)
    chosen = set(parts)
    seen = {part: dict(table) for part, table in known.seen.items()}
    for part, (text, source) in delivered.parts.items():
        if part in chosen:
            seen[part][_named(text)] = source
    stale = {part: source for part, source in known.stale.items() if part not in chosen}
    return Sighting(known.fingerprint, seen, stale)


def stale_parts(text: ReferenceText, product: Product, locale: str) -> Mapping[str, Stale]:
    """Every part of a text that was made from another source than there is now, whoever knows it."""
    if not text.source or text.source == source_hash(product.text):
        return text.stale
    told = Stale(f"the source text of {product.key} changed since its {locale} text was made")
    given: dict[str, Stale] = {
        name: told for name in FIELDS if getattr(text, name).strip() and name not in text.made
    }
    return {**given, **text.stale}
