"""Rates that hold still: a small move keeps the rate a shop was priced with, so it is not priced anew.

The band has hysteresis. A rate is replaced only when the fresh one lies outside the band around the rate in
use, and the fresh one then becomes the new middle. Rates that all lie within one band of each other therefore
cause at most one change, whatever their order: prices cannot oscillate.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from decimal import Decimal

from attrs import evolve, frozen

from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.rate import Kind, Rate, Route, Snapshot

__all__ = ["Disagreement", "apart", "corroborate", "direct", "jumped", "settle", "within"]

_ONE = Decimal(1)
_MID: tuple[Kind, ...] = ("mid",)


def within(one: Decimal, other: Decimal, band: Decimal) -> bool:
    """Whether neither of two rates exceeds the other by more than the share `band`."""
    factor = EXACT.add(_ONE, band)
    return one <= EXACT.multiply(other, factor) and other <= EXACT.multiply(one, factor)


def apart(one: Decimal, other: Decimal) -> Decimal:
    """How far two rates lie apart, as a share of the lower one: what `within` measures a band by."""
    low, high = sorted((one, other))
    return Exact(EXACT.subtract(high, low)).over(low).value


def _direct(route: Route, kind: Kind) -> Rate:
    """The route as one rate of the wanted currency in the home currency."""
    if len(route.legs) == 1 and route.legs[0].divides:
        return route.legs[0].rate
    legs = [leg.rate for leg in route.legs]
    oldest = min(legs, key=lambda rate: rate.fresh_on)
    return Rate(
        base=route.target,
        quote=route.source,
        value=route.per_target,
        observed=oldest.fresh_on,
        source="+".join(dict.fromkeys(rate.source for rate in legs)),
        kind=kind,
        calendar=oldest.calendar,
        note=f"from {route}",
        fetched_at=oldest.fetched_at,
    )


def settle(
    *,
    fresh: Snapshot,
    before: Snapshot | None,
    home: str,
    bands: Mapping[str, Decimal],
    kinds: Collection[Kind] = _MID,
) -> Snapshot:
    """The rates a channel is priced with: for each currency of `bands`, the rate in use or the fresh one.

    `before` is the snapshot the channel was priced with last, None at the first time. A kept rate remembers
    as `confirmed` the day on which the fresh one confirmed it, so it does not grow stale. Rates of other
    kinds and currencies are passed on as they are; a currency that has no fresh rate has none here either.
    """
    kept: list[Rate] = []
    done: set[tuple[str, str, Kind]] = set()
    for (code, band), kind in itertools.product(bands.items(), kinds):
        new = direct(fresh, home, code, kind)
        if new is None:
            continue
        old = before.pair(code, home, kind) if before is not None else None
        if old is not None and within(new.value, old.value, band):
            later = max(new.fresh_on, old.fresh_on)
            new = evolve(old, confirmed=later if later != old.observed else None)
        kept.append(new)
        done.add((code, home, kind))
    others = [rate for rate in fresh.rates if (rate.base, rate.quote, rate.kind) not in done]
    return Snapshot(rates=(*kept, *others), kind=fresh.kind, made_at=fresh.made_at)


def jumped(before: Snapshot | None, rate: Rate, limit: Decimal) -> Decimal | None:
    """How far `rate` moved from the last accepted one, as `apart` measures it, when that is more than `limit`; else None.

    Catches a unit error (a quote per 100 read as per 1) and swapped currencies before they become prices.
    """
    last = before.pair(rate.base, rate.quote, rate.kind) if before is not None else None
    if last is None or within(rate.value, last.value, limit):
        return None
    return apart(rate.value, last.value)


@frozen
class Disagreement:
    """Two sources that differ by more than the tolerance."""

    one: Rate
    other: Rate
    share: Decimal


def corroborate(one: Rate, other: Rate, tolerance: Decimal) -> Disagreement | None:
    """None when two rates of the same pair agree within the tolerance, else by how much they differ."""
    if within(one.value, other.value, tolerance):
        return None
    return Disagreement(one, other, apart(one.value, other.value))


def direct(snapshot: Snapshot, home: str, code: str, kind: Kind = "mid") -> Rate | None:
    """The rate of `code` in `home` that a snapshot gives, direct or crossed; None when it gives none."""
    route = snapshot.route(home, code, kind=kind)
    return None if route is None or not route.legs else _direct(route, kind)
