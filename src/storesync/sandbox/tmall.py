"""The emulated Tmall: the TOP dialect put together, and a shop with example credentials to start with.

Written from the notes on TOP; categories, properties and credentials are invented. What the notes leave
open is marked `assumption` where it is decided.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from storesync.sandbox.access import NASTY, App, Shop
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import (
    AUTH,
    CREATE,
    READ,
    UPLOAD,
    WRITE,
    Answer,
    Call,
    Dialect,
    Operation,
    Refusal,
)
from storesync.sandbox.invented import table
from storesync.sandbox.quota import Quota
from storesync.sandbox.top_gate import (
    UNKNOWN,
    Run,
    Terms,
    digest,
    error,
    fault,
    refuse,
    reply,
    required,
    route,
    stamp,
    verify,
)
from storesync.sandbox.top_listings import (
    add,
    add_schema,
    end,
    hide,
    increment,
    increment_schema,
    match_schema,
    show,
    update,
    update_schema,
)
from storesync.sandbox.top_offers import codes, prices, quantities
from storesync.sandbox.top_queries import (
    authorized,
    inventory,
    item,
    items,
    items_by_code,
    on_sale,
    skus,
    skus_by_code,
    user,
)

APP_KEY = "20260001"
SECRET = f"sandbox0secret0for0tmall0example{NASTY}é"
SESSION = f"6100sandbox0session0tmall0cn{NASTY}é"
SHOP = "tmall-cn"
HOST = "tmall.sandbox.invalid"
MEDIA = "https://img.sandbox.invalid/imgextra"
YEAR = 31_536_000
MOST_IMAGE = 3 * 1024 * 1024
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


def upload(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.picture.upload: not idempotent; `picture_path` is the address to use everywhere."""
    file = next((part for part in call.parts if part.name == "img" and part.filename is not None), None)
    if file is None:
        raise Refusal(error(market, 40, "isv.missing-parameter:img", more=":img"))
    title = call.params.get("title", "")[:50] or required(market, call, "image_input_title")
    kind = next((kind for head, kind in SIGNATURES.items() if file.data.startswith(head)), None)
    if kind is None:
        refuse(market, "isv.invalid-parameter:img", "图片格式只能为 gif、jpg、png")
    if len(file.data) > MOST_IMAGE:
        refuse(market, "isv.invalid-parameter:img", "图片不能超过3M")
    number = 7_000_000_000_000_000_000 + market.serial()
    extension = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}[kind]
    same = market.named[shop.id, title]
    address = f"{MEDIA}/i1/{shop.id}/{number}.{extension}"
    market.store(shop=shop.id, file=str(number), url=address, name=title, type=kind, data=file.data)
    picture = {
        "picture_id": number,
        "picture_path": address,
        "title": f"{title}({same})" if same else title,
        "sizes": len(file.data),
        "pixel": "800x800",
        "status": "pass",
        "deleted": "unfroze",
        "created": stamp(market.time()),
        "modified": stamp(market.time()),
    }
    return reply(terms, market, call, {"picture": picture})


def refresh(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.top.auth.token.refresh: refused to merchant back-office apps (fixed-length tokens) [S]."""
    return error(market, 11, "isv.permission-api-package-limit", "商家后台应用不支持刷新授权，请重新授权")


def _unknown(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    return error(market, 22)


METHODS: Mapping[str, tuple[str, Run]] = {
    UNKNOWN: (READ, _unknown),
    "taobao.user.seller.get": (READ, user),
    "taobao.itemcats.authorize.get": (READ, authorized),
    "taobao.picture.upload": (UPLOAD, upload),
    "tmall.product.match.schema.get": (READ, match_schema),
    "tmall.item.add.schema.get": (READ, add_schema),
    "tmall.item.schema.add": (CREATE, add),
    "tmall.item.update.schema.get": (READ, update_schema),
    "tmall.item.schema.update": (WRITE, update),
    "tmall.item.increment.update.schema.get": (READ, increment_schema),
    "tmall.item.schema.increment.update": (WRITE, increment),
    "tmall.item.price.update": (WRITE, prices),
    "tmall.item.quantity.update": (WRITE, quantities),
    "tmall.item.outerid.update": (WRITE, codes),
    "alibaba.item.operate.upshelf": (WRITE, show),
    "alibaba.item.operate.downshelf": (WRITE, hide),
    "alibaba.item.operate.delete": (WRITE, end),
    "taobao.item.seller.get": (READ, item),
    "taobao.items.seller.list.get": (READ, items),
    "taobao.items.custom.get": (READ, items_by_code),
    "taobao.skus.custom.get": (READ, skus_by_code),
    "taobao.item.skus.get": (READ, skus),
    "taobao.items.onsale.get": (READ, on_sale),
    "taobao.items.inventory.get": (READ, inventory),
    "taobao.top.auth.token.refresh": (AUTH, refresh),
}


def tmall(terms: Terms | None = None) -> Dialect:
    """The TOP dialect over a shop's terms; the invented table by default."""
    used = terms or Terms(table=table())
    operations = {name: Operation(kind, partial(run, used)) for name, (kind, run) in METHODS.items()}
    return Dialect(
        name="tmall",
        route=partial(route, {name: None for name in operations if name != UNKNOWN}),
        verify=partial(verify, used),
        operations=operations,
        fault=fault,
        digest=digest,
    )


def market_tmall(
    now: Callable[[], datetime],
    *,
    behavior: Behavior | None = None,
    search_lag: float = 0.0,
    review_delay: float = 0.0,
    quota: Quota | None = None,
    terms: Terms | None = None,
) -> tuple[Market, Dialect]:
    """An emulated Tmall shop `tmall-cn` with the fixed example credentials of this module.

    `behavior` overrides the three shorthands before it; ids start beyond 2^53 as on the platform.
    """
    market = Market(
        name="tmall",
        now=now,
        behavior=behavior
        or Behavior(
            search_lag=search_lag, review_delay=review_delay, quota=quota or Quota(rate=50.0, burst=50)
        ),
    )
    market.add_app(App(key=APP_KEY, secret=SECRET))
    market.add_shop(Shop(id=SHOP, name="江原旗舰店(虚构)", region="CN", currency="CNY"))
    market.grant(app=APP_KEY, shop=SHOP, access=SESSION, seconds=YEAR)
    return market, tmall(terms)
