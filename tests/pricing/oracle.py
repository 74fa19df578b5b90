"""An independent judge of prices: exact fractions, its own way through the stages, no function of storesync.

`python -m tests.pricing.oracle --cases 1000000 --seed 7` compares that many random (policy, rate, price)
cases with `storesync.pricing.price` and prints one JSON line; the exit code is 1 when any differs. It shares
no arithmetic with the library: fees are solved by trying every set of caps, endings by listing candidates.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product as combinations

from storesync.model import Brand, Copy, Market, Money, NetContent, Price, Product, Supply, Variant
from storesync.pricing import Ending, Fee, Guards, Policy, Priced, Rate, Snapshot, Tax, WeightStep, price
from tests.pricing.random_cases import Case, cases, convert

TODAY = date(2026, 11, 23)
HELD = "held"


# The judge.


def _extras(case: Case) -> Fraction:
    total = Fraction(case.packing)
    for limit, amount in case.freight:
        if limit is None or case.weight <= limit:
            return total + Fraction(amount)
    return total


def _taxed(amount: Fraction, case: Case, *, high: bool = False) -> tuple[Fraction, bool]:
    """The value with the tax at import, and whether it reached China's high-end line."""
    if case.tax == "import":
        shared = (1 + Fraction(case.duty)) / (1 - Fraction(case.consumption)) * (1 + Fraction(case.vat))
        return amount * shared, False
    if case.tax == "akfta":  # duty 5 %, VAT 8 %
        return amount * Fraction(105, 100) * Fraction(108, 100), False
    if case.tax == "general":  # duty 1 %, VAT 13 %, consumption tax 15 % from 10 CNY per ml
        high = high or amount >= 10 * Fraction(case.content)
        kept = Fraction(85, 100) if high else Fraction(1)
        return amount * Fraction(101, 100) / kept * Fraction(113, 100), high
    return amount, False


def _solve(wanted: Fraction, case: Case, factor: Fraction, margin: Fraction) -> Fraction | None:
    """The price P with P/factor - fees(P) - margin·P = wanted, by trying which caps are reached."""
    capped = [fee for fee in case.fees if fee[1] is not None]
    free = sum((Fraction(fee[0]) for fee in case.fees if fee[1] is None), Fraction(0))
    fixed = sum((Fraction(fee[2]) for fee in case.fees), Fraction(0))
    for reached in combinations((False, True), repeat=len(capped)):
        rate, extra = free, fixed
        for hit, fee in zip(reached, capped, strict=True):
            if hit:
                extra += Fraction(str(fee[1]))
            else:
                rate += Fraction(fee[0])
        left = 1 / factor - rate - margin
        if left <= 0:
            continue
        found = (wanted + extra) / left
        if all(
            (Fraction(fee[0]) * found >= Fraction(str(fee[1])))
            if hit
            else (Fraction(fee[0]) * found <= Fraction(str(fee[1])))
            for hit, fee in zip(reached, capped, strict=True)
        ):
            return found
    return None


def _candidates(amount: Fraction, case: Case) -> list[Fraction]:
    modulus = Fraction(case.modulus)
    middle = amount // modulus
    found = {(middle + step) * modulus + Fraction(ending) for step in range(-2, 3) for ending in case.endings}
    # Near zero the lowest candidates above it belong to the list too.
    found |= {step * modulus + Fraction(ending) for step in (0, 1) for ending in case.endings}
    return sorted(one for one in found if one > 0 and (case.inclusive or one != amount))


def _end(amount: Fraction, case: Case, mode: str) -> Fraction | None:
    candidates = _candidates(amount, case)
    if mode == "up":
        return min(one for one in candidates if one >= amount)
    lower = [one for one in candidates if one <= amount]
    if mode == "down":
        return max(lower, default=None)
    return min(candidates, key=lambda one: (abs(one - amount), -one))


def _factor(*, high: bool) -> Fraction:
    """China cross-border: 1 + (c + v)/(1 - c)·0.7 for ordinary and high-end cosmetics."""
    consumption = Fraction(15, 100) if high else Fraction(0)
    return 1 + (consumption + Fraction(13, 100)) / (1 - consumption) * Fraction(7, 10)


