"""Prices far from those of their category: a slipped digit holds its listing, and what is live stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from storesync.issues import Issue
from storesync.model import Money, Offer
from storesync.plan import GuardLimits, Kind, Operation
from storesync.pricing.guard import category_outliers
from storesync.state import OFFERS_GO, Standing, due, standing

__all__ = ["hold", "outliers"]

_PEERS = 300  # listings that stand for their category: a plan must not read a shop to change one price

_PRICED = (Kind.CREATE, Kind.UPDATE, Kind.PRICES)


def outliers(
    db: Connection,
    channel: str,
    stands: Iterable[Standing],
    found: Iterable[Operation],
    limits: GuardLimits,
    policies: Mapping[str, str],
) -> Mapping[str, Mapping[str, list[Issue]]]:
    """By listing and SKU, the prices among these operations that lie far from the median of their category.

    `policies` names the price policy of each market. A price that the market has already is not judged again: it was
    meant once.
    """
    priced = {operation.key for operation in found if operation.kind in _PRICED}
    new: dict[str, dict[str, tuple[str, Offer]]] = {}
    for stand in stands:
        if stand.key not in priced or not stand.category:
            continue
        for sku, offer in stand.offers.items():
            if offer.want is not None and offer.price_differs:
                new.setdefault(stand.category, {})[sku] = (stand.key, offer.want)
    held: dict[str, dict[str, list[Issue]]] = {}
    for category, some in new.items():
        offered = {
            **due.peers(db, channel, category, _PEERS),
            **{sku: offer.prices for sku, (_, offer) in some.items()},
        }
        for market in dict.fromkeys(market for prices in offered.values() for market in prices):
            # A price of nothing is no slipped digit: it has a guard of its own, which stops the whole run.
            amounts: dict[str, Money] = {
                sku: prices[market].sale
                for sku, prices in offered.items()
                if market in prices and prices[market].sale.amount > 0
            }
            far = category_outliers(
                amounts, factor=limits.outlier, market=market, policy=policies.get(market, "")
            )
            for sku, issue in far.items():
                if sku in some:
                    key, _ = some[sku]
                    held.setdefault(key, {}).setdefault(sku, []).append(issue.under(key))
    return held


def hold(db: Connection, channel: str, found: Mapping[str, Mapping[str, list[Issue]]]) -> None:
    """Hold these prices with their findings; each listing is prepared again by the next plan.

    What is live keeps its price and goes on; what is not is held. A variant that is not there yet holds the document that
    would bring it; prices and stock of the others go out.
    """
    for stand in standing.read_all(db, channel, keys=found):
        issues = (*stand.issues, *(issue for some in found[stand.key].values() for issue in some))
        there = stand.ref.skus if stand.ref is not None else {}
        far = {sku: stand.offers[sku] for sku in found[stand.key]}
        live = [sku for sku, offer in far.items() if sku in there and offer.last_prices and stand.made]
        standing.keep_prices(db, channel, live)
        waits = {"held": True, "reason": OFFERS_GO if there else ""} if len(live) < len(far) else {}
        standing.change(db, channel, stand.key, input="", issues=issues, **waits)
    standing.bump(db, channel)
