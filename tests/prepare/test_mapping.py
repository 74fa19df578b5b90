"""Category, brand, attributes and axes in the market's words and ids."""

from typing import Any

import pytest
from attrs import evolve
from tests.prepare.world import REFERENCE, SERUM, SERUMS, codes, driver, prepared, settings

import storesync.driver as sd
from storesync.issues import Severity
from storesync.model import Axis, Category, Choice
from storesync.prepare.attributes import fold, match, near


def with_attribute(**changes: Any) -> Category:
    """The category with one more attribute, p9."""
    attribute = evolve(sd.Attribute("p9", "适用肤质", required=True), **changes)
    return evolve(SERUMS, attributes={**SERUMS.attributes, "p9": attribute})


def mapped(source: str, **changes: Any) -> tuple[Any, ...]:
    """What p9 becomes when this source fills it, and the codes of all findings."""
    lines = {"*": {"p1": "origin", "p2": "key:efficacy", "p9": source}}
    result = prepared(category=with_attribute(**changes), settings=settings(attributes=lines))
    assert result.listing is not None
    return result.listing.attributes.get("p9", ()), codes(result)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("fact:shelf_life_months", "36"),
        ("fact:inci", "Water; Glycerin; 1,2-Hexanediol"),
        ("text:净含量", "30ml/50ml"),
        ("key:skin_type", "干性肤质"),
        ("key:efficacy", "保湿、滋养"),
        ("first:key:efficacy", "保湿"),
        ("first:text:功效", "保湿"),
        ("origin", "韩国"),
        ("hs", "330499"),
        ("brand", "SEOLBITGAON"),
        ("title", "SEOLBITGAON 林下参玻尿酸保湿精华液"),
        ("const:否", "否"),
        ("text:适用发质 | text:适用肤质", "干性肤质"),
    ],
)
def test_each_source_fills_an_attribute(source: str, text: str) -> None:
    """Free text takes what the source says."""
    assert ((Choice(text),), []) == mapped(source)


def test_a_required_attribute_that_nothing_fills_names_the_line_to_add() -> None:
    """With the market's name and id for it."""
    result = prepared(category=with_attribute())

    issue = result.issues[0]

    assert ["map.attribute_missing"] == codes(result)
    assert "SBG-001/attributes/p9" == issue.path
    assert "适用肤质 (p9) is required in category 50011978 and nothing fills it" == issue.message
    assert 'add [channels.tmall-cn.attributes.50011978] p9 = "text:<name>"' == issue.hint


def test_a_source_that_gives_nothing_is_named() -> None:
    """The line is there, the data is not."""
    assert ((), ["map.attribute_missing"]) == mapped("text:没有")
    assert ((), []) == mapped("text:没有", required=False)


def test_an_unknown_source_says_what_would_be_one() -> None:
    """A typing error in the table is found at the first product."""
    assert ((), ["map.source_unknown"]) == mapped("fakt:inci")


def test_a_word_that_the_vocabulary_lacks_is_a_finding() -> None:
    """The Korean word never stands in for it."""
    vocabulary = {**REFERENCE.vocabulary, "efficacy": {}}

    result = prepared(settings=settings(reference=evolve(REFERENCE, vocabulary=vocabulary)))

    assert ["text.word_missing", "text.word_missing"] == codes(result)


def test_choices_are_matched_by_their_text() -> None:
    """Width, case and spaces do not count; the market's own form and id are taken."""
    skins = {"71": "干性肤质", "72": "油性肤质"}

    assert ((Choice("干性肤质", "71"),), []) == mapped("key:skin_type", choices=skins, custom=False)
    assert ((Choice("油性肤质", "72"),), []) == mapped("const:72", choices=skins, custom=False)
    assert ((Choice("中性", ""),), []) == mapped("const:中性", choices=skins, custom=True)
    assert "71" == match("Ｄｒｙ  Skin", {"71": "dry skin"})
    assert fold("ＡＢ c") == fold("abC")


def test_a_value_that_is_no_choice_names_the_nearest() -> None:
    """And how many there are."""
    lines = {"*": {"p1": "origin", "p2": "const:深层保湿"}}

    result = prepared(settings=settings(attributes=lines))

    assert ["map.choice_unknown"] == codes(result)
    assert "'深层保湿' is none of the 3 values of 功效 (p2): 保湿 and 2 more" == result.issues[0].message


def test_near_choices_are_few_and_the_rest_is_counted() -> None:
    """A list of a thousand brands is not printed."""
    assert "c1, c10, c11, c12, c13 and 15 more" == near("c1", {str(n): f"c{n}" for n in range(20)})
    assert "甲, 乙" == near("丙", {"1": "甲", "2": "乙"})


def test_several_values_for_a_single_choice_name_the_way_to_take_the_first() -> None:
    """Which of two efficacies counts is the merchant's decision."""
    result = prepared(
        category=with_attribute(choices={"1": "保湿", "2": "滋养"}, custom=False),
        settings=settings(attributes={"*": {"p1": "origin", "p2": "key:efficacy", "p9": "key:efficacy"}}),
    )

    assert ["map.attribute_single"] == codes(result)
    assert '"first:key:efficacy"' in result.issues[0].hint


def test_a_number_field_takes_numbers_only() -> None:
    """With its unit beside it."""
    assert ((Choice("36", "", "月"),), []) == mapped("fact:shelf_life_months", type="integer", unit="月")
    assert ((), ["map.not_a_number"]) == mapped("const:三年", type="integer")


