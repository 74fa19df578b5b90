"""Money as our tables and pages write it: ¥219.00, 939,000 ₫, ₩32,000. Nothing reads it back.

Digits are grouped and signs chosen by Babel, in the English way; only which currencies have a sign of their own, and
where it stands, is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, localcontext
from typing import Final

from storesync.model import Money, Offer
from storesync.model.money import MINOR_DIGITS

__all__ = ["offered", "said", "told", "told_text"]

# A sign that two currencies share (¥, $) is used for one of them only; others are written with their code. By
# currency, the locale that has the sign we mean, and where it stands.
_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "CNY": ("zh", "¤#,##0"),
    "HKD": ("en", "¤#,##0"),
    "KRW": ("en", "¤#,##0"),
    "TWD": ("en", "¤#,##0"),
    "USD": ("zh", "¤#,##0"),
    "VND": ("en", "#,##0 ¤"),
}
_CODE: Final = ("en", "#,##0 ¤¤")
_AMOUNT: Final = re.compile(r"(-?\d{1,60}(?:\.\d{1,60})?) ([A-Z]{3})")
_PRICE: Final = rf"{_AMOUNT.pattern}(?: \(was {_AMOUNT.pattern}\))?"
_AMOUNTS: Final = re.compile(rf"{_PRICE}(?:, {_PRICE})*(?: \(unconfirmed\))?")
# In a sentence: every amount of a currency that we know, and no exchange rate, which has digits of its own.
_SAID: Final = re.compile(
    rf"1 [A-Z]{{3}} = [\d.]+ [A-Z]{{3}}|(?<![\w.,:/-])(-?\d{{1,60}}(?:\.\d{{1,60}})?) ({'|'.join(MINOR_DIGITS)})(?![\w-])"
)
_SHOW = Context(prec=200, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])


def told(money: Money) -> str:
    """The amount with its sign; amounts on the way to a price are shown to two digits after the point."""
    from babel.numbers import format_currency

    amount = money.shown
    exponent = amount.as_tuple().exponent
    most = max(2, MINOR_DIGITS.get(money.currency, 2))
    if isinstance(exponent, int) and exponent < -most:
        amount = amount.quantize(Decimal((0, (1,), -most)), context=_SHOW)
    exponent = amount.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    locale, pattern = _SIGNS.get(money.currency, _CODE)
    # What is shown has its digits already: Babel is never let to round, nor the context of the host in it.
    with localcontext(_SHOW):
        return format_currency(
            amount,
            money.currency,
            format=pattern.replace("#,##0", "#,##0." + "0" * digits if digits else "#,##0"),
            locale=locale,
            currency_digits=False,
            decimal_quantization=False,
        )


def told_text(text: str) -> str:
    """The same for written amounts like `219.00 CNY, 939000 VND (unconfirmed)`; any other text as it is."""
    if _AMOUNTS.fullmatch(text) is None:
        return text
    return _AMOUNT.sub(lambda found: told(Money(found[1], found[2])), text)


def said(sentence: str) -> str:
    """A sentence for people: the amounts in it as `told` writes them, the rest of it as it is."""
    return _SAID.sub(lambda found: told(Money(found[1], found[2])) if found[1] else found[0], sentence)


def offered(offer: Offer | None) -> str:
    """An offer in a few words: its prices and its stock."""
    if offer is None:
        return "nothing yet"
    prices = ", ".join(told(price.sale) for price in offer.prices.values())
    return f"{prices} × {offer.stock}"
