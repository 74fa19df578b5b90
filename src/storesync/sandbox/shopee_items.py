"""Shopee operations that make, change, list, unlist and delete items (notes, sections 5.3 and 5.4)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.invented import Category
from storesync.sandbox.records import BANNED, HIDDEN, IN_REVIEW, LIVE, REJECTED
from storesync.sandbox.shopee_gate import (
    Terms,
    body_of,
    check_spread,
    money,
    number,
    owned,
    price_fault,
    refuse,
    reply,
    rows,
    stock_of,
)
from storesync.sandbox.shopee_read import item_answer
from storesync.sandbox.shopee_tree import (
    CHANNELS,
    COMBO_BOX,
    DATE,
    FREE_TEXT,
    MULTI_DROP_DOWN,
    Attribute,
    attributes,
    brands,
    leaf,
)

PARTIAL = frozenset(
    {
        "item_name",
        "description",
        "item_sku",
        "category_id",
        "image",
        "weight",
        "dimension",
        "attribute_list",
        "logistic_info",
        "brand",
        "condition",
        "pre_order",
        "gtin_code",
        "item_status",
        "description_type",
        "wholesale",
        "video_upload_id",
        "item_dangerous",
        "tax_info",
    }
)
PROMOTION = "promotion"
HASHTAGS = 18


def add(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/add_item: no idempotency key, a repeat makes a second item."""
    body = body_of(market, call)
    _known(market, body, PARTIAL | {"original_price", "seller_stock"})
    # assumption: the whole shop counts, deleted items not; counted only when it can matter
    if len(market.listings) >= terms.items:
        alive = sum(1 for item in market.listings.values() if item.shop == shop.id and item.alive)
        if alive >= terms.items:
            refuse(market, "error_reach_shop_item_limit", "The shop has reached its item limit.")
    _check(terms, market, body)
    price = money(terms, market, body.get("original_price"))
    stock = stock_of(terms, market, body["seller_stock"]) if "seller_stock" in body else 0
    listing = market.create(
        shop=shop.id,
        key=body.get("item_sku", ""),
        title=body["item_name"],
        category=str(body["category_id"]),
        price=price,
        stock=stock,
        status=HIDDEN if body.get("item_status") == "UNLIST" else LIVE,
        images=list(body["image"]["image_id_list"]),
        content={name: body[name] for name in PARTIAL & body.keys() if name != "item_status"},
    )
    return reply(market, item_answer(terms, market, shop, listing))


