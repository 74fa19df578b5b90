"""What the gates say of a translation: every finding, and the worst of them."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from attrs import field, frozen

__all__ = ["Finding", "Level", "Verdict"]


class Level(Enum):
    """How much a finding weighs: a fail never leaves, a review waits for a person, a note only informs."""

    FAIL = "fail"
    REVIEW = "review"
    NOTE = "note"


@frozen
class Finding:
    """One thing wrong with one translated text.

    `offset` is in characters of the translation, and `suggestion` says what to write or do. `lost` says that the text
    only lacks something of its source, `lasting` that no approval settles it.
    """

    rule: str
    level: Level
    message: str
    offset: int = 0
    suggestion: str = ""
    field: str = ""
    lost: bool = False
    lasting: bool = False

    def __str__(self) -> str:
        place = f"{self.field}:{self.offset}: " if self.field else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}{self.message}{hint} [{self.rule}]"


@frozen
class Verdict:
    """All findings about one text, in the order of the gates."""

    findings: tuple[Finding, ...] = field(default=(), converter=tuple[Finding, ...])

    @property
    def result(self) -> Literal["pass", "review", "fail"]:
        """`fail` or `review` when a finding says so; notes pass."""
        levels = {finding.level for finding in self.findings}
        if Level.FAIL in levels:
            return "fail"
        return "review" if Level.REVIEW in levels else "pass"

    def of(self, rule: str) -> tuple[Finding, ...]:
        """The findings of one rule."""
        return tuple(finding for finding in self.findings if finding.rule == rule)
