"""assort: which products a channel offers at all. Not offered is no error, but it always has a reason."""

from __future__ import annotations

from fnmatch import fnmatchcase

from storesync.model import Channel, Product

__all__ = ["assort"]


def _fits(pattern: str, product: Product) -> bool:
    kind, colon, rest = pattern.partition(":")
    if colon and kind == "tag":
        return any(fnmatchcase(tag, rest) for tag in product.tags)
    if colon and kind == "brand":
        return fnmatchcase(product.brand.code, rest)
    return fnmatchcase(product.key, pattern) or fnmatchcase(product.category, pattern)


def assort(product: Product, channel: Channel) -> str:
    """Why this channel does not offer the product; empty when it does.

    Patterns are globs on the product key or the category code, on a tag (`tag:gift*`) or on the brand code
    (`brand:SBG`). `never` is stronger than `only`.
    """
    if product.status == "draft":
        return "draft"
    for pattern in channel.never:
        if _fits(pattern, product):
            return f"never {pattern!r} of channel {channel.name!r}"
    if channel.only and not any(_fits(pattern, product) for pattern in channel.only):
        return f"none of only {', '.join(map(repr, channel.only))} of channel {channel.name!r}"
    return ""
