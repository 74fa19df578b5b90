"""Money for people's eyes: through Babel only, and never on the way to a price."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Final

from storesync.model import Money

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["display"]

_SHOW: Final = Context(prec=200, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])


def display(money: Money, locale: str) -> str:
    """The amount as readers of `locale` (a BCP 47 tag: `zh-Hans`, `vi`) write it, with the digits it has.

    Needs the extra `text` (Babel). Babel rounds half to even and does not know cash digits, so it is never
    let to round: what is shown is what is charged. Nor is the host's decimal context, in which Babel counts digits.
    """
    from babel import Locale
    from babel.numbers import format_currency

    spoken = Locale.parse(locale, sep="-")
    with localcontext(_SHOW):
        return format_currency(
            money.amount,
            money.currency,
            format=_pattern(spoken, money),
            locale=spoken,
            currency_digits=False,
            decimal_quantization=False,
        )


def _pattern(spoken: Locale, money: Money) -> str:
    """The locale's own currency pattern, with as many fraction digits as the amount has."""
    exponent = money.amount.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    pattern: str = spoken.currency_formats["standard"].pattern
    fraction = "." + "0" * digits if digits else ""
    return ";".join(part.replace(".00", fraction) for part in pattern.split(";"))
