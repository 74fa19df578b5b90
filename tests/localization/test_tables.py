"""Tables as spreadsheets hand them back: marks, marks of marks, dates out of numbers, merged cells, doubled columns."""

import csv
import io
from datetime import date
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from attrs import evolve

from storesync.localization.memory import edition
from storesync.localization.review import COLUMNS, ReviewRow, read_csv, read_xlsx, write_csv, write_xlsx

ROW = ReviewRow(place="A/title", field="title", locale="vi", source="크림", text="Kem", state="translated")
HEAD = ",".join(COLUMNS)


def workbook(*rows: list[Any], merge: tuple[int, int, int, int] | None = None) -> bytes:
    """A workbook with the columns and these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, book.add_format({"num_format": "d-mmm"}))
            else:
                sheet.write(number, column, cell)
    if merge:
        sheet.merge_range(*merge, "Kem")
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("lead", ["", "'", "''"])
@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://evil","free")', "+1", "-18°C", "@sum", "＝1+1", "－18℃", "\tx", "plain", "'quoted'"],
)
def test_no_cell_runs_and_every_cell_comes_back(lead: str, text: str) -> None:
    """Whatever apostrophes a text has of its own, in a table and in a workbook."""
    row = evolve(ROW, text=lead + text, note=f"{lead}{text}")

    table = write_csv((row,))
    (cells,) = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    back, _ = read_csv(table, at="a.csv")
    book, _ = read_xlsx(write_xlsx((row,)), at="a.xlsx")

    assert not cells["text"].startswith(("=", "+", "-", "@", "\t", "＝", "－"))
    assert (lead + text, lead + text) == (back.rows[0].text, back.rows[0].note)
    assert lead + text == book.rows[0].text


def test_no_edition_looks_like_a_number_or_a_date() -> None:
    """A spreadsheet that makes 1.2E+11 of it would make a conflict of a text that nobody touched."""
    some = [edition(f"text {number}", "translated", locked=False) for number in range(500)]

    assert all(one.startswith("v") and 12 == len(one) for one in some)
    assert 500 == len(set(some))


@pytest.mark.parametrize(
    "content",
    [
        f"sep=;\r\n{HEAD.replace(',', ';')}\r\nA/title;title;vi;크림;Kem, ngon;reviewed;;;\r\n",
        f'\ufeff{HEAD}\r\nA/title,title,vi,크림,"Kem, ngon",reviewed,,,\r\n',
        f'{HEAD}\rA/title,title,vi,크림,"Kem, ngon",reviewed,,,\r',
        "Note\tState\tText\tSource\tLocale\tPlace\nx\tREVIEWED\tKem, ngon\t크림\tvi\tA/title\n",
        f'{HEAD.upper()},MY COLUMN\nA/title,title,vi,크림,"Kem, ngon",reviewed,,,,mine\n',
    ],
)
def test_what_spreadsheets_make_of_a_table_is_read(content: str) -> None:
    """A note of the separator, a byte order mark, old line ends, another order of columns, columns of one's own."""
    file, issues = read_csv(content.encode(), at="a.csv")

    assert () == issues
    assert [("A/title", "Kem, ngon", "reviewed")] == [(row.place, row.text, row.state) for row in file.rows]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (f"{HEAD},text\nA/title,title,vi,크림,Kem,reviewed,,,,Evil\n", "review.file", "two columns text"),
        (
            f"{HEAD}\nA/title,title,vi,크림,Kem, ngon,reviewed,,,seen\n",
            "review.row",
            "10 cells for 9 columns",
        ),
        ("place,locale,source,translation,state\nA,vi,a,b,\n", "review.file", "no column text"),
    ],
)
def test_a_table_that_says_two_things_is_told(content: str, code: str, said: str) -> None:
    """Nothing of it is guessed."""
    file, issues = read_csv(content.encode(), at="a.csv")

    assert () == file.rows
    assert [code] == [issue.code for issue in issues]
    assert said in issues[0].message


def test_cells_that_a_spreadsheet_changed_by_itself_are_told() -> None:
    """A date out of a fraction, and merged cells: neither is what somebody wrote; the other rows come in."""
    good = ["A/title", "title", "vi", "크림", "Kem", "reviewed", "", "", ""]
    dated = ["B/title", "title", "vi", "3/4", date(2026, 3, 4), "reviewed", "", "", ""]
    merged = ["C/title", "title", "vi", "크림", "Kem", "reviewed", "", "", ""]
    last = ["D/title", "title", "vi", "크림", "", "reviewed", True, 1.0, ""]

    file, issues = read_xlsx(workbook(good, dated, merged, last, merge=(3, 4, 4, 4)), at="a.xlsx")

    assert ["A/title"] == [row.place for row in file.rows]
    assert [("a.xlsx:3", "review.row"), ("a.xlsx:4", "review.row"), ("a.xlsx:5", "review.row")] == [
        (issue.at, issue.code) for issue in issues
    ]
    assert "text became 2026-03-04" in issues[0].message
    assert "merged" in issues[1].message


def test_a_workbook_of_an_export_has_no_formula() -> None:
    """Not even a link: every cell is text."""
    rows = tuple(evolve(ROW, text=text) for text in ("=1+1", "http://evil.example", "1", "2026-03-04"))
    book = python_calamine.load_workbook(io.BytesIO(write_xlsx(rows))).get_sheet_by_index(0).to_python()

    assert ["=1+1", "http://evil.example", "1", "2026-03-04"] == [row[4] for row in book[1:]]
