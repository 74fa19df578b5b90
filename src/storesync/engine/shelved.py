"""Both sides of taking a shop over: products as the catalog knows them, listings as the shop shows them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from storesync.driver import Seen
from storesync.model import frozen_map

__all__ = ["Catalogued", "Shelved", "gtin_of"]


@frozen(kw_only=True)
class Catalogued:
    """One product as the catalog knows it: its texts in every language, brand names, SKUs, barcodes, contents.

    `names` are the SKUs' own names (`30ml`); `contents` what one unit may hold, as text.
    """

    key: str
    titles: tuple[str, ...]
    brands: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    gtins: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    names: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map)
    contents: tuple[str, ...] = ()


@frozen(kw_only=True)
class Shelved:
    """One listing as the shop shows it; `variants` by the market's ids."""

    listing: str
    key: str = ""
    title: str = ""
    status: str = ""
    variants: Mapping[str, Seen] = field(factory=dict, converter=frozen_map)

    @property
    def codes(self) -> tuple[str, ...]:
        """What the seller wrote where a code belongs, each once."""
        found = (self.key, *(seen.sku for seen in self.variants.values()))
        return tuple(dict.fromkeys(code.strip() for code in found if code.strip()))

    @property
    def gtins(self) -> tuple[str, ...]:
        """Barcodes, also those that the seller used as codes."""
        found = [*(seen.gtin for seen in self.variants.values()), *self.codes]
        return tuple(dict.fromkeys(gtin for gtin in map(gtin_of, found) if gtin))


def gtin_of(text: str) -> str:
    """The 14 digits of a barcode with a right check digit, else empty."""
    digits = text.strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in (8, 12, 13, 14):
        return ""
    whole = digits.rjust(14, "0")
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(whole))
    return whole if total % 10 == 0 and int(whole) else ""
