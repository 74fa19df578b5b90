"""Every fence of the documentation is run, loaded, or held against what it talks about."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import shlex
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Merchant
from tests.docs.conftest import ROOT, Block, blocks

from storesync.catalog.layout import BRANDS, PRODUCTS, VARIANTS, Layout
from storesync.catalog.reference import TRANSLATIONS
from storesync.cli.app import application
from storesync.cli.example import write_example
from storesync.compliance import read_evidence, read_terms, read_waivers
from storesync.config import load
from storesync.localization import read_glossary
from storesync.pricing import policies_from
from storesync.testing import Subject, conformance

DRIVER_PAGE = "docs/how-to/write-a-driver.md"
KNOWN = {"console", "csv", "ini", "json", "python", "sh", "text", "toml"}
UNMARKED = {"README.md": 0, "docs/explanation/architecture.md": 2}  # drawings
GROUPS = {"storesync.drivers", "storesync.rates", "storesync.translators", "storesync.compliance"}
READERS: dict[str, Any] = {
    "evidence": read_evidence,
    "waivers": read_waivers,
    "terms": read_terms,
    "glossary": lambda text, at: (read_glossary(text, at=at)[0].terms, read_glossary(text, at=at)[1]),
}
TABLES = {"products": PRODUCTS, "variants": VARIANTS, "brands": BRANDS, "translations": TRANSLATIONS}


def python_pages() -> dict[str, str]:
    """Each page's Python as one program: its fences go on from each other. Lines count as in the page."""
    found: dict[str, list[str]] = defaultdict(list)
    for block in blocks("python"):
        lines = found[block.page]
        lines += [""] * (block.line - 1 - len(lines))
        lines += block.text.splitlines()
    return {page: "\n".join(lines) for page, lines in found.items()}


def run(page: str, text: str) -> dict[str, Any]:
    """The names that a page's program leaves behind."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(text, page, "exec"), names)
    return names


def test_every_fence_says_what_it_is() -> None:
    """A fence without a known language would be checked by nobody."""
    unknown = [str(block) for block in blocks() if block.language not in KNOWN | {""}]
    unmarked = [block.page for block in blocks("")]

    assert [] == unknown
    assert {page: number for page, number in UNMARKED.items() if number} == {
        page: unmarked.count(page) for page in unmarked
    }


@pytest.mark.parametrize("page", [page for page in python_pages() if page not in (DRIVER_PAGE, "README.md")])
def test_python_of_a_page_runs(page: str, merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from top to bottom in a merchant's folder, every line of Python does what it says."""
    monkeypatch.chdir(merchant.folder)
    heard = logging.getLogger("storesync.engine")
    monkeypatch.setattr(heard, "handlers", list(heard.handlers))  # what a page adds ends with it

    run(page, python_pages()[page])


