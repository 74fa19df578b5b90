"""What no engine may touch: it is replaced by marks before a text leaves and put back after.

Brands come back in Latin letters, glossary terms in their rendering, figures as the target writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from html import escape, unescape
from typing import Literal

from attrs import define, field, frozen

from storesync.errors import Malformed
from storesync.localization.brandname import name_pattern
from storesync.localization.gates.markup import PLACEHOLDER, PROTECTION, TAG
from storesync.localization.glossary import Glossary
from storesync.localization.locale import language
from storesync.model import frozen_map

__all__ = ["Marks", "Protected", "Protection"]

Marks = Literal["xml", "html", "plain"]
"""How marks look: `<x id="0"/>`, an element that is not translated, or `{0}` where markup is unknown."""

# Amounts with a unit in Latin letters stay; 원 and 개월 must be translated: their numbers are left to the gates.
_AMOUNT = re.compile(
    r"(?<![\w.,])([-−]?\d+(?:[.,]\d+)*)(\s?(?:ml|mL|ML|㎖|kg|mg|g|mm|cm|L|l|%|℃|°C))(?![A-Za-z])"
)
_LATIN_NAME = re.compile(r"\b[A-Z][A-Za-z-]+(?: [A-Z][A-Za-z-]+)+\b")
_MARK: Mapping[str, re.Pattern[str]] = {
    "xml": re.compile(r"<x id=\"(\d+)\"\s*/>(?:</x>)?"),
    "html": re.compile(r"<span[^<>]*\bid=\"m(\d+)\"[^<>]*>.*?</span>", re.DOTALL),
    "plain": re.compile(r"[{｛]\s?(\d+)\s?[}｝]"),
}


@frozen
class Protected:
    """A text with marks, and what each stands for."""

    text: str
    kept: tuple[str, ...] = field(converter=tuple[str, ...])
    marks: Marks = "plain"

    def restored(self, answer: str) -> str:
        """The answer with every mark replaced; Malformed when one is lost, doubled or new."""
        found: list[int] = []

        def put(match: re.Match[str]) -> str:
            number = int(match.group(1))
            found.append(number)
            return self.kept[number] if number < len(self.kept) else match.group()

        # Escaping is undone first and for all text at once: what is put back is not the engine's.
        parts, after = [], 0
        for match in _MARK[self.marks].finditer(answer):
            parts += [self._plain(answer[after : match.start()]), put(match)]
            after = match.end()
        parts.append(self._plain(answer[after:]))
        if sorted(found) != list(range(len(self.kept))):
            lost = [self.kept[n] for n in range(len(self.kept)) if n not in found]
            told = f"lost {', '.join(map(repr, lost))}" if lost else "doubled or made up a mark"
            raise Malformed("marks", f"the engine {told}")
        return "".join(parts)

    def _plain(self, text: str) -> str:
        return text if self.marks == "plain" else unescape(text)


@define(slots=False, frozen=True, kw_only=True)
class Protection:
    """What is kept: brands by their own name to the Latin one, names, and the glossary if wanted."""

    brands: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    names: frozenset[str] = frozenset()
    glossary: Glossary | None = None

    @cached_property
    def _latin(self) -> Mapping[str, str]:
        """A brand's Latin name, by both of its names."""
        return {
            written: latin
            for name, latin in self.brands.items()
            if latin
            for written in (name, latin)
            if written
        }

    @cached_property
    def _brands(self) -> re.Pattern[str] | None:
        return _any_of(self._latin)

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        return _any_of(self.names)

    def protect(self, text: str, locale: str, marks: Marks = "plain") -> Protected:
        """The text as it may leave."""
        taken: list[tuple[int, int, str]] = []
        for start, end, kept in self._spans(text, locale):
            if all(end <= other[0] or other[1] <= start for other in taken):
                taken.append((start, end, kept))
        parts, after = [], 0
        for number, (start, end, _) in enumerate(sorted(taken)):
            parts += [_escaped(text[after:start], marks), _mark(number, marks)]
            after = end
        parts.append(_escaped(text[after:], marks))
        return Protected("".join(parts), tuple(kept for _, _, kept in sorted(taken)), marks)

    def _spans(self, text: str, locale: str) -> Iterator[tuple[int, int, str]]:
        """What is kept, the most important first: a later one that overlaps an earlier one does not count."""
        for pattern in (TAG, PLACEHOLDER, PROTECTION):
            yield from ((match.start(), match.end(), match.group()) for match in pattern.finditer(text))
        for kept, written in ((self._latin, self._brands), (None, self._names)):
            for match in written.finditer(text) if written is not None else ():
                yield match.start(), match.end(), kept[match.group()] if kept else match.group()
        yield from ((match.start(), match.end(), match.group()) for match in _LATIN_NAME.finditer(text))
        for match in _AMOUNT.finditer(text):
            yield match.start(), match.end(), _number(match.group(1), locale) + match.group(2)
        if self.glossary is not None:
            for start, term in self.glossary.find(text):
                renderings = term.accepted.get(locale, ())
                if renderings and term.enforce != "advise":
                    yield start, start + len(term.source), renderings[0]


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the longest of these names at a place; looking for each by itself would take a second a text."""
    longest = sorted(filter(None, names), key=lambda name: (-len(name), name))
    return re.compile("|".join(map(name_pattern, longest))) if longest else None


def _escaped(text: str, marks: Marks) -> str:
    return text if marks == "plain" else escape(text, quote=False)


def _mark(number: int, marks: Marks) -> str:
    if marks == "xml":
        return f'<x id="{number}"/>'
    if marks == "html":
        return f'<span id="m{number}" translate="no" class="notranslate">{number}</span>'
    return f"{{{number}}}"


def _number(written: str, locale: str) -> str:
    """A Korean figure as the target language writes it: 27,000 becomes 27.000 in Vietnamese."""
    return written.translate(str.maketrans(",.", ".,")) if language(locale) == "vi" else written
