"""Price 100,000 variants with their traces kept, and compare with a bare Decimal loop; prints one JSON line.

The bare loop (`python benchmarks/pricing.py [--variants N]`) computes the same price with plain Decimal
operators and keeps nothing: no trace, no guards, no checks, and prices that lie on an ending may be wrong.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from datetime import date
from decimal import ROUND_CEILING, Decimal

from storesync.model import Brand, Copy, Market, Money, NetContent, Product, Supply, Variant
from storesync.pricing import AddOn, Ending, Fee, Guards, Policy, Priced, Rate, Snapshot, Tax, price

TODAY = date(2026, 11, 23)
CN = Market("CN", ("zh-Hans",), "CNY")
BRAND = Brand(code="SBG", name="설빛가온")
PER_PRODUCT = 4
POLICY = Policy(
    name="cn",
    currency="CNY",
    source_vat="0.10",
    markup="0.15",
    addons=(AddOn("freight and packing", Decimal(4500)),),
    fx_buffer="0.02",
    tax=Tax(mode="buyer_pays", regime="cn-cbec"),
    fees=(
        Fee(name="service", rate="0.05"),
        Fee(name="payment", rate="0.01"),
        Fee(name="marketing", rate="0.03"),
    ),
    ending=Ending("10", ["9"]),
    guards=Guards(min_margin=Decimal("0.20"), max_change=Decimal("0.30")),
)
RATES = Snapshot(
    rates=(Rate(base="CNY", quote="KRW", value="200.71", observed=TODAY, source="bench", calendar="KR"),)
)


def _product(place: int) -> Product:
    skus = [f"P-{place}-{n}" for n in range(PER_PRODUCT)]
    return Product(
        key=f"P-{place}",
        text=Copy("세럼"),
        brand=BRAND,
        category="C-SER",
        hs="330499",
        variants=tuple(
            Variant(sku, weight_g=120, net_content=NetContent(Decimal(30 * (n + 1)), "ml"))
            for n, sku in enumerate(skus)
        ),
        supply={
            sku: Supply(
                sku=sku,
                price=Money(9_000 + (place * 7919 + n * 13) % 90_000, "KRW"),
                cost=Money(3_000 + (place * 31) % 3_000, "KRW"),
            )
            for n, sku in enumerate(skus)
        },
    )


def _priced(products: list[Product]) -> list[Priced]:
    return [
        price(
            product=product,
            sku=sku,
            market=CN,
            policy=POLICY,
            rates=RATES,
            environment="live",
            today=TODAY,
            form="yuan",
        )
        for product in products
        for sku in product.supply
    ]


def _bare(products: list[Product]) -> list[Decimal]:
    found = []
    for product in products:
        for supply in product.supply.values():
            assert supply.price is not None
            amount = supply.price.amount / Decimal("1.10") * Decimal("1.15") + Decimal(4500)
            amount = amount / Decimal("200.71") * Decimal("1.02") / Decimal("0.91")
            found.append(((amount - 9) / 10).to_integral_value(ROUND_CEILING) * 10 + 9)
    return found


def main() -> int:
    """Measure and print; exit code 1 when a price is missing or below that of the bare loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=100_000)
    given = parser.parse_args()
    products = [_product(place) for place in range(given.variants // PER_PRODUCT)]
    gc.collect()
    started = time.process_time()
    bare = _bare(products)
    bare_seconds = time.process_time() - started
    started = time.process_time()
    results = _priced(products)
    seconds = time.process_time() - started
    sales = [None if result.price is None else result.price.sale.amount for result in results]
    lower = sum(sale is None or sale < plain for sale, plain in zip(sales, bare, strict=True))
    line = {
        "name": "pricing",
        "variants": len(results),
        "seconds": round(seconds, 2),
        "microseconds_each": round(seconds / len(results) * 1e6, 1),
        "bare_decimal_seconds": round(bare_seconds, 3),
        "ratio_to_bare_decimal": round(seconds / bare_seconds, 1),
        "trace_steps_kept": sum(len(result.trace.entries) for result in results),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "limit_seconds": 10,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    return 1 if lower else 0


if __name__ == "__main__":
    sys.exit(main())
