"""Creating and changing a listing: what is sent, what is kept, what is never sent twice."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.drivers.tmall.samples import (
    ADDED,
    ITEM,
    OFFERS,
    REF,
    SHOP,
    SKUS,
    UPDATE_SCHEMA,
    UPDATED,
    change,
    listing,
    new,
    single,
    skus,
)

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import drive

assert DRIVER.create is not None
assert DRIVER.update is not None
create, update = DRIVER.create, DRIVER.update
XINPIN = sd.Rejected("isv.invalid-permission:add-xinpin", "没有新品权限")
MARKED = {"is_xinpin": (sd.Choice("是", "true"),)}


def read(request: sd.Request) -> dict[str, Any]:
    """The parameter document of a request as plain values."""
    return _values(ET.fromstring(request.form["xml_data"].encode()))


def _values(parent: ET.Element) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node in parent:
        id_, type_ = node.attrib["id"], node.attrib["type"]
        if type_ == "multiComplex":
            values[id_] = [_values(row) for row in node]
        elif type_ == "complex":
            values[id_] = _values(node[0]) if len(node) else {}
        elif type_ in ("multiCheck", "multiInput"):
            values[id_] = [one.text for one in node.findall("values/value")]
        else:
            values[id_] = node.findtext("value")
    return values


def methods(requests: list[sd.Request]) -> list[str]:
    """The TOP method of each request."""
    return [request.form["method"] for request in requests]


def test_create_sends_one_document_and_reads_the_sku_ids() -> None:
    """The whole way of a new listing: one ONCE request, then a read by id."""
    requests, receipt = drive(create(SHOP, new()), ADDED, SKUS)

    assert ["tmall.item.schema.add", "taobao.item.skus.get"] == methods(requests)
    assert [sd.Effect.ONCE, sd.Effect.READ] == [request.effect for request in requests]
    assert sd.Receipt(REF) == receipt
    assert ("50011980", "0") == (requests[0].form["category_id"], requests[0].form["product_id"])
    sent = read(requests[0])
    assert ("219.00", "420", "0") == (sent["price"], sent["quantity"], sent["item_status"])
    assert {
        "sku_outerId": "GW-SERUM-50",
        "sku_barcode": "2997000050017",
        "prop_50000101": "60002015",
        "sku_price": "315.50",
        "sku_quantity": "180",
    } == sent["sku"][1]


def test_a_single_variant_is_the_listing_itself() -> None:
    """No rows, no second request: the listing's id stands for the SKU."""
    requests, receipt = drive(create(SHOP, new(single())), ADDED)

    assert "sku" not in read(requests[0])
    assert sd.Ref(ITEM, {"GW-SERUM-30": ITEM}) == receipt.ref


def test_sku_ids_that_lag_are_asked_for_again() -> None:
    """The second look comes two seconds later."""
    requests, receipt = drive(create(SHOP, new()), ADDED, {"item_skus_get_response": {}}, SKUS)

    assert [0.0, 0.0, 2.0] == [request.after for request in requests]
    assert receipt.ref == REF


def test_sku_ids_that_never_come_keep_the_half() -> None:
    """The listing exists: the fault carries its ref."""
    empty = {"item_skus_get_response": {}}

    with pytest.raises(sd.Postponed) as caught:
        drive(create(SHOP, new()), ADDED, *[empty] * 4)

    assert sd.Ref(ITEM) == caught.value.ref


@pytest.mark.parametrize("of", [listing(), single()])
def test_a_complete_find_sends_nothing(of: sd.Listing) -> None:
    """All SKUs are known: nothing is left to do."""
    requests, receipt = drive(create(SHOP, new(of, found=REF)))

    assert [] == requests
    assert receipt.ref == REF


def test_a_found_listing_without_sku_ids_is_read_not_made() -> None:
    """The half that exists is completed by reading."""
    requests, receipt = drive(create(SHOP, new(found=sd.Ref(ITEM))), SKUS)

    assert ["taobao.item.skus.get"] == methods(requests)
    assert receipt.ref == REF


