"""Whether the texts of a product would go out in a market's languages, before any channel or category is known."""

from __future__ import annotations

from storesync.issues import Issues
from storesync.model import Product
from storesync.prepare.facts import check_facts
from storesync.prepare.localize import localize
from storesync.prepare.settings import Settings
from storesync.prepare.wording import check_wording

__all__ = ["check_texts"]


def check_texts(product: Product, settings: Settings) -> Issues:
    """What holds the texts of a product in every plan: missing and unaccepted ones, facts left out, and the gates.

    What a market's own fields say is not among it: that takes its category.
    """
    localized, found = localize(product, settings)
    return Issues(
        (
            *found,
            *check_facts(product, localized, settings),
            *check_wording(product, localized, None, settings),
        )
    )
