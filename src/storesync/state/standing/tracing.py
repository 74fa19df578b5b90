"""How a listing's prices came to be: of those that are wanted now, and of those that are live and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from storesync.model import Price, loads
from storesync.state.schema import traces
from storesync.state.standing.columns import ONE, prices_from
from storesync.state.standing.reading import OFFERS
from storesync.state.standing.value import UNKNOWN, Want
from storesync.state.statement import Statement

__all__ = ["live_traces", "makes", "with_live"]

_BODY = Statement(select(traces.c.body).where(traces.c.channel == ONE[0], traces.c.key == ONE[1]))


def makes(trace: Mapping[str, Any], price: Price) -> bool:
    """Whether this trace came to this price."""
    last = trace["steps"][-1].get("after", "") if trace.get("steps") else ""
    amount, _, currency = last.partition(" ")
    return currency == price.sale.currency and Decimal(amount) == price.sale.amount


def with_live(db: Connection, channel: str, wanted: Want) -> Mapping[str, Any]:
    """The new traces, and beside them how each live price was made that is another one or stays."""
    found: dict[str, dict[str, Any]] = {}
    others = list(_others(db, channel, wanted))
    body = _BODY.run(db, {"channel": channel, "key": wanted.key}).scalar_one_or_none() if others else None
    before = loads(body) if body is not None else {}
    for sku, market, price in others:
        for part in ("live", "prices"):
            trace = before.get(part, {}).get(sku, {}).get(market, {})
            if makes(trace, price):
                found.setdefault(sku, {})[market] = trace
                break
    return {**wanted.traces, "live": found} if found else wanted.traces


def _others(db: Connection, channel: str, wanted: Want) -> Iterator[tuple[str, str, Price]]:
    """The acknowledged prices that the new traces did not come to, or that stay whatever these came to."""
    new = wanted.traces.get("prices", {})
    for row in OFFERS.run(db, {"channel": channel, "key": wanted.key}):
        last = row.have_prices.removeprefix(UNKNOWN)
        for market, price in (prices_from(last) if last else {}).items():
            stays = wanted.held or market in wanted.kept.get(row.sku, ())
            if stays or not makes(new.get(row.sku, {}).get(market, {}), price):
                yield row.sku, market, price


def live_traces(body: Mapping[str, Any], sku: str, last: Mapping[str, Price]) -> Mapping[str, Any]:
    """By market how the price was made that was acknowledged last, where what is wanted came to another one."""
    found = body.get("live", {}).get(sku, {})
    return {market: trace for market, trace in found.items() if market in last and makes(trace, last[market])}
