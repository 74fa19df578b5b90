"""A figure of one variant that is none: what depends on it stays as it is, and everything else goes out.

The worst that a wrong cell can do is to hold more than itself: then what is sold out is sold on.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve, frozen
from tests.engine.bench import Bench, item
from tests.engine.exchange import TMALL, Merchant, merchant

from storesync.plan import Kind
from storesync.testing.plain import plain_driver

FIRST = ",2997000010017,240,"
SECOND = "50ml,,,50,ml,1,46000,52000,13000,165,71,42,99,2997000020016,180,"


@frozen
class Wrong:
    """One cell of SBG-001-50: what stands there, which code and words tell of it, and whether the document waits."""

    old: str
    new: str
    code: str
    said: str
    content: bool = False


PRICE = "policy 'cn', stage 'base', variant SBG-001-50: "
WRONG = {
    "price blank": Wrong(",46000,", ",,", "price.figure", PRICE + "there is no price"),
    "price 0": Wrong(",46000,", ",0,", "price.figure", PRICE + "the price is 0"),
    "price with a point": Wrong(",46000,", ",46.5,", "price.figure", PRICE + "price '46.5' is no KRW amount"),
    "price in words": Wrong(",46000,", ",4만,", "price.figure", PRICE + "price '4만' is no KRW amount"),
    "price below 0": Wrong(",46000,", ",-5,", "price.figure", PRICE + "price '-5' is no KRW amount"),
    "cost 0": Wrong(
        ",13000,",
        ",0,",
        "price.figure",
        "policy 'cn', stage 'guards', variant SBG-001-50: the cost is 0",
    ),
    "list price 0": Wrong(
        ",52000,",
        ",0,",
        "price.figure",
        "policy 'cn', stage 'compare-at', variant SBG-001-50: the list price is 0",
    ),
    "content blank": Wrong(",50,ml,", ",,ml,", "check.figure", "variant SBG-001-50: net content ''", True),
    "content 0": Wrong(",50,ml,", ",0,ml,", "check.figure", "variant SBG-001-50: net content '0'", True),
    "weight in words": Wrong(
        ",165,", ",heavy,", "check.figure", "variant SBG-001-50: 'heavy' is no weight", True
    ),
    "pieces in words": Wrong(
        ",ml,1,", ",ml,x,", "check.figure", "variant SBG-001-50: pieces 'x' is no whole number", True
    ),
    "a side in words": Wrong(
        ",71,42,", ",x,42,", "check.figure", "variant SBG-001-50: length mm 'x' is no whole number", True
    ),
}


def second(shop: Merchant, old: str, new: str) -> None:
    """Change one cell in the row of SBG-001-50."""
    shop.edit("catalog/variants.csv", SECOND, SECOND.replace(old, new, 1))


def stocks(shop: Merchant) -> dict[str, int]:
    """What the market itself has, by SKU."""
    return {sku.code: sku.stock for listing in shop.shops[TMALL].alive() for sku in listing.skus.values()}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_figure_holds_what_is_made_of_it_and_no_stock(tmp_path: Path, name: str) -> None:
    """240 of its sibling become 0, its own 180 become 170; every price stays; the next plan is empty."""
    wrong = WRONG[name]
    with merchant(tmp_path) as shop:
        shop.sync()
        prices = shop.prices()
        second(shop, wrong.old, wrong.new)
        shop.edit("catalog/variants.csv", ",180,", ",170,")
        shop.edit("catalog/variants.csv", FIRST, FIRST.replace("240", "0"))
        plan, report = shop.sync()
        report.raise_for_faults()
        (held,) = plan.held
        (issue,) = [one for one in held.issues if one.code == wrong.code]

        assert prices == shop.prices()
        assert (0, 170) == (stocks(shop)["SBG-001-30"], stocks(shop)["SBG-001-50"])
        assert issue.message.startswith(wrong.said)
        assert issue.at.startswith("variants.csv:3")
        assert issue.hint
        assert wrong.said in str(held)
        assert wrong.content is held.content
        assert (() if wrong.content else ("SBG-001-50",)) == tuple(held.stays)
        assert () == shop.plan().operations


def test_a_policy_file_is_named_beside_the_cell(tmp_path: Path) -> None:
    """Policy with its file, stage, variant, cell and the way out stand in one finding."""
    with merchant(tmp_path) as shop:
        shop.sync()
        second(shop, ",46000,", ",,")
        (issue,) = shop.plan().held[0].issues

        assert "variants.csv:3:price_krw" == issue.at
        assert issue.hint.startswith("unknown is not zero: give the price; policy 'cn' stands in prices.toml")


def test_the_price_of_a_sibling_goes_on(tmp_path: Path) -> None:
    """What is wrong with one variant says nothing of another one."""
    with merchant(tmp_path) as shop:
        shop.sync()
        before = shop.prices()
        second(shop, ",46000,", ",0,")
        shop.edit("catalog/variants.csv", ",32000,", ",36000,")
        shop.sync()
        after = shop.prices()

        assert after["SBG-001-30"] > before["SBG-001-30"]
        assert after["SBG-001-50"] == before["SBG-001-50"]


@pytest.mark.parametrize("figure", ["", "viele", "1.5"])
def test_a_bad_stock_figure_holds_the_stock_of_its_own_sku_alone(tmp_path: Path, figure: str) -> None:
    """Its live stock stays, and the report says so; its own price, and all of its sibling, go on."""
    with merchant(tmp_path) as shop:
        shop.sync()
        before = shop.prices()
        second(shop, ",180,", f",{figure},")
        shop.edit("catalog/variants.csv", FIRST, FIRST.replace("240", "0"))
        shop.edit("catalog/variants.csv", ",46000,", ",47000,")
        plan, report = shop.sync()
        report.raise_for_faults()
        (held,) = plan.held

        assert (0, 180) == (stocks(shop)["SBG-001-30"], stocks(shop)["SBG-001-50"])
        assert shop.prices()["SBG-001-50"] > before["SBG-001-50"]
        assert {"SBG-001-50": "180"} == held.uncounted
        assert "live stock 180 stays" in str(held)
        assert ["stock.unknown"] == [issue.code for issue in held.issues]
        assert "variants.csv:3:stock" == held.issues[0].at
        assert () == shop.plan().operations
        shop.edit("catalog/variants.csv", f",{figure},sbg-001_50", ",7,sbg-001_50")
        shop.sync()
        assert 7 == stocks(shop)["SBG-001-50"]


def test_where_one_call_carries_both_the_live_stock_is_looked_at_first() -> None:
    """Three were sold meanwhile: a new price goes out, and the stock that was acknowledged last is not sent again."""
    shop = Bench.opened(item("A", stock=180), driver=plain_driver(together=True))
    shop.sync()
    (listing,) = shop.truth.alive("A")
    shop.truth.edit(listing.id, stock=177)
    shop.put(evolve(item("A", price=120, stock=999), uncounted=frozenset({"A-0"})))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(120), 177)}} == shop.live()
    assert () == shop.plan().operations


ROWS = {
    "no name": ("products.csv", "설빛가온 산양삼 히알루론 보습 세럼", "", "catalog.name_missing"),
    "an unknown brand": ("products.csv", "SBG-001,SBG,", "SBG-001,SBX,", "catalog.brand_unknown"),
    "an HS code of letters": ("products.csv", ",330499,", ",33o499,", "catalog.hs"),
    "an option without a value": ("variants.csv", "용량,50ml,,,50", "용량,,,,50", "catalog.option_half"),
    "the same options twice": ("variants.csv", "용량,50ml,,,50", "용량,30ml,,,50", "catalog.option_same"),
}


@pytest.mark.parametrize("name", ROWS)
def test_stock_goes_out_though_a_product_cannot_be_read(tmp_path: Path, name: str) -> None:
    """Its document and its prices stay; what is sold out is not sold on."""
    file, old, new, code = ROWS[name]
    with merchant(tmp_path) as shop:
        shop.sync()
        prices = shop.prices()
        shop.edit(f"catalog/{file}", old, new)
        shop.edit("catalog/variants.csv", FIRST, FIRST.replace("240", "0"))
        shop.edit("catalog/variants.csv", ",32000,", ",39000,")
        plan, report = shop.sync()
        report.raise_for_faults()

        assert [Kind.STOCK] == [operation.kind for operation in plan]
        assert (0, 180) == (stocks(shop)["SBG-001-30"], stocks(shop)["SBG-001-50"])
        assert prices == shop.prices()
        assert code in {issue.code for issue in plan.held[0].issues}
        assert "SBG-001-30 stock 240 → 0 goes out" in str(plan.held[0])
        assert () == shop.plan().operations


def test_the_stock_of_a_row_that_is_torn_stays(tmp_path: Path) -> None:
    """Under which column its cells stand nobody knows; the row of its sibling is whole."""
    with merchant(tmp_path) as shop:
        shop.sync()
        second(shop, SECOND, SECOND.replace("46000,", "46,000,").replace("180", "90"))
        shop.edit("catalog/variants.csv", FIRST, FIRST.replace("240", "0"))
        plan, _ = shop.sync()

        assert (0, 180) == (stocks(shop)["SBG-001-30"], stocks(shop)["SBG-001-50"])
        assert {"SBG-001-50": "180"} == plan.held[0].uncounted


@pytest.mark.parametrize("cell", [",46000,", ",13000,", ",52000,", ",50,ml,", ",180,"])
def test_a_new_listing_with_a_bad_figure_waits_whole(tmp_path: Path, cell: str) -> None:
    """Nothing of it is made, and the reason is told; the other products are listed."""
    with merchant(tmp_path) as shop:
        second(
            shop,
            cell,
            cell.replace("46000", "0")
            .replace("13000", "0")
            .replace("52000", "0")
            .replace("50,ml", "0,ml")
            .replace("180", ""),
        )
        plan, _ = shop.sync()

        assert {"SBG-002", "SBG-008"} == {listing.key for listing in shop.shops[TMALL].alive()}
        assert ["SBG-001"] == [held.key for held in plan.held]
        assert "SBG-001-50" in plan.held[0].reason


def test_nothing_came_back_on_sale(tmp_path: Path) -> None:
    """Sold out at a price that stays: seven new ones wait for the next price."""
    with merchant(tmp_path) as shop:
        shop.edit("catalog/variants.csv", ",180,", ",0,")
        shop.sync()
        shop.edit(
            "catalog/variants.csv",
            ",46000,52000,13000,165,71,42,99,2997000020016,0,",
            ",,52000,13000,165,71,42,99,2997000020016,7,",
        )
        plan, _ = shop.sync()

        assert 0 == stocks(shop)["SBG-001-50"]
        assert ("SBG-001-50 stock 0 → 7",) == plan.held[0].waits
        assert Decimal(299) == shop.prices()["SBG-001-50"]
