"""What users add: rules as a file or as a package, translators and drivers as packages; found as installed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Merchant
from tests.cli.test_translating import forget

PACKAGE = '''
from collections.abc import Mapping

from attrs import evolve, frozen

from storesync.compliance import Pack, Term
from storesync.drivers.tmall import DRIVER as TMALL
from storesync.localization.engines import Batch, Capabilities, Fetch


def rules() -> Pack:
    """One word of the house for China."""
    return Pack(
        market="CN",
        version="house-1",
        terms=(Term(id="house-1", locale="zh-Hans", term="林下参", severity="block", suggestion="写人参"),),
    )


@frozen
class House:
    """A translator that says the same of everything."""

    words: str
    name: str = "house"

    @property
    def hosts(self) -> Mapping[str, str]:
        return {}

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(texts=50)

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        marks = {piece.id: "".join(f"{{{n}}}" for n in range(piece.text.count("{"))) for piece in batch.pieces}
        return {piece.id: f"{marks[piece.id]} {self.words}" for piece in batch.pieces}


@frozen
class Away(House):
    """A translator whose own package cannot reach its service, and says so in its own way."""

    words: str = ""

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        raise ConnectionError("no route to the house")


class Unreachable(Exception):
    """What the service's own package raises."""


@frozen
class Away(House):
    """A translator that passes on what that package raises."""

    words: str = ""

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        raise Unreachable("no route to the house")


TIKTOK = evolve(TMALL, spec=evolve(TMALL.spec, name="tiktok", refused_scripts=frozenset({"han"})))
'''


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment in which the package is installed, as a package manager leaves it."""
    (tmp_path / "site" / "house-1.0.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "house.py").write_text(PACKAGE, encoding="utf-8")
    facts = tmp_path / "site" / "house-1.0.dist-info"
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: house\nVersion: 1.0\n", encoding="utf-8")
    (facts / "entry_points.txt").write_text(
        "[storesync.compliance]\nhouse = house:rules\n[storesync.translators]\nhouse = house:House\naway = house:Away\n"
        "[storesync.drivers]\ntiktok = house:TIKTOK\n",
        encoding="utf-8",
    )
    paths = [str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def told(merchant: Merchant, environment: dict[str, str], *words: str) -> Any:
    """What the command says as JSON, run as a program of its own."""
    start = "import sys; from storesync.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", start, *words, "--json", "--config", str(merchant.config)],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert "" == done.stderr
    return json.loads(done.stdout)


def test_a_package_brings_rules_for_a_market(merchant: Merchant, installed: dict[str, str]) -> None:
    """They join those that are built in."""
    without = merchant("check", "--market", "CN", "--json")
    document = told(merchant, installed, "check", "--market", "CN")["markets"]["CN"]

    found = [issue for issue in document["issues"] if "house-1" in issue["message"]]
    assert "house-1" not in without.out
    assert {"claim.block"} == {issue["code"] for issue in found}
    assert "写人参" in found[0]["hint"]
    assert "claim.filing" in {issue["code"] for issue in document["issues"]}


def test_a_file_brings_rules_for_a_market(merchant: Merchant) -> None:
    """A word of one's own, and a built-in term made milder by its id."""
    config = merchant.config.read_text("utf-8")
    merchant.config.write_text(f'{config}\n[compliance]\nterms = "own.csv"\n', encoding="utf-8")
    (merchant.folder / "own.csv").write_text(
        "id,locale,term,match,scope,category,rule_source,severity,suggestion,exceptions,confidence\n"
        "own-1,zh-Hans,林下参,literal,cosmetic,house,,block,写人参,,U\n",
        encoding="utf-8",
    )

    said = merchant("check", "--market", "CN", "--json")

    found = [issue for issue in said.document["markets"]["CN"]["issues"] if "own-1" in issue["message"]]
    assert {"claim.block"} == {issue["code"] for issue in found}
    assert "写人参" in found[0]["hint"]


def test_a_package_brings_a_translator(merchant: Merchant, installed: dict[str, str]) -> None:
    """It is named in the configuration like the others; what it says passes the same gates."""
    merchant.edit("storesync.toml", 'accept = ["reference"]', 'accept = ["reference", "machine"]')
    table = '[localization.translator]\nname = "house"\nwords = "护肤滋养清新柔润亮彩温和净透。"\n\n'
    merchant.edit("storesync.toml", "[prices]", f"{table}[prices]")
    forget(merchant, "SBG-001")

    unknown = merchant("plan", "--json").document["channels"]["tmall-cn"]
    plan = told(merchant, installed, "plan")["channels"]["tmall-cn"]

    assert "SBG-001" in {row["key"] for row in plan["operations"]}
    assert ["SBG-001"] == [held["key"] for held in unknown["held"]]
    (warning,) = [one for one in unknown["warnings"] if one["code"] == "text.engine"]
    assert "no translator 'house' is installed" in warning["message"]


def test_a_translator_that_breaks_holds_what_needs_it_alone(
    merchant: Merchant, installed: dict[str, str]
) -> None:
    """What it raises is no fault of storesync's; the listings that have their texts are planned all the same."""
    merchant.edit("storesync.toml", 'accept = ["reference"]', 'accept = ["reference", "machine"]')
    merchant.edit("storesync.toml", "[prices]", '[localization.translator]\nname = "away"\n\n[prices]')
    forget(merchant, "SBG-001")

    plan = told(merchant, installed, "plan")["channels"]["tmall-cn"]

    assert ["SBG-001"] == [held["key"] for held in plan["held"]]
    assert {"SBG-002", "SBG-008"} <= {row["key"] for row in plan["operations"]}
    (warning,) = [one for one in plan["warnings"] if one["code"] == "text.engine"]
    assert "house: it broke with Unreachable at house.py:" in warning["message"]


def test_a_package_brings_a_driver_whose_market_refuses_han_characters(
    merchant: Merchant, installed: dict[str, str]
) -> None:
    """As TikTok Shop does: nothing with one leaves for its channel, and no translator is believed that writes one."""
    merchant.edit("storesync.toml", 'driver = "tmall"', 'driver = "tiktok"')
    merchant.edit("storesync.toml", 'accept = ["reference"]', 'accept = ["reference", "machine"]')
    table = '[localization.translator]\nname = "house"\nwords = "护肤滋养清新柔润亮彩温和净透。"\n\n'
    merchant.edit("storesync.toml", "[prices]", f"{table}[prices]")
    forget(merchant, "SBG-001")

    made = told(merchant, installed, "texts", "translate", "--locale", "zh-Hans")
    plan = told(merchant, installed, "plan")["channels"]["tmall-cn"]

    title = [issue for issue in made["issues"] if issue["path"].startswith("SBG-001/title")]
    assert {"text.no_han"} == {issue["code"] for issue in title}
    assert all("tmall-cn takes no Chinese characters" in issue["message"] for issue in title)
    assert [] == plan["operations"]
    issues = {held["key"]: held["issues"] for held in plan["held"]}
    assert {"SBG-001", "SBG-002", "SBG-008", "GGT-080"} == issues.keys()
    paths = {issue["path"] for issue in issues["SBG-002"] if issue["code"] == "text.han_left"}
    assert {"SBG-002/texts/zh-Hans/title", "SBG-002/texts/zh-Hans/description"} <= paths
    assert "which this market takes in no text" in issues["SBG-002"][0]["message"]
