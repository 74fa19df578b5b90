"""A price that is held: what is live stays, and stock, texts and the shelf go on. Nothing is listed without a price."""

from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from rich.console import Console
from tests.engine.bench import Bench, Pictured, item, profile, step
from tests.engine.exchange import SHOPEE, TMALL, Merchant, merchant

from storesync.engine.diff import blocked
from storesync.engine.shops import Shops
from storesync.plan import GuardLimits, Kind, Plan
from storesync.report.document import explained_document
from storesync.report.plan_page import plan_page
from storesync.report.price_view import explained_view
from storesync.testing.plain import plain_driver
from storesync.testing.wanted import Item

TOGETHER = plain_driver(together=True)


def ended(one: Item, *, stock: int = 0, price: int = 150) -> Item:
    """The same product once its policy ended: other prices, which are not right yet, and another stock."""
    return evolve(one, unpriced=True, offers={sku: (Decimal(price), stock) for sku in one.offers})


@pytest.mark.parametrize("together", [False, True], ids=["apart", "in one call"])
def test_stock_goes_out_while_the_price_is_held(together: bool) -> None:
    """240 become 0 although the policy ended; the live price is what it was, and the next run is silent."""
    shop = Bench.opened(item("A", stock=240), driver=TOGETHER if together else None)
    shop.sync()
    shop.put(ended(item("A")))
    made = shop.plan()
    shop.apply(made).raise_for_faults()
    (held,) = made.held

    assert {"A": {"A-0": (Decimal(100), 0)}} == shop.live()
    assert [Kind.STOCK] == [operation.kind for operation in made]
    assert {"A-0": "100.00 CNY"} == held.stays
    assert "live price 100.00 CNY stays; stock 240 → 0 goes out" in str(made)
    assert () == shop.plan().operations


def test_the_price_of_a_hand_in_the_shop_stays_too() -> None:
    """What is computed and acknowledged is not what is live: where one call carries both, the market is asked first."""
    shop = Bench.opened(item("A", stock=240), driver=TOGETHER)
    shop.sync()
    (listing,) = shop.truth.alive("A")
    shop.truth.edit(listing.id, price=Decimal(88))
    shop.put(ended(item("A")))
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(88), 0)}} == shop.live()
    assert "88" in shop.plan().held[0].stays["A-0"]


def test_nothing_is_sent_where_nobody_can_tell_the_live_price() -> None:
    """One call carries both, its last answer was lost, and the market cannot be asked: it waits."""
    shop = Bench.opened(item("A", stock=240), driver=evolve(TOGETHER, observe=None))
    shop.sync()
    shop.world.store.write_now(_lost)
    shop.put(ended(item("A")))
    report = shop.sync()

    assert ["postponed"] == [outcome.state.value for outcome in report.outcomes]
    assert "did not tell which one is live" in report.outcomes[0].said
    assert {"A": {"A-0": (Decimal(100), 240)}} == shop.live()


def _lost(db: object) -> None:
    from storesync.state import standing

    standing.doubt_offers(db, "plain-cn", ["A-0"], prices=True, stock=True)  # type: ignore[arg-type]  # a connection


def test_what_was_sold_out_when_it_was_last_heard_of_does_not_come_back_at_a_price_that_is_held() -> None:
    """The call that would have moved its price was lost: its stock is in doubt, but nobody ever put it on sale."""
    shop = Bench.opened(item("A", stock=0), driver=TOGETHER)
    shop.sync()
    shop.put(item("A", price=120, stock=0))
    shop.faults(step("lost_before", "read", times=20))
    shop.sync()
    shop.faults()
    assert shop.stand("A").offers["A-0"].have_stock is None
    shop.put(ended(item("A"), stock=7))
    shop.sync()

    assert {"A": {"A-0": (Decimal(100), 0)}} == shop.live()
    assert ("stock 0 → 7",) == shop.plan().held[0].waits
    shop.put(item("A", price=150, stock=7))
    shop.sync()
    assert {"A": {"A-0": (Decimal(150), 7)}} == shop.live()


def test_what_is_sold_out_stays_so_at_a_held_price_that_the_seller_keeps() -> None:
    """A look at his price before an update says nothing about the stock that waits for a price."""
    shop = Bench.opened(item("A", stock=0), manners=evolve(profile(), owned=("prices",)))
    shop.sync()
    (listing,) = shop.truth.alive("A")
    shop.truth.edit(listing.id, price=Decimal(88))
    shop.put(evolve(ended(item("A"), stock=7), title="corrected"))
    shop.sync().raise_for_faults()
    known = shop.stand("A").offers["A-0"]

    assert ["corrected"] == [listing.title for listing in shop.truth.live()]
    assert {"A": {"A-0": (Decimal(88), 0)}} == shop.live()
    assert (frozenset({"CN"}), 7) == (known.kept, known.waits)


