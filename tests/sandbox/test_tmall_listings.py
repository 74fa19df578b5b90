"""Making, changing and finding listings on the emulated Tmall, with the platform's quirks."""

import json
from decimal import Decimal
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from tests.sandbox.top_client import (
    CATEGORY,
    VOLUME_30,
    Clock,
    TopClient,
    item_param,
    multi,
    rows,
    serum,
    single,
    sku,
)

from storesync.sandbox.behavior import Behavior
from storesync.sandbox.invented import table
from storesync.sandbox.records import DELETED
from storesync.sandbox.tmall import market_tmall
from storesync.sandbox.top_gate import Terms

ADD = "tmall.item.schema.add"
INCREMENT = "tmall.item.schema.increment.update"
GET = "taobao.item.seller.get"
FIND = "taobao.items.custom.get"
FOREIGN = "https://x.example/a.png"
ENTITIES = '<!DOCTYPE a [<!ENTITY b "c">]><itemParam>&b;</itemParam>'


def gallery(name: str) -> str:
    """The gallery with one foreign picture at a place."""
    return rows("item_images", single(name, FOREIGN), type="complex")


def client(**more: Any) -> TopClient:
    """A client of a fresh emulated shop."""
    clock = Clock()
    return TopClient(*market_tmall(clock, **more), clock)


def add(top: TopClient, **changes: str) -> dict[str, Any]:
    """The answer to one create."""
    return top(ADD, None, **CATEGORY, xml_data=serum(top.upload(), **changes))


def added(top: TopClient) -> str:
    """The id of a fresh listing."""
    return str(add(top)["add_item_result"])


def test_each_category_has_a_rule_document_that_fits_its_goods() -> None:
    """29 documents; cosmetics ask for efficacy, foods for food safety."""
    top = client()
    documents = {
        cid: top("tmall.item.add.schema.get", None, category_id=str(cid), product_id="0")["add_item_result"]
        for cid in range(50200001, 50200030)
    }
    ids = {cid: [field.get("id") for field in fromstring(text)] for cid, text in documents.items()}

    assert 29 == len(documents)
    assert "prop_30000003" in ids[50200001]
    assert "food_security" in ids[50200019]
    assert (
        "isv.invalid-parameter:category_id"
        == (top("tmall.item.add.schema.get", None, category_id="50200030", product_id="0")["sub_code"])
    )


def test_a_rule_document_states_rules_options_and_conditions() -> None:
    """Required, length in bytes, brand options and the condition of the free brand field."""
    root = fromstring(client()("tmall.item.add.schema.get", None, **CATEGORY)["add_item_result"])
    rule = root.find("field[@id='title']/rules/rule[@name='maxLengthRule']")
    brands = [node.get("displayName") for node in root.findall("field[@id='prop_20000']/options/option")]
    depends = root.find("field[@id='in_prop_20000']/rules/rule[@name='disableRule']//depend-express")

    assert rule is not None
    assert depends is not None
    assert {"name": "maxLengthRule", "value": "60", "exProperty": "include", "unit": "byte"} == rule.attrib
    assert ("SEOLBITGAON", "其他") == (brands[0], brands[-1])
    assert {"fieldId": "prop_20000", "value": "-1", "symbol": "!="} == depends.attrib


