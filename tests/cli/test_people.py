"""What people say of texts counts: corrections, refusals, approvals and locks, in whatever order files come back."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import polib
import pytest
from attrs import evolve
from tests.cli.conftest import Merchant, Said
from tests.cli.test_translating import forget, hire, planned
from tests.localization.services import Service, serving

from storesync.localization import review

TITLE = "SBG-001/title"
OLD = "SEOLBITGAON 林下参玻尿酸保湿精华液"
SOURCE = "설빛가온 산양삼 히알루론 보습 세럼"
Row = dict[str, str]


@pytest.fixture
def service() -> Iterator[Service]:
    """A translation service on loopback."""
    with serving(Service()) as one:
        yield one


def export(merchant: Merchant, name: str = "z.csv") -> tuple[Path, list[Row]]:
    """A new table for people, and its rows."""
    file = merchant.folder / name
    file.unlink(missing_ok=True)
    assert 0 == merchant("texts", "export", str(file), "--locale", "zh-Hans").code
    with file.open(encoding="utf-8-sig", newline="") as table:
        return file, list(csv.DictReader(table))


def at(rows: list[Row], place: str = TITLE) -> Row:
    """The row of one place."""
    return next(row for row in rows if row["place"] == place)


def write(file: Path, rows: list[Row]) -> None:
    """Somebody saves a table."""
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def edit(file: Path, place: str, text: str) -> None:
    """Somebody writes one text anew, in whichever kind of file, and saves it."""
    read, made = {
        ".po": (review.read_po, lambda rows: review.write_po(rows, "zh-Hans")),
        ".csv": (review.read_csv, review.write_csv),
        ".xlsx": (review.read_xlsx, review.write_xlsx),
    }[file.suffix]
    found, _ = read(file.read_bytes(), at=file.name)
    rows = tuple(
        evolve(row, text=text, state="reviewed") if row.place == place else row for row in found.rows
    )
    file.write_bytes(made(rows))


def bring(merchant: Merchant, file: Path, rows: list[Row], by: str) -> Said:
    """Somebody hands a table back."""
    write(file, rows)
    return merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", by, "--json")


def say(merchant: Merchant, by: str, **changes: str) -> Said:
    """Somebody exports, changes the title's row and hands it back."""
    file, rows = export(merchant)
    at(rows).update(changes)
    return bring(merchant, file, rows, by)


def shown(merchant: Merchant) -> list[str]:
    """The title that the emulated shop shows."""
    return [listing.title for listing in merchant.market.live("SBG-001")]


def codes(said: Said) -> list[str]:
    """What an import told."""
    return [issue["code"] for issue in said.document["issues"]]


def rewrite(merchant: Merchant, table: str, key: str, **changes: str) -> None:
    """Change cells of one product's rows."""
    file = merchant.folder / "catalog" / table
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if row["product_code"] == key and row.get("locale", "zh-Hans") == "zh-Hans":
            row.update(changes)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("word", ["山养参|林下参,", "山养参,"])
def test_a_correction_goes_before_what_was_final_for_other_words(merchant: Merchant, word: str) -> None:
    """The glossary changed, and forbids the old word or does not: the newest word of a person counts."""
    say(merchant, "Chief", text="SEOLBITGAON 林下参玻尿酸保湿精华露", state="final")
    never = "" if "|" in word else "林下参"
    merchant.edit("glossary.csv", "산양삼,林下参,sâm núi,,", f"산양삼,{word}sâm núi,{never},")

    taken = say(merchant, "Kim", text="SEOLBITGAON 山养参玻尿酸保湿精华液", state="reviewed")
    synced = merchant("sync", "--json")
    _, rows = export(merchant)

    assert (0, 1) == (taken.code, taken.document["taken"])
    assert 0 == synced.code or never  # other texts may hold the forbidden word
    assert ["SEOLBITGAON 山养参玻尿酸保湿精华液"] == shown(merchant) or never
    assert ("SEOLBITGAON 山养参玻尿酸保湿精华液", "reviewed") == (at(rows)["text"], at(rows)["state"])


