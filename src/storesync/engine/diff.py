"""From how a listing stands to the operations that bring it where it should be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from storesync.driver import Driver, Spec
from storesync.engine.documents import media_in
from storesync.engine.pricehold import (
    PRICE_CAUSES,
    comes_back,
    differs,
    off_sale,
    told_price,
    told_prices,
    told_stock,
)
from storesync.engine.promise import part_of, promised, wanted_skus
from storesync.model import Offer, Status, digest
from storesync.plan import Detail, Kind, Operation
from storesync.state import CONVERTER, ENDED, HIDDEN, SHOWN, UNKNOWN, OfferStanding, Standing

__all__ = ["blocked", "document_waits", "ended", "offers_differ", "operations", "wait_with_document"]

_SHOWN_DETAILS = 6
_SHOWN_TEXT = 60


def blocked(stand: Standing) -> str:
    """Why nothing is sent for a listing that is offered, or empty."""
    if stand.ending:
        return stand.ending
    if stand.held or _unmade(stand):
        errors = [issue for issue in stand.issues if issue.severity.rank == 0]
        return errors[0].message if errors else "held back"
    if stand.parked:
        return stand.parked
    if stand.refused and stand.refused == stand.want:
        said = "; ".join(issue.message for issue in stand.remarks if issue.message)
        return (
            f"the market refused this version{': ' + said if said else ''}; it is sent again when it changes"
        )
    return ""


def _unmade(stand: Standing) -> bool:
    """Whether it is not made to its end and stays so: nothing is made without a price or a stock."""
    return not stand.made and any(offer.kept or offer.uncounted for offer in stand.offers.values())


def document_waits(stand: Standing) -> bool:
    """Whether the document of what is wanted on sale goes nowhere for now: it is held, or the market refused it."""
    if not stand.want_shown or stand.ending or stand.parked:
        return False
    return stand.held or _unmade(stand) or bool(stand.refused and stand.refused == stand.want)


def _offers_go_alone(stand: Standing) -> bool:
    """Whether prices and stock of what the market has go out though the document waits."""
    if stand.ref is None or not document_waits(stand):
        return False
    return stand.offers_go or not stand.held


def operations(
    stand: Standing,
    driver: Driver[Any, Any],
    spec: Spec,
    *,
    after: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    sent: Container[tuple[str, str]],
    owned: Collection[str] = (),
) -> Iterator[Operation]:
    """What this listing needs now; `after` and `before` are the wanted and the acknowledged document.

    While the market has not decided only what it takes meanwhile; nothing new for a listing that is held, parked,
    refused or ended. `owned` are the fields that the seller keeps: nothing of these is sent once a listing is made.
    """
    if stand.ending:
        # The reason was given when it began: what is left of it is finished without another one.
        if stand.ref is not None and driver.end is not None:
            yield ended(stand, "unfinished")
        return
    if stand.ticket is not None:
        yield from _in_review(stand, driver, spec, owned)
        return
    if not stand.want_shown:
        if "shown" not in owned:
            yield from _off_sale(stand, driver)
        return
    if _offers_go_alone(stand):
        yield from _offers(stand, driver, owned)
    if blocked(stand) or not stand.want:
        return
    if not stand.made:
        yield from _uploads(stand, after, sent, driver)
        offers = sorted((o for o in stand.offers.values() if o.want is not None), key=lambda o: o.sku)
        yield Operation(
            kind=Kind.CREATE,
            key=stand.key,
            title=stand.title,
            skus=tuple(offer.sku for offer in offers),
            causes=(_begun(stand),),
            details=tuple(_created(offer.want) for offer in offers if offer.want is not None),
            want=stand.want,
            have=stand.have,
            offers=promised(stand, wanted_skus(stand)),
        )
        return
    carries = "carries offers" in spec.update and driver.offers is None and driver.prices is None
    changed_offers = [o for o in stand.offers.values() if o.want is not None and differs(o, owned)]
    if stand.want != stand.have or _variants_differ(stand) or (carries and changed_offers):
        yield from _uploads(stand, after, sent, driver)
        yield Operation(
            kind=Kind.UPDATE,
            key=stand.key,
            title=stand.title,
            skus=tuple(stand.offers),
            causes=_causes(stand),
            details=(
                *tuple(_changed(before, after))[:_SHOWN_DETAILS],
                *_variants(stand, owned, carries=carries),
            ),
            want=stand.want,
            have=stand.have,
            offers=promised(stand, wanted_skus(stand)),
        )
    if not carries:
        yield from _offers(stand, driver, owned)
    if (
        stand.have_shown in (HIDDEN, UNKNOWN)
        and driver.show is not None
        and "shown" not in owned
        and not off_sale(stand)
    ):
        yield Operation(
            kind=Kind.SHOW,
            key=stand.key,
            title=stand.title,
            causes=("catalog",),
            want=SHOWN,
            have=stand.have_shown,
            offers=promised(stand, wanted_skus(stand)),
        )


def _begun(stand: Standing) -> str:
    """Why a listing is to be made: nobody did yet, somebody took it away, or it was not made to its end."""
    if stand.status is Status.ENDED:
        return "gone"
    return "new" if stand.doubt is None and stand.ref is None else "unfinished"


def ended(stand: Standing, cause: str) -> Operation:
    """The operation that takes a listing off for good."""
    return Operation(
        kind=Kind.END, key=stand.key, title=stand.title, causes=(cause,), want=ENDED, have=stand.have
    )


def _in_review(
    stand: Standing, driver: Driver[Any, Any], spec: Spec, owned: Collection[str]
) -> Iterator[Operation]:
    """What stops selling, and offers, do not wait for a verdict about words where the market takes them meanwhile."""
    if stand.ref is None:
        return
    if not stand.want_shown:
        if "hide" in spec.in_review and "shown" not in owned:
            yield from _off_sale(stand, driver)
        return
    if not blocked(stand) or _offers_go_alone(stand):
        for one in _offers(stand, driver, owned):
            if all(kind.value in spec.in_review for kind in (one.kind, *one.after)):
                yield one


def _variants_differ(stand: Standing) -> bool:
    """Whether variants must be added or removed; one that the market refused is not asked for again."""
    known = set(stand.ref.skus) if stand.ref is not None else set()
    wanted = {offer.sku for offer in stand.offers.values() if offer.want is not None}
    refused = {offer.sku for offer in stand.offers.values() if offer.refused}
    return bool(known - wanted or wanted - known - refused)


def _off_sale(stand: Standing, driver: Driver[Any, Any]) -> Iterator[Operation]:
    exists = stand.ref is not None or (stand.doubt is not None and not stand.parked)
    if exists and stand.have_shown not in (HIDDEN, ENDED) and driver.hide is not None:
        yield Operation(
            kind=Kind.HIDE,
            key=stand.key,
            title=stand.title,
            causes=("catalog",),
            details=(Detail("reason", "", stand.reason),) if stand.reason else (),
            want=HIDDEN,
            have=stand.have_shown,
        )


def _uploads(
    stand: Standing,
    after: Mapping[str, Any] | None,
    sent: Container[tuple[str, str]],
    driver: Driver[Any, Any],
) -> Iterator[Operation]:
    if driver.upload is None or after is None:
        return
    for sha256, role in dict.fromkeys(media_in(after)):
        if (sha256, role) not in sent:
            yield Operation(
                kind=Kind.UPLOAD, key=stand.key, title=stand.title, causes=("new",), media=f"{sha256}:{role}"
            )


def _variants(stand: Standing, owned: Collection[str], *, carries: bool) -> Iterator[Detail]:
    """What an update does to variants: those it adds and removes, and the offers that it carries."""
    known = set(stand.ref.skus) if stand.ref is not None else set()
    for sku, offer in stand.offers.items():
        if offer.want is None:
            continue
        if sku not in known:
            yield _created(offer.want)
        elif carries and offer.stock_differs and "stock" not in owned:
            yield _offer_detail(Kind.STOCK, offer)
        if sku in known and carries and offer.price_differs and "prices" not in owned:
            yield _offer_detail(Kind.PRICES, offer)
    yield from (Detail(sku, "there", "") for sku in sorted(known - set(wanted_skus(stand))))


def _offers(stand: Standing, driver: Driver[Any, Any], owned: Collection[str]) -> Iterator[Operation]:
    known = stand.ref.skus if stand.ref is not None else {}
    there = [o for o in stand.offers.values() if o.want is not None and o.sku in known and not o.refused]
    moved = [o for o in there if o.stock_differs]
    later = [o for o in moved if "prices" not in owned and driver.offers is None and comes_back(o)]
    at_once = [o for o in moved if o not in later]
    if later and not any(map(_lowered, at_once)):
        at_once, later = [], moved  # nothing of it is oversold meanwhile
    for kind, changed, after in (
        (Kind.STOCK, at_once, ()),
        (Kind.PRICES, [o for o in there if o.price_differs], ()),
        (Kind.STOCK, later, (Kind.PRICES,)),
    ):
        if changed and kind.value not in owned and _has_call(driver, kind):
            yield Operation(
                kind=kind,
                key=stand.key,
                title=stand.title,
                skus=tuple(o.sku for o in changed),
                causes=_offer_causes(stand, kind),
                details=tuple(_offer_detail(kind, o) for o in changed),
                want=promised(stand, (o.sku for o in changed), part_of(driver, kind)),
                have=_have_digest(kind, changed),
                after=after,
            )


def _lowered(offer: OfferStanding) -> bool:
    """Whether fewer are there than the market has, as far as anybody knows what it has."""
    return offer.have_stock is None or (offer.want is not None and offer.want.stock < offer.have_stock)


def _has_call(driver: Driver[Any, Any], kind: Kind) -> bool:
    """Whether a market takes this of an offer without the document."""
    return driver.offers is not None or getattr(driver, kind.value) is not None


def wait_with_document(
    stand: Standing, driver: Driver[Any, Any], owned: Collection[str] = ()
) -> Iterator[str]:
    """What of the offers waits for a document that is held, because this market takes it with that alone."""
    if not _offers_go_alone(stand) or stand.ref is None:
        return
    for sku, offer in stand.offers.items():
        if offer.want is None or sku not in stand.ref.skus or offer.refused:
            continue
        for kind, changed in (
            (Kind.STOCK, offer.stock_differs),
            (Kind.PRICES, offer.price_differs),
        ):
            if changed and kind.value not in owned and not _has_call(driver, kind):
                detail = _offer_detail(kind, offer)
                yield f"{detail.what} {detail.before} → {detail.after}"


def _offer_causes(stand: Standing, kind: Kind) -> tuple[str, ...]:
    if kind is Kind.STOCK:
        return ("catalog",)
    return tuple(c for c in _changed_causes(stand) if c in ("catalog", *PRICE_CAUSES)) or ("market",)


def _have_digest(kind: Kind, changed: Iterable[OfferStanding]) -> str:
    def value(offer: OfferStanding) -> Any:
        if kind is Kind.STOCK:
            return offer.have_stock
        prices = offer.have_prices
        return None if prices is None else {m: CONVERTER.unstructure(price) for m, price in prices.items()}

    return digest([[offer.sku, value(offer)] for offer in changed])


def offers_differ(stand: Standing) -> bool:
    """Whether any price or stock is wanted otherwise than acknowledged; what the market refused does not count."""
    return any(differs(offer) for offer in stand.offers.values() if not offer.refused)


def _causes(stand: Standing) -> tuple[str, ...]:
    if stand.have == UNKNOWN:
        return ("unfinished",)
    return _changed_causes(stand) or ("market",)


def _changed_causes(stand: Standing) -> tuple[str, ...]:
    return tuple(name for name, value in stand.causes.items() if stand.have_causes.get(name) != value)


def _created(offer: Offer) -> Detail:
    prices = ", ".join(told_price(price) for price in offer.prices.values())
    return Detail(offer.sku, "", f"{prices} × {offer.stock}")


def _offer_detail(kind: Kind, offer: OfferStanding) -> Detail:
    want = offer.want
    assert want is not None
    if kind is Kind.STOCK:
        return Detail(f"{offer.sku} stock", told_stock(offer), str(want.stock))
    after = ", ".join(told_price(price) for price in offer.made.values())
    return Detail(f"{offer.sku} price", told_prices(offer), after)


def _changed(before: Any, after: Any, path: str = "") -> Iterator[Detail]:
    if before is None or after is None:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                inside = f"{path}.{name}" if path else name
                one, two = before.get(name), after.get(name)
                if isinstance(one, Mapping) and isinstance(two, Mapping):
                    yield from _changed(one, two, inside)
                else:
                    yield Detail(inside, _short(one), _short(two))
        return
    if before != after:
        yield Detail(path, _short(before), _short(after))


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = str(value) if isinstance(value, str | int | Decimal) else f"{len(value)} entries"
    return text if len(text) <= _SHOWN_TEXT else text[: _SHOWN_TEXT - 1] + "…"
