"""A static rate table → a snapshot: rates that a person wrote down, dated, per unit as quoted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Any

from storesync.issues import Issue, Issues
from storesync.model import minor_digits
from storesync.pricing.exact import EXACT, Exact, sane
from storesync.pricing.rate import Rate, Snapshot
from storesync.pricing.tomltable import Locate, TomlTable

__all__ = ["snapshot_from"]

# KRW_per_CNY: won for one yuan; KRW_per_100VND: won for a hundred dong.
_PAIR = re.compile(r"([A-Z]{3})_per_(10*)?([A-Z]{3})")
_READ = Context(prec=10)  # digits of a rate that was turned round, for a sentence
_LONGEST = 7  # digits of a unit: nobody quotes more than a million of anything


def _rate(table: TomlTable, key: str, value: Any, head: Mapping[str, Any]) -> Rate | None:
    matched = _PAIR.fullmatch(key)
    if matched is None:
        table.wrong(key, f"{key} names no pair", 'write KRW_per_CNY = "200.71" or KRW_per_100VND = "5.08"')
        return None
    quote, unit, base = matched[1], matched[2] or "1", matched[3]
    for code in (quote, base):
        try:
            minor_digits(code)
        except ValueError as error:
            table.wrong(key, str(error), "use an ISO 4217 code that is listed", "price.unknown_currency")
            return None
    if base == quote:
        table.wrong(key, f"{key} names one currency twice", "a rate is between two currencies: KRW_per_CNY")
        return None
    cost = (
        f'write {key} = "…": what {unit} {base} cost{"s" * (unit == "1")} in {quote}, in digits and a point'
    )
    number = table.decimal(key, value, cost)
    if number is None:
        return None
    if not sane(number) or len(unit) > _LONGEST:
        table.wrong(key, f"{key} has too many digits for an exchange rate", "check it for a slipped point")
        return None
    value = EXACT.divide(number, Decimal(unit))
    if value <= 0 or not sane(value):
        table.wrong(key, f"{key} is {number:f}, and a rate is above zero", cost)
        return None
    return Rate(
        base=base,
        quote=quote,
        value=value,
        observed=head["as_of"],
        source=head.get("source", "static table"),
        kind=head.get("rate_kind", "mid"),
        calendar=head.get("calendar", "weekdays"),
        raw=f"{key} = {number:f}",
    )


def _refuse_twice(table: TomlTable, rates: list[Rate | None]) -> None:
    """An issue for two currencies that two lines quote, per 1 and per 100 or both ways round: which one is meant?"""
    first: dict[frozenset[str], Rate] = {}
    for key, rate in zip(table.data, rates, strict=True):
        if rate is None:
            continue
        other = first.setdefault(frozenset((rate.base, rate.quote)), rate)
        if other is not rate:
            table.wrong(
                key,
                f"{rate.raw} and {other.raw} quote the same two currencies{_apart(rate, other)}",
                "keep the one line that is right",
            )


def _apart(rate: Rate, other: Rate) -> str:
    """What the two say of one and the same unit, where they say two things."""
    turned = rate.base != other.base
    value = Exact(Decimal(1)).over(rate.value).value if turned else rate.value
    if value == other.value:
        return ""
    first, second = (
        f"1 {other.base} = {one:f} {other.quote}" for one in (value.normalize(_READ), other.value)
    )
    return f": {first} by the first, {second} by the second"


def snapshot_from(
    data: Mapping[str, Any], *, at: str, locate: Locate | None = None, path: str = "rates"
) -> tuple[Snapshot | None, Issues]:
    """The snapshot in a rate table: `kind`, `as_of`, `source`, `calendar`, `rate_kind` and `quotes`.

    None with issues when anything in it cannot be used: half a table is no table. `kind` is "fixture" for
    invented rates or "live" for real ones, and must be stated.
    """
    issues: list[Issue] = []
    table = TomlTable(data=data, path=path, at=at, issues=issues)
    if locate is not None:
        table.locate = locate
    head = table.read(
        {
            "kind": lambda t, key, value: t.one_of(key, value, ("fixture", "live")),
            "as_of": TomlTable.day,
            "source": TomlTable.text,
            "calendar": TomlTable.text,
            "rate_kind": lambda t, key, value: t.one_of(key, value, ("mid", "buy", "sell")),
        },
        also=("quotes",),
    )
    for key, example in (("kind", '"fixture"'), ("as_of", str(date(2026, 11, 20))), ("quotes", "{ … }")):
        if key not in data:
            table.wrong(key, f"{key} is missing", f"write {key} = {example}")
    quotes = table.inner("quotes", data.get("quotes", {}))
    rates = []
    if quotes is not None and "as_of" in head:
        rates = [_rate(quotes, key, value, head) for key, value in quotes.data.items()]
        _refuse_twice(quotes, rates)
        if not rates:
            quotes.wrong("", "the table holds no rate", 'write KRW_per_CNY = "200.71"')
    if issues:
        return None, Issues(tuple(issues))
    kept = tuple(rate for rate in rates if rate is not None)
    return Snapshot(rates=kept, kind=head["kind"]), Issues()
