"""The emulated Shopee Vietnam: the dialect put together, and a shop with example credentials to start with.

Written from the notes on Shopee Open Platform v2; ids and credentials are invented. What the notes leave
open is marked `assumption` where it is decided.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from storesync.sandbox import shopee_items, shopee_models, shopee_read, shopee_tree
from storesync.sandbox.access import NASTY, App, Shop
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import (
    AUTH,
    CREATE,
    EXTEND,
    READ,
    UPLOAD,
    WRITE,
    Answer,
    Call,
    Dialect,
    Operation,
)
from storesync.sandbox.invented import table
from storesync.sandbox.quota import Quota
from storesync.sandbox.shopee_gate import (
    Run,
    Terms,
    body_of,
    digest,
    error,
    expire,
    fault,
    refuse,
    reply,
    route,
    verify,
)

PARTNER_ID = "2001234"
PARTNER_KEY = f"sandbox0key0for0shopee0example00{NASTY}é"
SHOP = "220011221"
ACCESS_TOKEN = f"sandbox0access0shopee0vn{NASTY}é"
REFRESH_TOKEN = f"sandbox0refresh0shopee0vn{NASTY}é"
CODE = f"sandbox0code0shopee0vn{NASTY}é"
HOST = "shopee.sandbox.invalid"
MEDIA = "https://cf.sandbox.invalid/file"
ACCESS_SECONDS = 14_400
REFRESH_SECONDS = 30 * 86_400
MOST_IMAGE = 10 * 1024 * 1024
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def token_get(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """auth/token/get: a single-use code for the first pair of tokens."""
    body = body_of(market, call)
    owner = _owner(market, call)
    code = owner.refreshes.get(f"code:{body.get('code')}")
    if code is None or code.used or code.expires <= market.time():
        return error(market, "invalid_code", "Invalid code.", status=403)
    code.used = True
    return _pair(market, owner, call, shop_id_list=[int(owner.id)], merchant_id_list=[])


def access_token_get(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """auth/access_token/get: a single-use refresh token for a new pair; a used one is dead."""
    body = body_of(market, call)
    owner = _owner(market, call)
    given = str(body.get("refresh_token", ""))
    refresh = None if given.startswith("code:") else owner.refreshes.get(given)
    if refresh is None or refresh.used or refresh.app != call.args["partner_id"]:
        # assumption: which of the two refresh errors a used token meets
        return error(market, "error_shop_refresh_token", "Invalid refresh_token.", status=403)
    if refresh.expires <= market.time():
        return error(market, "refresh_token_expired", "Refresh token expired.", status=403)
    refresh.used = True
    return _pair(market, owner, call, partner_id=int(refresh.app), shop_id=int(owner.id))


def upload_image(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """media_space/upload_image: up to 9 files in field `image`; every upload gives a new id."""
    files = [part for part in call.parts if part.name == "image" and part.filename is not None]
    if not 1 <= len(files) <= 9:
        refuse(market, "error_param", "Wrong parameters, detail: image must hold 1 to 9 files.")
    infos = []
    for position, file in enumerate(files):
        kind = next((kind for head, kind in SIGNATURES.items() if file.data.startswith(head)), "")
        if not kind or len(file.data) > MOST_IMAGE:
            refuse(
                market, "error_param", "Wrong parameters, detail: image must be JPG or PNG of at most 10 MB."
            )
        name = f"vn-11134207-{market.serial():010x}"
        address = f"{MEDIA}/{name}"
        market.store(
            shop=shop.id, file=name, url=address, name=file.filename or "", type=kind, data=file.data
        )
        info = {"image_id": name, "image_url_list": [{"image_url_region": "VN", "image_url": address}]}
        infos.append({"id": position, "error": "", "message": "", "image_info": info})
    return reply(market, {"image_info": infos[0]["image_info"], "image_info_list": infos})


def _owner(market: Market, call: Call) -> Shop:
    shop = market.shops.get(str(body_of(market, call).get("shop_id", "")))
    if shop is None:
        refuse(market, "invalid_shop_id", "Invalid shop_id.")
    return shop


def _pair(market: Market, shop: Shop, call: Call, **more: Any) -> Answer:
    app = call.args["partner_id"]
    number = market.serial()
    access, refresh = (
        f"sandbox0{word}0{hashlib.blake2b(f'{word}:{shop.id}:{number}'.encode(), digest_size=8).hexdigest()}{NASTY}é"
        for word in ("access", "refresh")
    )
    market.grant(app=app, shop=shop.id, access=access, seconds=ACCESS_SECONDS)
    market.grant_refresh(app=app, shop=shop.id, token=refresh, seconds=REFRESH_SECONDS)
    return reply(market, access_token=access, refresh_token=refresh, expire_in=ACCESS_SECONDS, **more)


PATHS: Mapping[str, tuple[str, str, Run]] = {
    "auth/token/get": ("POST", AUTH, token_get),
    "auth/access_token/get": ("POST", AUTH, access_token_get),
    "shop/get_shop_info": ("GET", READ, shopee_tree.shop_info),
    "shop/get_warehouse_detail": ("GET", READ, shopee_tree.warehouses),
    "logistics/get_channel_list": ("GET", READ, shopee_tree.channels),
    "product/get_category": ("GET", READ, shopee_tree.category_list),
    "product/get_attribute_tree": ("GET", READ, shopee_tree.attribute_tree),
    "product/get_brand_list": ("GET", READ, shopee_tree.brand_list),
    "product/get_item_limit": ("GET", READ, shopee_tree.item_limit),
    "media_space/upload_image": ("POST", UPLOAD, upload_image),
    "product/add_item": ("POST", CREATE, shopee_items.add),
    "product/init_tier_variation": ("POST", EXTEND, shopee_models.init),
    "product/update_tier_variation": ("POST", WRITE, shopee_models.update_tiers),
    "product/add_model": ("POST", EXTEND, shopee_models.add),
    "product/update_model": ("POST", WRITE, shopee_models.update),
    "product/delete_model": ("POST", WRITE, shopee_models.delete),
    "product/update_item": ("POST", WRITE, shopee_items.update),
    "product/update_price": ("POST", WRITE, shopee_items.update_price),
    "product/update_stock": ("POST", WRITE, shopee_items.update_stock),
    "product/unlist_item": ("POST", WRITE, shopee_items.unlist),
    "product/delete_item": ("POST", WRITE, shopee_items.delete),
    "product/get_item_list": ("GET", READ, shopee_read.item_list),
    "product/search_item": ("GET", READ, shopee_read.search),
    "product/get_item_base_info": ("GET", READ, shopee_read.base_info),
    "product/get_model_list": ("GET", READ, shopee_read.model_list),
}


def shopee(terms: Terms | None = None) -> Dialect:
    """The Shopee dialect over a shop's terms; Vietnam with the invented table by default."""
    used = terms or Terms(table=table())
    return Dialect(
        name="shopee",
        route=partial(route, {name: method for name, (method, _, _) in PATHS.items()}),
        verify=verify,
        operations={name: Operation(kind, partial(run, used)) for name, (_, kind, run) in PATHS.items()},
        fault=fault,
        expire=expire,
        digest=digest,
    )


