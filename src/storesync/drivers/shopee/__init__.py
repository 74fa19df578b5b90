"""Shopee, by the Open Platform v2: signed paths, JSON, an item first and its variants in a second step.

Proven for Vietnam against the emulator. A region is a driver of its own: `shopee("SG")` and the others of
`region` know what the notes state of them. Shops that were upgraded to global items (Korean and Chinese
cross-border sellers) are refused by `discover`.

Marks: [S] read in specifications or source code, [D] read in documentation, [U] inferred; what is [U] is an
assumption.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import storesync.driver as sd
from storesync.drivers.shopee.access import discover, refresh
from storesync.drivers.shopee.call import Account, Channel, Shop
from storesync.drivers.shopee.category import category
from storesync.drivers.shopee.check import check
from storesync.drivers.shopee.content import render
from storesync.drivers.shopee.faults import classify
from storesync.drivers.shopee.listing import create, update
from storesync.drivers.shopee.offers import prices, stock
from storesync.drivers.shopee.push import event
from storesync.drivers.shopee.queries import find, listings, observe
from storesync.drivers.shopee.region import REGIONS
from storesync.drivers.shopee.shelf import end, hide, show, upload
from storesync.drivers.shopee.signature import sign

__all__ = ["DRIVER", "Account", "Channel", "Shop", "shopee"]

_PICTURE: Final = 10 * 1024 * 1024  # media_space/upload_image [S]
_CODE: Final = 100  # model_sku [S]; assumption: item_sku takes as much [U]


def shopee(code: str) -> sd.Driver[Account, Shop]:
    """The driver for one market of Shopee's, by its country code; KeyError for one that is not known."""
    region = REGIONS[code]
    spec = sd.Spec(
        name="shopee" if code == "VN" else f"shopee-{code.lower()}",
        title=region.title,
        hosts={
            # One production host for callers near Singapore serves every market [D].
            "live": {"api": "https://partner.shopeemobile.com"},
            # Shopee's own test shops.
            "vendor-sandbox": {"api": "https://openplatform.sandbox.test-stable.shopee.sg"},
            "sandbox": {"api": "http://127.0.0.1:8765/shopee"},
        },
        source=sd.Source("https://open.shopee.com/documents", "2026-11"),
        markets=(code,),
        currencies={region.currency: region.digits},
        money="number",
        locales=region.locales,
        # assumption: the index of search_item lags 5 to 10 s, a lost create lands within a minute [U]
        identity=sd.Identity("search", lag=10, late=60),
        variants=sd.Variants(axes=2, max=50, can=frozenset({"add", "remove", "rename", "axes"})),
        batches={"prices": sd.Batch(50), "stock": sd.Batch(50), "observe": sd.Batch(50, "channel")},
        quotas={
            "default": (
                # assumption: limits are not published; at most 10 a second per shop is the careful start [U]
                sd.Quota(10, scope="channel"),
            )
        },
        # The category's own limits go before these, which are the samples of the specification [S] and for
        # title and description from memory [U].
        text={
            "title": sd.Limit(120, 10),
            "description": sd.Limit(5_000, 20),
            "axis": sd.Limit(14, 1),
            "option": sd.Limit(20, 1),
            "sku": sd.Limit(_CODE, 1),
            "key": sd.Limit(_CODE, 1),
        },
        images={"main": sd.ImageRule(9, 1, _PICTURE)},
        price_range={region.currency: region.price_range} if region.price_range else {},
        price_ratio=Decimal(region.spread),
        update=frozenset({"merges"}),
        fields={"title": "item.item_name", "description": "item.description"},
        environments={
            "sandbox": sd.Conditions(
                identity=sd.Identity("search", lag=3, late=3),
                quotas={"default": (sd.Quota(50, scope="channel"),)},
            )
        },
    )
    return sd.Driver(
        spec=spec,
        account=Account,
        shop=Shop,
        render=render,
        classify=classify,
        check=check,
        create=create,
        update=update,
        prices=prices,
        stock=stock,
        upload=upload,
        hide=hide,
        show=show,
        end=end,
        find=find,
        observe=observe,
        listings=listings,
        category=category,
        discover=discover,
        sign=sign,
        refresh=refresh,
        event=event,
    )


DRIVER: Final = shopee("VN")
