"""Offers, shelf, queries, discovery and tokens on the emulated shop."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from tests.drivers.shopee.samples import (
    BARE,
    DRIVER,
    SHOP,
    Emulated,
    listing,
    new,
    offer,
    sku,
    variant,
)

import storesync.driver as sd
from storesync.drivers.shopee import shopee
from storesync.drivers.shopee.region import REGIONS, amount, language
from storesync.sandbox import shopee as emulated
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.records import BANNED
from storesync.testing import drive

ITEM = "30001423411"


def made(shop: Emulated, of: sd.Listing) -> sd.Ref:
    """The listing made on this shop."""
    ref: sd.Ref = shop.run(DRIVER.create(SHOP, new(of, shop.picture()))).ref
    shop.calls.clear()
    return ref


@pytest.mark.parametrize("of", [listing(), listing(variant("30"))], ids=["variants", "single"])
def test_prices_and_stock_are_set_absolutely(of: sd.Listing) -> None:
    """One call for all rows of a listing; every row has its verdict."""
    shop = Emulated.made()
    ref = made(shop, of)
    changes = [sd.OfferChange(ref, offer(code, 777_000, 5)) for code in ref.skus]
    verdicts = {**shop.run(DRIVER.prices(SHOP, changes)), **shop.run(DRIVER.stock(SHOP, changes))}
    (seen,) = shop.run(DRIVER.observe(SHOP, [ref])).values()

    assert dict.fromkeys(ref.skus, sd.DONE) == verdicts
    assert {code: offer(code, 777_000, 5) for code in ref.skus} == seen.offers


def test_each_row_has_its_own_verdict() -> None:
    """A model that is gone is not found, a price that is too low is refused, the third one counts."""
    shop = Emulated.made()
    ref = made(shop, listing(variant("30"), variant("50"), variant("80")))
    ref = evolve(ref, skus={**ref.skus, sku("80"): "999"})
    low, good, gone = (
        offer(code, price, 1) for code, price in zip(ref.skus, (1, 400_000, 5_000), strict=True)
    )
    verdicts = shop.run(DRIVER.prices(SHOP, [sd.OfferChange(ref, one) for one in (low, good, gone)]))

    assert [sd.Rejected, sd.Receipt, sd.NotFound] == [type(verdicts[code]) for code in ref.skus]


def test_a_row_in_neither_list_has_no_verdict() -> None:
    """Silence is not success."""
    ref = sd.Ref(ITEM, {"A": "1", "B": "2"})
    changes = [sd.OfferChange(ref, offer(code, 2_000, 1)) for code in ref.skus]
    answer = {"error": "", "response": {"success_list": [{"model_id": 2, "original_price": 2000}]}}
    _, verdicts = drive(DRIVER.prices(SHOP, changes), answer)

    assert {"B": sd.DONE} == verdicts


def test_a_promotion_postpones_the_stock() -> None:
    """The whole call is refused with the reason in its message."""
    shop = Emulated.made()
    ref = made(shop, listing())
    shop.market.listings[int(ref.listing)].content["promotion"] = True
    with pytest.raises(sd.Postponed):
        shop.run(DRIVER.stock(SHOP, [sd.OfferChange(ref, offer(code, 1, 1)) for code in ref.skus]))


@pytest.mark.parametrize("amount_", ["1000.5", "0.5"])
def test_a_fraction_of_a_dong_is_refused_before_it_is_sent(amount_: str) -> None:
    """Shopee would round it in silence."""
    odd = sd.Offer("A", {"VN": sd.Price(sd.Money(amount_, "VND"))}, 1)
    with pytest.raises(sd.Rejected, match=r"digits"):
        drive(DRIVER.prices(SHOP, [sd.OfferChange(sd.Ref(ITEM, {"A": "1"}), odd)]))


def test_hidden_shown_and_ended() -> None:
    """The row of the answer counts; ending twice is ended."""
    shop = Emulated.made()
    ref = made(shop, listing())
    states = []
    for part in (DRIVER.hide, DRIVER.show, DRIVER.end, DRIVER.end):
        shop.run(part(SHOP, ref))
        states.append(shop.market.listings[int(ref.listing)].status)

    assert ["hidden", "live", "deleted", "deleted"] == states
    with pytest.raises(sd.NotFound):
        shop.run(DRIVER.show(SHOP, ref))


def test_an_item_in_review_waits() -> None:
    """It can be neither shown nor hidden now."""
    shop = Emulated.made(behavior=Behavior(review_delay=3_600.0))
    receipt = shop.run(DRIVER.create(SHOP, new(listing(variant("30")), shop.picture())))

    assert sd.Status.IN_REVIEW is receipt.status
    with pytest.raises(sd.Postponed):
        shop.run(DRIVER.hide(SHOP, receipt.ref))


def test_find_gives_exact_matches_only() -> None:
    """The search is by keyword: other codes with the same words are left out, deleted ones too."""
    shop = Emulated.made()
    ref = made(shop, listing())
    other = made(shop, listing(key="GW X"))
    gone = made(shop, listing(key="GW"))
    shop.run(DRIVER.end(SHOP, gone))
    found = shop.run(DRIVER.find(SHOP, sd.Sought("GW", tuple(ref.skus))))
    none = shop.run(DRIVER.find(SHOP, sd.Sought("NOWHERE", ())))

    assert (ref,) == found
    assert other.listing != ref.listing
    assert () == none


def test_find_looks_at_every_state_and_page() -> None:
    """Banned ones count, and the cursor is followed."""
    shop = Emulated.made()
    refs = [made(shop, listing(variant("30"))) for _ in range(103)]
    shop.market.ban(shop.market.listings[int(refs[0].listing)], "why", status=BANNED)
    found = shop.run(DRIVER.find(SHOP, sd.Sought("GW", (sku("30"),))))

    assert refs == list(found)
    assert 2 == shop.calls.count("search_item")


def test_observe_tells_what_the_shop_shows() -> None:
    """Live, hidden, banned with a remark; what the seller deleted is missing."""
    shop = Emulated.made()
    live, hidden, banned, gone = (made(shop, listing(key=key)) for key in "ABCD")
    shop.run(DRIVER.hide(SHOP, hidden))
    shop.market.ban(shop.market.listings[int(banned.listing)], "why", status=BANNED)
    shop.run(DRIVER.end(SHOP, gone))
    seen = shop.run(DRIVER.observe(SHOP, [live, hidden, banned, gone]))

    assert {
        live.listing: sd.Status.LIVE,
        hidden.listing: sd.Status.HIDDEN,
        banned.listing: sd.Status.SUSPENDED,
    } == {item: one.status for item, one in seen.items()}
    assert [1] == [len(one.issues) for one in seen.values() if one.status is sd.Status.SUSPENDED]
    assert live == seen[live.listing].ref
    assert "Serum dưỡng ẩm nhân sâm" == seen[live.listing].texts["title"]


def test_a_half_without_variants_has_no_skus_yet() -> None:
    """So that the create that goes on from it adds them."""
    shop = Emulated.made()
    single = made(shop, listing(variant("30")))
    (seen,) = shop.run(DRIVER.observe(SHOP, [sd.Ref(single.listing)])).values()

    assert {} == seen.ref.skus
    assert {} == seen.offers


def test_the_shop_is_read_page_by_page() -> None:
    """Every item once, by its own code."""
    shop = Emulated.made()
    for n in range(61):
        made(shop, listing(variant("30"), key=f"K{n:02}"))
    first = shop.run(DRIVER.listings(SHOP, None))
    second = shop.run(DRIVER.listings(SHOP, first.next))

    assert (50, "50", 11, None) == (len(first.seen), first.next, len(second.seen), second.next)
    assert [f"K{n:02}" for n in range(61)] == [key for key, _ in (*first.seen, *second.seen)]


def test_an_empty_shop_is_one_empty_page() -> None:
    """The platform leaves the list out."""
    assert sd.Page(()) == Emulated.made().run(DRIVER.listings(SHOP, None))


def test_discover_keeps_the_channels_that_can_be_used() -> None:
    """Enabled, not masked, and asking for nothing that a listing lacks."""
    assert [("50021", False), ("50023", True)] == [(one.id, one.sized) for one in SHOP.channels]


def info(**changes: Any) -> dict[str, Any]:
    """What get_shop_info answers."""
    return {"error": "", "response": {"region": "VN", "mtsku_upgraded_status": "NOT_UPGRADED", **changes}}


CHANNELS = {
    "error": "",
    "response": {
        "logistics_channel_list": [
            {
                "logistics_channel_id": 50021,
                "enabled": True,
                "mask_channel_id": 0,
                "fee_type": "FIXED_DEFAULT_PRICE",
            }
        ]
    },
}
PLACES = {"error": "", "response": [{"location_id": "VNA"}, {"location_id": "VNB"}]}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([info(region="SG")], "is in SG"),
        ([info(mtsku_upgraded_status="UPGRADED")], "global items"),
        ([info(), {"error": "", "response": {}}], "no usable logistics channel"),
        ([info(), CHANNELS, PLACES], 'location = "VNA"'),
    ],
)
def test_discover_refuses_what_would_go_wrong(answers: list[Any], words: str) -> None:
    """Another country's shop, global items, no channel, and a choice that only a person can make."""
    with pytest.raises(sd.Denied, match=words):
        drive(DRIVER.discover(BARE), *answers)