def test_a_correction_of_a_reviewed_row_counts_until_the_row_says_something_new(merchant: Merchant) -> None:
    """Whoever corrects the catalog's own reviewed text saw it; a later delivery is news again."""
    rewrite(merchant, "translations.csv", "SBG-001", reviewed="yes")
    taken = say(merchant, "Kim", text=f"{OLD}（新）")
    merchant("sync")
    first, (_, rows) = shown(merchant), export(merchant)
    rewrite(merchant, "translations.csv", "SBG-001", title="SEOLBITGAON 林下参玻尿酸保湿精华露")
    merchant("sync")
    _, later = export(merchant)

    assert (0, 1) == (taken.code, taken.document["taken"])
    assert [f"{OLD}（新）"] == first
    assert (f"{OLD}（新）", "reviewed") == (at(rows)["text"], at(rows)["state"])
    assert ["SEOLBITGAON 林下参玻尿酸保湿精华露"] == shown(merchant)
    assert "SEOLBITGAON 林下参玻尿酸保湿精华露" == at(later)["text"]


def test_after_a_third_source_the_page_keeps_what_was_approved_last(merchant: Merchant) -> None:
    """Not what was approved highest, for a source that is gone twice."""
    say(merchant, "Chief", text="SEOLBITGAON 林下参玻尿酸保湿精华露甲", state="final")
    rewrite(merchant, "products.csv", "SBG-001", name_ko=f"{SOURCE} 리뉴얼")
    say(merchant, "Kim", text="SEOLBITGAON 林下参玻尿酸保湿精华液全新乙", state="reviewed")
    merchant("sync")
    second = shown(merchant)
    rewrite(merchant, "products.csv", "SBG-001", name_ko=f"{SOURCE} 리뉴얼 기획")
    _, plan = planned(merchant)
    merchant("sync")

    stale = [one["message"] for one in plan["warnings"] if one["code"] == "text.stale"]
    assert ["SEOLBITGAON 林下参玻尿酸保湿精华液全新乙"] == second == shown(merchant)
    assert any("全新乙" in message for message in stale)


REFUSALS: dict[str, dict[str, str]] = {
    "initial": {"state": "initial"},
    "cleared": {"text": ""},
    "initial with another try": {"state": "initial", "text": "SEOLBITGAON 新精华液"},
}


@pytest.mark.parametrize("how", REFUSALS)
def test_a_machine_text_that_a_person_refuses_does_not_ship(
    merchant: Merchant, service: Service, how: str
) -> None:
    """The listing is held in the person's name, is not paid for again, and a correction ends it."""
    hire(merchant, service)
    forget(merchant, "SBG-001")
    planned(merchant)
    count = len(service.texts)

    taken = say(merchant, "Kim", note="wrong plant", **REFUSALS[how])
    code, plan = planned(merchant)
    merchant("sync")
    _, rows = export(merchant)
    held = {one["code"]: one["message"] for one in plan["held"][0]["issues"]}
    better = say(merchant, "Kim", text=OLD, state="reviewed")
    after = merchant("sync", "--json")

    assert (0, ["review.refused"]) == (taken.code, codes(taken))
    assert (2, "SBG-001") == (code, plan["held"][0]["key"])
    assert "Kim refused" in held["text.refused"]
    assert "wrong plant" in held["text.refused"]
    assert "initial" == at(rows)["state"]
    assert ("新精华液" in at(rows)["note"]) == ("try" in how)
    assert count == len(service.texts)
    assert (1, 0) == (better.document["taken"], after.code)
    assert [OLD] == shown(merchant)


