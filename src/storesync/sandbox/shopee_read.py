"""How Shopee shows items and models, with its read-back quirks, and the queries (notes, section 5.5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.records import BANNED, DELETED, HIDDEN, IN_REVIEW, LIVE, REJECTED, Listing, Sku
from storesync.sandbox.shopee_gate import Terms, number, owned, refuse, reply
from storesync.sandbox.shopee_tree import DATE, attributes, categories

STATUS = {
    LIVE: "NORMAL",
    HIDDEN: "UNLIST",
    IN_REVIEW: "REVIEWING",
    REJECTED: "BANNED",
    BANNED: "BANNED",
    DELETED: "SELLER_DELETE",
}
READABLE = timedelta(days=90)


def item_list(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_item_list: pages by status and update time; `item` is missing when there is none [U]."""
    statuses = {value for name, value in call.query if name == "item_status"}
    offset, size = _window(market, call)
    if not statuses or statuses - set(STATUS.values()) - {"SHOPEE_DELETE"}:
        refuse(market, "error_param", "Wrong parameters, detail: item_status is invalid.")
    since = number(market, call.args.get("update_time_from", "0"), "update_time_from")
    until = number(market, call.args.get("update_time_to", "99999999999"), "update_time_to")
    found = [
        {
            "item_id": item.id,
            "item_status": STATUS[item.status],
            "update_time": seconds,
            "tag": {"kit": False},
        }
        for item in market.listed(shop.id)
        if STATUS[item.status] in statuses and since <= (seconds := _seconds(item.modified)) <= until
    ]
    page = found[offset : offset + size]
    response: dict[str, Any] = {"total_count": len(found), "has_next_page": offset + size < len(found)}
    if page:
        response["item"] = page
    if response["has_next_page"]:
        response["next_offset"] = offset + size
    return reply(market, response)


