"""Texts on the command line: out, through a person's hands, and back into the next plan; readiness of a market."""

from pathlib import Path

import polib
import pytest
from tests.cli.conftest import Merchant


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

    assert 2 == bare.code
    assert "claim.filing" in bare.out
    assert 0 == shown.code
    assert "claim.filing" not in shown.out


def test_a_faulty_evidence_file_is_told_with_its_line(merchant: Merchant) -> None:
    """The configuration is refused: evidence that does not count must not look as if it did."""
    config = merchant.config
    config.write_text(config.read_text("utf-8") + '\n[compliance]\nevidence = "e.csv"\n', encoding="utf-8")
    (merchant.folder / "e.csv").write_text(
        "product,market,kind,reference\nSBG-001,CN,fileing,1\n", encoding="utf-8"
    )

    said = merchant("check")

    assert 1 == said.code
    assert "e.csv:2" in said.err
