"""A price that is held: the live one stays, whatever it is, and the rest of its listing goes on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from storesync.errors import Postponed
from storesync.issues import Severity, counted
from storesync.model import Money, Price
from storesync.plan import Kind, Operation
from storesync.state import HIDDEN, UNKNOWN, OfferStanding, Standing

__all__ = [
    "CONTENT_CAUSES",
    "PRICE_CAUSES",
    "comes_back",
    "differs",
    "goes_out",
    "kept_prices",
    "not_as_wanted",
    "off_sale",
    "price_reason",
    "told_price",
    "told_prices",
    "told_stock",
    "unknown_live",
    "unsure",
    "waits_for_price",
]

PRICE_CAUSES = ("price rule", "rate")  # nothing but a price depends on them
CONTENT_CAUSES = ("text", "mapping", "driver")  # nothing but the document does

_UNSURE = " (unconfirmed)"


def told_price(price: Price) -> str:
    """A price as a plan writes it, for programs: exact digits and the code; and what is crossed out beside it."""
    listed = f" (was {_exact(price.list)})" if price.list is not None else ""
    return f"{_exact(price.sale)}{listed}"


def _exact(money: Money) -> str:
    # A market writes 939000.0, and it is the price that we call 939000.
    return f"{money.shown:f} {money.currency}"


def told_prices(offer: OfferStanding) -> str:
    """The acknowledged prices, or the last ones where a later one may have arrived."""
    known = offer.last_prices
    told = "?" if known is None else ", ".join(told_price(price) for price in known.values())
    return told + _UNSURE * (offer.have_prices is None)


def told_stock(offer: OfferStanding) -> str:
    """The acknowledged stock, or the last one where a later one may have arrived."""
    known = "?" if offer.last_stock is None else str(offer.last_stock)
    return known + _UNSURE * (offer.have_stock is None)


def off_sale(stand: Standing) -> bool:
    """Whether a listing that is hidden stays so: shown, it would sell at a price, or a stock, that nobody stands by."""
    return stand.have_shown in (HIDDEN, UNKNOWN) and any(
        offer.kept or offer.uncounted or _refused(offer) for offer in stand.offers.values()
    )


def _refused(offer: OfferStanding) -> bool:
    """Whether the market refused the price that is wanted, so that it has another one."""
    return bool(offer.refused) and offer.price_differs


def not_as_wanted(stand: Standing, owned: Container[str] = ()) -> tuple[str, ...]:
    """The SKUs that the market has, as far as it said, at another price or stock than is wanted."""
    known = stand.ref.skus if stand.ref is not None else {}
    return tuple(sku for sku, offer in stand.offers.items() if sku in known and differs(offer, owned))


def comes_back(offer: OfferStanding) -> bool:
    """Whether it was sold out and has stock again, and a new price to go with it: at the former one it must not sell."""
    stock = offer.want.stock if offer.want is not None else 0
    return offer.stock_differs and offer.last_stock == 0 < stock and offer.price_differs


def differs(offer: OfferStanding, owned: Container[str] = ()) -> bool:
    """Whether another price or stock is wanted than the acknowledged one; `owned` is what the seller keeps."""
    if offer.want is None:
        return False
    stock = offer.stock_differs and "stock" not in owned
    return stock or (offer.price_differs and "prices" not in owned)


def kept_prices(stand: Standing) -> Mapping[str, OfferStanding]:
    """The offers whose live price stays, and those that keep a hidden listing hidden."""
    hidden = off_sale(stand)
    return {sku: offer for sku, offer in stand.offers.items() if offer.kept or (hidden and _refused(offer))}


def price_reason(stand: Standing, kept: Mapping[str, OfferStanding]) -> str:
    """Why these prices stay."""
    errors = [issue for issue in stand.issues if issue.severity is Severity.ERROR]
    about = [issue for issue in errors if issue.code.startswith("price.")] or errors
    refused = (
        f"the market refused the price of {sku}: {one.refused}" for sku, one in kept.items() if one.refused
    )
    return about[0].message if about else next(refused, "its price is held")


def waits_for_price(stand: Standing, kept: Mapping[str, OfferStanding]) -> Iterator[str]:
    """What would be on sale at a price that is held, and comes with the next one."""
    if off_sale(stand):
        yield "showing it again"
    for sku, offer in kept.items():
        if offer.waits:
            yield f"{sku} stock 0 → {offer.waits}" if len(stand.offers) > 1 else f"stock 0 → {offer.waits}"


def goes_out(operation: Operation, stand: Standing) -> str:
    """What an operation on a listing sends of which something is held, for people; empty where that needs no word."""
    match operation.kind:
        case Kind.STOCK if len(operation.details) == 1:
            (detail,) = operation.details
            what = detail.what if len(stand.offers) > 1 else "stock"
            return f"{what} {detail.before} → {detail.after}"
        case Kind.STOCK:
            return f"the stock of {counted(len(operation.skus), 'SKU')}"
        case Kind.PRICES:
            other = "other " if any(offer.kept for offer in stand.offers.values()) else ""
            return f"the price of {counted(len(operation.skus), f'{other}SKU')}"
        case Kind.UPDATE:
            return "new content"
    return ""


def unsure(stand: Standing, skus: Iterable[str], part: str = "offers") -> tuple[str, ...]:
    """Those whose price or stock stays, but nobody knows which one is live: no call of this part may name them."""
    return tuple(sku for sku in skus if (offer := stand.offers.get(sku)) and _unsure(offer, part))


def _unsure(offer: OfferStanding, part: str) -> bool:
    price = bool(offer.kept) and offer.have_prices is None and part != "stock"
    return price or (offer.uncounted and offer.have_stock is None and part != "prices")


def unknown_live() -> Postponed:
    """Why a call that carries what stays waits."""
    return Postponed("held", "its price or stock stays, and the market did not tell which one is live")
