"""The emulated Shopee Vietnam: gate, tokens, items, models and their quirks."""

from datetime import timedelta
from typing import Any

import pytest
from tests.sandbox.shopee_client import ShopeeClient, serum, tiers
from tests.sandbox.top_client import Clock

from storesync.sandbox.behavior import Behavior
from storesync.sandbox.quota import Quota
from storesync.sandbox.shopee import ACCESS_TOKEN, CODE, REFRESH_TOKEN, SHOP, market_shopee

ADD = "product/add_item"
INIT = "product/init_tier_variation"


def client(**more: Any) -> ShopeeClient:
    """A client of a fresh emulated shop."""
    clock = Clock()
    return ShopeeClient(*market_shopee(clock, **more), clock)


def added(shop: ShopeeClient, **changes: Any) -> int:
    """The id of a fresh item without models."""
    return int(shop(ADD, serum(shop.upload(), **changes))["response"]["item_id"])


def varied(shop: ShopeeClient) -> tuple[int, list[int]]:
    """The id of a fresh item and of its two models."""
    item = added(shop)
    models = shop(INIT, tiers(item))["response"]["model"]
    return item, [model["model_id"] for model in models]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"partner_id": "1"}, "invalid_partner_id"),
        ({"timestamp": "soon"}, "error_param"),
        ({"timestamp": "1700000000"}, "error_param"),
        ({"sign": "0" * 64}, "error_sign"),
        ({"shop_id": "1"}, "error_sign"),
    ],
)
def test_the_gate_names_what_is_wrong(change: dict[str, str], error: str) -> None:
    """Partner, clock, signature; the shop is part of what is signed."""
    shop = client()
    answer = shop.raw("shop/get_shop_info", None, **change)

    assert (error, 403) == (answer.outcome, answer.status)


def test_a_token_lives_four_hours_and_its_refresh_token_works_once() -> None:
    """The new pair works, the used refresh token is dead."""
    shop = client()
    shop.clock.at += timedelta(hours=4)
    expired = shop("shop/get_shop_info")
    body = {"refresh_token": REFRESH_TOKEN, "partner_id": 2001234, "shop_id": int(SHOP)}
    pair = shop("auth/access_token/get", body)
    again = shop("auth/access_token/get", body)
    answer = shop("shop/get_shop_info", access=pair["access_token"])

    assert "invalid_acceess_token" == expired["error"]
    assert 14400 == pair["expire_in"]
    assert "error_shop_refresh_token" == again["error"]
    assert "VN" == answer["response"]["region"]


def test_an_authorization_code_works_once_and_is_no_refresh_token() -> None:
    """The first pair comes at top level with its shop."""
    shop = client()
    body = {"code": CODE, "partner_id": 2001234, "shop_id": int(SHOP)}
    misused = shop("auth/access_token/get", {"refresh_token": f"code:{CODE}", "shop_id": int(SHOP)})
    first, second = shop("auth/token/get", body), shop("auth/token/get", body)

    assert "error_shop_refresh_token" == misused["error"]
    assert [int(SHOP)] == first["shop_id_list"]
    assert "invalid_code" == second["error"]


def test_bursts_and_days_have_their_own_limits() -> None:
    """error_rate_limit with a Retry-After, error_limit for the day."""
    burst = client(quota=Quota(rate=0.5, burst=1))
    burst("shop/get_shop_info")
    throttled = burst.raw("shop/get_shop_info")
    day = client(behavior=Behavior(quota=Quota(daily=1)))
    day("shop/get_shop_info")

    assert (429, "error_rate_limit", "2") == (
        throttled.status,
        throttled.outcome,
        throttled.headers["retry-after"],
    )
    assert "error_limit" == day("shop/get_shop_info")["error"]