@pytest.mark.parametrize("how", ["initial", "cleared"])
@pytest.mark.parametrize("reviewed", ["no", "yes"])
def test_a_delivered_text_that_a_person_refuses_does_not_ship(
    merchant: Merchant, how: str, reviewed: str
) -> None:
    """Beside whatever source, until another one is delivered or written."""
    rewrite(merchant, "translations.csv", "SBG-001", reviewed=reviewed)

    taken = say(merchant, "Kim", **REFUSALS[how])
    _, plan = planned(merchant)
    rewrite(merchant, "products.csv", "SBG-001", name_ko=f"{SOURCE} 리뉴얼")
    _, changed = planned(merchant)
    rewrite(merchant, "translations.csv", "SBG-001", title="SEOLBITGAON 林下参玻尿酸保湿精华露")
    code, fresh = planned(merchant)

    assert ["review.refused"] == codes(taken)
    for one in (plan, changed):
        assert ["SBG-001"] == [held["key"] for held in one["held"]]
        assert "text.refused" in {issue["code"] for issue in one["held"][0]["issues"]}
    assert (0, []) == (code, fresh["held"])


def test_nobody_refuses_a_catalog_by_a_template(merchant: Merchant) -> None:
    """A tool that strips all translations is told, and nothing is taken."""
    file, rows = export(merchant)
    for row in rows:
        row["text"] = ""

    said = bring(merchant, file, rows, "Kim")

    assert (1, ["review.file"]) == (said.code, codes(said))


def test_spaces_in_a_delivered_row_are_no_news(merchant: Merchant) -> None:
    """A correction of a reviewed row counts until the row says something else."""
    rewrite(merchant, "translations.csv", "SBG-001", reviewed="yes")
    say(merchant, "Kim", text="SEOLBITGAON 林下参玻尿酸精华液 保湿新")

    rewrite(merchant, "translations.csv", "SBG-001", title="SEOLBITGAON  林下参玻尿酸保湿精华液 ")
    _, plan = planned(merchant)
    _, rows = export(merchant)

    assert "SEOLBITGAON 林下参玻尿酸精华液 保湿新" == at(rows)["text"]
    assert "精华液 保湿新" in str(plan)


def test_a_draft_is_not_sent(merchant: Merchant, service: Service) -> None:
    """What a translator made is, until a person approves another text."""
    hire(merchant, service)
    forget(merchant, "SBG-001")
    planned(merchant)
    file = merchant.folder / "a.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    entries = polib.pofile(str(file))
    entry = next(one for one in entries if one.msgctxt == TITLE)
    entry.msgstr, made = "SEOLBITGAON 林下参玻尿酸保湿精华液半", entry.msgstr
    assert ["fuzzy"] == entry.flags
    entries.save(str(file))

    said = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Lee", "--json")
    _, plan = planned(merchant)
    _, rows = export(merchant)

    assert (1, []) == (said.document["taken"], codes(said))
    assert "精华液半" in at(rows)["text"]
    assert made in str(plan)
    assert "精华液半" not in str(plan)


@pytest.mark.parametrize("draft", ["", "SEOLBITGAON 林下参玻尿酸保湿精华液草稿"])
@pytest.mark.parametrize("reviewed", ["", "yes"])
def test_a_draft_takes_no_approval_back(merchant: Merchant, draft: str, reviewed: str) -> None:
    """The final text is still the one that is sent, the export shows it, and the draft is its note."""
    rewrite(merchant, "translations.csv", "SBG-001", reviewed=reviewed)
    say(merchant, "Chief", text="SEOLBITGAON 林下参玻尿酸保湿精华液甲", state="final")
    file = merchant.folder / "a.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    entries = polib.pofile(str(file))
    entry = next(one for one in entries if one.msgctxt == "SBG-001/title")
    entry.msgstr, entry.flags = draft or entry.msgstr, ["fuzzy"]
    entries.save(str(file))

    said = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Lee", "--json")
    _, plan = planned(merchant)
    _, rows = export(merchant)

    assert ["review.draft"] == codes(said)
    assert ("SEOLBITGAON 林下参玻尿酸保湿精华液甲", "final") == (at(rows)["text"], at(rows)["state"])
    assert draft in at(rows)["note"]
    assert "林下参玻尿酸保湿精华液甲" in str(plan)


OLDER: dict[str, Callable[[Row], Any]] = {
    "approved less": lambda row: row.update(state="reviewed"),
    "refused": lambda row: row.update(state="initial"),
    "cleared": lambda row: row.update(text=""),
    "another text": lambda row: row.update(text="SEOLBITGAON 林下参精华液", state="reviewed"),
}


