"""A price that moved too far for its policy, and a person who says that it is right: once, and for a while."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Connection

from storesync.engine.letthrough import confirmations
from storesync.engine.setup import Setup
from storesync.errors import ConfigError, StateError
from storesync.issues import wordless
from storesync.model import Product
from storesync.prepare import price_of
from storesync.pricing import Confirmed, Priced, Snapshot
from storesync.state import OfferStanding, Standing, journal, standing

__all__ = ["ConfirmedPrice", "confirm_price"]


@frozen(kw_only=True)
class ConfirmedPrice:
    """The moves of one SKU's price that the next plan lets through, by market."""

    channel: str
    sku: str
    moves: Mapping[str, Confirmed]


async def confirm_price(
    setup: Setup, rates: Snapshot | None, channel: str, sku: str, *, reason: str, by: str
) -> ConfirmedPrice:
    """Let the price of a SKU through that `max_change` holds, as the last plan showed it; why and who is kept.

    ConfigError without a reason or when the catalog does not have the product whole, StateError when no price of the
    SKU is held for its change, or when it would be another one by now: nobody says yes to what was not shown.
    """
    if wordless(reason):
        raise ConfigError(
            f"to confirm the price of {sku} needs a reason, since whoever reads it later must know why it moved: "
            "--reason 'why', or in Python reason='why'"
        )
    now = setup.env.now()
    stand = await setup.store.read(lambda db: _standing(db, channel, sku))
    known = (await setup.store.read(lambda db: confirmations(db, channel, now))).get(sku, {})
    offer, shown = stand.offers[sku], {issue.message for issue in stand.issues}
    product = next((one.product for one in setup.source.products() if one.key == stand.key), None)
    if product is None:
        raise ConfigError(f"{sku} cannot be priced: the catalog does not have {stand.key}, or not whole")
    moves, others = {}, []
    for market, made in _priced(setup, rates, channel, product, sku, offer).items():
        live = offer.last_prices[market].sale if offer.last_prices and market in offer.last_prices else None
        if (
            live is None
            or made.candidate is None
            or [one.code for one in made.issues.errors] != ["price.change"]
        ):
            others += [issue.message for issue in made.issues.errors]
            continue
        if market in known and known[market].lets(live, made.candidate.amount):
            raise StateError(f"{channel}: it is said already: {known[market]}; the next plan sends it, once")
        if made.held not in shown:
            raise StateError(
                f"{channel}: the price of {sku} moved since the last plan: from {live} it would become"
                f" {made.candidate}; look at it with `storesync plan --channel {channel}`, then confirm what that shows"
            )
        moves[market] = Confirmed(before=live, after=made.candidate, reason=reason.strip(), by=by, at=now)
    if not moves:
        why = f"it is held for another reason: {others[0]}" if others else "`storesync plan` shows what is"
        raise StateError(f"{channel}: no price of {sku} is held by max_change: {why}")
    told = {market: [str(move.before), str(move.after)] for market, move in moves.items()}

    def write(db: Connection) -> None:
        journal.confirm(
            db,
            id=setup.env.token(),
            channel=channel,
            sku=sku,
            at=now,
            reason=reason.strip(),
            moves={"by": by, "reason": reason.strip(), "markets": told},
        )

    await setup.store.write(write)
    return ConfirmedPrice(channel=channel, sku=sku, moves=moves)


def _standing(db: Connection, channel: str, sku: str) -> Standing:
    key = standing.key_of(db, channel, sku)
    stand = standing.read(db, channel, key) if key else None
    if stand is None or sku not in stand.offers:
        raise StateError(
            f"{channel}: {sku!r} has no price there; `storesync plan` shows which prices are held"
        )
    return stand


def _priced(
    setup: Setup, rates: Snapshot | None, channel: str, product: Product, sku: str, offer: OfferStanding
) -> Mapping[str, Priced]:
    """The price of each market as the next plan would make it."""
    settings = setup.settings(channel, rates)
    return {
        market.code: price_of(settings, product, sku, market, last=(offer.last_prices or {}).get(market.code))
        for market in settings.channel.markets
        if market.code in settings.policies
    }
