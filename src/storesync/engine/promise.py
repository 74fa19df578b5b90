"""What a plan showed is what goes out: an operation is compared with what is about to be sent, value by value.

A plan writes what is wanted without holding the lease, so that it can be made while another one is carried out. What is
wanted may therefore be another thing at the moment of sending than it was when the plan was made and its guards were
asked. Each operation names the document and the offers that it showed; whoever sends computes the same names from the
very values in hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from attrs import define, field

from storesync.driver import Driver
from storesync.engine.pricehold import told_price
from storesync.model import digest
from storesync.plan import Kind, Operation
from storesync.state import SHOWN, Standing

__all__ = ["Taken", "otherwise", "part_of", "promised", "wanted_skus"]

Part = Literal["prices", "stock", "offers"]
# What a part of a driver carries: prices, stock.
_PARTS: Final[Mapping[Part, tuple[bool, bool]]] = {
    "prices": (True, False),
    "stock": (False, True),
    "offers": (True, True),
}


@define
class Taken:
    """What a run took over from the shop itself, as what a seller keeps there: no other plan wanted it.

    By listing, SKU and field each value with the one that it replaced.
    """

    _before: dict[tuple[str, str, str], dict[str, str]] = field(factory=dict)

    def note(self, before: Standing, after: Standing) -> None:
        """What is wanted of a listing became this by a look at the shop."""
        self._replaced(before.key, "", "content", before.want, after.want)
        for sku, offer in after.offers.items():
            known = before.offers.get(sku)
            if known is not None:
                self._replaced(before.key, sku, "prices", known.named_prices, offer.named_prices)
                self._replaced(before.key, sku, "stock", known.named_stock, offer.named_stock)

    def _replaced(self, key: str, sku: str, what: str, before: str, after: str) -> None:
        if before != after:
            known = self._before.setdefault((key, sku, what), {})
            known[after] = known.get(before, before)

    def undone(self, key: str, sku: str, what: str, value: str) -> str:
        """The value as it was before the run took another one over."""
        return self._before.get((key, sku, what), {}).get(value, value)


def part_of(driver: Driver[Any, Any], kind: Kind) -> Part:
    """Which part of a driver carries prices or stock."""
    if driver.offers is not None:
        return "offers"
    return "prices" if kind is Kind.PRICES else "stock"


def promised(stand: Standing, skus: Iterable[str], part: Part = "offers", taken: Taken | None = None) -> str:
    """Names the prices, the stock, or both of these SKUs as they would be sent now."""
    prices, stock = _PARTS[part]
    taken, key = taken or Taken(), stand.key
    rows = []
    for sku in sorted(skus):
        offer = stand.offers.get(sku)
        if offer is None or offer.want is None:
            rows.append([sku])
            continue
        row = [sku]
        if prices:
            row.append(taken.undone(key, sku, "prices", offer.named_prices))
        if stock:
            row.append(taken.undone(key, sku, "stock", offer.named_stock))
        rows.append(row)
    return digest(rows)


def otherwise(operation: Operation, stand: Standing, taken: Taken, part: Part = "offers") -> str:
    """Why what would be sent now is not what the plan showed, and the way out; empty while it is.

    `part` is the driver's part that carries prices and stock. What `taken` names the run itself took from the shop.
    """
    said = next(_differences(operation, stand, taken, part), "")
    if not said:
        return ""
    return f"{said} since another plan was made: nothing was sent; plan again"


def _differences(operation: Operation, stand: Standing, taken: Taken, part: Part) -> Iterator[str]:
    kind = operation.kind
    if kind is Kind.HIDE:
        if stand.want_shown:
            yield "it is wanted on sale"
        return
    if not stand.want_shown:
        yield "it is not wanted on sale any more"
    elif stand.held and not (stand.offers_go and kind in (Kind.PRICES, Kind.STOCK)):
        yield "it is held by a finding"
    elif kind in (Kind.PRICES, Kind.STOCK):
        if promised(stand, operation.skus, part, taken) != operation.want:
            yield _told(operation, stand)
    elif operation.want != SHOWN and taken.undone(stand.key, "", "content", stand.want) != operation.want:
        yield "another document is wanted"
    elif promised(stand, wanted_skus(stand), "offers", taken) != operation.offers:
        yield _told(operation, stand)


def wanted_skus(stand: Standing) -> list[str]:
    """The SKUs that a listing should have."""
    return [sku for sku, offer in stand.offers.items() if offer.want is not None]


def _told(operation: Operation, stand: Standing) -> str:
    """The first SKU that differs, with what is wanted of it now and what people read in the plan."""
    shown = {detail.what: detail.after for detail in operation.details}
    for sku, offer in stand.offers.items():
        if offer.want is None:
            continue
        prices, stock = ", ".join(map(told_price, offer.made.values())), str(offer.want.stock)
        for what, now in ((f"{sku} price", prices), (f"{sku} stock", stock), (sku, f"{prices} × {stock}")):
            if what in shown and shown[what] != now:
                return f"{what} is to be {now}, not {shown[what]},"
    return "another price, stock or set of variants is wanted"