@pytest.mark.parametrize("how", OLDER)
def test_an_older_file_undoes_no_newer_approval(merchant: Merchant, how: str) -> None:
    """It conflicts, and what stands here stays."""
    older, rows = export(merchant, "a.csv")
    say(merchant, "Chief", state="final")
    OLDER[how](at(rows))

    said = bring(merchant, older, rows, "Kim")
    _, now = export(merchant)

    assert (2, ["review.conflict"]) == (said.code, codes(said))
    assert "Chief" in said.document["issues"][0]["message"]
    assert (OLD, "final") == (at(now)["text"], at(now)["state"])


def test_two_people_each_with_half_of_one_export_meet_no_conflict(merchant: Merchant) -> None:
    """Rows that nobody touched say nothing, however old the file is."""
    one, rows = export(merchant, "one.csv")
    two, others = export(merchant, "two.csv")
    at(rows).update(text="SEOLBITGAON 林下参玻尿酸润泽精华液")
    at(others, "SBG-002/title").update(state="reviewed")

    first, second = bring(merchant, one, rows, "Kim"), bring(merchant, two, others, "Lan")
    again = bring(merchant, one, rows, "Kim")
    _, now = export(merchant)

    assert (1, 1, 0) == tuple(said.document["taken"] for said in (first, second, again))
    assert [0, 0, 0] == [said.code for said in (first, second, again)]
    assert "SEOLBITGAON 林下参玻尿酸润泽精华液" == at(now)["text"]
    assert "reviewed" == at(now, "SBG-002/title")["state"]


@pytest.mark.parametrize("word", ["y", "Y", "yes", "TRUE", "1", "x", "是", "có", "CÓ", "예"])
def test_a_lock_is_understood_in_three_languages(merchant: Merchant, word: str) -> None:
    """And any other word is told, at its line, with nothing taken."""
    taken = say(merchant, "Kim", state="reviewed", locked=word)
    _, rows = export(merchant)
    other = say(merchant, "Kim", locked="perhaps")

    assert (1, "yes") == (taken.document["taken"], at(rows)["locked"])
    assert (2, 0, ["review.row"]) == (other.code, other.document["taken"], codes(other))
    assert "'perhaps' says neither yes nor no" in other.document["issues"][0]["message"]


@pytest.mark.parametrize("language", ["zh_CN", "zh_Hans_CN", "zh-hans", "zh_SG", "zh_CN.UTF-8", "zh"])
def test_po_files_name_languages_as_their_tools_do(merchant: Merchant, language: str) -> None:
    """Gettext's and Poedit's names for the language that is imported."""
    file = merchant.folder / "z.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    po = polib.pofile(str(file))
    po.metadata["Language"] = language
    entry = next(one for one in po if one.msgctxt == TITLE)
    entry.flags = []
    po.save(str(file))

    said = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim", "--json")

    assert (0, 1) == (said.code, said.document["taken"])


@pytest.mark.parametrize(("language", "way"), [("zh_TW", "zh-Hant"), ("vi_VN", "vi"), ("ja", "ja")])
def test_a_po_file_in_another_language_is_refused_with_its_name_here(
    merchant: Merchant, language: str, way: str
) -> None:
    """The hint names what `--locale` takes."""
    file = merchant.folder / "z.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    file.write_text(file.read_text("utf-8").replace("Language: zh_Hans", f"Language: {language}"), "utf-8")

    said = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--json")

    assert (1, ["review.locale"]) == (said.code, codes(said))
    assert f"--locale {way}" in said.document["issues"][0]["hint"]


