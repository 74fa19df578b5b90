"""The columns that a source may have, under the names that the rest of the room uses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from attrs import evolve, field, frozen

from storesync.model import frozen_map
from storesync.model.money import MINOR_DIGITS

__all__ = ["BRANDS", "PRODUCTS", "SHEET", "VARIANTS", "Layout", "option_columns"]

_MONEY = re.compile(r"(price|list_price|cost)_([a-z]{3})")
_OPTION = re.compile(r"option(\d{1,2})_(?:name|value)_ko")


@frozen(kw_only=True)
class Layout:
    """Which columns a table must have and may have.

    A price column names its currency (`price_krw`); in the home currency its canonical name is `price`.
    `aliases` map a supplier's own header to a column; options may be any number (`option3_name_ko`).
    """

    required: tuple[str, ...]
    known: frozenset[str]
    aliases: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    home: str = "KRW"

    def with_aliases(self, aliases: Mapping[str, str], home: str = "KRW") -> Layout:
        """The same columns, under a supplier's headers."""
        return evolve(self, aliases=aliases, home=home)

    def canonical(self, header: str) -> str:
        """The column that a header stands for."""
        column = self.aliases.get(header, header)
        found = _MONEY.fullmatch(column)
        return found[1] if found and found[2].upper() == self.home else column

    def knows(self, column: str) -> bool:
        """Whether a column is read at all."""
        return column in self.known or bool(_OPTION.fullmatch(column))

    def strange_currency(self, column: str) -> str:
        """The currency of a price column when nobody knows it; else empty."""
        found = _MONEY.fullmatch(column)
        return found[2].upper() if found and found[2].upper() not in MINOR_DIGITS else ""


def option_columns(columns: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(name column, value column) of every option, in the order of their numbers."""
    numbers = {int(found[1]) for column in columns if (found := _OPTION.fullmatch(column))}
    return tuple((f"option{number}_name_ko", f"option{number}_value_ko") for number in sorted(numbers))


_PRODUCT = frozenset(
    {
        "product_code", "brand_code", "category_code", "name_ko", "brand_ko", "brand_latin",
        "category_path_ko", "short_description_ko", "description_ko", "efficacy_keys",
        "skin_type_key", "ingredients_inci", "ingredients_ko", "origin_country",
        "origin_region_ko", "manufacturer_ko", "hs_code6", "shelf_life_months", "pao_months",
        "storage_ko", "allergens_ko", "kr_functional", "cn_class", "vn_class", "cn_note",
        "vn_note", "image_main", "image_files", "tags", "status", "expiry",
    }
)  # fmt: skip
_VARIANT = frozenset(
    {
        "sku", "product_code", "stock", "net_content_value", "net_content_unit", "pieces", "price",
        "list_price", "cost", "gross_weight_g", "length_mm", "width_mm", "height_mm", "barcode",
        "image", "status",
    }
)  # fmt: skip

PRODUCTS = Layout(required=("product_code", "brand_code", "category_code", "name_ko"), known=_PRODUCT)
"""products.csv: one row per product."""
VARIANTS = Layout(required=("sku", "product_code", "price", "stock"), known=_VARIANT)
"""variants.csv: one row per sellable unit."""
BRANDS = Layout(
    required=("brand_code", "brand_ko"),
    known=frozenset({"brand_code", "brand_ko", "brand_latin", "zh_reference", "line", "do_not_translate"}),
)
"""brands.csv: one row per brand."""
SHEET = Layout(required=("sku", "name_ko", "price", "stock"), known=_PRODUCT | _VARIANT | {"size"})
"""One supplier table: a row per sellable unit that repeats what it says of the product."""
