"""A row with a wrong number of cells: which cell is the likely one, judged by the rows that are right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import define, field

__all__ = ["Shapes"]

_THOUSANDS = re.compile(r"\D{0,2}\d{1,3}(?:[,.]\d{3})+\D{0,3}")
_FILE = re.compile(r"\S+\.[A-Za-z]{3,4}")
_CODE = re.compile(r"[A-Za-z0-9_.-]+")
_STRANGE = 0.25  # share of the other cells that may be unlike their column where the joint speaks for itself
_LEEWAY = 1  # a figure may have a digit more or less than those seen


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    if text.isdecimal():
        return "figure"
    if _FILE.fullmatch(text):
        return "file"
    return "code" if _CODE.fullmatch(text) else "text"


@define
class _Column:
    kinds: set[str] = field(factory=set)
    least: int = 1_000
    most: int = 0

    def learn(self, cell: str) -> None:
        kind = _kind(cell)
        self.kinds.add(kind)
        if kind == "figure":
            self.least, self.most = min(self.least, len(cell.strip())), max(self.most, len(cell.strip()))

    def fits(self, cell: str) -> bool:
        kind = _kind(cell)
        if not self.kinds - {"empty"}:
            return True  # nobody knows what would stand here
        if kind != "figure":
            return kind in self.kinds
        return kind in self.kinds and self.least - _LEEWAY <= len(cell.strip()) <= self.most + _LEEWAY


class Shapes:
    """What the cells of each column look like in the rows of a table that are right."""

    def __init__(self, columns: int, rows: Iterable[Sequence[str]]) -> None:
        self._columns = [_Column() for _ in range(columns)]
        for row in rows:
            for column, cell in zip(self._columns, row, strict=True):
                column.learn(cell)

    def likely(self, cells: Sequence[str], delimiter: str) -> tuple[int, str] | None:
        """The column whose cell was probably torn apart, or is absent, and its whole text.

        None when it cannot be told. One cell too few or too many shows where it makes every other cell fit its
        column; a figure with thousands, or a delimiter before a space, shows by itself where most others fit.
        """
        surplus = len(cells) - len(self._columns)
        if surplus < -1:
            return None
        scores: dict[int, tuple[int, int]] = {}
        for place in range(len(self._columns)):
            taken = cells[place : place + surplus + 1]
            if not all(part.strip() for part in taken):
                continue  # nobody tears a text into nothing
            row = [*cells[:place], "", *cells[place + len(taken) :]]
            pairs = enumerate(zip(self._columns, row, strict=True))
            strange = sum(not column.fits(cell) for number, (column, cell) in pairs if number != place)
            joint = self._joint(taken, delimiter)
            allowed = len(row) * _STRANGE if joint else 0
            if strange <= allowed and (joint or abs(surplus) == 1):
                scores[place] = (-strange, joint)
        best = max(scores.values(), default=(0, 0))
        found = [place for place, score in scores.items() if score == best]
        if len(found) != 1:
            return None
        return found[0], delimiter.join(cells[found[0] : found[0] + surplus + 1])

    @staticmethod
    def _joint(taken: Sequence[str], delimiter: str) -> int:
        if len(taken) > 1 and _THOUSANDS.fullmatch(delimiter.join(taken)):
            return 2
        return int(len(taken) > 1 and all(part.startswith(" ") for part in taken[1:]))
