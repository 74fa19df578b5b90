"""TOP operations on price, stock and merchant codes (notes, sections 8.9 to 8.11)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.records import Listing, Sku
from storesync.sandbox.top_gate import Terms, argument_json, number, owned, refuse, reply

MONEY = re.compile(r"\d{1,9}(\.\d{1,2})?")
MOST_MONEY = Decimal(100_000_000)
HEX = re.compile(r"[0-9a-fA-F]+")
QUANTITY_ROWS = 20
ADDRESSES = ("sku_id", "outer_id", "properties")


def prices(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.price.update: absolute prices, all rows or none."""
    listing = owned(market, shop, number(market, call, "item_id"))
    rows = argument_json(market, call, "sku_prices", list)
    argument_json(market, call, "options", dict)
    wanted: dict[int, Decimal] = {}
    for sku, row in _addressed(market, listing, rows, "sku_prices"):
        wanted[sku.id] = _money(market, row.get("price"), "sku_prices")
    text = call.params.get("item_price", "")
    price = _money(market, text, "item_price") if text else listing.price
    if not rows and not text:
        refuse(market, "isv.missing-parameter:item_price", "价格必填")
    after = [wanted.get(sku.id, sku.price) for sku in listing.skus.values()]
    # assumption: the error code; that the price must lie within the SKU prices is itself [U]
    if after and not min(after) <= price <= max(after):
        refuse(market, "isv.invalid-parameter:item_price", "商品价格必须在SKU价格范围内")
    for number_, value in wanted.items():
        listing.skus[number_].price = value
    listing.price = price
    market.changed(listing)
    return reply(terms, market, call, {"price_update_result": str(listing.id)})


def quantities(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.quantity.update: absolute (type 1) or delta (type 2), at most 20 SKUs, all rows or none."""
    listing = owned(market, shop, number(market, call, "item_id"))
    rows = argument_json(market, call, "sku_quantities", list)
    options = argument_json(market, call, "options", dict)
    if len(rows) > QUANTITY_ROWS:
        refuse(market, "isv.invalid-parameter:sku_quantities", f"单次最多{QUANTITY_ROWS}个SKU")
    kind = str(options.get("type", 1))
    if kind not in ("1", "2"):
        refuse(market, "isv.invalid-parameter:options", "type 只能为 1 或 2")
    business = str(options.get("outer_biz_key", ""))
    if business and HEX.fullmatch(business) is None:
        refuse(market, "isv.invalid-parameter:options", "outer_biz_key 只能为十六进制字符")
    wanted: dict[int, int] = {}
    for sku, row in _addressed(market, listing, rows, "sku_quantities"):
        value = _count(market, row.get("quantity"), "sku_quantities", kind)
        # assumption: a delta below zero clamps to 0 here as it does in taobao.skus.quantity.update
        wanted[sku.id] = value if kind == "1" else max(0, sku.stock + value)
    total = call.params.get("item_quantity", "")
    if total and listing.skus:
        refuse(market, "isv.invalid-parameter:item_quantity", "有SKU的商品不能直接修改商品库存")
    if not rows and not total:
        refuse(market, "isv.missing-parameter:sku_quantities", "库存必填")
    replay = f"{listing.id}:{business}"
    if not business or replay not in market.replayed:
        for number_, count in wanted.items():
            listing.skus[number_].stock = count
        if total:
            count = _count(market, total, "item_quantity", kind)
            listing.stock = count if kind == "1" else max(0, listing.stock + count)
        market.changed(listing)
        if business:
            market.replayed.add(replay)
    return reply(terms, market, call, {"quantity_update_result": str(listing.id)})


def codes(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.outerid.update: merchant codes of the item and of its SKUs by id."""
    listing = owned(market, shop, number(market, call, "item_id"))
    rows = argument_json(market, call, "sku_outers", list)
    found = _addressed(market, listing, rows, "sku_outers", ("sku_id", "properties"))
    for sku, row in found:
        sku.code = str(row.get("outer_id", ""))
    if "outer_id" in call.params:
        listing.key = call.params["outer_id"]
        listing.content["outer_id"] = listing.key
    market.changed(listing)
    return reply(terms, market, call, {"outerid_update_result": str(listing.id)})


def _addressed(
    market: Market, listing: Listing, rows: Sequence[Any], field: str, ways: Sequence[str] = ADDRESSES
) -> list[tuple[Sku, Mapping[str, Any]]]:
    """Each row with the SKU it means; one way of addressing per call, an unknown SKU refuses all."""
    found = []
    used: set[str] = set()
    for row in rows:
        given = [way for way in ways if isinstance(row, dict) and row.get(way)]
        if len(given) != 1:
            refuse(market, f"isv.invalid-parameter:{field}", "每行须用 sku_id、properties、outer_id 之一")
        used.update(given)
        wanted = str(row[given[0]])
        match = [sku for sku in listing.skus.values() if _is(sku, given[0], wanted)]
        if not match:
            refuse(market, f"isv.invalid-parameter:{field}", f"SKU不存在：{wanted}")
        found += [(sku, row) for sku in match]
    if len(used) > 1:
        refuse(market, f"isv.invalid-parameter:{field}", "一次调用只能用一种SKU定位方式")
    return found


def _is(sku: Sku, way: str, wanted: str) -> bool:
    if way == "sku_id":
        return str(sku.id) == wanted
    if way == "outer_id":
        return sku.code == wanted
    return ";".join(sku.options) == wanted


def _money(market: Market, value: Any, field: str) -> Decimal:
    text = str(value)
    if not isinstance(value, str) or MONEY.fullmatch(text) is None or not 0 < Decimal(text) < MOST_MONEY:
        refuse(market, f"isv.invalid-parameter:{field}", f"价格格式错误：{text}")
    return Decimal(text)


def _count(market: Market, value: Any, field: str, kind: str) -> int:
    text = str(value)
    if not text.removeprefix("-").isdigit() or (kind == "1" and text.startswith("-")):
        refuse(market, f"isv.invalid-parameter:{field}", f"库存格式错误：{text}")
    return int(text)
