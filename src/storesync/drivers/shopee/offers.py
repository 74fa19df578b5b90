"""Prices and stock: absolute values, at most 50 models of one item in a call, a verdict per row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import storesync.driver as sd
from storesync.drivers.shopee.call import Shop, number, post
from storesync.drivers.shopee.content import SINGLE
from storesync.drivers.shopee.faults import failure
from storesync.drivers.shopee.region import amount

__all__ = ["prices", "seller_stock", "stock"]


def prices(shop: Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    """New original prices: the sale price of ours, since Shopee keeps reductions as promotions apart."""
    if not changes:
        return {}
    rows = [{**_model(change), "original_price": amount(change.offer, shop.market)} for change in changes]
    done = yield post(
        "product/update_price",
        {"item_id": number(changes[0].ref.listing), "price_list": rows},
        effect=sd.Effect.SET,
    )
    return _verdicts(done, changes)


def stock(shop: Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    """New quantities, absolute; those of a named warehouse where the shop has one."""
    if not changes:
        return {}
    rows = [{**_model(change), "seller_stock": seller_stock(shop, change.offer)} for change in changes]
    done = yield post(
        "product/update_stock",
        {"item_id": number(changes[0].ref.listing), "stock_list": rows},
        effect=sd.Effect.SET,
    )
    return _verdicts(done, changes)


def seller_stock(shop: Shop, offer: sd.Offer) -> list[dict[str, Any]]:
    """The stock as every call takes it."""
    place = {"location_id": shop.location} if shop.location else {}
    return [{**place, "stock": offer.stock}]


def _model(change: sd.OfferChange) -> dict[str, Any]:
    """Names the model; an item without models is named by leaving the model out."""
    id_ = change.ref.skus.get(change.sku, "")
    if not id_:
        raise sd.Rejected("model", f"{change.sku} has no model id in listing {change.ref.listing}")
    return {} if id_ == SINGLE else {"model_id": number(id_)}


def _verdicts(done: sd.Response, changes: Sequence[sd.OfferChange]) -> sd.Verdicts:
    """By SKU what each row says; a row that is in neither list has no verdict."""
    skus = {change.ref.skus[change.sku]: change.sku for change in changes}
    verdicts: dict[str, sd.Receipt | sd.Fault] = {}
    for row in done.each("response.success_list"):
        sku = skus.get(row.text("model_id") or SINGLE)
        if sku is not None:
            verdicts[sku] = sd.DONE
    for row in done.each("response.failure_list"):
        sku = skus.get(row.text("model_id") or SINGLE)
        if sku is not None:
            verdicts[sku] = failure(row)
    return verdicts
