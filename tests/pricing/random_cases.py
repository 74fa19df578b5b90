"""Random price cases, every number as text: library and judge read it each in their own way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

# Which digits and grids a market has: (currency, digits, grids as (modulus, endings)).
CURRENCIES = (
    ("CNY", 2, (("0.01", ("0",)), ("10", ("9",)), ("1", ("0.9",)), ("10", ("8", "9")), ("0.5", ("0",)))),
    ("VND", 0, (("1000", ("0",)), ("10000", ("9000",)), ("10000", ("9000", "5000")))),
    ("USD", 2, (("0.01", ("0",)), ("1", ("0.99",)), ("5", ("4.99", "0.49")))),
    ("JPY", 0, (("1", ("0",)), ("100", ("80",)), ("1000", ("980", "480")))),
)


# How a tax is included: stated figures at import (of a cross-border order, too: it has a limit), of the sale price, or
# the published ones of a regime.
TAXES = {
    "CNY": ("none", "import", "import", "price", "price", "general"),
    "VND": ("none", "import", "akfta"),
}


@dataclass(frozen=True)
class Case:
    """One random case, every number as text: both sides read it in their own way."""

    currency: str
    digits: int
    base: str
    fixed: str | None
    listed: str | None
    cost: str | None
    weight: int
    content: str
    rates: tuple[tuple[str, str, str], ...]
    source_vat: str
    markup: str
    packing: str
    freight: tuple[tuple[int | None, str], ...]
    buffer: str
    tax: str
    duty: str
    consumption: str
    vat: str
    fees: tuple[tuple[str, str | None, str], ...]
    modulus: str
    endings: tuple[str, ...]
    mode: str
    inclusive: bool
    min_margin: str | None
    min_price: str | None
    max_price: str | None
    max_change: str | None
    max_discount: str | None
    last: str | None


def _text(rng: random.Random, low: int, high: int, digits: int) -> str:
    scaled = rng.randint(low * 10**digits, high * 10**digits)
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}" if digits else str(scaled)


def _rates(rng: random.Random, currency: str) -> tuple[tuple[str, str, str], ...]:
    usual = {"CNY": (150, 250), "VND": (0, 1), "USD": (1000, 1600), "JPY": (7, 12)}[currency]
    way = rng.random()
    if currency == "VND":
        value = f"0.0{rng.randint(400, 700)}"
    elif way < 0.3:
        value = str(rng.randint(usual[0], usual[1]))
    else:
        value = _text(rng, usual[0], usual[1], rng.randint(1, 4))
    if way < 0.75:
        return ((currency, "KRW", value),)
    if way < 0.85:
        return (("KRW", currency, f"{rng.randint(10000, 99999)}e-{rng.randint(3, 7)}"),)
    pivot = rng.choice(("EUR", "USD") if currency != "USD" else ("EUR",))
    return ((pivot, "KRW", _text(rng, 1000, 1700, 2)), (pivot, currency, _text(rng, 5, 200, 4)))


def _fees(rng: random.Random, currency: str) -> tuple[tuple[str, str | None, str], ...]:
    scale = {"CNY": 1, "VND": 4000, "USD": 1, "JPY": 20}[currency]
    found = []
    for _ in range(rng.randint(0, 4)):
        cap = str(rng.randint(1, 40) * scale) if rng.random() < 0.4 else None
        fixed = str(rng.randint(1, 5) * scale) if rng.random() < 0.2 else "0"
        found.append(
            (_text(rng, 0, 0, 2) if rng.random() < 0.1 else f"0.{rng.randint(1, 150):03d}", cap, fixed)
        )
    return tuple(found)


def cases(seed: int, count: int) -> Iterator[Case]:
    """Random cases; about a quarter is built so that the unrounded price lies exactly on an ending."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        currency, digits, grids = rng.choice(CURRENCIES)
        modulus, endings = rng.choice(grids)
        tax = rng.choice(TAXES.get(currency, ("none", "import")))
        vat = f"0.{rng.randint(0, 20):02d}" if rng.random() < 0.7 else "0"
        case = Case(
            currency=currency,
            digits=digits,
            base="1",
            fixed=None,
            listed=None,
            cost=None,
            weight=rng.randint(1, 2500),
            content=_text(rng, 1, 300, rng.choice((0, 1))),
            rates=_rates(rng, currency),
            source_vat=vat,
            markup=f"0.{rng.randint(0, 60):02d}" if rng.random() < 0.7 else vat,
            packing=str(rng.randint(0, 3000)),
            freight=rng.choice(((), ((500, "3000"), (1000, "4200.5"), (None, "6100")), ((None, "2500"),))),
            buffer=f"0.{rng.randint(0, 60):03d}",
            tax=tax,
            duty=f"0.{rng.randint(0, 25):02d}",
            consumption=rng.choice(("0", "0.15")),
            vat=f"0.{rng.randint(0, 20):02d}",
            fees=_fees(rng, currency),
            modulus=modulus,
            endings=endings,
            mode=rng.choice(("up", "up", "down", "nearest")),
            inclusive=rng.random() < 0.9,
            min_margin=f"0.{rng.randint(1, 35):02d}" if rng.random() < 0.4 else None,
            min_price=None,
            max_price=None,
            max_change=None,
            max_discount=None,
            last=None,
        )
        for _ in range(min(8, count - made)):
            yield _with_price(rng, case)
            made += 1


