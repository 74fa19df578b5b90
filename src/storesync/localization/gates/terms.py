"""Brands stay as they are, and the house's words are used: what must stand, and what must never stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from storesync.compliance import Folded, fold, spread
from storesync.localization.brandname import says_name
from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.glossary import Glossary, GlossaryTerm
from storesync.localization.locale import language

__all__ = ["STRICT", "brands", "wording"]

STRICT = frozenset({"title", "attributes", "option_values"})
"""Fields in which a missing rendering is a finding; prose may say it otherwise."""

_LEVELS = {"block": Level.FAIL, "warn": Level.REVIEW, "advise": Level.NOTE}


def brands(source: str, text: str, names: Mapping[str, str], field: str = "title") -> Iterable[Finding]:
    """`brand_kept`: a brand of the source, by its own name or its Latin one, stands in Latin letters."""
    said = [one for one in names.items() if one[1] and (one[0] in source or one[1] in source)]
    return _lost(source, text, said, field) if said else ()


def _lost(source: str, text: str, names: Iterable[tuple[str, str]], field: str) -> Iterator[Finding]:
    for name, latin in names:
        if latin in text:
            continue
        said = latin in source or says_name(name, source, prose=field != "title")
        if said:
            yield Finding(
                "brand_kept", Level.FAIL, f"the brand {latin} is lost", 0, f"write {latin}", lost=True
            )
        elif said is None:
            message = f"the brand {latin} is lost, if {name} is meant as one"
            yield Finding("brand_kept", Level.REVIEW, message, 0, f"write {latin}, or leave it so")


def wording(source: str, text: str, field: str, locale: str, glossary: Glossary) -> Iterable[Finding]:
    """`glossary`: a rendering that is never right fails in every field; a missing one counts in some fields.

    A rendering that another term of the same source asks for is not held against this one: 미역 is never
    海带, but 다시마 beside it is.
    """
    found = glossary.find(source)
    return _wording(found, text, field, locale) if found else ()


def _wording(
    found: Sequence[tuple[int, GlossaryTerm]], text: str, field: str, locale: str
) -> Iterator[Finding]:
    terms = tuple({term.source: term for _, term in found}.values())
    compared: _Compared | None = None
    for term in terms:
        if term.doubt:
            message = f"the glossary contradicts itself about {term.source} ({term.doubt})"
            yield Finding(
                "glossary", Level.REVIEW, message, 0, "have a person look, and correct the glossary"
            )
        accepted = term.accepted.get(locale, ()) if field in STRICT else ()
        if any(word in text for word in accepted):
            accepted = ()
        if not accepted and locale not in term.never:
            continue
        compared = compared or _Compared.of(text, locale)  # it costs more than all the rest
        yield from _never(term, terms, compared, locale)
        if accepted and not any(_word(word, locale) in compared.text for word in accepted):
            yield Finding(
                "glossary",
                _LEVELS[term.enforce],
                f"{term.source} is not rendered as {' or '.join(accepted)}",
                0,
                f"write {accepted[0]}" + (f": {term.note}" if term.note else ""),
            )


@frozen
class _Compared:
    """A text as words are looked for in it: folded, without signs in it, and without spaces where they part no words."""

    folded: Folded
    text: str

    @classmethod
    def of(cls, text: str, locale: str) -> _Compared:
        spaced, folded = language(locale) != "zh", fold(text)
        folded = spread(folded, spaced=spaced, lines=True) or folded
        return cls(folded, folded.text if spaced else "".join(folded.text.split()))

    def offset(self, index: int) -> int:
        """Where a character of the compared text stands in the original."""
        if len(self.text) != len(self.folded.text):
            index = [place for place, one in enumerate(self.folded.text) if not one.isspace()][index]
        return self.folded.place(index, index + 1)[0]


@lru_cache(maxsize=4096)
def _word(word: str, locale: str) -> str:
    return _Compared.of(word, locale).text


def _never(
    term: GlossaryTerm, terms: tuple[GlossaryTerm, ...], compared: _Compared, locale: str
) -> Iterator[Finding]:
    folded = compared.text
    for word in term.never.get(locale, ()):
        wrong = _word(word, locale)
        offset = folded.find(wrong)
        if offset < 0:
            continue
        excuses = [
            right
            for other in terms
            if other is not term
            for right in (_word(one, locale) for one in other.accepted.get(locale, ()))
            if wrong in right
        ]
        while offset >= 0:
            if not any(_covers(folded, right, offset, offset + len(wrong)) for right in excuses):
                accepted = term.accepted.get(locale, ())
                hint = f"write {' or '.join(accepted)}" if accepted else "write it otherwise"
                message = f"{term.source} must never be rendered as {word}"
                yield Finding("glossary", Level.FAIL, message, compared.offset(offset), hint)
                break
            offset = folded.find(wrong, offset + 1)


def _covers(text: str, right: str, start: int, end: int) -> bool:
    place = text.find(right, max(0, end - len(right)), start + len(right))
    return 0 <= place <= start and end <= place + len(right)
