"""The Gangwon example through the whole pass: golden prices, a golden listing, and what is held back."""

from typing import Any

import pytest
from tests.prepare import example, world

from storesync.drivers import tmall
from storesync.localization import foreign
from storesync.model import Money
from storesync.prepare import Prepared, Settings, prepare


def on_tmall(key: str, **changes: Any) -> Prepared:
    """One line of the example on the emulated Tmall."""
    given = example.settings("tmall", example.CN, **changes)
    product = example.products()[key]
    return prepare(
        product,
        settings=given,
        driver=tmall.DRIVER,
        shop=tmall.Shop(channel="tmall-cn", markets=(example.CN,)),
        category=example.tmall_category(given.categories[product.category]),
    )


def on_paper(key: str, given: Settings) -> Prepared:
    """One line of the example on a market that asks for no attribute."""
    product = example.products()[key]
    return prepare(
        product,
        settings=given,
        driver=world.driver(spec_images={}),
        shop=world.sd.Shop(channel=given.channel.name, markets=given.channel.markets),
        category=world.Category(given.categories[product.category]),
    )


def test_the_serum_costs_what_the_golden_cases_say() -> None:
    """P02 in yuan and P07 in dong, each with its trace."""
    china = on_paper("SBG-001", example.settings("tmall", example.CN))
    vietnam = on_paper("SBG-001", example.settings("shopee", example.VN))

    assert Money("219.00", "CNY") == china.offers["SBG-001-30"].price.sale
    assert Money("939000", "VND") == vietnam.offers["SBG-001-30"].price.sale
    assert "219.00" in str(china.traces["SBG-001-30"]["CN"])
    assert 240 == china.offers["SBG-001-30"].stock


def test_the_serum_on_tmall_is_this_listing() -> None:
    """Every text, id and option, as a person would check them."""
    result = on_tmall("SBG-001")
    listing = result.listing

    assert [] == [str(issue) for issue in result.issues]
    assert listing is not None
    assert "SEOLBITGAON 林下参玻尿酸保湿精华液" == listing.text.title
    assert (
        "添加林下参提取物与多重分子量玻尿酸，为干燥肌肤补充水分，质地清润不黏腻。\n"
        "\n"
        "产品信息\n品牌：SEOLBITGAON\n产地：韩国\n净含量：30ml/50ml\n功效：保湿、滋养\n适用肤质：干性肤质\n"
        "保质期：36个月\n开封后使用期限：12个月\n\n"
        "成分：水、甘油、丁二醇、1,2-己二醇、透明质酸钠、人参（PANAX GINSENG）根提取物、泛醇、甜菜碱、"
        "黄原胶、乙基己基甘油\n\n"
        "储存方式：避光常温保存"
    ) == listing.text.description
    assert ("SEOLBITGAON", "90000001") == (listing.brand.text, listing.brand.id)
    assert {
        "prop_21299": ["韩国/72000001"],
        "prop_30000001": ["30ml/50ml/"],
        "prop_30000002": ["36个月/"],
        "prop_30000003": ["保湿/70000001", "滋养/70000005"],
        "prop_30000004": ["干性肤质/71000002"],
        "prop_30000005": [listing.text.description.split("成分：")[1].split("\n")[0] + "/"],
        "prop_30000006": ["12个月/"],
        "prop_30000007": ["避光常温保存/"],
    } == {id_: [f"{c.text}/{c.id}" for c in choices] for id_, choices in listing.attributes.items()}
    assert [("容量", ["30ml", "50ml"])] == [
        (axis.name, [choice.text for choice in axis.choices.values()]) for axis in listing.axes
    ]
    assert ["main", "gallery", "gallery"] == [image.role for image in listing.images]


@pytest.mark.parametrize(("driver", "market"), [("tmall", example.CN), ("shopee", example.VN)])
def test_without_the_accept_line_every_line_is_held(driver: str, market: Any) -> None:
    """The sample's translations are not reviewed: each listing says so, and names the line to add."""
    strict = example.settings(driver, market, accept=frozenset())

    results = [on_paper(key, strict) for key in example.products()]

    offered = [result for result in results if result.offered]
    assert ["PDM-070"] == [result.key for result in results if not result.offered]
    assert 79 == len([result for result in offered if result.held])
    assert {"text.not_accepted"} == {issue.code for result in offered for issue in result.issues.errors}
    (hint,) = {issue.hint for result in offered for issue in result.issues.errors}
    assert hint.startswith(
        '[localization] accept = ["reference"], or have the text reviewed: storesync texts'
    )


def test_every_line_of_the_example_finds_its_place_on_tmall() -> None:
    """All lines but the draft: nothing is held, and no Korean stands in any document."""
    results = {key: on_tmall(key) for key in example.products()}

    assert [] == [str(issue) for result in results.values() for issue in result.issues.errors]
    assert 79 == sum(result.content is not None for result in results.values())
    assert () == foreign("".join(str(result.content) for result in results.values()), "zh-Hans")


def test_every_line_of_the_example_reads_vietnamese() -> None:
    """Neither Korean nor Chinese is left anywhere, and every price lies within its ratio."""
    vietnam = example.settings("shopee", example.VN)

    results = [on_paper(key, vietnam) for key in example.products()]

    assert [] == [str(issue) for result in results for issue in result.issues.errors]
    assert () == foreign("".join(str(result.content) for result in results), "vi")


def test_next_years_vietnamese_prices_are_refused_with_the_line_to_change() -> None:
    """The reduced tax ends with the year: nobody sells on at the old price by accident."""
    result = on_paper("SBG-001", example.settings("shopee", example.VN, today=example.date(2027, 1, 5)))

    assert {"price.policy_expired"} == {issue.code for issue in result.issues.errors}
    assert "vat_until" in result.issues.errors[0].hint
    assert {} == dict(result.offers)
