"""What comes back on sale, a hidden listing or a SKU that was sold out, has its price before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from storesync.sandbox.records import Listing
from storesync.state import OfferStanding, Standing
from storesync.testing.platform import Platform
from storesync.testing.profile import Profile
from storesync.testing.wanted import Wanted, offers_of

__all__ = ["too_early"]


def too_early(
    stand: Standing,
    alive: Iterable[Listing],
    stocked: Collection[str] | None,
    wanted: Wanted,
    profile: Profile,
    platform: Platform,
    by_hand: Mapping[tuple[int, str], Any],
) -> dict[str, str]:
    """What is wrong, by SKU, while a listing is about to be shown, or these of its SKUs are about to get stock."""
    found = {}
    # With another catalog's plan the state may want another price by now than the one that was looked at.
    item = wanted.items.get(stand.key)
    ours = item.offers if profile.elsewhere and item is not None else {}
    for listing in alive:
        for sku, (price, stock) in offers_of(wanted, listing).items():
            offer = stand.offers.get(sku)
            if offer is None or offer.want is None or (stocked is not None and not _back(offer, stocked)):
                continue
            right = {platform.by_hand, *(one.sale.amount for one in offer.want.prices.values())}
            right |= {wanted.right(ours[sku][0])} if sku in ours else set()
            if price not in right and "prices" not in profile.owned:
                found[sku] = f"{sku} comes back on sale at {price}, before its price"
            counted = "stock" in profile.owned or (listing.id, "stock") in by_hand
            if stocked is None and stock and not offer.want.stock and not counted:
                found[sku] = f"{sku} comes back on sale, sold out, with a stock of {stock}"
    return found


def _back(offer: OfferStanding, stocked: Collection[str]) -> bool:
    """Whether one of these was sold out, and everybody knew, and is about to be sold again."""
    wanted = offer.want.stock if offer.want is not None else 0
    return offer.sku in stocked and offer.have_stock == 0 < wanted
