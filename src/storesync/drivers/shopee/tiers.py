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


@frozen
class _Model:
    id: str
    sku: str
    cell: tuple[int, ...]


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
    known: Collection[str],
    redraw: bool,
) -> sd.Flow[Arranged]:
    """The item with exactly the tiers and models of `content`; ids of models that stay are kept.

    `known` are the SKUs that the item has had so far: one that takes an item over brings its own offer.
    `redraw` sends the tiers also where their texts are right already: pictures may differ. One variant needs
    no tiers, but keeps those that it has, since Shopee cannot take them away: Rejected without any option.
    """
    seen = yield read("product/get_model_list", {"item_id": item})
    shown, tiers = _models(seen), _tiers(seen)
    if content["single"] and not shown:
        sku = content["single"]
        brought = {} if sku in known else {sku: offer_of(sku, offers)}
        for offer in brought.values():
            yield from _offered(shop, item, {}, offer)
        return Arranged({sku: SINGLE}, brought)
    if not content["tiers"]:
        raise _undivided(item)
    if not shown or len(tiers) != len(content["tiers"]):
        done = yield from divide(shop, item, content, offers)
        return done
    wanted = content["models"]
    kept: dict[str, _Model] = {}
    for model in shown:
        if model.sku in wanted:
            kept.setdefault(model.sku, model)
    surplus = [model for model in shown if model not in kept.values()]
    made: dict[str, sd.Offer] = {}
    if not kept:
        renamed = yield from _renamed(shop, item, content, offers, surplus, tiers)
        if renamed is None:
            done = yield from _replaced(shop, item, content, offers, surplus, tiers)
            return done
        kept[renamed.sku] = renamed
        surplus = [model for model in surplus if model.id != renamed.id]
        made[renamed.sku] = offer_of(renamed.sku, offers)
    for model in surplus:
        yield from _delete(item, model)
    issues: tuple[sd.Issue, ...] = ()
    moved = any(list(model.cell) != wanted[sku]["tier_index"] for sku, model in kept.items())
    if redraw or moved or tiers != _names(content["tiers"]):
        cells = {model.id: wanted[sku]["tier_index"] for sku, model in kept.items()}
        issues += yield from _draw(item, content["tiers"], cells)
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


def _undivided(item: str) -> sd.Rejected:
    words = f"item {item} has variants on Shopee, which cannot be taken away again"
    hint = "give the product its option back, or end the listing and list it anew"
    return sd.Rejected("variants", words, issues=[sd.Issue("variants.undivided", "axes", words, hint=hint)])


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


def _models(seen: sd.Response) -> list[_Model]:
    seen.at("response", dict)
    models = []
    for row in seen.each("response.model"):
        cell = row.at("tier_index", list)
        if not all(isinstance(place, int) and not isinstance(place, bool) and place >= 0 for place in cell):
            raise sd.Malformed("shape", "'tier_index' in the answer holds no places")
        models.append(_Model(model_id(row), row.text("model_sku"), tuple(cell)))
    return models


def _tiers(seen: sd.Response) -> list[tuple[str, list[str]]]:
    """Name and option names of every tier that the shop shows."""
    return [
        (
            tier.text("variation_name"),
            [option.text("variation_option_name") for option in tier.each("variation_option_list")],
        )
        for tier in seen.each("response.standardise_tier_variation")
    ]


def _names(tiers: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    return [
        (
            tier["variation_name"],
            [option["variation_option_name"] for option in tier["variation_option_list"]],
        )
        for tier in tiers
    ]


def _said(cell: Sequence[int], tiers: Sequence[tuple[str, list[str]]]) -> tuple[str, ...]:
    """The option names of a cell; Malformed when the cell lies outside."""
    try:
        return tuple(tiers[tier][1][place] for tier, place in enumerate(cell))
    except IndexError:
        raise sd.Malformed("shape", f"tier_index {list(cell)} lies outside the tiers") from None


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


def _delete(item: str, model: _Model) -> sd.Flow[None]:
    """End a model; when the market refuses, it is looked whether an earlier try had ended it already."""
    body = {"item_id": number(item), "model_id": number(model.id)}
    try:
        done = yield post("product/delete_model", body, effect=sd.Effect.SET)
        acknowledged(done)
    except sd.Rejected as refusal:
        seen = yield read("product/get_model_list", {"item_id": item})
        if any(one.id == model.id for one in _models(seen)):
            raise refusal from None


def _renamed(
    shop: Shop,
    item: str,
    content: sd.Content,
    offers: Mapping[str, sd.Offer],
    shown: Sequence[_Model],
    tiers: Sequence[tuple[str, list[str]]],
) -> sd.Flow[_Model | None]:
    """A model that stands in a wanted SKU's cell under another code takes the SKU and its offer.

    The offer goes first: whoever continues after a crash finds the old code and does it all again.
    """
    wanted = content["models"]
    names = _names(content["tiers"])
    cells = {_said(model["tier_index"], names): sku for sku, model in wanted.items()}
    for model in shown:
        sku = cells.get(_said(model.cell, tiers))
        if sku is None:
            continue
        yield from _offered(shop, item, {"model_id": number(model.id)}, offer_of(sku, offers))
        told = {"model_id": number(model.id), "model_sku": sku}
        done = yield post(
            "product/update_model", {"item_id": number(item), "model": [told]}, effect=sd.Effect.SET
        )
        acknowledged(done)
        return _Model(model.id, sku, model.cell)
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
    shop: Shop,
    item: str,
    content: sd.Content,
    offers: Mapping[str, sd.Offer],
    shown: Sequence[_Model],
    tiers: Sequence[tuple[str, list[str]]],
) -> sd.Flow[Arranged]:
    """No model stays and no cell is shared: the new ones come beside the old ones, which then end.

    An item cannot be without models in between.
    """
    both = _with_options(content["tiers"], tiers)
    places = [list(options) for _, options in _names(both)]
    cells = {
        model.id: [places[tier].index(name) for tier, name in enumerate(_said(model.cell, tiers))]
        for model in shown
    }
    issues = yield from _draw(item, both, cells)
    added = yield from _add(shop, item, content, offers, list(content["models"]))
    for model in shown:
        yield from _delete(item, model)
    final = {added.ids[sku]: model["tier_index"] for sku, model in content["models"].items()}
    issues += yield from _draw(item, content["tiers"], final)
    return Arranged(added.ids, added.offers, (*issues, *added.issues))


def _with_options(
    wanted: Sequence[Mapping[str, Any]], shown: Sequence[tuple[str, list[str]]]
) -> list[dict[str, Any]]:
    """The wanted tiers with the shown options behind their own, and a picture for each where all need one."""
    both = []
    for tier, (_, names) in zip(wanted, shown, strict=True):
        options = list(tier["variation_option_list"])
        known = {option["variation_option_name"] for option in options}
        picture = {name: options[0][name] for name in ("image_id",) if options and name in options[0]}
        options += [
            {"variation_option_id": 0, "variation_option_name": name, **picture}
            for name in names
            if name not in known
        ]
        both.append({**tier, "variation_option_list": options})
    return both
