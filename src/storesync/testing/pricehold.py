"""A happening in a world: price policies end while stock moves. Live prices stay, nothing comes back on sale at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random

from attrs import evolve, frozen

from storesync.sandbox.records import HIDDEN, Listing
from storesync.state import Standing
from storesync.testing.byhand import BY_HAND
from storesync.testing.merchant import type_price
from storesync.testing.wanted import Item
from storesync.testing.world import World, offers_of

__all__ = ["HeldPrices", "hold_prices", "release_prices", "unheld", "whole"]

_SHARE = 0.5  # of the worlds in which something goes wrong


@frozen
class HeldPrices:
    """One product whose policy ended, and what the market showed then: the prices that must stay.

    What was `hidden` must stay hidden, and a SKU of `out` sold out. Nobody here knew that those of `unsure` were.
    """

    key: str
    prices: Mapping[str, Decimal]
    out: frozenset[str] = frozenset()
    hidden: bool = False
    unsure: frozenset[str] = frozenset()

    def shown(self, listing: Listing) -> dict[str, tuple[Decimal, int]]:
        """Price and stock by SKU as the market shows them now; one that is a listing itself stays so."""
        rows = {sku.code: (sku.price, sku.stock) for sku in listing.skus.values() if sku.code != BY_HAND}
        return rows or dict.fromkeys(self.prices, (listing.price, listing.stock))


def hold_prices(world: World, stands: Mapping[str, Standing]) -> list[HeldPrices]:
    """Let policies end for some products, while their stock and titles change and hidden ones are offered again.

    What they would cost is another price by now, which must not be seen before somebody can say so.
    """
    rng = Random(f"hold {world.seed}")
    if world.profile.calm or rng.random() >= _SHARE:
        return []
    world.loop.skip(world.profile.late)
    world.truth.settle()
    found = []
    for key, item in list(world.wanted.items.items()):
        listing = whole(world, item, stands.get(key))
        if listing is None or rng.random() < 0.3:
            continue
        if world.profile.edits and rng.random() < 0.4:
            # What a seller typed in is live, too: what was computed before must not come back.
            type_price(world, listing)
            world.events["held price by hand"] += 1
        shown = offers_of(world.wanted, listing)
        out = frozenset(sku for sku, (_, stock) in shown.items() if not stock)
        hidden = listing.status != "live"
        offers = stands[key].offers
        unsure = frozenset(sku for sku in out if offers[sku].have_stock is None)
        prices = {sku: price for sku, (price, _) in shown.items()}
        found.append(HeldPrices(key, prices, out - unsure, hidden, unsure))
        world.events["held price of a hidden listing"] += hidden
        world.events["held price of a sold-out SKU"] += bool(out)
        world.wanted.items[key] = _moved(world, rng, item)
    world.wanted.remember()
    world.events["price held"] += len(found)
    return found


def whole(world: World, item: Item, stand: Standing | None) -> Listing | None:
    """The listing of a product, where it is whole, shown or hidden as wanted, and nothing is open."""
    alive = world.truth.alive(item.key)
    if stand is None or item.broken or len(alive) != 1:
        return None
    if alive[0].status != ("live" if item.offered else HIDDEN):
        return None
    clear = stand.made and not stand.parked and not stand.refused and stand.ticket is None
    known = stand.ref is not None and set(stand.ref.skus) == set(item.offers)
    acknowledged = all(offer.last_prices for offer in stand.offers.values())
    return alive[0] if clear and known and acknowledged else None


def _moved(world: World, rng: Random, item: Item) -> Item:
    offers = {}
    for sku, (price, stock) in item.offers.items():
        offers[sku] = (_other(world, rng, sku, price), rng.choice((0, 0, stock, stock + 3)))
    title = item.title
    if rng.random() < 0.4:
        title += "'"
    if rng.random() < 0.3:
        # One that the shop does not have: it waits, for nothing is listed without a price.
        number = max(int(sku.rpartition("-")[2]) for sku in offers) + 1
        offers[f"{item.key}-{number}"] = (world.platform.price(rng), 5)
    return evolve(item, offers=offers, title=title, offered=True, unpriced=True)


def _other(world: World, rng: Random, sku: str, price: Decimal) -> Decimal:
    """A price that was never right before."""
    new = world.platform.moved(rng, price)
    while new in world.wanted.prices.get(sku, ()) or new == world.platform.by_hand:
        new += world.platform.step
    return new


def unheld(
    world: World, held: list[HeldPrices], stands: Mapping[str, Standing]
) -> Iterator[tuple[HeldPrices, Listing, Item]]:
    """The products whose policy is still over, with their listing and what is wanted of it by now."""
    for one in held:
        stand, item = stands.get(one.key), world.wanted.items[one.key]
        alive = world.truth.alive(one.key)
        if stand is None or (not stand.made and world.profile.rates.get("missed")):
            continue  # a look missed it: it is looked for before it is made anew, and nothing is made without a price
        if not stand.parked and not stand.refused and len(alive) == 1:
            yield one, alive[0], item


def release_prices(world: World, held: list[HeldPrices]) -> None:
    """New policies are there: what the products cost is right from now on."""
    for one in held:
        world.wanted.items[one.key] = evolve(world.wanted.items[one.key], unpriced=False)
    world.wanted.remember()