def _land(krw: Fraction, case: Case, *, guarded: bool) -> Fraction | None:
    amount = krw / (1 + Fraction(case.source_vat)) * (1 + Fraction(case.markup)) + _extras(case)
    value = convert(amount, case.currency, case.rates) * (1 + Fraction(case.buffer))
    landed, reached = _taxed(value, case)
    result: Fraction | None = None
    for high in (False, True):
        factor = _factor(high=high) if case.tax == "price" else Fraction(1)
        unrounded = _solve(landed, case, factor, Fraction(0))
        if unrounded is None:
            return None
        result = _end(unrounded, case, case.mode)
        if result is None:
            return None
        if guarded:
            floor = _floor(case, factor, high=reached)
            if floor is False:
                return None
            if floor is not None and result < floor:
                result = _end(Fraction(floor), case, "up")
                assert result is not None
        if case.tax != "price" or result / factor < 10 * Fraction(case.content):
            return result
    return result


def _floor(case: Case, factor: Fraction, *, high: bool = False) -> Fraction | bool | None:
    floor: Fraction | None = None
    if case.min_margin is not None:
        if case.cost is None:
            return False
        cost, _ = _taxed(
            convert(Fraction(case.cost) + _extras(case), case.currency, case.rates), case, high=high
        )
        solved = _solve(cost, case, factor, Fraction(case.min_margin))
        if solved is None:
            return False
        floor = solved
    if case.min_price is not None and (floor is None or floor < Fraction(case.min_price)):
        floor = Fraction(case.min_price)
    return floor


def _high(sale: Fraction, case: Case) -> bool:
    """Whether an all-in price reaches the high-end line, 10 CNY per ml before tax."""
    return sale / _factor(high=False) >= 10 * Fraction(case.content)


def _by_hand(case: Case) -> Fraction | None:
    """A price that was set by hand: sent as it is, or held where it has digits too many or lies below the floor."""
    sale = Fraction(case.fixed or 0)
    factor = _factor(high=False) if case.tax == "price" else Fraction(1)
    if case.tax == "price" and _high(sale, case):
        factor = _factor(high=True)
    floor = _floor(case, factor)
    if sale <= 0 or (sale * 10**case.digits).denominator != 1 or floor is False:
        return None
    return None if floor is not None and floor > sale else sale


def _over_one_order(sale: Fraction, case: Case) -> bool:
    """Whether China's limit of one order is passed by what is declared for it: the value before all tax."""
    return case.tax == "price" and sale / _factor(high=_high(sale, case)) > 5000


def judge(case: Case) -> tuple[Fraction, Fraction | None] | str:
    """The sale price and the compare-at price, or "held"."""
    uncapped = sum((Fraction(fee[0]) for fee in case.fees if fee[1] is None), Fraction(0))
    if uncapped + Fraction(case.min_margin or 0) >= 1:
        return HELD
    if case.fixed is not None:
        whole, _, after = case.fixed.partition(".")
        if len(after) == 3 > case.digits and len(whole) <= 3:
            return HELD  # 630.000 may be meant as a multiple of a thousand
        sale = _by_hand(case)
    elif Fraction(case.base) <= 0:
        return HELD
    else:
        sale = _land(Fraction(case.base), case, guarded=True)
    if sale is None or (case.max_price is not None and sale > Fraction(case.max_price)):
        return HELD
    if _over_one_order(sale, case):
        return HELD  # there another tax is due
    most = Fraction(case.max_change or 0) * Fraction(case.last or 0)
    if case.max_change is not None and case.last is not None and abs(sale - Fraction(case.last)) > most:
        return HELD
    if case.listed is None:
        return sale, None
    struck = _land(Fraction(case.listed), case, guarded=False)
    if struck is None or struck <= sale:
        return sale, None
    if case.max_discount is not None:
        most = sale / (1 - Fraction(case.max_discount))
        if struck > most:
            struck = _end(most, case, "down")
            if struck is None or struck <= sale:
                return sale, None
    return sale, struck


# The judged.


