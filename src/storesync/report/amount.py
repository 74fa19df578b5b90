"""Money as our tables and pages write it: ¥219.00, 939,000 ₫, ₩32,000. Nothing reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

from storesync.model import Money, Offer

__all__ = ["offered", "told", "told_text"]

# A sign that two currencies share (¥, $) is used for one of them only; others are written with their code.
_BEFORE: Final[Mapping[str, str]] = {
    "KRW": "₩",
    "CNY": "¥",
    "USD": "US$",
    "TWD": "NT$",
    "HKD": "HK$",
    "SGD": "S$",
}
_AFTER: Final[Mapping[str, str]] = {"VND": "₫"}
_CENT = Decimal("0.01")
_SHOW = Context(prec=60, rounding=ROUND_HALF_EVEN)


def told(money: Money) -> str:
    """The amount with its sign; amounts on the way to a price are shown to two digits after the point."""
    amount = money.amount
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        amount = amount.quantize(_CENT, context=_SHOW)
    if money.currency in ("KRW", "VND") and amount == amount.to_integral_value(context=_SHOW):
        amount = amount.to_integral_value(context=_SHOW)
    figure = f"{amount:,f}"
    if money.currency in _BEFORE:
        return f"{_BEFORE[money.currency]}{figure}"
    return f"{figure} {_AFTER.get(money.currency, money.currency)}"


def told_text(text: str) -> str:
    """The same for a written amount like `219.00 CNY`; any other text as it is."""
    figure, _, currency = text.rpartition(" ")
    try:
        return told(Money(Decimal(figure.replace(",", "")), currency))
    except (InvalidOperation, ValueError, TypeError):
        return text


def offered(offer: Offer | None) -> str:
    """An offer in a few words: its prices and its stock."""
    if offer is None:
        return "nothing yet"
    prices = ", ".join(told(price.sale) for price in offer.prices.values())
    return f"{prices} × {offer.stock}"
