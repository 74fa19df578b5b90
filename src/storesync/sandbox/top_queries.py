"""TOP operations that only read: shop, authorized categories, listings by id, by code and by page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from storesync.sandbox.access import EAST8, Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call, Refusal
from storesync.sandbox.records import BANNED, IN_REVIEW, LIVE, REJECTED, Listing, Sku
from storesync.sandbox.top_gate import Terms, error, listed, number, owned, reply, required, stamp

CODES_PER_CALL = 40
IDS_PER_CALL = 20
DEEPEST = 20_000
LONGEST_PAGE = 200


def user(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.user.seller.get: `type` B is a Tmall shop."""
    whole = {
        "user_id": 700_000_000 + crc32(shop.id.encode()) % 1_000_000,
        "nick": shop.name,
        "type": "B",
        "item_img_num": 5,
        "item_img_size": 3072,
        "prop_img_num": 20,
    }
    return reply(terms, market, call, {"user": _only(whole, _fields(market, call))})


def authorized(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.itemcats.authorize.get: the brands and leaf categories this shop may use."""
    _fields(market, call)
    brands = [{"vid": int(brand), "name": name} for brand, name in terms.table.brands]
    categories = [
        {
            "cid": int(cid),
            "parent_cid": 50_200_000,
            "name": category.zh.rpartition(">")[2],
            "is_parent": False,
            "status": "normal",
        }
        for cid, category in terms.categories.items()
    ]
    body = {"seller_authorize": {**listed("brand", brands), **listed("item_cat", categories)}}
    return reply(terms, market, call, body)


def item(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.item.seller.get: one listing by id."""
    fields = _fields(market, call)
    listing = owned(market, shop, number(market, call, "num_iid"))
    return reply(terms, market, call, {"item": _item(terms, shop, listing, fields)})


def items(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.items.seller.list.get: up to 20 by id; missing ones are left out in silence."""
    fields = _fields(market, call)
    found = (
        market.get(int(part)) for part in _many(market, call, "num_iids", IDS_PER_CALL) if part.isdigit()
    )
    rows = [
        _item(terms, shop, listing, fields)
        for listing in found
        if listing is not None and listing.alive and listing.shop == shop.id
    ]
    return reply(terms, market, call, listed("item", rows))


def items_by_code(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.items.custom.get: up to 40 merchant codes, from the lagging index."""
    fields = _fields(market, call)
    rows = [
        _item(terms, shop, listing, fields)
        for code in dict.fromkeys(_many(market, call, "outer_id", CODES_PER_CALL))
        for listing in market.with_key(shop.id, code)
    ]
    return reply(terms, market, call, listed("item", rows))


def skus_by_code(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.skus.custom.get: SKUs with one merchant code, from the lagging index."""
    fields = _fields(market, call)
    code = required(market, call, "outer_id")
    rows = [
        _only(_sku(terms, listing, sku), fields)
        for listing in market.with_sku(shop.id, code)
        for sku in listing.skus.values()
        if sku.code == code
    ]
    return reply(terms, market, call, listed("sku", rows))


def skus(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.item.skus.get: the SKUs of listings by id."""
    fields = _fields(market, call)
    rows: list[dict[str, Any]] = []
    for part in _many(market, call, "num_iids", 40):
        listing = market.get(int(part)) if part.isdigit() else None
        if listing is not None and listing.alive and listing.shop == shop.id:
            rows += [_only(_sku(terms, listing, sku), fields) for sku in listing.skus.values()]
    return reply(terms, market, call, listed("sku", rows))


def on_sale(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.items.onsale.get: pages of listings on sale; a sold-out one is not among them."""
    return _page(terms, market, shop, call, lambda item: item.status == LIVE and item.stock > 0)


def inventory(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """taobao.items.inventory.get: pages of listings that are not on sale, by banner."""
    banner = call.params.get("banner", "") or "for_shelved"
    if banner not in BANNERS:
        raise Refusal(error(market, 41, "isv.invalid-parameter:banner", more=":banner"))
    if number(market, call, "page_no", 1) > 101:
        raise Refusal(error(market, 41, "isv.invalid-parameter:page_no", more=":page_no"))
    return _page(terms, market, shop, call, BANNERS[banner])


def _waiting(item: Listing) -> bool:
    return item.alive and item.status not in (LIVE, REJECTED, BANNED)


BANNERS: Mapping[str, Callable[[Listing], bool]] = {
    "for_shelved": _waiting,
    "never_on_shelf": lambda item: _waiting(item) and not item.shown,
    "off_shelf": lambda item: _waiting(item) and item.shown,
    "regular_shelved": lambda item: False,
    "sold_out": lambda item: item.status == LIVE and item.stock == 0,
    # assumption: what moderation refused is found where violations are
    "violation_off_shelf": lambda item: item.status in (REJECTED, BANNED),
}


def _page(terms: Terms, market: Market, shop: Shop, call: Call, wanted: Callable[[Listing], bool]) -> Answer:
    fields = _fields(market, call)
    page, size = number(market, call, "page_no", 1), number(market, call, "page_size", 40)
    if page < 1 or not 1 <= size <= LONGEST_PAGE or page * size > DEEPEST:
        raise Refusal(error(market, 41, "isv.invalid-parameter:page_no", more=":page_no"))
    since = _moment(market, call, "start_modified")
    until = _moment(market, call, "end_modified")
    words = call.params.get("q", "")
    found = [
        item
        for item in market.listed(shop.id)
        if wanted(item)
        and (since is None or item.modified >= since)
        and (until is None or item.modified <= until)
        and words in item.title
        and call.params.get("cid", item.category) == item.category
    ]
    found.sort(key=lambda item: (item.modified, item.id), reverse=True)
    rows = [_item(terms, shop, item, fields) for item in found[(page - 1) * size : page * size]]
    return reply(terms, market, call, {"total_results": len(found), **listed("item", rows)})


def _moment(market: Market, call: Call, name: str) -> datetime | None:
    text = call.params.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=EAST8)
    except ValueError:
        raise Refusal(error(market, 41, f"isv.invalid-parameter:{name}", more=f":{name}")) from None


def _fields(market: Market, call: Call) -> frozenset[str]:
    """The requested fields; `sku.price` asks for the SKUs."""
    names = required(market, call, "fields").replace(" ", "").split(",")
    return frozenset("skus" if name.partition(".")[0] in ("sku", "skus") else name for name in names)


def _many(market: Market, call: Call, name: str, most: int) -> list[str]:
    values = [part for part in required(market, call, name).split(",") if part]
    if len(values) > most:
        raise Refusal(error(market, 41, f"isv.invalid-parameter:{name}", more=f":{name}"))
    return values


def _only(whole: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Only requested fields are returned [S]."""
    return {name: whole[name] for name in fields if name in whole}


def _item(terms: Terms, shop: Shop, item: Listing, fields: frozenset[str]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "num_iid": item.id,
        "title": item.title,
        "nick": shop.name,
        "type": "fixed",
        "cid": int(item.category),
        "outer_id": item.key,
        "price": f"{item.price:.2f}",
        "num": item.stock,
        # assumption: what waits for moderation reads as instock, like a listing in the warehouse
        "approve_status": "onsale" if item.status == LIVE else "instock",
        "product_id": 0,
        "sub_title": item.content.get("sub_title", ""),
        "desc": item.content.get("description", ""),
        "pic_url": item.images[0] if item.images else "",
        "created": stamp(item.created),
        "modified": stamp(item.modified),
        "is_timing": False,
        # assumption: how a moderated listing tells so; the notes name no field
        "item_audit_status": {IN_REVIEW: "auditing", REJECTED: "rejected", BANNED: "punished"}.get(
            item.status, "passed"
        ),
        "reason": item.reason,
    }
    if "item_imgs" in fields or "item_img" in fields:
        images = [{"id": index, "position": index, "url": url} for index, url in enumerate(item.images)]
        return {**_only(whole, fields), **listed("item_img", images), **_skus(terms, item, fields)}
    return {**_only(whole, fields), **_skus(terms, item, fields)}


def _skus(terms: Terms, item: Listing, fields: frozenset[str]) -> dict[str, Any]:
    if "skus" not in fields:
        return {}
    return listed("sku", [_sku(terms, item, sku) for sku in item.skus.values()])


def _sku(terms: Terms, item: Listing, sku: Sku) -> dict[str, Any]:
    return {
        "sku_id": sku.id,
        "num_iid": item.id,
        "properties": ";".join(sku.options),
        "properties_name": ";".join(_named(terms, option) for option in sku.options),
        "price": f"{sku.price:.2f}",
        "quantity": sku.stock,
        "outer_id": sku.code,
        "barcode": sku.more.get("barcode", ""),
        "modified": stamp(item.modified),
        "status": "normal",
    }


def _named(terms: Terms, option: str) -> str:
    pid, _, vid = option.partition(":")
    for axis in terms.table.axes:
        if axis.pid == pid:
            return f"{option}:{axis.zh}:{next(term.zh for term in axis.values if term.id == vid)}"
    return option