@pytest.mark.skipif(which("msgcat") is None, reason="gettext is not installed")
def test_gettexts_own_tools_make_the_round(merchant: Merchant) -> None:
    """Msgfmt finds no fault, msgcat wraps what it likes, msgattrib approves all; what is empty says nothing."""
    file, wrapped = merchant.folder / "z.po", merchant.folder / "w.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")

    def tool(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True)

    def brought() -> Said:
        return merchant("texts", "import", str(wrapped), "--locale", "zh-Hans", "--by", "Kim", "--json")

    tool("msgfmt", "--check-format", "--check-header", "--output-file=/dev/null", str(file))
    tool("msgcat", "--width=40", f"--output-file={wrapped}", str(file))
    first = brought()
    tool("msgattrib", "--clear-fuzzy", f"--output-file={wrapped}", str(file))
    second, third = brought(), brought()

    count = first.document["same"]
    assert (0, []) == (first.document["taken"], codes(first) + codes(second))
    assert (count, 0, count) == (second.document["taken"], second.document["same"], third.document["same"])


def test_a_translators_comment_is_kept(merchant: Merchant) -> None:
    """Beside a text that is approved with it, and beside one that still waits; as a note in every format."""
    file = merchant.folder / "z.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    po = polib.pofile(str(file))
    for one in po:
        if one.msgctxt == TITLE:
            one.flags, one.tcomment = [], "Kim: ask the maker\nabout 林下参"
        if one.msgctxt == "SBG-002/title":
            one.tcomment = "what is this?"
    po.save(str(file))

    taken = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim", "--json")
    again = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Lan", "--json")
    synced = merchant("sync", "--json")
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    noted = {one.msgctxt: (one.tcomment, one.comment) for one in polib.pofile(str(file)) if one.tcomment}
    _, rows = export(merchant)
    approved = say(merchant, "Lan", state="final")
    _, later = export(merchant)

    assert (2, 0, 0) == (taken.document["taken"], again.document["taken"], synced.code)
    assert {TITLE, "SBG-002/title"} == noted.keys()
    assert "Kim: ask the maker\nabout 林下参" == noted[TITLE][0]
    assert "ask" not in noted[TITLE][1]
    assert ("translated", "what is this?") == tuple(
        at(rows, "SBG-002/title")[name] for name in ("state", "note")
    )
    assert (1, at(rows)["note"]) == (approved.document["taken"], at(later)["note"])


@pytest.mark.parametrize("name", ["z.csv", "z.po", "z.xlsx"])
def test_an_export_writes_over_no_work_that_nobody_imported(merchant: Merchant, name: str) -> None:
    """It names the place and the ways out; over a file that was imported, or that nobody touched, it goes on."""
    file = merchant.folder / name

    def exported(*more: str) -> Said:
        return merchant("texts", "export", str(file), "--locale", "zh-Hans", *more)

    assert [0, 0] == [exported().code, exported().code]
    edit(file, TITLE, "SEOLBITGAON 山参玻尿酸滋润精华液")
    before = file.read_bytes()
    refused = exported()
    kept = file.read_bytes()
    taken = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim")
    after = exported()

    assert (1, before) == (refused.code, kept)
    assert f"of 1 text ({TITLE})" in " ".join(refused.err.split())
    assert "--force" in refused.err
    assert (0, 0) == (taken.code, after.code)
    assert before != file.read_bytes()


def test_an_export_gives_a_file_up_when_it_is_told_to(merchant: Merchant) -> None:
    """Also one that cannot be read, one in another language, and a note that nobody imported."""
    file, rows = export(merchant)

    def exported(*more: str) -> int:
        return merchant("texts", "export", str(file), "--locale", "zh-Hans", *more).code

    def other() -> None:
        write(file, [{**row, "locale": "vi", "text": "Tinh chất sâm núi"} for row in rows])

    def asked() -> None:
        write(file, [{**row, "note": "왜?" if row["place"] == TITLE else row["note"]} for row in rows])

    for spoil in (
        lambda: file.write_bytes("장소,메모".encode("cp949")),
        other,
        asked,
    ):
        spoil()
        assert [1, 0, 0] == [exported(), exported("--force"), exported()]


def test_an_old_export_that_nobody_touched_holds_no_work(merchant: Merchant) -> None:
    """The source of one row changed since, and another product is gone."""
    file, _ = export(merchant)
    rewrite(merchant, "products.csv", "SBG-001", name_ko=f"{SOURCE} 30ml")

    assert 0 == merchant("texts", "export", str(file), "--locale", "zh-Hans").code
