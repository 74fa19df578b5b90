"""TOP operations that make and change listings: rule documents in, listings out."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.invented import Category
from storesync.sandbox.records import BANNED, HIDDEN, LIVE, REJECTED, Listing, Sku
from storesync.sandbox.top_check import Unreadable, judge, read_document
from storesync.sandbox.top_gate import (
    Terms,
    number,
    owned,
    refuse,
    refuse_findings,
    reply,
    required,
    stamp,
)
from storesync.sandbox.top_rules import (
    ON_SHELF,
    WAREHOUSE,
    Field,
    add_document,
    document,
    increment_fields,
    rule_fields,
    update_fields,
)

IMAGE = re.compile(r"""<img\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
OFFERS = frozenset({"price", "quantity", "item_status"})
fields_to_change = lru_cache(maxsize=256)(increment_fields)


def add_schema(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.add.schema.get → the category's rule document."""
    category = _category(terms, market, call)
    return reply(terms, market, call, {"add_item_result": add_document(terms.table, category)})


def match_schema(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.product.match.schema.get → nothing: these categories have no matching rule (product id 0) [D]."""
    _category(terms, market, call)
    return reply(terms, market, call, {})


def add(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.schema.add: not idempotent, a repeat makes a second listing."""
    category = _category(terms, market, call)
    fields = rule_fields(terms.table, category)
    values = _document(market, call, fields)
    refuse_findings(market, judge(fields, values))
    _check_content(terms, market, values)
    skus = _skus(market, values.get("sku", []), ())
    price = Decimal(values["price"])
    _check_price(market, price, skus, "price")
    if not skus and not values.get("quantity"):
        refuse(market, "isv.missing-parameter:quantity", "商品数量必填")
    if terms.unique_product:
        _check_unique(market, shop, category, values)
    listing = market.create(
        shop=shop.id,
        key=values.get("outer_id", ""),
        title=values["title"],
        category=call.params["category_id"],
        price=price,
        stock=sum(sku.stock for sku in skus) if skus else int(values["quantity"]),
        status=LIVE if values["item_status"] == ON_SHELF else HIDDEN,
        images=_images(values),
        content=_content(values),
        skus=skus,
    )
    return reply(
        terms, market, call, {"add_item_result": str(listing.id), "gmt_create": stamp(listing.created)}
    )


def update_schema(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.update.schema.get → the rule document with current values as defaults."""
    listing = owned(market, shop, number(market, call, "item_id"))
    fields = rule_fields(terms.table, terms.categories[listing.category])
    # assumption: the answer's name, after that of the incremental call
    return reply(terms, market, call, {"update_item_result": document(fields, _defaults(listing))})


def update(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.schema.update: the whole document again; what is missing is cleared."""
    listing = owned(market, shop, number(market, call, "item_id"))
    fields = rule_fields(terms.table, terms.categories[listing.category])
    values = _document(market, call, fields)
    refuse_findings(market, judge(fields, values))
    _change(terms, market, listing, values, frozenset(field.id for field in fields))
    return _updated(terms, market, call, listing)


def increment_schema(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.increment.update.schema.get → `update_fields` and the fields with current values."""
    listing = owned(market, shop, number(market, call, "item_id"))
    fields = fields_to_change(rule_fields(terms.table, terms.categories[listing.category]))
    return reply(terms, market, call, {"update_item_result": document(fields, _defaults(listing))})


def increment(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """tmall.item.schema.increment.update: replaces the fields named in `update_fields`, keeps the rest."""
    listing = owned(market, shop, number(market, call, "item_id"))
    fields = rule_fields(terms.table, terms.categories[listing.category])
    names = update_fields(fields)
    values = _document(market, call, (names, *fields))
    refuse_findings(market, judge((names,), values))
    named = frozenset(values["update_fields"])
    given = {name: value for name, value in values.items() if name in named}
    merged = {**_defaults(listing), **dict.fromkeys(named), **given}
    refuse_findings(market, judge(fields, merged, named))
    _change(terms, market, listing, merged, named)
    return _updated(terms, market, call, listing)


def show(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """alibaba.item.operate.upshelf: on sale; a quantity above 0 is set first."""
    listing = owned(market, shop, number(market, call, "item_id"))
    if listing.status in (REJECTED, BANNED):
        refuse(market, "isv.item-listing-service-error:IC_CHECKSTEP_NO_PERMISSION", listing.reason)
    quantity = number(market, call, "quantity", 0)
    if quantity > 0 and not listing.skus:
        listing.stock = quantity
    market.show(listing)
    return reply(terms, market, call, {"result": "success"})


def hide(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """alibaba.item.operate.downshelf: into the warehouse."""
    listing = owned(market, shop, number(market, call, "item_id"))
    if listing.status not in (REJECTED, BANNED):
        market.hide(listing)
    return reply(terms, market, call, {"result": "success"})


def end(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """alibaba.item.operate.delete: for good."""
    market.end(owned(market, shop, number(market, call, "item_id")))
    return reply(terms, market, call, {"result": "success"})


def _updated(terms: Terms, market: Market, call: Call, listing: Listing) -> Answer:
    body = {"update_item_result": str(listing.id), "gmt_modified": stamp(listing.modified)}
    return reply(terms, market, call, body)


def _category(terms: Terms, market: Market, call: Call) -> Category:
    category = terms.categories.get(required(market, call, "category_id"))
    if category is None:
        refuse(market, "isv.invalid-parameter:category_id", "商品类目未授权")
    number(market, call, "product_id", 0)
    return category


def _document(market: Market, call: Call, fields: Sequence[Field]) -> dict[str, Any]:
    try:
        values, findings = read_document(required(market, call, "xml_data"), fields)
    except Unreadable as error:
        refuse(market, "isv.invalid-parameter:xml_data", str(error))
    refuse_findings(market, findings)
    return values


def _check_content(terms: Terms, market: Market, values: Mapping[str, Any]) -> None:
    """Images must be the platform's own, in gallery and description alike [S]; new arrivals need a right."""
    for name, address in (values.get("item_images") or {}).items():
        if address not in market.addresses:
            refuse(market, f"isv.invalid-parameter:{name}", f"图片 {address} 未上传到图片空间")
    for address in IMAGE.findall(values.get("description") or ""):
        if address.replace("&amp;", "&") not in market.addresses:
            refuse(market, "isv.antisteal-service-error", f"描述中的图片 {address} 不在图片空间")
    if values.get("is_xinpin") == "true" and not terms.allow_new:
        refuse(market, "isv.invalid-permission:add-xinpin", "没有新品权限")


def _check_price(market: Market, price: Decimal, skus: Sequence[Sku], field: str) -> None:
    """The listing's price must be one a buyer can pay (Taobao rule [U])."""
    # assumption: the error code; the rule itself is [U] too
    if skus and not min(sku.price for sku in skus) <= price <= max(sku.price for sku in skus):
        refuse(market, f"isv.invalid-parameter:{field}", "商品价格必须在SKU价格范围内")


def _check_unique(market: Market, shop: Shop, category: Category, values: Mapping[str, Any]) -> None:
    for other in market.listings.values():
        if other.shop == shop.id and other.alive and other.title == values["title"]:
            same = other.content.get("prop_20000") == values.get("prop_20000")
            if same and other.category.endswith(category.number):
                refuse(
                    market,
                    "isv.item-add-service-error:IC_CHECKSTEP_ALREADY_EXISTS_SAME_SPU",
                    f"您已发布过相同的商品，商品ID：{other.id}",
                )


def _skus(market: Market, rows: Sequence[Mapping[str, Any]], before: Sequence[Sku]) -> list[Sku]:
    """SKU rows as SKUs; a row with the same sale properties as before keeps its id."""
    known = {sku.options: sku.id for sku in before}
    seen: dict[tuple[str, ...], None] = {}
    skus: list[Sku] = []
    for row in rows:
        options = tuple(
            sorted(f"{name[5:]}:{value}" for name, value in row.items() if name.startswith("prop_") and value)
        )
        axes = [option.partition(":")[0] for option in options]
        if options in seen or (skus and axes != [item.partition(":")[0] for item in skus[0].options]):
            refuse(market, "isv.invalid-parameter:sku", "销售属性组合重复或不一致")
        seen[options] = None
        skus.append(
            Sku(
                id=known.get(options) or market.next_sku(),
                code=row.get("sku_outerId", ""),
                price=Decimal(row["sku_price"]),
                stock=int(row["sku_quantity"]),
                options=options,
                more={"barcode": row["sku_barcode"]} if row.get("sku_barcode") else {},
            )
        )
    return skus


def _change(
    terms: Terms, market: Market, listing: Listing, values: Mapping[str, Any], named: frozenset[str]
) -> None:
    """Put the named fields of a judged document onto a listing, all or nothing."""
    _check_content(terms, market, {name: values.get(name) for name in named})
    before = tuple(listing.skus.values())
    skus = _skus(market, values.get("sku") or [], before) if "sku" in named else list(before)
    price = Decimal(values["price"]) if "price" in named else listing.price
    _check_price(market, price, skus, "price")
    listing.price = price
    listing.skus = {sku.id: sku for sku in skus}
    if "quantity" in named and not skus:
        listing.stock = int(values.get("quantity") or 0)
    if "title" in named:
        listing.title = values["title"]
    if "outer_id" in named:
        listing.key = values.get("outer_id") or ""
    if "item_images" in named:
        listing.images = _images(values)
    listing.content = _content({**listing.content, **{name: values.get(name) for name in named}})
    market.changed(listing, content=bool(named - OFFERS))
    if "item_status" in named:
        if values["item_status"] == ON_SHELF:
            market.show(listing)
        else:
            market.hide(listing)


def _images(values: Mapping[str, Any]) -> list[str]:
    images = values.get("item_images") or {}
    return [address for _, address in sorted(images.items()) if address]


def _content(values: Mapping[str, Any]) -> dict[str, Any]:
    skipped = ("sku", "price", "quantity", "update_fields", "item_status")
    return {name: value for name, value in values.items() if value and name not in skipped}


def _defaults(listing: Listing) -> dict[str, Any]:
    """A listing's current values by field id."""
    values = dict(listing.content)
    values["price"] = f"{listing.price:.2f}"
    values["quantity"] = str(listing.stock)
    values["item_status"] = ON_SHELF if listing.wanted == LIVE else WAREHOUSE
    values["title"] = listing.title
    values["sku"] = [
        {
            **{f"prop_{option.partition(':')[0]}": option.partition(":")[2] for option in sku.options},
            "sku_price": f"{sku.price:.2f}",
            "sku_quantity": str(sku.stock),
            "sku_outerId": sku.code,
            "sku_barcode": sku.more.get("barcode", ""),
        }
        for sku in listing.skus.values()
    ]
    return values
