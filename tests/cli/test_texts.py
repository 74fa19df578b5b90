"""Texts on the command line: out, through a person's hands, and back into the next plan; readiness of a market."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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


@contextmanager
def libretranslate() -> Iterator[tuple[str, list[str]]]:
    """A LibreTranslate server on loopback that turns every Korean word into 护肤; its address and what it saw."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.extend(asked["q"])
            made = [re.sub("[가-힣]+", "护肤", text) for text in asked["q"]]
            body = json.dumps({"translatedText": made}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_nobody_delivered_is_translated_once(merchant: Merchant) -> None:
    """By the configured engine, without the brand, within the budget; only what a gate failed is asked for again."""
    (merchant.folder / "catalog" / "translations.csv").unlink()
    with libretranslate() as (address, seen):
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
    assert count - first.document["texts"] == again.document["asked"] == len(seen) - count
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