def market_shopee(
    now: Callable[[], datetime],
    *,
    behavior: Behavior | None = None,
    search_lag: float = 0.0,
    extend_lag: float = 0.0,
    review_delay: float = 0.0,
    quota: Quota | None = None,
    terms: Terms | None = None,
) -> tuple[Market, Dialect]:
    """An emulated Shopee Vietnam shop 220011221 with the fixed example credentials of this module.

    `behavior` overrides the shorthands before it; item ids exceed 32 bits as on the platform.
    """
    market = Market(
        name="shopee",
        now=now,
        behavior=behavior
        or Behavior(
            search_lag=search_lag,
            extend_lag=extend_lag,
            review_delay=review_delay,
            quota=quota or Quota(rate=50.0, burst=50),
        ),
        first_listing=30_001_423_410,
        first_sku=200_001_423_410,
    )
    market.add_app(App(key=PARTNER_ID, secret=PARTNER_KEY, merchant=False))
    market.add_shop(Shop(id=SHOP, name="Gangwon Store VN (fictional)", region="VN", currency="VND"))
    market.grant(app=PARTNER_ID, shop=SHOP, access=ACCESS_TOKEN, seconds=ACCESS_SECONDS)
    market.grant_refresh(app=PARTNER_ID, shop=SHOP, token=REFRESH_TOKEN, seconds=REFRESH_SECONDS)
    # an authorization code lives 10 minutes and works once, like a refresh token of another name
    market.grant_refresh(app=PARTNER_ID, shop=SHOP, token=f"code:{CODE}", seconds=600)
    return market, shopee(terms)
