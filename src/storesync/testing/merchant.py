"""What people do in a world between two runs: the merchant moves the catalog, a seller types into the shop itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from attrs import evolve

from storesync.sandbox.records import Listing
from storesync.testing.byhand import BY_HAND, TYPED_STOCK
from storesync.testing.wanted import Item, offers_of
from storesync.testing.world import World

__all__ = ["edit_by_hand", "insist", "move_calmly", "move_catalog", "type_price", "vary_by_hand"]


def move_catalog(world: World, unheard: Mapping[str, Decimal]) -> None:
    """What a merchant does between two runs; half of the prices whose answers were lost go back to what they were."""
    for key, item in list(world.wanted.items.items()):
        world.wanted.items[key] = _rewritten(world, _taken_back(world, _moved(world, item), unheard))
    if world.rng.random() < 0.3:
        key = f"P{len(world.wanted.items):02}x{world.rng.randint(0, 999)}"
        world.wanted.items[key] = world.platform.item(world.rng, key)
    if world.rng.random() < 0.2 and len(world.wanted.items) > 3:
        del world.wanted.items[world.rng.choice(list(world.wanted.items))]
    world.wanted.remember()


def move_calmly(world: World) -> None:
    """One change to each product, to all SKUs of it where it is about offers: calls are counted in what follows."""
    rng, wanted, platform = Random(f"calm {world.seed}"), world.wanted, world.platform
    kinds = (
        "prices",
        "stock",
        "prices and stock",
        "title",
        "description",
        "picture",
        "hide",
        "a new SKU",
        "nothing",
    )
    for key, item in list(wanted.items.items()):
        kind = rng.choice(kinds)
        offers = dict(item.offers)
        for sku, (price, stock) in item.offers.items():
            dearer = min(platform.moved(rng, price) + platform.step * 7, platform.step * platform.prices[1])
            offers[sku] = (
                dearer if kind.startswith("prices") else price,
                stock + 3 if kind.endswith("stock") else stock,
            )
        if kind == "a new SKU":
            number = max(int(sku.rpartition("-")[2]) for sku in offers) + 1
            offers[f"{key}-{number}"] = (platform.price(rng), 5)
        title = f"{item.title}'" if kind == "title" else item.title
        words = item.words + (kind == "description")
        picture = (
            (item.picture + 1) % platform.pictures
            if kind == "picture" and platform.pictures
            else item.picture
        )
        wanted.items[key] = evolve(
            item, offers=offers, title=title, words=words, picture=picture, offered=kind != "hide"
        )
        world.events[f"calm: {kind}"] += 1
    if rng.random() < 0.5:
        key = f"P{len(wanted.items):02}"
        wanted.items[key] = platform.item(rng, key)
    wanted.remember()


def _taken_back(world: World, item: Item, unheard: Mapping[str, Decimal]) -> Item:
    offers = {
        sku: (unheard[sku] if sku in unheard and world.regrets.random() < 0.5 else price, stock)
        for sku, (price, stock) in item.offers.items()
    }
    return evolve(item, offers=offers)


def type_price(world: World, listing: Listing) -> None:
    """The seller types a price into the shop; a half has none to type over."""
    if not listing.skus and not listing.price:
        return
    world.truth.edit(listing.id, price=world.platform.by_hand)
    _note(world, listing, "prices", world.platform.by_hand)


def _note(world: World, listing: Listing, what: str, value: Any) -> None:
    # One that is sold as a whole, of a product with more SKUs by now: which of them it is, the next update says. Nor does
    # anybody know it of the half of several.
    stand = world.stands().get(listing.key)
    half = not listing.skus and stand is not None and not stand.made and len(stand.named) > 1
    kept = {} if half else offers_of(world.wanted, listing)
    name = what if kept else f"{what} of the whole"
    world.by_hand[listing.id, name] = dict.fromkeys(kept or world.wanted.ever(listing.key), value)
    # By the variants' own ids, where there are any: what he typed goes with them.
    world.typed_over[listing.id, what] = frozenset(listing.skus)


def _rewritten(world: World, item: Item) -> Item:
    return evolve(item, words=world.writer.randint(0, 3)) if world.writer.random() < 0.15 else item


def _moved(world: World, item: Item) -> Item:
    chance = world.rng.random()
    if not item.offered and chance < 0.6:
        return _come_back(world, item, chance)
    if chance < 0.08:
        # Back to what it was: what the market showed before must not count as what it shows now.
        sku = world.rng.choice(list(item.offers))
        return evolve(item, offers={**item.offers, sku: world.rng.choice(world.wanted.past[sku][-3:])})
    if chance < 0.12:
        return evolve(item, title=item.title.rstrip("'."))
    if chance < 0.2:
        sku = world.rng.choice(list(item.offers))
        price, stock = item.offers[sku]
        return evolve(item, offers={**item.offers, sku: (price, stock + world.rng.randint(0, 9))})
    if chance < 0.4:
        sku = world.rng.choice(list(item.offers))
        price, stock = item.offers[sku]
        return evolve(item, offers={**item.offers, sku: (world.platform.moved(world.rng, price), stock)})
    if chance < 0.5:
        return evolve(item, title=f"{item.title}'")
    if chance < 0.56:
        return evolve(item, offered=not item.offered)
    if chance < 0.62:
        number = max(int(sku.rpartition("-")[2]) for sku in item.offers) + 1
        new = f"{item.key}-{number}"
        return evolve(item, offers={**item.offers, new: (world.platform.price(world.rng), 5)})
    if chance < 0.66 and len(item.offers) > 1:
        gone = world.rng.choice(list(item.offers))
        return evolve(item, offers={s: o for s, o in item.offers.items() if s != gone})
    if chance < 0.7 and world.platform.pictures:
        return evolve(item, picture=world.rng.randrange(world.platform.pictures))
    return evolve(item, broken=not item.broken) if chance < 0.74 else item


def _come_back(world: World, item: Item, chance: float) -> Item:
    """The item offered again: mostly at another price, or sold out meanwhile."""
    rng = Random(f"comeback {world.seed} {item.key} {chance}")
    offers = {}
    for sku, (price, stock) in item.offers.items():
        other = world.platform.moved(rng, price) if rng.random() < 0.6 else price
        offers[sku] = (other, 0 if rng.random() < 0.2 else stock)
    world.events["comes back at another price"] += offers != item.offers
    return evolve(item, offers=offers, offered=True)


def insist(world: World) -> bool:
    """A seller sees that what he typed was repaired, and types the very same again; whether he did."""
    typed = False
    for listing in world.truth.alive():
        title = world.by_hand.get((listing.id, "title"))
        if title in (None, listing.title) or world.insisted[listing.id] >= world.profile.insists:
            continue
        world.insisted[listing.id] += 1
        world.truth.edit(listing.id, title=title)
        world.events["the same title by hand again"] += 1
        typed = True
    return typed


def vary_by_hand(world: World) -> None:
    """A seller adds variants of his own, and takes some of ours away; the merchant goes on with the same listings."""
    rng = world.hands
    for listing in world.truth.alive():
        item = world.wanted.items.get(listing.key)
        if item is None or not listing.skus or rng.random() < 0.6:
            continue
        ours = [sku.code for sku in listing.skus.values() if sku.code in item.offers]
        if len(ours) > 1 and rng.random() < 0.3:
            world.truth.vary(listing.id, removed=rng.choice(ours))
            world.events["variant removed by hand"] += 1
        elif listing.sku(BY_HAND) is None:
            own = world.platform.variant(world.truth, listing, world.platform.by_hand, rng)
            world.truth.vary(listing.id, added=own)
            world.varied[listing.id] = evolve(own)
            world.events["variant added by hand"] += 1
        number = max((int(sku.rpartition("-")[2]) for sku in world.wanted.ever(item.key)), default=0) + 1
        offers = {**item.offers, f"{item.key}-{number}": (world.platform.price(rng), 5)}
        if rng.random() < 0.4:
            del offers[rng.choice(list(offers))]
        world.wanted.items[item.key] = evolve(item, offers=offers)
    world.wanted.remember()


def edit_by_hand(world: World) -> None:
    """A seller changes or deletes something in the shop itself, once nothing that was lost can arrive any more."""
    world.loop.skip(world.profile.late)
    alive = list(world.truth.alive())
    if not alive:
        return
    listing = world.rng.choice(alive)
    kind = world.rng.choice(("price", "stock", "title", "status", "delete"))
    if kind == "title" and "title" not in world.driver.spec.fields:
        return  # nobody could see it
    world.events[f"{kind} by hand"] += 1
    if kind == "price":
        type_price(world, listing)
    elif kind == "stock":
        world.truth.edit(listing.id, stock=TYPED_STOCK)
        _note(world, listing, "stock", TYPED_STOCK)
    elif kind == "title":
        title = f"title by hand {world.rng.randint(0, 999)}"
        world.truth.edit(listing.id, title=title)
        world.by_hand[listing.id, "title"] = title
    elif kind == "status":
        stand = world.stands().get(listing.key)
        # A half is shown once it is whole: then it is made.
        left = {"hidden"} if stand is not None and stand.made else {"hidden", "live"}
        world.by_hand[listing.id, "shown"] = left, len(world.truth.calls)
        world.truth.edit(listing.id, status="hidden")
    else:
        world.truth.edit(listing.id, status="deleted")
