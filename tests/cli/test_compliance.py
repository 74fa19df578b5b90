"""The whole example under the rules of its markets, asked on the shops' side: delivered texts, then machine ones."""

import csv
import html
import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from attrs import define, field
from tests.localization import corpus
from tests.localization.services import Service
from tests.localization.services import serving as served

from storesync.catalog.pictures import generate_images
from storesync.cli.example import write_example
from storesync.cli.story.emulators import ENVIRONMENT
from storesync.localization import Protection, foreign, has_hangul, normal
from storesync.sandbox import server
from storesync.sandbox.server import example_markets, serving
from storesync.sync import open as open_shops

pytestmark = pytest.mark.slow
HELD = {"SBG-011", "SBG-012", "NKS-049", "MBY-047", "GGT-076"}
LOCALES = {"tmall": "zh-Hans", "shopee": "vi"}


def words(value: Any) -> Iterator[str]:
    """Every text in a document, names included."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from words(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from words(part)
    elif isinstance(value, str):
        yield value


def readable(body: bytes) -> str:
    """The text of a request, with the names of its files and without their bytes."""
    if body.startswith(b"--"):
        boundary = body.partition(b"\r\n")[0]
        parts = [part.partition(b"\r\n\r\n") for part in body.split(boundary)]
        return " ".join(
            (head if b"filename=" in head else head + b" " + content).decode() for head, _, content in parts
        )
    text = body.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if text.startswith(("{", "[")) else text


def plain(text: str) -> str:
    """The text without the escapes of JSON and HTML, behind which Korean would hide."""
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return html.unescape(text)


def korean_pictures(folder: Path) -> set[str]:
    """The names under which pictures with Korean text could travel."""
    files = sorted((folder / "catalog" / "images").glob("*_detail_ko*"))
    assert len(files) > 50
    return {name for file in files for name in (file.name, sha256(file.read_bytes()).hexdigest())}


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Everything that reaches the emulated shops, whatever becomes of it: the market's name, and the text."""
    found: list[tuple[str, str]] = []
    deliver = server.deliver

    def recorded(market: Any, dialect: Any, call: Any) -> Any:
        said = unquote_plus(f"{call.path}?{call.query_string} {readable(call.body)}")
        found.append((market.name, plain(said)))
        return deliver(market, dialect, call)

    monkeypatch.setattr(server, "deliver", recorded)
    return found


