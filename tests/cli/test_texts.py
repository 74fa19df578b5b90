"""Texts on the command line: out, through a person's hands, and back into the next plan; readiness of a market."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polib
import pytest
from tests.cli.conftest import Merchant, Said
from tests.localization.services import Service, serving


def test_texts_go_out_and_come_back_reviewed(merchant: Merchant) -> None:
    """What a person approved reaches the listing, before what nobody did."""
    file = merchant.folder / "zh.po"
    said = merchant("texts", "export", str(file), "--locale", "zh-Hans", "--json")
    assert 0 == said.code
    assert said.document["texts"] == said.document["open"]
    po = polib.pofile(file.read_text("utf-8"))
    entry = next(entry for entry in po if entry.msgctxt == "SBG-001/title")
    entry.msgstr = "SEOLBITGAON 林下参玻尿酸润泽保湿精华液"
    entry.flags.remove("fuzzy")
    po.save(str(file))

    taken = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim", "--json")
    again = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim", "--json")
    plan = merchant("plan", "--json")

    assert (0, 1) == (taken.code, taken.document["taken"])
    assert (0, 0) == (again.code, again.document["taken"])
    assert "润泽保湿精华液" in plan.out


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_format_makes_the_round(merchant: Merchant, form: str) -> None:
    """Nothing changed, nothing comes in."""
    out = merchant("texts", "export", "--locale", "zh-Hans", "--format", form)
    back = merchant("texts", "import", "--locale", "zh-Hans", "--format", form, "--json")

    assert 0 == out.code
    assert (0, 0) == (back.code, back.document["taken"])
    assert back.document["same"] > 5


def test_a_file_that_cannot_be_read_is_refused(merchant: Merchant, tmp_path: Path) -> None:
    """With its place and the way out."""
    file = tmp_path / "zh.csv"
    file.write_bytes("place,locale,source,text,state\nA,zh-Hans,크림,霜,\n".encode("cp949", "replace"))

    said = merchant("texts", "import", str(file), "--locale", "zh-Hans")

    assert 1 == said.code
    assert "zh.csv:2" in said.err
    assert "UTF-8" in said.err


def test_a_language_that_no_channel_shows_is_refused(merchant: Merchant) -> None:
    """The message names those that there are."""
    said = merchant("texts", "export", "--locale", "th")

    assert 1 == said.code
    assert "zh-Hans" in said.err


@pytest.mark.parametrize("name", ["zh_CN", "zh-CN", "zh_Hans_CN", "zh"])
def test_a_language_may_be_called_as_other_tools_call_it(merchant: Merchant, name: str) -> None:
    """As the header of a PO file may; the file and the answer bear its own name."""
    out = merchant("texts", "export", "--locale", name, "--format", "po", "--json")
    back = merchant("texts", "import", "--locale", name, "--format", "po", "--json")

    assert ("zh-Hans", 0) == (out.document["locale"], out.code)
    assert out.document["file"].endswith("texts-zh-Hans.po")
    assert (0, []) == (back.code, back.document["issues"])
    assert 1 == merchant("texts", "export", "--locale", "zh_TW").code


def test_what_the_gates_hold_is_not_ready_for_its_market(merchant: Merchant) -> None:
    """A wrong number, an allergen that is not told, a missing text: what every plan would hold."""
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", "# evidence =", "evidence =")
    table = merchant.folder / "catalog" / "translations.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["product_code"], row["locale"]) == ("SBG-001", "zh-Hans"):
            row["title"] += " 999ml"
        if (row["product_code"], row["locale"]) == ("GGT-080", "zh-Hans"):
            attributes = json.loads(row["attributes_json"])
            del attributes["配料"]
            row["attributes_json"] = json.dumps(attributes, ensure_ascii=False)
    rows = [row for row in rows if (row["product_code"], row["locale"]) != ("SBG-002", "zh-Hans")]
    before = merchant("check", "--market", "CN", "--json")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)

    china = merchant("check", "--market", "CN", "--json")
    assert china.document == merchant("check", "--market", "cn", "--json").document
    planned = merchant("plan", "--json").document["channels"]["tmall-cn"]["held"]

    found = {one["key"]: {issue["code"] for issue in one["issues"]} for one in _held(china)}
    assert (0, 2) == (before.code, china.code)
    assert {
        "SBG-001": {"text.numbers"},
        "SBG-002": {"text.missing"},
        "GGT-080": {"text.fact_missing"},
    } == found
    assert found.keys() == {one["key"] for one in planned}


def _held(said: Said) -> list[dict[str, Any]]:
    return list(said.document["markets"]["CN"]["held"])


def test_a_market_tells_whether_the_catalog_is_ready(merchant: Merchant) -> None:
    """Before the first listing, without a network; evidence in the configuration makes lines ready."""
    bare = merchant("check", "--market", "CN", "--all", "--json")
    config = merchant.config
    config.write_text(
        config.read_text("utf-8") + '\n[compliance]\nevidence = "evidence.csv"\n', encoding="utf-8"
    )
    table = Path(__file__).parents[2] / "src" / "storesync" / "examples" / "gangwon" / "evidence.csv"
    (merchant.folder / "evidence.csv").write_bytes(table.read_bytes())
    shown = merchant("check", "--market", "CN", "--json")

    off = [issue for issue in bare.document["markets"]["CN"]["issues"] if issue["code"] == "claim.off"]
    hints = [issue["hint"] for issue in bare.document["markets"]["CN"]["issues"]]
    assert 2 == bare.code
    assert ['add [compliance] with evidence = "evidence.csv"'] == [issue["hint"] for issue in off]
    assert "claim.filing" in bare.out
    assert "claim.off" not in shown.out
    assert [hint for hint in hints if "to the table that [compliance] evidence names" in hint]
    assert 0 == shown.code
    assert "claim.filing" not in shown.out


def test_a_market_reads_the_options_too(merchant: Merchant) -> None:
    """Names and values, each with its place."""
    table = merchant.folder / "catalog" / "option-translations.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "zh_Hans": "最佳药妆"} for row in rows)

    found = merchant("check", "--market", "CN", "--json").document["markets"]["CN"]["issues"]

    paths = [issue["path"] for issue in found if issue["code"] == "claim.block"]
    assert any("/axes/" in path and "/name/" in path for path in paths)
    assert any("/axes/" in path and "/choices/" in path for path in paths)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda text: text.replace("SBG-001,CN,filing", "SBG-001,CN,fileing").encode(), 2),
        (lambda text: text.encode("utf-16"), 1),
    ],
)
def test_evidence_that_does_not_count_holds_its_products_and_no_other(
    merchant: Merchant, spoil: Callable[[str], bytes], line: int
) -> None:
    """Told with its line; what needs it is held, what needs none goes on."""
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", '# evidence = "evidence.csv"', 'evidence = "evidence.csv"')
    file = merchant.folder / "evidence.csv"
    rows = file.read_text("utf-8").splitlines(keepends=True)
    rows = [rows[0], *sorted(rows[1:], key=lambda row: not row.startswith("SBG-001,CN,filing"))]
    file.write_bytes(spoil("".join(rows)))

    plan = merchant("plan", "--json").document["channels"]["tmall-cn"]

    told = [one for one in plan["warnings"] if one["at"] == f"evidence.csv:{line}"]
    assert ["config.file" if line == 1 else "claim.evidence_file"] == [one["code"] for one in told]
    held = {one["key"]: {issue["code"] for issue in one["issues"]} for one in plan["held"]}
    assert "claim.filing" in held["SBG-001"]
    assert (line == 1) == ("SBG-002" in held)


def test_a_term_that_cannot_be_read_lets_nothing_pass(merchant: Merchant) -> None:
    """A rule of one's own that does not count would let texts out: the configuration is refused at its line."""
    merchant.config.write_text(
        merchant.config.read_text("utf-8") + '\n[compliance]\nterms = "own.csv"\n', encoding="utf-8"
    )
    (merchant.folder / "own.csv").write_text(
        "id,locale,term,severity\na,zh-Hans,最,deadly\n", encoding="utf-8"
    )

    said = merchant("plan")

    assert 1 == said.code
    assert "own.csv:2" in said.err


