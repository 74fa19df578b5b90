"""Prices and stock: absolute values, at most 20 SKUs of one listing in a call (notes, 8.9 and 8.10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, call, envelope, yuan
from storesync.drivers.tmall.content import cheapest

__all__ = ["prices", "stock"]

_PRICE: Final = "tmall.item.price.update"
_STOCK: Final = "tmall.item.quantity.update"


def prices(shop: Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    """New prices in yuan. The listing's own price goes along: the lowest, so that it lies among them."""
    if not changes:
        return {}
    fields = {"item_price": cheapest([change.offer for change in changes])}
    if not _sold_itself(changes):
        rows = _rows(changes, lambda change: {"price": yuan(change.offer)})
        fields["sku_prices"] = sd.dumps(rows)
    done = yield call(_PRICE, fields, effect=sd.Effect.SET, item_id=changes[0].ref.listing)
    done.id(envelope(_PRICE, "price_update_result"))
    return {change.sku: sd.DONE for change in changes}


def stock(shop: Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    """New quantities, absolute (`type` 1), so that a repeat does no harm."""
    if not changes:
        return {}
    if _sold_itself(changes):
        fields = {"item_quantity": str(changes[0].offer.stock)}
    else:
        fields = {"sku_quantities": sd.dumps(_rows(changes, lambda change: {"quantity": change.offer.stock}))}
    item = changes[0].ref.listing
    done = yield call(_STOCK, fields, effect=sd.Effect.SET, item_id=item, options='{"type":1}')
    done.id(envelope(_STOCK, "quantity_update_result"))
    return {change.sku: sd.DONE for change in changes}


def _sold_itself(changes: Sequence[sd.OfferChange]) -> bool:
    """Whether the listing has no SKU rows: then its own id stands for the one SKU."""
    return len(changes) == 1 and changes[0].ref.skus.get(changes[0].sku) == changes[0].ref.listing


def _rows(
    changes: Sequence[sd.OfferChange], value: Callable[[sd.OfferChange], dict[str, sd.Json]]
) -> list[dict[str, sd.Json]]:
    """Rows that name their SKU in one way per call: by the market's id, or by our code if one has no id."""
    ids = [change.ref.skus.get(change.sku, "") for change in changes]
    if all(id_.isdecimal() for id_ in ids):
        return [{"sku_id": int(id_), **value(change)} for id_, change in zip(ids, changes, strict=True)]
    return [{"outer_id": change.sku, **value(change)} for change in changes]
