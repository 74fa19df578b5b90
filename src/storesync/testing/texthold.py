"""A happening in a world: new texts of listings on sale are held, while their prices and stock move on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random

from attrs import evolve, frozen

from storesync.state import Standing
from storesync.testing.byhand import BY_HAND
from storesync.testing.pricehold import whole
from storesync.testing.wanted import Item
from storesync.testing.world import World, offers_of

__all__ = ["HeldText", "hold_texts", "judge_texts", "release_texts"]

_SHARE = 0.4  # of the worlds in which something goes wrong


@frozen
class HeldText:
    """One product whose new text is held, and what the market showed of it then."""

    key: str
    title: str
    images: tuple[str, ...]
    offers: Mapping[str, tuple[Decimal, int]]


def hold_texts(world: World, stands: Mapping[str, Standing]) -> list[HeldText]:
    """New titles and pictures that must not leave, for products on sale whose prices, stock and variants change."""
    rng = Random(f"unfit {world.seed}")
    if world.profile.calm or rng.random() >= _SHARE:
        return []
    world.loop.skip(world.profile.late)
    world.truth.settle()
    found = []
    for key, item in list(world.wanted.items.items()):
        listing = whole(world, item, stands.get(key))
        if listing is None or not item.offered or rng.random() < 0.3:
            continue
        found.append(
            HeldText(key, listing.title, tuple(listing.images), dict(offers_of(world.wanted, listing)))
        )
        world.wanted.items[key] = _moved(world, rng, item)
    world.wanted.remember()
    world.events["text held"] += len(found)
    return found


def _moved(world: World, rng: Random, item: Item) -> Item:
    offers = {}
    for sku, (price, stock) in item.offers.items():
        moved = world.platform.moved(rng, price) if rng.random() < 0.5 else price
        offers[sku] = (moved, rng.choice((0, stock, stock + 3)))
    if len(offers) > 1 and rng.random() < 0.3:
        del offers[rng.choice(list(offers))]
    if rng.random() < 0.3:
        number = max(int(sku.rpartition("-")[2]) for sku in item.offers) + 1
        offers[f"{item.key}-{number}"] = (world.platform.price(rng), 5)
    picture = (item.picture + 1) % world.platform.pictures if world.platform.pictures else item.picture
    return evolve(item, title=f"unfit {item.title}", picture=picture, offers=offers, unfit=True)


def judge_texts(world: World, held: list[HeldText], stands: Mapping[str, Standing]) -> Iterator[str]:
    """What is not as it should be while only the texts are held: price and stock move, nothing else does."""
    world.truth.settle()
    for one in held:
        stand, item = stands.get(one.key), world.wanted.items[one.key]
        alive = world.truth.alive(one.key)
        if stand is None or stand.parked or stand.refused or len(alive) != 1:
            continue
        if not stand.made or stand.ref is None:
            continue  # a look missed it: nothing is made anew with a document that is held
        (listing,) = alive
        if listing.title != one.title and "title" not in world.profile.owned:
            yield f"{one.key}, whose text is held, is titled {listing.title!r}"
        if tuple(listing.images) != one.images:
            yield f"{one.key}, whose text is held, shows other pictures"
        rows = {sku.code: (sku.price, sku.stock) for sku in listing.skus.values() if sku.code != BY_HAND}
        theirs = rows or dict.fromkeys(one.offers, (listing.price, listing.stock))
        if set(theirs) != set(one.offers):
            yield f"{one.key}, whose text is held, has the variants {sorted(theirs)}"
            continue
        for sku, (price, stock) in theirs.items():
            offer = stand.offers.get(sku)
            if offer is None and world.profile.elsewhere:
                continue  # another plan wants it away with another document, which is held as well
            if offer is not None and offer.refused:
                continue
            asked = item.offers.get(sku)
            right, left = (world.wanted.right(asked[0]), asked[1]) if asked is not None else (price, 0)
            if price != right and "prices" not in world.profile.owned:
                yield f"{sku}, whose text is held, costs {price}, not {right}"
            if stock != left and "stock" not in world.profile.owned:
                yield f"{sku}, whose text is held, has {stock} on stock, not {left}"


def release_texts(world: World, held: list[HeldText]) -> None:
    """The new texts may leave from now on."""
    for one in held:
        world.wanted.items[one.key] = evolve(world.wanted.items[one.key], unfit=False)
    world.wanted.remember()
