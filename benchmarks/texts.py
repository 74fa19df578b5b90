"""What a text costs: the scan for claims, the gates, and a look at a large catalog in which nothing changed.

Times are of this process's own work, the best of several rounds, over the reference texts of the example. Prints
one JSON line; exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from storesync.compliance import Scanner, compliance_pack
from storesync.localization import (
    Gates,
    MemoryText,
    Segment,
    TextRules,
    draw,
    key_of,
    read_glossary,
)

_SHORT = 60
_SCAN_GOAL, _MORE_GOAL, _GATES_GOAL = 20.0, 0.4, 20.0  # microseconds: a short text, each further character
_EXAMPLE = files("storesync.examples") / "gangwon"
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


def _unchanged(count: int, rounds: int) -> dict[str, Any]:
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


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--texts", type=int, default=100_000)
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
    result["unchanged"] = _unchanged(options.texts, min(options.rounds, 2))
    good = good and result["unchanged"]["asked"] == 0 and result["unchanged"]["asked_after_one_change"] == 1
    result["good"] = good
    print(json.dumps(result))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
