"""What is wrong with the merchant's own data: one finding, one place, one way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from enum import Enum
from typing import overload

from attrs import evolve, field, frozen

__all__ = ["Issue", "Issues", "Severity", "counted", "nearest", "told", "unread", "wordless"]


# What drives a terminal instead of being read: strangers write names, and markets write messages.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def told(text: str) -> str:
    """The text without control characters, but for line ends and tabs."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def wordless(text: str) -> bool:
    """Whether nobody can read anything in it: no letter and no digit, only dots, spaces and signs without a width."""
    return not any(map(str.isalnum, text))


class Severity(Enum):
    """How much a finding weighs: an error holds the listing back, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting puts errors first."""
        return ("error", "warning", "note").index(self.value)


@frozen
class Issue:
    """One finding about one place in the merchant's data.

    `code` is stable and dotted (`price.rate_expired`); `path` says which part of which product, channel or
    policy (`SBG-001/variants/SBG-001-30/price`); `at` says where in the source it stands, as
    `file:row:column`, when that is known; `hint` is the way out.
    """

    code: str
    path: str
    message: str = field(converter=told)
    severity: Severity = Severity.ERROR
    hint: str = ""
    at: str = ""

    def under(self, prefix: str) -> Issue:
        """The same finding, seen from one level higher."""
        return evolve(self, path=f"{prefix}/{self.path}" if self.path else prefix)

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        hint = f" ({self.hint})" if self.hint else ""
        path = f"{self.path}: " if self.path else ""
        return f"{place}{path}{self.message}{hint} [{self.code}]"


@frozen
class Issues:
    """Findings in the order in which they were made; it never drops one."""

    all: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])

    def __iter__(self) -> Iterator[Issue]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    @overload
    def __getitem__(self, index: int) -> Issue: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Issue, ...]: ...
    def __getitem__(self, index: int | slice) -> Issue | tuple[Issue, ...]:
        return self.all[index]

    def __str__(self) -> str:
        return "\n".join(f"{issue.severity.value} {issue}" for issue in self.all) or "no findings"

    def __add__(self, more: Iterable[Issue]) -> Issues:
        return Issues((*self.all, *more))

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The findings that hold a listing back."""
        return tuple(issue for issue in self.all if issue.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """The findings that a person should read but that hold nothing back."""
        return tuple(issue for issue in self.all if issue.severity is Severity.WARNING)

    def under(self, prefix: str) -> Issues:
        """All findings, seen from one level higher."""
        return Issues(tuple(issue.under(prefix) for issue in self.all))


def unread(products: int, issues: Iterable[Issue]) -> bool:
    """Whether the catalog could not be read at all: it told of no product, and a finding says why."""
    return not products and any(
        issue.severity is Severity.ERROR and issue.code.startswith("catalog.") for issue in issues
    )


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, as every message says it: 1 operation, 2 operations."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint: the known name that looks most like this one, or all of them."""
    names = sorted(known)
    close = get_close_matches(name, names, 1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names) or 'none'}"