def test_a_look_tells_a_price_that_stays_as_it_is() -> None:
    """`observe` says that a hand changed it and that it stays; nothing is repaired while the price is held."""
    shop = Bench.opened(item("A"))
    shop.sync()
    shop.put(ended(item("A"), stock=5))
    shop.sync()
    (listing,) = shop.truth.alive("A")
    shop.truth.edit(listing.id, price=Decimal(88))
    told = shop.observe()

    assert ["A A-0 price: the seller changed 100.00 CNY to 88.00 CNY; it stays"] == told
    assert [] == [one.kind for one in shop.plan()]
    shop.put(item("A", price=150))
    shop.sync()
    assert {"A": {"A-0": (Decimal(150), 5)}} == shop.live()


def test_texts_go_out_and_new_variants_wait() -> None:
    """A held price holds no correction of a title; a variant that the shop does not have yet is not made without one."""
    shop = Bench.opened(item("A"))
    shop.sync()
    new = evolve(ended(item("A", variants=2), stock=3), title="corrected")
    shop.put(new)
    shop.sync().raise_for_faults()

    assert {"A": {"A-0": (Decimal(100), 3)}} == shop.live()
    assert ["corrected"] == [listing.title for listing in shop.truth.live()]
    shop.put(evolve(new, unpriced=False))
    shop.sync().raise_for_faults()
    assert {"A-0": (Decimal(150), 3), "A-1": (Decimal(150), 3)} == shop.live()["A"]


def test_nothing_is_listed_without_a_price() -> None:
    """A first create is held, and so is a listing that was deleted in the shop meanwhile."""
    shop = Bench.opened(ended(item("A")), item("B"))
    shop.sync()
    assert {"B"} == set(shop.live())

    shop.put(ended(item("B"), stock=2))
    shop.sync()
    (listing,) = shop.truth.alive("B")
    shop.truth.edit(listing.id, status="deleted")
    shop.put(ended(item("B"), stock=7))
    shop.sync()
    made = shop.plan()

    assert {} == shop.live()
    assert {"A": {}, "B": {}} == {held.key: dict(held.stays) for held in made.held}
    assert "the policy ended" == blocked(shop.stand("B"))
    assert [] == [one for one in shop.plan(only=[]) if one.kind is Kind.CREATE]


def test_what_leaves_the_catalog_is_hidden_though_its_price_is_held() -> None:
    """Selling stops in any case."""
    shop = Bench.opened(item("A"), item("B"))
    shop.sync()
    shop.put(ended(item("A")))
    shop.sync()
    shop.put(evolve(ended(item("A")), offered=False))
    shop.sync().raise_for_faults()

    assert {"B"} == set(shop.live())


def test_a_price_far_from_its_category_holds_itself_and_nothing_else() -> None:
    """A slipped digit keeps the live price; the stock beside it goes out."""
    shop = Bench.opened(*(item(key, stock=9) for key in "ABCD"))
    shop.sync()
    shop.put(item("A", price=1000, stock=0))
    limits = GuardLimits(price_swing=Decimal(1000), mass_change=Decimal(1), outlier=Decimal(5), floor=1000)
    made = shop.plan(limits=limits)
    shop.apply(made).raise_for_faults()
    (held,) = made.held

    assert (Decimal(100), 0) == shop.live()["A"]["A-0"]
    assert "price.outlier" == held.issues[-1].code
    assert {"A-0": "100.00 CNY"} == held.stays


def test_what_is_hidden_is_not_shown_again_at_a_price_that_ended() -> None:
    """It waits for a price; its texts go out, and the plan says so."""
    shop = Bench.opened(item("A"))
    shop.sync()
    shop.put(evolve(item("A"), offered=False))
    shop.sync()
    shop.put(evolve(ended(item("A"), stock=3), title="corrected"))
    made = shop.plan()
    shop.apply(made).raise_for_faults()
    (listing,) = shop.truth.alive("A")

    assert Kind.SHOW not in [one.kind for one in made]
    assert ("hidden", "corrected") == (listing.status, listing.title)
    assert "showing it again waits for a price" in str(made)
    assert made == Plan.from_json(made.as_json())
    shop.put(item("A", price=150, stock=3))
    shop.sync().raise_for_faults()
    assert {"A": {"A-0": (Decimal(150), 3)}} == shop.live()