def test_a_line_for_an_attribute_that_the_category_lacks_is_a_warning() -> None:
    """Only where the line is for this very category: general lines fit where they can."""
    lines = {"*": {"p1": "origin", "p2": "key:efficacy", "px": "hs"}, "50011978": {"py": "hs"}}

    result = prepared(settings=settings(attributes=lines))

    assert [("map.attribute_unknown", Severity.WARNING)] == [(i.code, i.severity) for i in result.issues]
    assert "'py'" in result.issues[0].message


def test_a_line_for_one_category_goes_before_the_general_one() -> None:
    """The nearer rule wins."""
    lines = {"*": {"p1": "const:中国", "p2": "key:efficacy"}, "50011978": {"p1": "origin"}}

    result = prepared(settings=settings(attributes=lines))

    assert result.listing is not None
    assert (Choice("韩国", "720"),) == result.listing.attributes["p1"]


def test_a_listed_brand_keeps_the_merchants_spelling_and_takes_the_markets_id() -> None:
    """Matched by its Latin form, whatever the case."""
    result = prepared()

    assert result.listing is not None
    assert Choice("SEOLBITGAON", "900") == result.listing.brand


def test_an_unlisted_brand_is_never_dropped_by_itself() -> None:
    """The hint offers the market's "no brand", and taking it is the merchant's word."""
    shopee = evolve(SERUMS, brands={"0": "NoBrand", "901": "DORUNAEL"})

    refused = prepared(category=shopee)
    asked = prepared(category=shopee, settings=settings(brands={"SBG": "0"}))

    assert ["map.brand_unknown"] == codes(refused)
    assert (
        'add [channels.tmall-cn.brands] SBG = "<market brand id>", or "0" to list it as \'NoBrand\''
        == refused.issues[0].hint
    )
    assert asked.listing is not None
    assert (Choice("NoBrand", "0"), []) == (asked.listing.brand, codes(asked))


def test_a_market_that_takes_other_brands_is_asked_for_that_by_name() -> None:
    """Tmall's "other" stands in no list of brands: our own text goes beside it."""
    result = prepared(settings=settings(brands={"SBG": "-1"}))

    assert result.listing is not None
    assert (Choice("SEOLBITGAON", "-1"), []) == (result.listing.brand, codes(result))


def test_a_brand_id_that_the_market_does_not_know_is_a_finding() -> None:
    """A typing error in the table must not put the product under another brand."""
    result = prepared(settings=settings(brands={"SBG": "9000"}))

    assert ["map.brand_unknown"] == codes(result)
    assert "id '9000', set for brand SBG, is none" in result.issues[0].message


def test_a_brand_without_a_latin_form_is_a_finding() -> None:
    """The Korean name never stands in for it."""
    result = prepared(evolve(SERUM, brand=evolve(SERUM.brand, latin="")))

    assert ["map.brand_latin_missing"] == codes(result)
    assert result.content is None


def test_axes_take_the_markets_ids_where_it_has_some() -> None:
    """The axis by its name, the choices by their texts."""
    result = prepared()

    assert result.listing is not None
    assert (
        Axis("용량", "容量", "50", {"30ml": Choice("30ml", "501"), "50ml": Choice("50ml", "502")}),
    ) == result.listing.axes


def test_an_axis_of_another_name_is_tied_by_the_configuration() -> None:
    """Without the line, the finding names what the category has."""
    other = evolve(SERUMS, axes={"60": sd.Attribute("60", "净含量")})

    refused, tied = prepared(category=other), prepared(category=other, settings=settings(axes={"용량": "60"}))

    assert ["map.axis_unknown"] == codes(refused)
    assert "category 50011978 has no axis '容量'; it has 净含量 (60)" == refused.issues[0].message
    assert 'add [channels.tmall-cn.axes] "용량" = "<market axis id>"' == refused.issues[0].hint
    assert [] == codes(tied)


def test_an_option_outside_a_closed_list_is_a_finding() -> None:
    """A market that takes no texts of our own cannot show it."""
    closed = evolve(SERUMS, axes={"50": sd.Attribute("50", "容量", choices={"501": "30ml"}, custom=False)})

    result = prepared(category=closed)

    assert [("map.choice_unknown", "SBG-001/axes/용량/choices/50ml")] == [
        (i.code, i.path) for i in result.issues
    ]


def test_two_options_that_become_the_same_text_are_a_finding() -> None:
    """A buyer could not tell them apart, and the market would merge them."""
    same = {"name": REFERENCE.options["name"], "value": {v: {"zh-Hans": "小瓶"} for v in ("30ml", "50ml")}}

    result = prepared(settings=settings(reference=evolve(REFERENCE, options=same)))

    assert ["map.choice_same"] == codes(result)
    assert "values '30ml' and '50ml' both become '小瓶'" == result.issues[0].message


def test_variants_with_equal_or_missing_options_are_findings() -> None:
    """A market's maximum or a slip of the pen never merges two SKUs."""
    one, two = SERUM.variants
    equal = prepared(evolve(SERUM, variants=(one, evolve(two, options=one.options))))
    lacking = prepared(evolve(SERUM, variants=(one, evolve(two, options={}))))

    assert ["map.variants_same"] == codes(equal)
    assert ["map.option_missing"] == codes(lacking)
    assert lacking.content is None


def test_more_variants_than_one_listing_takes_are_a_finding() -> None:
    """They are never split silently."""
    result = prepared(driver=driver(spec_variants=sd.Variants(2, 1)))

    assert ["map.variants_too_many"] == codes(result)
