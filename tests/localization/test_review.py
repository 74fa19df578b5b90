"""The round trip through people's hands: nothing lost, conflicts shown, locked texts survive."""

import io
from collections.abc import Callable
from typing import Any

import polib
import pytest
import python_calamine
from attrs import evolve
from tests.localization import corpus

from storesync.issues import Severity
from storesync.localization import MemoryText, Segment, TextRules, key_of
from storesync.localization.review import (
    Reviewed,
    ReviewRow,
    read_csv,
    read_po,
    read_xlsx,
    rows_of,
    take,
    write_csv,
    write_po,
    write_xlsx,
)

RULES = TextRules(target="vi", glossary=corpus.glossary(), gates=corpus.gates())
SEGMENTS = (
    Segment("HSD-001/title", "title", "함솔담 보습 크림"),
    Segment("HSD-001/short_description/0", "short_description", "매일 쓰는 보습 크림입니다."),
    Segment("HSD-001/short_description/1", "short_description", '"따옴표", =1+1\n두 줄'),
    Segment("HSD-002/title", "title", "함솔담 진정 토너"),
)
Write = Callable[[tuple[ReviewRow, ...]], bytes]
Read = Callable[..., tuple[Reviewed, Any]]
FORMATS: dict[str, tuple[Write, Read]] = {
    "po": (lambda rows: write_po(rows, "vi"), read_po),
    "csv": (write_csv, read_csv),
    "xlsx": (write_xlsx, read_xlsx),
}


def known(number: int, text: str, **changes: Any) -> MemoryText:
    """A remembered text of one of the segments."""
    segment = SEGMENTS[number]
    key = key_of(segment, "ko", "vi", RULES.glossary.version(segment.text, "vi"))
    one = MemoryText(
        key=key, source_text=segment.text, text=text, state="translated", by="papago", place=segment.place
    )
    return evolve(one, **changes)


TEXTS = {
    one.place: one
    for one in (
        known(0, "HAMSOLDAM Kem dưỡng ẩm", state="reviewed", by="Kim"),
        known(1, "Kem dưỡng ẩm dùng hằng ngày.", note="check the tone"),
        known(3, "HAMSOLDAM Toner làm dịu da", state="final", locked=True, by="Lee"),
    )
}


def export(form: str) -> tuple[ReviewRow, ...]:
    """The rows of an export, read back from the file."""
    write, read = FORMATS[form]
    file, issues = read(write(rows_of(SEGMENTS, "vi", TEXTS, RULES.gates)), at=f"texts.{form}")
    assert () == issues
    assert "vi" == file.locale
    return file.rows


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_nobody_changed_changes_nothing(form: str) -> None:
    """Every text, quote, line break and sign comes back as it was."""
    rows = export(form)

    taken = take(Reviewed(rows, "vi"), SEGMENTS, RULES, TEXTS, by="Park")

    assert [segment.text for segment in SEGMENTS] == [row.source for row in rows]
    assert [segment.place for segment in SEGMENTS] == [row.place for row in rows]
    assert ((), (), 4) == (taken.texts, taken.issues.all, taken.same)


@pytest.mark.parametrize("form", FORMATS)
def test_a_changed_text_comes_in_as_reviewed(form: str) -> None:
    """By the person who imports it."""
    rows = list(export(form))
    rows[1] = evolve(rows[1], text="Kem dưỡng ẩm mỗi ngày cho da.", unsure=False)

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, TEXTS, by="Park")

    (one,) = taken.texts
    assert ("Kem dưỡng ẩm mỗi ngày cho da.", "reviewed", "Park") == (one.text, one.state, one.by)
    assert SEGMENTS[1].hash == one.key.source
    assert () == taken.issues.errors


def test_a_text_that_changed_on_both_sides_is_a_conflict() -> None:
    """The newer one here stays, and both are named."""
    rows = list(export("po"))
    rows[1] = evolve(rows[1], text="Kem của tôi mỗi ngày.")
    now = {**TEXTS, SEGMENTS[1].place: known(1, "Kem của Kim mỗi ngày.", state="reviewed", by="Kim")}

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, now, by="Park")

    (issue,) = taken.issues.errors
    assert () == taken.texts
    assert "review.conflict" == issue.code
    assert issue.at.startswith("texts.po:")
    for part in ("Kem của tôi", "Kem của Kim", "Kim"):
        assert part in issue.message


def test_a_locked_text_survives_an_import() -> None:
    """Whatever the file says."""
    rows = list(export("csv"))
    rows[3] = evolve(rows[3], text="HAMSOLDAM Toner làm dịu da mới", locked=False)

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, TEXTS, by="Park")

    assert () == taken.texts
    assert ["review.locked"] == [issue.code for issue in taken.issues]


def test_a_file_for_another_source_does_not_count() -> None:
    """The catalog went on; the row names its line and both sources."""
    rows = list(export("xlsx"))
    rows[0] = evolve(rows[0], source="옛 이름", text="Tên cũ của kem")

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, TEXTS, by="Park")

    (issue,) = taken.issues
    assert ("review.other_source", "texts.xlsx:2") == (issue.code, issue.at)
    assert "옛 이름" in issue.message


