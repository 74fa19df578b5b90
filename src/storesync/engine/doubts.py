"""What may be on sale though nobody here knows its ids: looked up where its own document waits, which else would look.

A create or an update whose answer was lost is looked into before it is sent again. While a finding or a refusal holds
the document nothing is sent again, and what did arrive would sell on with a stock of then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from storesync.driver import Observed
from storesync.engine.channel import OpenChannel
from storesync.engine.create import look_for
from storesync.engine.events import warned
from storesync.engine.work import Parked, Work
from storesync.errors import Denied, Fault
from storesync.model import Ref
from storesync.state import Standing, standing

__all__ = ["look_up", "unsure"]


def unsure(stand: Standing, channel: OpenChannel) -> bool:
    """Whether the market may have something of this listing whose ids are not known, and can be asked."""
    if stand.parked or stand.ending or stand.ticket is not None:
        return False
    driver = channel.driver
    if stand.ref is None:
        return stand.doubt is not None and driver.find is not None and channel.spec.identity.by != "none"
    # A half may have grown, and an update may have added variants; those named are all that may be there.
    return driver.observe is not None and bool(stand.named - stand.ref.skus.keys())


async def look_up(work: Work, keys: Iterable[str]) -> Mapping[str, Fault | None]:
    """Ask the market what it has of these; by key why it did not tell, None where its ids are in the state now.

    Raises Denied where the account is refused: only a person can change that.
    """
    told: dict[str, Fault | None] = {}
    over: Denied | None = None
    for key in keys:
        stand = await work.standing(key)
        if stand is None or not unsure(stand, work.channel):
            continue
        if over is not None:
            told[key] = over
            continue
        told[key] = None
        try:
            await work.calm(stand)
            if stand.doubt is not None:
                await work.settle_at(stand.doubt)
            await (_listing(work, stand) if stand.ref is None else _variants(work, stand, stand.ref))
        except Parked as parked:
            await _enter(work, stand, parked=str(parked))
        except Fault as fault:
            if isinstance(fault, Denied):
                if fault.retry_after is None:
                    raise
                over = fault
            warned("doubt.unasked", channel=work.channel.name, key=key, fault=str(fault))
            told[key] = fault
    return told


async def _listing(work: Work, stand: Standing) -> None:
    """Whether a create arrived, and what came of it."""
    assert stand.doubt is not None
    found = await look_for(work, stand, stand.doubt)
    await _enter(work, stand, ref=found, doubt=None, token="")
    if found is not None and work.channel.driver.observe is not None:
        await _variants(work, stand, found)


async def _variants(work: Work, stand: Standing, ref: Ref) -> None:
    """Which variants a listing has by now, and their offers; one that is gone is looked for by the next plan."""
    observe = work.channel.driver.observe
    assert observe is not None
    seen: Mapping[str, Observed] = await work.run(observe(work.channel.shop, [ref]))
    if ref.listing in seen:
        await work.write(lambda db: _meet(db, work, stand, seen[ref.listing]))
        return
    at = work.channel.env.now()
    await work.write(lambda db: work.gone(db, stand.key, at))


def _meet(db: Connection, work: Work, stand: Standing, shown: Observed) -> None:
    """What the market shows of ours is known from now on; what it acknowledged otherwise before is for `observe`."""
    channel, name = work.channel.channel, work.channel.name
    markets, ours = {market.code for market in channel.markets}, stand.ours(shown.ref)
    for sku in ours.skus:
        seen, known = shown.offers.get(sku), stand.offers.get(sku)
        if seen is None or standing.key_of(db, name, sku) not in ("", stand.key):
            continue
        prices = (known is None or known.have_prices is None) and seen.prices.keys() == markets
        stock = known is None or known.have_stock is None
        if prices or stock:
            standing.meet_offer(db, name, stand.key, seen, prices=prices, stock=stock)
            work.met(db, [seen] if prices else ())
    standing.change(db, name, stand.key, ref=ours, named=())
    standing.bump(db, name)


async def _enter(work: Work, stand: Standing, **values: object) -> None:
    def write(db: Connection) -> None:
        standing.change(db, work.channel.name, stand.key, **values)
        standing.bump(db, work.channel.name)

    await work.write(write)