@pytest.fixture
def example(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Lists the example under its markets' rules on both emulated shops, and gives these."""

    def run(**changes: str) -> dict[str, Any]:
        write_example(tmp_path)
        generate_images(tmp_path / "catalog", tmp_path / "catalog" / "images")
        config = tmp_path / "storesync.toml"
        text = config.read_text("utf-8")
        asked = {"# [compliance]": "[compliance]", '# evidence = "evidence.csv"': 'evidence = "evidence.csv"'}
        for old, new in {**asked, **changes}.items():
            assert old in text
            text = text.replace(old, new)
        if changes:
            (tmp_path / "catalog" / "translations.csv").unlink()
        markets = example_markets()
        with serving(markets) as address:
            config.write_text(text.replace("http://127.0.0.1:8765", address), encoding="utf-8")
            with open_shops(config, environ=ENVIRONMENT) as shops:
                for name in ("tmall-cn", "shopee-vn"):
                    shops.sync(name)
        return {name: markets[name][0] for name in LOCALES}

    return run


def clean_and_whole(markets: dict[str, Any], arrived: list[tuple[str, str]], folder: Path) -> None:
    """Five lines stay out of China, all 79 go to Vietnam; no Korean anywhere, no Chinese in Vietnam."""
    china, vietnam = ({one.key for one in markets[name].alive()} for name in LOCALES)
    assert (74, 79) == (len(china), len(vietnam))
    assert HELD == vietnam - china
    for name, locale in LOCALES.items():
        seen: list[str] = []
        for one in markets[name].listings.values():
            parts = list(words([one.content, one.title, one.images]))
            parts += [word for sku in one.skus.values() for word in words([sku.options, sku.more])]
            assert len("".join(parts)) > 200
            seen += parts
        assert len(seen) > 1500
        assert [] == [word for word in seen if has_hangul(word)]
        assert [] == [word for word in seen if foreign(word, locale)]
        assert not has_hangul(json.dumps(markets[name].export(), default=str, ensure_ascii=False))
    assert len(arrived) > 400
    assert [] == [text[:300] for _, text in arrived if has_hangul(text)]
    pictures = korean_pictures(folder)
    assert [] == [text[:300] for _, text in arrived if any(name in text for name in pictures)]
    for name in LOCALES:
        sent = {one for held in markets[name].listings.values() for one in words([held.images])}
        assert not pictures & sent


def said(market: Any) -> str:
    """All that a shop shows, as one text."""
    return "\n".join(word for one in market.listings.values() for word in words([one.content, one.title]))


def test_korean_does_not_hide_behind_an_escape() -> None:
    """The judge reads what a shop would."""
    for hidden in ("\\ubcf4\\uc2b5", "\\\\ubcf4", "&#48372;", "&#xBCF4;"):
        assert has_hangul(plain(f'{{"title": "{hidden}"}}'))


def test_what_the_shops_received_is_clean_and_whole(
    example: Callable[..., dict[str, Any]], arrived: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Titles, descriptions, options, attributes: each kind of text is there, in the shop's own language."""
    markets = example()

    clean_and_whole(markets, arrived, tmp_path)
    for name, parts in {
        "tmall": (
            "林下参玻尿酸保湿精华液",
            "鱼类",
            "36个月",
            "中度烘焙",
            "避光防潮",
            "明太鱼（原料产地：俄罗斯）",
        ),
        "shopee": ("Serum dưỡng ẩm sâm núi", "36 tháng", "Cá pollack Alaska", "Kiểu xay", "nơi khô mát"),
    }.items():
        assert [] == [part for part in parts if part not in said(markets[name])]


@define
class Reference(Service):
    """A service that knows translations by language and text as sent."""

    known: dict[tuple[str, str], str] = field(factory=dict)

    def reply(self, path: str, asked: dict[str, Any]) -> tuple[int, Any]:
        """Each text's translation."""
        self.requests.append(asked)
        locale = {"zh": "zh-Hans", "vi": "vi"}[asked["target"]]
        return 200, {"translatedText": [self.known[locale, text] for text in asked["q"]]}


def translator() -> Service:
    """A service that knows the reference translations by heart, and keeps every mark."""
    known: dict[tuple[str, str], str] = {}
    keep = Protection(brands=corpus.brands(), names=frozenset(inci()), glossary=corpus.glossary())
    for pair in corpus.references():
        if pair.field in ("title", "short_description"):
            sent = keep.protect(normal(pair.source), pair.locale, "html")
            text, rest = html.escape(pair.text, quote=False), ""
            for number, kept in enumerate(sent.kept):
                mark = f'<span id="m{number}" class="notranslate">{number}</span>'
                place = text.casefold().find(html.escape(kept, quote=False).casefold())
                if place < 0:
                    rest += f" {mark}"
                else:
                    text = text[:place] + mark + text[place + len(html.escape(kept, quote=False)) :]
            known[pair.locale, sent.text] = text + rest
    return Reference(known=known)


def inci() -> set[str]:
    """Every INCI name of the example."""
    return {
        name.strip()
        for row in csv.DictReader(
            (corpus.EXAMPLE / "catalog" / "products.csv").read_text(encoding="utf-8").splitlines()
        )
        for name in row["ingredients_inci"].split(";")
        if name.strip()
    }


def test_a_catalog_without_one_translation_goes_out_clean_and_whole(
    example: Callable[..., dict[str, Any]], arrived: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Machine texts under all gates, and tables for everything else; a few requests for 160 texts a language."""
    with served(translator()) as service:
        table = f'[localization.translator]\nname = "libretranslate"\nendpoint = "{service.address}"\n\n[prices]\nfrom'
        markets = example(
            **{'accept = ["reference"]': 'accept = ["machine"]', "[prices]\nfrom": table},
        )
        texts = sum(len(asked["q"]) for asked in service.requests)

    clean_and_whole(markets, arrived, tmp_path)
    assert 300 < texts <= 320
    assert len(service.requests) < 40
    for name, part in {
        "tmall": "配料：明太鱼（原料产地：俄罗斯）100%",
        "shopee": "Thành phần: Cá pollack Alaska 100%",
    }.items():
        assert part in said(markets[name])