def test_what_nobody_delivered_is_translated_once(merchant: Merchant) -> None:
    """By the configured engine, without the brand, within the budget; what a gate failed is not paid for again."""
    (merchant.folder / "catalog" / "translations.csv").unlink()
    with serving(Service(answer=lambda text: re.sub("[가-힣]+", "护肤", text))) as service:
        seen, address = service.texts, service.address
        merchant.edit(
            "storesync.toml",
            "[prices]",
            f'[localization.translator]\nname = "libretranslate"\nendpoint = "{address}"\n\n[prices]',
        )
        none = merchant("texts", "translate", "--locale", "zh-Hans", "--budget", "10", "--json")
        first = merchant("texts", "translate", "--locale", "zh-Hans", "--json")
        count = len(seen)
        again = merchant("texts", "translate", "--locale", "zh-Hans", "--json")
    waiting = merchant("texts", "export", "--locale", "zh-Hans", "--waiting", "--json")

    assert (2, 0) == (none.code, none.document["characters"])
    assert {"text.engine"} == {issue["code"] for issue in none.document["issues"]}
    assert first.document["texts"] > 3
    assert count == first.document["asked"]
    assert first.document["texts"] < count
    assert (0, count) == (again.document["asked"], len(seen))
    assert {"text.refused"} == {issue["code"] for issue in again.document["issues"]}
    assert first.document["texts"] == again.document["texts"]
    assert not [text for text in seen if "설빛가온" in text]
    assert waiting.document["open"] >= first.document["texts"]


