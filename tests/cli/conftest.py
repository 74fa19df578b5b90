"""A small merchant: four products of the example and one draft, on an emulated Tmall shop on loopback."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from storesync.catalog.pictures import generate_images
from storesync.cli import main
from storesync.cli.example import write_example
from storesync.sandbox import Market
from storesync.sandbox import tmall as account
from storesync.sandbox.server import example_markets, serving

KEPT = ("SBG-001", "SBG-002", "SBG-008", "PDM-070", "GGT-080")
CANARIES = (account.SECRET, account.SESSION)


def cut(path: Path, column: str) -> None:
    """Leave a table of the example the rows of the five products."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row[column] in KEPT)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example cut down to five products, with pictures, for the Tmall channel only."""
    folder = tmp_path_factory.mktemp("template")
    write_example(folder)
    for name in ("products.csv", "variants.csv", "translations.csv"):
        cut(folder / "catalog" / name, "product_code")
    generate_images(folder / "catalog", folder / "catalog" / "images")
    config = folder / "storesync.toml"
    text = config.read_text("utf-8")
    text = re.sub(
        r"\[(channels|accounts)\.shopee.*?(?=^\[(?!channels\.shopee|accounts\.shopee)|\Z)",
        "",
        text,
        flags=re.S | re.M,
    )
    config.write_text(text, encoding="utf-8")
    return folder


@define
class Said:
    """What one command line said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@define
class Merchant:
    """A project folder, its emulated shop, and the command line."""

    folder: Path
    market: Market
    _run: Callable[[list[str]], Said]

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "storesync.toml"

    def __call__(self, *words: str) -> Said:
        """Run one command line."""
        return self._run([*words, "--config", str(self.config)])

    def edit(self, path: str, old: str, new: str) -> None:
        """Change one place in a file of the project."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def everything_written(self) -> bytes:
        """Every file that commands wrote: state, log, plans, pages."""
        kinds = ("*.db", "*.db-wal", "*.log", "*.json", "*.html")
        return b"".join(path.read_bytes() for kind in kinds for path in sorted(self.folder.glob(kind)))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], Said]:
    """Run a command line as it stands."""

    def run(words: list[str]) -> Said:
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def merchant(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[list[str]], Said],
) -> Iterator[Merchant]:
    """A fresh project whose shop is empty and up."""
    folder = tmp_path / "shop"
    shutil.copytree(template, folder)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TMALL_APP_KEY", account.APP_KEY)
    monkeypatch.setenv("TMALL_SECRET", account.SECRET)
    monkeypatch.setenv("TMALL_SESSION", account.SESSION)
    markets = example_markets()
    with serving(markets) as address:
        found = Merchant(folder, markets["tmall"][0], say)
        found.edit("storesync.toml", "http://127.0.0.1:8765", address)
        yield found
