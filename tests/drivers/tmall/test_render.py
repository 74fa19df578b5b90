"""A listing becomes the document of its category, and never breaks on the way."""

from attrs import evolve
from hypothesis import given
from tests.drivers.tmall.samples import CATEGORY, DETAIL, MAIN, SHOP, listing, single

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import strategies


def test_a_listing_fills_exactly_the_fields_of_its_category() -> None:
    """The golden document of the sample listing."""
    content = DRIVER.render(SHOP, listing("30"))

    assert {
        "category": "50011980",
        "product": "0",
        "fields": {
            "title": {"type": "input", "value": "江原道 保湿精华"},
            "outer_id": {"type": "input", "value": "GW-SERUM"},
            "item_status": {"type": "singleCheck", "value": "0"},
            "hscode": {"type": "input", "value": "330499"},
            "description": {
                "type": "input",
                "value": "<p>温和保湿 &lt;天然&gt;</p><p>适合干性肤质 &amp; 敏感肌</p>"
                f'<p><img src="media:{DETAIL}:detail"/></p>',
            },
            "item_images": {
                "type": "complex",
                "value": {"item_image_0": {"type": "input", "value": f"media:{MAIN}:main"}},
            },
            "prop_20000": {"type": "singleCheck", "value": "90000001"},
            "prop_21299": {"type": "singleCheck", "value": "72000001"},
            "prop_30000001": {"type": "input", "value": "30ml"},
            "prop_30000003": {"type": "multiCheck", "value": ["70000001", "70000002"]},
            "food_security": {
                "type": "complex",
                "value": {"food_security.period": {"type": "input", "value": "36个月"}},
            },
            "price": {"type": "input", "offer": "price"},
            "quantity": {"type": "input", "offer": "stock"},
        },
        "rows": "sku",
        "skus": {
            "GW-SERUM-30": {
                "sku_outerId": {"type": "input", "value": "GW-SERUM-30"},
                "sku_barcode": {"type": "input", "value": "2997000030017"},
                "prop_50000101": {"type": "singleCheck", "value": "60002011"},
                "sku_price": {"type": "input", "offer": "price"},
                "sku_quantity": {"type": "input", "offer": "stock"},
            }
        },
        "single": "",
    } == content


def test_a_brand_off_the_list_goes_as_other_with_its_name() -> None:
    """The field for an own brand is filled only then: it is disabled otherwise."""
    own = DRIVER.render(SHOP, listing(brand=sd.Choice("SEOLBITGAON")))["fields"]
    known = DRIVER.render(SHOP, listing())["fields"]

    assert "-1" == own["prop_20000"]["value"]
    assert "SEOLBITGAON" == own["in_prop_20000"]["value"]
    assert "in_prop_20000" not in known


def test_pictures_beyond_the_slots_go_into_the_description() -> None:
    """No picture is lost: this category has two places."""
    content = DRIVER.render(SHOP, listing(images=[sd.Image(c * 64, "main") for c in "abc"]))

    assert ["item_image_0", "item_image_1"] == list(content["fields"]["item_images"]["value"])
    assert f"media:{'c' * 64}:main" in content["fields"]["description"]["value"]


def test_one_variant_without_options_has_no_rows() -> None:
    """The listing itself is what is sold."""
    content = DRIVER.render(SHOP, single())

    assert ("", {}, "GW-SERUM-30") == (content["rows"], content["skus"], content["single"])


def test_new_rules_alone_touch_nothing() -> None:
    """A field that the listing does not fill leaves the document as it was."""
    more = {**CATEGORY.rules, "prop_9": {**CATEGORY.rules["prop_30000009"], "id": "prop_9"}}

    assert DRIVER.render(SHOP, listing()) == DRIVER.render(
        SHOP, listing(category=evolve(CATEGORY, rules=more, version="2"))
    )


@given(strategies.listings(CATEGORY))
def test_only_fields_of_the_category_are_filled(found: sd.Listing) -> None:
    """Whatever a listing holds; and JSON gives the document back, broken characters replaced once and for all."""
    content = DRIVER.render(SHOP, found)
    told = sd.loads(sd.dumps(content))

    assert told == sd.loads(sd.dumps(told))
    assert set(content["fields"]) <= set(CATEGORY.rules)
