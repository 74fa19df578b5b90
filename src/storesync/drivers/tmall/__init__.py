"""Tmall, by the Taobao Open Platform (TOP): a rule document decides the fields, XML travels inside a form.

This driver speaks the older family, `tmall.item.add.schema.get` / `tmall.item.schema.add` and the incremental
update, whose field ids were read in sources. The unified family (`alibaba.item.publish.*`, `.edit.*`) names
the same things in camelCase; switching means other ids in `content` and other calls in `category` and
`listing`, and waits for one live rule document. Showing, hiding and deleting use the unified calls already.

Marks: [S] read in source code, [D] read in documentation, [U] inferred; what is [U] is an assumption.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Account, Shop
from storesync.drivers.tmall.category import category
from storesync.drivers.tmall.check import check
from storesync.drivers.tmall.content import render
from storesync.drivers.tmall.faults import classify
from storesync.drivers.tmall.listing import create, update
from storesync.drivers.tmall.offers import prices, stock
from storesync.drivers.tmall.queries import discover, find, listings, observe
from storesync.drivers.tmall.shelf import end, hide, show, upload
from storesync.drivers.tmall.signature import sign

__all__ = ["DRIVER", "Account", "Shop"]

_PICTURE: Final = 3 * 1024 * 1024  # taobao.picture.upload [S]
_PICTURES: Final = ("image/jpeg", "image/png", "image/gif")

SPEC: Final = sd.Spec(
    name="tmall",
    title="Tmall",
    hosts={
        "live": {"api": "https://eco.taobao.com"},
        "sandbox": {"api": "http://127.0.0.1:8765/tmall"},
    },
    source=sd.Source("https://open.taobao.com", "2026-11"),
    markets=("CN",),
    currencies={"CNY": 2},
    money="yuan",
    locales={"zh-Hans": "zh_CN"},
    # assumption: the index of items.custom.get lags some seconds, a lost create lands within a minute [U]
    identity=sd.Identity("search", lag=15, late=60),
    # The category's own document overrides both numbers; 600 rows is the commonly quoted maximum [U].
    variants=sd.Variants(axes=4, max=600, can=frozenset({"add", "remove"})),
    batches={"prices": sd.Batch(20), "stock": sd.Batch(20), "observe": sd.Batch(20, "channel")},
    quotas={
        "default": (
            # assumption: per-API quotas are shown in the console only; all calls keep to 5 a second [U]
            sd.Quota(5, scope="app"),
            # assumption: what unreleased test apps had in 2015 [D]; the day ends at midnight in China
            sd.Quota(5_000, 86_400, scope="app", resets="00:00+08:00"),
        )
    },
    text={"title": sd.Limit(60, 1, "columns"), "description": sd.Limit(25_000, 5)},
    images={
        "main": sd.ImageRule(5, 1, _PICTURE, _PICTURES),
        "detail": sd.ImageRule(50, 0, _PICTURE, _PICTURES),  # assumption: no limit on their number was found
    },
    price_range={"CNY": (Decimal("0.01"), Decimal(100_000_000))},
    update=frozenset({"merges"}),
    fields={"title": "fields.title.value"},
    environments={
        "sandbox": sd.Conditions(
            identity=sd.Identity("search", lag=3, late=3),
            quotas={"default": (sd.Quota(60, scope="channel"),)},
        )
    },
)

DRIVER: Final = sd.Driver(
    spec=SPEC,
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
)