def update(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/update_item: partial; the whole product is validated again [D]."""
    body = dict(body_of(market, call))
    listing = owned(market, shop, body.pop("item_id", None))
    # assumption: price, stock and models are refused here, not ignored
    _known(market, body, PARTIAL)
    if listing.status == BANNED:
        refuse(market, "error_item_uneditable", "Item is banned and cannot be edited.")
    merged = {**listing.content, **{name: value for name, value in body.items() if value != ""}}
    for name in [name for name, value in body.items() if value == ""]:
        if name not in ("item_sku", "wholesale", "video_upload_id"):
            refuse(market, "error_param", f"Wrong parameters, detail: {name} must not be empty.")
        merged.pop(name, None)
    _check(terms, market, merged)
    status = merged.pop("item_status", None)
    listing.content = {**merged}
    listing.key = merged.get("item_sku", "")
    listing.title = body.get("item_name", listing.title)
    listing.category = str(merged["category_id"])
    listing.images = list(merged["image"]["image_id_list"])
    market.changed(listing, content=bool(body.keys() - {"item_status", "item_sku"}))
    if status == "NORMAL":
        market.show(listing)
    elif status == "UNLIST":
        market.hide(listing)
    return reply(market, item_answer(terms, market, shop, listing))


def update_price(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/update_price: absolute, 1 to 50 rows of one item; rows fail alone."""
    body = body_of(market, call)
    listing = owned(market, shop, body.get("item_id"))
    listed = rows(market, body.get("price_list"), "price_list", 50)
    if listing.content.get(PROMOTION):
        refuse(market, "error_cannt_edit_price_in_promotion", "Item is in promotion.")
    wanted: dict[int, Decimal] = {}
    failed: list[dict[str, Any]] = []
    for row in listed:
        model, price = row.get("model_id", 0) or 0, row.get("original_price")
        if bool(model) != bool(listing.skus):
            refuse(market, "error_edit_item_price_for_item_has_model", "Name the models to price, or none.")
        wrong = price_fault(terms, price)
        if model and model not in listing.skus:
            failed.append({"model_id": model, "failed_reason": "error_model_not_found: Model not found."})
        elif wrong:
            failed.append({"model_id": model, "failed_reason": f"{wrong}: price {price} is invalid."})
        else:
            wanted[model] = Decimal(str(price))
    # assumption: a spread too wide refuses the whole call
    check_spread(terms, market, [wanted.get(sku.id, sku.price) for sku in listing.skus.values()])
    for model, price in wanted.items():
        if model:
            listing.skus[model].price = price
        else:
            listing.price = price
    if wanted:
        market.changed(listing)
    done = [{"model_id": model, "original_price": float(price)} for model, price in wanted.items()]
    return reply(market, {"success_list": done, "failure_list": failed})


def update_stock(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/update_stock: absolute, 1 to 50 rows of one item; all rows failing fails the call."""
    body = body_of(market, call)
    listing = owned(market, shop, body.get("item_id"))
    done: list[dict[str, int]] = []
    failed: list[dict[str, Any]] = []
    for row in rows(market, body.get("stock_list"), "stock_list", 50):
        model = row.get("model_id", 0) or 0
        count = stock_of(terms, market, row.get("seller_stock"))
        if listing.content.get(PROMOTION):
            failed.append({"model_id": model, "failed_reason": "error_cannt_edit_stock_in_promotion"})
        elif bool(model) != bool(listing.skus) or (model and model not in listing.skus):
            failed.append({"model_id": model, "failed_reason": "error_model_not_found: Model not found."})
        else:
            if model:
                listing.skus[model].stock = count
            else:
                listing.stock = count
            done.append({"model_id": model, "stock": count})
    if not done:
        reasons = "; ".join(str(row["failed_reason"]) for row in failed)
        refuse(market, "error_busi_update_stock_failed", f"Update stock failed: {reasons}")
    market.changed(listing)
    return reply(market, {"success_list": done, "failure_list": failed})


def unlist(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/unlist_item: 1 to 50 items hidden or shown; rows fail alone."""
    done, failed = [], []
    for row in rows(market, body_of(market, call).get("item_list"), "item_list", 50):
        item, hide = number(market, row.get("item_id"), "item_id"), row.get("unlist")
        listing = market.get(item)
        reason = ""
        if not isinstance(hide, bool):
            refuse(market, "error_param", "Wrong parameters, detail: unlist must be true or false.")
        if listing is None or listing.shop != shop.id or not listing.alive:
            reason = "error_item_not_found: Item not found."
        elif listing.status in (IN_REVIEW, REJECTED, BANNED):
            reason = "error_busi_cannot_delist_reviewing_or_banned_item: Item is reviewing or banned."
        elif hide and listing.content.get(PROMOTION):
            reason = "error_cannt_unlisted_in_promotion: Item is in promotion."
        elif hide:
            market.hide(listing)
        else:
            market.show(listing)
        if reason:
            failed.append({"item_id": item, "failed_reason": reason})
        else:
            done.append({"item_id": item, "unlist": hide})
    return reply(market, {"success_list": done, "failure_list": failed})


def delete(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/delete_item: irreversible; the answer has no body fields."""
    listing = owned(market, shop, body_of(market, call).get("item_id"))
    if listing.content.get(PROMOTION):
        refuse(market, "error_cannt_delete_in_promotion", "Item is in promotion.")
    market.end(listing)
    return reply(market)


def _known(market: Market, body: Mapping[str, Any], names: frozenset[str]) -> None:
    unknown = sorted(body.keys() - names)
    if unknown:
        refuse(market, "error_param", f"Wrong parameters, detail: {unknown[0]} is not accepted.")


def _check(terms: Terms, market: Market, body: Mapping[str, Any]) -> None:
    """Everything Shopee validates of an item but price and stock."""
    _check_texts(terms, market, body)
    category = leaf(terms, market, body.get("category_id"))
    weight = body.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
        refuse(market, "error_param", "Wrong parameters, detail: weight is invalid.")
    if body.get("condition", "NEW") not in ("NEW", "USED"):
        refuse(market, "error_param", "Wrong parameters, detail: condition is invalid.")
    if body.get("item_status", "NORMAL") not in ("NORMAL", "UNLIST"):
        refuse(market, "error_set_normal_unlisted_item", "item_status must be NORMAL or UNLIST.")
    image = body.get("image")
    images = image.get("image_id_list") if isinstance(image, dict) else None
    if not isinstance(images, list) or not terms.images[0] <= len(images) <= terms.images[1]:
        refuse(market, "error_image_num_min", "The number of images is invalid.")
    check_images(market, images)
    _check_logistics(market, body)
    _check_brand(terms, market, body.get("brand"))
    _check_attributes(terms, market, category, body.get("attribute_list") or [])


def check_images(market: Market, images: list[Any]) -> None:
    """Images must have been uploaded before."""
    for image in images:
        if image not in market.files:
            refuse(market, "error_image_unavailable", f"Image {image} is unavailable.")


def _check_texts(terms: Terms, market: Market, body: Mapping[str, Any]) -> None:
    name, description = body.get("item_name"), body.get("description")
    if not isinstance(name, str) or not isinstance(description, str):
        refuse(market, "error_param", "Wrong parameters, detail: item_name and description are required.")
    if len(name) < terms.name[0]:
        refuse(market, "error_item_name_is_too_short", f"Item name needs {terms.name[0]} characters.")
    if len(name) > terms.name[1]:
        refuse(market, "error_title_exceeds_max_length", f"Item name exceeds {terms.name[1]} characters.")
    if len(description) < terms.description[0]:
        refuse(market, "error_desc_length_min_limit", f"Description needs {terms.description[0]} characters.")
    if len(description) > terms.description[1]:
        refuse(market, "error_param", f"Description exceeds {terms.description[1]} characters.")
    if description.count("#") > HASHTAGS:
        refuse(market, "error_desc_hash_tag_over_limit", f"More than {HASHTAGS} hashtags.")
    if not isinstance(body.get("item_sku", ""), str):
        refuse(market, "error_param", "Wrong parameters, detail: item_sku is invalid.")


def _check_logistics(market: Market, body: Mapping[str, Any]) -> None:
    usable = {row["id"]: row for row in CHANNELS if row["enabled"] and not row["mask"]}
    listed = rows(market, body.get("logistic_info"), "logistic_info", 50)
    chosen = [row for row in listed if row.get("enabled") is True]
    for row in chosen:
        channel = usable.get(row.get("logistic_id"))
        if channel is None:
            refuse(market, "error_invalid_logistic_info", f"Channel {row.get('logistic_id')} cannot be used.")
        if channel["fee"] == "SIZE_INPUT" and not body.get("dimension"):
            refuse(market, "error_invalid_logistic_info", f"Channel {channel['id']} needs a dimension.")
    if not chosen:
        refuse(market, "error_invalid_logistic_info", "At least one channel must be enabled.")


def _check_brand(terms: Terms, market: Market, brand: Any) -> None:
    if not isinstance(brand, dict):
        refuse(market, "error_less_required_brand", "Brand is mandatory.")
    if brand.get("brand_id") not in brands(terms.table):
        refuse(market, "error_invalid_brand", f"Brand {brand.get('brand_id')} is invalid.")


def _check_attributes(terms: Terms, market: Market, category: Category, listed: list[Any]) -> None:
    known = attributes(terms.table, category)
    filled = set()
    for row in listed:
        attribute = known.get(row.get("attribute_id", 0)) if isinstance(row, dict) else None
        if attribute is None:
            refuse(market, "error_invalid_attribute", f"Attribute {row} is not of this category.")
        values = rows(market, row.get("attribute_value_list"), f"attribute {attribute.id}", attribute.most)
        for value in values:
            _check_value(market, attribute, value)
        filled.add(attribute.id)
    missing = [
        attribute for attribute in known.values() if attribute.mandatory and attribute.id not in filled
    ]
    if missing:
        names = ", ".join(f"{attribute.id} {attribute.name}" for attribute in missing)
        refuse(market, "error_less_required_attribute", f"Mandatory attributes are missing: {names}")


def _check_value(market: Market, attribute: Attribute, value: Mapping[str, Any]) -> None:
    chosen, text = value.get("value_id"), value.get("original_value_name", "")
    listed = {known for known, _, _ in attribute.values}
    custom = attribute.input in (FREE_TEXT, COMBO_BOX) and chosen == 0
    if chosen in listed and attribute.input != FREE_TEXT:
        return
    unit = value.get("value_unit", "")
    good = custom and isinstance(text, str) and text != ""
    good = good and (not attribute.units or unit in attribute.units)
    if attribute.validation == DATE:
        # dates are written as a Unix timestamp string and read back as a date
        good = good and text.isdigit()
    if not good:
        several = attribute.input == MULTI_DROP_DOWN
        hint = (
            "choose listed values" if several or attribute.input != FREE_TEXT else "send text with value_id 0"
        )
        refuse(
            market,
            "error_invalid_attribute_value",
            f"Attribute {attribute.id} {attribute.name}: value {dict(value)} is invalid; {hint}.",
        )
