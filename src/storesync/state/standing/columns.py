"""How the columns of listings and offers are read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    bindparam,
)

from storesync.issues import Issue
from storesync.model import Offer, Price, Ref, Status, Ticket, digest, dumps, frozen_map, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.converter import CONVERTER, pack, unpack
from storesync.state.standing.value import STAYS, UNKNOWN, OfferStanding, Standing

__all__ = [
    "NO_ISSUES",
    "ONE",
    "issues_from",
    "packed",
    "packed_prices",
    "prices_from",
    "ref_from",
    "sku_set",
    "standing_of",
    "wanted_prices",
]

NO_ISSUES, _NONE, _EMPTY = "[]", "[]", "{}"
ONE: tuple[Any, Any] = (bindparam("channel"), bindparam("key"))


def issues_from(text: str) -> tuple[Issue, ...]:
    """The findings that a column holds."""
    if text == NO_ISSUES:
        return ()
    return tuple(CONVERTER.structure(row, Issue) for row in loads(text))


def standing_of(row: Any, rows: Iterable[Any]) -> Standing:
    """The standing in a row of a listing and the rows of its offers."""
    return _standing(row, tuple(rows))


# One run looks at the same rows again and again, and they seldom change in between.
@lru_cache(maxsize=1024)
def _standing(row: Any, rows: tuple[Any, ...]) -> Standing:
    return Standing(
        key=row.key,
        title=row.title,
        category=row.category,
        input=row.input,
        causes=_causes_from(row.causes),
        want=row.want,
        want_shown=bool(row.want_shown),
        reason=row.reason,
        issues=issues_from(row.issues),
        held=bool(row.held),
        have=row.have,
        have_shown=row.have_shown,
        have_causes=_causes_from(row.have_causes),
        ref=ref_from(row.ref) if row.ref else None,
        made=bool(row.made),
        status=Status(row.status),
        remarks=issues_from(row.remarks),
        ticket=unpack(row.ticket, Ticket) if row.ticket else None,
        asked=row.asked,
        asked_at=unstamp(row.asked_at) if row.asked_at else None,
        token=row.token,
        token_at=unstamp(row.token_at) if row.token_at else None,
        doubt=unstamp(row.doubt) if row.doubt else None,
        unsettled=unstamp(row.unsettled) if row.unsettled else None,
        parked=row.parked,
        refused=row.refused,
        ending=row.ending,
        seen=loads(row.seen) if row.seen != _EMPTY else {},
        named=frozenset(loads(row.named)) if row.named != _NONE else frozenset(),
        offers={r.sku: _offer_standing(r) for r in rows},
    )


@lru_cache(maxsize=4096)
def _offer_standing(row: Any) -> OfferStanding:
    prices, stock = row.have_prices.removeprefix(UNKNOWN), row.have_stock.removeprefix(UNKNOWN)
    last_prices = prices_from(prices) if prices else None
    last_stock = int(stock) if stock else None
    wanted, kept, waits = None, frozenset[str](), 0
    if row.want_stock:
        kept = kept_from(row.want_prices)
        count = last_stock or 0 if row.want_stock == STAYS else int(row.want_stock)
        if kept and stock == "0":
            # Nothing is on sale at the price that stays, as far as anybody knows: stock would put it back on sale.
            count, waits = 0, count
        wanted = Offer(row.sku, wanted_prices(row.want_prices, prices), count)
    return OfferStanding(
        sku=row.sku,
        want=wanted,
        have_prices=None if row.have_prices.startswith(UNKNOWN) else last_prices,
        have_stock=None if row.have_stock.startswith(UNKNOWN) else last_stock,
        refused=row.refused,
        last_prices=last_prices,
        last_stock=last_stock,
        kept=kept,
        waits=waits,
        uncounted=row.want_stock == STAYS,
    )


# One text is read over and over: what is wanted is mostly what is acknowledged, and one run looks several times.
@lru_cache(maxsize=4096)
def prices_from(text: str) -> Mapping[str, Price]:
    """The prices by market that a column holds; one that stays as it is has none there."""
    rows = loads(text).items()
    return frozen_map(
        {market: CONVERTER.structure(price, Price) for market, price in rows if price is not None}
    )


@lru_cache(maxsize=1024)
def kept_from(text: str) -> frozenset[str]:
    """The markets in which a column of wanted prices has the live one stay."""
    return frozenset(market for market, price in loads(text).items() if price is None)


def wanted_prices(wanted: str, acknowledged: str) -> Mapping[str, Price]:
    """The prices of a column of wanted ones; where the live one stays, that which was acknowledged last."""
    kept = kept_from(wanted)
    if not kept:
        return prices_from(wanted)
    last = prices_from(acknowledged.removeprefix(UNKNOWN) or "{}")
    return {**{m: price for m, price in last.items() if m in kept}, **prices_from(wanted)}


@lru_cache(maxsize=4096)
def ref_from(text: str) -> Ref:
    """The ids that a column holds."""
    return unpack(text, Ref)


@lru_cache(maxsize=1024)
def _causes_from(text: str) -> Mapping[str, str]:
    return frozen_map(loads(text))


def packed_prices(prices: Mapping[str, Price], kept: Collection[str] = ()) -> str:
    """Prices by market as a column holds them; one that stays as it is has none there."""
    rows = {m: CONVERTER.unstructure(price) for m, price in prices.items() if m not in kept}
    return dumps({**rows, **dict.fromkeys(kept)}, sort=True)


def sku_set(skus: Iterable[str]) -> str:
    """Names a set of SKUs: equal sets, equal names; empty for none."""
    some = sorted(skus)
    return digest(some) if some else ""


_PACKED: Mapping[str, Any] = {
    "ref": lambda value: pack(value) if value is not None else None,
    "ticket": lambda value: pack(value) if value is not None else None,
    "status": lambda value: value.value,
    "doubt": lambda value: stamp(value) if value is not None else None,
    "unsettled": lambda value: stamp(value) if value is not None else None,
    "token_at": lambda value: stamp(value) if value is not None else None,
    "named": lambda value: dumps(sorted(value)),
    "asked_at": lambda value: stamp(value) if value is not None else None,
    "changed_at": stamp,
    "have_causes": lambda value: dumps(value, sort=True),
    "issues": lambda value: dumps([CONVERTER.unstructure(issue) for issue in value]),
    "seen": lambda value: dumps(value, sort=True),
    "remarks": lambda value: dumps([CONVERTER.unstructure(issue) for issue in value]),
}


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of `Standing` as its columns hold them."""
    return {name: _PACKED[name](value) if name in _PACKED else value for name, value in values.items()}
