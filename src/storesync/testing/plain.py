"""The driver of the sandbox's plain platform: the shortest whole driver, and the engine's test pilot."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Literal, TypeVar

from attrs import evolve, field, frozen

import storesync.driver as sd

__all__ = ["Account", "plain_driver"]


T = TypeVar("T")


@frozen(kw_only=True)
class Account:
    """An account of the plain platform."""

    app: str = field(metadata=sd.APP)
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    pin: str = field(default="", repr=False)
    expires: datetime | None = field(default=None, metadata=sd.EXPIRES)


_STATUS: Final[Mapping[str, sd.Status]] = {
    "live": sd.Status.LIVE,
    "hidden": sd.Status.HIDDEN,
    "in_review": sd.Status.IN_REVIEW,
}


def _render(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
    text = next(iter(listing.texts.values()), sd.Copy(""))
    return {
        "title": text.title,
        "text": text.description,
        "images": [image.ref for image in listing.images],
    }


def _rows(offers: Mapping[str, sd.Offer], skus: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"sku": sku, "price": str(offers[sku].price.sale.amount), "stock": offers[sku].stock} for sku in skus
    ]


def _ref(part: sd.Part) -> sd.Ref:
    return sd.Ref(part.id("id"), part.ids("variants", "sku", "id"))


def _create(by: str, steps: int, shop: sd.Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
    if new.found is not None:
        ref = new.found
    else:
        body = {"key": new.key, **new.content}
        if steps == 1:
            body["variants"] = _rows(new.offers, list(new.offers))
        if by == "address":
            made = yield sd.request("PUT", f"/listings/{new.key}", json=body)
        else:
            made = yield sd.request(
                "POST",
                "/listings",
                json=body,
                headers={"idempotency-key": new.token} if by == "key" else None,
            )
        with sd.made(sd.Ref(made.id("id"))):
            ref = _ref(made)
    there = [sku for sku in new.offers if sku in ref.skus]
    missing = [sku for sku in new.offers if sku not in ref.skus]
    if missing:
        with sd.made(ref):
            body = {"variants": _rows(new.offers, missing)}
            made = yield sd.request("POST", f"/listings/{ref.listing}/variants", json=body, after=1)
            ref = _ref(made)
    with sd.made(ref):
        for sku, id_ in (new.found.skus if new.found is not None else {}).items():
            if sku not in new.offers:
                yield sd.request("DELETE", f"/listings/{ref.listing}/variants/{id_}")
        if new.found is not None:
            # What was found may have been made from an older document.
            yield sd.request("PATCH", f"/listings/{ref.listing}", json=new.content)
            yield from _set(ref, new.offers)
        elif there and steps == 2:
            # What an address has already may have been made with older offers, which the document does not carry.
            yield from _set(ref, {sku: new.offers[sku] for sku in there})
        if new.found is not None or steps == 2:
            yield sd.request("DELETE", f"/listings/{ref.listing}/hidden")
    ref = evolve(ref, skus={sku: id_ for sku, id_ in ref.skus.items() if sku in new.offers})
    return sd.Receipt(ref)


def _set(ref: sd.Ref, offers: Mapping[str, sd.Offer]) -> sd.Flow[None]:
    prices = [{"sku": sku, "price": str(offer.price.sale.amount)} for sku, offer in offers.items()]
    yield sd.request("PUT", f"/listings/{ref.listing}/prices", json={"rows": prices})
    stock = [{"sku": sku, "stock": offer.stock} for sku, offer in offers.items()]
    yield sd.request("PUT", f"/listings/{ref.listing}/stock", json={"rows": stock})


def _update(shop: sd.Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
    ref = change.ref
    if change.touched(*change.after):
        yield sd.request("PATCH", f"/listings/{ref.listing}", json=change.after)
    for sku in change.removed:
        yield sd.request("DELETE", f"/listings/{ref.listing}/variants/{ref.skus[sku]}")
    if change.added:
        body = {"variants": _rows(change.offers, change.added)}
        made = yield sd.request("POST", f"/listings/{ref.listing}/variants", json=body)
        ref = _ref(made)
    else:
        ref = evolve(ref, skus={sku: id_ for sku, id_ in ref.skus.items() if sku not in change.removed})
    return sd.Receipt(ref)


def _asked(write: Callable[[sd.Shop, T], sd.Flow[sd.Receipt]], shop: sd.Shop, what: T) -> sd.Flow[sd.Receipt]:
    """The same write on a market that decides later: its receipt is a ticket."""
    receipt = yield from write(shop, what)
    return evolve(receipt, ticket=sd.Ticket("review", receipt.ref.listing) if receipt.ref else None)


def _poll(shop: sd.Shop, ticket: sd.Ticket) -> sd.Flow[sd.Verdicts]:
    seen = yield sd.get(f"/listings/{ticket.id}")
    status = _STATUS.get(seen.text("status"), sd.Status.UNKNOWN)
    if status not in (sd.Status.LIVE, sd.Status.HIDDEN):
        return {}
    return {seen.text("key"): sd.Receipt(_ref(seen), status)}


def _offers(
    part: Literal["prices", "stock", "offers"], shop: sd.Shop, changes: Sequence[sd.OfferChange]
) -> sd.Flow[sd.Verdicts]:
    rows = [
        {"sku": c.sku}
        | ({"price": str(c.offer.price.sale.amount)} if part != "stock" else {})
        | ({"stock": c.offer.stock} if part != "prices" else {})
        for c in changes
    ]
    done = yield sd.request("PUT", f"/listings/{changes[0].ref.listing}/{part}", json={"rows": rows})
    taken = done.at("done", list)
    verdicts: dict[str, sd.Receipt | sd.Fault] = {c.sku: sd.DONE for c in changes if c.sku in taken}
    return verdicts | {row.id("sku"): sd.NotFound(row.text("code")) for row in done.each("refused")}


def _hide(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    yield sd.request("PUT", f"/listings/{ref.listing}/hidden", json={})
    return sd.Receipt(ref, sd.Status.HIDDEN)


def _show(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    yield sd.request("DELETE", f"/listings/{ref.listing}/hidden")
    return sd.Receipt(ref)


def _end(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    yield sd.request("DELETE", f"/listings/{ref.listing}")
    return sd.Receipt(ref, sd.Status.ENDED)


def _find(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    seen = yield sd.get("/listings", params={"key": sought.key})
    return [_ref(row) for row in seen.each("listings") if row.text("key") == sought.key]


def _observe(shop: sd.Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    found = {}
    for ref in refs:
        try:
            seen = yield sd.get(f"/listings/{ref.listing}")
        except sd.NotFound:
            continue
        if seen.id("id") != ref.listing:
            raise sd.Malformed("shape", f"asked for listing {ref.listing}, told of {seen.id('id')}")
        found[ref.listing] = _observed(shop.market, seen)
    return found


def _observed(market: sd.Market, seen: sd.Part) -> sd.Observed:
    rows = seen.each("variants")
    return sd.Observed(
        _ref(seen),
        _STATUS.get(seen.text("status"), sd.Status.UNKNOWN),
        offers={row.text("sku"): _offer(market, row) for row in rows if row.text("sku")},
        texts={"title": seen.text("title")},
        variants={
            row.id("id"): sd.Seen(row.text("sku"), row.text("barcode"), row.text("name")) for row in rows
        },
        version=seen.text("version"),
    )


def _listings(shop: sd.Shop, cursor: str | None) -> sd.Flow[sd.Page]:
    """One page of the shop, oldest listings first; the cursor is how many came before."""
    got = yield sd.get("/listings", params={"from": cursor or "0"})
    rows = [(row.text("key"), _observed(shop.market, row)) for row in got.each("listings")]
    return sd.Page(tuple(rows), got.text("next") or None)


def _offer(market: sd.Market, row: sd.Part) -> sd.Offer:
    stock = row.whole("stock")
    if stock < 0:
        raise sd.Malformed("shape", f"{row.text('sku')} has a stock of {stock}")
    price = sd.Price(sd.Money(row.decimal("price"), market.currency))
    return sd.Offer(row.text("sku"), {market.code: price}, stock)


def _upload(shop: sd.Shop, media: sd.Media) -> sd.Flow[str]:
    kept = yield sd.request("POST", "/files", files={"file": media}, effect=sd.Effect.SET)
    return kept.id("file")


def _refresh(account: Account) -> sd.Flow[Account]:
    new = yield sd.request("POST", "/token", json={"refresh": account.refresh}, auth="none")
    ends = new.received + timedelta(seconds=new.at("seconds", int))
    return evolve(account, access=new.at("access", str), refresh=new.at("refresh", str), expires=ends)


def _sign(request: sd.Request, account: Account, now: datetime) -> sd.Request:
    if request.auth == "none":
        return request
    pin = b64encode(f"{account.app}:{account.pin}".encode()).decode()
    basic = {"authorization": f"Basic {pin}"} if account.pin else {}
    return request.with_headers({"x-token": account.access, **basic})


_ERRORS = sd.ErrorTable(
    "error.code",
    (
        sd.Rule("slow_down", sd.Throttled),
        sd.Rule("day_over", sd.Denied, resets="00:00+08:00"),
        sd.Rule("token_expired", sd.AuthExpired),
        sd.Rule("busy", sd.Transient),
        sd.Rule("not_ready", sd.Transient, untouched=True),
        sd.Rule("duplicate", sd.Duplicate),
        sd.Rule("not_found", sd.NotFound),
        sd.Rule("refresh_spent", sd.Denied),
        sd.Rule("unknown_image", sd.UnknownMedia),
    ),
)


def _daily(calls: int | None) -> tuple[sd.Quota, ...]:
    return () if calls is None else (sd.Quota(calls, 86_400, scope="app", resets="00:00+08:00"),)


def plain_driver(
    *,
    by: Literal["address", "key", "unique", "search", "none"] = "search",
    steps: Literal[1, 2] = 1,
    lag: float = 0.0,
    late: float = 0.0,
    review: float = 0.0,
    quota: int = 10_000,
    daily: int | None = None,
    together: bool = False,
    keeps: float | None = None,
    finds: bool = True,
) -> sd.Driver[Account, sd.Shop]:
    """A driver for the plain platform that recognizes its creates `by` this identity.

    `quota` calls a second and `daily` a day are what it declares. With `review` the market decides on documents later,
    and is first asked after so many seconds. `together`: it takes prices and stock in one call, which always carries
    both. It remembers a request token for `keeps` seconds, and has a search unless it `finds` nothing.
    """
    reads = finds and by != "none"
    create = partial(_create, by, steps)
    return sd.Driver(
        spec=sd.Spec(
            name="plain",
            title="Plain",
            hosts={"sandbox": {"api": "https://plain.sandbox.invalid"}},
            source=sd.Source("storesync.sandbox.plain", "2026-11"),
            markets=("CN",),
            currencies={"CNY": 2},
            identity=sd.Identity(by, lag=lag, late=late, keeps=keeps),
            variants=sd.Variants(axes=2, max=50, can=frozenset({"add", "remove"})),
            batches={
                **dict.fromkeys(("offers",) if together else ("prices", "stock"), sd.Batch(20)),
                "observe": sd.Batch(10, "channel"),
            },
            quotas={"default": (sd.Quota(quota), *_daily(daily))},
            fields={"title": "title"},
            review=timedelta(seconds=review),
            in_review=frozenset({"stock", "prices", "hide"}) if review else frozenset(),
        ),
        account=Account,
        shop=sd.Shop,
        render=_render,
        classify=_ERRORS,
        create=partial(_asked, create) if review else create,
        update=partial(_asked, _update) if review else _update,
        poll=_poll if review else None,
        prices=None if together else partial(_offers, "prices"),
        stock=None if together else partial(_offers, "stock"),
        offers=partial(_offers, "offers") if together else None,
        hide=_hide,
        show=_show,
        end=_end,
        find=_find if reads else None,
        observe=_observe,
        listings=_listings,
        upload=_upload,
        refresh=_refresh,
        sign=_sign,
    )
