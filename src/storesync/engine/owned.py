"""What a person keeps by hand in the shop: what is wanted of it is what the shop shows.

So nothing of it is ever a difference, and a market whose update replaces everything gets its own value back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from attrs import evolve
from sqlalchemy import Connection

from storesync.driver import Content, Observed, Spec
from storesync.engine.documents import text_at, with_texts
from storesync.engine.work import Work
from storesync.errors import ConfigError, Postponed
from storesync.model import Channel, Offer, Ref
from storesync.state import OfferStanding, Standing, Want, standing

__all__ = ["OWNED", "as_shown", "check_owned", "content_owned", "kept", "take_theirs"]

OWNED: Final = ("prices", "stock", "shown")
"""What a seller may own on every market; further fields are those of `Spec.fields`."""


def check_owned(channel: Channel, spec: Spec) -> None:
    """ConfigError when `owned_by_seller` names what this driver cannot leave alone."""
    known = (*OWNED, *spec.fields)
    for name in channel.owned_by_seller:
        if name not in known:
            raise ConfigError(
                f"channel {channel.name!r}: owned_by_seller names {name!r}, which driver {spec.name!r} cannot leave "
                f"to the seller; it can leave {', '.join(known)}"
            )


def content_owned(channel: Channel, spec: Spec) -> Mapping[str, str]:
    """The fields of the document that the seller owns, with their places."""
    return {name: spec.fields[name] for name in channel.owned_by_seller if name in spec.fields}


def kept(wanted: Want, stand: Standing, document: Content | None, channel: Channel, spec: Spec) -> Want:
    """What is wanted of a listing that is in the shop already, with what the seller keeps there.

    `document` is the acknowledged one, or when that is unknown the one wanted before. What the seller has in a half is
    looked at when the rest is made: nothing of it was acknowledged, and what was wanted before may be another
    catalog's. Pure.
    """
    if stand.ref is None or not stand.made or not (wanted.content or wanted.offers):
        return wanted
    offers = {sku: _offer_kept(offer, stand, channel) for sku, offer in wanted.offers.items()}
    content = wanted.content
    if document is not None and content is not None:
        places = content_owned(channel, spec).values()
        texts = {place: text for place in places if (text := text_at(document, place)) is not None}
        content = with_texts(content, texts)
    return evolve(wanted, content=content, offers=offers)


def _offer_kept(offer: Offer, stand: Standing, channel: Channel) -> Offer:
    known = stand.offers.get(offer.sku)
    if known is None or stand.ref is None or offer.sku not in stand.ref.skus:
        return offer
    before = known.want
    prices, stock = known.last_prices, known.last_stock
    if before is not None:
        prices, stock = prices or before.prices, before.stock if stock is None else stock
    if "prices" in channel.owned_by_seller and prices:
        offer = evolve(offer, prices=prices)
    if "stock" in channel.owned_by_seller and stock is not None:
        offer = evolve(offer, stock=stock)
    return offer


async def as_shown(work: Work, stand: Standing, ref: Ref) -> Standing:
    """The listing's standing after a look at what the seller keeps and at offers that stay; without any, as it was.

    Called before anything is sent that may carry them, since a market may take the whole of it. Raises NotFound when the
    look does not see the listing, Postponed while the market decides on it: what was acknowledged is no price to send.
    """
    channel = work.channel
    observe, owned = channel.driver.observe, channel.channel.owned_by_seller
    stays = any(offer.kept or offer.uncounted for offer in stand.offers.values())
    if observe is None or not (stays or any(name != "shown" for name in owned)):
        return stand
    seen: Mapping[str, Observed] = await work.run(observe(channel.shop, [ref]))
    found = seen.get(ref.listing)
    if found is None and stand.ticket is not None:
        raise Postponed("unseen", "the market does not show this listing while it decides on it")
    if found is None:
        raise await work.not_seen(stand.key)
    shown = found

    def write(db: Connection) -> tuple[Standing, Standing] | None:
        # What another plan wanted a moment ago must not be taken for what the shop shows.
        before = standing.hold(db, channel.name, stand.key)
        if before is None:
            return None
        take_theirs(db, work, before, shown)
        _miss_variants(db, work, before, shown.ref)
        after = standing.read(db, channel.name, stand.key)
        return None if after is None else (before, after)

    taken: tuple[Standing, Standing] | None = await work.write(write)
    if taken is None:
        return stand
    work.taken.note(*taken)
    return taken[1]


def _miss_variants(db: Connection, work: Work, stand: Standing, seen: Ref) -> None:
    """What a listing has not any more is not asked for: a hand took it, or an answer of ours was lost that did.

    What its seller kept of a variant went with it. A listing that tells of no SKUs at all is sold as a whole.
    """
    known = stand.ref
    if known is None or known.listing != seen.listing or not seen.skus:
        return
    there = {sku: id_ for sku, id_ in known.skus.items() if sku in seen.skus}
    if there != known.skus:
        standing.change(db, work.channel.name, stand.key, ref=evolve(known, skus=there), input="")
        standing.bump(db, work.channel.name)


def take_theirs(db: Connection, work: Work, stand: Standing, seen: Observed) -> bool:
    """What the shop shows of the seller's own is wanted and acknowledged from now on; whether that is news."""
    channel, name = work.channel, work.channel.name
    owned = channel.channel.owned_by_seller
    news = False
    for sku, offer in seen.offers.items():
        known = stand.offers.get(sku)
        if known is not None and known.want is not None:
            merged = _offer_seen(known.want, offer)
            if known.kept and "prices" not in owned:
                _take_price(db, name, known, merged, offer.prices)
            if known.uncounted and "stock" not in owned and offer.stock != known.have_stock:
                standing.acknowledge_offers(db, name, [merged], stock=True)
            news |= standing.leave_offer(
                db, name, merged, prices="prices" in owned, stock="stock" in owned, known=known
            )
    texts = {
        place: seen.texts[field]
        for field, place in content_owned(channel.channel, channel.spec).items()
        if field in seen.texts
    }
    if texts:
        news |= standing.leave_texts(db, name, stand, lambda content: with_texts(content, texts))
    return news


def _take_price(
    db: Connection, channel: str, known: OfferStanding, seen: Offer, told: Collection[str]
) -> None:
    """The live price of a SKU that keeps it is the one that the market shows; `told` are the markets it told of."""
    if known.have_prices is None:
        if not all(market in told for market in seen.prices):
            return  # as unknown as before
        prices = dict(seen.prices)
    else:
        prices = dict(known.have_prices) | {m: seen.prices[m] for m in known.kept if m in told}
    if prices != known.have_prices:
        standing.acknowledge_offers(db, channel, [evolve(seen, prices=prices)], prices=True)


def _offer_seen(want: Offer, seen: Offer) -> Offer:
    """The offer as the market shows it; a list price that it does not tell stays with the sale price it goes with."""
    prices: dict[str, Any] = dict(want.prices)
    for market, price in seen.prices.items():
        if market not in prices or prices[market].sale != price.sale:
            prices[market] = price
    return Offer(want.sku, prices, seen.stock)