def test_the_lookups_describe_what_can_be_listed() -> None:
    """29 leaves, mandatory attributes, brands by page, limits, one plain channel."""
    shop = client()
    tree = shop("product/get_category", language="vi")["response"]["category_list"]
    food = shop("product/get_attribute_tree", category_id_list="300002,300019")["response"]["list"][1]
    page = shop("product/get_brand_list", category_id=300002, status=1, offset=0, page_size=3)["response"]
    limits = shop("product/get_item_limit", category_id=300002)["response"]
    channels = shop("logistics/get_channel_list")["response"]["logistics_channel_list"]

    assert 29 == sum(1 for node in tree if not node["has_children"])
    assert {0} == {node["parent_category_id"] for node in tree if node["original_category_name"] == "Mỹ phẩm"}
    assert [100001, 100002, 100007] == [
        node["attribute_id"] for node in food["attribute_tree"] if node["mandatory"]
    ]
    assert (3, True, 3) == (len(page["brand_list"]), page["has_next_page"], page["next_offset"])
    assert 120 == limits["item_name_length_limit"]["max_limit"]
    assert [50021, 50023] == [
        row["logistics_channel_id"] for row in channels if row["enabled"] and not row["mask_channel_id"]
    ]
    assert [] == shop("shop/get_warehouse_detail")["response"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"item_name": "ngắn"}, "error_item_name_is_too_short"),
        ({"item_name": "x" * 121}, "error_title_exceeds_max_length"),
        ({"description": "ngắn"}, "error_desc_length_min_limit"),
        ({"description": "#a " * 19}, "error_desc_hash_tag_over_limit"),
        ({"category_id": 300101}, "error_invalid_category"),
        ({"original_price": 939000.5}, "error_invalid_price"),
        ({"original_price": "939000"}, "error_invalid_price"),
        ({"original_price": 999}, "error_price_exceed_min_limitt"),
        ({"original_price": 120000001}, "error_price_exceed_max_limitt"),
        ({"weight": None}, "error_param"),
        ({"image": {"image_id_list": []}}, "error_image_num_min"),
        ({"image": {"image_id_list": ["vn-unknown"]}}, "error_image_unavailable"),
        ({"brand": None}, "error_less_required_brand"),
        ({"brand": {"brand_id": 7}}, "error_invalid_brand"),
        ({"attribute_list": []}, "error_less_required_attribute"),
        (
            {"attribute_list": [{"attribute_id": 1, "attribute_value_list": [{"value_id": 1}]}]},
            "error_invalid_attribute",
        ),
        (
            {"attribute_list": [{"attribute_id": 100001, "attribute_value_list": [{"value_id": 9}]}]},
            "error_invalid_attribute_value",
        ),
        ({"logistic_info": [{"logistic_id": 50022, "enabled": True}]}, "error_invalid_logistic_info"),
        (
            {"logistic_info": [{"logistic_id": 50023, "enabled": True}], "dimension": None},
            "error_invalid_logistic_info",
        ),
        ({"seller_stock": [{"stock": -1}]}, "error_param"),
        ({"seller_stock": [{"stock": 1, "location_id": "VNZ"}]}, "error_param"),
        ({"normal_stock": 5}, "error_param"),
    ],
)
def test_an_item_that_breaks_a_rule_is_refused_by_code(changes: dict[str, Any], error: str) -> None:
    """And nothing is made."""
    shop = client()
    answer = shop(ADD, serum(shop.upload(), **changes))

    assert error == answer["error"]
    assert 0 == shop.market.counts()["alive"]


def test_a_repeated_create_makes_a_second_item() -> None:
    """There is no idempotency key."""
    shop = client()

    assert added(shop) != added(shop)
    assert ["SBG-001"] == list(shop.market.duplicates())


