"""One wording that a market's rules speak of, and the rule that does."""

from __future__ import annotations

import re
from typing import Literal

from attrs import field, frozen

__all__ = ["KINDS", "SEVERITIES", "ClaimSeverity", "Source", "Term"]

ClaimSeverity = Literal["block", "registration", "evidence", "warn"]
SEVERITIES: tuple[ClaimSeverity, ...] = ("block", "registration", "evidence", "warn")
"""From the worst down."""

KINDS = ("cosmetic", "food", "other")
_NOTE = re.compile(r"[(（].*?[)）]")


@frozen(kw_only=True)
class Source:
    """A rule that somebody published. `confidence` is S, D or U: specification, document, unsure."""

    id: str
    name: str
    confidence: str = "U"
    note: str = ""


@frozen(kw_only=True)
class Term:
    """A wording, literal or as a regular expression, with what it means and what to write instead.

    `kinds` are the kinds of goods and `fields` the fields that it concerns, empty for all; `exceptions` are
    phrases in which it is harmless. `at` is its place in the file.
    """

    id: str
    locale: str
    term: str
    regex: bool = False
    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    category: str = ""
    sources: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    severity: ClaimSeverity = "warn"
    suggestion: str = ""
    exceptions: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    confidence: str = "U"
    at: str = field(default="", eq=False)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The exceptions as they may stand in a text, without remarks in brackets."""
        return tuple(phrase for one in self.exceptions if (phrase := _NOTE.sub("", one).strip()))

    def concerns(self, field: str, kind: str) -> bool:
        """Whether it counts in this field for this kind of goods; an unknown kind (empty) is any."""
        return (not self.fields or field in self.fields) and (
            not kind or not self.kinds or kind in self.kinds
        )
