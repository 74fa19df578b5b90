"""What an item has: its tiers and its models, ours and those that a seller added himself, which stay.

`update_tier_variation` replaces all tiers, and models it is not told to keep may end [D]: so a seller's own are
told to it together with ours. Where ours leave no room for his, nothing is sent: a person has to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

import storesync.driver as sd
from storesync.drivers.shopee.call import read
from storesync.drivers.shopee.content import model_id

__all__ = ["Model", "Shown", "beside", "cell_in", "cells_of", "look", "names", "with_options"]

_MOST: Final = 50  # models of one item [D]
Tiers = Sequence[Mapping[str, Any]]


@frozen
class Model:
    """One model: its id, the merchant's code, and the option names that it stands at."""

    id: str
    sku: str
    cell: tuple[str, ...]

    def __str__(self) -> str:
        called = " / ".join(self.cell)
        return f"{self.sku} ({called})" if self.sku else called


@frozen
class Shown:
    """The tiers of an item and its models: `models` are ours, `own` the seller's.

    `pictures` are those of the first tier by the name of their option.
    """

    tiers: tuple[tuple[str, tuple[str, ...]], ...]
    pictures: Mapping[str, str]
    models: tuple[Model, ...] = ()
    own: tuple[Model, ...] = ()
    places: Mapping[str, tuple[int, ...]] = field(factory=dict)

    @property
    def divided(self) -> bool:
        """Whether the item has models at all."""
        return bool(self.models or self.own)


def look(item: str, content: sd.Content, known: Mapping[str, str]) -> sd.Flow[Shown]:
    """What the item has. Ours is what `content` wants, and what is `known` by its code or by its id.

    Rejected where the item cannot be brought to `content`, Postponed where it cannot while the seller's own models
    stay: each run looks whether he made room. Nothing was sent then.
    """
    seen = yield read("product/get_model_list", {"item_id": item})
    shown = _shown(seen, content, known)
    if shown.divided and not content["tiers"]:
        raise _undivided(item)
    if shown.own:
        _refuse_crowd(item, content, shown)
    return shown


def _shown(seen: sd.Response, content: sd.Content, known: Mapping[str, str]) -> Shown:
    seen.at("response", dict)
    listed = seen.each("response.standardise_tier_variation")
    options = [tier.each("variation_option_list") for tier in listed]
    tiers = tuple(
        (tier.text("variation_name"), tuple(option.text("variation_option_name") for option in some))
        for tier, some in zip(listed, options, strict=True)
    )
    pictures = {
        option.text("variation_option_name"): option.text("image_id")
        for option in (options[0] if options else ())
        if option.text("image_id")
    }
    ours: list[Model] = []
    own: list[Model] = []
    places: dict[str, tuple[int, ...]] = {}
    for row in seen.each("response.model"):
        id_, sku, place = model_id(row), row.text("model_sku"), _place(row)
        mine = sku in content["models"] or sku in known or id_ in known.values()
        (ours if mine else own).append(Model(id_, sku, _said(place, tiers)))
        places[id_] = place
    return Shown(tiers, pictures, tuple(ours), tuple(own), places)


