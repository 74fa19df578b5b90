"""A driver that breaks its contract stops the listing that it breaks on, and no other."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, step

import storesync.driver as sd
from storesync.engine import OutcomeState
from storesync.testing.plain import plain_driver


def breaking(how: str) -> sd.Driver[Any, Any]:
    """The plain driver, broken for listing B and for SKUs of B."""
    usual = plain_driver()
    create, prices, observe = usual.create, usual.prices, usual.observe
    assert create is not None
    assert prices is not None
    assert observe is not None

    def wrong(flow: Any) -> Iterator[Any]:
        if how == "raises":
            raise TypeError("None is no title")
        if how == "strange host":
            yield sd.request("POST", "/listings", json={}, host="media")
        elif how == "elsewhere":
            yield sd.request("POST", "https://elsewhere.invalid/listings", json={})
        else:
            try:
                return (yield from flow)
            except sd.Ambiguous:
                return sd.DONE
        raise AssertionError("the engine goes on after a broken contract")

    def of_b(skus: Any) -> bool:
        return any(str(sku).startswith("B") for sku in skus)

    return evolve(
        usual,
        create=lambda shop, new: wrong(create(shop, new)) if new.key == "B" else create(shop, new),
        prices=lambda shop, some: (
            wrong(prices(shop, some)) if of_b(one.sku for one in some) else prices(shop, some)
        ),
        observe=lambda shop, refs: (
            wrong(observe(shop, refs)) if any(of_b(ref.skus) for ref in refs) else observe(shop, refs)
        ),
        spec=evolve(usual.spec, batches={"prices": sd.Batch(20, "channel"), "observe": sd.Batch(10)}),
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("raises", "driver 'plain' raised TypeError: None is no title"),
        ("strange host", "host 'media'"),
        ("elsewhere", "'elsewhere.invalid'"),
    ],
)
def test_a_broken_create_stops_its_own_listing(how: str, said: str) -> None:
    """The others are listed; the message names driver and rule; nothing is made twice when it is mended."""
    bench = Bench.opened(item("A"), item("B"), item("C"), driver=breaking(how))
    report = bench.sync()

    assert ["A", "C"] == sorted(set(bench.live()) - {"B"})
    assert [("B", OutcomeState.FAILED)] == [(bad.key, bad.state) for bad in report.bad]
    assert said in report.bad[0].said
    assert not report.stopped

    bench.faults()
    bench.channel.driver = plain_driver()
    bench.sync()
    bench.sync()

    assert {} == bench.truth.duplicates()
    assert bench.wanted() == bench.live()
    assert 0 == len(bench.plan())


def test_a_driver_that_hides_a_doubt_makes_no_second_listing() -> None:
    """It calls a lost answer a success: the listing counts as in doubt, and is looked for."""
    bench = Bench.opened(item("A"), item("B"), driver=breaking("swallows"))
    bench.faults(step("lost_after", "read", operation="create", times=2))
    bench.sync()
    bench.faults()
    bench.sync()
    bench.sync()

    assert {} == bench.truth.duplicates()
    assert bench.wanted() == bench.live()


@pytest.mark.parametrize("how", ["raises", "strange host", "elsewhere"])
def test_a_broken_price_stops_its_own_listing_also_in_a_shared_batch(how: str) -> None:
    """A batch of three listings is halved until the one that breaks the driver is alone."""
    bench = Bench.opened(item("A"), item("B"), item("C"))
    bench.sync()
    bench.channel.driver = evolve(breaking(how), create=plain_driver().create)
    bench.put(item("A", price=101), item("B", price=102), item("C", price=103))
    report = bench.sync()
    (bad,) = report.bad

    assert "B" == bad.key
    assert {"A": 101, "B": 100, "C": 103} == {
        key: int(price) for key, skus in bench.live().items() for price, _ in skus.values()
    }


def test_a_listing_that_cannot_be_read_hides_no_other() -> None:
    """Drift of the others is found while one listing breaks the driver."""
    bench = Bench.opened(item("A"), item("B"), item("C"))
    bench.sync()
    bench.channel.driver = breaking("raises")
    for listing in bench.truth.alive():
        bench.truth.edit(listing.id, price=Decimal(1))

    found = bench.observe()

    assert ["B", "A", "C"] == [line.split()[0] for line in found]
    assert "B could not be looked at: driver.failed: driver 'plain' raised TypeError" in found[0]


def test_a_channel_of_which_nothing_can_be_read_says_so() -> None:
    """When no listing can be read it is no matter of one listing."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    broken = breaking("raises").observe
    assert broken is not None
    bench.channel.driver = evolve(
        plain_driver(),
        observe=lambda shop, refs: broken(shop, [evolve(ref, skus={"B": "1"}) for ref in refs]),
    )

    with pytest.raises(sd.Malformed, match="None is no title"):
        bench.observe()
