"""Finds the wordings of one language in a text, all of them, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise

from attrs import define, field, frozen

from storesync.compliance.fold import Folded, fold
from storesync.compliance.spelling import EITHER, one_spelling, unmarked
from storesync.compliance.spread import spread
from storesync.compliance.term import SEVERITIES, Term

__all__ = ["Hit", "Scanner", "worst"]


@frozen
class Hit:
    """A term found in a text; `offset` and `excerpt` are of the text as it was written."""

    term: Term
    offset: int
    excerpt: str
    waived: str = ""
    """The phrase that makes it harmless; empty when none does."""

    @property
    def end(self) -> int:
        """After the last character."""
        return self.offset + len(self.excerpt)


def worst(hits: Iterable[Hit]) -> str:
    """The worst severity of what is not waived; `waived` when all of it is, `clean` when there is nothing."""
    found = list(hits)
    severities = {hit.term.severity for hit in found if not hit.waived}
    for severity in SEVERITIES:
        if severity in severities:
            return severity
    return "waived" if found else "clean"


@define(slots=False)
class Scanner:
    """The terms of one language, ready to be searched. Make one per pack and keep it."""

    terms: tuple[Term, ...] = field(converter=tuple[Term, ...])
    spaced: bool = False
    """The language parts its words by spaces: a term is whole words."""

    @cached_property
    def _literals(self) -> dict[str, tuple[Term, ...]]:
        found: dict[str, list[Term]] = {}
        for term in self.terms:
            if not term.regex and (word := _folded(term.term)):
                found.setdefault(word, []).append(term)
                if self._bare(term) and " " in word and (bare := unmarked(word)) != word:
                    found.setdefault(bare, []).append(term)
        return {word: tuple(terms) for word, terms in found.items()}

    @cached_property
    def _by_start(self) -> dict[str, tuple[str, ...]]:
        """The words by their first character, the longest first."""
        found: dict[str, list[str]] = {}
        for word in sorted(self._literals, key=len, reverse=True):
            found.setdefault(word[0], []).append(word)
        return {start: tuple(words) for start, words in found.items()}

    @cached_property
    def _search(self) -> re.Pattern[str] | None:
        words = self._literals
        if not words:
            return None
        # A word that begins with another is found by the other.
        shortest = [word for word in words if not any(word[:size] in words for size in range(1, len(word)))]
        body = _trie(sorted(shortest))
        return re.compile(rf"(?<!\w){body}" if self.spaced else body)

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str], Term], ...]:
        """Each expression with a piece of text that it cannot do without: looking for that is cheap."""
        return tuple(
            (_required(pattern), re.compile(pattern), term)
            for term in self.terms
            if term.regex
            for pattern in self._spellings(term)
        )

    def _bare(self, term: Term) -> bool:
        """Whether people also write it without its marks so that nobody finds it: tri mun."""
        return self.spaced and term.severity == "block"

    def _spellings(self, term: Term) -> tuple[str, ...]:
        pattern = _lowered(term.term, spaced=self.spaced)
        bare = unmarked(pattern)
        return (pattern, bare) if self._bare(term) and bare != pattern else (pattern,)

    @cached_property
    def _phrases(self) -> dict[str, tuple[str, ...]]:
        return {
            term.id: tuple(phrase for one in term.phrases if (phrase := _folded(one))) for term in self.terms
        }

    def scan(self, text: str, *, field: str = "title", kind: str = "") -> tuple[Hit, ...]:
        """Every term of the text, in reading order, also those that a phrase makes harmless.

        `kind` is `cosmetic`, `food` or `other`; empty when nobody knows, and then all terms count. No sign between the
        characters of a word hides it.
        """
        folded = fold(text)
        found = list(self._found(folded))
        parted = spread(folded, spaced=self.spaced)
        if parted is not None:
            seen = {(hit[0].id, hit[1]) for hit in found}
            found += [hit for hit in self._found(parted) if (hit[0].id, hit[1]) not in seen]
        if not found:
            return ()
        hits = [
            Hit(term, start, text[start:end], waived)
            for term, start, end, waived in found
            if term.concerns(field, kind)
        ]
        return tuple(sorted(hits, key=lambda hit: (hit.offset, -len(hit.excerpt), hit.term.id)))

    def _found(self, folded: Folded) -> Iterator[tuple[Term, int, int, str]]:
        text = folded.text
        search = self._search
        if search is not None:
            match = search.search(text)
            while match is not None:
                start = match.start()
                for word in self._by_start[text[start]]:
                    if text.startswith(word, start) and self._whole(text, start, start + len(word)):
                        for term in self._literals[word]:
                            yield self._hit(folded, term, start, start + len(word))
                match = search.search(text, start + 1)
        for required, pattern, term in self._patterns:
            if required not in text or pattern.search(text) is None:
                continue
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield self._hit(folded, term, match.start(), match.end())

    def _hit(self, folded: Folded, term: Term, start: int, end: int) -> tuple[Term, int, int, str]:
        return (term, *folded.place(start, end), self._harmless(folded.text, term, start, end))

    def _whole(self, text: str, start: int, end: int) -> bool:
        """Whether a term in Latin letters is no part of a longer word; digits may follow: SPF50."""
        if (
            end < len(text)
            and _letter(text[end], spaced=self.spaced)
            and _letter(text[end - 1], spaced=self.spaced)
        ):
            return False
        return not (
            start
            and _letter(text[start - 1], spaced=self.spaced)
            and _letter(text[start], spaced=self.spaced)
        )

    def _harmless(self, text: str, term: Term, start: int, end: int) -> str:
        for phrase in self._phrases[term.id]:
            if len(phrase) <= end - start:
                continue  # the term itself is no excuse
            place = text.find(phrase, max(0, end - len(phrase)), start + len(phrase))
            if 0 <= place <= start and end <= place + len(phrase):
                return phrase
        return ""


def _letter(character: str, *, spaced: bool) -> bool:
    return character.isalpha() if spaced else "a" <= character <= "z"


def _folded(text: str) -> str:
    return fold(text).text.strip()


_FLAGS = re.compile(r"^\(\?[aiLmsux]+\)")
_TOKEN = re.compile(
    r"\(\?(?:P[<=]\w+|[aiLmsux-]+)|\(\?<?[!=]\\w\)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL
)
_PART = re.compile(r"\\.|[^\\]+", re.DOTALL)
# To an expression Han are letters, and a word never ends before them: No.1面霜.
_BORDERS = {
    r"\b": r"(?a:\b)",
    r"\B": r"(?a:\B)",
    **{f"(?{way}\\w)": f"(?{way}(?a:\\w))" for way in ("<!", "!", "<=", "=")},
}
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\([^()]*\)(?:[*+?]|\{[^}]*\})?")
_RUN = re.compile(r"[\w ]+(?![\w*?{])")


def _lowered(pattern: str, *, spaced: bool) -> str:
    """The expression for folded text: searching without regard to case costs three times as much.

    Where words are not `spaced`, borders of words are those of Latin letters and digits.
    """
    tokens = _TOKEN.findall(_FLAGS.sub("", pattern))
    if not spaced:
        return "".join(_BORDERS.get(token, _lower(token)) for token in tokens)
    # After u it is the tone that moves: đột quỵ.
    lowered = ["", *map(_lower, tokens)]
    return one_spelling(
        "".join(EITHER.get(one, one) if before != "u" else one for before, one in pairwise(lowered))
    )


def _lower(token: str) -> str:
    if token.startswith("["):
        return _PART.sub(
            lambda part: part.group() if part.group()[0] == "\\" else part.group().lower(), token
        )
    return token if token.startswith(("\\", "(?")) else token.lower()


def _required(pattern: str) -> str:
    """Plain text that every match holds; empty when none is sure."""
    bare, count = _CLASS.sub("\0", pattern), 1
    while count:
        bare, count = _GROUP.subn("\0", bare)
    if "|" in bare or "(" in bare:
        return ""
    return max(_RUN.findall(bare), key=len, default="")


def _trie(words: list[str]) -> str:
    """An expression that tries each beginning once, however many words share it."""
    starts: dict[str, list[str]] = {}
    for word in words:
        starts.setdefault(word[0], []).append(word[1:])
    ends = sorted(start for start, rests in starts.items() if "" in rests)
    parts = [f"[{''.join(map(re.escape, ends))}]"] if ends else []
    parts += [re.escape(start) + _trie(rests) for start, rests in sorted(starts.items()) if "" not in rests]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