def test_search_is_a_lagging_keyword_match() -> None:
    """It finds longer codes too, after two seconds; base info by id is at once."""
    shop = client(search_lag=2.0)
    exact, longer = added(shop), added(shop, item_sku="SBG-001-SET")
    early = shop("product/search_item", item_sku="SBG-001", page_size=10)["response"]
    by_id = shop("product/get_item_base_info", item_id_list=f"{exact},1")["response"]["item_list"]
    page = shop("product/get_item_list", offset=0, page_size=10, item_status="UNLIST")["response"]
    shop.clock.move(2)
    late = shop("product/search_item", item_sku="SBG-001", page_size=1)["response"]
    rest = shop("product/search_item", item_sku="SBG-001", page_size=1, offset=late["next_offset"])[
        "response"
    ]
    by_name = shop("product/search_item", item_name="serum sâm", page_size=10)["response"]

    assert [] == early["item_id_list"]
    assert [exact] == [item["item_id"] for item in by_id]
    assert "item" not in page
    assert [exact, longer] == late["item_id_list"] + rest["item_id_list"]
    assert 2 == by_name["total_count"]


def test_read_back_has_the_quirks_of_the_platform() -> None:
    """Weight is text, prices are floats, dates are dates, and ids exceed 32 bits."""
    shop = client()
    date = {
        "attribute_id": 100011,
        "attribute_value_list": [{"value_id": 0, "original_value_name": "1625011200"}],
    }
    body = serum(shop.upload())
    body["attribute_list"].append(date)
    item = shop(ADD, body)["response"]["item_id"]
    info = shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]

    assert item > 2**32
    assert "0.120" == info["weight"]
    assert isinstance(info["price_info"][0]["original_price"], float)
    assert "30/06/2021" == info["attribute_list"][-1]["attribute_value_list"][0]["original_value_name"]


def test_a_new_item_takes_its_tiers_only_after_a_while() -> None:
    """init_tier_variation does not know it for two seconds."""
    shop = client(extend_lag=2.0)
    item = added(shop)
    early = shop(INIT, tiers(item))
    shop.clock.move(2)
    late = shop(INIT, tiers(item))

    assert "error_item_not_found" == early["error"]
    assert [939000.0, 1340000.0] == [
        row["price_info"][0]["original_price"] for row in late["response"]["model"]
    ]


def option(name: str, **more: str) -> dict[str, Any]:
    """One tier option."""
    return {"variation_option_id": 0, "variation_option_name": name, **more}


def tier(*options: dict[str, Any], name: str = "Dung tích") -> dict[str, Any]:
    """One tier."""
    return {"variation_name": name, "variation_option_list": list(options)}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"model": [{"tier_index": [0], "original_price": 900.5}]}, "error_invalid_price"),
        ({"model": [{"tier_index": [2], "original_price": 9000}]}, "error_param"),
        ({"model": [{"tier_index": [0], "original_price": 9000}] * 2}, "error_param"),
        ({"standardise_tier_variation": [tier(option("a"))] * 3}, "error_param"),
        ({"standardise_tier_variation": [tier(option("a"), option("a"))]}, "error_param"),
        ({"standardise_tier_variation": [tier(option("x" * 21))]}, "error_param"),
        ({"standardise_tier_variation": [tier(option("a"), name="x" * 15)]}, "error_param"),
        ({"standardise_tier_variation": [tier(option("a", image_id="vn-none"))]}, "error_image_unavailable"),
        ({"tier_variation": []}, "error_param"),
    ],
)
def test_tiers_keep_the_rules_of_the_platform(change: dict[str, Any], error: str) -> None:
    """Two tiers, lengths, whole prices, known pictures; the old input is gone."""
    shop = client()

    assert error == shop(INIT, tiers(added(shop), **change))["error"]


def test_the_dearest_variant_costs_at_most_five_times_the_cheapest() -> None:
    """5× passes, more is refused, at creation and at repricing."""
    shop = client()
    wide = shop(INIT, tiers(added(shop), prices=(100000, 500001)))
    item = added(shop)
    models = shop(INIT, tiers(item, prices=(100000, 500000)))["response"]["model"]
    row = {"model_id": models[0]["model_id"], "original_price": 99000}

    assert "error_price_out_of_range" == wide["error"]
    repriced = shop("product/update_price", {"item_id": item, "price_list": [row]})
    assert "error_price_out_of_range" == repriced["error"]


