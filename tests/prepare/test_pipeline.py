"""The whole pass: one product to one channel."""

from decimal import Decimal

import pytest
from attrs import evolve
from tests.prepare.world import (
    CN,
    DETAIL,
    SERUM,
    SERUMS,
    VN,
    channel,
    codes,
    driver,
    prepared,
    render,
    settings,
    tenth,
)

import storesync.driver as sd
from storesync.issues import Issue, Severity
from storesync.model import Axis, CategoryKey, Choice, Money, Offer, Price, digest
from storesync.prepare import Prepared


def test_a_complete_product_becomes_a_listing_without_a_finding() -> None:
    """Texts, category, brand, attributes, axes, prices and stock all find their place."""
    result = prepared()

    assert [] == codes(result)
    assert result.content == {
        "id": "SBG-001",
        "title": "SEOLBITGAON 林下参玻尿酸保湿精华液",
        "description": (
            "添加林下参提取物，为干燥肌肤补充水分。\n\n"
            "产品信息\n品牌：SEOLBITGAON\n产地：韩国\n净含量：30ml/50ml\n功效：保湿、滋养\n适用肤质：干性肤质\n保质期：36个月\n\n"
            "成分：水、甘油、1,2-己二醇\n\n"
            "储存方式：避光常温保存"
        ),
        "brand": "900",
        "attributes": {"p1": ["720"], "p2": ["1", "2"], "p3": ["水、甘油、1,2-己二醇"]},
        "skus": {"SBG-001-30": ["30ml"], "SBG-001-50": ["50ml"]},
        "images": [f"media:{'a' * 64}:main", f"media:{'b' * 64}:gallery"],
    }
    assert result.offers == {
        "SBG-001-30": Offer("SBG-001-30", {"CN": Price(Money("320", "CNY"))}, 240),
        "SBG-001-50": Offer("SBG-001-50", {"CN": Price(Money("460", "CNY"))}, 180),
    }
    assert {"SBG-001-30": {"CN": "trace"}, "SBG-001-50": {"CN": "trace"}} == {
        sku: dict(markets) for sku, markets in result.traces.items()
    }
    assert not result.held


def test_the_same_input_gives_the_same_document() -> None:
    """A plan can be made again offline from its inputs."""
    first, second = prepared(), prepared()

    assert first == second
    assert digest(first.content) == digest(second.content)


def test_a_draft_is_not_offered_and_that_is_no_finding() -> None:
    """A draft has a reason, no issue, and needs nothing."""
    result = prepared(evolve(SERUM, status="draft"), category=None)

    assert Prepared(key="SBG-001", offered=False, reason="draft") == result
    assert not result.held


def test_an_unknown_category_document_is_asked_for_first() -> None:
    """Nothing is wrong yet: the engine fetches it and runs the pass again."""
    result = prepared(category=None)

    assert (CategoryKey("50011978"),) == result.needs
    assert (None, None, 0) == (result.listing, result.content, len(result.issues))
    assert not result.held


def test_a_value_that_decides_further_fields_asks_for_their_document() -> None:
    """The second pass, with the document for the chosen value, goes through."""
    cascading = evolve(
        SERUMS,
        attributes={**SERUMS.attributes, "p1": evolve(SERUMS.attributes["p1"], cascades=True)},
    )

    first = prepared(category=cascading)
    second = prepared(category=cascading, chosen_for={"p1": "720"})

    assert (CategoryKey("50011978", {"p1": "720"}),) == first.needs
    assert () == second.needs
    assert second.content is not None


def test_korean_codes_are_told_and_reach_the_shop() -> None:
    """A listing is found again by them: they stay, and nobody is surprised."""
    first, *rest = SERUM.variants
    product = evolve(SERUM, key="설빛-001", variants=(evolve(first, sku="설빛-30"), *rest))
    result = prepared(evolve(product, supply={**SERUM.supply, "설빛-30": SERUM.supply[first.sku]}))

    told = [issue for issue in result.issues if issue.code == "text.code_foreign"]
    assert ["warning"] == [issue.severity.value for issue in told]
    assert "the codes 설빛-001, 설빛-30 of 설빛-001 reach the shop as written" in told[0].message
    assert "text.code_foreign" not in codes(prepared())


def test_an_unmapped_category_names_the_line_to_add() -> None:
    """Texts and prices are looked at all the same."""
    result = prepared(settings=settings(categories={}, accept=frozenset()), category=None)

    assert ["map.category_missing", "text.not_accepted"] == codes(result)
    assert 'add [channels.tmall-cn.categories] C-SER = "<market category id>"' == result.issues[0].hint
    assert result.held
    assert 2 == len(result.offers)


