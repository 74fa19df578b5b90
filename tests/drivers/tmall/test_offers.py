"""Price and stock are absolute, exact, and addressed in one way per call."""

import pytest
from tests.drivers.tmall.samples import ITEM, OFFERS, REF, SHOP, offer

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import drive

assert DRIVER.prices is not None
assert DRIVER.stock is not None
prices, stock = DRIVER.prices, DRIVER.stock
PRICED = {"tmall_item_price_update_response": {"price_update_result": ITEM}}
STOCKED = {"tmall_item_quantity_update_response": {"quantity_update_result": ITEM}}
CHANGES = [sd.OfferChange(REF, OFFERS[sku]) for sku in REF.skus]
ITSELF = [sd.OfferChange(sd.Ref(ITEM, {"GW-SERUM-30": ITEM}), OFFERS["GW-SERUM-30"])]


def test_prices_go_by_sku_id_with_the_lowest_as_the_listings_own() -> None:
    """Yuan with two decimals; the listing's price lies among its SKUs'."""
    (request,), verdicts = drive(prices(SHOP, CHANGES), PRICED)

    assert {
        "method": "tmall.item.price.update",
        "item_id": ITEM,
        "item_price": "219.00",
        "sku_prices": '[{"sku_id":9107199254740993001,"price":"219.00"},'
        '{"sku_id":9107199254740993002,"price":"315.50"}]',
    } == dict(request.form)
    assert sd.Effect.SET is request.effect
    assert dict.fromkeys(REF.skus, sd.DONE) == verdicts


def test_the_lowest_price_is_found_by_amount() -> None:
    """1009.90 is more than 315.50, whatever the alphabet says."""
    changes = [sd.OfferChange(REF, OFFERS[sku]) for sku in ("GW-SERUM-80", "GW-SERUM-50")]
    (request,), _ = drive(prices(SHOP, changes), PRICED)

    assert "315.50" == request.form["item_price"]


def test_one_unknown_id_makes_the_whole_call_go_by_code() -> None:
    """TOP takes one way of naming a SKU per call."""
    half = sd.Ref(ITEM, {"GW-SERUM-30": "1"})
    (request,), _ = drive(prices(SHOP, [sd.OfferChange(half, OFFERS[sku]) for sku in REF.skus]), PRICED)

    assert (
        '[{"outer_id":"GW-SERUM-30","price":"219.00"},{"outer_id":"GW-SERUM-50","price":"315.50"}]'
        == request.form["sku_prices"]
    )


def test_stock_is_absolute() -> None:
    """Type 1: a repeat does no harm."""
    (request,), verdicts = drive(stock(SHOP, CHANGES), STOCKED)

    assert {
        "method": "tmall.item.quantity.update",
        "item_id": ITEM,
        "options": '{"type":1}',
        "sku_quantities": '[{"sku_id":9107199254740993001,"quantity":240},'
        '{"sku_id":9107199254740993002,"quantity":180}]',
    } == dict(request.form)
    assert sd.Effect.SET is request.effect
    assert dict.fromkeys(REF.skus, sd.DONE) == verdicts


def test_a_listing_without_rows_takes_price_and_stock_itself() -> None:
    """No SKU is named."""
    (priced,), _ = drive(prices(SHOP, ITSELF), PRICED)
    (stocked,), _ = drive(stock(SHOP, ITSELF), STOCKED)

    assert ("219.00", "240") == (priced.form["item_price"], stocked.form["item_quantity"])
    assert "sku_prices" not in priced.form
    assert "sku_quantities" not in stocked.form


def test_no_change_asks_nothing() -> None:
    """An empty batch is no call."""
    assert ([], {}) == drive(prices(SHOP, []))
    assert ([], {}) == drive(stock(SHOP, []))


@pytest.mark.parametrize("amount", ["1.001", "0.005"])
def test_an_amount_that_would_be_rounded_is_refused(amount: str) -> None:
    """Nothing is sent at another price than the plan's."""
    with pytest.raises(sd.Rejected, match="does not fit 2 digits"):
        drive(prices(SHOP, [sd.OfferChange(REF, offer("30", amount, 1))]))


def test_another_currency_is_refused() -> None:
    """Dong are never sent as yuan."""
    dong = sd.Offer("GW-SERUM-30", {"CN": sd.Price(sd.Money(939_000, "VND"))}, 1)

    with pytest.raises(sd.Rejected, match="939000 VND is not in CNY"):
        drive(prices(SHOP, [sd.OfferChange(REF, dong)]))
