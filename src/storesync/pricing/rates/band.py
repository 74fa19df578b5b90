"""What one unit of a well-known currency costs by order of magnitude: the first rate of a shop has no other to compare.

The bands are data with source and day (`data/ratebands.toml`). They tell a slipped point, a quote per 100 read as per
1 and two currencies in each other's place; what a rate does within its band is for witness and jump to judge.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from attrs import frozen

from storesync.issues import Issue, Severity
from storesync.pricing.exact import EXACT
from storesync.pricing.rate import Rate

__all__ = ["Band", "bands", "out_of_band"]

_ONE = Decimal(1)


@frozen(kw_only=True)
class Band:
    """One unit of `base` costs between `low` and `high` of `quote`; `seen` is what `source` said on `day`."""

    base: str
    quote: str
    low: Decimal
    high: Decimal
    seen: Decimal
    source: str
    day: date

    def holds(self, rate: Rate) -> bool:
        """Whether a rate of these two currencies, either way round, lies within."""
        if rate.base == self.base:
            return self.low <= rate.value <= self.high
        return EXACT.multiply(rate.value, self.low) <= _ONE <= EXACT.multiply(rate.value, self.high)

    def __str__(self) -> str:
        seen = f"{self.seen:f} on {self.day}, {self.source}"
        return f"{self.base}/{self.quote} between {self.low:f} and {self.high:f} (it was {seen})"


@cache
def bands() -> Mapping[frozenset[str], Band]:
    """Every band by its two currencies."""
    text = (files("storesync.pricing") / "data" / "ratebands.toml").read_text("utf-8")
    rows = {code: row for code, row in tomllib.loads(text).items() if isinstance(row, dict)}
    return MappingProxyType(
        {
            frozenset((code, row["quote"])): Band(
                base=code,
                quote=row["quote"],
                low=Decimal(row["low"]),
                high=Decimal(row["high"]),
                seen=Decimal(row["seen"]),
                source=row["source"],
                day=row["date"],
            )
            for code, row in rows.items()
        }
    )


def out_of_band(rate: Rate, reasons: Mapping[str, str]) -> Issue | None:
    """An error for a rate outside the band of its currencies, a note where `reasons` say by currency why it is true.

    None within it, and for two currencies of which no band is known.
    """
    band = bands().get(frozenset((rate.base, rate.quote)))
    if band is None or band.holds(rate):
        return None
    reason = reasons.get(rate.base, "")
    told = f"{rate} is far from what it can be: {band}"
    if reason:
        return Issue(
            "rates.band",
            f"rates/{rate.base}",
            f"{told}; it is believed, since [rates] outside_band says: {reason}",
            severity=Severity.NOTE,
        )
    return Issue(
        "rates.band",
        f"rates/{rate.base}",
        told,
        hint=f'check the unit, the point and the pair; if it is true: outside_band = {{ {rate.base} = "why" }} under'
        " [rates]; until then its prices are held",
    )