def _with_price(rng: random.Random, case: Case) -> Case:
    if rng.random() < 0.25:
        return _on_the_spot(rng, case)
    base = _text(rng, 900, 900_000, rng.choice((0, 0, 0, 2)))
    near = max(1, int(convert(Fraction(base), case.currency, case.rates)))
    return replace(
        case,
        base=base,
        fixed=_fixed(rng, near, case.digits) if rng.random() < 0.15 else None,
        cost=str(rng.randint(100, 500_000)) if case.min_margin or rng.random() < 0.5 else None,
        listed=_text(rng, 900, 1_400_000, 0) if rng.random() < 0.3 else None,
        max_discount=f"0.{rng.randint(5, 80):02d}" if rng.random() < 0.3 else None,
        min_price=str(max(1, near * rng.randint(50, 150) // 100)) if rng.random() < 0.2 else None,
        max_price=str(max(1, near * rng.randint(90, 400) // 100)) if rng.random() < 0.2 else None,
        max_change=f"0.{rng.randint(1, 60):02d}" if rng.random() < 0.3 else None,
        last=str(max(1, near * rng.randint(60, 140) // 100)) if rng.random() < 0.5 else None,
    )


def _fixed(rng: random.Random, near: int, digits: int) -> str:
    """A price set by hand: around the converted one, now and then with a digit too many."""
    slipped = rng.random() < 0.05
    return _text(rng, max(1, near // 2), max(2, near * 3), digits + slipped)


def _on_the_spot(rng: random.Random, case: Case) -> Case:
    """Markup undoes the VAT and the gross-up is a decimal: the price can be aimed at exactly."""
    modulus, ending = Fraction(case.modulus), Fraction(rng.choice(case.endings))
    target = modulus * rng.randint(1, 200) + ending
    rate = rng.choice(("200", "0.05", "8", "1250"))
    share = Fraction(rng.choice(("0", "0.09", "0.19")))
    base = target * (1 - share) * Fraction(rate)
    nudge = rng.choice((0, 0, 0, 1, -1))
    exact = base + Fraction(nudge, 1000)
    scaled = exact * 10**8
    vat = rng.choice(("0.10", "0.07", "0.13"))
    return replace(
        case,
        base=f"{scaled.numerator // scaled.denominator}e-8",
        cost=None,
        rates=((case.currency, "KRW", rate),),
        source_vat=vat,
        markup=vat,
        packing="0",
        freight=(),
        buffer="0",
        tax="none",
        fees=((str(float(share)) if share else "0", None, "0"),) if share else (),
        min_margin=None,
    )


def convert(amount: Fraction, currency: str, rates: tuple[tuple[str, str, str], ...]) -> Fraction:
    """Won in another currency: divided by a quote in won, times a quote of won, or over a pivot."""
    (first, *rest) = rates
    if not rest:
        base, _, value = first
        return amount / Fraction(value) if base == currency else amount * Fraction(value)
    return amount / Fraction(first[2]) * Fraction(rest[0][2])
