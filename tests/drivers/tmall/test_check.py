"""What the rule document demands is said before anything is sent."""

from typing import Any

import pytest
from tests.drivers.tmall.samples import CATEGORY, OFFERS, SHOP, listing, offer, offers, single

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.drivers.tmall.rules import breaches, columns, holds


def found(of: sd.Listing, given_: dict[str, sd.Offer] | None = None) -> list[tuple[str, str]]:
    """Code and path of each issue."""
    assert DRIVER.check is not None
    return [
        (issue.code, issue.path) for issue in DRIVER.check(SHOP, of, OFFERS if given_ is None else given_)
    ]


def test_a_good_listing_has_no_issue() -> None:
    """Nothing to say about the sample, with and without rows."""
    assert [] == found(listing())
    assert [] == found(single())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"texts": {"zh-Hans": sd.Copy("很" * 31, "够长的描述")}}, ("category.invalid", "text/title")),
        ({"texts": {"zh-Hans": sd.Copy("", "够长的描述")}}, ("category.missing", "text/title")),
        ({"texts": {"zh-Hans": sd.Copy("好", "")}, "images": ()}, ("category.missing", "text/description")),
        ({"images": ()}, ("category.missing", "images")),
        ({"hs": ""}, ("category.missing", "hs")),
        ({"brand": sd.Choice("?", "4711")}, ("category.invalid", "brand")),
        ({"brand": sd.Choice("", "-1")}, ("category.missing", "brand")),
        ({"key": "A,B"}, ("key.unusable", "key")),
        ({"key": " A"}, ("key.unusable", "key")),
        ({"key": "A" * 61}, ("category.invalid", "key")),
        ({"axes": (sd.Axis("volume", "容量", "prop_1"),)}, ("axis.unknown", "axes/volume")),
    ],
)
def test_each_breach_names_its_place(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """One demand broken, one issue at the canonical path among those found."""
    assert expected in found(listing(**changes))


@pytest.mark.parametrize(
    ("id_", "choices", "expected"),
    [
        ("prop_21299", (), "category.missing"),
        ("prop_21299", (sd.Choice("月球", "9"),), "category.invalid"),
        ("prop_30000003", tuple(sd.Choice("", f"7000000{n}") for n in (1, 2, 3)), "category.invalid"),
        ("prop_30000009", (sd.Choice("ab12"),), "category.invalid"),
        ("food_security.period", (), "category.missing"),
    ],
)
def test_attributes_are_judged_by_their_rules(
    id_: str, choices: tuple[sd.Choice, ...], expected: str
) -> None:
    """Required, options, number of values, pattern, parts of complex fields."""
    attributes = {**listing().attributes, id_: choices}

    assert [(expected, f"attributes/{id_}")] == found(listing(attributes=attributes))


def test_a_missing_attribute_names_the_line_to_add() -> None:
    """The hint tells channel and field."""
    assert DRIVER.check is not None
    (issue,) = DRIVER.check(SHOP, listing(attributes={**listing().attributes, "prop_21299": ()}), OFFERS)

    assert "产地 is required" == issue.message
    assert "add to the attribute mapping of channel 'tmall-cn': prop_21299 = …" == issue.hint


def test_prices_are_yuan_with_two_decimals() -> None:
    """A third decimal, another currency and zero are issues of that variant."""
    third = offers(offer("30", "1.005", 1), OFFERS["GW-SERUM-50"])
    dong = offers(
        sd.Offer("GW-SERUM-30", {"CN": sd.Price(sd.Money(939_000, "VND"))}, 1), OFFERS["GW-SERUM-50"]
    )
    zero = offers(offer("30", "0", 1), OFFERS["GW-SERUM-50"])

    assert [("price.unusable", "variants/GW-SERUM-30/price")] == found(listing(), third)
    assert [("price.unusable", "variants/GW-SERUM-30/price")] == found(listing(), dong)
    assert [("category.invalid", "variants/GW-SERUM-30/price")] == found(listing(), zero)
    assert [] == found(listing(), {})


def test_variants_need_different_values_on_every_axis() -> None:
    """Two rows with one meaning, or none, are found before the market finds them."""
    twins = listing("30", "30")
    lost = listing(variants=(*listing("30").variants, sd.Variant("X", {})))

    assert ("option.repeated", "variants/GW-SERUM-30/options") in found(twins)
    assert ("option.missing", "variants/X/options") in found(lost)


def test_an_unread_category_is_one_issue() -> None:
    """Without rules nothing else can be said."""
    assert [("category.unknown", "category")] == found(listing(category=sd.Category("1")))


def test_a_chinese_character_counts_two_bytes() -> None:
    """Taobao's convention for lengths in bytes."""
    assert 5 == columns("a江原")


@pytest.mark.parametrize(
    ("symbol", "value", "given_", "expected"),
    [
        ("==", "1", "1", True),
        ("==", "1", ["0", "1"], True),
        ("!=", "1", "1", False),
        ("!=", "1", "2", True),
        ("!=", "1", "", False),
        (">", "1", "2", True),
        ("<=", "1", "2", False),
        (">", "1", "x", False),
        ("is null", "", "", True),
        ("is null", "", "1", False),
        ("contains", "b", "abc", True),
        ("not contains", "b", "abc", False),
        ("not contains", "b", "", False),
        ("in fieldOptions", "", "72000001", True),
        ("in fieldOptions", "", "9", False),
        ("not in fieldOptions", "", "9", True),
        ("resembles", "1", "1", False),
    ],
)
def test_each_symbol_of_a_condition(symbol: str, value: str, given_: Any, expected: bool) -> None:
    """An empty field makes every symbol but `is null` false."""
    when = {"any": False, "of": [{"field": "prop_21299", "symbol": symbol, "value": value}]}

    assert expected is holds(when, {"prop_21299": given_}, CATEGORY.rules)


def test_groups_join_by_and_or_or() -> None:
    """Groups nest."""
    yes = {"field": "a", "symbol": "==", "value": "1"}
    no = {"field": "a", "symbol": "==", "value": "2"}

    assert holds({"any": True, "of": [no, yes]}, {"a": "1"}, {})
    assert not holds({"any": False, "of": [{"any": True, "of": [yes]}, no]}, {"a": "1"}, {})


@pytest.mark.parametrize(
    ("rule", "value", "broken"),
    [
        (("valueTypeRule", "integer"), "1.0", True),
        (("valueTypeRule", "integer"), "-1", False),
        (("valueTypeRule", "url"), "ftp://x", True),
        (("valueTypeRule", "url"), f"media:{'a' * 64}:main", False),
        (("valueTypeRule", "date"), "2026-11-23", False),
        (("valueTypeRule", "date"), "23.11.2026", True),
        (("minLengthRule", "3"), "江", True),
        (("maxValueRule", "10"), "11", True),
        (("maxValueRule", "10"), "10", False),
        (("minValueRule", "0"), "x", True),
        (("maxDecimalDigitsRule", "2"), "1.234", True),
        (("regexRule", "(?<bad"), "x", False),
        (("maxLengthRule", "many"), "x", False),
        (("tipRule", "anything"), "x", False),
    ],
)
def test_each_kind_of_rule(rule: tuple[str, str], value: str, broken: bool) -> None:
    """A rule that cannot be read is left to the market."""
    name, bound = rule
    field = {"id": "f", "name": "", "type": "input", "options": {}, "fields": {}}
    rules = [{"name": name, "value": bound, "unit": "", "exclusive": False, "when": None}]

    assert broken is bool(list(breaches({"f": {**field, "rules": rules}}, {"f": value})))


def test_an_excluded_bound_is_excluded() -> None:
    """`not include` means that the bound itself is too much."""
    field = {"id": "f", "name": "", "type": "input", "options": {}, "fields": {}}
    rules = [{"name": "maxLengthRule", "value": "2", "unit": "", "exclusive": True, "when": None}]

    assert 1 == len(list(breaches({"f": {**field, "rules": rules}}, {"f": "ab"})))
