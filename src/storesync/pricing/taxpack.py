"""Published tax figures, each with source, dates and confidence, and estimates made of them.

Everything here is an estimate for reading and for guards; it is no tax advice, and every estimate says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from attrs import evolve, field, frozen

from storesync.model import MONEY_CONTEXT, Money, frozen_map
from storesync.pricing.exact import EXACT, Exact, exact

__all__ = ["Charge", "Estimate", "Figure", "TaxLine", "TaxPack", "charge", "tax_pack", "weakest"]

_HUNDRED = Decimal(100)
_CONFIDENCE = "DPU"  # the strongest first


@frozen(kw_only=True)
class Figure:
    """One published number: what it means, who published it, from when until when, and how sure we are.

    `confidence` is "D" (seen in a document), "P" (stated by the merchant's own policy) or "U" (unsure: verify).
    `hs` are the lines it is for; empty: any.
    """

    name: str
    value: Decimal = field(converter=exact)
    unit: str
    source: str
    confidence: str
    since: date | None = None
    until: date | None = None
    hs: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    def applies(self, hs: str) -> bool:
        """Whether it is for this line."""
        return not self.hs or hs.startswith(self.hs)

    @property
    def share(self) -> str:
        """The value as people read it, with its end: `8 % until 2026-12-31`."""
        end = f" until {self.until}" if self.until else ""
        return f"{EXACT.multiply(self.value, _HUNDRED).normalize(EXACT):f} %{end}"

    def document(self) -> dict[str, str]:
        """The figure as JSON, absent parts left out."""
        full = {
            "name": self.name,
            "value": f"{self.value:f}",
            "unit": self.unit,
            "source": self.source,
            "confidence": self.confidence,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {key: value for key, value in full.items() if value}

    def __str__(self) -> str:
        days = [f"since {self.since}"] if self.since else []
        days += [f"until {self.until}"] if self.until else []
        return f"{self.name} {self.value:f} [{self.confidence}] ({', '.join((self.source, *days))})"


def weakest(figures: Iterable[Figure]) -> str:
    """How sure an estimate of these figures is: as sure as the weakest of them."""
    return max((figure.confidence for figure in figures), key=_CONFIDENCE.index, default="U")


@frozen(kw_only=True)
class TaxLine:
    """What one HS line pays; `known` is False where the pack has no row and the standard rate stands in.

    `duty` is that of general trade, None where the pack has none. A figure is as sure as the row that uses it.
    """

    duty: Figure | None
    vat: Figure
    high_end: bool
    source: str
    since: date | None
    known: bool = True


@frozen(kw_only=True)
class TaxPack:
    """The figures of one country, as of one day."""

    country: str
    as_of: date
    figures: Mapping[str, Figure] = field(converter=frozen_map)
    lines: Mapping[str, TaxLine] = field(factory=dict, converter=frozen_map)

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def line(self, hs: str) -> TaxLine:
        """The row with the longest matching HS prefix; the standard VAT, marked so, where none does."""
        for length in range(len(hs), 3, -1):
            if hs[:length] in self.lines:
                return self.lines[hs[:length]]
        standard = evolve(self.figures["vat_standard"], confidence="U")
        return TaxLine(
            duty=None, vat=standard, high_end=False, source=standard.source, since=standard.since, known=False
        )


@frozen
class Charge:
    """One part of an estimate, rounded as the country rounds it."""

    name: str
    amount: Money


@frozen(kw_only=True)
class Estimate:
    """What a buyer or importer will probably pay on top of `value`; never part of what we send.

    `high_end` says whether the consumption tax line was reached; `confidence` is the weakest of its figures.
    `included`: we bear it and the price covers it; else the buyer or importer pays it on top.
    """

    regime: str
    value: Money
    charges: tuple[Charge, ...]
    figures: tuple[Figure, ...]
    high_end: bool = False
    confidence: str = "D"
    included: bool = False

    @property
    def tax(self) -> Money:
        """All charges together."""
        total = Money(Decimal(0), self.value.currency)
        for part in self.charges:
            total = total + part.amount
        return total

    @property
    def total(self) -> Money:
        """Value and charges."""
        return self.value + self.tax

    def charge(self, name: str) -> Money:
        """One part by its name; zero when it is not charged."""
        for part in self.charges:
            if part.name == name:
                return part.amount
        return Money(Decimal(0), self.value.currency)

    def document(self) -> dict[str, Any]:
        """The estimate as JSON, its figures with source and date; money as text."""
        return {
            "regime": self.regime,
            "value": str(self.value),
            "charges": {part.name: str(part.amount) for part in self.charges},
            "tax": str(self.tax),
            "total": str(self.total),
            "high_end": self.high_end,
            "confidence": self.confidence,
            "paid_by": "seller" if self.included else "buyer",
            "figures": [figure.document() for figure in self.figures],
        }

    def __str__(self) -> str:
        parts = ", ".join(f"{part.name} {part.amount}" for part in self.charges)
        band = ", high-end line reached" if self.high_end else ""
        return (
            f"estimate, not advice [{self.confidence}] {self.regime}, {'in the price' if self.included else 'on top'}:"
            f" on {self.value} {parts or 'nothing'}; {self.tax} together, {self.total} with it{band}"
        )


def charge(name: str, amount: Exact, currency: str, digits: int) -> Charge:
    """A charge rounded half up to `digits` after the point, from an exact amount."""
    unit = Decimal(1).scaleb(-digits, MONEY_CONTEXT)
    k, same = amount.grid(unit, Decimal(0))
    if not same and amount.times(Decimal(2)).compare(EXACT.multiply(unit, Decimal(2 * k + 1))) >= 0:
        k += 1
    value = EXACT.multiply(Decimal(k), unit)
    return Charge(name, Money(value.quantize(unit, context=EXACT), currency))


def _figure(name: str, row: Mapping[str, Any]) -> Figure:
    return Figure(
        name=name,
        value=row["value"],
        unit=row["unit"],
        source=row["source"],
        confidence=row["confidence"],
        since=row.get("since"),
        until=row.get("until"),
        hs=row.get("hs", ()),
    )


def _line(hs: str, row: Mapping[str, Any], figures: Mapping[str, Figure]) -> TaxLine:
    duty = {**row, "value": row["duty"], "unit": "share of the CIF value"} if "duty" in row else None
    vat = figures[row["vat"]]
    return TaxLine(
        duty=None if duty is None else _figure(f"duty_mfn {hs}", duty),
        vat=evolve(vat, confidence=max(vat.confidence, row["confidence"], key=_CONFIDENCE.index)),
        high_end=row.get("high_end", False),
        source=row["source"],
        since=row["since"],
    )


@cache
def tax_pack(country: str) -> TaxPack:
    """The packaged figures of `china` or `vietnam`; KeyError for a country without a pack."""
    if country not in ("china", "vietnam"):
        raise KeyError(country)
    text = (files("storesync.pricing") / "data" / f"{country}.toml").read_text("utf-8")
    data = tomllib.loads(text)
    figures = {name: _figure(name, row) for name, row in data["figures"].items()}
    lines = {hs: _line(hs, row, figures) for hs, row in data.get("hs", {}).items()}
    return TaxPack(country=country, as_of=data["as_of"], figures=figures, lines=lines)
