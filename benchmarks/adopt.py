"""How well adoption finds what a grown shop shows: one JSON line; exit code 1 below the promised figures.

Usage: python benchmarks/adopt.py [--listings 10000] [--seed 1] [--wrong]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.oldshop import OldShop, old_shop

from storesync.engine.matching import Match, match

PRECISION, RECALL = 0.999, 0.95


def judged(shop: OldShop, matches: list[Match]) -> dict[str, float]:
    """Precision of what is sure, and the share of shown products that are surely found, or at least proposed."""
    sure = [one for one in matches if one.sure]
    right = sum(shop.truth[one.shelved.listing] == one.key for one in sure)
    there = {key for key in shop.truth.values() if key}
    found = {one.key for one in sure if shop.truth[one.shelved.listing] == one.key}
    proposed = {one.key for one in matches if one.key and shop.truth[one.shelved.listing] == one.key}
    return {
        "precision": round(right / len(sure), 5),
        "recall": round(len(found) / len(there), 4),
        "recall_with_review": round(len(proposed) / len(there), 4),
        "sure": len(sure),
        "wrong": len(sure) - right,
        "for_review": sum(bool(one.key) and not one.sure for one in matches),
        "of_nobody": sum(not one.key for one in matches),
    }


def main() -> int:
    """Generate, match, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="tell of wrong and missed ones")
    chosen = parser.parse_args()
    shop = old_shop(chosen.seed, chosen.listings)
    began = time.perf_counter()
    matches = match(shop.catalog, shop.shop)
    seconds = time.perf_counter() - began
    found = judged(shop, matches)
    if chosen.wrong:
        for one in matches:
            truth = shop.truth[one.shelved.listing]
            if (one.sure and truth != one.key) or (not one.sure and truth):
                sys.stderr.write(
                    f"{truth} {'SURE' if one.sure else ''} {one.key} {one.shelved} {one.evidence}\n"
                )
    summary = {
        "listings": chosen.listings,
        "missing": round(shop.missing / chosen.listings, 3),
        "shared": round(shop.shared / chosen.listings, 3),
        **found,
        "seconds": round(seconds, 1),
        "seed": chosen.seed,
    }
    print(json.dumps(summary))
    return 0 if found["precision"] >= PRECISION and found["recall"] >= RECALL else 1


if __name__ == "__main__":
    raise SystemExit(main())