def names(tiers: Tiers) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Name and option names of every tier of a document."""
    return tuple(
        (
            tier["variation_name"],
            tuple(option["variation_option_name"] for option in tier["variation_option_list"]),
        )
        for tier in tiers
    )


def cells_of(content: sd.Content) -> dict[tuple[str, ...], str]:
    """The wanted SKUs by the option names that they stand at."""
    tiers = names(content["tiers"])
    return {_said(model["tier_index"], tiers): sku for sku, model in content["models"].items()}


def cell_in(tiers: Tiers, cell: Sequence[str]) -> list[int]:
    """The places of these option names."""
    return [options.index(name) for (_, options), name in zip(names(tiers), cell, strict=True)]


def beside(item: str, content: sd.Content, shown: Shown) -> tuple[list[dict[str, Any]], tuple[sd.Issue, ...]]:
    """The tiers that hold ours and the seller's own models, and what is to be told of them.

    Pictures belong to all options of the first tier or to none [S]: where one of them lacks its picture all go.
    """
    wanted: Tiers = content["tiers"]
    if not shown.own:
        return [dict(tier) for tier in wanted], ()
    tiers = with_options(wanted, [model.cell for model in shown.own], shown.pictures)
    options = tiers[0]["variation_option_list"]
    bare = [option["variation_option_name"] for option in options if "image_id" not in option]
    if not bare or len(bare) == len(options):
        return tiers, ()
    for option in options:
        option.pop("image_id", None)
    words = (
        f"item {item} shows no pictures of its options, for {', '.join(bare)} has none:"
        " Shopee takes one for each or none at all"
    )
    hint = "give that option a picture on Shopee, or each variant of the product one in the catalog"
    return tiers, (sd.Issue("market.kept", "variants", words, sd.Severity.WARNING, hint=hint),)


def with_options(
    wanted: Tiers, cells: Sequence[Sequence[str]], pictures: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The wanted tiers with the options of these cells behind their own, each with its picture."""
    # assumption: an option that no model stands at is nobody's; it goes with the next change of the tiers [U]
    both = []
    for position, tier in enumerate(wanted):
        options = [dict(option) for option in tier["variation_option_list"]]
        known = {option["variation_option_name"] for option in options}
        for name in dict.fromkeys(cell[position] for cell in cells):
            if name not in known:
                picture = {"image_id": pictures[name]} if position == 0 and name in pictures else {}
                options.append({"variation_option_id": 0, "variation_option_name": name, **picture})
        both.append({**tier, "variation_option_list": options})
    return both


def _refuse_crowd(item: str, content: sd.Content, shown: Shown) -> None:
    has = f"item {item} has variants that its seller added ({', '.join(map(str, shown.own))})"
    wanted, there = len(content["tiers"]), len(shown.tiers)
    if wanted != there:
        raise _waits(
            f"{has}; Shopee would end them, for the product has {_counted(wanted)} now and the item {there}",
            "delete them on Shopee, or give the product the options back that it had",
        )
    places = cells_of(content)
    for model in shown.own:
        if model.cell in places:
            sku = places[model.cell]
            raise _waits(
                f"item {item} has a variant that its seller added ({model}) where {sku} belongs",
                f"on Shopee, give it another option, or the code {sku} if that is what it is, or delete it",
            )
    if len(content["models"]) + len(shown.own) > _MOST:
        raise _waits(
            f"{has} and no room for {len(content['models'])} of ours beside them: Shopee takes {_MOST}",
            "delete some of them on Shopee, or take variants out of the product",
        )


def _counted(tiers: int) -> str:
    return f"{tiers} option{'s' * (tiers > 1)}"


def _waits(words: str, hint: str) -> sd.Postponed:
    issue = sd.Issue("variants.own", "variants", words, hint=hint)
    return sd.Postponed("variants", f"{words}: {hint}", issues=[issue])


def _undivided(item: str) -> sd.Rejected:
    words = f"item {item} has variants on Shopee, which cannot be taken away again"
    hint = "give the product its option back, or end the listing and list it anew"
    return sd.Rejected("variants", words, issues=[sd.Issue("variants.undivided", "axes", words, hint=hint)])


def _place(row: sd.Part) -> tuple[int, ...]:
    cell = row.at("tier_index", list)
    if not all(isinstance(place, int) and not isinstance(place, bool) and place >= 0 for place in cell):
        raise sd.Malformed("shape", "'tier_index' in the answer holds no places")
    return tuple(cell)


def _said(cell: Sequence[int], tiers: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """The option names of a cell; Malformed when the cell lies outside."""
    try:
        return tuple(options[place] for (_, options), place in zip(tiers, cell, strict=True))
    except (IndexError, ValueError):
        raise sd.Malformed("shape", f"tier_index {list(cell)} lies outside the tiers") from None
