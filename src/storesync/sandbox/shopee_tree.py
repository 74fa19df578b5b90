"""Shopee's lookups: shop, channels, categories, attribute tree, brands, limits (notes, section 5.1).

Ids, and which attributes are mandatory, are invented. The wrappers of get_attribute_tree and the place of
get_shop_info's fields are not in the notes: assumption.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import frozen

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.invented import Category, Table
from storesync.sandbox.shopee_gate import Terms, number, refuse, reply

CATEGORY_BASE = 300_000
PARENT_BASE = 300_100
BRAND_BASE = 3_100_000
NO_BRAND = 0
DROP_DOWN, COMBO_BOX, FREE_TEXT, MULTI_DROP_DOWN = 1, 2, 3, 4
DATE = 4
CHANNELS: tuple[Mapping[str, Any], ...] = (
    {"id": 50021, "name": "Nhanh", "enabled": True, "mask": 0, "fee": "FIXED_DEFAULT_PRICE"},
    {"id": 50023, "name": "Hàng Cồng Kềnh", "enabled": True, "mask": 0, "fee": "SIZE_INPUT"},
    {"id": 50022, "name": "Hỏa Tốc", "enabled": False, "mask": 0, "fee": "FIXED_DEFAULT_PRICE"},
    {"id": 50066, "name": "SPX Express", "enabled": True, "mask": 50021, "fee": "FIXED_DEFAULT_PRICE"},
)


@frozen(kw_only=True)
class Attribute:
    """One attribute of a category: how it is filled, with what, and whether it must be."""

    id: int
    name: str
    input: int
    mandatory: bool = False
    validation: int = 2
    values: tuple[tuple[int, str, str], ...] = ()
    units: tuple[str, ...] = ()
    most: int = 1


def category_id(category: Category) -> int:
    """The invented Shopee id of a category: 3000NN."""
    return CATEGORY_BASE + int(category.number)


@lru_cache(maxsize=8)
def categories(table: Table) -> Mapping[int, Category]:
    """Leaf categories by id."""
    return {category_id(category): category for category in table.categories}


@lru_cache(maxsize=8)
def brands(table: Table) -> Mapping[int, str]:
    """Brand names by id, No Brand among them."""
    return {NO_BRAND: "NoBrand", **{BRAND_BASE + i: name for i, (_, name) in enumerate(table.brands, 1)}}


@lru_cache(maxsize=256)
def attributes(table: Table, category: Category) -> Mapping[int, Attribute]:
    """The attributes of a category by id."""
    months = (3, 4, 6, 12, 18, 24, 30, 36)
    food = category.food
    hair = category.code == "C-HAI"
    shared = [
        Attribute(
            id=100_001,
            name="Xuất xứ",
            input=DROP_DOWN,
            mandatory=True,
            values=tuple((1_000 + i, term.vi, term.zh) for i, term in enumerate(table.origins, 1)),
        ),
        Attribute(
            id=100_002,
            name="Hạn sử dụng",
            input=COMBO_BOX,
            mandatory=True,
            values=tuple((1_100 + count, f"{count} tháng", f"{count}个月") for count in months),
        ),
        Attribute(id=100_003, name="Dung tích/Khối lượng", input=FREE_TEXT),
        Attribute(
            id=100_007, name="Thành phần" if food else "Thành phần (INCI)", input=FREE_TEXT, mandatory=food
        ),
        Attribute(id=100_008, name="Bảo quản", input=FREE_TEXT),
        Attribute(id=100_011, name="Ngày hết hạn", input=FREE_TEXT, validation=DATE),
        Attribute(id=100_012, name="Trọng lượng sản phẩm", input=FREE_TEXT, validation=3, units=("G", "KG")),
    ]
    if food:
        shared.append(Attribute(id=100_010, name="Chất gây dị ứng", input=FREE_TEXT))
    else:
        shared += [
            Attribute(
                id=100_004,
                name="Công dụng",
                input=MULTI_DROP_DOWN,
                mandatory=True,
                values=tuple((1_200 + i, term.vi, term.zh) for i, term in enumerate(table.efficacies, 1)),
                most=5,
            ),
            Attribute(
                id=100_006 if hair else 100_005,
                name="Loại tóc" if hair else "Loại da",
                input=DROP_DOWN,
                values=tuple((1_300 + i, term.vi, term.zh) for i, term in enumerate(table.skin_types, 1)),
            ),
            Attribute(id=100_009, name="Hạn dùng sau khi mở nắp", input=FREE_TEXT),
        ]
    return {attribute.id: attribute for attribute in shared}


def shop_info(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """shop/get_shop_info: region and kind of the shop."""
    now = int(market.time().timestamp())
    response = {
        "shop_name": shop.name,
        "region": shop.region,
        "status": "NORMAL",
        "is_cb": False,
        "is_sip": False,
        "is_upgraded_cbsc": False,
        "merchant_id": None,
        "auth_time": now - 86_400,
        "expire_time": now + 364 * 86_400,
        "mtsku_upgraded_status": "NOT_UPGRADED",
    }
    return reply(market, response)


def channels(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """logistics/get_channel_list: one plain channel, one that needs a size, one disabled, one masked."""
    listed = [
        {
            "logistics_channel_id": row["id"],
            "logistics_channel_name": row["name"],
            "enabled": row["enabled"],
            "cod_enabled": False,
            "fee_type": row["fee"],
            "size_list": [],
            "weight_limit": {"item_max_weight": 30.0, "item_min_weight": 0.0},
            "item_max_dimension": {"height": 150, "width": 150, "length": 150, "unit": "cm"},
            "mask_channel_id": row["mask"],
        }
        for row in CHANNELS
    ]
    return reply(market, {"logistics_channel_list": listed})


def warehouses(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """shop/get_warehouse_detail: empty for shops without warehouses (assumption: not an error)."""
    listed = [
        {"warehouse_id": i, "warehouse_name": place, "location_id": place, "region": shop.region}
        for i, place in enumerate(terms.warehouses, 1)
    ]
    return reply(market, listed)


def category_list(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_category: the flat tree; only nodes without children can be used."""
    ids: dict[tuple[str, ...], int] = {}
    listed = []
    for category in terms.table.categories:
        path = tuple(part.strip() for part in category.vi.split(">"))
        for depth in range(1, len(path)):
            if path[:depth] not in ids:
                ids[path[:depth]] = PARENT_BASE + len(ids) + 1
                parent = ids.get(path[: depth - 1], 0)
                listed.append(_node(ids[path[:depth]], parent, path[depth - 1], inner=True))
        listed.append(_node(category_id(category), ids.get(path[:-1], 0), path[-1], inner=False))
    return reply(market, {"category_list": listed})


