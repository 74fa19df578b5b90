"""Whatever arrives broken, from people, tables or services, is told with file and line, and the others go on."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from tests.cli.conftest import Merchant
from tests.cli.test_translating import MARK, forget, hire, planned
from tests.localization.services import Service, serving

from storesync.localization import has_hangul


@pytest.fixture
def service() -> Iterator[Service]:
    """A translation service on loopback."""
    with serving(Service()) as one:
        yield one


@pytest.fixture
def po(merchant: Merchant) -> Path:
    """An export as PO, before anyone worked on it."""
    file = merchant.folder / "zh.po"
    assert 0 == merchant("texts", "export", str(file), "--locale", "zh-Hans").code
    return file


def approve(file: Path, **changes: str) -> None:
    """Somebody approves every entry, and changes the source that one of them translates."""
    entries = polib.pofile(str(file))
    for entry in entries:
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.msgid = changes.get(entry.msgctxt, entry.msgid)
    entries.save(str(file))


def line_of(file: Path, words: str) -> int:
    """The line of a file on which something stands."""
    return next(
        number for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if words in line
    )


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_a_file_in_another_encoding(merchant: Merchant, po: Path, encoding: str) -> None:
    """It says which byte on which line, and how to save it; nothing comes in."""
    po.write_bytes(po.read_text("utf-8").encode(encoding, "replace"))

    said = merchant("texts", "import", str(po), "--locale", "zh-Hans", "--by", "Kim")

    assert 1 == said.code
    assert "zh.po:" in said.err
    assert "is no UTF-8" in said.err
    assert "save the file as UTF-8" in said.err


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda text: text.encode("cp949", "replace"), 2),
        (lambda text: text.encode("utf-16"), 1),
        (lambda text: text.replace("ko,", "korean,", 1).encode(), 1),
    ],
)
def test_a_glossary_that_cannot_be_read(
    merchant: Merchant, service: Service, spoil: Callable[[str], bytes], line: int
) -> None:
    """Told at its line: what is delivered, approved or made before goes on; nothing new is made or taken until then."""
    hire(merchant, service)
    forget(merchant, "SBG-001", "SBG-002")
    file = merchant.folder / "catalog" / "products.csv"
    whole = file.read_text("utf-8")
    second = line_of(file, "SBG-002") - 1
    file.write_text(
        "".join(row for number, row in enumerate(whole.splitlines(True)) if number != second), "utf-8"
    )
    assert 2 == merchant("sync").code  # SBG-002 is not in the catalog yet
    file.write_text(whole, encoding="utf-8")
    count = len(service.requests)
    glossary = merchant.folder / "glossary.csv"
    good = glossary.read_text("utf-8")
    glossary.write_bytes(spoil(good))

    code, plan = planned(merchant)
    made = merchant("texts", "translate", "--locale", "zh-Hans")
    exported = merchant("texts", "export", "--locale", "zh-Hans")
    taken = merchant("texts", "import", "--locale", "zh-Hans")
    asked = len(service.requests) - count
    glossary.write_text(good, encoding="utf-8")
    mended, _ = planned(merchant)

    assert (2, 1, 0, 1, 0) == (code, made.code, exported.code, taken.code, mended)
    assert f"glossary.csv:{line}" in {one["at"] for one in plan["warnings"]}
    assert all(f"glossary.csv:{line}" in said.err for said in (made, taken))
    (held,) = plan["held"]
    assert "SBG-002" == held["key"]
    waits = [one for one in plan["warnings"] if one["code"] == "text.glossary"]
    assert {"SBG-002/title/zh-Hans", "SBG-002/short_description/zh-Hans"} == {one["path"] for one in waits}
    assert "products.csv:" in waits[0]["at"]
    assert 0 == asked
    assert 2 == len({one.key for one in merchant.market.live()} & {"SBG-001", "GGT-080"})


def test_no_new_word_goes_out_while_the_glossary_cannot_be_read(merchant: Merchant) -> None:
    """동해 is never 东海, also while nobody can read that: what is live stays, and its stock goes on."""
    glossary = merchant.folder / "glossary.csv"
    good = glossary.read_bytes()
    assert 0 == merchant("sync").code
    before = {one.key: one.title for one in merchant.market.live()}
    merchant.edit(
        "catalog/translations.csv", "SEOLBITGAON 林下参玻尿酸保湿精华液", "SEOLBITGAON 东海林下参精华液"
    )
    merchant.edit(
        "catalog/products.csv",
        "설빛가온 산양삼 히알루론 보습 세럼",
        "설빛가온 동해 산양삼 히알루론 보습 세럼",
    )
    merchant.edit("catalog/variants.csv", ",240,sbg-001_30.jpg", ",77,sbg-001_30.jpg")
    glossary.write_bytes(good.decode().encode("gb18030"))

    _, plan = planned(merchant)
    said = merchant("sync")
    live = {one.key: one for one in merchant.market.live()}
    glossary.write_bytes(good)
    mended = merchant("sync")

    assert before == {key: one.title for key, one in live.items()}
    assert 77 in {sku.stock for sku in live["SBG-001"].skus.values()}
    assert ["SBG-001"] == [one["key"] for one in plan["held"]]
    assert 2 == said.code
    assert "must never be rendered as 东海" in mended.out + mended.err


def test_a_broken_row_of_the_glossary_leaves_its_word_to_people(merchant: Merchant, service: Service) -> None:
    """A comma that nobody quoted: machine text about the word waits, since nobody knows how it is rendered."""
    hire(merchant, service)
    forget(merchant, "SBG-001", "SBG-002")
    merchant.edit("glossary.csv", "보습,保湿,", "보습,保湿,滋润,")

    _, plan = planned(merchant)

    (told,) = [one for one in plan["warnings"] if one["code"] == "glossary.row"]
    assert f"glossary.csv:{line_of(merchant.folder / 'glossary.csv', '滋润')}" == told["at"]
    assert ["SBG-001"] == [held["key"] for held in plan["held"]]
    assert "SBG-002" in {row["key"] for row in plan["operations"]}


def test_a_po_file_for_another_source(merchant: Merchant, po: Path) -> None:
    """Its entry is told with both sources and its line; the other entries come in."""
    approve(po, **{"SBG-001/title": "설빛가온 옛 세럼"})

    said = merchant("texts", "import", str(po), "--locale", "zh-Hans", "--by", "Kim")

    assert 2 == said.code
    line = next(entry.linenum for entry in polib.pofile(str(po)) if entry.msgctxt == "SBG-001/title")
    assert f"zh.po:{line}" in said.out
    assert "SBG-001/title now says '설빛가온 산양삼 히알루론 보습 세럼'" in said.out
    assert "the file translates '설빛가온 옛 세럼'" in said.out
    assert "9 texts taken" in said.out
    assert "1 not taken" in said.out


def test_a_po_file_of_another_language_or_program(merchant: Merchant, po: Path) -> None:
    """Neither is taken for ours."""
    other = merchant("texts", "import", str(po), "--locale", "vi")
    strange = merchant.folder / "strange.po"
    strange.write_text('msgid ""\nmsgstr ""\n\nmsgid "Save"\nmsgstr "Lưu"\n', encoding="utf-8")
    theirs = merchant("texts", "import", str(strange), "--locale", "zh-Hans")
    broken = merchant.folder / "broken.po"
    broken.write_text('msgid "a\nmsgstr', encoding="utf-8")
    none = merchant("texts", "import", str(broken), "--locale", "zh-Hans")

    assert (1, 1, 1) == (other.code, theirs.code, none.code)
    assert "no channel shows texts in 'vi'" in other.err
    assert "strange.po:4" in theirs.err
    assert "broken.po:2" in none.err


def test_a_glossary_that_contradicts_itself(merchant: Merchant, service: Service) -> None:
    """Its row is told with its line, listings go on, and machine text about the word waits for a person."""
    hire(merchant, service)
    forget(merchant, "SBG-001", "SBG-002")
    file = merchant.folder / "glossary.csv"
    file.write_text(file.read_text("utf-8") + "히알루론,玻尿酸,axit hyaluronic,玻尿,,food,warn,\n", "utf-8")
    line = line_of(file, "히알루론,玻尿酸,axit hyaluronic,玻尿")

    code, plan = planned(merchant)

    told = [warning for warning in plan["warnings"] if warning["code"] == "glossary.contradiction"]
    assert 2 == code
    assert f"glossary.csv:{line}" == told[0]["at"]
    assert "never right" in told[0]["message"]
    (held,) = plan["held"]
    assert "SBG-001" == held["key"]
    assert "'unsure'" in held["issues"][0]["message"]
    assert "SBG-002" in {row["key"] for row in plan["operations"]}


def test_a_service_that_answers_fewer_texts(merchant: Merchant, service: Service) -> None:
    """Nobody guesses which is which: nothing of it is used, and the listings that need no text go on."""
    service.fewer = True
    hire(merchant, service)
    forget(merchant, "SBG-001")

    code, plan = planned(merchant)
    count = len(service.requests)
    again, _ = planned(merchant)

    assert (2, 2) == (code, again)
    assert ["SBG-001"] == [held["key"] for held in plan["held"]]
    assert 3 == len({row["key"] for row in plan["operations"]})
    assert 3 == count == len(service.requests)
    assert not any(has_hangul(str(row["details"])) for row in plan["operations"])


def test_a_service_that_is_down_for_a_day(merchant: Merchant, service: Service) -> None:
    """One warning names what waits and why; the sync lists the others; the day after it lists the rest."""
    service.down = True
    hire(merchant, service)
    forget(merchant, "SBG-001")

    down = merchant("sync", "--json")
    tries = len(service.requests)
    listed = {one.key for one in merchant.market.live()}
    service.down = False
    later = merchant("sync", "--json")

    assert (2, 0) == (down.code, later.code)
    assert 4 == tries
    assert {"SBG-002", "SBG-008", "GGT-080"} == listed
    assert "2 texts were not translated to zh-Hans (SBG-001/title, SBG-001/short_description)" in down.out
    assert {"SBG-001"} == {one.key for one in merchant.market.live()} - listed


def test_no_half_translated_listing_leaves(merchant: Merchant, service: Service) -> None:
    """Over many broken answers the shop never saw a listing with one text and not the other."""
    hire(merchant, service)
    forget(merchant, "SBG-001", "SBG-002")
    spoils: list[Any] = [
        lambda text: text,
        lambda text: "",
        lambda text: MARK.sub("", text),
        lambda text: f"{text} {text}",
        lambda text: "护肤" if "입니다" in text else text,
    ]
    for spoil in spoils:
        service.answer = spoil
        assert 2 == merchant("sync").code
        with (merchant.folder / "catalog" / "products.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["name_ko"] += " 새"
        with (merchant.folder / "catalog" / "products.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

    assert {"SBG-008", "GGT-080"} == {one.key for one in merchant.market.live()}


@pytest.mark.parametrize("compliance", [False, True])
def test_a_food_whose_allergens_no_table_holds_is_held(
    merchant: Merchant, service: Service, compliance: bool
) -> None:
    """Its title and text are translated; what a buyer may die of is not in the vocabulary, and the row is named."""
    if compliance:
        merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
        merchant.edit("storesync.toml", '# evidence = "evidence.csv"', 'evidence = "evidence.csv"')
    hire(merchant, service)
    merchant.edit("storesync.toml", '"reference"', '"reference", "machine", "unsure"')
    forget(merchant, "GGT-080")
    file = merchant.folder / "catalog" / "products.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        row["allergens_ko"] = "우유·땅콩·새우" if row["product_code"] == "GGT-080" else row["allergens_ko"]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)

    code, plan = planned(merchant)
    vocabulary = merchant.folder / "catalog" / "vocabulary.csv"
    with vocabulary.open("a", encoding="utf-8") as opened:
        opened.write('allergens,우유·땅콩·새우,우유·땅콩·새우,牛奶、花生、虾,"Sữa, đậu phộng, tôm"\n')
    _, whole = planned(merchant)

    (held,) = [one for one in plan["held"] if one["key"] == "GGT-080"]
    told = [issue for issue in held["issues"] if issue["code"] == "text.fact_missing"]
    assert 2 == code
    assert ["add a row allergens,우유·땅콩·새우,… with its zh-Hans text to vocabulary.csv"] == [
        issue["hint"] for issue in told
    ]
    assert "GGT-080" not in {one["key"] for one in whole["held"]}
    assert ("GGT-080", "create") in {(row["key"], row["kind"]) for row in whole["operations"]}
