"""All gates over one translation, the cheap ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import evolve, field, frozen

from storesync.compliance import Scanner
from storesync.localization.gates.damage import lost_letters, talk
from storesync.localization.gates.markup import markup
from storesync.localization.gates.numbers import numbers
from storesync.localization.gates.opposites import opposites
from storesync.localization.gates.presence import absence, loops, other_language, proportion
from storesync.localization.gates.scripts import characters, unwanted
from storesync.localization.gates.terms import brands, wording
from storesync.localization.gates.verdict import Finding, Level, Verdict
from storesync.localization.glossary import Glossary
from storesync.localization.length import UNITS, length
from storesync.model import Limit, Script, frozen_map

__all__ = ["Gates"]

Limits: TypeAlias = Mapping[str, Mapping[str, Limit]]

_NONE: Mapping[str, Limit] = frozen_map({})
_PASSED = Verdict()
_CLAIMS: Mapping[str, Level] = {"block": Level.FAIL, "warn": Level.REVIEW}


@frozen(kw_only=True)
class Gates:
    """What the gates of one source language go by.

    `brands` is a brand's own name to its Latin one; `limits` are by channel and field, as each channel counts, and
    `categories` those of single categories, by the merchant's category, channel and field: they go before the
    channel's. `refused` are scripts that a channel takes in no language. `scanners` find claims by locale.
    """

    source_locale: str = "ko"
    brands: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    glossary: Glossary = field(factory=Glossary)
    limits: Limits = field(factory=dict, converter=frozen_map)
    categories: Mapping[str, Limits] = field(factory=dict, converter=frozen_map)
    refused: Mapping[str, frozenset[Script]] = field(factory=dict, converter=frozen_map)
    scanners: Mapping[str, Scanner] = field(factory=dict, converter=frozen_map)

    def check(
        self,
        source: str,
        text: str,
        *,
        locale: str,
        field: str = "title",
        kind: str = "",
        categories: Iterable[str] = (),
        part: bool = False,
    ) -> Verdict:
        """Every finding about one translated text of goods of a `kind` (`cosmetic`, `food`, `other`, empty for any).

        `categories` are the merchant's, of all products that the text is for. Of a text that says a `part` of its source
        only, nothing is missing. An empty or copied text gets no further:
        nothing else could be said of it that helps.
        """
        found = list(absence(source, text, locale))
        if not found:
            found = self._without_claims(source, text, locale, field, tuple(categories), part=part)
            if self.scanners:
                found += self._claims(text, locale, field, kind)
        return Verdict(tuple(evolve(finding, field=field) for finding in found)) if found else _PASSED

    def _without_claims(
        self, source: str, text: str, locale: str, field: str, categories: tuple[str, ...], *, part: bool
    ) -> list[Finding]:
        found = [*characters(text, locale)]
        if "?" in text:
            found += lost_letters(source, text)
        found += talk(source, text, locale)
        if self.refused:
            found += unwanted(text, locale, self.refused)
        found += markup(source, text, part=part)
        found += numbers(source, text, self.source_locale, locale, part=part)
        found += opposites(source, text, self.source_locale, locale)
        if not part:
            found += brands(source, text, self.brands, field)
        found += wording(source, text, field, locale, self.glossary)
        if self.limits or self.categories:
            found += self._lengths(text, field, categories)
        found += other_language(source, text, field, locale, self.brands)
        if not part:
            found += proportion(source, text, locale, field)
        found += loops(source, text)
        return found

    def _lengths(self, text: str, field: str, categories: tuple[str, ...]) -> Iterator[Finding]:
        own = [(name, self.categories[name]) for name in categories if name in self.categories]
        if not own:
            for channel, limits in self.limits.items():
                yield from _length(text, channel, limits.get(field))
            return
        told: set[tuple[str, Limit | None]] = set()
        for category, by_channel in own:
            for channel in dict.fromkeys((*self.limits, *by_channel)):
                limit = by_channel.get(channel, _NONE).get(field)
                name = f"{channel} in category {category}" if limit is not None else channel
                limit = limit or self.limits.get(channel, _NONE).get(field)
                if (name, limit) not in told:
                    told.add((name, limit))
                    yield from _length(text, name, limit)

    def _claims(self, text: str, locale: str, field: str, kind: str) -> Iterator[Finding]:
        scanner = self.scanners.get(locale)
        if scanner is None:
            return
        for hit in scanner.scan(text, field=field, kind=kind):
            if hit.waived:
                continue
            # Registration and evidence are the product's business, not the translation's.
            level = _CLAIMS.get(hit.term.severity, Level.NOTE)
            message = (
                f"{hit.excerpt!r} is {hit.term.category or 'a claim'} ({hit.term.id}, {hit.term.severity})"
            )
            yield Finding("compliance", level, message, hit.offset, hit.term.suggestion)


def _length(text: str, where: str, limit: Limit | None) -> Iterator[Finding]:
    if limit is None:
        return
    size = length(text, limit.unit)
    if size > limit.max:
        message = f"{size} {UNITS[limit.unit]}, {where} takes at most {limit.max}"
        yield Finding("length", Level.FAIL, message, _fits(text, limit), "shorten it")
    elif size < limit.min:
        message = f"{size} {UNITS[limit.unit]}, {where} asks for at least {limit.min}"
        yield Finding("length", Level.FAIL, message, 0, "say more")


def _fits(text: str, limit: Limit) -> int:
    """The first character that is too much."""
    size = 0
    for place, character in enumerate(text):
        size += length(character, limit.unit)
        if size > limit.max:
            return place
    return len(text)
