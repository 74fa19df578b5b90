"""Making and changing a listing: add_item, then its variants, then on sale; partial updates (notes, 5).

Nothing marks a repeated add_item, so a lost answer is recovered by searching for the merchant's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.shopee.call import Shop, acknowledged, number, post, warnings
from storesync.drivers.shopee.content import SINGLE
from storesync.drivers.shopee.models import look
from storesync.drivers.shopee.offers import seller_stock
from storesync.drivers.shopee.region import amount
from storesync.drivers.shopee.shelf import unlist
from storesync.drivers.shopee.tiers import arrange, described, divide, offer_of

__all__ = ["create", "update"]

# What update_item cannot clear once it was given [S]: only item_sku, wholesale and video can be emptied.
_STAYS: Final[Mapping[str, str]] = {"dimension": "the size of the parcel"}


def create(shop: Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
    """The listing on sale with its ids; goes on from `new.found`, which is only shown when it is complete.

    With variants the item is made unlisted, divided, then shown: nobody buys a half. Without them it is whole
    at once, and is made on sale.
    """
    content = new.content
    issues: tuple[sd.Issue, ...] = ()
    if new.found is None:
        item, status, issues = yield from _add(shop, new)
        if content["single"]:
            return sd.Receipt(sd.Ref(item, {content["single"]: SINGLE}), status, issues=issues)
        ref = sd.Ref(item)
        with sd.made(ref):
            made = yield from divide(shop, item, content, new.offers, wait=shop.settle_seconds)
            ref, issues = evolve(ref, skus=made.ids), (*issues, *made.issues)
    else:
        ref = new.found
        if not _whole(ref, content):
            with sd.made(ref):
                shown = yield from look(ref.listing, content, ref.skus)
                made = yield from arrange(
                    shop, ref.listing, content, new.offers, shown=shown, known=ref.skus, redraw=False
                )
                ref, issues = evolve(ref, skus=made.ids), made.issues
    with sd.made(ref):
        yield from unlist(ref.listing, off=False)
    return sd.Receipt(ref, sd.Status.LIVE, issues=issues)


def _whole(ref: sd.Ref, content: sd.Content) -> bool:
    """Whether everything that this document sells is there already."""
    if content["single"]:
        return bool(ref.skus.get(content["single"]))
    return all(ref.skus.get(sku, SINGLE) != SINGLE for sku in content["models"])


def _add(shop: Shop, new: sd.New) -> sd.Flow[tuple[str, sd.Status, tuple[sd.Issue, ...]]]:
    content = new.content
    first = offer_of(content["single"] or next(iter(content["models"]), ""), new.offers)
    for sku in content["models"]:
        offer_of(sku, new.offers)  # before anything is made, not after half of it
    done = yield post(
        "product/add_item",
        {
            **content["item"],
            "original_price": amount(first, shop.market),
            "seller_stock": seller_stock(shop, first),
            "item_status": "NORMAL" if content["single"] else "UNLIST",
        },
        effect=sd.Effect.ONCE,
    )
    try:
        item = done.id("response.item_id")
    except sd.Malformed as fault:
        # Not refused, and no id: the item may well exist.
        raise sd.Ambiguous(fault.code, fault.message, answer=done) from None
    with sd.made(sd.Ref(item)):
        reviewed = done.text("response.item_status") == "REVIEWING"
        return item, sd.Status.IN_REVIEW if reviewed else sd.Status.LIVE, warnings(done)


def update(shop: Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
    """The listing as in `change.after`: only fields that differ are sent, price, stock and status stay.

    Variants are looked at before anything is sent: the seller may have added some that stand in the way. New models
    take their offers from `change.offers`; when the number of tiers changes every model is new.
    """
    after, before, ref = change.after, change.before, change.ref
    old: Mapping[str, Any] = {} if before is None else before["item"]
    varied = change.added or change.removed or change.touched("tiers", "models", "single")
    shown = (yield from look(ref.listing, after, ref.skus)) if varied else None
    fields = {name: value for name, value in after["item"].items() if name not in old or old[name] != value}
    issues = tuple(
        sd.Issue(
            "market.kept",
            "variants",
            f"Shopee cannot forget {what}: it still shows the old one",
            sd.Severity.WARNING,
        )
        for name, what in _STAYS.items()
        if name in old and name not in after["item"]
    )
    if fields:
        done = yield post(
            "product/update_item", {"item_id": number(ref.listing), **fields}, effect=sd.Effect.SET
        )
        acknowledged(done)
        issues += warnings(done)
    if shown is None:
        return sd.Receipt(ref, issues=issues)
    with sd.made(ref):
        redraw = change.touched("tiers")
        made = yield from arrange(
            shop, ref.listing, after, change.offers, shown=shown, known=ref.skus, redraw=redraw
        )
    ref = evolve(ref, skus=made.ids)
    differing = {
        sku: model
        for sku, model in after["models"].items()
        if ref.skus[sku] == change.ref.skus.get(sku) != SINGLE
        and (before is None or _own(before["models"].get(sku)) != _own(model))
    }
    if differing:
        with sd.made(ref):
            done = yield described(ref.listing, differing, ref.skus)
            acknowledged(done)
    return sd.Receipt(ref, issues=(*issues, *made.issues), offers=made.offers)


def _own(model: Mapping[str, Any] | None) -> tuple[Any, Any] | None:
    return None if model is None else (model.get("gtin_code"), model.get("weight"))
