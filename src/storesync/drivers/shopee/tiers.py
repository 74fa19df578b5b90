"""Variants: tiers and models of one item, brought from whatever the shop shows to what a document wants.

What the shop has is read first: `update_tier_variation` replaces all tiers, and models it is not told to keep
may end. A model's id lives as long as the number of tiers does [D].
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

import storesync.driver as sd
from storesync.drivers.shopee.call import Shop, acknowledged, number, post, read, warnings
from storesync.drivers.shopee.content import SINGLE, model_id
from storesync.drivers.shopee.faults import failure
from storesync.drivers.shopee.models import Model, Shown, beside, cell_in, cells_of, names, with_options
from storesync.drivers.shopee.offers import seller_stock
from storesync.drivers.shopee.region import amount

__all__ = ["Arranged", "arrange", "described", "divide", "offer_of"]

_LOOKS: Final = 6  # so often a new item is tried before it is left to the next run
_OWN: Final = ("gtin_code", "weight")  # what update_model sets besides the code [S]


@frozen
class Arranged:
    """The model ids by SKU as they are now, the offers sent on the way, and the market's remarks."""

    ids: Mapping[str, str]
    offers: Mapping[str, sd.Offer] = field(factory=dict)
    issues: tuple[sd.Issue, ...] = ()


def offer_of(sku: str, offers: Mapping[str, sd.Offer]) -> sd.Offer:
    """The offer of a SKU that is about to be listed; Rejected when it has none."""
    offer = offers.get(sku)
    if offer is None:
        issue = sd.Issue(
            "offer.missing", f"variants/{sku}", f"{sku} has no price and stock to be listed with"
        )
        raise sd.Rejected("offer", issue.message, issues=[issue])
    return offer


def divide(
    shop: Shop, item: str, content: sd.Content, offers: Mapping[str, sd.Offer], *, wait: float = 0.0
) -> sd.Flow[Arranged]:
    """Give an item its tiers and all its models, or another number of tiers, which makes every model new.

    A fresh item may not be known to this call yet: it is asked again, `wait` seconds apart and never less
    than one; Postponed, with the half kept, when it stays unknown.
    """
    body = {
        "item_id": number(item),
        "standardise_tier_variation": content["tiers"],
        "model": [_row(shop, content, sku, offers) for sku in content["models"]],
    }
    after = wait
    for _ in range(_LOOKS):
        try:
            done = yield post("product/init_tier_variation", body, effect=sd.Effect.ONCE, after=after)
        except sd.NotFound:
            after = max(1.0, wait)
        else:
            return _made(done, {sku: offer_of(sku, offers) for sku in content["models"]})
    raise sd.Postponed(
        "slow", f"item {item} was made, but Shopee does not know it yet where its variants are added"
    )


def arrange(
    shop: Shop,
    item: str,
    content: sd.Content,
    offers: Mapping[str, sd.Offer],
    *,
    shown: Shown,
    known: Collection[str],
    redraw: bool,
) -> sd.Flow[Arranged]:
    """The item with exactly the tiers and models of `content` beside its seller's own; what stays keeps its id.

    `shown` is what the item has, `known` are the SKUs that it has had so far: one that takes an item over brings its
    own offer. `redraw` sends the tiers also where their texts are right already: pictures may differ. One variant
    needs no tiers, but keeps those that it has.
    """
    if content["single"] and not shown.divided:
        sku = content["single"]
        brought = {} if sku in known else {sku: offer_of(sku, offers)}
        for offer in brought.values():
            yield from _offered(shop, item, {}, offer)
        return Arranged({sku: SINGLE}, brought)
    if not shown.divided or len(shown.tiers) != len(content["tiers"]):
        done = yield from divide(shop, item, content, offers)
        return done
    wanted = content["models"]
    kept: dict[str, Model] = {}
    for model in shown.models:
        if model.sku in wanted:
            kept.setdefault(model.sku, model)
    surplus = [model for model in shown.models if model not in kept.values()]
    made: dict[str, sd.Offer] = {}
    if not kept:
        renamed = yield from _renamed(shop, item, content, offers, surplus)
        if renamed is not None:
            kept[renamed.sku] = renamed
            surplus = [model for model in surplus if model.id != renamed.id]
            made[renamed.sku] = offer_of(renamed.sku, offers)
        elif not shown.own:
            done = yield from _replaced(shop, item, content, offers, surplus)
            return done
    for model in surplus:
        yield from _delete(item, model)
    tiers, told = beside(item, content, shown)
    issues: tuple[sd.Issue, ...] = ()
    cells = {model.id: wanted[sku]["tier_index"] for sku, model in kept.items()}
    cells |= {model.id: cell_in(tiers, model.cell) for model in shown.own}
    moved = any(list(shown.places[id_]) != cell for id_, cell in cells.items())
    if redraw or moved or shown.tiers != names(tiers):
        drawn = yield from _draw(item, tiers, cells)
        issues += (*told, *drawn)
    ids = {sku: model.id for sku, model in kept.items()}
    missing = [sku for sku in wanted if sku not in kept]
    if missing:
        added = yield from _add(shop, item, content, offers, missing)
        ids |= added.ids
        made |= added.offers
        issues += added.issues
    return Arranged({sku: ids[sku] for sku in wanted}, made, issues)