def hidden_shop(*, workers: int = 1) -> Bench:
    """A listing that is hidden, and is to come back at another price."""
    shop = Bench.opened(item("A"), item("B"))
    shop.channel.channel = evolve(shop.channel.channel, workers=workers)
    shop.sync()
    shop.put(evolve(item("A"), offered=False))
    shop.sync()
    shop.put(item("A", price=150))
    return shop


def test_what_comes_back_on_sale_waits_for_its_new_price() -> None:
    """The price is lost on the way: the listing stays hidden, for shown it would sell at yesterday's."""
    shop = hidden_shop()
    shop.faults(step("lost_before", operation="prices", times=9))
    report = shop.apply(shop.plan())
    (listing,) = shop.truth.alive("A")

    assert ("hidden", Decimal(100)) == (listing.status, next(iter(listing.skus.values())).price)
    assert {} == shop.world.early
    assert ["failed", "deferred"] == [outcome.state.value for outcome in report.outcomes]
    assert "prices before it did not succeed" == report.outcomes[-1].said
    shop.sync().raise_for_faults()
    assert {"A-0": (Decimal(150), 5)} == shop.live()["A"]


@pytest.mark.parametrize("workers", [1, 8])
def test_what_comes_back_on_sale_is_never_seen_at_its_former_price(workers: int) -> None:
    """Not for a moment either, however many work on the plan."""
    shop = hidden_shop(workers=workers)
    shop.sync().raise_for_faults()

    assert {"A-0": (Decimal(150), 5)} == shop.live()["A"]
    assert {} == shop.world.early


def test_what_comes_back_on_sale_waits_where_the_market_refused_its_price() -> None:
    """Until the price is another one: the plan says why, and the next run is silent."""
    shop = hidden_shop()
    shop.faults(step("refuse", operation="prices"))
    shop.sync()
    made = shop.plan()
    (held,) = made.held

    assert () == made.operations
    assert "the market refused the price of A-0" in held.reason
    assert ("showing it again",) == held.waits
    assert {"B"} == set(shop.live())
    shop.put(item("A", price=160))
    shop.sync().raise_for_faults()
    assert {"A-0": (Decimal(160), 5)} == shop.live()["A"]


def test_what_is_sold_out_does_not_come_back_on_sale_where_the_market_refused_its_stock() -> None:
    """Hidden with five, sold out by now: as long as the market does not take the zero, nobody must be able to order."""
    shop = hidden_shop()
    shop.put(item("A", stock=0))
    shop.faults(step("refuse", operation="stock"))
    shop.apply(shop.plan())
    report = shop.apply(shop.plan())

    assert {"B"} == set(shop.live())
    assert ["it stays hidden: the market has not taken price or stock of A-0 yet"] == [
        outcome.said for outcome in report.outcomes
    ]


@pytest.mark.parametrize("together", [False, True], ids=["apart", "in one call"])
def test_what_is_sold_out_is_not_put_back_on_sale_at_a_price_that_ended(together: bool) -> None:
    """Stock above zero at a held price waits where the shop has none; where it sells, stock goes out both ways."""
    shop = Bench.opened(item("A", stock=0), item("B", stock=2), driver=TOGETHER if together else None)
    shop.sync()
    shop.put(ended(item("A"), stock=7), ended(item("B"), stock=7))
    made = shop.plan()
    shop.apply(made).raise_for_faults()

    assert {"A-0": (Decimal(100), 0)} == shop.live()["A"]
    assert {"B-0": (Decimal(100), 7)} == shop.live()["B"]
    assert "live price 100.00 CNY stays; stock 0 → 7 waits for a price" in str(made)
    assert () == shop.plan().operations
    shop.put(item("A", price=150, stock=7))
    shop.sync().raise_for_faults()
    assert {"A-0": (Decimal(150), 7)} == shop.live()["A"]


