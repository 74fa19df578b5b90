"""Scripts of what went wrong in real shops: none of them costs a listing, a price or a piece of stock.

Each script changes what is wanted in a way that no merchant means. Judged by the market itself: it is asked to
change nothing, and shows afterwards what it showed before.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select
from tests.engine.bench import Bench, item, step

from storesync.catalog import Read
from storesync.engine.planning import plan
from storesync.engine.status import status
from storesync.errors import PlanError, StalePlan, UnsafePlan
from storesync.issues import Issue
from storesync.plan import GuardLimits, Plan
from storesync.state.schema import runs
from storesync.testing.platform import PLATFORMS, Platform
from storesync.testing.wanted import Item

LIVE = 24
Script = Callable[[Bench], None]


def shop(platform: Platform = PLATFORMS[0]) -> Bench:
    """A shop with listings on sale, two variants each."""
    many = [item(f"P{n:02}", price=100 + n, stock=40, variants=2) for n in range(LIVE)]
    bench = Bench.opened(*(scaled(one, platform) for one in many), platform=platform)
    bench.sync()
    return bench


def scaled(one: Item, platform: Platform) -> Item:
    """The same product in the money of another shop."""
    return times(max(Decimal(1), platform.step))(one)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every bench is closed."""
    yield
    Bench.close_all()


def every(bench: Bench, change: Callable[[Item], Item]) -> None:
    """The same mistake in every row."""
    bench.put(*(change(one) for one in bench.world.wanted.items.values()))


def times(factor: Decimal) -> Callable[[Item], Item]:
    """Every price in another unit."""
    return lambda one: evolve(
        one, offers={sku: (price * factor, stock) for sku, (price, stock) in one.offers.items()}
    )


def stocked(change: Callable[[int], int]) -> Callable[[Item], Item]:
    """Every stock changed."""
    return lambda one: evolve(
        one, offers={sku: (price, change(stock)) for sku, (price, stock) in one.offers.items()}
    )


def cut_off(keep: int) -> Script:
    """The table of variants ends in the middle: of the other products only the first is left."""

    def script(bench: Bench) -> None:
        for one in list(bench.world.wanted.items.values())[keep:]:
            bench.put(evolve(one, offers=dict(list(one.offers.items())[:1])))

    return script


def empty(bench: Bench) -> None:
    """The export of the catalog is empty."""
    bench.world.wanted.items.clear()


def truncated(keep: int) -> Script:
    """The export ends in the middle."""

    def script(bench: Bench) -> None:
        bench.world.wanted.items = dict(list(bench.world.wanted.items.items())[:keep])

    return script


def renamed(bench: Bench) -> None:
    """The product codes got a prefix: everything is gone, and everything is new."""
    bench.world.wanted.items = {
        f"KR-{key}": evolve(one, key=f"KR-{key}") for key, one in bench.world.wanted.items.items()
    }


def of_another_client(bench: Bench) -> None:
    """The configuration points at somebody else's catalog."""
    bench.world.wanted.items = {f"Z{n}": scaled(item(f"Z{n}"), bench.world.platform) for n in range(LIVE)}


def gone_from_the_market(bench: Bench) -> None:
    """The credentials are those of another shop: nothing of ours is there."""
    for listing in bench.truth.alive():
        bench.truth.edit(listing.id, status="deleted")
    bench.observe()


def won_for_yuan(bench: Bench) -> None:
    """A new delivery whose prices are in won."""
    bench.put(*(scaled(item(f"N{n}", price=32_000), bench.world.platform) for n in range(3)))


def jiao_for_yuan(bench: Bench) -> None:
    """A new delivery whose prices lost their decimals the other way."""
    slipped = [evolve(item(f"N{n}"), offers={f"N{n}-0": (Decimal("0.32"), 5)}) for n in range(3)]
    bench.put(*(scaled(one, bench.world.platform) for one in slipped))


def free(bench: Bench) -> None:
    """One price is zero."""
    bench.put(
        evolve(
            bench.world.wanted.items["P03"], offers={"P03-0": (Decimal(0), 40), "P03-1": (Decimal(103), 40)}
        )
    )


def free_and_new(bench: Bench) -> None:
    """A new product costs nothing."""
    bench.put(evolve(item("N1"), offers={"N1-0": (Decimal(0), 5)}))