def search(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/search_item: keyword match on the lagging index, not equality [D]."""
    words, title = call.args.get("item_sku", ""), call.args.get("item_name", "")
    if not words and not title:
        refuse(market, "error_param", "Wrong parameters, detail: item_sku or item_name is required.")
    statuses = {value for name, value in call.query if name == "item_status"}
    offset, size = _window(market, call)
    found = market.with_words(shop.id, words or title, title=not words)
    ids = [item.id for item in found if not statuses or STATUS[item.status] in statuses]
    end = offset + size
    response = {
        "item_id_list": ids[offset:end],
        "total_count": len(ids),
        "next_offset": str(end) if end < len(ids) else "",
    }
    return reply(market, response)


def base_info(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_item_base_info: up to 50 by id; unknown ones are left out, deleted ones stay 90 days."""
    wanted = [part for part in call.args.get("item_id_list", "").split(",") if part]
    if not 1 <= len(wanted) <= 50:
        refuse(market, "error_param", "Wrong parameters, detail: item_id_list must hold 1 to 50 ids.")
    listed = []
    for part in wanted:
        item = market.get(number(market, part, "item_id_list"))
        if item is None or item.shop != shop.id:
            continue
        if item.status != DELETED or market.time() - item.modified < READABLE:
            listed.append(item_info(terms, market, shop, item))
    return reply(market, {"item_list": listed})


def model_list(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_model_list: tiers and models of one item."""
    listing = owned(market, shop, call.args.get("item_id", ""))
    return reply(
        market, {**tiers_info(listing), "model": [model_info(shop, sku) for sku in listing.skus.values()]}
    )


def item_info(terms: Terms, market: Market, shop: Shop, item: Listing) -> dict[str, Any]:
    """An item as get_item_base_info shows it: weight as text, price only without models."""
    content = item.content
    info: dict[str, Any] = {
        "item_id": item.id,
        "category_id": int(item.category),
        "item_name": item.title,
        "description": content.get("description", ""),
        "item_sku": item.key,
        "create_time": _seconds(item.created),
        "update_time": _seconds(item.modified),
        "attribute_list": _attributes(terms, item),
        "image": _images(market, item),
        "weight": f"{content.get('weight', 0):.3f}",
        "dimension": content.get("dimension"),
        "logistic_info": content.get("logistic_info", []),
        "pre_order": content.get("pre_order", {"is_pre_order": False, "days_to_ship": 2}),
        "condition": content.get("condition", "NEW"),
        "item_status": STATUS[item.status],
        "deboost": "FALSE",
        "has_model": bool(item.skus),
        "has_promotion": bool(content.get("promotion")),
        "brand": content.get("brand"),
        "gtin_code": content.get("gtin_code", ""),
        "description_type": "normal",
        "stock_info_v2": _stock(item.stock),
    }
    if not item.skus:
        info["price_info"] = [_price(shop, item.price)]
    return info


def item_answer(terms: Terms, market: Market, shop: Shop, item: Listing) -> dict[str, Any]:
    """An item as add_item and update_item answer it: `images` and `attributes` instead of the read names."""
    info = item_info(terms, market, shop, item)
    info["images"] = info.pop("image")
    info["attributes"] = info.pop("attribute_list")
    info["price_info"] = _price(shop, item.price)
    info["seller_stock"] = [{"stock": item.stock}]
    return info


def tiers_info(item: Listing) -> dict[str, Any]:
    """The tiers of an item in the old and the standardized form."""
    tiers = item.content.get("tiers", [])
    return {
        "tier_variation": [
            {
                "name": tier["variation_name"],
                "option_list": [
                    {"option": option["variation_option_name"], **_option_image(option)}
                    for option in tier["variation_option_list"]
                ],
            }
            for tier in tiers
        ],
        "standardise_tier_variation": tiers,
    }


def _option_image(option: dict[str, Any]) -> dict[str, Any]:
    return {"image": {"image_id": option["image_id"]}} if option.get("image_id") else {}


def model_info(shop: Shop, sku: Sku) -> dict[str, Any]:
    """One model as get_model_list shows it."""
    return {
        "model_id": sku.id,
        "tier_index": list(sku.more["tier"]),
        "model_sku": sku.code,
        "model_status": "MODEL_NORMAL",
        "price_info": [_price(shop, sku.price)],
        "stock_info_v2": _stock(sku.stock),
        "gtin_code": sku.more.get("gtin_code", ""),
        "weight": str(sku.more.get("weight", "")),
    }


def _price(shop: Shop, price: Any) -> dict[str, Any]:
    # read-back numbers are floats (350000.0)
    value = float(price)
    return {"currency": shop.currency, "original_price": value, "current_price": value}


def _stock(count: int) -> dict[str, Any]:
    return {
        "summary_info": {"total_reserved_stock": 0, "total_available_stock": count},
        "seller_stock": [{"location_id": "", "stock": count, "if_saleable": True}],
        "shopee_stock": [],
    }


def _images(market: Market, item: Listing) -> dict[str, Any]:
    addresses = [market.files[image].url for image in item.images if image in market.files]
    ratio = item.content.get("image", {}).get("image_ratio", "1:1")
    return {"image_id_list": list(item.images), "image_url_list": addresses, "image_ratio": ratio}


def _attributes(terms: Terms, item: Listing) -> list[dict[str, Any]]:
    known = attributes(terms.table, categories(terms.table)[int(item.category)])
    shown = []
    for row in item.content.get("attribute_list") or []:
        attribute = known.get(row["attribute_id"])
        if attribute is None:
            continue
        names = {value: name for value, name, _ in attribute.values}
        values = []
        for value in row["attribute_value_list"]:
            text = names.get(value["value_id"]) or value.get("original_value_name", "")
            if attribute.validation == DATE:
                text = datetime.fromtimestamp(int(text), UTC).strftime("%d/%m/%Y")
            values.append(
                {
                    "value_id": value["value_id"],
                    "original_value_name": text,
                    "value_unit": value.get("value_unit", ""),
                }
            )
        shown.append(
            {
                "attribute_id": attribute.id,
                "original_attribute_name": attribute.name,
                "is_mandatory": attribute.mandatory,
                "attribute_value_list": values,
            }
        )
    return shown


def _window(market: Market, call: Call) -> tuple[int, int]:
    offset = number(market, call.args.get("offset") or "0", "offset")
    size = number(market, call.args.get("page_size", "20"), "page_size")
    if not 1 <= size <= 100:
        refuse(market, "error_param", "Wrong parameters, detail: page_size must be 1 to 100.")
    return offset, size


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