def test_a_found_listing_that_lacks_a_sku_is_completed() -> None:
    """A missing row is added by the repeatable update, never by a second listing."""
    half = {"GW-SERUM-30": REF.skus["GW-SERUM-30"]}
    whole = {**REF.skus, "GW-SERUM-80": "9107199254740993003"}
    requests, receipt = drive(
        create(SHOP, new(listing("30", "80"), found=sd.Ref(ITEM))),
        skus(half),
        UPDATE_SCHEMA,
        UPDATED,
        skus(whole),
    )

    assert sd.Effect.ONCE not in {request.effect for request in requests}
    assert {"GW-SERUM-30", "GW-SERUM-80"} == set(receipt.ref.skus if receipt.ref else ())
    assert {"GW-SERUM-80": OFFERS["GW-SERUM-80"]} == dict(receipt.offers)


def test_without_the_right_to_mark_new_arrivals_it_goes_without_the_mark() -> None:
    """The one refusal that heals itself; the receipt says so."""
    marked = new(listing(attributes={**listing().attributes, **MARKED}))
    requests, receipt = drive(create(SHOP, marked), XINPIN, ADDED, SKUS)

    assert ["true", "false"] == [read(request)["is_xinpin"] for request in requests[:2]]
    assert receipt.ref == REF
    assert [sd.Severity.WARNING] == [issue.severity for issue in receipt.issues]


def test_it_heals_once() -> None:
    """A second refusal is final."""
    with pytest.raises(sd.Rejected):
        drive(create(SHOP, new()), XINPIN, XINPIN)


def test_an_answer_without_an_id_is_doubtful() -> None:
    """Not refused and no id: the listing may exist, so nobody may simply send again."""
    with pytest.raises(sd.Ambiguous):
        drive(create(SHOP, new()), {"tmall_item_schema_add_response": {}})


def test_a_missing_offer_is_refused_before_anything_is_sent() -> None:
    """Unknown is never zero."""
    alone = sd.New("GW-SERUM", new().content, {"GW-SERUM-30": OFFERS["GW-SERUM-30"]}, "0" * 32)

    with pytest.raises(sd.Rejected, match="GW-SERUM-50 has no price and stock"):
        drive(create(SHOP, alone))


def test_only_what_differs_is_sent() -> None:
    """A new title: its word of the document's own vocabulary, and no price, stock or status."""
    after = listing(texts={"zh-Hans": sd.Copy("新标题", listing().text.description)})
    requests, receipt = drive(update(SHOP, change(listing(), after)), UPDATE_SCHEMA, UPDATED)

    assert ["tmall.item.increment.update.schema.get", "tmall.item.schema.increment.update"] == methods(
        requests
    )
    assert [sd.Effect.READ, sd.Effect.SET] == [request.effect for request in requests]
    assert {"update_fields": ["TITLE"], "title": "新标题"} == read(requests[1])
    assert sd.Receipt(REF) == receipt


def test_rows_that_stay_keep_the_markets_price_and_stock() -> None:
    """One SKU goes, one comes, the seller's own row is kept, and totals agree with the rows."""
    whole = {**REF.skus, "GW-SERUM-80": "9107199254740993003"}
    asked = change(listing(), listing("30", "80"), added=["GW-SERUM-80"], removed=["GW-SERUM-50"])
    requests, receipt = drive(update(SHOP, asked), UPDATE_SCHEMA, UPDATED, skus(whole))
    sent = read(requests[1])

    assert ["price", "quantity", "sku"] == sent["update_fields"]
    assert ("199.00", "22") == (sent["price"], sent["quantity"])
    assert [
        ("GW-SERUM-30", "199.00", "12"),
        ("GW-SERUM-80", "1009.90", "7"),
        ("SELLERS-OWN", "500.00", "3"),
    ] == [(row["sku_outerId"], row["sku_price"], row["sku_quantity"]) for row in sent["sku"]]
    assert "9107199254740993001" == sent["sku"][0]["sku_id"]
    assert {"GW-SERUM-80": OFFERS["GW-SERUM-80"]} == dict(receipt.offers)
    assert receipt.ref == sd.Ref(ITEM, {k: whole[k] for k in ("GW-SERUM-30", "GW-SERUM-80")})


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            "60002011",
            "variant that its seller added (SELLERS-OWN) where GW-SERUM-30 belongs: on Tmall, give it another option",
        ),
        ("", "(SELLERS-OWN) with other sale properties than the product has now"),
    ],
    ids=["in the way", "other properties"],
)
def test_a_row_of_the_seller_that_stands_in_the_way_is_named(other: str, words: str) -> None:
    """Only the rules were read: the next run looks whether he made room."""
    text = sd.dumps(UPDATE_SCHEMA)
    assert "60002099" in text
    asked = change(listing(), listing("30", "80"), added=["GW-SERUM-80"], removed=["GW-SERUM-50"])
    with pytest.raises(sd.Postponed) as raised:
        drive(update(SHOP, asked), sd.loads(text.replace("60002099", other)))

    assert words in str(raised.value)
    assert "variants.own" == raised.value.issues[0].code