def test_library_of_the_readme_lists_the_catalog(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its ten lines plan, apply and show what it came to; its driver flow asks once."""
    monkeypatch.chdir(merchant.folder)
    names = run("README.md", python_pages()["README.md"])

    assert 4 == merchant.market.counts()["live"]
    assert "219.00 CNY" in capsys.readouterr().out
    sd = names["sd"]
    flow = names["create"](None, sd.New("A", {"title": "Serum"}, {}, "0" * 32))
    assert sd.Effect.ONCE is next(flow).effect


def test_driver_of_the_page_conforms() -> None:
    """The driver that a reader builds passes every law and every run on the emulated market."""
    names = run(DRIVER_PAGE, python_pages()[DRIVER_PAGE])
    subject = Subject(
        driver=names["DRIVER"],
        shop=names["SHOP"],
        account=names["ACCOUNT"],
        samples=names["SAMPLES"],
        examples=5,
    )
    checks = conformance.checks(subject, sandbox=names["SANDBOX"])

    assert {"pure", "laws", "sandbox"} == {check.level.value for check in checks}
    assert [] == [str(found) for check in checks for found in check.run()]


BASE = {
    "catalog": '[catalog]\nsource = "csv"\npath = "catalog"\n',
    "prices": '[prices.cn]\ncurrency = "CNY"\n',
    "channels": '[channels.tmall-cn]\ndriver = "tmall"\nmarket = "CN"\nprice = "cn"\naccount = { app_key = "1" }\n',
}


@pytest.mark.parametrize("block", list(blocks("toml")), ids=str)
def test_configuration_in_a_fence_is_a_configuration(block: Block, tmp_path: Path) -> None:
    """What a page shows can be pasted: no unknown key, no wrong value."""
    data = tomllib.loads(block.text)
    if "project" in data:
        assert set(data["project"]["entry-points"]) <= GROUPS
        return
    write_example(tmp_path)
    (tmp_path / "supplier.csv").touch()
    for table in blocks("csv"):
        if table.page == block.page:
            (tmp_path / f"{named(table)}.csv").write_text(table.text, encoding="utf-8")
    policies, found = policies_from(data.get("prices", {}), at=str(block), fees=data.get("fees"))
    whole = "\n".join(
        [*(text for name, text in BASE.items() if name not in data and name != "channels"), block.text]
    )
    if "channels" not in data:
        policy = next(iter(policies), "cn")
        whole += BASE["channels"].replace('"cn"', f'"{policy}"')
    (tmp_path / "storesync.toml").write_text(whole, encoding="utf-8")

    assert () == tuple(found)
    assert set(data.get("prices", {})) == set(policies)
    assert () == load(tmp_path / "storesync.toml").issues


def commands() -> list[tuple[str, list[str]]]:
    """Every `storesync` and `make` call of every console, as words."""
    found = []
    for block in blocks("console", "sh"):
        for number, line in enumerate(block.text.splitlines()):
            text = (
                line.removeprefix("$ ") if line.startswith("$ ") else line if block.language == "sh" else ""
            )
            for part in re.split(r"&&|\|\|", text.partition("  #")[0]):
                words = shlex.split(part)
                if words and words[0] in ("storesync", "make"):
                    found.append((f"{block.page}:{block.line + number}", words))
    return found


def test_every_command_of_a_console_is_a_command() -> None:
    """Commands, options and arguments are those that the command line takes; targets are the Makefile's."""
    app = application()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wrong = []
    for place, words in commands():
        if words[0] == "make":
            wrong += [f"{place}: {word}" for word in words[1:] if "=" not in word and word not in targets]
            continue
        try:
            app.parse_args(words[1:], exit_on_error=False, print_error=False)
        except Exception as error:
            wrong.append(f"{place}: {shlex.join(words)}: {error}")

    assert len(commands()) > 25
    assert [] == wrong


def named(block: Block) -> str:
    """The table that a fence shows: the heading above says it."""
    heading = (ROOT / block.page).read_text("utf-8").splitlines()[: block.line]
    return next(found[1] for line in reversed(heading) if (found := re.match(r"## (\w+)\.csv", line)))


@pytest.mark.parametrize("block", list(blocks("csv")), ids=str)
def test_table_in_a_fence_has_columns_that_are_read(block: Block) -> None:
    """The columns are those of the layout, and every row has as many cells as the head."""
    name = named(block)
    if name in READERS:
        found, issues = READERS[name](block.text, at=str(block))
        assert ((), True) == (tuple(issues), bool(found))
        return
    layout: Layout = TABLES[name]
    head, *rows = csv.reader(io.StringIO(block.text))
    columns = [layout.with_aliases({}).canonical(column) for column in head]

    assert [] == [column for column in columns if not layout.knows(column)]
    assert set(layout.required) <= set(columns)
    assert {len(head)} == {len(row) for row in rows}


@pytest.mark.parametrize("block", list(blocks("json")), ids=str)
def test_document_in_a_fence_is_json(block: Block) -> None:
    """What is shown as JSON can be read as JSON."""
    assert isinstance(json.loads(block.text), dict)


def test_price_in_the_tutorial_is_what_explain_says(merchant: Merchant) -> None:
    """Every line of the tutorial's price stands in the command's own output; "…" is what was left out."""
    merchant("sync")
    said = [" ".join(line.split()) for line in merchant("explain", "SBG-001-30").out.splitlines()]
    (block,) = [
        block
        for block in blocks("console")
        if block.page == "docs/tutorial/first-shops.md" and "explain" in block.text
    ]
    shown = [" ".join(line.split()) for line in block.text.splitlines()[1:]]
    lost = [line for line in shown if not any(one.startswith(line.rstrip("… ")) for one in said)]

    assert len(shown) > 12
    assert [] == lost