@pytest.mark.parametrize("channel", [TMALL, SHOPEE])
def test_a_hidden_listing_stays_hidden_when_its_policy_ended(tmp_path: Path, channel: str) -> None:
    """From files to an emulated shop: a draft for three weeks, its policy over meanwhile, and active again."""
    with merchant(tmp_path) as shop:
        shop.sync(channel)
        texts = {name: shop.folder / "catalog" / name for name in ("products.csv", "variants.csv")}
        active = {name: path.read_text("utf-8") for name, path in texts.items()}
        for path in texts.values():
            lines = path.read_text("utf-8").splitlines()
            mine = [line.replace("active", "draft") if "SBG-001" in line else line for line in lines]
            path.write_text("\n".join(mine) + "\n", "utf-8")
        hidden, _ = shop.sync(channel, meant=True)
        policy_ends(shop, channel)
        active["variants.csv"] = active["variants.csv"].replace(",2997000010017,240,", ",2997000010017,0,")
        for name, path in texts.items():
            path.write_text(active[name], "utf-8")
        made, report = shop.sync(channel, meant=True)
        report.raise_for_faults()
        (held,) = [one for one in made.held if one.key == "SBG-001"]
        on_sale = {
            sku.code
            for one in shop.shops[channel].alive()
            if one.status == "live"
            for sku in one.skus.values()
        }

        assert [Kind.HIDE] == [one.kind for one in hidden if one.key == "SBG-001"]
        assert Kind.SHOW not in [one.kind for one in made]
        assert {"SBG-001-30", "SBG-001-50"}.isdisjoint(on_sale)
        assert "showing it again" in held.waits


def policy_ends(shop: Merchant, channel: str) -> None:
    """The policy of this channel ends, eight days pass, and the serum is sold out."""
    line = "[prices.cn]\n" if channel == TMALL else "[prices.vn]\n"
    shop.edit("prices.toml", line, f"{line}valid_until = 2026-11-30\n")
    shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")
    shop.wait(days=8)


@pytest.mark.parametrize("channel", [TMALL, SHOPEE])
def test_an_ended_policy_oversells_nothing(tmp_path: Path, channel: str) -> None:
    """The whole way from files to an emulated shop: prices as they were, stock as it is, and the plan says both."""
    with merchant(tmp_path) as shop:
        shop.sync(channel)
        before = shop.prices(channel)
        policy_ends(shop, channel)
        made, report = shop.sync(channel)
        report.raise_for_faults()
        stock = {sku.code: sku.stock for one in shop.shops[channel].alive() for sku in one.skus.values()}
        again, _ = shop.sync(channel)
        (held,) = [one for one in made.held if one.key == "SBG-001"]

        assert before == shop.prices(channel)
        assert 0 == stock["SBG-001-30"]
        assert {"SBG-001-30", "SBG-001-50"} == set(held.stays)
        assert ("SBG-001-30 stock 240 → 0",) == held.goes
        assert [] == list(again)
        assert made == Plan.from_json(made.as_json())
        assert "Prices held: the live ones stay, the rest goes out" in plan_page([made])


def test_prices_that_do_not_suit_each_other_all_stay(tmp_path: Path) -> None:
    """Made, and refused together: no half of them goes out, and the stock does."""
    with merchant(tmp_path) as shop:
        shop.sync(SHOPEE)
        before = shop.prices(SHOPEE)
        shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")
        line = "[prices.vn]\n"
        far = 'refine = [{ where = { variant = "SBG-001-50" }, fixed = "9000000" }]\n'
        shop.edit("prices.toml", line, line + far)
        made, report = shop.sync(SHOPEE, meant=True)
        report.raise_for_faults()
        (held,) = [one for one in made.held if one.key == "SBG-001"]

        assert {"price.ratio"} == {issue.code for issue in held.issues}
        assert {"SBG-001-30", "SBG-001-50"} == set(held.stays)
        assert before == shop.prices(SHOPEE)


def test_a_seller_who_keeps_prices_is_not_asked_for_a_policy() -> None:
    """The bench's catalog with prices that nobody may make: the seller's stay."""
    shop = Bench.opened(item("A", stock=4), manners=evolve(profile(), owned=("prices",)))
    shop.sync()
    shop.put(ended(item("A"), stock=1))
    shop.sync().raise_for_faults()

    assert isinstance(shop.world.wanted, Pictured)
    assert {"A": {"A-0": (Decimal(100), 1)}} == shop.live()


CEILING = ('fx_buffer = "0.02"\n', 'fx_buffer = "0.02"\nguards = { max_price = "200" }\n')
ENDED = ("[prices.cn]\n", "[prices.cn]\nvalid_until = 2026-11-23\n")