def test_from_an_unknown_half_everything_is_sent_but_the_status() -> None:
    """Nobody knows what the market shows: all fields and rows go; show and hide own the shelf."""
    requests, _ = drive(update(SHOP, change(None, listing())), UPDATE_SCHEMA, UPDATED, SKUS)
    sent = read(requests[1])

    assert "item_status" not in sent
    assert {"TITLE", "DESC", "item_images", "sku", "food_security"} <= set(sent["update_fields"])
    assert ["199.00", "299.00"] == [row["sku_price"] for row in sent["sku"][:2]]


def test_a_field_that_is_no_longer_filled_is_cleared() -> None:
    """It is named among the changed ones and sent empty."""
    less = {id_: value for id_, value in listing().attributes.items() if id_ != "prop_30000001"}
    requests, _ = drive(update(SHOP, change(listing(), listing(attributes=less))), UPDATE_SCHEMA, UPDATED)

    assert {"update_fields": ["prop_30000001"], "prop_30000001": None} == {
        id_: value or None for id_, value in read(requests[1]).items()
    }


def test_a_field_that_tmall_keeps_locked_is_a_warning() -> None:
    """Nothing is sent for it, and nobody is told that it changed."""
    requests, receipt = drive(update(SHOP, change(listing(), listing(hs="3304.10"))), UPDATE_SCHEMA)

    assert 1 == len(requests)
    assert [("market.locked", "attributes/hscode")] == [(i.code, i.path) for i in receipt.issues]


def test_a_field_that_the_update_cannot_name_is_refused() -> None:
    """The document's own vocabulary has no word for it."""
    more = {**listing().attributes, "prop_30000009": (sd.Choice("AB1234"),)}

    with pytest.raises(sd.Rejected, match="no option for prop_30000009") as caught:
        drive(update(SHOP, change(listing(), listing(attributes=more))), UPDATE_SCHEMA)

    assert ["attributes/prop_30000009"] == [issue.path for issue in caught.value.issues]


def test_a_disabled_field_of_an_own_brand_opens_with_the_brand() -> None:
    """Conditions are judged with the values as they will be."""
    requests, _ = drive(
        update(SHOP, change(listing(), listing(brand=sd.Choice("雪光")))), UPDATE_SCHEMA, UPDATED
    )
    back, _ = drive(update(SHOP, change(listing(brand=sd.Choice("雪光")), listing())), UPDATE_SCHEMA, UPDATED)

    assert {
        "update_fields": ["prop_20000", "in_prop_20000"],
        "prop_20000": "-1",
        "in_prop_20000": "雪光",
    } == read(requests[1])
    assert {"update_fields": ["prop_20000"], "prop_20000": "90000001"} == read(back[1])


def test_another_category_is_refused() -> None:
    """An incremental update cannot move a listing, and deleting it to make it anew is not ours to do."""
    before = DRIVER.render(SHOP, listing())
    moved = sd.Change("GW-SERUM", REF, before, {**before, "category": "1"}, OFFERS)

    with pytest.raises(sd.Rejected, match="keeps its category 50011980"):
        drive(update(SHOP, moved))


def test_a_renamed_single_variant_stays_the_listing_itself() -> None:
    """Its code is no row: the ref follows without a call."""
    after = single(variants=(sd.Variant("NEW"),))
    own = sd.Ref(ITEM, {"GW-SERUM-30": ITEM})
    _, receipt = drive(update(SHOP, change(single(), after, ref=own, added=["NEW"], removed=["GW-SERUM-30"])))

    assert sd.Ref(ITEM, {"NEW": ITEM}) == receipt.ref


def test_texts_that_xml_cannot_carry_are_sent_without_it() -> None:
    """Markup is escaped, control characters are left out."""
    odd = listing(texts={"zh-Hans": sd.Copy("<b>&\x00\ud800好", "]]>描述描述")})
    requests, _ = drive(create(SHOP, new(odd)), ADDED, SKUS)

    assert "<b>&好" == read(requests[0])["title"]
