"""What differs between Shopee's markets: currency, its digits, price spread, languages (notes, 6 and 10).

One production host serves every market; the shop's token decides which one it is. Vietnam is the market that
this driver was proven on; of the others only what the notes state is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import field, frozen

import storesync.driver as sd

__all__ = ["REGIONS", "Region", "amount", "language"]


@frozen(kw_only=True)
class Region:
    """One market. `digits` after the point are those that Shopee takes, not those of ISO 4217.

    `spread` is how many times the cheapest variant's price the dearest may cost. `locales` are ours to theirs
    for category names, `words` those that the attribute tree wants instead.
    """

    code: str
    title: str
    currency: str
    digits: int = 0
    spread: int = 5
    locales: Mapping[str, str]
    words: Mapping[str, str] = field(factory=dict)
    price_range: tuple[Decimal, Decimal] | None = None


REGIONS: Final[Mapping[str, Region]] = {
    region.code: region
    for region in (
        Region(
            code="VN",
            title="Shopee Vietnam",
            currency="VND",
            locales={"vi": "vi", "en": "en"},
            words={"vi": "vn"},  # the attribute tree alone says `vn` for Vietnamese [S]
            # assumption: 1 000 to 120 000 000 VND is from memory; the category's limit goes before it [U]
            price_range=(Decimal(1_000), Decimal(120_000_000)),
        ),
        # Digits and spread are [D]; the language words beside English are named by the notes without saying
        # which call takes them. assumption: the same word everywhere [U]
        Region(code="SG", title="Shopee Singapore", currency="SGD", digits=2, locales={"en": "en"}),
        Region(
            code="MY",
            title="Shopee Malaysia",
            currency="MYR",
            digits=2,
            spread=7,
            locales={"ms": "ms-my", "en": "en"},
        ),
        Region(code="TH", title="Shopee Thailand", currency="THB", locales={"th": "th", "en": "en"}),
        Region(code="PH", title="Shopee Philippines", currency="PHP", locales={"en": "en"}),
        Region(code="TW", title="Shopee Taiwan", currency="TWD", locales={"zh-Hant": "zh-hant", "en": "en"}),
        Region(
            code="ID", title="Shopee Indonesia", currency="IDR", spread=7, locales={"id": "id", "en": "en"}
        ),
    )
}
_DIGITS: Final = {region.currency: region.digits for region in REGIONS.values()}


def language(market: sd.Market) -> str:
    """The attribute tree's word for the market's own language; English where the notes name none."""
    region = REGIONS.get(market.code)
    for locale in market.locales:
        if region is not None and locale in region.locales:
            return region.words.get(locale, region.locales[locale])
    return "en"


def amount(offer: sd.Offer, market: sd.Market) -> int | Decimal:
    """The sale price as Shopee writes money: major units, a whole number where the market takes no decimals.

    Rejected when it is in another currency or has more digits: Shopee would round it in silence.
    """
    try:
        sale = offer.price.sale
        if sale.currency != market.currency:
            raise ValueError(f"{sale} is not in {market.currency}")
        digits = _DIGITS.get(market.currency, 0)
        exact = sale.quantize(digits).amount
        return exact if digits else int(exact)
    except (ValueError, ArithmeticError) as error:
        raise sd.Rejected(
            "price",
            str(error),
            issues=[sd.Issue("price.unusable", f"variants/{offer.sku}/price", str(error))],
        ) from None
