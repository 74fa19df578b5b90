"""CSV and XLSX, for everyone else: one row a text, the columns named in the first row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, time, timedelta

from storesync.errors import ConfigError
from storesync.issues import Issue
from storesync.localization.review.row import COLUMNS, Reviewed, ReviewRow, lock_of, state_of

__all__ = ["read_csv", "read_xlsx", "write_csv", "write_xlsx"]

_NEEDED = ("place", "locale", "source", "text", "state")
_WIDTHS = (24, 16, 9, 48, 48, 11, 8, 14, 40)
# A spreadsheet would run these, those of a Chinese or Korean one in wide characters, too; the apostrophe makes them
# text and goes again on the way in.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _cells(row: ReviewRow) -> tuple[str, ...]:
    locked = "yes" if row.locked else ""
    return (
        row.place, row.field, row.locale, row.source, row.text, row.state, locked, row.edition, row.note,
    )  # fmt: skip


def write_csv(rows: tuple[ReviewRow, ...]) -> bytes:
    """The rows in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([f"'{cell}" if _runs(cell) else cell for cell in _cells(row)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read_csv(content: bytes, *, at: str) -> tuple[Reviewed, tuple[Issue, ...]]:
    """The rows of a CSV file; a semicolon or a tab may part the cells, as some spreadsheets write it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Reviewed(()), (
            Issue(
                "review.encoding",
                "",
                f"byte {error.start} is no UTF-8",
                hint="save the file as CSV UTF-8",
                at=f"{at}:{line}",
            ),
        )
    first = text.partition("\n")[0].strip()
    told = re.fullmatch("sep=(.)", first)  # as Excel notes it
    delimiter = told.group(1) if told else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, Sequence[object]]] = []
    try:
        before = 0
        for cells in reader:
            rows.append(
                (before + 1, [cell[1:] if cell[:1] == "'" and _runs(cell) else cell for cell in cells])
            )
            before = reader.line_num
    except csv.Error as error:
        issue = Issue(
            "review.file", "", f"this is no CSV: {error}", hint="export it again", at=f"{at}:{before + 1}"
        )
        return Reviewed(()), (issue,)
    return _read(rows[1:] if told else rows, at)


def _runs(cell: str) -> bool:
    """Whether a spreadsheet would run a cell, also one whose own apostrophe must not be taken for ours."""
    return cell.lstrip("'").startswith(_FORMULA)


def write_xlsx(rows: tuple[ReviewRow, ...]) -> bytes:
    """The rows as a workbook; only the columns that people fill are free, the others are protected."""
    try:
        import xlsxwriter
    except ImportError:
        raise ConfigError(
            "XLSX files need XlsxWriter, which is not installed: pip install 'storesync[excel]'"
        ) from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("texts")
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7"})
    free = book.add_format({"text_wrap": True, "locked": False, "valign": "top"})
    kept = book.add_format({"text_wrap": True, "font_color": "#555555", "valign": "top"})
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(_cells(row)):
            editable = COLUMNS[column] == "locked" or (
                COLUMNS[column] in ("text", "state", "note") and not row.locked
            )
            sheet.write_string(number, column, cell, free if editable else kept)
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"format_columns": True, "autofilter": True, "sort": True})
    sheet.data_validation(
        1,
        5,
        max(len(rows), 1),
        5,
        {"validate": "list", "source": ["initial", "translated", "reviewed", "final"]},
    )
    book.close()
    return out.getvalue()


def read_xlsx(content: bytes, *, at: str) -> tuple[Reviewed, tuple[Issue, ...]]:
    """The rows of a workbook's first sheet."""
    try:
        import python_calamine
    except ImportError:
        raise ConfigError(
            "XLSX files need python-calamine, which is not installed: pip install 'storesync[excel]'"
        ) from None
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        values, merged = sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        issue = Issue("review.file", "", f"this is no workbook: {error}", hint="export it again", at=at)
        return Reviewed(()), (issue,)
    whole = {row + 1 for (top, _), (bottom, _) in merged for row in range(top, bottom + 1)}
    return _read(enumerate(values, start=1), at, joined=whole)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _read(
    rows: Iterable[tuple[int, Sequence[object]]], at: str, *, joined: Container[int] = ()
) -> tuple[Reviewed, tuple[Issue, ...]]:
    """The rows below the header; `joined` are those with a merged cell: what stands in it is whose?"""
    header: list[str] | None = None
    found: list[ReviewRow] = []
    issues: list[Issue] = []
    for number, values in rows:
        place, cells = f"{at}:{number}", [_text(value) for value in values]
        if header is None:
            header = [name.strip().lower() for name in cells]
            lacking = [name for name in _NEEDED if name not in header]
            if lacking:
                message = f"the table has no column {', '.join(lacking)}"
                hint = "export it again and keep the first row"
                return Reviewed(()), (Issue("review.file", "", message, hint=hint, at=place),)
            double = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
            if double:
                message = f"the table has two columns {', '.join(double)}"
                return Reviewed(()), (Issue("review.file", "", message, hint="keep one of them", at=place),)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(header, cells, strict=False))
        spoiled = _spoiled(header, values, joined=number in joined)
        if spoiled:
            hint = "give each text a row and a cell of its own, as text"
            issues.append(Issue("review.row", row.get("place", ""), spoiled, hint=hint, at=place))
            continue
        state, locked = state_of(row.get("state", "")), lock_of(row.get("locked", ""))
        if state is None or locked is None or not row.get("place"):
            message, hint = _wrong(row, state, locked=locked)
            issues.append(Issue("review.row", row.get("place", ""), message, hint=hint, at=place))
            continue
        found.append(
            ReviewRow(
                place=row["place"].strip(),
                field=row.get("field", "").strip(),
                locale=row.get("locale", "").strip(),
                source=row.get("source", ""),
                text=row.get("text", ""),
                state=state,
                locked=locked if "locked" in row else None,
                edition=row.get("edition", "").strip(),
                note=row.get("note", ""),
                at=place,
            )
        )
    if header is None:
        return Reviewed(()), (Issue("review.file", "", "the file is empty", hint="export it again", at=at),)
    locales = {row.locale for row in found}
    return Reviewed(tuple(found), locales.pop() if len(locales) == 1 else ""), tuple(issues)


def _spoiled(header: Sequence[str], values: Sequence[object], *, joined: bool) -> str:
    """What a spreadsheet did to a row by itself; empty when it is as people left it."""
    if joined:
        return "the row has a merged cell"
    for name, value in zip(header, values, strict=False):
        if name in COLUMNS and isinstance(value, date | time | timedelta):
            return f"{name} became {value}, a date or a time"
    if any(_text(value).strip() for value in values[len(header) :]):
        return f"the row has {len(values)} cells for {len(header)} columns"
    return ""


def _wrong(row: Mapping[str, str], state: str | None, *, locked: bool | None) -> tuple[str, str]:
    """What is wrong with a row, and the way out."""
    if state is None:
        return f"state {row.get('state')!r} is unknown", "write initial, translated, reviewed or final"
    if locked is None:
        return f"locked {row.get('locked')!r} says neither yes nor no", "write yes, or leave the cell empty"
    return "the row has no place", "keep the place"