def test_a_translator_without_a_reference_to_its_key_is_refused(merchant: Merchant) -> None:
    """A key stands never in the file, and is never shown."""
    merchant.edit(
        "storesync.toml",
        "[prices]",
        '[localization.translator]\nname = "deepl"\nkey = "abc-secret-key"\n\n[prices]',
    )

    said = merchant("texts", "translate", "--locale", "zh-Hans")

    assert 1 == said.code
    assert "env:NAME" in said.err
    assert "abc-secret-key" not in said.err + said.out


def test_an_export_says_what_the_gates_said_of_delivered_texts(merchant: Merchant) -> None:
    """Nobody judged those before: their row tells what is wrong, the row of a good one nothing."""
    table = merchant.folder / "catalog" / "translations.csv"
    table.write_text(
        table.read_text("utf-8").replace("林下参玻尿酸保湿精华液", "999ml 保濕", 1), encoding="utf-8"
    )

    rows = rows_of(merchant)

    assert "999ml" in rows["SBG-001/title"]["note"]
    assert "[simplified]" in rows["SBG-001/title"]["note"]
    assert "" == rows["SBG-002/title"]["note"]


def rows_of(merchant: Merchant) -> dict[str, dict[str, str]]:
    """What an export says, by place."""
    merchant("texts", "export", "--locale", "zh-Hans", "--format", "csv")
    text = (merchant.folder / "texts-zh-Hans.csv").read_text("utf-8-sig")
    return {row["place"]: row for row in csv.DictReader(text.splitlines())}


