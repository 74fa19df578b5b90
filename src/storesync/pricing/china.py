"""China: what a buyer pays on a cross-border order or on a parcel, and what is known of single HS lines."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Literal

from attrs import frozen

from storesync.model import Money
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.taxpack import Charge, Estimate, Figure, TaxLine, charge, tax_pack, weakest

__all__ = [
    "Measure",
    "OrderRoute",
    "ParcelKind",
    "cbec",
    "cbec_factor",
    "cbec_figures",
    "high_end_line",
    "inside",
    "is_high_end",
    "order_route",
    "parcel",
    "parcel_kind",
    "tax_line",
]

Measure = Literal["content", "piece"]
_ONE = Decimal(1)
_DIGITS = 2


@frozen
class OrderRoute:
    """How an order may enter: `code` is cbec, split, full_tax or general_trade; `text` says what follows."""

    code: str
    text: str


def high_end_line(hs: str, measure: Measure = "content") -> Figure | None:
    """CNY per ml or g, or per piece, from which this HS line is high-end; None where no line applies."""
    if not tax_line(hs).high_end:
        return None
    return tax_pack("china")["high_end_per_unit" if measure == "content" else "high_end_per_piece"]


def is_high_end(value: Decimal, hs: str, amount: Decimal | None, measure: Measure = "content") -> bool:
    """Whether `value` CNY for `amount` ml, g or pieces reaches the line; equality does.

    ValueError when a line applies and the amount is not known.
    """
    line = high_end_line(hs, measure)
    if line is None:
        return False
    if amount is None or amount <= 0:
        raise ValueError(f"HS {hs}: the high-end line needs the net content in ml or g, or the pieces")
    return value >= EXACT.multiply(line.value, amount)


@lru_cache(maxsize=1024)
def tax_line(hs: str) -> TaxLine:
    """What the pack knows of one HS line."""
    return tax_pack("china").line(hs)


def _rates(hs: str, *, high_end: bool) -> tuple[Decimal, Decimal]:
    return (tax_pack("china")["high_end_rate"].value if high_end else Decimal(0)), tax_line(hs).vat.value


def cbec_factor(hs: str, *, high_end: bool) -> tuple[Decimal, Decimal]:
    """(a, b) where a buyer pays a/b times the price before tax: 1 + (c + v)/(1 − c)·0.70, exact."""
    consumption, vat = _rates(hs, high_end=high_end)
    bottom = EXACT.subtract(_ONE, consumption)
    share = EXACT.multiply(EXACT.add(consumption, vat), tax_pack("china")["cbec_factor"].value)
    return EXACT.add(bottom, share), bottom


@lru_cache(maxsize=1024)
def cbec_figures(hs: str, *, high_end: bool) -> tuple[Figure, ...]:
    """The figures that a cross-border order of this line is taxed with."""
    pack = tax_pack("china")
    more = (pack["high_end_rate"],) if high_end else ()
    return (tax_line(hs).vat, pack["cbec_factor"], pack["cbec_duty"], *more)


def cbec(
    value: Decimal, *, hs: str = "330499", amount: Decimal | None = None, measure: Measure = "content"
) -> Estimate:
    """Cross-border retail import of one sale at `value` CNY before tax, within the limits.

    `amount` is the net content in ml or g, or the number of sheets when `measure` is "piece"; ValueError when
    the high-end line needs it and it is missing.
    """
    pack = tax_pack("china")
    high_end = is_high_end(value, hs, amount, measure)
    used = cbec_figures(hs, high_end=high_end)
    consumption, vat = _rates(hs, high_end=high_end)
    base = Exact(value).over(EXACT.subtract(_ONE, consumption)).times(pack["cbec_factor"].value)
    charges: list[Charge] = []
    if high_end:
        charges.append(charge("consumption tax", base.times(consumption), "CNY", _DIGITS))
    charges.append(charge("VAT", base.times(vat), "CNY", _DIGITS))
    return Estimate(
        regime="China cross-border retail",
        value=Money(value, "CNY"),
        charges=tuple(charges),
        figures=used,
        high_end=high_end,
        confidence=weakest(used),
    )


ParcelKind = Literal["food", "cosmetics", "high_end"]


def parcel_kind(hs: str, *, high_end: bool) -> ParcelKind:
    """Which row of the parcel tax table a line belongs to: food are the chapters up to 24."""
    if high_end:
        return "high_end"
    return "food" if "01" <= hs[:2] <= "24" else "cosmetics"


def parcel(value: Decimal, kind: ParcelKind) -> Estimate:
    """Personal parcel tax on `value` CNY; a tax of up to 50 CNY is not collected."""
    pack = tax_pack("china")
    figure = pack[f"parcel_{kind}"]
    tax = charge("parcel tax", Exact(value).times(figure.value), "CNY", _DIGITS)
    exempt = tax.amount.amount <= pack["parcel_exempt_tax"].value
    return Estimate(
        regime="China personal parcel",
        value=Money(value, "CNY"),
        charges=() if exempt else (tax,),
        figures=(figure, pack["parcel_exempt_tax"]),
        high_end=kind == "high_end",
        confidence=weakest((figure,)),
    )


def inside(all_in: Decimal, *, hs: str = "330499", high_end: bool = False) -> Estimate:
    """The price before tax and the tax inside a cross-border all-in price in CNY; they add up to it."""
    top, bottom = cbec_factor(hs, high_end=high_end)
    before = charge("", Exact(all_in).times(bottom).over(top), "CNY", _DIGITS).amount
    used = cbec_figures(hs, high_end=high_end)
    name = "consumption tax and VAT" if high_end else "VAT"
    return Estimate(
        regime="China cross-border retail",
        value=before,
        charges=(Charge(name, Money(all_in, "CNY") - before),),
        figures=used,
        high_end=high_end,
        confidence=weakest(used),
        included=True,
    )


def order_route(total: Decimal, *, pieces: int = 1, spent_this_year: Decimal = Decimal(0)) -> OrderRoute:
    """Which way an order of `total` CNY may enter, by the single-order and the annual limit."""
    pack = tax_pack("china")
    if EXACT.add(total, spent_this_year) > pack["annual_limit"].value:
        return OrderRoute("general_trade", "over the annual limit: general trade")
    if total <= pack["order_limit"].value:
        return OrderRoute("cbec", "cbec")
    if pieces > 1:
        return OrderRoute("split", "split the order")
    return OrderRoute("full_tax", "allowed, full duty + VAT + consumption tax, counts to the annual total")