@pytest.mark.parametrize(("edit", "reached"), [(ENDED, False), (CEILING, True)], ids=["ended", "ceiling"])
def test_explain_keeps_the_stages_of_the_live_price_under_a_hold(
    tmp_path: Path, edit: tuple[str, str], reached: bool
) -> None:
    """How the price came to be that buyers see; the attempt stands apart, as far as it came, with why it is held."""
    with merchant(tmp_path) as shop:
        shop.sync()
        sent = shop.traces()["SBG-001-30"]
        shop.edit("prices.toml", *edit)
        shop.wait(days=1)
        for _ in range(2):
            shop.sync()
            explained = shop.run(lambda shops: shops.explain(TMALL, "SBG-001-30"))
            assert explained is not None

            assert sent == explained.live
            assert reached == bool(explained.prices["CN"]["steps"])
            assert sent != explained.prices
            assert "live prices stay (SBG-001-30 219.00 CNY" in explained.held
        console = Console(width=160)
        with console.capture() as seen:
            console.print(explained_view(explained))

        assert "Live price for CN, by policy 'cn'" in seen.get()
        assert "New price for CN, by policy 'cn'" in seen.get()
        assert sent == explained_document(explained)["live"]


def test_explain_forgets_the_stages_of_a_price_that_is_live_no_more(tmp_path: Path) -> None:
    """Nor does it tell stages of ours for a price that a hand typed in the shop."""
    with merchant(tmp_path) as shop:
        shop.sync()
        shop.edit("prices.toml", 'markup = "0.15"', 'markup = "0.12"')
        shop.plan()
        planned = shop.run(lambda shops: shops.explain(TMALL, "SBG-001-30"))
        shop.sync()
        sent = shop.run(lambda shops: shops.explain(TMALL, "SBG-001-30"))
        assert planned is not None
        assert sent is not None

        assert ("219.00 CNY", {}) == (planned.live["CN"]["steps"][-1]["after"], sent.live)
        assert planned.prices == sent.prices


def test_explain_says_until_when_a_kept_rate_was_confirmed(tmp_path: Path) -> None:
    """The band keeps the rate, so no price is made anew; the day that confirmed it is told all the same."""
    with merchant(tmp_path) as shop:
        shop.sync()
        before = shop.traces()["SBG-001-30"]["CN"]["steps"]
        shop.services.quote("ecos", CNY="201.2")
        shop.wait(days=7)
        made, _ = shop.sync()
        after = shop.traces()["SBG-001-30"]["CN"]["steps"]
        rates = [
            [rate.get("confirmed") for step in one for rate in step.get("rates", ())]
            for one in (before, after)
        ]

        assert [] == list(made)
        assert [{None}, {"2026-11-30"}] == [set(one) for one in rates]


def typed_zero(shop: Merchant, channel: str, guards: str = "") -> None:
    """A hand types 0 for one of two sizes, a look tells it, and the other size sells out in the catalog."""
    if guards:
        shop.edit("prices.toml", TABLE[channel], TABLE[channel] + guards)
    shop.sync(channel, meant=True)
    market = shop.shops[channel]
    (listing,) = [one for one in market.alive() if "SBG-001-50" in stocks(shop, channel, one.id)]
    market.edit(listing.id, price=Decimal(0), sku="SBG-001-50")
    shop.run(lambda shops: shops.observe(channel))
    shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")


TABLE = {TMALL: "[prices.cn]\n", SHOPEE: "[prices.vn]\n"}
TITLE = {TMALL: "林下参玻尿酸保湿精华液", SHOPEE: "Serum dưỡng ẩm"}


def stocks(shop: Merchant, channel: str, only: object = None) -> dict[str, int]:
    """What the market sells, by SKU."""
    alive = [one for one in shop.shops[channel].alive() if only in (None, one.id)]
    return {sku.code: sku.stock for one in alive for sku in one.skus.values()}


@pytest.mark.parametrize("channel", [TMALL, SHOPEE])
@pytest.mark.parametrize("text", [False, True], ids=["price", "price and text"])
def test_a_live_price_of_nothing_stays_and_stock_goes_out(tmp_path: Path, channel: str, text: bool) -> None:
    """The policy ended: its prices are sent no more, nothing is sold out that the catalog has, and 240 become 0."""
    with merchant(tmp_path) as shop:
        typed_zero(shop, channel)
        shop.edit("prices.toml", TABLE[channel], TABLE[channel] + "valid_until = 2026-11-30\n")
        shop.wait(days=8)
        if text:
            shop.edit("catalog/translations.csv", TITLE[channel], "산삼 세럼")
        before = shop.prices(channel)
        shop.edit("catalog/variants.csv", ",2997000020016,180,", ",2997000020016,170,")
        plan, report = shop.sync(channel, meant=True)
        report.raise_for_faults()

        assert before == shop.prices(channel)
        assert 0 == before["SBG-001-50"]
        assert 0 == stocks(shop, channel)["SBG-001-30"]
        assert 170 == stocks(shop, channel)["SBG-001-50"]
        assert {Kind.STOCK} == {one.kind for one in plan}
        assert () == shop.plan(channel).operations


