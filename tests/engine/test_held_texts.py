"""A document that is held: what the listing shows stays, and prices and stock of what is on sale go out."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

from attrs import evolve
from rich.console import Console
from tests.engine.bench import LOOSE, Bench, item, profile
from tests.engine.exchange import TMALL, merchant

import storesync.driver as sd
from storesync.plan import GuardLimits, Kind
from storesync.report.plan_page import plan_page
from storesync.report.plan_view import plan_view
from storesync.testing.plain import plain_driver
from storesync.testing.wanted import Item


def unfit(one: Item, **offers: tuple[int, int]) -> Item:
    """The same product with a text that must not leave, and these prices and stocks."""
    told = {sku.replace("_", "-"): (Decimal(price), stock) for sku, (price, stock) in offers.items()}
    return evolve(one, title="unfit", unfit=True, offers=told)


def test_prices_and_stock_go_out_while_the_text_is_held() -> None:
    """240 become 0 and a price moves; the title stays, and the next run is silent until the text is mended."""
    shop = Bench.opened(item("A", stock=240, variants=2))
    shop.sync()
    shop.put(unfit(item("A"), A_0=(100, 0), A_1=(104, 240)))
    made = shop.plan()
    shop.apply(made).raise_for_faults()
    (held,) = made.held

    assert {"A": {"A-0": (Decimal(100), 0), "A-1": (Decimal(104), 240)}} == shop.live()
    assert {Kind.STOCK, Kind.PRICES} == {operation.kind for operation in made}
    assert ["title of A"] == [listing.title for listing in shop.truth.live()]
    assert (
        "live content stays; A-0 stock 240 → 0 goes out; the price of 1 SKU goes out"
        in held.words().replace("other ", "")
    )
    assert "live content stays" in str(made)
    assert () == shop.plan().operations

    shop.put(evolve(shop.world.wanted.items["A"], unfit=False))
    shop.sync().raise_for_faults()

    assert ["unfit"] == [listing.title for listing in shop.truth.live()]


def test_a_variant_that_left_is_sold_out_and_a_new_one_waits_for_the_text() -> None:
    """Neither can be done without a document."""
    shop = Bench.opened(item("A", stock=9, variants=2))
    shop.sync()
    shop.put(unfit(item("A"), A_1=(100, 9), A_2=(100, 9)))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(100), 0), "A-1": (Decimal(100), 9)}} == shop.live()

    shop.put(evolve(shop.world.wanted.items["A"], unfit=False))
    shop.sync().raise_for_faults()

    assert {"A": {"A-1": (Decimal(100), 9), "A-2": (Decimal(100), 9)}} == shop.live()


def test_a_new_listing_with_a_held_text_is_not_made() -> None:
    """Nothing of it is there that could go on."""
    shop = Bench.opened(evolve(item("A"), unfit=True))
    made = shop.plan()

    assert () == made.operations
    assert ["a person refused this text"] == [held.reason for held in made.held]


def test_a_hidden_listing_does_not_come_back_with_a_held_text() -> None:
    """What it would show is not what anybody stands by."""
    shop = Bench.opened(item("A"))
    shop.sync()
    shop.put(item("A", offered=False))
    shop.sync()
    shop.put(unfit(item("A"), A_0=(100, 3)))
    shop.sync()

    assert {} == shop.live()


def test_the_stock_that_a_seller_keeps_is_not_sent_beside_a_held_text() -> None:
    """What is the seller's own stays his."""
    shop = Bench.opened(item("A", stock=240), manners=evolve(profile(), owned=("stock",)))
    shop.sync()
    shop.put(unfit(item("A"), A_0=(104, 0)))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(104), 240)}} == shop.live()


def test_a_new_variant_far_from_its_category_does_not_stop_the_stock_of_the_others() -> None:
    """It holds the document that would bring it, and is told; the others are sold out as the catalog says."""
    many = [item(f"P{n:02}", 100, 5) for n in range(12)]
    shop = Bench.opened(*many)
    shop.sync()
    far = {"P03-0": (Decimal(100), 0), "P03-1": (Decimal(100_000), 5)}
    shop.put(evolve(many[3], offers=far))
    made = shop.plan(limits=evolve(LOOSE, outlier=GuardLimits().outlier))
    shop.apply(made).raise_for_faults()

    assert {"P03-0": (Decimal(100), 0)} == shop.live()["P03"]
    assert [Kind.STOCK] == [operation.kind for operation in made]
    assert ["P03"] == [held.key for held in made.held]
    assert "price.outlier" in {issue.code for issue in made.held[0].issues}


def test_the_example_sells_out_while_a_translation_is_refused(tmp_path: Path) -> None:
    """Through texts, gates and driver: Korean in a title stops the title, not the stock; plan and page say both."""
    with merchant(tmp_path) as shop:
        _, report = shop.sync(meant=True)
        report.raise_for_faults()
        before = shop.prices()
        titles = {listing.title for listing in shop.shops[TMALL].alive()}
        shop.edit("catalog/translations.csv", "林下参玻尿酸保湿精华液", "산삼 세럼")
        shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")
        plan, report = shop.sync()
        told = Console(width=200, record=True, file=StringIO())
        told.print(plan_view(plan))
        stock = {
            sku.code: sku.stock for listing in shop.shops[TMALL].alive() for sku in listing.skus.values()
        }

    assert 0 == stock["SBG-001-30"]
    assert titles == {listing.title for listing in shop.shops[TMALL].alive()}
    assert before == shop.prices()
    assert ["SBG-001"] == [held.key for held in plan.held]
    assert "text.korean_left" in {issue.code for issue in plan.held[0].issues}
    assert "live content stays; SBG-001-30 stock 240 → 0 goes out" in told.export_text()
    assert "live content stays; SBG-001-30 stock 240 → 0 goes out" in plan_page([plan])


def test_offers_that_a_market_takes_with_the_document_alone_wait_with_it() -> None:
    """There is no call for them; the plan says what waits, and all of it goes with the mended text."""
    made = plain_driver()
    assert made.update is not None
    assert made.prices is not None
    assert made.stock is not None
    update, prices, stock = made.update, made.prices, made.stock

    def carrying(shop: sd.Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
        """The document with the offers of all variants."""
        receipt = yield from update(shop, change)
        assert receipt.ref is not None
        changes = [sd.OfferChange(receipt.ref, offer) for offer in change.offers.values()]
        yield from prices(shop, changes)
        yield from stock(shop, changes)
        return receipt

    spec = evolve(
        made.spec,
        update=frozenset({"merges", "carries offers"}),
        batches={part: most for part, most in made.spec.batches.items() if part not in ("prices", "stock")},
    )
    shop = Bench.opened(
        item("A", stock=240), driver=evolve(made, update=carrying, prices=None, stock=None, spec=spec)
    )
    shop.sync()
    shop.put(unfit(item("A"), A_0=(104, 0)))
    plan = shop.plan()
    shop.apply(plan).raise_for_faults()
    (held,) = plan.held

    assert () == plan.operations
    assert {"A": {"A-0": (Decimal(100), 240)}} == shop.live()
    assert ("A-0 stock 240 → 0", "A-0 price 100.00 CNY → 104.00 CNY") == held.follows
    assert "live content stays; A-0 stock 240 → 0 waits for the new content" in str(plan)
    (told,) = shop.status().held
    assert held.follows == told.follows

    shop.put(evolve(shop.world.wanted.items["A"], unfit=False))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(104), 0)}} == shop.live()