def test_at_most_fifty_models() -> None:
    """The 51st refuses the call."""
    shop = client()

    assert "" == shop(INIT, tiers(added(shop), prices=(9000,) * 50))["error"]
    assert "error_param" == shop(INIT, tiers(added(shop), prices=(9000,) * 51))["error"]


def test_another_number_of_tiers_voids_the_model_ids() -> None:
    """And the same number is refused."""
    shop = client()
    item, before = varied(shop)
    same = shop(INIT, tiers(item))
    two = [tier(option("30ml"), option("50ml")), tier(option("A"), name="Mùi hương")]
    model = [{"tier_index": [i, 0], "original_price": 9000} for i in range(2)]
    shop(INIT, {"item_id": item, "standardise_tier_variation": two, "model": model})
    after = shop("product/get_model_list", item_id=item)["response"]

    assert "product.error_busi" == same["error"]
    assert not set(before) & {row["model_id"] for row in after["model"]}
    assert ["Dung tích", "Mùi hương"] == [row["name"] for row in after["tier_variation"]]


def test_options_are_added_and_removed_around_kept_models() -> None:
    """update_tier_variation keeps what model_list names, add_model fills new cells, delete_model removes."""
    shop = client()
    item, (first, second) = varied(shop)
    change = {
        "item_id": item,
        "standardise_tier_variation": [tier(option("100ml"), option("30ml"))],
        "model_list": [{"tier_index": [1], "model_id": first}],
    }
    shop("product/update_tier_variation", change)
    new = {"tier_index": [0], "original_price": 2000000, "model_sku": "SBG-001-100"}
    taken = shop("product/add_model", {"item_id": item, "model_list": [{**new, "tier_index": [1]}]})
    extended = shop("product/add_model", {"item_id": item, "model_list": [new]})
    shop("product/update_model", {"item_id": item, "model": [{"model_id": first, "model_sku": "RENAMED"}]})
    listed = shop("product/get_model_list", item_id=item)["response"]["model"]
    shop("product/delete_model", {"item_id": item, "model_id": first})
    last = shop(
        "product/delete_model", {"item_id": item, "model_id": extended["response"]["model"][0]["model_id"]}
    )

    assert "error_param" == taken["error"]
    assert [("RENAMED", [1]), ("SBG-001-100", [0])] == [
        (row["model_sku"], row["tier_index"]) for row in listed
    ]
    assert second not in [row["model_id"] for row in listed]
    assert "product.error_busi" == last["error"]


def test_price_and_stock_rows_fail_alone_inside_a_success() -> None:
    """failure_list names the unknown model; all stock rows failing fails the call."""
    shop = client()
    item, (first, _) = varied(shop)
    price = [{"model_id": first, "original_price": 950000}, {"model_id": 5, "original_price": 950000}]
    stock = [{"model_id": 5, "seller_stock": [{"stock": 1}]}]
    good = {"model_id": first, "seller_stock": [{"stock": 77}]}
    priced = shop("product/update_price", {"item_id": item, "price_list": price})
    unnamed = shop("product/update_price", {"item_id": item, "price_list": [{"original_price": 950000}]})
    failed = shop("product/update_stock", {"item_id": item, "stock_list": stock})
    mixed = shop("product/update_stock", {"item_id": item, "stock_list": [*stock, good]})

    assert ("", [first]) == (priced["error"], [row["model_id"] for row in priced["response"]["success_list"]])
    assert [5] == [row["model_id"] for row in priced["response"]["failure_list"]]
    assert "error_edit_item_price_for_item_has_model" == unnamed["error"]
    assert "error_busi_update_stock_failed" == failed["error"]
    assert ("", 1) == (mixed["error"], len(mixed["response"]["failure_list"]))
    assert 77 == shop.market.listings[item].skus[first].stock


