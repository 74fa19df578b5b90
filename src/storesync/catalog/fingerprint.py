"""One short name for everything that a catalog says of a product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import fields, has

from storesync.model import MONEY_CONTEXT, File, Money, Product, digest

__all__ = ["product_digest"]

# Where a product stands in its source, and where a picture lies on this machine, change nothing for a buyer.
_PLACES = frozenset({(Product, "at"), (File, "path")})


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return [format(value.amount.normalize(MONEY_CONTEXT), "f"), value.currency]
    if has(type(value)):
        kind = type(value)
        return {
            part.name: _plain(getattr(value, part.name))
            for part in fields(kind)
            if (kind, part.name) not in _PLACES
        }
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def product_digest(product: Product) -> str:
    """32 hex digits, equal exactly when the catalog says the same of a product, wherever it stands.

    The order of variants, options and pictures counts. TypeError for a float.
    """
    return digest({**_plain(product), "axis order": [axis.code for axis in product.axes]})
