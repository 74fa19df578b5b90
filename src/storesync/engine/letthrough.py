"""Moves of prices that a person let through: each counts once, for a while, and until it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Connection

from storesync.model import Money, Offer
from storesync.pricing import Confirmed
from storesync.state import journal

__all__ = ["Moves", "confirmations", "use"]

Moves: TypeAlias = Mapping[str, Mapping[str, Confirmed]]
"""By SKU and market."""

_COUNTS = timedelta(days=7)  # a move that was not sent by then is looked at again


def confirmations(db: Connection, channel: str, now: datetime) -> Moves:
    """The moves that a person confirmed and that still count: the last word on each price, unless it was used."""
    found: dict[str, dict[str, Confirmed]] = {}
    for at, told in journal.confirmations(db, channel, now - _COUNTS):
        mine = found.setdefault(told["sku"], {})
        for market, (before, after) in told["markets"].items():
            mine[market] = Confirmed(
                before=Money(*before.split()),
                after=Money(*after.split()),
                reason=told["reason"],
                by=told["by"],
                at=at,
            )
        for market in told.get("used", ()):
            mine.pop(market, None)
    return {sku: moves for sku, moves in found.items() if moves}


def use(db: Connection, channel: str, moves: Moves, shown: Iterable[Offer], now: datetime) -> None:
    """The market has these prices: the moves that led to them are done, in the same transaction."""
    for offer in shown:
        mine = moves.get(offer.sku, {})
        done = [
            market
            for market, move in mine.items()
            if market in offer.prices and offer.prices[market].sale == move.after
        ]
        if done:
            journal.use_confirmations(db, channel, now - _COUNTS, offer.sku, done)
