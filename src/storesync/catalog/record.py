"""One raw row of a source, with its address, before anybody has judged it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from storesync.issues import Issue, Severity
from storesync.model import frozen_map

__all__ = ["Cells", "Record", "finding"]

_TORN = frozenset({"catalog.row_short", "catalog.row_long", "catalog.quote_unclosed"})
_SHOWN = 60  # characters of a wrong value that a message repeats


def shown(value: str) -> str:
    """A wrong value as a message shows it: quoted, escaped, shortened."""
    return repr(value) if len(value) <= _SHOWN else repr(value[:_SHOWN]) + "…"


@frozen
class Record:
    """One row: canonical column to text. `row` is the line it begins on.

    `headers` give each canonical column as the source itself writes it; `issues` are about the whole row.
    """

    file: str
    row: str
    cells: Mapping[str, str] = field(converter=frozen_map)
    headers: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    issues: tuple[Issue, ...] = ()

    @property
    def torn(self) -> bool:
        """Whether cells stand under the wrong columns: nothing but whose row it is may be read from them."""
        return any(issue.code in _TORN for issue in self.issues)

    def at(self, column: str = "") -> str:
        """Where a cell stands, as `file:row:column`; without a column the row."""
        place = f"{self.file}:{self.row}"
        return f"{place}:{self.headers.get(column, column)}" if column else place


def finding(
    record: Record,
    column: str,
    code: str,
    message: str,
    *,
    path: str = "",
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Issue:
    """An issue about one cell of a record (or, with an empty column, about the row)."""
    return Issue(
        code=f"catalog.{code}", path=path, message=message, severity=severity, hint=hint, at=record.at(column)
    )


class Cells:
    """A record while it is being read: hands out cells and keeps what is wrong with them.

    `path` is the part of the product that the record describes (`SBG-001/variants/SBG-001-30`).
    """

    def __init__(self, record: Record, path: str) -> None:
        self.record = record
        self.path = path
        self.issues: list[Issue] = []

    def raw(self, column: str) -> str:
        """The cell with the white space at both ends gone; empty when the column is absent."""
        return self.record.cells.get(column, "").strip()

    def has(self, column: str) -> bool:
        """Whether the source has this column at all."""
        return column in self.record.cells

    def error(self, column: str, code: str, message: str, hint: str = "") -> None:
        """Something that holds the product back."""
        self._add(column, code, message, hint, Severity.ERROR)

    def warn(self, column: str, code: str, message: str, hint: str = "") -> None:
        """Something that a person should look at."""
        self._add(column, code, message, hint, Severity.WARNING)

    def note(self, column: str, code: str, message: str, hint: str = "") -> None:
        """Something that was put right."""
        self._add(column, code, message, hint, Severity.NOTE)

    def _add(self, column: str, code: str, message: str, hint: str, severity: Severity) -> None:
        path = f"{self.path}/{column}" if column else self.path
        self.issues.append(
            finding(self.record, column, code, message, path=path, hint=hint, severity=severity)
        )
