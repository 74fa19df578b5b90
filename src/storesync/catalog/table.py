"""CSV and tab-separated files, row by row: a wrong row is reported with its line and stops no other."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO

from storesync.catalog.layout import Layout
from storesync.catalog.misaligned import Shapes
from storesync.catalog.record import Record, shown
from storesync.issues import Issue, Severity

__all__ = ["Table"]

_LINE = 1_000_000  # characters of one physical line; longer is no table
_RECORD = 500  # physical lines of one record; a quote still open then was never closed
_LEARNT = 200  # rows that show what a column usually holds
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SHORTFALL = "unexpected end of data"  # the csv module's word for a quote that is still open


class Table:
    """One table file. `issues` are about the file; `usable` is False when no row of it can be trusted.

    A required column of the layout that is absent makes the file unusable, one that it does not know is a
    warning. `encoding` and `delimiter` None means: find out and say so.
    """

    def __init__(
        self,
        path: Path,
        layout: Layout,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
    ) -> None:
        self.path = path
        self.file = path.name
        self.issues: list[Issue] = []
        self.usable = True
        self.headers: tuple[str, ...] = ()
        self.columns: tuple[str, ...] = ()
        self._delimiter = delimiter or ","
        self._mixed = False
        self._encoding = encoding or "utf-8"
        try:
            if encoding is None:
                self._encoding = self._find_encoding()
            self._read_header(layout, delimiter)
        except OSError as error:
            self._fail(
                "file_missing",
                f"{path} cannot be read: {error.strerror}",
                f"put {self.file} there, or correct [catalog] path",
            )
        except UnicodeError as error:
            self._fail("encoding", f"{self.file} is no {self._encoding}: {error}", "save the file as UTF-8")
        if self.usable:
            self._check_columns(layout)

    def rows(self) -> Iterator[Record]:
        """Every row after the header, in order; blank lines are left out."""
        if not self.usable:
            return
        written = dict(zip(self.columns, self.headers, strict=True))
        records = self._records()
        next(records, None)
        for line, cells, faults in records:
            issues = [self._issue(code, f"{line}", message, hint) for code, message, hint in faults]
            if len(cells) != len(self.columns) and not faults:
                issues.append(self._misaligned(line, cells))
            text = "".join(cells)
            if "\0" in text:
                issues.append(self._issue("nul", f"{line}", "the row holds a NUL byte", "save the file anew"))
            if _SURROGATE.search(text):
                issues.append(
                    self._issue(
                        "encoding_mixed" if self._mixed else "encoding",
                        f"{line}",
                        f"the line is not UTF-8{', it looks like CP949' if self._mixed else ''}",
                        "save the whole file as UTF-8",
                    )
                )
            clean = [_SURROGATE.sub("\ufffd", cell).replace("\0", "") for cell in cells] if issues else cells
            padded = (*clean, *[""] * (len(self.columns) - len(clean)))
            row = dict(zip(self.columns, padded, strict=False))
            yield Record(self.file, str(line), row, written, tuple(issues))

    def _misaligned(self, line: int, cells: Sequence[str]) -> Issue:
        """The finding about a row whose cells do not stand under their columns: which cell it probably is."""
        count = f"{len(cells)} cells where the header has {len(self.columns)}"
        likely = self._shapes.likely(cells, self._delimiter)
        mark = "tab" if self._delimiter == "\t" else repr(self._delimiter)
        if len(cells) < len(self.columns):
            if likely is None:
                hint = "add the missing cells; one without a value is left empty between two delimiters"
                return self._issue("row_short", f"{line}", count, hint)
            header = self.headers[likely[0]]
            message, hint = (
                f"{count}: {header} seems to be missing",
                f"add the cell of {header}, empty or not",
            )
            return self._issue("row_short", f"{line}:{header}", message, hint)
        if likely is None:
            hint = f'put quotes around the text that holds the delimiter {mark}: "…"'
            return self._issue("row_long", f"{line}", count, hint)
        header, text = self.headers[likely[0]], likely[1]
        message = f"{count}: {header} seems to be torn apart at the delimiter {mark}"
        return self._issue("row_long", f"{line}:{header}", message, f'put quotes around it: "{text}"')

    @cached_property
    def _shapes(self) -> Shapes:
        """Read only when a row is wrong: what the right rows near the top look like."""
        good = (cells for _, cells, faults in self._records() if not faults)
        rows = (cells for cells in islice(good, 1, _LEARNT) if len(cells) == len(self.columns))
        return Shapes(len(self.columns), rows)

    # -- the file as a whole

    def _issue(
        self, code: str, row: str, message: str, hint: str = "", severity: Severity = Severity.ERROR
    ) -> Issue:
        at = f"{self.file}:{row}" if row else self.file
        return Issue(f"catalog.{code}", "", message, severity, hint, at)

    def _fail(self, code: str, message: str, hint: str = "") -> None:
        self.issues.append(self._issue(code, "", message, hint))
        self.usable = False

    def _note(self, code: str, message: str, hint: str = "") -> None:
        self.issues.append(self._issue(code, "", message, hint, Severity.NOTE))

    def _find_encoding(self) -> str:
        with self.path.open("rb") as file:
            start = file.read(4)
            for mark, encoding in _BOMS:
                if start.startswith(mark):
                    kind = "UTF-8 with a byte order mark" if encoding == "utf-8-sig" else "UTF-16"
                    code = "encoding_bom" if encoding == "utf-8-sig" else "encoding_utf16"
                    self._note(code, f"{self.file} is {kind}: read as such")
                    return encoding
            file.seek(0)
            return self._without_mark(file)

    def _without_mark(self, file: IO[bytes]) -> str:
        foreign: list[int] = []  # the first lines that are not UTF-8
        utf8 = korean = True
        own = 0  # lines that are UTF-8 and not plain ASCII
        number = 0
        while line := file.readline(_LINE):
            number += 1
            try:
                own += not line.decode().isascii()
            except UnicodeDecodeError:
                utf8 = False
                if len(foreign) < 10:
                    foreign.append(number)
                if korean:
                    try:
                        line.decode("cp949")
                    except UnicodeDecodeError:
                        korean = False
        if utf8:
            return "utf-8"
        if korean and not own:
            self._note("encoding_cp949", f"{self.file} is CP949: read as such", "save the file as UTF-8")
            return "cp949"
        self._mixed = korean
        lines = ", ".join(map(str, foreign))
        what = "CP949 lines in a UTF-8 file" if korean else "lines in no known encoding"
        self.issues.append(
            self._issue(
                "encoding_mixed" if korean else "encoding",
                "",
                f"{self.file} has {what}: line {lines}{' …' if len(foreign) == 10 else ''}",
                "those rows are held back; save the whole file as UTF-8",
            )
        )
        return "utf-8"

    def _read_header(self, layout: Layout, delimiter: str | None) -> None:
        first = next((text for _, text, _ in self._lines() if text.strip()), "")
        if not first:
            self._fail("file_empty", f"{self.file} has no header row", "the first line names the columns")
            return
        if delimiter is None:
            self._delimiter = max(",;\t", key=first.count)
            if self._delimiter != ",":
                mark = "tab" if self._delimiter == "\t" else self._delimiter
                self._note("delimiter", f"{self.file} is separated by {mark!r}: read as such")
        _, cells, faults = next(self._records())
        if faults:
            self._fail("header", f"{self.file}: the header row cannot be read: {faults[0][1]}", faults[0][2])
            return
        self.headers = tuple(cell.strip() for cell in cells)
        spaced = [cell for cell in cells if cell != cell.strip()]
        if spaced:
            self._note(
                "header_space", f"{self.file}: white space around {', '.join(map(repr, spaced))} ignored"
            )
        self.columns = tuple(layout.canonical(header) for header in self.headers)

    def _check_columns(self, layout: Layout) -> None:
        double = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if double:
            self._fail(
                "column_double", f"{self.file} has two columns {', '.join(map(repr, double))}", "rename one"
            )
        # A column that is read as something else is not the one that is missing: not the crossed-out price.
        unread = [h for h, column in zip(self.headers, self.columns, strict=True) if not layout.knows(column)]
        for column in layout.required:
            if column not in self.columns:
                header = f"price_{layout.home.lower()}" if column == "price" else column
                near = get_close_matches(header, unread, 1)
                hint = f"rename {near[0]!r}?" if near else f"it has {', '.join(self.headers)}"
                self._fail("column_missing", f"{self.file} has no column {header!r}", hint)
        for header, column in zip(self.headers, self.columns, strict=True):
            if layout.knows(column):
                continue
            if currency := layout.strange_currency(column):
                self._fail(
                    "currency_unknown", f"{self.file}: column {header!r} is in {currency}, no known currency"
                )
                continue
            near = get_close_matches(column, sorted(layout.known), 1)
            message = f"{self.file} has a column {shown(header)} that is not read"
            hint = f"did you mean {near[0]!r}?" if near else "take it out, or map it"
            self.issues.append(self._issue("column_unknown", "1", message, hint, Severity.WARNING))

    # -- lines and records

    def _lines(self) -> Iterator[tuple[int, str, bool]]:
        """Physical lines with their numbers; the flag says that a line was too long and is cut."""
        errors = "surrogateescape" if self._encoding in ("utf-8", "utf-8-sig") else "replace"
        with self.path.open(encoding=self._encoding, errors=errors, newline="") as file:
            number = 0
            while text := file.readline(_LINE):
                number += 1
                long = len(text) == _LINE and text[-1] not in "\r\n"
                rest = text
                while long and rest and rest[-1] not in "\r\n":
                    rest = file.readline(_LINE)
                yield number, text, long

    def _records(self) -> Iterator[tuple[int, list[str], list[tuple[str, str, str]]]]:
        """Records with the line they start on. After a record that cannot be read, the next line is tried."""
        source = self._lines()
        waiting: list[tuple[int, str, bool]] = []
        while True:
            if waiting:
                lines = [waiting.pop(0)]
            elif (line := next(source, None)) is not None:
                lines = [line]
            else:
                return
            start, text, long = lines[0]
            if not text.strip():
                continue
            if long:
                yield (
                    start,
                    [],
                    [("row_long", f"the line has more than {_LINE} characters", "is a quote open?")],
                )
                continue
            faults: list[tuple[str, str, str]] = []
            try:
                cells, ok = self._split([text])
                while not ok and len(lines) < _RECORD:
                    more = waiting.pop(0) if waiting else next(source, None)
                    if more is None:
                        break
                    lines.append(more)
                    cells, ok = self._split([part for _, part, _ in lines])
                wrong = not ok or (len(lines) > 1 and bool(self.columns) and len(cells) != len(self.columns))
            except csv.Error:
                wrong = True
            if wrong:
                # The quote opened on the first line swallowed what follows: give the other lines back.
                waiting[:0] = lines[1:]
                cells = self._roughly(text)
                faults.append(
                    (
                        "quote_unclosed",
                        f"a quoted text is not closed or is followed by stray text: {shown(text.strip())}",
                        'close it with ", and write a " inside it twice',
                    )
                )
            yield start, cells, faults

    def _roughly(self, line: str) -> list[str]:
        """What can be told of a broken record by its first line alone; enough to know whose it is."""
        try:
            return next(csv.reader([line], delimiter=self._delimiter), [])
        except csv.Error:
            return [cell.strip('"') for cell in line.split(self._delimiter)][:1]

    def _split(self, lines: Sequence[str]) -> tuple[list[str], bool]:
        """The cells of one record, and whether it is complete; csv.Error when it can never be."""
        try:
            return next(csv.reader(lines, delimiter=self._delimiter, strict=True), []), True
        except csv.Error as error:
            if str(error) == _SHORTFALL:
                return [], False
            raise
