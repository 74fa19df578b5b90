"""The whole example under the rules of its markets, asked on the shops' side."""

import json
from pathlib import Path
from typing import Any

import pytest

from storesync.catalog.pictures import generate_images
from storesync.cli.example import write_example
from storesync.cli.story.emulators import ENVIRONMENT
from storesync.localization import foreign, has_hangul
from storesync.sandbox.server import example_markets, serving
from storesync.sync import open as open_shops

HELD = {"SBG-011", "SBG-012", "NKS-049", "MBY-047", "GGT-076"}


def words(value: Any) -> list[str]:
    """Every text in a document, names included."""
    if isinstance(value, dict):
        return [word for key, part in value.items() for word in (str(key), *words(part))]
    if isinstance(value, list):
        return [word for part in value for word in words(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.slow
def test_what_the_shops_received_is_clean_and_whole(tmp_path: Path) -> None:
    """Five lines stay out of China, all 79 go to Vietnam; no Korean anywhere, no Chinese in Vietnam."""
    write_example(tmp_path)
    generate_images(tmp_path / "catalog", tmp_path / "catalog" / "images")
    config = tmp_path / "storesync.toml"
    text = config.read_text("utf-8")
    for line in ("[compliance]", 'evidence = "evidence.csv"'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    markets = example_markets()
    with serving(markets) as address:
        config.write_text(text.replace("http://127.0.0.1:8765", address), encoding="utf-8")
        with open_shops(config, environ=ENVIRONMENT) as shops:
            for name in ("tmall-cn", "shopee-vn"):
                shops.sync(name)

    china, vietnam = ({one.key for one in markets[name][0].alive()} for name in ("tmall", "shopee"))
    assert (74, 79) == (len(china), len(vietnam))
    assert HELD == vietnam - china
    for name, locale in (("tmall", "zh-Hans"), ("shopee", "vi")):
        market = markets[name][0]
        seen = [word for one in market.listings.values() for word in words(one.content)]
        seen += [one.title for one in market.listings.values()]
        assert len(seen) > 500
        assert [] == [word for word in seen if has_hangul(word)]
        assert [] == [word for word in seen if foreign(word, locale)]
        assert not has_hangul(json.dumps(market.export(), default=str, ensure_ascii=False))