def test_a_configured_warehouse_and_channel_stay() -> None:
    """What the configuration says is not looked up."""
    chosen = evolve(BARE, location="VNB", logistics=("50021",))
    _, found = drive(DRIVER.discover(chosen), info(), CHANNELS)

    assert ("VNB", ("50021",)) == (found.location, tuple(one.id for one in found.offered))


def test_a_shop_without_warehouses_may_be_told_so_by_a_refusal() -> None:
    """Then stock has no place."""
    _, found = drive(DRIVER.discover(BARE), info(), CHANNELS, sd.Rejected("warehouse.error_not_in_whitelist"))

    assert "" == found.location


def test_tokens_are_renewed_by_the_single_use_refresh_token() -> None:
    """A new pair with its end; the old one is dead."""
    shop = Emulated.made()
    renewed = shop.run(DRIVER.refresh(shop.account))

    assert timedelta(seconds=emulated.ACCESS_SECONDS) == renewed.expires - shop.clock[0]
    assert renewed.refresh_token != shop.account.refresh_token
    with pytest.raises(sd.Denied):
        shop.run(DRIVER.refresh(shop.account))
    shop.account = renewed
    shop.run(DRIVER.listings(SHOP, None))


def test_regions_differ_in_money_and_language() -> None:
    """As far as the notes state them; an unknown one is a KeyError."""
    ringgit = sd.Offer("A", {"MY": sd.Price(sd.Money("12.50", "MYR"))}, 1)

    assert ("MY",) == shopee("MY").spec.markets
    assert "12.50" == str(amount(ringgit, sd.Market("MY", ("ms",), "MYR")))
    assert 7 == shopee("ID").spec.price_ratio
    assert "vn" == language(sd.Market("VN", ("vi",), "VND"))
    assert "en" == language(sd.Market("PH", ("tl",), "PHP"))
    assert {"VN", "SG", "MY", "TH", "PH", "TW", "ID"} == set(REGIONS)
    with pytest.raises(KeyError):
        shopee("KR")
