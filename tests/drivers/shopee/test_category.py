"""What a category asks for, as the driver reads it; and what a listing of it becomes."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.drivers.shopee.samples import (
    BARE,
    CATEGORY,
    DRIVER,
    FOOD,
    IMAGE,
    SHOP,
    Emulated,
    listing,
    offer,
    offers,
    variant,
)

import storesync.driver as sd
from storesync.testing import drive
from storesync.testing.strategies import listings
from storesync.testing.strategies import offers as any_offers

PAGE = {"error": "", "response": {"brand_list": [], "has_next_page": False, "is_mandatory": False}}
LIMITS = {"error": "", "response": {}}


def node(
    id_: int, kind: int, *values: dict[str, Any], validation: int = 2, units: Any = ()
) -> dict[str, Any]:
    """One attribute of the tree."""
    return {
        "attribute_id": id_,
        "name": f"name {id_}",
        "mandatory": True,
        "attribute_info": {
            "input_type": kind,
            "input_validation_type": validation,
            "format_type": 2 if units else 1,
            "attribute_unit_list": list(units),
            "max_value_count": 3,
        },
        "attribute_value_list": list(values),
    }


def value(id_: int, *children: dict[str, Any]) -> dict[str, Any]:
    """One value with the attributes that it asks for."""
    return {"value_id": id_, "name": f"value {id_}", "child_attribute_list": list(children)}


def tree(*nodes: dict[str, Any]) -> dict[str, Any]:
    """The answer of get_attribute_tree."""
    return {"error": "", "response": {"list": [{"category_id": 9, "attribute_tree": list(nodes)}]}}


def read(*nodes: dict[str, Any], chosen: dict[str, str] | None = None) -> sd.Category:
    """A category of these attributes."""
    _, found = drive(DRIVER.category(BARE, sd.CategoryKey("9", chosen or {})), tree(*nodes), LIMITS, PAGE)
    return found


def test_the_emulated_category_is_read_whole() -> None:
    """Attributes with their kinds, limits of the shop, brands with No Brand, axes as free text."""
    effects = CATEGORY.attributes["100004"]

    assert (True, True, False) == (effects.required, effects.multiple, effects.custom)
    assert "1201" in effects.choices
    assert CATEGORY.attributes["100002"].custom
    assert "date" == CATEGORY.attributes["100011"].type
    assert ["G", "KG"] == CATEGORY.rules["attributes"]["100012"]["units"]
    assert {} == CATEGORY.axes
    assert (2, sd.Limit(14, 1), sd.Limit(120, 10)) == (
        CATEGORY.axes_max,
        CATEGORY.text["axis"],
        CATEGORY.text["title"],
    )
    assert "NoBrand" == CATEGORY.brands["0"]
    assert FOOD.attributes["100007"].required
    assert FOOD.version != CATEGORY.version == Emulated.made().category().version


def test_the_language_is_the_trees_own_word() -> None:
    """`vn`, not `vi`."""
    requests, _ = drive(DRIVER.category(BARE, sd.CategoryKey("9")), tree(), LIMITS, PAGE)

    assert "vn" == requests[0].params["language"]


def test_a_value_brings_its_attributes_when_it_is_chosen() -> None:
    """The parent is known to decide; its child is asked for only then."""
    parent = node(1, 1, value(11, node(2, 3)), value(12))

    assert ["1"] == list(read(parent).attributes)
    assert read(parent).attributes["1"].cascades
    assert ["1", "2"] == list(read(parent, chosen={"1": "11"}).attributes)
    assert ["1"] == list(read(parent, chosen={"1": "12"}).attributes)


def test_brands_are_read_page_by_page() -> None:
    """Until the last page; a page that does not go on is malformed."""
    row = {"brand_id": 5, "original_brand_name": "A"}
    first = {"brand_list": [row], "has_next_page": True, "next_offset": 100}
    last = {"brand_list": [{**row, "brand_id": 6}], "has_next_page": False, "is_mandatory": True}
    answers = [tree(), LIMITS, {"error": "", "response": first}]
    _, found = drive(DRIVER.category(BARE, sd.CategoryKey("9")), *answers, {"error": "", "response": last})

    assert {"0": "NoBrand", "5": "A", "6": "A"} == found.brands
    with pytest.raises(sd.Malformed):
        drive(DRIVER.category(BARE, sd.CategoryKey("9")), *answers, answers[-1])


def test_the_document_is_what_add_item_takes() -> None:
    """Numbers as numbers, kilograms exact, the parcel in whole centimeters, no price and no stock."""
    item = DRIVER.render(SHOP, listing())["item"]

    assert Decimal("0.12") == item["weight"]
    assert {"package_length": 7, "package_width": 4, "package_height": 9} == item["dimension"]
    assert [50021, 50023] == [row["logistic_id"] for row in item["logistic_info"]]
    assert (300002, "GW", [IMAGE.ref]) == (
        item["category_id"],
        item["item_sku"],
        item["image"]["image_id_list"],
    )
    assert [
        {"attribute_id": 100001, "attribute_value_list": [{"value_id": 1001}]},
        {"attribute_id": 100002, "attribute_value_list": [{"value_id": 0, "original_value_name": "7 tháng"}]},
        {"attribute_id": 100004, "attribute_value_list": [{"value_id": 1201}, {"value_id": 1202}]},
    ] == item["attribute_list"]
    assert not {"original_price", "seller_stock", "item_status"} & set(item)


def test_a_channel_that_needs_a_size_is_left_out_without_one() -> None:
    """And one that cannot carry the parcel."""
    flat = listing(evolve(variant("30"), size_mm=(0, 0, 0)))
    heavy = listing(evolve(variant("30"), weight_g=30_001))

    assert [50021] == [row["logistic_id"] for row in DRIVER.render(SHOP, flat)["item"]["logistic_info"]]
    assert [] == DRIVER.render(SHOP, heavy)["item"]["logistic_info"]


@pytest.mark.parametrize(
    ("id_", "text", "expected"),
    [
        ("100011", "1970-01-02", {"original_value_name": "86400"}),
        ("100011", "1970-02", {"original_value_name": str(31 * 86_400)}),
        ("100012", "30 g", {"original_value_name": "30", "value_unit": "G"}),
        ("100012", "0,2KG", {"original_value_name": "0.2", "value_unit": "KG"}),
        ("100003", "30ml", {"original_value_name": "30ml"}),
    ],
)
def test_dates_and_measures_are_written_shopees_way(id_: str, text: str, expected: dict[str, str]) -> None:
    """A date as a Unix time, a number beside its unit, all of it as text."""
    rows = DRIVER.render(SHOP, listing(attributes={id_: (sd.Choice(text),)}))["item"]["attribute_list"]

    assert [{"value_id": 0, **expected}] == rows[0]["attribute_value_list"]


def codes(of: sd.Listing, **given_: sd.Offer) -> set[str]:
    """The codes of all findings about this listing."""
    return {issue.code for issue in DRIVER.check(SHOP, of, given_ or offers(of))}


def test_a_good_listing_has_no_finding() -> None:
    """Neither with variants nor without."""
    assert set() == codes(listing())
    assert set() == codes(listing(variant("30"), axes=()))


@pytest.mark.parametrize(
    ("code", "of"),
    [
        ("category.unknown", listing(category=sd.Category("1"))),
        ("key.unusable", listing(key=" GW")),
        ("key.unusable", listing(variant("30", code="A\nB"))),
        ("text.hashtags", listing(texts={"vi": sd.Copy("Serum dưỡng ẩm", "#a " * 19)})),
        ("image.too_few", listing(images=[])),
        ("image.too_few", listing(images=[sd.Image("a" * 64, "detail")])),
        ("image.too_many", listing(images=[sd.Image(f"{n:064x}") for n in range(10)])),
        ("weight.missing", listing(evolve(variant("30"), weight_g=0))),
        ("logistics.none", listing(evolve(variant("30"), weight_g=40_000))),
        ("brand.unknown", listing(brand=sd.Choice("X", "?"))),
        ("attribute.too_many", listing(attributes={"100001": (sd.Choice("", "1001"),) * 2})),
        ("attribute.unlisted", listing(attributes={"100001": (sd.Choice("Mặt trăng"),)})),
        ("attribute.date", listing(attributes={"100011": (sd.Choice("31/06/2021"),)})),
        ("attribute.unit", listing(attributes={"100012": (sd.Choice("30"),)})),
        ("attribute.unit", listing(attributes={"100012": (sd.Choice("30 lb"),)})),
        ("variants.undivided", listing(variant("30"), variant("50"), axes=())),
        ("option.missing", listing(variant("30"), variant("99"))),
        ("gtin.missing", listing(category=evolve(CATEGORY, rules={**CATEGORY.rules, "gtin": "Mandatory"}))),
        (
            "size.missing",
            listing(
                evolve(variant("30"), size_mm=(1, 0, 1)),
                category=evolve(CATEGORY, rules={**CATEGORY.rules, "dimension_mandatory": True}),
            ),
        ),
    ],
)  # fmt: skip
def test_what_shopee_would_refuse_is_found_before(code: str, of: sd.Listing) -> None:
    """Each with its code; every finding has a path and a way out."""
    found = list(DRIVER.check(SHOP, of, offers(of)))

    assert code in {issue.code for issue in found}
    assert all(issue.path and issue.hint for issue in found)


@pytest.mark.parametrize(
    ("code", "given_"),
    [
        ("price.range", offer("GW-30", 999, 1)),
        ("stock.range", offer("GW-30", 5_000, 1_000_000)),
        ("price.unusable", sd.Offer("GW-30", {"VN": sd.Price(sd.Money("5000.5", "VND"))}, 1)),
        ("price.unusable", sd.Offer("GW-30", {"VN": sd.Price(sd.Money(5000, "CNY"))}, 1)),
    ],
)
def test_offers_outside_the_categorys_limits_are_found(code: str, given_: sd.Offer) -> None:
    """Limits come from the shop, not from this driver."""
    assert {code} == codes(listing(), **{given_.sku: given_})


def test_a_shop_without_known_channels_holds_its_listings() -> None:
    """Nothing is sent that nobody can ship."""
    found = {issue.code for issue in DRIVER.check(BARE, listing(), offers(listing()))}

    assert {"logistics.unknown"} == found


@given(st.data())
def test_any_listing_is_rendered_and_checked(data: st.DataObject) -> None:
    """Total: whatever the catalog holds, there is a document and there are findings, never an exception."""
    of = data.draw(listings(CATEGORY, locale="vi"))
    given_ = data.draw(any_offers([one.sku for one in of.variants], market="VN", currency="VND"))
    document = DRIVER.render(SHOP, of)
    issues = list(DRIVER.check(SHOP, of, given_))

    assert document == sd.loads(sd.dumps(document))
    assert all(isinstance(issue, sd.Issue) for issue in issues)
