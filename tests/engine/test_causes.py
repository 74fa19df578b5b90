"""Why a price changes: the cause that a plan tells is the one that moved, also after runs that sent only prices."""

from decimal import Decimal
from pathlib import Path

from attrs import evolve
from tests.engine.bench import Bench, item, step
from tests.engine.exchange import TMALL, Merchant, merchant

from storesync.plan import Kind, Plan
from storesync.testing.plain import plain_driver
from storesync.testing.wanted import Item

BANK = """
[rates]
chain = ["static"]

[rates.sources.static]
kind = "live"
as_of = 2026-11-23
source = "our bank"
quotes = { KRW_per_CNY = "200.71", KRW_per_100VND = "5.08" }
"""


def causes(plan: Plan) -> set[tuple[str, ...]]:
    """The causes of the price changes of a plan."""
    assert {Kind.PRICES} == {operation.kind for operation in plan}
    return {operation.causes for operation in plan}


def priced(shop: Merchant) -> str:
    """The snapshot that the channel was priced with last."""
    events = shop.run(lambda shops: shops.rates()).history
    return next(event.snapshot for event in events if event.event == "priced" and event.channel == TMALL)


def test_each_price_change_tells_its_own_cause(tmp_path: Path) -> None:
    """A rate, a pin that takes it back, a policy, its return, the catalog: none of them is the market's doing."""
    with merchant(tmp_path, rates=BANK) as shop:
        shop.sync(meant=True)
        first = priced(shop)
        shop.edit("storesync.toml", '"200.71"', '"209.71"')
        shop.wait(hours=1)
        assert {("rate",)} == causes(shop.sync(meant=True)[0])
        shop.run(lambda shops: shops.pin_rates(first, reason="checked", by="me", channels=[TMALL]))
        assert {("rate",)} == causes(shop.sync(meant=True)[0])
        shop.edit("prices.toml", 'markup = "0.15"', 'markup = "0.40"')
        assert {("price rule",)} == causes(shop.sync(meant=True)[0])
        shop.edit("prices.toml", 'markup = "0.40"', 'markup = "0.15"')
        assert {("price rule",)} == causes(shop.sync(meant=True)[0])
        shop.edit("catalog/variants.csv", ",46000,", ",56000,")
        assert {("catalog",)} == causes(shop.sync(meant=True)[0])
        shop.edit("catalog/variants.csv", ",56000,", ",46000,")
        assert {("catalog",)} == causes(shop.plan())


def test_a_price_that_was_not_sent_keeps_its_cause(tmp_path: Path) -> None:
    """What was sent beside it says nothing of the rate that moved it."""
    with merchant(tmp_path, rates=BANK) as shop:
        shop.sync(meant=True)
        shop.edit("storesync.toml", '"200.71"', '"209.71"')
        shop.wait(hours=1)
        shop.edit("catalog/variants.csv", ",46000,", ",,")
        shop.sync(meant=True)
        shop.edit("catalog/variants.csv", "1,,52000", "1,46000,52000")
        told = {cause for one in causes(shop.plan()) for cause in one}

        assert "rate" in told
        assert "market" not in told


def both(first: int, second: int, *, price: int = 100) -> Item:
    """A product of two SKUs with these stocks, the first one at this price."""
    offers = {"A-0": (Decimal(price), first), "A-1": (Decimal(100), second)}
    return evolve(item("A"), offers=offers)


def test_what_was_sold_out_comes_back_after_its_new_price() -> None:
    """Fewer of its sibling go first, then the price, then the stock that would sell at the former one."""
    shop = Bench.opened(both(0, 9))
    shop.sync()
    shop.put(both(7, 4, price=120))
    plan = shop.plan()
    before = len(shop.truth.calls)
    shop.apply(plan).raise_for_faults()
    made = [call.operation for call in list(shop.truth.calls)[before:]]

    assert [("A-1",), ("A-0",)] == [one.skus for one in plan if one.kind is Kind.STOCK]
    assert made.index("prices") < len(made) - 1 - made[::-1].index("stock")
    assert {"A": {"A-0": (Decimal(120), 7), "A-1": (Decimal(100), 4)}} == shop.live()


def test_without_its_new_price_it_stays_sold_out() -> None:
    """The market refuses to hear of prices today: the stock waits for the next run, and says so."""
    shop = Bench.opened(both(0, 9))
    shop.sync()
    shop.put(both(7, 4, price=120))
    shop.faults(step("error_before", operation="prices", times=50))
    report = shop.sync()
    waits = [one for one in report.outcomes if one.kind is Kind.STOCK and one.skus != ("A-1",)]

    assert {"A": {"A-0": (Decimal(100), 0), "A-1": (Decimal(100), 4)}} == shop.live()
    assert ["prices before it did not succeed"] == [one.said for one in waits]
    shop.faults()
    shop.sync().raise_for_faults()
    assert {"A": {"A-0": (Decimal(120), 7), "A-1": (Decimal(100), 4)}} == shop.live()


def test_where_one_call_carries_both_nothing_waits() -> None:
    """Price and stock arrive at once."""
    shop = Bench.opened(both(0, 9), driver=plain_driver(together=True))
    shop.sync()
    shop.put(both(7, 4, price=120))
    plan = shop.plan()
    shop.apply(plan).raise_for_faults()

    assert [()] == list({one.after for one in plan})
    assert {"A": {"A-0": (Decimal(120), 7), "A-1": (Decimal(100), 4)}} == shop.live()
