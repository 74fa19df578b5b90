"""What the market has now, against what it acknowledged: drift is found here and repaired by the next plan."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Connection

from storesync.driver import Batch, Observed
from storesync.engine.work import Work
from storesync.model import Offer, Status
from storesync.state import HIDDEN, SHOWN, Standing, standing

__all__ = ["Drift", "observe"]

_HIDDEN = {Status.HIDDEN, Status.DRAFT, Status.SUSPENDED}


@frozen(kw_only=True)
class Drift:
    """One difference between what the market acknowledged and what it shows."""

    key: str
    what: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.key} {self.what}: acknowledged {self.ours}, the market shows {self.theirs}"


async def observe(work: Work) -> list[Drift]:
    """Look at every listing of the channel; the state then knows what the market shows.

    What a person owns by the channel's `owned_by_seller` (`prices`, `stock`, `shown`) is left as it is.
    """
    channel = work.channel
    flow = channel.driver.observe
    if flow is None:
        return []
    everything = await channel.store.read(lambda db: list(standing.read_all(db, channel.name)))
    known = [stand for stand in everything if stand.ref is not None and stand.made and stand.ticket is None]
    size = channel.spec.batches.get("observe", Batch(1)).size
    drift: list[Drift] = []
    for start in range(0, len(known), size):
        group = known[start : start + size]
        refs = [stand.ref for stand in group if stand.ref is not None]
        seen: Mapping[str, Observed] = await work.run(flow(channel.shop, refs))
        for stand in group:
            drift += await _compare(work, stand, seen.get(stand.ref.listing if stand.ref is not None else ""))
    return drift


async def _compare(work: Work, stand: Standing, seen: Observed | None) -> list[Drift]:
    channel, at = work.channel, work.channel.env.now()
    if seen is None or seen.status is Status.ENDED:
        await work.write(lambda db: work.gone(db, stand.key, at))
        return [Drift(key=stand.key, what="listing", ours="there", theirs="gone")]
    owned = set(channel.channel.owned_by_seller)
    drift: list[Drift] = []
    theirs: list[tuple[Offer, bool, bool]] = []
    for sku, offer in seen.offers.items():
        ours = stand.offers.get(sku)
        if ours is None:
            continue
        prices = (
            ours.have_prices is not None and "prices" not in owned and _price_differs(ours.have_prices, offer)
        )
        stock = ours.have_stock is not None and "stock" not in owned and ours.have_stock != offer.stock
        if prices:
            drift.append(
                Drift(
                    key=stand.key,
                    what=f"{sku} price",
                    ours=_told(ours.have_prices),
                    theirs=_told(offer.prices),
                )
            )
        if stock:
            drift.append(
                Drift(key=stand.key, what=f"{sku} stock", ours=str(ours.have_stock), theirs=str(offer.stock))
            )
        if prices or stock:
            theirs.append((offer, prices, stock))
    hidden = seen.status in _HIDDEN
    # In review or refused it is neither: that is the market's own decision, which no `show` changes.
    untold = "shown" in owned or seen.status not in (*_HIDDEN, Status.LIVE)
    shown = stand.have_shown if untold else HIDDEN if hidden else SHOWN
    if shown != stand.have_shown and stand.have_shown in (SHOWN, HIDDEN):
        drift.append(Drift(key=stand.key, what="on sale", ours=_sale(stand.have_shown), theirs=_sale(shown)))

    def write(db: Connection) -> None:
        for offer, prices, stock in theirs:
            standing.acknowledge_offers(db, channel.name, [offer], prices=prices, stock=stock)
        values = {"status": seen.status, "remarks": seen.issues, "have_shown": shown}
        standing.change(db, channel.name, stand.key, **values)
        if drift:
            standing.bump(db, channel.name)

    await work.write(write)
    return drift


def _price_differs(have: Mapping[str, object], offer: Offer) -> bool:
    # A market that tells the sale price only is compared by the sale price only.
    for market, price in offer.prices.items():
        ours = have.get(market)
        if ours is not None and getattr(ours, "sale", None) != price.sale:
            return True
    return False


def _told(prices: object) -> str:
    if not isinstance(prices, Mapping):
        return "?"
    return ", ".join(str(price.sale) for price in prices.values())


def _sale(shown: str) -> str:
    return "yes" if shown == SHOWN else "no"
