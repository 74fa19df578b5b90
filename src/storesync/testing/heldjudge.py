"""What must hold in a world while prices or texts are held: these stay as they were, and stock goes on."""

from __future__ import annotations

from collections.abc import Iterator

from storesync.sandbox.records import Listing
from storesync.state import Standing
from storesync.testing.hold import Held
from storesync.testing.judge import right_offers, right_titles
from storesync.testing.wanted import Item
from storesync.testing.world import World

__all__ = ["judge_held"]


def judge_held(world: World, held: list[Held]) -> Iterator[str]:
    """What is not as it should be, once all that can be sent was sent."""
    world.truth.settle()
    stands = world.stands()
    for one in held:
        stand, item = stands.get(one.key), world.wanted.items[one.key]
        if not one.price and not one.text and not one.figures:
            yield from _refused(world, one, stand, item)
        elif stand is None or not stand.parked:
            yield from _look(world, one, stand, item)


def _look(world: World, one: Held, stand: Standing | None, item: Item) -> Iterator[str]:
    alive = world.truth.alive(one.key)
    what = f"{one.key}, whose {' and '.join(_held(one))} held,"
    if not one.listing:
        # A figure of a variant that left the catalog holds nothing: what is wanted can be made.
        if alive and (one.price or one.text or item.unreadable or item.uncounted):
            yield f"{what} was made"
        return
    if [listing.id for listing in alive] != [one.listing]:
        yield f"{what} is another listing than {one.listing}: {[listing.id for listing in alive]}"
        return
    (listing,) = alive
    # A variant that we know of stays with its figure, also where the shop does not have it any more.
    known = stand.ref.skus.keys() if stand is not None and stand.ref is not None else set[str]()
    there = one.offers.keys() | known
    # A half that has no variant yet is as one that was never made: no figure may be missing, whose variant it ever is.
    figures = one.figures & there if there else item.unreadable | item.uncounted
    stays = one.price or one.text or figures & item.offers.keys()
    if one.hidden and listing.status == "live" and stays:
        yield f"{what} is on sale again"
    if stand is None or (stand.ref is None and world.driver.find is None):
        return  # nobody can be asked whether it was made
    if one.row and stand.ref is None:
        return  # it is asked for when the row can be read
    # What was not made to its end gets no document while something of it is held, nor what has nothing left to show. A
    # figure of a variant that left the catalog holds nothing.
    waits = one.text or (bool(stays) and not stand.made) or not _with_document(one, item, stand)
    # Nor can a document be told that has a price which nobody here knows.
    told = [stand.offers[sku] for sku in one.offers if sku in stand.offers]
    waits |= any(one.keeps_price(offer.sku) and offer.last_prices is None for offer in told)
    waits |= any(offer.sku in one.figures and offer.last is None for offer in told)
    # What became a half meanwhile, since one look missed it, may have got its document before.
    went = one.whole and not stand.made and not one.text
    if stand.refused != stand.want or not stand.refused:
        yield from _document(world, what, one, listing, item, waits=waits, went=went)
    yield from _offers(world, what, one, listing, stand, item, waits=waits, went=went)


def _with_document(one: Held, item: Item, stand: Standing) -> set[str]:
    """The variants that the shop has once the document went out.

    They are those that it had and that are still wanted, and those that it lacked: these wait only while their own price
    or stock is held, or when the market refused them.
    """
    there = set(one.offers) & set(item.offers)
    if one.price or one.text:
        return there
    refused = {sku for sku, offer in stand.offers.items() if offer.refused}
    return there | (set(item.offers) - set(one.offers) - item.unreadable - item.uncounted - refused)


def _refused(world: World, one: Held, stand: Standing | None, item: Item) -> Iterator[str]:
    """Its document stays as it is; price and stock of what is there go on."""
    alive = world.truth.alive(one.key)
    known = stand is not None and stand.made and not stand.parked and stand.ticket is None
    if not item.offered or not known or stand is None or [listing.id for listing in alive] != [one.listing]:
        return
    (listing,) = alive
    what = f"{one.key}, whose document is refused,"
    if "title" not in world.profile.owned and listing.title not in _stays(world, one, listing):
        yield f"{what} is titled {listing.title!r}, not {one.title!r}"
    theirs = one.shown(listing)
    wanted = right_offers(world, listing, item, theirs)
    for sku in theirs.keys() & wanted.keys() & item.offers.keys():
        offer = stand.offers.get(sku)
        if offer is not None and not offer.refused and theirs[sku] != wanted[sku]:
            yield f"{what} offers {sku} at {theirs[sku]}, not {wanted[sku]}"


def _stays(world: World, one: Held, listing: Listing) -> set[str]:
    """How a listing is titled whose document waits: as before, or as its seller typed meanwhile; nobody repairs it."""
    by_hand = world.by_hand.get((listing.id, "title"))
    return {one.title} if by_hand is None else {one.title, by_hand}


def _held(one: Held) -> Iterator[str]:
    if one.price:
        yield "price is"
    if one.text:
        yield "text is"
    if one.figures and not one.row:
        yield "figures are"


def _document(
    world: World, what: str, one: Held, listing: Listing, item: Item, *, waits: bool, went: bool
) -> Iterator[str]:
    titles = _stays(world, one, listing) if waits else set()
    if went or not waits:
        titles |= right_titles(world, listing, item)
    if listing.title not in titles and not (waits and "title" in world.profile.owned):
        yield f"{what} is titled {listing.title!r}, not {' or '.join(map(repr, titles))}"
    if waits and not went and tuple(listing.images) != one.images:
        yield f"{what} shows other pictures"


def _offers(
    world: World,
    what: str,
    one: Held,
    listing: Listing,
    stand: Standing,
    item: Item,
    *,
    waits: bool,
    went: bool,
) -> Iterator[str]:
    """Price and stock of each variant; which ones there are follows the document."""
    theirs = one.shown(listing)
    before, after = set(one.offers), _with_document(one, item, stand)
    there = [before, after] if went else [before] if waits else [after]
    if one.offers and set(theirs) not in there and listing.skus:
        yield f"{what} has the variants {sorted(theirs)}, not {' or '.join(str(sorted(one)) for one in there)}"
        return
    wanted = right_offers(world, listing, item, theirs)
    for sku, (price, stock) in theirs.items():
        offer = stand.offers.get(sku)
        if offer is None and world.profile.elsewhere:
            continue  # another plan wants it away with another document, which is held as well
        if offer is not None and offer.refused:
            continue
        if one.row and (stand.ref is None or sku not in stand.ref.skus):
            continue
        right, left = wanted.get(sku, (price, 0))
        stocks = {left} if sku not in one.zero else {0, left}
        if sku in one.out and "stock" not in world.profile.owned:
            stocks = {0}
        if sku in one.uncounted and sku in item.offers:
            stocks = {one.offers[sku][1]}
        if stock not in stocks:
            yield f"{what} has {stock} of {sku}, not {' or '.join(map(str, stocks))}"
        if "prices" in world.profile.owned:
            continue
        if one.keeps_price(sku):
            right = one.offers[sku][0]
        if price != right:
            yield f"{what} sells {sku} at {price}, not {right}"
