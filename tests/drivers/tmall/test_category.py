"""The rule document becomes a category, or an honest Malformed."""

import pytest
from tests.drivers.tmall.samples import CATEGORY, RULES, SHOP

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import drive


def test_the_category_is_asked_by_id_without_a_product() -> None:
    """Product 0 unless the mapping chose one."""
    answer = {"tmall_item_add_schema_get_response": {"add_item_result": RULES}}
    requests, _ = drive(DRIVER.category(SHOP, sd.CategoryKey("50011980")), answer)
    chosen, _ = drive(DRIVER.category(SHOP, sd.CategoryKey("50011980", {"product_id": "300000001"})), answer)

    assert {
        "method": "tmall.item.add.schema.get",
        "category_id": "50011980",
        "product_id": "0",
        "type": "b",
    } == dict(requests[0].form)
    assert sd.Effect.READ is requests[0].effect
    assert "300000001" == chosen[0].form["product_id"]


def test_what_the_merchant_must_tell_is_listed() -> None:
    """Fields that a listing fills by itself are not asked for; parts of complex fields are."""
    assert [
        "hscode",
        "is_xinpin",
        "prop_21299",
        "prop_30000001",
        "prop_30000003",
        "prop_30000009",
        "food_security.period",
        "food_security.contact",
    ] == list(CATEGORY.attributes)
    assert ["prop_21299", "prop_30000003", "food_security.period"] == [
        id_ for id_, attribute in CATEGORY.attributes.items() if attribute.required
    ]
    assert {"72000001": "韩国", "72000002": "中国"} == dict(CATEGORY.attributes["prop_21299"].choices)
    assert CATEGORY.attributes["prop_30000003"].multiple
    assert CATEGORY.attributes["prop_30000001"].custom
    assert not CATEGORY.attributes["prop_21299"].custom


def test_axes_brands_and_limits_come_from_the_document() -> None:
    """Sale properties are the axes; a byte limit counts a Chinese character twice."""
    assert ["prop_50000101"] == list(CATEGORY.axes)
    assert 1 == CATEGORY.axes_max
    assert {"90000001": "江原道"} == dict(CATEGORY.brands)
    assert sd.Limit(60, 0, "columns") == CATEGORY.text["title"]
    assert sd.Limit(25_000, 5, "chars") == CATEGORY.text["description"]


def test_rules_survive_the_state() -> None:
    """The parsed document is JSON and comes back equal."""
    assert CATEGORY.rules == sd.loads(sd.dumps(dict(CATEGORY.rules)))


def test_another_text_is_another_version() -> None:
    """The version names the document."""
    other = RULES.replace("60", "61")
    answer = {"tmall_item_add_schema_get_response": {"add_item_result": other}}
    _, changed = drive(DRIVER.category(SHOP, sd.CategoryKey("50011980")), answer)

    assert 32 == len(CATEGORY.version)
    assert changed.version != CATEGORY.version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<itemRule/>",
        "<html><field id='a' type='input'/></html>",
        "<itemRule><field type='input'/></itemRule>",
        "<itemRule><field id='a' type='wheel'/></itemRule>",
        RULES[: len(RULES) // 2],
        '<!DOCTYPE x [<!ENTITY a "b">]><itemRule><field id="&a;" type="input"/></itemRule>',
        "<itemRule>"
        + "<field id='a' type='complex'><fields>" * 3_000
        + "</fields></field>" * 3_000
        + "</itemRule>",
    ],
)
def test_a_document_of_unknown_shape_is_malformed(text: str) -> None:
    """Cut, foreign, hostile or bottomless documents never become a category."""
    answer = {"tmall_item_add_schema_get_response": {"add_item_result": text}}

    with pytest.raises(sd.Malformed):
        drive(DRIVER.category(SHOP, sd.CategoryKey("50011980")), answer)