def test_a_document_for_another_category_is_a_finding() -> None:
    """A driver that answers for another category cannot put the product there."""
    result = prepared(category=evolve(SERUMS, id="1"))

    assert ["map.category_other"] == codes(result)
    assert result.content is None


def test_every_finding_names_product_and_place() -> None:
    """Paths begin with the product's key; the place is the best one known."""
    result = prepared(settings=settings(accept=frozenset(), policies={}))

    assert [
        ("SBG-001/texts/zh-Hans", "translations.csv:2"),
        ("SBG-001/prices/CN", "products.csv:2"),
    ] == [(issue.path, issue.at) for issue in result.issues]


def test_all_findings_come_at_once() -> None:
    """Text, brand, attribute, price, stock and picture: one run tells them all."""
    broken = evolve(
        SERUM,
        brand=evolve(SERUM.brand, latin="UNHEARD"),
        images=SERUM.images[1:],
        supply={**SERUM.supply, "SBG-001-50": evolve(SERUM.supply["SBG-001-50"], stock=None)},
    )

    result = prepared(broken, settings=settings(accept=frozenset(), attributes={"*": {"p1": "origin"}}))

    assert {
        "text.not_accepted",
        "stock.unknown",
        "map.brand_unknown",
        "map.attribute_missing",
        "image.too_few",
    } == set(codes(result))


def test_a_held_listing_has_no_document_to_send() -> None:
    """What is not fit to leave cannot leave by mistake."""
    result = prepared(settings=settings(accept=frozenset()))

    assert result.held
    assert result.content is None
    assert result.listing is not None


def test_a_warning_holds_nothing_back() -> None:
    """The driver's warning is kept, the listing goes out."""
    warning = Issue("paper.odd", "title", "odd", Severity.WARNING)

    result = prepared(driver=driver(check=lambda shop, listing, offers: [warning]))

    assert [("paper.odd", "SBG-001/title")] == [(issue.code, issue.path) for issue in result.issues]
    assert result.content is not None


