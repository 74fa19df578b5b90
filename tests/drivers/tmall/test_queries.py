"""Reading the shop: by code, by id, page by page."""

from typing import Any

import pytest
from tests.drivers.tmall.samples import ITEM, REF, SHOP, seen

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import drive

assert DRIVER.find is not None
assert DRIVER.observe is not None
assert DRIVER.listings is not None
find, observe, listings = DRIVER.find, DRIVER.observe, DRIVER.listings
SOUGHT = sd.Sought("GW-SERUM", tuple(REF.skus))


def items(method: str, *rows: Any, **more: Any) -> dict[str, Any]:
    """A list of items in TOP's wrappers."""
    return {f"{method}_response": {"items": {"item": list(rows)}, **more}}


def test_find_keeps_exact_matches_only() -> None:
    """The index may answer more than was asked."""
    answer = items("items_custom_get", seen(), seen(item="8", code="gw-serum"), seen(item="9", code=""))
    (request,), found = drive(find(SHOP, SOUGHT), answer)

    assert ("taobao.items.custom.get", "GW-SERUM") == (request.form["method"], request.form["outer_id"])
    assert sd.Effect.READ is request.effect
    assert (REF,) == found


def test_two_matches_are_both_told() -> None:
    """The code is not unique on Tmall."""
    _, found = drive(find(SHOP, SOUGHT), items("items_custom_get", seen(), seen(item="8")))

    assert [ITEM, "8"] == [ref.listing for ref in found]


def test_an_absent_list_is_none_and_a_bare_object_is_one() -> None:
    """Quirks of TOP's JSON."""
    _, none = drive(find(SHOP, SOUGHT), {"items_custom_get_response": {"request_id": "x"}})
    bare = seen() | {"skus": {"sku": seen()["skus"]["sku"][0]}}
    _, one = drive(find(SHOP, SOUGHT), {"items_custom_get_response": {"items": {"item": bare}}})

    assert () == none
    assert (sd.Ref(ITEM, {"GW-SERUM-30": REF.skus["GW-SERUM-30"]}),) == one


def test_a_listing_without_rows_is_found_as_its_only_sku() -> None:
    """Its own id stands for the SKU."""
    row = {name: value for name, value in seen().items() if name != "skus"}
    _, found = drive(find(SHOP, sd.Sought("GW-SERUM", ("GW-SERUM-30",))), items("items_custom_get", row))

    assert (sd.Ref(ITEM, {"GW-SERUM-30": ITEM}),) == found


def test_observe_tells_status_offers_and_title() -> None:
    """What is on sale is live, what is in the warehouse hidden, what is missing gone."""
    refs = [REF, sd.Ref("8", more={"note": "kept"}), sd.Ref("9")]
    answer = items("items_seller_list_get", seen(), seen(item="8", status="instock"))
    (request,), found = drive(observe(SHOP, refs), answer)

    assert f"{ITEM},8,9" == request.form["num_iids"]
    assert {ITEM: sd.Status.LIVE, "8": sd.Status.HIDDEN} == {id_: one.status for id_, one in found.items()}
    assert REF == found[ITEM].ref
    assert {"note": "kept"} == dict(found["8"].ref.more)
    assert (
        sd.Offer("GW-SERUM-30", {"CN": sd.Price(sd.Money("219.00", "CNY"))}, 240)
        == found[ITEM].offers["GW-SERUM-30"]
    )
    assert {"title": "江原道 保湿精华"} == dict(found[ITEM].texts)
    assert ([], {}) == drive(observe(SHOP, []))


def test_observe_reads_a_listing_without_rows() -> None:
    """Price and stock of the listing are those of its only SKU."""
    row = {name: value for name, value in seen().items() if name != "skus"}
    _, found = drive(observe(SHOP, [sd.Ref(ITEM, {"X": ITEM})]), items("items_seller_list_get", row))

    assert {"X": sd.Offer("X", {"CN": sd.Price(sd.Money("219.00", "CNY"))}, 420)} == dict(found[ITEM].offers)


@pytest.mark.parametrize("quantity", [-1, "1.5", "many", True, None])
def test_an_impossible_stock_is_malformed(quantity: Any) -> None:
    """No number is guessed."""
    row = seen() | {"skus": {"sku": [{"sku_id": 1, "outer_id": "A", "price": "1", "quantity": quantity}]}}

    with pytest.raises(sd.Malformed):
        drive(observe(SHOP, [REF]), items("items_seller_list_get", row))


def test_pages_go_through_all_sections() -> None:
    """On sale, waiting, sold out, taken down; then the end."""
    cursor, visited = None, []
    while True:
        method = "items_inventory_get" if visited else "items_onsale_get"
        (request,), page = drive(listings(SHOP, cursor), items(method, seen(), total_results=1))
        visited.append((request.form.get("banner", ""), page.seen[0][1].status))
        if page.next is None:
            break
        cursor = page.next

    assert [
        ("", sd.Status.LIVE),
        ("for_shelved", sd.Status.LIVE),
        ("sold_out", sd.Status.LIVE),
        ("violation_off_shelf", sd.Status.SUSPENDED),
    ] == visited
    assert "GW-SERUM" == page.seen[0][0]


def test_deep_pages_go_on_from_the_oldest_change() -> None:
    """Pages end before 20,000 rows; a slice that does not move is drift, not a loop."""
    answer = items("items_onsale_get", seen(), total_results=50_000)
    _, second = drive(listings(SHOP, None), answer)
    _, sliced = drive(listings(SHOP, "onsale 99 "), answer)
    assert sliced.next is not None
    (request,), _ = drive(listings(SHOP, sliced.next), answer)

    assert "onsale 2 " == second.next
    assert "onsale 1 2026-07-01 09:30:05" == sliced.next
    assert ("1", "2026-07-01 09:30:05") == (request.form["page_no"], request.form["end_modified"])
    with pytest.raises(sd.Malformed):
        drive(listings(SHOP, "onsale 99 2026-07-01 09:30:05"), answer)
