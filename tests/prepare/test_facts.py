"""No fact of a product is dropped in silence: what no table holds, and what a delivered row leaves out."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from tests.prepare import example
from tests.prepare.world import CN, REFERENCE, SERUM, settings

from storesync.issues import Issues, Severity
from storesync.localization import NAMES, Provenance, Reference, ReferenceText, facts_of
from storesync.model import Product
from storesync.prepare.facts import check_facts
from storesync.prepare.localize import Localized

ZH = NAMES["zh-Hans"]
SQUID = evolve(
    SERUM,
    facts={
        "ingredients": "오징어(국산) 70%, 고춧가루",
        "allergens": "우유·땅콩·새우",
        "storage": "실온 보관",
    },
    keys={},
)


def found(
    product: Product, attributes: Mapping[str, str], reference: Reference, locale: str, **more: Any
) -> Issues:
    """What is found of a product with these attributes in one language."""
    text = ReferenceText(title="x", attributes=attributes, **more)
    given = evolve(reference, texts={product.key: {locale: text}})
    localized = Localized(
        texts={}, attributes={locale: attributes}, axes=(), images=(), variants=(), provenance={}
    )
    return check_facts(product, localized, evolve(settings(CN), reference=given))


def told(
    product: Product, attributes: dict[str, str], *, composed: bool = False, **more: Any
) -> list[tuple[str, str]]:
    """Severity and place of every finding about these attributes in Chinese."""
    made = {"attributes": Provenance(by="template", state="final")} if composed else {}
    issues = found(product, attributes, REFERENCE, "zh-Hans", made=made, **more)
    assert all("text.fact_missing" == issue.code and issue.hint for issue in issues)
    return [(issue.severity.value, issue.path.rpartition("/")[2]) for issue in issues]


def whole(product: Product, **changes: str) -> dict[str, str]:
    """Every fact of a product under its name."""
    facts = {
        "品牌": "SEOLBITGAON", "产地": "韩国", "净含量": "30ml", "功效": "保湿", "适用肤质": "干性", "保质期": "36个月",
        "储存方式": "常温保存", "成分": "水、甘油", "配料": "鱿鱼（韩国）70%、辣椒粉", "致敏物质": "牛奶、花生、虾",
    }  # fmt: skip
    return {**facts, **changes}


def test_the_sample_leaves_nothing_out() -> None:
    """Every delivered row of the example, in both languages, tells all facts, whole."""
    reference = example.reference()
    some = [
        str(issue)
        for product in example.products().values()
        for locale in ("zh-Hans", "vi")
        if (text := reference.text(product.key, locale)) is not None
        for issue in found(product, text.attributes, reference, locale)
    ]

    assert [] == some


@pytest.mark.parametrize("name", ["配料", "致敏物质"])
@pytest.mark.parametrize("state", ["reference", "reviewed", "final"])
def test_a_row_without_ingredients_or_allergens_holds(name: str, state: str) -> None:
    """Whoever approved it: nobody can approve that a buyer is not told of nuts."""
    attributes = whole(SQUID)
    del attributes[name]

    assert [("error", name)] == told(SQUID, attributes, state=state)


@pytest.mark.parametrize(
    ("name", "value"),
    [("致敏物质", "牛奶"), ("致敏物质", "牛奶、花生"), ("配料", "鱿鱼（韩国、国产）70%")],
)
def test_a_list_that_is_cut_short_holds(name: str, value: str) -> None:
    """By their number; what stands in brackets is no name of its own."""
    assert [("error", name)] == told(SQUID, whole(SQUID, **{name: value}))


@pytest.mark.parametrize(
    "value", ["牛奶、花生、虾", "牛奶·花生·虾", "含牛奶，花生；虾的设施", "牛奶, 花生, 虾, 大豆"]
)
def test_a_list_is_whole_however_it_is_written(value: str) -> None:
    """Any mark between names, and more of them."""
    assert [] == told(SQUID, whole(SQUID, 致敏物质=value))


def test_ten_ingredients_are_not_water() -> None:
    """Of a cosmetic the table names those that are missing."""
    product = example.products()["SBG-001"]
    reference = example.reference()
    attributes = {**facts_of(product, reference, "zh-Hans"), ZH.ingredients: "水"}

    (issue,) = found(product, attributes, reference, "zh-Hans", state="final")

    assert Severity.ERROR is issue.severity
    assert "甘油、丁二醇、1,2-己二醇 and 6 more".replace("、", ", ") in issue.message


def test_what_else_a_row_leaves_out_is_a_warning_until_somebody_approves_it() -> None:
    """Storage, origin, shelf life."""
    attributes = {name: value for name, value in whole(SQUID).items() if name not in ("储存方式", "产地")}

    assert [("warning", "产地"), ("warning", "储存方式")] == told(SQUID, attributes)
    assert [("note", "产地"), ("note", "储存方式")] == told(SQUID, attributes, state="reviewed")
    assert [("error", "产地"), ("error", "储存方式")] == told(SQUID, attributes, composed=True)


def test_a_fact_under_a_name_of_ones_own_is_told() -> None:
    """Where it says what the table says."""
    product = evolve(SERUM, facts={"shelf_life_months": "36"}, keys={})
    attributes = {name: whole(product)[name] for name in ("品牌", "产地")}
    attributes |= {"内容量": "30ml/50ml", "有效期": "36个月"}
    product = evolve(product, variants=SERUM.variants)

    assert [] == [one for one in told(product, attributes) if one[1] == "保质期"]


def test_a_language_whose_names_nobody_knows_is_told() -> None:
    """Only a delivery can tell facts there; one that tells something is believed."""
    (issue,) = found(SQUID, {}, REFERENCE, "th")

    assert "ingredients, allergens, storage" in issue.message
    assert Severity.ERROR is issue.severity
    assert () == tuple(found(SQUID, {"ส่วนประกอบ": "ปลาหมึก"}, REFERENCE, "th"))
