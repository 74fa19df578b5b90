"""What the emulated shops of the example were told: nothing Korean, wherever it may stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Merchant, Said, cut
from tests.hearing import korean_in, listening

from storesync.catalog.pictures import generate_images
from storesync.cli.example import write_example
from storesync.cli.story.emulators import ENVIRONMENT
from storesync.localization import has_hangul
from storesync.sandbox.server import example_markets, serving


def korean_names(folder: Path) -> int:
    """Every picture gets the name that a Korean supplier would give it."""
    names = {path.name: f"설빛가온 사진 {path.name}" for path in (folder / "images").iterdir()}
    for name, korean in names.items():
        (folder / "images" / name).rename(folder / "images" / korean)
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8")
        for name, korean in names.items():
            text = text.replace(name, korean)
        path.write_text(text, encoding="utf-8")
    return len(names)


def test_no_shop_is_told_anything_korean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[list[str]], Said]
) -> None:
    """Addresses, headers, names of fields and files, values; first listings, then a changed text and a new picture."""
    folder = tmp_path / "shop"
    write_example(folder)
    for name in ("products.csv", "variants.csv", "translations.csv"):
        cut(folder / "catalog" / name, "product_code")
    generate_images(folder / "catalog", folder / "catalog" / "images")
    count = korean_names(folder / "catalog")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    markets, heard = listening(example_markets())
    with serving(markets) as address:
        merchant = Merchant(folder, markets["tmall"][0], say)
        merchant.edit("storesync.toml", "http://127.0.0.1:8765/tmall", f"{address}/tmall")
        merchant.edit("storesync.toml", "http://127.0.0.1:8765/shopee", f"{address}/shopee")
        first = merchant("sync", "--json")
        merchant.edit("catalog/translations.csv", "玻尿酸", "透明质酸")
        second = merchant("sync", "--json")

    assert (0, 0) == (first.code, second.code)
    assert [] == korean_in(heard)
    for market, _ in markets.values():
        assert 4 == len(market.live())
        assert count > 3 < len(market.files)
        assert not any(has_hangul(f"{file.id} {file.url} {file.name}") for file in market.files.values())