def test_a_driver_that_fails_to_render_is_a_finding() -> None:
    """One class name, one message, no crash."""

    def broken(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
        raise KeyError("prop_1")

    result = prepared(driver=driver(render=broken))

    assert ["driver.failed"] == codes(result)
    assert "driver 'paper': render raised KeyError: 'prop_1'" == result.issues[0].message


def test_a_driver_that_fails_while_it_checks_keeps_what_it_found() -> None:
    """Findings made before the failure are not lost."""

    def broken(shop, listing, offers):  # type: ignore[no-untyped-def]
        yield Issue("paper.first", "title", "first")
        raise ValueError("second")

    assert ["paper.first", "driver.failed"] == codes(prepared(driver=driver(check=broken)))


@pytest.mark.parametrize("bad", [1.5, object(), {1: "x"}])
def test_a_document_that_is_no_exact_json_is_a_finding(bad: object) -> None:
    """Floats and objects never reach the state or the wire."""
    result = prepared(driver=driver(render=lambda shop, listing: {"price": bad}))

    assert ["driver.failed"] == codes(result)


def test_a_driver_is_not_asked_about_half_a_listing() -> None:
    """A driver may rely on texts and offers: without them its findings would be noise."""
    asked: list[str] = []

    def check(shop, listing, offers):  # type: ignore[no-untyped-def]
        asked.append(listing.key)
        return []

    nothing = evolve(SERUM, key="NEW-001")
    result = prepared(nothing, driver=driver(check=check))

    assert ["text.missing"] == codes(result)
    assert [] == asked


def test_a_gap_is_told_once_with_the_line_that_fills_it() -> None:
    """The driver's own word for the same missing attribute is left out."""
    again = Issue("category.requiredRule", "attributes/p2", "功效 is required")

    result = prepared(
        settings=settings(attributes={"*": {"p1": "origin"}}),
        driver=driver(check=lambda shop, listing, offers: [again]),
    )

    assert ["map.attribute_missing"] == codes(result)


def test_a_channel_of_two_markets_has_both_languages_and_both_prices() -> None:
    """The channel's own language comes first."""
    result = prepared(settings=settings(CN, VN))

    assert [] == codes(result)
    assert result.listing is not None
    assert ("zh-Hans", "vi") == tuple(result.listing.texts)
    assert {"vi": "Dung tích"} == result.listing.axes[0].names
    assert {"CN", "VN"} == set(result.offers["SBG-001-30"].prices)


def test_pictures_in_another_language_stay_at_home() -> None:
    """The Korean detail picture goes to a Korean market only."""
    seoul = sd.Market("KR", ("ko",), "KRW")

    abroad, home = prepared(), prepared(settings=settings(seoul, policies={"KR": "kr"}))

    assert abroad.listing is not None
    assert home.listing is not None
    assert DETAIL not in {image.sha256 for image in abroad.listing.images}
    assert DETAIL in {image.sha256 for image in home.listing.images}


def test_a_driver_that_takes_codes_for_texts_is_caught() -> None:
    """The merchant's own option codes are Korean: they are no text for a foreign page."""

    def careless(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
        return {**render(shop, listing), "axes": [axis.code for axis in listing.axes]}

    result = prepared(driver=driver(render=careless))

    assert [("text.korean_left", "SBG-001/content/axes/0")] == [(i.code, i.path) for i in result.issues]
    assert result.content is None


@pytest.mark.parametrize("script", ["han", "hangul", "kana"])
def test_what_a_market_refuses_to_read_does_not_leave(script: str) -> None:
    """As TikTok Shop refuses Han characters: in every kind of text, also what only the driver writes."""

    def own_words(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
        return {**render(shop, listing), "label": "含"}

    refusing = driver(spec_refused_scripts=frozenset({script}))
    result = prepared(driver=refusing)
    whole = prepared(driver=driver(render=own_words))
    latin = settings(VN, attributes={})
    bare = evolve(SERUMS, attributes={}, axes={})
    foreign = driver(spec_refused_scripts=frozenset({script}), render=own_words)

    told = {issue.path for issue in result.issues.errors if issue.code == "text.han_left"}
    assert (script == "han") == result.held
    if script == "han":
        assert {f"SBG-001/texts/zh-Hans/{name}" for name in ("title", "description", "points/0")} <= told
        assert {"SBG-001/attributes/p2", "SBG-001/axes/용량/name"} <= told
        assert result.content is None
    assert whole.content is not None
    assert not prepared(driver=refusing, settings=latin, category=bare).held
    assert prepared(driver=foreign, settings=latin, category=bare).held


def test_acknowledged_prices_reach_the_guards() -> None:
    """`last` is handed to pricing per SKU and market."""
    seen = {}

    def watching(**asked):  # type: ignore[no-untyped-def]
        seen[asked["sku"]] = asked["last"]
        return tenth(**asked)

    before = Price(Money("310", "CNY"))
    prepared(last={"SBG-001-30": Offer("SBG-001-30", {"CN": before}, 1)}, pricer=watching)

    assert {"SBG-001-30": before, "SBG-001-50": None} == seen


def test_a_price_ratio_beyond_the_limit_names_both_variants() -> None:
    """Dearest over cheapest, per market."""
    result = prepared(driver=driver(spec_price_ratio=Decimal("1.4")))

    assert ["price.ratio"] == codes(result)
    assert (
        "variants SBG-001-50, SBG-001-30: SBG-001-50 costs 460 CNY, 1.44 times what SBG-001-30 costs (320 CNY)"
        in result.issues[0].message
    )


def test_a_product_without_variants_cannot_be_sold() -> None:
    """A listing with nothing to buy is an error."""
    result = prepared(evolve(SERUM, variants=(), axes=()))

    assert ["product.no_variants"] == codes(result)


def test_two_axes_are_joined_only_on_demand() -> None:
    """One axis too many names the policy; with it, both show as one."""
    scented = evolve(
        SERUM,
        axes=(
            Axis("용량", "용량", choices={"50ml": Choice("50ml")}),
            Axis("향", "향", choices={"솔잎": Choice("솔잎"), "라벤더": Choice("라벤더")}),
        ),
        variants=(
            evolve(SERUM.variants[0], options={"용량": "50ml", "향": "솔잎"}),
            evolve(SERUM.variants[1], options={"용량": "50ml", "향": "라벤더"}),
        ),
    )
    one_axis = evolve(SERUMS, axes={}, axes_max=1)

    refused = prepared(scented, category=one_axis)
    joined = prepared(scented, category=one_axis, settings=settings(surplus_axes="join"))

    assert ["map.axes_too_many"] == codes(refused)
    assert '[channels.tmall-cn] surplus_axes = "join"' in refused.issues[0].hint
    assert joined.content is not None
    assert {"SBG-001-30": ["50ml / 松针"], "SBG-001-50": ["50ml / 薰衣草"]} == joined.content["skus"]


def test_the_filter_is_looked_at_before_anything_else() -> None:
    """Never beats only, and the reason says which line did it."""
    result = prepared(settings=settings(channel=channel(only=("SBG-*",), never=("tag:best*",))))

    assert "never 'tag:best*' of channel 'tmall-cn'" == result.reason
    assert not result.offered