def test_an_update_is_partial_and_validates_the_whole_item() -> None:
    """Absent fields stay; an empty item_sku is deleted; price does not go this way."""
    shop = client()
    item = added(shop)
    shop("product/update_item", {"item_id": item, "item_name": "Tên mới của sản phẩm"})
    info = shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]
    shop("product/update_item", {"item_id": item, "item_sku": ""})
    priced = shop("product/update_item", {"item_id": item, "original_price": 5000})
    del shop.market.listings[item].content["brand"]
    defect = shop("product/update_item", {"item_id": item, "weight": 0.2})

    assert ("Tên mới của sản phẩm", "SBG-001") == (info["item_name"], info["item_sku"])
    assert "" == shop.market.listings[item].key
    assert "error_param" == priced["error"]
    assert "error_less_required_brand" == defect["error"]


def test_unlisting_deleting_and_what_stays_readable() -> None:
    """Rows fail alone; a deleted item reads SELLER_DELETE for 90 days."""
    shop = client()
    item = added(shop)
    rows = [{"item_id": item, "unlist": False}, {"item_id": 1, "unlist": False}]
    shown = shop("product/unlist_item", {"item_list": rows})["response"]
    live = shop.market.counts()["live"]
    deleted = shop("product/delete_item", {"item_id": item})
    again = shop("product/delete_item", {"item_id": item})
    info = shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"]
    shop.clock.at += timedelta(days=91)
    shop.market.grant(app="2001234", shop=SHOP, access=ACCESS_TOKEN, seconds=60)

    assert ([item], [1]) == tuple(
        [row["item_id"] for row in shown[f"{word}_list"]] for word in ("success", "failure")
    )
    assert 1 == live
    assert "response" not in deleted
    assert "error_item_not_found" == again["error"]
    assert "SELLER_DELETE" == info[0]["item_status"]
    assert [] == shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"]


def test_a_promotion_locks_price_stock_shelf_and_end() -> None:
    """The business locks of the platform."""
    shop = client()
    item = added(shop)
    shop.market.listings[item].content["promotion"] = True
    price = shop("product/update_price", {"item_id": item, "price_list": [{"original_price": 5000}]})
    stock = shop("product/update_stock", {"item_id": item, "stock_list": [{"seller_stock": [{"stock": 1}]}]})
    shelf = shop("product/unlist_item", {"item_list": [{"item_id": item, "unlist": True}]})

    assert "error_cannt_edit_price_in_promotion" == price["error"]
    assert "error_cannt_edit_stock_in_promotion" in stock["message"]
    assert "promotion" in shelf["response"]["failure_list"][0]["failed_reason"]
    assert "error_cannt_delete_in_promotion" == shop("product/delete_item", {"item_id": item})["error"]


def test_moderation_shows_as_reviewing_and_banned() -> None:
    """A refused item cannot be relisted."""
    shop = client(behavior=Behavior(review_delay=5, rejects=lambda item: "vi phạm"))
    item = added(shop)
    early = shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]["item_status"]
    shop.clock.move(5)
    late = shop("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]["item_status"]
    shown = shop("product/unlist_item", {"item_list": [{"item_id": item, "unlist": False}]})["response"]

    assert ("REVIEWING", "BANNED") == (early, late)
    assert "banned" in shown["failure_list"][0]["failed_reason"]


def test_several_pictures_go_in_one_upload() -> None:
    """Each has its own id and place."""
    shop = client()
    png = b"\x89PNG\r\n\x1a\n\r\n--almost a boundary\r\n"
    files = [("image", (f"{i}.png", png, "image/png")) for i in range(2)]
    infos = shop("media_space/upload_image", files=files)["response"]["image_info_list"]

    assert [0, 1] == [info["id"] for info in infos]
    assert len(png) == shop.market.files[infos[1]["image_info"]["image_id"]].size
    assert "error_param" == shop("media_space/upload_image", files={"image": ("a.txt", b"text")})["error"]