BARCODE, ARTICLE = 24_000_000, 88_040  # pieces: the column beside


def of_a_new_product(pieces: int) -> Script:
    """A new product whose stock is the number of another column."""
    return lambda bench: bench.put(stocked(lambda _: pieces)(scaled(item("N1"), bench.world.platform)))


def of_a_new_variant(pieces: int) -> Script:
    """The same, where a product that is on sale gets one variant more."""

    def script(bench: Bench) -> None:
        known = bench.world.wanted.items["P04"]
        price, _ = known.offers["P04-0"]
        bench.put(evolve(known, offers={**known.offers, "P04-2": (price, pieces)}))

    return script


SCRIPTS: dict[str, tuple[Script, str]] = {
    "the source is empty": (empty, "empty source"),
    "the source ends after half": (truncated(LIVE // 2), "hidden"),
    "the source ends after one product": (truncated(1), "hidden"),
    "every product is withdrawn": (lambda b: every(b, lambda one: evolve(one, offered=False)), "hidden"),
    "the codes are renamed": (renamed, "hidden"),
    "the catalog is somebody else's": (of_another_client, "hidden"),
    "prices are a thousandfold": (lambda b: every(b, times(Decimal(1000))), "price swing"),
    "prices are a thousandth": (lambda b: every(b, times(Decimal("0.001"))), "price swing"),
    "won are read as yuan": (lambda b: every(b, times(Decimal(190))), "price swing"),
    "one price slips by a digit": (
        lambda b: b.put(times(Decimal(10))(b.world.wanted.items["P05"])),
        "price swing",
    ),
    "won are read as yuan in a new delivery": (won_for_yuan, "price range"),
    "yuan are read as fen in a new delivery": (jiao_for_yuan, "price range"),
    "a price is zero": (free, "zero price"),
    "a new price is zero": (free_and_new, "zero price"),
    "stock is a thousandfold": (lambda b: every(b, stocked(lambda n: n * 1000)), "stock jump"),
    "stock is counted in pieces of a box": (
        lambda b: every(b, stocked(lambda n: n * 19)),
        "mass stock",
    ),
    "one stock is a placeholder": (
        lambda b: b.put(stocked(lambda _: 999_999)(b.world.wanted.items["P07"])),
        "stock jump",
    ),
    "a barcode is the stock of a new product": (of_a_new_product(BARCODE), "stock jump"),
    "a barcode is the stock of a new variant": (of_a_new_variant(BARCODE), "stock jump"),
    "an article number is the stock of a new product": (of_a_new_product(ARTICLE), "stock jump"),
    "an article number is the stock of a new variant": (of_a_new_variant(ARTICLE), "stock jump"),
    "the stock column is lost": (lambda b: every(b, stocked(lambda _: 0)), "sold out"),
    "the table of variants is cut off": (cut_off(LIVE // 2), "removed"),
    "the account is another shop's": (gone_from_the_market, "vanished"),
    "the titles slipped by a column": (
        lambda b: every(b, lambda one: evolve(one, title=f"100{one.key}")),
        "touched",
    ),
}


# What these markets' own limits rule out is held with the finding, before any guard is asked.
BY_THE_MARKET = {
    ("tmall", "a price is zero"): "category.invalid",
    ("tmall", "a new price is zero"): "category.invalid",
    ("tmall", "one stock is a placeholder"): "category.invalid",
    ("tmall", "a barcode is the stock of a new product"): "category.invalid",
    ("tmall", "a barcode is the stock of a new variant"): "category.invalid",
    ("shopee", "a barcode is the stock of a new product"): "stock.range",
    ("shopee", "a barcode is the stock of a new variant"): "stock.range",
    ("shopee", "a price is zero"): "price.range",
    ("shopee", "a new price is zero"): "price.range",
    ("shopee", "prices are a thousandth"): "price.range",
    ("shopee", "yuan are read as fen in a new delivery"): "price.range",
}


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_catastrophe_changes_nothing_on_the_market(name: str, platform: Platform) -> None:
    """The plan names the guard that tripped, and cannot be applied without a reason; not one write is sent."""
    script, guard = SCRIPTS[name]
    bench = shop(platform)
    assert LIVE == len(bench.truth.live())
    script(bench)
    shown, writes = bench.truth.export()["listings"], bench.truth.writes()
    # Without the guard that holds single prices: each net must hold by itself.
    made = bench.plan(limits=GuardLimits(outlier=Decimal(10**9)))
    if (platform.name, name) in BY_THE_MARKET:
        bench.apply(made)
        assert made.held
        assert {BY_THE_MARKET[platform.name, name]} == {
            issue.code for one in made.held for issue in one.issues
        }
        assert (writes, shown) == (bench.truth.writes(), bench.truth.export()["listings"])
        return
    with pytest.raises(UnsafePlan, match=guard):
        bench.apply(made)
    with pytest.raises(UnsafePlan, match=guard):
        bench.apply(made, reasons={guard: ""})

    assert guard in [one.name for one in made.tripped]
    assert writes == bench.truth.writes()
    assert shown == bench.truth.export()["listings"]


@pytest.mark.parametrize("pieces", [100_000, 100_001, BARCODE])
def test_a_first_delivery_is_measured_by_itself(pieces: int) -> None:
    """A shop without any stock has nothing to compare with; a limit of its own holds, and a reason passes it."""
    bench = Bench.opened(item("A", stock=40), item("B", stock=pieces))
    made = bench.plan(limits=GuardLimits())
    if pieces <= GuardLimits().stock_new:
        assert () == made.tripped
        return
    nothing_sent(bench, made, UnsafePlan)

    (tripped,) = made.tripped
    assert f"at B-0 ({pieces:,} pieces)" in tripped.measured
    assert bench.apply(made, reasons={"stock jump": "downloads never run out"}).ok
    bench.put(item("C", stock=pieces))
    assert () == bench.plan(limits=GuardLimits()).tripped


@pytest.mark.parametrize("script", [won_for_yuan, jiao_for_yuan])
def test_a_price_far_from_its_category_holds_its_listing_and_no_other(script: Script) -> None:
    """A delivery in another unit is held with the reason; a stock that sold meanwhile is sent all the same."""
    bench = shop()
    script(bench)
    bench.put(stocked(lambda _: 7)(bench.world.wanted.items["P07"]))
    before = len(bench.truth.alive())
    made = bench.plan(limits=GuardLimits())
    bench.apply(made)
    again = bench.plan(limits=GuardLimits())

    assert {"N0", "N1", "N2"} == {one.key for one in made.held} == {one.key for one in again.held}
    assert {"price.outlier"} == {issue.code for one in made.held for issue in one.issues}
    assert all("its category's median of 11" in one.reason for one in made.held)
    assert ["P07"] == [operation.key for operation in made]
    assert before == len(bench.truth.alive())


def shown(bench: Bench, key: str) -> set[Decimal]:
    """The prices that the market shows for a listing."""
    return {sku.price for one in bench.truth.alive() if one.key == key for sku in one.skus.values()}


def test_a_held_price_goes_out_when_it_is_mended() -> None:
    """The live price stays while the wanted one is far off; the mended one is sent, and nothing is left held."""
    slipped, mended = 32_000, 120
    bench = shop()
    bench.put(item("P03", price=slipped, stock=40, variants=2))
    made = bench.plan(limits=GuardLimits(price_swing=Decimal(1000)))
    bench.apply(made)
    held = shown(bench, "P03")
    bench.put(item("P03", price=mended, stock=40, variants=2))
    bench.sync()

    assert ["P03"] == [one.key for one in made.held]
    assert {Decimal(103)} == held
    assert () == bench.plan().held
    assert {Decimal(mended)} == shown(bench, "P03")


def nothing_sent(bench: Bench, made: Plan, refused: type[Exception], **more: Any) -> None:
    """Applying this plan is refused, and the market hears nothing of it."""
    writes = bench.truth.writes()
    with pytest.raises(refused):
        bench.apply(made, **more)

    assert writes == bench.truth.writes()


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.name)
def test_mass_end_on_demand_needs_a_reason(platform: Platform) -> None:
    """A list of keys pasted into the wrong field ends nothing."""
    bench = shop(platform)

    nothing_sent(bench, bench.plan(limits=GuardLimits(), end=list(bench.world.wanted.items)), UnsafePlan)


def test_a_catalog_that_cannot_be_read_leaves_the_shop_as_it_is() -> None:
    """Every row is broken: everything is held, nothing is hidden."""
    bench = shop()
    every(bench, lambda one: evolve(one, broken=True))
    made, writes = bench.plan(limits=GuardLimits()), bench.truth.writes()
    bench.apply(made)

    assert LIVE == len(made.held)
    assert writes == bench.truth.writes()
    assert LIVE == len(bench.truth.live())


def test_a_source_that_says_it_is_incomplete_hides_nothing() -> None:
    """A missing file is told apart from an empty one: what it did not name stays on sale."""
    bench = shop()
    truncated(1)(bench)
    wanted = bench.world.wanted
    fault = Read(key="", product=None, issues=(Issue("catalog.unreadable", "products", "gone"),))
    made = bench.run(plan(bench.channel, [*wanted.reads(), fault], wanted, limits=GuardLimits()))

    assert () == made.operations
    assert LIVE == len(bench.truth.live())


def test_a_plan_changed_by_hand_is_refused() -> None:
    """A reviewed file is what was reviewed, or nothing."""
    bench = shop()
    bench.put(times(Decimal("1.1"))(bench.world.wanted.items["P00"]))
    written = bench.plan(limits=GuardLimits()).as_json()
    written["operations"][0]["key"] = "P01"
    with pytest.raises(PlanError, match="changed after it was made"):
        Plan.from_json(written)


def test_a_plan_for_another_shop_is_refused() -> None:
    """The file of the shop next door, handed to this one."""
    bench = shop()
    bench.put(times(Decimal("1.1"))(bench.world.wanted.items["P00"]))
    made = bench.plan(limits=GuardLimits())
    bench.channel.channel = evolve(bench.channel.channel, name="plain-kr")

    nothing_sent(bench, made, StalePlan)


def test_yesterdays_plan_is_refused() -> None:
    """What was planned before the state moved is planned again."""
    bench = shop()
    bench.put(times(Decimal("1.1"))(bench.world.wanted.items["P00"]))
    old = bench.plan(limits=GuardLimits())
    bench.put(times(Decimal("1.2"))(bench.world.wanted.items["P01"]))
    bench.plan(limits=GuardLimits())

    nothing_sent(bench, old, StalePlan)


def test_a_reason_for_one_guard_opens_no_other() -> None:
    """Whoever meant the price change did not mean the hidden half."""
    bench = shop()
    every(bench, times(Decimal(2)))
    truncated(LIVE // 2)(bench)

    nothing_sent(bench, bench.plan(limits=GuardLimits()), UnsafePlan, reasons={"price swing": "a new season"})


def test_ordinary_days_need_no_reason() -> None:
    """A delivery arrives, a product sells out, a price moves by a tenth, two products come: no guard trips."""
    bench = shop()
    items = bench.world.wanted.items
    bench.put(
        stocked(lambda _: 600)(items["P00"]),
        stocked(lambda _: 0)(items["P01"]),
        times(Decimal("1.1"))(items["P02"]),
        item("N1", price=35),
        item("N2", price=1_990),
    )
    del items["P09"]
    made = bench.plan(limits=GuardLimits())

    assert () == made.tripped
    assert bench.apply(made).ok


@pytest.mark.parametrize(
    ("live", "kept", "refused"),
    [(4, 3, False), (4, 2, True), (4, 1, True), (2, 1, False), (12, 9, False), (12, 8, True)],
)
def test_a_small_shop_is_not_emptied_by_what_may_always_change(live: int, kept: int, refused: bool) -> None:
    """Three of a hundred are nothing, three of four are the shop."""
    bench = Bench.opened(*(item(f"P{n:02}") for n in range(live)))
    bench.sync()
    truncated(kept)(bench)
    made = bench.plan(limits=GuardLimits())

    assert (["hidden"] if refused else []) == [guard.name for guard in made.tripped]


def test_a_delivery_fills_what_is_empty_without_a_reason() -> None:
    """Every shelf that was sold out gets a container's worth, every other one threefold: that is trade, no slip."""
    bench = shop()
    for n in range(0, LIVE, 2):
        bench.put(stocked(lambda _: 0)(bench.world.wanted.items[f"P{n:02}"]))
    assert bench.apply(bench.plan(limits=GuardLimits())).ok
    every(bench, stocked(lambda n: n * 3 or 900))
    made = bench.plan(limits=GuardLimits())

    assert () == made.tripped
    assert bench.apply(made).ok


@pytest.mark.parametrize("operation", ["create", "update"])
def test_what_an_earlier_run_was_let_do_is_finished_without_another_reason(operation: str) -> None:
    """Every answer was lost: the listings are compared anew, and nobody is called because that touches the whole shop."""
    bench = Bench.opened(*(item(f"P{n:02}", variants=2) for n in range(8)))
    if operation == "update":
        bench.sync()
        every(bench, lambda one: evolve(one, title=f"new {one.title}"))
    bench.faults(step("lost_after", operation=operation, times=1_000))
    made = bench.plan(limits=GuardLimits())
    bench.apply(made, reasons={guard.name: "new titles for all" for guard in made.tripped})
    bench.faults()
    for _ in range(3):
        bench.apply(bench.plan(limits=GuardLimits()))

    assert (operation == "update") == bool(made.tripped)
    assert bench.wanted() == bench.live()
    assert {one.key: one.title for one in bench.world.wanted.items.values()} == {
        one.key: one.title for one in bench.truth.live()
    }
    assert () == bench.plan().operations


def test_what_was_let_do_is_no_reason_for_something_else() -> None:
    """The answers to one change of all titles were lost, and then the titles slip by a column."""
    bench = Bench.opened(*(item(f"P{n:02}", variants=2) for n in range(8)))
    bench.faults(step("lost_after", operation="create", times=1_000))
    bench.apply(bench.plan(limits=GuardLimits()))
    bench.faults()
    every(bench, lambda one: evolve(one, title=f"100{one.key}"))

    nothing_sent(bench, bench.plan(limits=GuardLimits()), UnsafePlan)


def test_the_journal_keeps_the_reason() -> None:
    """Years later somebody asks why the whole shop went off sale; in the days after `status` says it."""
    bench = shop()
    truncated(1)(bench)
    made = bench.plan(limits=GuardLimits())
    reasons = {one.name: "the brand was sold" for one in made.tripped}
    bench.apply(made, reasons={**reasons, "price swing": "always in our command line"})

    kept = bench.world.store.read_now(lambda db: [row.reasons for row in db.execute(select(runs))])
    now = bench.channel.env.now()
    seen = bench.world.store.read_now(lambda db: status(db, "plain-cn", now)).overridden
    later = bench.world.store.read_now(lambda db: status(db, "plain-cn", now + timedelta(days=15))).overridden

    assert any("the brand was sold" in reasons for reasons in kept)
    assert [reasons] == [one.reasons for one in seen]
    assert "the brand was sold" == bench.history("P23")[0]["reasons"]["hidden"]
    assert () == later


def test_a_lost_price_answer_leaves_the_swing_guard_something_to_measure() -> None:
    """The market may show either price: a halved one after that still needs a reason."""
    bench = shop()
    bench.put(times(Decimal("1.1"))(bench.world.wanted.items["P00"]))
    bench.faults(step("lost_after", operation="prices", times=50))
    bench.apply(bench.plan(limits=GuardLimits()))
    bench.faults()
    bench.put(times(Decimal("0.4"))(bench.world.wanted.items["P00"]))
    made = bench.plan(limits=GuardLimits())

    assert "price swing" in {guard.name for guard in made.tripped}
    assert any("(unconfirmed)" in detail.before for one in made for detail in one.details)
    nothing_sent(bench, made, UnsafePlan)


def test_a_reason_for_no_guard_is_told() -> None:
    """A slip of the pen must not pass for a word."""
    bench = shop()
    truncated(LIVE // 2)(bench)

    with pytest.raises(PlanError, match="there is no guard 'hiden'"):
        bench.apply(bench.plan(limits=GuardLimits()), reasons={"hiden": "the brand was sold"})


@pytest.mark.parametrize(("moved", "refused"), [(1, False), (4, False), (12, False), (13, True), (40, True)])
def test_a_share_of_the_prices_may_move_and_no_more(moved: int, refused: bool) -> None:
    """30 % of forty prices are twelve: so many may rise by 13 % in a run of every day, one more needs a reason."""
    bench = Bench.opened(*(item(f"P{n:02}", price=100, stock=40) for n in range(40)))
    bench.sync()
    for n in range(moved):
        bench.put(item(f"P{n:02}", price=113, stock=40))
    made = bench.plan(limits=GuardLimits())

    assert (["mass change"] if refused else []) == [guard.name for guard in made.tripped]