def bring(merchant: Merchant, rows: dict[str, dict[str, str]], **changes: str) -> Said:
    """Change the row of SBG-001's title, and import the file."""
    rows["SBG-001/title"] |= changes
    with (merchant.folder / "back.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(iter(rows.values())).keys())
        writer.writeheader()
        writer.writerows(rows.values())
    back = str(merchant.folder / "back.csv")
    return merchant("texts", "import", back, "--locale", "zh-Hans", "--by", "Kim", "--json")


def test_a_locked_text_survives_everything_until_it_is_unlocked(merchant: Merchant) -> None:
    """An import, a file that clears the lock, a new delivery, a new source; and an old file does not free it."""
    place = "SBG-001/title"
    before = rows_of(merchant)
    locked = merchant("texts", "lock", place, "--locale", "zh-Hans", "--json")
    title = before[place]["text"]
    changed = bring(merchant, before, text="SEOLBITGAON 林下参玻尿酸润泽保湿精华液", state="reviewed")
    cleared = bring(merchant, rows_of(merchant), locked="")
    merchant.edit("catalog/translations.csv", title, "SEOLBITGAON 另一个名称")
    merchant.edit("catalog/translations.csv", "reference,no", "reference,yes")
    delivered = merchant("plan", "--json")
    merchant.edit(
        "catalog/products.csv", "설빛가온 산양삼 히알루론 보습 세럼", "설빛가온 산양삼 새 보습 세럼"
    )
    other = bring(
        merchant, rows_of(merchant), text="SEOLBITGAON 林下参新保湿精华液", state="reviewed", locked=""
    )
    stale = merchant("plan", "--json")
    freed = merchant("texts", "unlock", "SBG-001", "--locale", "zh-Hans", "--json")
    taken = bring(merchant, rows_of(merchant), text="SEOLBITGAON 林下参新保湿精华液", state="reviewed")

    assert [place] == locked.document["places"]
    for said in (changed, cleared, other):
        assert ["review.locked"] == [
            issue["code"] for issue in said.document["issues"] if issue["path"].startswith(place)
        ]
        assert 0 == said.document["taken"]
    assert f"storesync texts unlock {place}" in changed.document["issues"][0]["hint"]
    assert title in delivered.out
    assert title in stale.out
    assert "text.stale" in stale.out
    assert [place] == freed.document["places"]
    assert 1 == taken.document["taken"]


def test_a_file_may_lock_a_text(merchant: Merchant) -> None:
    """A yes in its column is enough, and the text stays as it was."""
    taken = bring(merchant, rows_of(merchant), locked="yes")

    row = rows_of(merchant)["SBG-001/title"]
    assert 1 == taken.document["taken"]
    assert ("yes", "translated") == (row["locked"], row["state"])


def test_what_is_not_there_cannot_be_locked(merchant: Merchant) -> None:
    """A place that the catalog does not have, and one without a text."""
    nowhere = merchant("texts", "lock", "SBG-999/title", "--locale", "zh-Hans")
    (merchant.folder / "catalog" / "translations.csv").unlink()
    empty = merchant("texts", "lock", "SBG-001", "--locale", "zh-Hans")

    assert (1, 0) == (nowhere.code, empty.code)
    assert "the catalog has no text at SBG-999/title" in nowhere.out
    assert "SBG-001/title has no zh-Hans text that could be locked" in empty.out


def test_a_misspelled_setting_of_a_translator_is_told_with_the_right_one(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `check` already, with the line of the table."""
    monkeypatch.setenv("DEEPL_KEY", "abc")
    merchant.edit(
        "storesync.toml",
        "[prices]",
        '[localization.translator]\nname = "deepl"\nkey = "env:DEEPL_KEY"\ncontxt = "shop"\n\n[prices]',
    )

    said = merchant("check", "--json")
    bare = merchant("texts", "translate", "--locale", "zh-Hans")

    assert 1 == said.code == bare.code
    assert "translator 'deepl' has no setting 'contxt': did you mean 'context'?" in bare.err
    assert "storesync.toml:" in bare.err
    assert "config.translator" in said.out


SHORTS = ("SBG-001/short_description", "SBG-002/short_description")


def share(merchant: Merchant) -> None:
    """Two products say the same of themselves in Korean."""
    file = merchant.folder / "catalog" / "products.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    known = {row["product_code"]: row for row in rows}
    known["SBG-002"]["short_description_ko"] = known["SBG-001"]["short_description_ko"]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def write(merchant: Merchant, rows: dict[str, dict[str, str]], name: str = "both.csv") -> str:
    """A reviewed file."""
    with (merchant.folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(iter(rows.values())).keys())
        writer.writeheader()
        writer.writerows(rows.values())
    return str(merchant.folder / name)


def test_two_places_with_one_source_keep_their_own_texts(merchant: Merchant) -> None:
    """What a person approved belongs to its place: both come in, both can be locked, both go stale."""
    share(merchant)
    rows = rows_of(merchant)
    texts = [rows[place]["text"].rstrip("。.") + more for place, more in zip(SHORTS, "。!", strict=True)]
    for place, text in zip(SHORTS, texts, strict=True):
        rows[place] |= {"text": text, "state": "reviewed"}

    taken = merchant("texts", "import", write(merchant, rows), "--locale", "zh-Hans", "--by", "Kim", "--json")
    shown = rows_of(merchant)
    first = merchant("texts", "lock", SHORTS[0], "--locale", "zh-Hans", "--json")
    freed = merchant("texts", "unlock", SHORTS[1], "--locale", "zh-Hans", "--json")
    locked = rows_of(merchant)
    source = locked[SHORTS[0]]["source"]
    merchant.edit("catalog/products.csv", source, f"{source} 더 촉촉하게.")
    stale = merchant("plan", "--json")

    assert 2 == taken.document["taken"]
    assert texts == [shown[place]["text"] for place in SHORTS]
    assert ([SHORTS[0]], []) == (first.document["places"], freed.document["places"])
    assert ["yes", ""] == [locked[place]["locked"] for place in SHORTS]
    assert texts == [locked[place]["text"] for place in SHORTS]
    assert f"the source of {SHORTS[0]} changed" in stale.out
    assert f"the source of {SHORTS[1]} changed" not in stale.out


def test_a_locked_delivery_stays_at_its_place(merchant: Merchant) -> None:
    """Another product with the same source keeps the text that was delivered for it."""
    share(merchant)
    before = rows_of(merchant)

    one = merchant("texts", "lock", SHORTS[0], "--locale", "zh-Hans", "--json")
    between = rows_of(merchant)
    both = merchant("texts", "lock", *SHORTS, "--locale", "zh-Hans", "--json")
    after = rows_of(merchant)

    assert before[SHORTS[0]]["text"] != before[SHORTS[1]]["text"]
    assert ([SHORTS[0]], [SHORTS[1]]) == (one.document["places"], both.document["places"])
    for rows in (between, after):
        assert [before[place]["text"] for place in SHORTS] == [rows[place]["text"] for place in SHORTS]
    assert ["yes", "yes"] == [after[place]["locked"] for place in SHORTS]
