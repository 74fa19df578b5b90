"""Shopee operations on variants: tiers and models (notes, section 5.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call
from storesync.sandbox.records import Listing, Sku
from storesync.sandbox.shopee_gate import (
    Terms,
    body_of,
    check_spread,
    money,
    number,
    owned,
    refuse,
    reply,
    rows,
    stock_of,
)
from storesync.sandbox.shopee_items import check_images
from storesync.sandbox.shopee_read import tiers_info

TIERS = 2
SKU_LENGTH = 100


def init(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/init_tier_variation: gives an item tiers, or another number of them; all model ids are new."""
    body = body_of(market, call)
    listing = owned(market, shop, body.get("item_id"))
    if not market.extendable(listing):
        # creation is eventually consistent: a new item is unknown here for a while [D]
        refuse(market, "error_item_not_found", "Item not found.")
    tiers = _tiers(terms, market, body)
    if listing.skus and len(tiers) == len(listing.content["tiers"]):
        # assumption: the same number of tiers is refused; the notes only say that another one voids the ids
        refuse(market, "product.error_busi", "Tier-variation level is not changed.")
    models = rows(market, body.get("model"), "model", terms.models)
    skus = [_model(terms, market, tiers, row) for row in models]
    _check_cells(terms, market, skus)
    listing.content["tiers"] = tiers
    listing.skus = {sku.id: sku for sku in skus}
    market.changed(listing)
    return reply(
        market, {"item_id": listing.id, **tiers_info(listing), "model": _models(listing.skus.values())}
    )


