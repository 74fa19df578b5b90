"""Ingredients by name: the lists of a product, and what the inventory of a market holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from storesync.compliance.pack import LOCALES
from storesync.model import Product

__all__ = ["ingredient_names", "inventory_of", "listed_names", "name_key"]

_PARTED = re.compile("[;；]")


def inventory_of(ingredients: Mapping[str, Mapping[str, str]], market: str) -> Mapping[str, str]:
    """The ingredients that a table names in the market's own language: every name, source or INCI, to the INCI one.

    An ingredient without a name there is not confirmed there.
    """
    locales = LOCALES.get(market, ())
    return {
        name_key(name): name_key(words.get("inci") or source)
        for source, words in ingredients.items()
        if any(words.get(locale) for locale in locales)
        for name in (source, words.get("inci", ""))
        if name
    }


def ingredient_names(product: Product) -> tuple[str, ...]:
    """The INCI names of a cosmetic, else the names in its own language, in descending order."""
    facts = product.facts
    return listed_names(facts.get("inci", "")) or listed_names(facts.get("ingredients", ""))


def listed_names(written: str) -> tuple[str, ...]:
    """The names of a list as a catalog writes it: parted by semicolons."""
    return tuple(name for part in _PARTED.split(written) if (name := normalize("NFC", part).strip()))


def name_key(name: str) -> str:
    """A name as it is compared: width, letter case and doubled spaces make no other ingredient."""
    return " ".join(normalize("NFKC", name).casefold().split())
