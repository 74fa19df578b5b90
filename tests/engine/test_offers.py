"""A market that takes price and stock in one call is called once for both, and never for what the seller keeps."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve
from tests.engine.bench import Bench, item

import storesync.driver as sd
from storesync.testing.plain import plain_driver

CALLS: list[tuple[str, ...]] = []


def together(*, per: Any = "listing") -> sd.Driver[Any, Any]:
    """The plain driver with one part for both; it notes what each call is about."""
    usual = plain_driver()
    prices, stock = usual.prices, usual.stock
    assert prices is not None
    assert stock is not None

    def offers(shop: sd.Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
        CALLS.append(tuple(change.sku for change in changes))
        verdicts: dict[str, Any] = {}
        for change in changes:
            verdicts |= yield from prices(shop, [change])
            verdicts |= yield from stock(shop, [change])
        return verdicts

    batches = {**usual.spec.batches, "offers": sd.Batch(20, per)}
    return evolve(usual, prices=None, stock=None, offers=offers, spec=evolve(usual.spec, batches=batches))


def shop(**more: Any) -> Bench:
    """Three listings with two variants each, on sale."""
    CALLS.clear()
    bench = Bench.opened(*(item(key, variants=2) for key in "ABC"), driver=together(**more))
    bench.sync()
    return bench


def test_price_and_stock_that_change_together_are_one_call() -> None:
    """Both operations are planned and reported, and the market is called once for the listing."""
    bench = shop()
    bench.put(evolve(item("A"), offers={"A-0": (Decimal(120), 9), "A-1": (Decimal(100), 8)}))
    made = bench.plan()
    report = bench.apply(made)

    assert {"prices": 1, "stock": 1} == dict(made.counts)
    assert [("A-0", "A-1")] == [tuple(sorted(call)) for call in CALLS]
    assert report.ok
    assert 2 == len(report.outcomes)
    assert bench.wanted() == bench.live()
    assert 0 == len(bench.plan())


def test_a_batch_over_listings_holds_each_sku_once() -> None:
    """Three listings, each with a new price and a new stock: one call of six SKUs."""
    bench = shop(per="channel")
    bench.put(*(item(key, price=130, stock=9, variants=2) for key in "ABC"))
    bench.sync()

    assert [6] == [len(set(call)) for call in CALLS]
    assert bench.wanted() == bench.live()


def test_one_call_for_both_carries_the_sellers_own_price() -> None:
    """The seller keeps prices and wrote a new one a moment ago: a new stock does not put ours back."""
    bench = shop()
    bench.channel.channel = evolve(bench.channel.channel, owned_by_seller=("prices",))
    (listing,) = bench.truth.alive("A")
    bench.truth.edit(listing.id, sku="A-0", price=Decimal(222))
    bench.put(item("A", price=150, stock=9, variants=2))
    bench.sync()

    assert {"A-0": (Decimal(222), 9), "A-1": (Decimal(100), 9)} == bench.live()["A"]
    assert 0 == len(bench.plan())