def update_tiers(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/update_tier_variation: other options in the same tiers; models left out of model_list end."""
    body = body_of(market, call)
    listing = _varied(market, shop, body)
    tiers = _tiers(terms, market, body)
    if len(tiers) != len(listing.content["tiers"]):
        refuse(market, "product.error_busi", "Use init_tier_variation to change the number of tiers.")
    kept: dict[int, tuple[int, ...]] = {}
    for row in rows(market, body.get("model_list"), "model_list", terms.models):
        model = number(market, row.get("model_id"), "model_id")
        if model not in listing.skus:
            refuse(market, "error_param", f"Wrong parameters, detail: model_id {model} is unknown.")
        kept[model] = _cell(market, tiers, row)
    if len(set(kept.values())) != len(kept):
        refuse(market, "error_param", "Wrong parameters, detail: tier_index is repeated.")
    listing.skus = {model: sku for model, sku in listing.skus.items() if model in kept}
    for model, cell in kept.items():
        sku = listing.skus[model]
        sku.more["tier"], sku.options = cell, _names(tiers, cell)
    listing.content["tiers"] = tiers
    market.changed(listing, content=True)
    return reply(market)


def add(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/add_model: 1 to 50 models for cells that have none."""
    body = body_of(market, call)
    listing = _varied(market, shop, body)
    tiers = listing.content["tiers"]
    listed = rows(market, body.get("model_list"), "model_list", terms.models)
    new = [_model(terms, market, tiers, row) for row in listed]
    _check_cells(terms, market, [*listing.skus.values(), *new])
    listing.skus.update({sku.id: sku for sku in new})
    market.changed(listing)
    return reply(market, {"model": _models(new)})


def update(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/update_model: codes and weights of models, all rows or none."""
    body = body_of(market, call)
    listing = _varied(market, shop, body)
    listed = rows(market, body.get("model"), "model", terms.models)
    for row in listed:
        if number(market, row.get("model_id"), "model_id") not in listing.skus:
            refuse(market, "error_param", f"Wrong parameters, detail: model_id {row['model_id']} is unknown.")
        _code(market, row)
    for row in listed:
        sku = listing.skus[row["model_id"]]
        sku.code = row.get("model_sku", sku.code)
        sku.more.update({name: row[name] for name in ("gtin_code", "weight", "dimension") if name in row})
    market.changed(listing)
    return reply(market)


def delete(terms: Terms, market: Market, shop: Shop, call: Call) -> Answer:
    """product/delete_model: one model; an item keeps at least one (assumption)."""
    body = body_of(market, call)
    listing = _varied(market, shop, body)
    model = number(market, body.get("model_id"), "model_id")
    if model not in listing.skus:
        refuse(market, "error_param", f"Wrong parameters, detail: model_id {model} is unknown.")
    if len(listing.skus) == 1:
        refuse(market, "product.error_busi", "The last model cannot be deleted.")
    del listing.skus[model]
    market.changed(listing)
    return reply(market)


def _varied(market: Market, shop: Shop, body: Mapping[str, Any]) -> Listing:
    listing = owned(market, shop, body.get("item_id"))
    if not listing.skus:
        refuse(market, "product.error_busi", "Item has no tier variation.")
    return listing


def _tiers(terms: Terms, market: Market, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tiers of a request, checked; the old `tier_variation` input is no longer taken (Sept 2025)."""
    if "tier_variation" in body:
        refuse(market, "error_param", "tier_variation is deprecated, use standardise_tier_variation.")
    listed = rows(market, body.get("standardise_tier_variation"), "standardise_tier_variation", TIERS)
    tiers = []
    for position, tier in enumerate(listed):
        name = tier.get("variation_name", "")
        options = rows(market, tier.get("variation_option_list"), "variation_option_list", terms.models)
        names = [option.get("variation_option_name", "") for option in options]
        images = [option["image_id"] for option in options if option.get("image_id")]
        if not isinstance(name, str) or not 1 <= len(name) <= terms.tier_name:
            refuse(
                market, "error_param", f"Variation name {name!r} must have 1 to {terms.tier_name} characters."
            )
        wrong = [
            text for text in names if not isinstance(text, str) or not 1 <= len(text) <= terms.tier_option
        ]
        if wrong or len(set(names)) != len(names):
            refuse(
                market,
                "error_param",
                f"Variation options {wrong or names} must differ, 1 to {terms.tier_option} characters each.",
            )
        if images and (position or len(images) != len(options)):
            refuse(market, "error_param", "Images belong to all options of the first tier or to none.")
        check_images(market, images)
        tiers.append(
            {
                "variation_id": tier.get("variation_id", 0),
                "variation_group_id": tier.get("variation_group_id", 0),
                "variation_name": name,
                "variation_option_list": [
                    {
                        "variation_option_id": option.get("variation_option_id", 0),
                        "variation_option_name": option["variation_option_name"],
                        **({"image_id": option["image_id"]} if option.get("image_id") else {}),
                    }
                    for option in options
                ],
            }
        )
    return tiers


def _cell(market: Market, tiers: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> tuple[int, ...]:
    index = row.get("tier_index")
    if not isinstance(index, list) or len(index) != len(tiers):
        refuse(market, "error_param", f"Wrong parameters, detail: tier_index {index} is invalid.")
    for place, tier in zip(index, tiers, strict=True):
        if not isinstance(place, int) or not 0 <= place < len(tier["variation_option_list"]):
            refuse(market, "error_param", f"Wrong parameters, detail: tier_index {index} is out of range.")
    return tuple(index)


def _names(tiers: Sequence[Mapping[str, Any]], cell: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        tier["variation_option_list"][place]["variation_option_name"]
        for tier, place in zip(tiers, cell, strict=True)
    )


def _model(terms: Terms, market: Market, tiers: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> Sku:
    cell = _cell(market, tiers, row)
    return Sku(
        id=market.next_sku(),
        code=_code(market, row),
        price=money(terms, market, row.get("original_price")),
        stock=stock_of(terms, market, row["seller_stock"]) if "seller_stock" in row else 0,
        options=_names(tiers, cell),
        more={"tier": cell, **{name: row[name] for name in ("gtin_code", "weight") if name in row}},
    )


def _code(market: Market, row: Mapping[str, Any]) -> str:
    code = row.get("model_sku", "")
    if not isinstance(code, str) or len(code) > SKU_LENGTH:
        refuse(market, "error_param", f"model_sku must have at most {SKU_LENGTH} characters.")
    return code


def _check_cells(terms: Terms, market: Market, skus: Sequence[Sku]) -> None:
    cells = {sku.more["tier"] for sku in skus}
    if len(cells) != len(skus):
        refuse(market, "error_param", "Wrong parameters, detail: tier_index is repeated.")
    if len(skus) > terms.models:
        refuse(market, "error_param", f"An item may have at most {terms.models} models.")
    check_spread(terms, market, [sku.price for sku in skus])


def _models(skus: Any) -> list[dict[str, Any]]:
    """Models as a write answers them: a plain price list and seller_stock."""
    return [
        {
            "tier_index": list(sku.more["tier"]),
            "model_id": sku.id,
            "model_sku": sku.code,
            "price_info": [{"original_price": float(sku.price)}],
            "seller_stock": [{"stock": sku.stock}],
            "weight": sku.more.get("weight", 0),
        }
        for sku in skus
    ]