def policy_of(case: Case) -> Policy:
    """The case as a policy of the library."""
    plain = case.endings == ("0",)
    taxes = {
        "none": Tax(),
        "import": Tax(mode="included", duty=case.duty, vat=case.vat, consumption=case.consumption),
        "price": Tax(mode="included", on="price", regime="cn-cbec"),
        "general": Tax(mode="included", regime="cn-general", agreement="mfn"),
        "akfta": Tax(mode="included", regime="vn-import", agreement="akfta"),
    }
    return Policy(
        name="oracle",
        currency=case.currency,
        digits=case.digits,
        fixed=case.fixed,
        source_vat=case.source_vat,
        markup=case.markup,
        packing=case.packing,
        freight=tuple(WeightStep(amount, limit) for limit, amount in case.freight),
        fx_buffer=case.buffer,
        tax=taxes[case.tax],
        fees=tuple(
            Fee(name=f"fee {place}", rate=rate, cap=cap, fixed=fixed)
            for place, (rate, cap, fixed) in enumerate(case.fees)
        ),
        step=case.modulus if plain and case.inclusive else None,
        rounding=case.mode,  # type: ignore[arg-type]  # one of the three words
        ending=None
        if plain and case.inclusive
        else Ending(case.modulus, case.endings, case.mode, case.inclusive),  # type: ignore[arg-type]  # the same
        compare_at="list",
        guards=Guards(
            min_margin=case.min_margin,
            min_price=case.min_price,
            max_price=case.max_price,
            max_change=case.max_change,
            max_discount=case.max_discount,
        ),
    )


def snapshot_of(case: Case) -> Snapshot:
    """The case's rates as a snapshot of the library."""
    return Snapshot(
        kind="fixture",
        rates=tuple(
            Rate(base=base, quote=quote, value=value, observed=TODAY, source="oracle")
            for base, quote, value in case.rates
        ),
    )


def product_of(case: Case) -> Product:
    """The case's variant as a product of the library."""
    content = NetContent(Decimal(case.content), "ml")

    def won(amount: str | None) -> Money | None:
        return None if amount is None else Money(amount, "KRW")

    return Product(
        key="P-1",
        text=Copy("세럼"),
        brand=Brand(code="B", name="B"),
        category="C-SER",
        hs="330499",
        variants=(Variant("V-1", weight_g=case.weight, net_content=content),),
        supply={
            "V-1": Supply(sku="V-1", price=won(case.base), list_price=won(case.listed), cost=won(case.cost))
        },
    )


def priced(case: Case) -> Priced:
    """What the library makes of the case."""
    return price(
        product=product_of(case),
        sku="V-1",
        market=Market("XX", ("en",), case.currency),
        policy=policy_of(case),
        rates=snapshot_of(case),
        environment="sandbox",
        today=TODAY,
        last=None if case.last is None else Price(Money(case.last, case.currency)),
    )


def difference(case: Case) -> tuple[str, bool]:
    """What library and judge say where they differ (empty when they agree), and whether there is a price."""
    wanted, result = judge(case), priced(case)
    made: tuple[Fraction, Fraction | None] | str = HELD
    if result.price is not None:
        struck = result.price.list
        made = (Fraction(result.price.sale.amount), None if struck is None else Fraction(struck.amount))
    if made == wanted:
        return "", made != HELD
    return f"judge {wanted}, library {made} {[str(issue) for issue in result.issues]}: {case}", wanted != HELD


def compare(seed: int, count: int) -> tuple[int, int, list[str]]:
    """How many cases were compared, how many of them have a price, and the differences."""
    told = [difference(case) for case in cases(seed, count)]
    return count, sum(has for _, has in told), [text for text, _ in told if text]


def _share(job: tuple[int, int]) -> tuple[int, int, list[str]]:
    return compare(*job)


def main() -> int:
    """Compare, print one JSON line and the first differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    started = time.perf_counter()
    chunk = max(1, min(5_000, -(-given.cases // given.jobs)))
    jobs = [
        (given.seed * 1_000_003 + place, min(chunk, given.cases - place))
        for place in range(0, given.cases, chunk)
    ]
    results = []
    if given.jobs == 1:
        results = [_share(job) for job in jobs]
    else:
        with ProcessPoolExecutor(given.jobs) as pool:
            for done, result in enumerate(pool.map(_share, jobs), 1):
                results.append(result)
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r{done}/{len(jobs)} shares")
    wrong = [told for _, _, told_all in results for told in told_all]
    seconds = time.perf_counter() - started
    line = {
        "cases": sum(count for count, _, _ in results),
        "priced": sum(has for _, has, _ in results),
        "different": len(wrong),
        "seconds": round(seconds, 1),
        "per_second": round(given.cases / seconds),
        "jobs": given.jobs,
        "seed": given.seed,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stderr.writelines(f"{told}\n" for told in wrong[:5])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
