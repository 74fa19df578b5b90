"""Money for people's eyes: through Babel only, and never on the way to a price."""

from __future__ import annotations

from storesync.model import Money

__all__ = ["display"]


def display(money: Money, locale: str) -> str:
    """The amount as readers of `locale` write it (`zh_Hans_CN`, `vi_VN`, `ko_KR`); BCP 47 tags work too.

    Needs the extra `text` (Babel). Babel rounds half to even and knows nothing of cash digits, so the amount
    is shown with exactly the digits it has.
    """
    from babel.numbers import format_currency, get_currency_symbol

    exponent = money.amount.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    tag = locale.replace("-", "_")
    symbol = get_currency_symbol(money.currency, tag)
    # ¥ alone may be yuan or yen: a sign that two currencies share is followed by the code.
    text: str = format_currency(
        money.amount, money.currency, locale=tag, decimal_quantization=False, currency_digits=False
    )
    if digits == 0 and "." in text and symbol in text:
        return text
    return text