def described(item: str, models: Mapping[str, Mapping[str, Any]], ids: Mapping[str, str]) -> sd.Request:
    """Tell what these models have besides their place and their offer."""
    rows = [
        {"model_id": number(ids[sku]), **{name: model[name] for name in _OWN if name in model}}
        for sku, model in models.items()
    ]
    return post("product/update_model", {"item_id": number(item), "model": rows}, effect=sd.Effect.SET)


def _row(shop: Shop, content: sd.Content, sku: str, offers: Mapping[str, sd.Offer]) -> dict[str, Any]:
    offer = offer_of(sku, offers)
    return {
        **content["models"][sku],
        "original_price": amount(offer, shop.market),
        "seller_stock": seller_stock(shop, offer),
    }


def _made(done: sd.Response, offers: Mapping[str, sd.Offer]) -> Arranged:
    """The ids of new models; Ambiguous when one is missing, since the market may have made it."""
    try:
        ids = {row.text("model_sku"): model_id(row) for row in done.each("response.model")}
    except sd.Malformed as fault:
        raise sd.Ambiguous(fault.code, fault.message, answer=done) from None
    missing = [sku for sku in offers if sku not in ids]
    if missing:
        raise sd.Ambiguous("shape", f"the answer names no model for {', '.join(missing)}", answer=done)
    return Arranged({sku: ids[sku] for sku in offers}, offers, warnings(done))


def _add(
    shop: Shop, item: str, content: sd.Content, offers: Mapping[str, sd.Offer], skus: Sequence[str]
) -> sd.Flow[Arranged]:
    rows = [_row(shop, content, sku, offers) for sku in skus]
    done = yield post(
        "product/add_model", {"item_id": number(item), "model_list": rows}, effect=sd.Effect.ONCE
    )
    return _made(done, {sku: offer_of(sku, offers) for sku in skus})


def _draw(
    item: str, tiers: Sequence[Mapping[str, Any]], cells: Mapping[str, Sequence[int]]
) -> sd.Flow[tuple[sd.Issue, ...]]:
    """New tiers for the item, with the models that stay at these cells."""
    rows = [{"tier_index": list(cell), "model_id": number(id_)} for id_, cell in cells.items()]
    done = yield post(
        "product/update_tier_variation",
        {"item_id": number(item), "standardise_tier_variation": tiers, "model_list": rows},
        effect=sd.Effect.SET,
    )
    acknowledged(done)
    return warnings(done)


def _delete(item: str, model: Model) -> sd.Flow[None]:
    """End a model; when the market refuses, it is looked whether an earlier try had ended it already."""
    body = {"item_id": number(item), "model_id": number(model.id)}
    try:
        done = yield post("product/delete_model", body, effect=sd.Effect.SET)
        acknowledged(done)
    except sd.Rejected as refusal:
        seen = yield read("product/get_model_list", {"item_id": item})
        seen.at("response", dict)
        if any(model_id(row) == model.id for row in seen.each("response.model")):
            raise refusal from None


def _renamed(
    shop: Shop,
    item: str,
    content: sd.Content,
    offers: Mapping[str, sd.Offer],
    shown: Sequence[Model],
) -> sd.Flow[Model | None]:
    """A model that stands in a wanted SKU's cell under another code takes the SKU and its offer.

    The offer goes first: whoever continues after a crash finds the old code and does it all again.
    """
    cells = cells_of(content)
    for model in shown:
        sku = cells.get(model.cell)
        if sku is None:
            continue
        yield from _offered(shop, item, {"model_id": number(model.id)}, offer_of(sku, offers))
        told = {"model_id": number(model.id), "model_sku": sku}
        done = yield post(
            "product/update_model", {"item_id": number(item), "model": [told]}, effect=sd.Effect.SET
        )
        acknowledged(done)
        return Model(model.id, sku, model.cell)
    return None


def _offered(shop: Shop, item: str, model: Mapping[str, Any], offer: sd.Offer) -> sd.Flow[None]:
    """Price and stock of one model, or of an item without models, when another SKU takes its place."""
    price = {**model, "original_price": amount(offer, shop.market)}
    count = {**model, "seller_stock": seller_stock(shop, offer)}
    for name, rows, row in (("price", "price_list", price), ("stock", "stock_list", count)):
        body = {"item_id": number(item), rows: [row]}
        done = yield post(f"product/update_{name}", body, effect=sd.Effect.SET)
        for refused in done.each("response.failure_list"):
            raise failure(refused)
        if not done.each("response.success_list"):
            raise sd.Malformed(
                "shape", f"the answer says nothing about the {name} of item {item}", answer=done
            )


def _replaced(
    shop: Shop, item: str, content: sd.Content, offers: Mapping[str, sd.Offer], shown: Sequence[Model]
) -> sd.Flow[Arranged]:
    """No model stays and no cell is shared: the new ones come beside the old ones, which then end.

    An item cannot be without models in between. Old options lend a picture where all need one.
    """
    first = content["tiers"][0]["variation_option_list"][0]
    lent = {model.cell[0]: first["image_id"] for model in shown if "image_id" in first}
    both = with_options(content["tiers"], [model.cell for model in shown], lent)
    cells = {model.id: cell_in(both, model.cell) for model in shown}
    issues = yield from _draw(item, both, cells)
    added = yield from _add(shop, item, content, offers, list(content["models"]))
    for model in shown:
        yield from _delete(item, model)
    final = {added.ids[sku]: model["tier_index"] for sku, model in content["models"].items()}
    issues += yield from _draw(item, content["tiers"], final)
    return Arranged(added.ids, added.offers, (*issues, *added.issues))
