"""Translations that come with the catalog: texts per product, and tables for what repeats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from storesync.compliance import name_key
from storesync.localization.provenance import Provenance
from storesync.model import frozen_map

__all__ = ["FIELDS", "Reference", "ReferenceText", "Stale"]

FIELDS: tuple[Literal["title", "short_description"], ...] = ("title", "short_description")
"""The texts of a product that are translated; all else comes from tables."""


@frozen
class Stale:
    """What changed since a text was made, and the source text that it belongs to; empty when nobody knows that."""

    said: str
    source: str = ""


@frozen(kw_only=True)
class ReferenceText:
    """The texts of one product in one language, as somebody delivered them.

    `attributes` are by localized name, in the order of the source. `state` is `reference`, `machine`, `unsure`
    (machine text in which a gate saw something to look at), `reviewed` or `final`; `source` the hash of the
    source texts it was made from, empty when nobody knows. `stale` are fields (`title`, `attributes/NAME`) whose
    source changed since. `made` tells of single fields where they did not come with the others.
    """

    title: str
    short_description: str = ""
    attributes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    state: str = "reference"
    source: str = ""
    at: str = ""
    stale: Mapping[str, Stale] = field(factory=dict, converter=frozen_map)
    made: Mapping[str, Provenance] = field(factory=dict, converter=frozen_map)

    @property
    def standings(self) -> tuple[str, ...]:
        """The states of its texts: all of them must count where they are shown."""
        given = [self.made[name].state if name in self.made else self.state for name in FIELDS]
        return tuple(dict.fromkeys(given))


_NO_WORDS: Mapping[str, str] = frozen_map({})


def _by_every_name(table: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """The rows of a table by the names that they have in the source language, and by their INCI ones."""
    if isinstance(table, MappingProxyType):
        return table
    found = {name_key(source): words for source, words in table.items() if source}
    for words in table.values():
        if inci := words.get("inci"):
            found.setdefault(name_key(inci), words)
    return frozen_map(found)


@frozen(kw_only=True)
class Reference:
    """All delivered translations of one catalog.

    `texts` by product key and locale; `options` by kind (`name`, `value`), source text and locale;
    `vocabulary` by kind, key and locale; `ingredients` by name (in the source language, and INCI) and locale, where a `|`
    parts several names of one. `refused` says by product key
    and locale which fields have no text that counts because a person refused it.
    """

    texts: Mapping[str, Mapping[str, ReferenceText]] = field(factory=dict, converter=frozen_map)
    options: Mapping[str, Mapping[str, Mapping[str, str]]] = field(factory=dict, converter=frozen_map)
    vocabulary: Mapping[str, Mapping[str, Mapping[str, str]]] = field(factory=dict, converter=frozen_map)
    ingredients: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=_by_every_name)
    refused: Mapping[str, Mapping[str, Mapping[str, str]]] = field(factory=dict, converter=frozen_map)

    def text(self, key: str, locale: str) -> ReferenceText | None:
        """The texts of one product in one language, or None."""
        return self.texts.get(key, {}).get(locale)

    def option(self, kind: str, source: str, locale: str) -> str:
        """An option name or value in one language; empty when the table has none."""
        return self.options.get(kind, {}).get(source, {}).get(locale, "")

    def word(self, kind: str, key: str, locale: str) -> str:
        """A vocabulary word in one language; empty when the table has none."""
        return self.vocabulary.get(kind, {}).get(key, {}).get(locale, "")

    def ingredient(self, name: str) -> Mapping[str, str]:
        """What an ingredient is called by locale, and its `inci` name; empty when the table does not have it."""
        return self.ingredients.get(name_key(name), _NO_WORDS) if name else _NO_WORDS
