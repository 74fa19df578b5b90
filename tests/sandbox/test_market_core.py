"""The market's truth: counts, duplicates, hand edits, export, call log."""

import json
from decimal import Decimal

import pytest
from tests.sandbox.shopee_client import ShopeeClient, serum
from tests.sandbox.top_client import Clock

from storesync.sandbox.access import Shop
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.records import DELETED, Listing
from storesync.sandbox.shopee import market_shopee


def market(clock: Clock, **more: float) -> Market:
    """A bare market with one shop."""
    made = Market(name="test", now=clock, behavior=Behavior(**more))  # type: ignore[arg-type]  # only numbers here
    made.add_shop(Shop(id="s", name="Shop", region="VN", currency="VND"))
    return made


def listing(market: Market, key: str = "K-1", title: str = "Title") -> Listing:
    """A listing without SKUs."""
    return market.create(shop="s", key=key, title=title, category="1", price=Decimal(5), stock=3)


def test_duplicates_are_alive_listings_of_one_key() -> None:
    """A deleted one does not count, a hidden one does."""
    made = market(Clock())
    first, second = listing(made), listing(made)
    made.hide(second)
    before = made.duplicates()
    made.end(first)

    assert {"K-1": (first, second)} == before
    assert {} == made.duplicates()
    assert {"live": 0, "hidden": 1, DELETED: 1, "alive": 1}.items() <= made.counts().items()


def test_a_hand_edit_changes_the_truth_and_no_call_is_logged() -> None:
    """Title, price, stock and status, as a seller does it."""
    clock = Clock()
    made = market(clock)
    item = listing(made)
    clock.move(60)
    made.edit(item.id, title="New", price=Decimal(9), stock=1, status="hidden")

    assert ("New", Decimal(9), 1, "hidden") == (item.title, item.price, item.stock, item.status)
    assert clock.at == item.modified
    assert 0 == len(made.calls)
    with pytest.raises(KeyError, match="NONE"):
        made.edit(item.id, price=Decimal(1), sku="NONE")


def test_the_export_is_json() -> None:
    """The whole truth can be written down."""
    made = market(Clock())
    listing(made)

    assert "K-1" == json.loads(json.dumps(made.export()))["listings"][0]["key"]


def test_a_listing_is_unreadable_by_id_until_its_lag_is_over() -> None:
    """Reads by id lag only where the market says so."""
    clock = Clock()
    made = market(clock, read_lag=2.0)
    item = listing(made)
    early = made.get(item.id)
    clock.move(2)

    assert early is None
    assert item is made.get(item.id)


def test_a_changed_key_reaches_the_index_late() -> None:
    """Until then the old key still finds the listing."""
    clock = Clock()
    made = market(clock, search_lag=2.0)
    item = listing(made)
    clock.move(2)
    made.edit(item.id, key="K-2")
    stale = made.with_key("s", "K-1"), made.with_key("s", "K-2")
    clock.move(2)
    made.settle()

    assert ([item], []) == stale
    assert ([], [item]) == (made.with_key("s", "K-1"), made.with_key("s", "K-2"))


def test_the_call_log_knows_the_same_request_again() -> None:
    """A repeat has the same digest, another body has not; reads and writes are told apart."""
    clock = Clock()
    client = ShopeeClient(*market_shopee(clock), clock)
    image = client.upload()
    for name in ("A-000000001", "A-000000001", "B-000000001"):
        client("product/add_item", serum(image, item_name=name))
        clock.move(1)
    client("shop/get_shop_info")
    log = list(client.market.calls)

    assert log[1].digest == log[2].digest != log[3].digest
    assert ["write", "write", "write", "write", "read"] == [row.effect for row in log]
    assert 4 == client.market.writes()
    assert 3 == client.market.counters["product/add_item"]


def test_a_reset_forgets_listings_and_keeps_accounts() -> None:
    """The same tokens work afterwards and ids go on."""
    clock = Clock()
    client = ShopeeClient(*market_shopee(clock), clock)
    before = client("product/add_item", serum(client.upload()))["response"]["item_id"]
    client.market.reset()
    after = client("product/add_item", serum(client.upload()))["response"]["item_id"]

    assert 1 == client.market.counts()["alive"]
    assert before < after