@pytest.mark.parametrize(
    ("changes", "sub_code"),
    [
        ({"title": ""}, "isv.missing-parameter:title"),
        ({"title": single("title", "汉" * 31)}, "isv.invalid-parameter:title"),
        ({"title": single("title", "<b>x</b>")}, "isv.invalid-parameter:title"),
        ({"price": single("price", "219.001")}, "isv.invalid-parameter:price"),
        ({"price": single("price", "0")}, "isv.invalid-parameter:price"),
        ({"price": single("price", "500.00")}, "isv.invalid-parameter:price"),
        ({"item_status": single("item_status", "1", "singleCheck")}, "isv.invalid-parameter:item_status"),
        ({"description": single("description", "abc")}, "isv.invalid-parameter:description"),
        ({"item_images": ""}, "isv.missing-parameter:item_images"),
        (
            {
                "item_images": rows(
                    "item_images", single("item_image_1", "https://x.example/a.png"), type="complex"
                )
            },
            "isv.missing-parameter:item_image_0",
        ),
        (
            {
                "item_images": rows(
                    "item_images", single("item_image_0", "https://x.example/a.png"), type="complex"
                )
            },
            "isv.invalid-parameter:item_image_0",
        ),
        (
            {"description": single("description", f"<img src='{FOREIGN}'>")},
            "isv.antisteal-service-error",
        ),
        ({"prop_20000": single("prop_20000", "1", "singleCheck")}, "isv.invalid-parameter:prop_20000"),
        ({"prop_20000": single("prop_20000", "-1", "singleCheck")}, "isv.missing-parameter:in_prop_20000"),
        ({"in_prop_20000": single("in_prop_20000", "X")}, "isv.invalid-parameter:in_prop_20000"),
        ({"prop_30000003": multi("prop_30000003", "1")}, "isv.invalid-parameter:prop_30000003"),
        ({"more": single("never_heard", "x")}, "isv.invalid-parameter:never_heard"),
        ({"title": single("title", "x", "singleCheck")}, "isv.invalid-parameter:title"),
        (
            {"sku": rows("sku", sku("A", VOLUME_30, "219.00", 1), sku("B", VOLUME_30, "219.00", 1))},
            "isv.invalid-parameter:sku",
        ),
        ({"sku": rows("sku", sku("A", VOLUME_30, "219", -1))}, "isv.invalid-parameter:sku_quantity"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_by_field(changes: dict[str, str], sub_code: str) -> None:
    """Code 15 with the field's id, and no listing."""
    top = client()
    answer = add(top, **changes)

    assert (15, sub_code) == (answer["code"], answer["sub_code"])
    assert 0 == top.market.counts()["alive"]


def test_thirty_han_characters_are_sixty_bytes() -> None:
    """The longest title that fits."""
    assert "add_item_result" in add(client(), title=single("title", "汉" * 30))


@pytest.mark.parametrize("text", ["no xml", "<itemRule/>", ENTITIES])
def test_what_is_not_a_parameter_document_is_refused(text: str) -> None:
    """Broken XML, a wrong root, and entities."""
    assert "isv.invalid-parameter:xml_data" == client()(ADD, None, **CATEGORY, xml_data=text)["sub_code"]


def test_a_repeated_create_makes_a_second_listing() -> None:
    """There is no idempotency key."""
    top = client()
    first, second = added(top), added(top)

    assert first != second
    assert ["SBG-001"] == list(top.market.duplicates())


def test_a_duplicate_product_is_refused_with_the_existing_id() -> None:
    """Where the platform looks for the same product, the message holds the id."""
    top = client(terms=Terms(table=table(), unique_product=True))
    first = added(top)
    answer = add(top)

    assert "IC_CHECKSTEP_ALREADY_EXISTS_SAME_SPU" in answer["sub_code"]
    assert first in answer["sub_msg"]


def test_marking_new_arrivals_needs_a_right() -> None:
    """The self-healing refusal of the notes."""
    top = client(terms=Terms(table=table(), allow_new=False))
    new = single("is_xinpin", "true", "singleCheck")

    assert "isv.invalid-permission:add-xinpin" == add(top, is_xinpin=new)["sub_code"]


def test_search_by_code_lags_and_reading_by_id_does_not() -> None:
    """The index knows a listing two seconds after it was made; an empty list is left out."""
    top = client(search_lag=2.0)
    item = added(top)
    by_id = top(GET, None, num_iid=item, fields="num_iid")
    early = top(FIND, None, outer_id="SBG-001", fields="num_iid")
    on_sale = top("taobao.items.onsale.get", None, fields="num_iid")
    top.clock.move(2)
    late = top(FIND, None, outer_id="SBG-001", fields="num_iid")

    assert {"num_iid": int(item)} == by_id["item"]
    assert ["request_id"] == list(early)
    assert (0, False) == (on_sale["total_results"], "items" in on_sale)
    assert [{"num_iid": int(item)}] == late["items"]["item"]


def test_one_element_may_come_as_a_bare_object() -> None:
    """Some clients have met it; the dialect can do it."""
    top = client(terms=Terms(table=table(), single_as_object=True))
    item = added(top)

    assert {"num_iid": int(item)} == top(FIND, None, outer_id="SBG-001", fields="num_iid")["items"]["item"]


def test_simplify_drops_the_list_wrappers() -> None:
    """With simplify=true a list is a list."""
    top = client()
    item = added(top)
    answer = top(FIND, None, outer_id="SBG-001", fields="num_iid,sku", simplify="true")

    assert int(item) == answer["items"][0]["num_iid"]
    assert 2 == len(answer["items"][0]["skus"])


def test_an_incremental_update_changes_only_what_it_names() -> None:
    """The title moves; price, stock and SKU ids stay."""
    top = client()
    item = added(top)
    before = top("taobao.item.skus.get", None, num_iids=item, fields="sku_id,price,quantity")
    document = item_param(multi("update_fields", "title"), single("title", "新标题"), single("price", "1.00"))
    answer = top(INCREMENT, None, item_id=item, xml_data=document)
    after = top(GET, None, num_iid=item, fields="title,price,outer_id")

    assert item == answer["update_item_result"]
    assert {"title": "新标题", "price": "219.00", "outer_id": "SBG-001"} == after["item"]
    skus = top("taobao.item.skus.get", None, num_iids=item, fields="sku_id,price,quantity")
    assert before["skus"] == skus["skus"]


def test_sku_rows_are_replaced_and_known_ones_keep_their_ids() -> None:
    """50 ml goes, 100 ml comes, 30 ml stays the same SKU."""
    top = client()
    item = added(top)
    kept = top.market.listings[int(item)].sku("SBG-001-30")
    new = rows(
        "sku", sku("SBG-001-30", VOLUME_30, "219.00", 240), sku("SBG-001-100", "60002002", "500.00", 9)
    )
    top(INCREMENT, None, item_id=item, xml_data=item_param(multi("update_fields", "sku"), new))
    after = top.market.listings[int(item)].skus

    assert kept is not None
    assert ["SBG-001-30", "SBG-001-100"] == [unit.code for unit in after.values()]
    assert kept.id in after


def test_a_full_update_clears_what_it_leaves_out() -> None:
    """Untouched fields must be sent back from the update document."""
    top = client()
    image = top.upload()
    item = top(ADD, None, **CATEGORY, xml_data=serum(image, hscode=single("hscode", "3304990039")))[
        "add_item_result"
    ]
    rules = top("tmall.item.update.schema.get", None, item_id=item)["update_item_result"]
    top("tmall.item.schema.update", None, item_id=item, xml_data=serum(image))

    assert "3304990039" == fromstring(rules).findtext("field[@id='hscode']/default-value")
    assert "hscode" not in top.market.listings[int(item)].content


def test_the_incremental_rules_offer_every_field_for_change() -> None:
    """update_fields lists the document's own field ids, and defaults show what is there."""
    top = client()
    item = added(top)
    root = fromstring(top("tmall.item.increment.update.schema.get", None, item_id=item)["update_item_result"])
    options = {node.get("value") for node in root.findall("field[@id='update_fields']/options/option")}

    assert {"title", "description", "item_images", "sku", "price"} <= options
    assert 2 == len(root.findall("field[@id='sku']/default-complex-values"))


@pytest.mark.parametrize(
    ("prices", "item_price", "sub_code"),
    [
        ([{"outer_id": "SBG-001-30", "price": "199.00"}], "199.00", None),
        ([{"outer_id": "SBG-001-30", "price": "199.00"}], "", None),
        ([{"outer_id": "SBG-001-30", "price": "400.00"}], "", "isv.invalid-parameter:item_price"),
        ([{"outer_id": "SBG-001-30", "price": "199.00"}], "99.00", "isv.invalid-parameter:item_price"),
        ([{"outer_id": "SBG-001-30", "price": 199}], "199.00", "isv.invalid-parameter:sku_prices"),
        ([{"outer_id": "NOBODY", "price": "199.00"}], "199.00", "isv.invalid-parameter:sku_prices"),
        (
            [{"outer_id": "SBG-001-30", "sku_id": 1, "price": "199.00"}],
            "",
            "isv.invalid-parameter:sku_prices",
        ),
    ],
)
def test_prices_are_yuan_texts_and_the_item_price_is_one_of_them(
    prices: list[dict[str, Any]], item_price: str, sub_code: str | None
) -> None:
    """All rows or none; 219 stays within 199–309."""
    top = client()
    item = added(top)
    answer = top(
        "tmall.item.price.update", None, item_id=item, item_price=item_price, sku_prices=json.dumps(prices)
    )
    sku = top.market.listings[int(item)].sku("SBG-001-30")

    assert sku is not None
    assert sub_code == answer.get("sub_code")
    assert Decimal("199.00" if sub_code is None else "219.00") == sku.price


def stock(top: TopClient, item: str, quantity: int, options: dict[str, Any]) -> dict[str, Any]:
    """One stock update of the small bottle."""
    row = [{"outer_id": "SBG-001-30", "quantity": quantity}]
    return top(
        "tmall.item.quantity.update",
        None,
        item_id=item,
        sku_quantities=json.dumps(row),
        options=json.dumps(options),
    )


def test_stock_is_absolute_and_a_delta_with_a_key_counts_once() -> None:
    """Type 1 repeats safely; type 2 is replayed without effect by its outer_biz_key."""
    top = client()
    item = added(top)
    stock(top, item, 7, {"type": 1})
    stock(top, item, 7, {"type": 1})
    first = top.market.listings[int(item)].stock
    stock(top, item, -2, {"type": 2, "outer_biz_key": "ab01"})
    again = stock(top, item, -2, {"type": 2, "outer_biz_key": "ab01"})
    second = top.market.listings[int(item)].stock
    stock(top, item, -100, {"type": 2})

    assert 187 == first
    assert item == again["quantity_update_result"]
    assert 185 == second
    assert 180 == top.market.listings[int(item)].stock
    assert (
        "isv.invalid-parameter:options"
        == stock(top, item, 1, {"type": 2, "outer_biz_key": "xyz"})["sub_code"]
    )


def test_at_most_twenty_skus_per_stock_call() -> None:
    """The 21st row refuses the call."""
    top = client()
    item = added(top)
    many = json.dumps([{"outer_id": "SBG-001-30", "quantity": 1}] * 21)
    answer = top("tmall.item.quantity.update", None, item_id=item, sku_quantities=many)

    assert "isv.invalid-parameter:sku_quantities" == answer["sub_code"]


def test_a_listing_moves_between_shelf_warehouse_and_the_end() -> None:
    """Results are read from `result`; a deleted one has its own sub_code and leaves the index at once."""
    top = client()
    item = added(top)

    def count(method: str, **more: str) -> int:
        return int(top(method, None, fields="num_iid", **more)["total_results"])

    hidden = top("alibaba.item.operate.downshelf", None, item_id=item)["result"]
    waiting = count("taobao.items.inventory.get", banner="off_shelf")
    shown = top("alibaba.item.operate.upshelf", None, item_id=item)["result"]
    on_sale = count("taobao.items.onsale.get")
    ended = top("alibaba.item.operate.delete", None, item_id=item)["result"]

    assert ("success", "success", "success") == (hidden, shown, ended)
    assert (1, 1, 0) == (waiting, on_sale, count("taobao.items.onsale.get"))
    assert (
        "isv.item-is-delete:invalid-numIid-or-iid" == top(GET, None, num_iid=item, fields="title")["sub_code"]
    )
    assert "ITEM_NOT_FOUND" in top(GET, None, num_iid="1", fields="title")["sub_code"]
    assert "items" not in top(FIND, None, outer_id="SBG-001", fields="num_iid")
    assert "items" not in top("taobao.items.seller.list.get", None, num_iids=f"{item},1", fields="num_iid")
    assert 1 == top.market.counts()[DELETED]


def test_sold_out_listings_leave_the_shelf_for_their_banner() -> None:
    """Quantity 0 moves a listing to sold_out."""
    top = client()
    item = added(top)
    for code in ("SBG-001-30", "SBG-001-50"):
        row = json.dumps([{"outer_id": code, "quantity": 0}])
        top("tmall.item.quantity.update", None, item_id=item, sku_quantities=row)

    assert 0 == top("taobao.items.onsale.get", None, fields="num_iid")["total_results"]
    assert 1 == top("taobao.items.inventory.get", None, banner="sold_out", fields="num_iid")["total_results"]


def test_merchant_codes_can_be_given_later() -> None:
    """And the index follows."""
    top = client()
    item = added(top)
    unit = next(iter(top.market.listings[int(item)].skus))
    codes = json.dumps([{"sku_id": unit, "outer_id": "NEW-30"}])
    top("tmall.item.outerid.update", None, item_id=item, outer_id="NEW", sku_outers=codes)

    assert "items" not in top(FIND, None, outer_id="SBG-001", fields="num_iid")
    assert 1 == len(top(FIND, None, outer_id="NEW", fields="num_iid")["items"]["item"])
    assert 1 == len(top("taobao.skus.custom.get", None, outer_id="NEW-30", fields="sku_id")["skus"]["sku"])


def test_moderation_holds_a_listing_and_may_reject_it() -> None:
    """In review for ten seconds, then live, or refused with a reason; new content is reviewed again."""
    behavior = Behavior(review_delay=10, rejects=lambda item: "违规" if "坏" in item.title else None)
    top = client(behavior=behavior)
    good = added(top)
    bad = str(add(top, title=single("title", "坏"))["add_item_result"])
    early = top.market.counts()["in_review"]
    top.clock.move(10)
    statuses = [top.market.get(int(item)) for item in (good, bad)]
    top.market.settle()
    document = item_param(multi("update_fields", "title"), single("title", "好"))
    reviewed = [item.status for item in statuses if item]
    top(INCREMENT, None, item_id=bad, xml_data=document)
    top.clock.move(10)

    assert 2 == early
    assert ["live", "rejected"] == reviewed
    assert 2 == top.market.counts()["live"]


def test_a_wrong_file_is_not_a_picture() -> None:
    """The first bytes decide, and every upload is a new picture."""
    top = client()
    answer = top("taobao.picture.upload", {"img": ("a.png", b"GIF?", "image/png")}, image_input_title="a.png")

    assert "isv.invalid-parameter:img" == answer["sub_code"]
    assert top.upload() != top.upload()
