"""The house's own words: which rendering a term must have, may have, and must never have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Literal

from attrs import define, evolve, field, frozen

from storesync.compliance import read_rows
from storesync.issues import Issue
from storesync.model import digest, frozen_map

__all__ = ["Enforce", "Glossary", "GlossaryTerm", "read_glossary"]

Enforce = Literal["block", "warn", "advise"]
_LOCALES = {name.replace("-", "_"): name for name in ("zh-Hans", "zh-Hant", "vi", "en", "ja", "th")}
_ENFORCE: Mapping[str, Enforce] = {"block": "block", "warn": "warn", "advise": "advise"}


@frozen(kw_only=True)
class GlossaryTerm:
    """One source term; `accepted` and `never` are renderings by locale, the first one is preferred.

    `doubt` says where the table contradicts itself about it: texts that hold it wait for a person.
    """

    source: str
    accepted: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    never: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    kind: str = ""
    enforce: Enforce = "warn"
    note: str = ""
    doubt: str = ""
    at: str = field(default="", eq=False)


@define(slots=False, frozen=True)
class Glossary:
    """All terms of one source language.

    `doubt` is the place at which the table cannot be read: then nobody knows of any word, and no engine is asked.
    """

    terms: tuple[GlossaryTerm, ...] = field(default=(), converter=tuple[GlossaryTerm, ...])
    doubt: str = ""

    @cached_property
    def _by_source(self) -> Mapping[str, GlossaryTerm]:
        return {term.source: term for term in self.terms}

    @cached_property
    def _search(self) -> re.Pattern[str] | None:
        words = sorted(self._by_source, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, words))) if words else None

    @cached_property
    def _kept(self) -> Callable[[str], tuple[tuple[int, GlossaryTerm], ...]]:
        return lru_cache(maxsize=4096)(self._find)

    def _find(self, source: str) -> tuple[tuple[int, GlossaryTerm], ...]:
        if self._search is None:
            return ()
        return tuple(
            (match.start(), self._by_source[match.group()]) for match in self._search.finditer(source)
        )

    def find(self, source: str) -> tuple[tuple[int, GlossaryTerm], ...]:
        """The terms of a source text with their offsets; the longest one that begins at a place counts."""
        return self._kept(source)

    def version(self, source: str, locale: str) -> str:
        """Names the renderings that matter to one text: another word's change translates nothing again."""
        terms = {term.source: term for _, term in self.find(source)}
        if not terms:
            return ""
        return digest(
            [
                [
                    name,
                    list(term.accepted.get(locale, ())),
                    list(term.never.get(locale, ())),
                    term.enforce,
                    *([term.doubt] if term.doubt else []),
                ]
                for name, term in sorted(terms.items())
            ]
        )


def _renderings(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in cell.split("|") if (part := piece.strip()))


def read_glossary(text: str, *, at: str) -> tuple[Glossary, tuple[Issue, ...]]:
    """The terms of a table (ko, then a column and a `never_` column by locale, kind, enforce, note).

    A row that contradicts itself or another one is an issue with its line, and does not count; its term is in
    doubt. So is a whole table without a column of source words.
    """
    rows, issues = read_rows(text, ("ko",), at=at, code="glossary.row")
    if issues and issues[0].at == f"{at}:1":
        return Glossary(doubt=issues[0].at), tuple(issues)
    found = {one.path: GlossaryTerm(source=one.path, doubt=one.at, at=one.at) for one in issues if one.path}
    for place, row in rows:
        enforce = row.get("enforce") or "warn"
        if enforce not in _ENFORCE:
            message = f"enforce {enforce!r} is unknown"
            issues.append(
                Issue("glossary.row", row["ko"], message, hint=f"write {', '.join(_ENFORCE)}", at=place)
            )
            found.setdefault(row["ko"], GlossaryTerm(source=row["ko"], doubt=place, at=place))
            continue
        term = GlossaryTerm(
            source=row["ko"],
            accepted={
                locale: words
                for column, locale in _LOCALES.items()
                if (words := _renderings(row.get(column, "")))
            },
            never={
                locale: words
                for column, locale in _LOCALES.items()
                if (words := _renderings(row.get(f"never_{column}", "")))
            },
            kind=row.get("kind", ""),
            enforce=_ENFORCE[enforce],
            note=row.get("note", ""),
            at=place,
        )
        told = list(_contradictions(term, found))
        issues += told
        if not told:
            found[term.source] = term
        elif term.source in found:
            found[term.source] = evolve(found[term.source], doubt=place)
        else:
            found[term.source] = GlossaryTerm(source=term.source, doubt=place, at=place)
    return Glossary(tuple(found.values())), tuple(issues)


def _contradictions(term: GlossaryTerm, found: Mapping[str, GlossaryTerm]) -> Iterator[Issue]:
    if term.source in found:
        yield Issue(
            "glossary.contradiction",
            term.source,
            f"{term.source} stands at {found[term.source].at} already",
            hint="keep one row, with its renderings parted by |",
            at=term.at,
        )
    for locale, words in term.accepted.items():
        for word in words:
            for never in term.never.get(locale, ()):
                if never.casefold() in word.casefold():
                    yield Issue(
                        "glossary.contradiction",
                        term.source,
                        f"{word!r} is accepted in {locale} and holds {never!r}, which is never right",
                        hint="remove one of the two",
                        at=term.at,
                    )