def _node(node: int, parent: int, name: str, *, inner: bool) -> dict[str, Any]:
    return {
        "category_id": node,
        "parent_category_id": parent,
        "original_category_name": name,
        "display_category_name": name,
        "has_children": inner,
    }


def leaf(terms: Terms, market: Market, value: Any) -> Category:
    """The leaf category by id, or the platform's refusal."""
    category = categories(terms.table).get(number(market, value, "category_id"))
    if category is None:
        refuse(market, "error_invalid_category", f"Category {value} is invalid or not a leaf.")
    return category


def attribute_tree(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_attribute_tree for up to 20 categories, in Vietnamese (`vn`) or English."""
    wanted = [part for part in call.args.get("category_id_list", "").split(",") if part]
    if not 1 <= len(wanted) <= 20 or call.args.get("language", "vn") not in ("vn", "en"):
        refuse(market, "error_param", "Wrong parameters, detail: category_id_list or language is invalid.")
    listed = []
    for part in wanted:
        category = leaf(terms, market, part)
        nodes = [_attribute(attribute) for attribute in attributes(terms.table, category).values()]
        listed.append({"category_id": category_id(category), "attribute_tree": nodes, "warning": ""})
    return reply(market, {"list": listed})


def _attribute(attribute: Attribute) -> dict[str, Any]:
    info: dict[str, Any] = {
        "input_type": attribute.input,
        "input_validation_type": attribute.validation,
        "format_type": 2 if attribute.units else 1,
        "attribute_unit_list": list(attribute.units),
        "max_value_count": attribute.most,
        "support_search_value": False,
    }
    if attribute.validation == DATE:
        info["date_format_type"] = 0
    return {
        "attribute_id": attribute.id,
        "mandatory": attribute.mandatory,
        "name": attribute.name,
        "attribute_info": info,
        "attribute_value_list": [
            {
                "value_id": value,
                "name": name,
                "value_unit": "",
                "child_attribute_list": [],
                "multi_lang": [{"language": "vn", "value": name}],
            }
            for value, name, _ in attribute.values
        ],
        "multi_lang": [{"language": "vn", "value": attribute.name}],
    }


def brand_list(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_brand_list: official brands by page; pending applications (status 2) are none."""
    leaf(terms, market, call.args.get("category_id", ""))
    offset = number(market, call.args.get("offset", "0"), "offset")
    size = number(market, call.args.get("page_size", "100"), "page_size")
    if not 1 <= size <= 100 or call.args.get("status") not in ("1", "2"):
        refuse(market, "error_param", "Wrong parameters, detail: page_size or status is invalid.")
    known = list(brands(terms.table).items()) if call.args["status"] == "1" else []
    page = known[offset : offset + size]
    response = {
        "brand_list": [
            {"brand_id": brand, "original_brand_name": name, "display_brand_name": name}
            for brand, name in page
        ],
        "has_next_page": offset + size < len(known),
        "next_offset": offset + len(page),
        "is_mandatory": True,
        "input_type": "DROP_DOWN",
    }
    return reply(market, response)


def item_limit(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/get_item_limit: the authority for limits."""
    leaf(terms, market, call.args.get("category_id", ""))

    def limit(low: float, high: float) -> dict[str, float]:
        return {"min_limit": low, "max_limit": high}

    response = {
        "price_limit": limit(*terms.price),
        "stock_limit": limit(0, terms.stock),
        "item_name_length_limit": limit(*terms.name),
        "item_description_length_limit": limit(*terms.description),
        "item_image_count_limit": limit(*terms.images),
        "tier_variation_name_length_limit": limit(1, terms.tier_name),
        "tier_variation_option_length_limit": limit(1, terms.tier_option),
        "item_count_limit": limit(0, terms.items),
        "wholesale_price_threshold_percentage": limit(50, 100),
        "dts_limit": {"days_to_ship_limit": limit(5, 15), "non_pre_order_days_to_ship": 2},
        "weight_limit": {"weight_mandatory": True},
        "dimension_limit": {"dimension_mandatory": False},
    }
    return reply(market, {**response, "gtin_limit": {"gtin_validation_rule": "Optional"}})