@pytest.mark.parametrize("channel", [TMALL, SHOPEE])
def test_no_change_is_measured_against_a_live_price_of_nothing(tmp_path: Path, channel: str) -> None:
    """With a limit of change the price of the policy goes out again, and so does the stock beside it."""
    with merchant(tmp_path) as shop:
        typed_zero(shop, channel, 'guards = { max_change = "0.25" }\n')
        plan, report = shop.sync(channel, meant=True)
        report.raise_for_faults()

        assert 0 < shop.prices(channel)["SBG-001-50"]
        assert 0 == stocks(shop, channel)["SBG-001-30"]
        assert () == plan.held


@pytest.mark.parametrize("text", [False, True], ids=["price", "price and text"])
def test_the_stock_of_a_price_that_nobody_knows_goes_out(tmp_path: Path, text: bool) -> None:
    """What was never acknowledged is unknown, not nothing: it is neither sold out nor given an ended policy's price."""
    with merchant(tmp_path) as shop:
        shop.sync(TMALL, meant=True)
        before = shop.prices()
        shop.run(_forgotten)
        shop.edit("prices.toml", TABLE[TMALL], TABLE[TMALL] + "valid_until = 2026-11-30\n")
        shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")
        shop.edit("catalog/variants.csv", ",2997000020016,180,", ",2997000020016,170,")
        shop.wait(days=8)
        if text:
            shop.edit("catalog/translations.csv", TITLE[TMALL], "산삼 세럼")
        shop.sync(meant=True)

        assert before == shop.prices()
        assert 0 == stocks(shop, TMALL)["SBG-001-30"]
        assert 170 == stocks(shop, TMALL)["SBG-001-50"]


async def _forgotten(shops: Shops) -> None:
    from sqlalchemy import update

    from storesync.state.schema import offers

    row = update(offers).where(offers.c.sku == "SBG-001-50")
    await shops.store.write(lambda db: db.execute(row.values(have_prices="", have_stock="")))


@pytest.mark.parametrize("text", [False, True], ids=["price", "price and text"])
def test_prices_that_do_not_suit_each_other_let_stock_out(tmp_path: Path, text: bool) -> None:
    """One size costs far too much beside the other, and the title is refused besides: 240 become 0, prices stay."""
    with merchant(tmp_path) as shop:
        shop.sync(SHOPEE, meant=True)
        before = shop.prices(SHOPEE)
        dear = 'refine = [{ where = { variant = "SBG-001-50" }, fixed = "9000000" }]\n'
        shop.edit("prices.toml", TABLE[SHOPEE], TABLE[SHOPEE] + dear)
        shop.edit("catalog/variants.csv", ",2997000010017,240,", ",2997000010017,0,")
        if text:
            shop.edit("catalog/translations.csv", TITLE[SHOPEE], "산삼 세럼")
        plan, report = shop.sync(SHOPEE, meant=True)
        report.raise_for_faults()
        codes = {issue.code for issue in plan.held[0].issues}

        assert before == shop.prices(SHOPEE)
        assert 0 == stocks(shop, SHOPEE)["SBG-001-30"]
        assert {Kind.STOCK} == {one.kind for one in plan}
        assert "price.ratio" in codes
        assert text == ("text.korean_left" in codes)
        assert () == shop.plan(SHOPEE).operations


def test_a_held_price_of_a_variant_that_is_gone_is_waited_for_no_more() -> None:
    """The answers to the change were lost, then a hand took one: the look sees it, and the others get their stock."""
    two = item("A", stock=5, variants=2)
    shop = Bench.opened(two, driver=TOGETHER)
    shop.sync()
    (listing,) = shop.truth.alive("A")
    shop.put(evolve(two, offers={sku: (Decimal(120), 4) for sku in two.offers}))
    shop.faults(step("lost_before", "read", operation="offers", times=9))
    shop.sync()
    shop.truth.vary(listing.id, removed="A-1")
    shop.faults()
    shop.put(ended(two))
    shop.sync()
    shop.sync()

    assert {"A": {"A-0": (Decimal(100), 0)}} == shop.live()
    assert () == shop.plan().operations