def test_a_file_in_another_language_does_not_count() -> None:
    """Not one row of it."""
    taken = take(Reviewed(export("po"), "zh-Hans"), SEGMENTS, RULES, TEXTS, by="Park")

    assert ["review.locale"] == [issue.code for issue in taken.issues]
    assert () == taken.texts


def test_what_a_gate_fails_is_not_taken() -> None:
    """Nobody's hand may let Korean through, or lose a brand."""
    rows = list(export("csv"))
    rows[0] = evolve(rows[0], text="Kem 보습 dưỡng ẩm")
    rows[1] = evolve(rows[1], text="Kem dưỡng ẩm mỗi ngày cho da.")

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, TEXTS, by="Park")

    assert {"review.no_hangul", "review.brand_kept"} <= {issue.code for issue in taken.issues.errors}
    assert [SEGMENTS[1].place] == [one.place for one in taken.texts]


def test_places_that_are_gone_or_double_are_told() -> None:
    """With the line of each."""
    rows = export("csv")
    gone = evolve(rows[0], place="OLD-1/title", at="texts.csv:9")
    double = evolve(rows[1], at="texts.csv:10")

    taken = take(Reviewed((*rows, gone, double)), SEGMENTS, RULES, TEXTS, by="Park")

    assert [("review.place", "texts.csv:9"), ("review.double", "texts.csv:10")] == [
        (issue.code, issue.at) for issue in taken.issues
    ]


def test_a_po_file_is_one_that_translators_know() -> None:
    """Context, fuzzy flag, language and comments stand where their tools look."""
    file = polib.pofile(write_po(rows_of(SEGMENTS, "zh-Hans", TEXTS, RULES.gates), "zh-Hans").decode())

    assert "zh_Hans" == file.metadata["Language"]
    assert [segment.place for segment in SEGMENTS] == [entry.msgctxt for entry in file]
    assert [False, True, False, False] == ["fuzzy" in entry.flags for entry in file]
    assert "check the tone" in file[1].comment
    assert 2 == len(file.translated_entries())


def test_taking_fuzzy_away_is_a_review() -> None:
    """The text itself need not change."""
    file = polib.pofile(write_po(rows_of(SEGMENTS, "vi", TEXTS, RULES.gates), "vi").decode())
    file[1].flags.remove("fuzzy")
    read, _ = read_po(str(file).encode(), at="vi.po")

    taken = take(read, SEGMENTS, RULES, TEXTS, by="Park")

    assert [("reviewed", TEXTS[SEGMENTS[1].place].text)] == [(one.state, one.text) for one in taken.texts]


def test_a_doubtful_text_stays_doubtful() -> None:
    """Fuzzy and changed is still not reviewed."""
    rows = list(export("po"))
    rows[1] = evolve(rows[1], text="Kem dưỡng ẩm mỗi ngày cho da.")

    taken = take(Reviewed(tuple(rows)), SEGMENTS, RULES, TEXTS, by="Park")

    assert ["translated"] == [one.state for one in taken.texts]


def test_a_table_runs_no_formula() -> None:
    """A supplier's text that begins with = is text in every spreadsheet."""
    rows = (ReviewRow(place="A/title", field="title", locale="vi", source="=cmd|'/c calc'!A1", text="+1"),)

    table = write_csv(rows).decode("utf-8-sig")
    book = python_calamine.load_workbook(io.BytesIO(write_xlsx(rows))).get_sheet_by_index(0).to_python()
    back, _ = read_csv(write_csv(rows), at="a.csv")

    assert "'=cmd" in table
    assert "=cmd|'/c calc'!A1" == book[1][3]
    assert ("=cmd|'/c calc'!A1", "+1") == (back.rows[0].source, back.rows[0].text)


@pytest.mark.parametrize(
    ("read", "content", "code", "place"),
    [
        (read_po, b'msgid "a" garbage\n', "review.file", "f:1"),
        (read_po, '# x\nmsgctxt "á"'.encode("latin-1"), "review.encoding", "f:2"),
        (read_po, b"", "review.file", "f"),
        (read_po, b'msgid "a"\nmsgstr "b"\n', "review.row", "f"),
        (read_csv, b"", "review.file", "f"),
        (read_csv, b"word,other\n1,2\n", "review.file", "f:1"),
        (read_csv, b"place,locale,source,text,state\nA/title,vi,a,b,perfect\n", "review.row", "f:2"),
        (
            read_csv,
            "place,locale,source,text,state\nA,vi,크림,kem,\n".encode("cp949"),
            "review.encoding",
            "f:2",
        ),
        (read_xlsx, b"not a workbook", "review.file", "f"),
        (read_xlsx, b"", "review.file", "f"),
    ],
)
def test_a_damaged_file_is_told_with_its_line(read: Read, content: bytes, code: str, place: str) -> None:
    """Wrong encoding, no table, unknown states: issues, never a crash or a guess."""
    file, issues = read(content, at="f")

    assert () == file.rows
    assert code == issues[0].code
    assert issues[0].at.startswith(place)
    assert Severity.ERROR is issues[0].severity


def test_a_table_with_semicolons_is_read() -> None:
    """As some spreadsheets save it."""
    file, issues = read_csv(b"place;locale;source;text;state\nA/title;vi;a;b, c;reviewed\n", at="a.csv")

    assert () == issues
    assert "b, c" == file.rows[0].text
