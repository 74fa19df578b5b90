"""What a text costs: the scan for claims, the gates, and a look at a large catalog in which nothing changed.

Times are of this process's own work, the best of several rounds, over the reference texts of the example. Prints
one JSON line; exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import define, evolve

from storesync.catalog import Read
from storesync.compliance import Compliance, Scanner, compliance_pack
from storesync.config.settings import CatalogConfig, Config
from storesync.config.wording import TranslatorConfig
from storesync.driver import Shop
from storesync.engine import Env, OpenChannel, Pacer, plan
from storesync.engine.channeltexts import ChannelTexts
from storesync.engine.preparer import ChannelPreparer
from storesync.engine.translating import Translators
from storesync.localization import (
    Gates,
    Glossary,
    MemoryText,
    Reference,
    ReferenceText,
    Segment,
    TextKey,
    TextRules,
    draw,
    key_of,
    read_glossary,
    segments,
)
from storesync.localization.engines import Translated
from storesync.model import Brand, Channel, Copy, Market, Money, Product, Supply, Variant
from storesync.prepare import Settings
from storesync.pricing import Policy, PolicyBook
from storesync.sandbox.plain import ACCESS, APP, HOST, REFRESH
from storesync.state import Store
from storesync.state.texts import keep_texts, remembered
from storesync.testing.plain import Account, plain_driver
from storesync.transport import Transport

_SHORT = 60
_SCAN_GOAL, _MORE_GOAL, _GATES_GOAL = 20.0, 0.4, 20.0  # microseconds: a short text, each further character
_EXAMPLE = files("storesync.examples") / "gangwon"
_SCANS_OF_ONE = 4  # texts that a plan looks through for one product that changed
# The plans in a row, each with the products that change before it: remembered texts at even places, delivered at odd.
_STEPS: dict[str, tuple[int, ...]] = {
    "first": (),
    "unchanged": (),
    "one_remembered_changed": (0,),
    "one_delivered_changed": (1,),
}
_MARKETS = {"zh-Hans": "CN", "vi": "VN"}


def _table(name: str) -> list[dict[str, str]]:
    text = _EXAMPLE.joinpath(*name.split("/")).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _pairs(locale: str) -> list[tuple[str, str, str]]:
    """Source, translation and field of every reference text."""
    products = {row["product_code"]: row for row in _table("catalog/products.csv")}
    found = []
    for row in _table("catalog/translations.csv"):
        if row["locale"] == locale:
            product = products[row["product_code"]]
            found.append((product["name_ko"], row["title"], "title"))
            short = "short_description"
            found.append((product["short_description_ko"], row[short], short))
    column = locale.replace("-", "_")
    found += [(row["ko"], row[column], "option_values") for row in _table("catalog/option-translations.csv")]
    return found


def _best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the best round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _scan(scanner: Scanner, texts: Sequence[str], rounds: int) -> tuple[float, float]:
    """Microseconds of a short text, and of each character beyond 60 of a long one."""
    short = [text for text in texts if len(text) <= _SHORT] * 5
    scanner.scan(short[0])
    each = _best(lambda: [scanner.scan(text) for text in short], rounds) / len(short) * 1e6
    long = ["\n".join(texts[start : start + 20]) for start in range(0, len(texts) - 20, 20)]
    beyond = sum(len(text) - _SHORT for text in long)
    more = (_best(lambda: [scanner.scan(text) for text in long], rounds) * 1e6 - each * len(long)) / beyond
    return each, more


def unchanged(count: int, rounds: int) -> dict[str, Any]:
    """A catalog of remembered texts: how long a look takes, and how many an engine is asked for."""
    glossary, _ = read_glossary((_EXAMPLE / "glossary.csv").read_text(encoding="utf-8"), at="glossary.csv")
    rules = TextRules(target="vi", glossary=glossary)
    segments = [Segment(f"P-{number}/title", "title", f"보습 크림 {number}") for number in range(count)]
    memory = {}
    for segment in segments:
        key = key_of(segment, "ko", "vi", glossary.version(segment.text, "vi"))
        memory[key] = MemoryText(
            key=key, source_text=segment.text, text="Kem", state="translated", place=segment.place
        )
    seconds = _best(lambda: draw(segments, rules, memory), rounds)
    changed = [*segments[1:], Segment("P-0/title", "title", "새 크림")]
    return {
        "texts": count,
        "seconds": round(seconds, 2),
        "asked": len(draw(segments, rules, memory).wanted),
        "asked_after_one_change": len(draw(changed, rules, memory).wanted),
    }


async def planned(count: int, folder: Path) -> dict[str, Any]:
    """The same through plans under China's rules: a catalog that is half delivered and half machine texts.

    Twice as it is, then with one changed title of each half.
    """
    market = Market("CN", ("zh-Hans",), "CNY")
    glossary, _ = read_glossary((_EXAMPLE / "glossary.csv").read_text(encoding="utf-8"), at="glossary.csv")
    products = [_product(number) for number in range(count)]
    env, store = Env(), Store(f"sqlite:///{folder}/texts.db")
    store.prepare()
    channel = Channel(
        name="bench", driver="plain", markets=(market,), prices={"CN": "cn"}, environment="sandbox"
    )
    shop = Shop(channel="bench", markets=(market,))
    opened = OpenChannel(
        channel=channel,
        driver=plain_driver(),
        shop=shop,
        account=Account(app=APP, access=ACCESS, refresh=REFRESH),
        account_name="bench",
        base="bench",
        transport=Transport({"api": f"https://{HOST}"}, now=env.now),
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )
    settings = Settings(
        channel=channel,
        reference=Reference(texts={one.key: _delivered(one) for one in products[1::2]}),
        today=date(2026, 11, 23),
        categories={"C": "1"},
        accept=frozenset({"machine", "reference"}),
        compliance=Compliance(packs={"CN": compliance_pack("CN")}),
        policies={"CN": PolicyBook(name="cn", policies=(Policy(name="cn", currency="CNY", fixed="219"),))},
    )
    translators = _Counting(
        Config(
            path=folder / "storesync.toml",
            state="",
            catalog=CatalogConfig(kind="csv", path=folder),
            glossary=glossary,
            translators=(TranslatorConfig(name="libretranslate"),),
        ),
        store,
        env,
    )
    store.write_now(lambda db: keep_texts(db, _made(products[::2], glossary), person=False, at=env.now()))
    scans = 0
    scan = Scanner.scan

    def counted(self: Scanner, text: str, *, field: str = "title", kind: str = "") -> Any:
        nonlocal scans
        scans += 1
        return scan(self, text, field=field, kind=kind)

    Scanner.scan = counted  # type: ignore[method-assign]  # this process measures
    result: dict[str, Any] = {"texts": 2 * count}
    try:
        for name, changed in _STEPS.items():
            for number in changed:
                text = evolve(products[number].text, title=f"설빛가온 새 크림 {number}")
                products[number] = evolve(products[number], text=text)
            preparer = ChannelPreparer(settings, opened.driver, shop)
            texts = ChannelTexts(store, preparer, settings.reference, glossary, translators)
            scans, translators.asked = 0, 0
            began = time.process_time()
            made = await plan(opened, _reads(products), preparer, texts=texts)
            result[name] = {
                "seconds": round(time.process_time() - began, 2),
                "scanned": scans,
                "asked": translators.asked,
                "stale": sum(one.code == "text.stale" for one in made.warnings),
            }
    finally:
        Scanner.scan = scan  # type: ignore[method-assign]
        await opened.transport.close()
        store.close()
    return result


def kept(planned: dict[str, Any]) -> bool:
    """Whether plans looked at what changed, at all of it, and at nothing else."""
    first, same, remembered, delivered = (planned[name] for name in _STEPS)
    return (
        first["scanned"] >= planned["texts"]
        and (first["asked"], first["stale"]) == (0, 0)
        and (same["scanned"], same["asked"], same["stale"]) == (0, 0, 0)
        and (remembered["asked"], remembered["stale"]) == (1, 0)
        and (delivered["asked"], delivered["stale"]) == (0, 1)
        and all(0 < one["scanned"] <= _SCANS_OF_ONE for one in (remembered, delivered))
    )


@define
class _Counting(Translators):
    """Counts the texts that it is asked for, and makes each the same way."""

    asked: int = 0

    async def translate(self, target: str, products: Any, some: Any, *_: Any, **more: Any) -> Translated:
        """What is not remembered, counted."""
        keys = dict(zip(_keys(some, self.config.glossary), some, strict=True))
        recalled = await self.store.read(lambda db: remembered(db, keys))
        new = [_text(part, key) for key, part in keys.items() if key not in recalled]
        self.asked += len(new)
        await self.store.write(lambda db: keep_texts(db, new, person=False, at=self.env.now()))
        return Translated(asked=len(new))


def _keys(some: Sequence[Segment], glossary: Glossary) -> list[TextKey]:
    return [key_of(one, "ko", "zh-Hans", glossary.version(one.text, "zh-Hans")) for one in some]


def _product(number: int) -> Product:
    key = f"P{number:06}"
    sku = f"{key}-1"
    return Product(
        key=key,
        text=Copy(
            f"설빛가온 보습 크림 {number}", points=(f"건조한 피부를 위한 촉촉한 보습 크림입니다 {number}",)
        ),
        brand=Brand(code="SBG", name="설빛가온", latin="SEOLBITGAON"),
        category="C",
        variants=(Variant(sku=sku),),
        supply={sku: Supply(sku=sku, price=Money("32000", "KRW"), stock=40)},
        classes={"cn": "ordinary"},
        hs="330499",
    )


def _reads(products: Sequence[Product]) -> Iterator[Read]:
    for one in products:
        yield Read(key=one.key, product=one)


def _made(products: Sequence[Product], glossary: Glossary) -> Iterator[MemoryText]:
    for product in products:
        for part, key in zip(segments(product), _keys(segments(product), glossary), strict=True):
            yield _text(part, key)


def _delivered(product: Product) -> dict[str, ReferenceText]:
    number = product.text.title.rpartition(" ")[2]
    short = f"为干燥肌肤带来水润的保湿面霜 {number}"
    return {"zh-Hans": ReferenceText(title=f"SEOLBITGAON 保湿面霜 {number}", short_description=short)}


def _text(part: Segment, key: TextKey) -> MemoryText:
    text = f"SEOLBITGAON 保湿面霜 {part.text.rpartition(' ')[2]}"
    return MemoryText(
        key=key, source_text=part.text, text=text, state="translated", by="bench", place=part.place
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=50_000, help="of the plans; each has two texts")
    options = parser.parse_args()
    glossary, _ = read_glossary((_EXAMPLE / "glossary.csv").read_text(encoding="utf-8"), at="glossary.csv")
    brands = {row["brand_ko"]: row["brand_latin"] for row in _table("catalog/brands.csv")}
    gates = Gates(brands=brands, glossary=glossary)
    result: dict[str, Any] = {"benchmark": "texts", "unit": "microseconds"}
    good = True
    for locale, market in _MARKETS.items():
        pairs = _pairs(locale)
        scanner = compliance_pack(market).scanner(locale)
        each, more = _scan(scanner, [text for _, text, _ in pairs], options.rounds)
        short = [pair for pair in pairs if len(pair[1]) <= _SHORT] * 3

        def judge(short: list[tuple[str, str, str]] = short, locale: str = locale) -> None:
            for source, text, field in short:
                gates.check(source, text, locale=locale, field=field)

        checked = _best(judge, options.rounds) / len(short) * 1e6
        result[locale] = {
            "terms": len(scanner.terms),
            "scan_short_text": round(each, 2),
            "scan_further_character": round(more, 3),
            "gates_without_claims": round(checked, 2),
        }
        good = good and each <= _SCAN_GOAL and more <= _MORE_GOAL and checked <= _GATES_GOAL
    result["unchanged"] = unchanged(options.texts, min(options.rounds, 2))
    good = good and result["unchanged"]["asked"] == 0 and result["unchanged"]["asked_after_one_change"] == 1
    with tempfile.TemporaryDirectory() as folder:
        result["planned"] = plans = asyncio.run(planned(options.products, Path(folder)))
    result["good"] = good = good and kept(plans)
    print(json.dumps(result))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
