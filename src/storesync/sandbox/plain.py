"""An invented platform with as little of its own as possible: the engine is judged on it, identity by identity.

`Manners` choose what real platforms differ in: whether a key is an address, is honored, is unique, or is
nothing but a search word; whether a listing is made in one step or in two; whether it is decided later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

import orjson
from attrs import evolve, frozen

from storesync.sandbox.access import NASTY, App, Refresh, Shop
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import (
    AUTH,
    CREATE,
    EXTEND,
    READ,
    UPLOAD,
    WRITE,
    Answer,
    Call,
    Dialect,
    Operation,
    Refusal,
    fingerprint,
)
from storesync.sandbox.faults import Fault
from storesync.sandbox.quota import Quota
from storesync.sandbox.records import HIDDEN, Listing, Sku

__all__ = ["ACCESS", "APP", "HOST", "PIN", "REFRESH", "SHOP", "Manners", "market_plain", "reworded"]

APP, SHOP, HOST = "plain-app", "plain-shop", "plain.sandbox.invalid"
ACCESS, REFRESH = f"sandbox0access0plain{NASTY}", f"sandbox0refresh0plain{NASTY}é"  # a header has no é
PIN = "8041263975"
"""A credential that is a number, as the password of a merchant often is."""
_ACCESS_SECONDS = 3_600.0
_PAGE = 100  # listings of one page


@frozen(kw_only=True)
class Manners:
    """What this platform does with a key, and in how many steps a listing is made.

    A request token is remembered for `keeps` seconds from its first use, None for ever; a spent refresh token is taken
    again for `grace` seconds. One that `rewords` shows each title that it is told in its own way.
    """

    by: Literal["address", "key", "unique", "search", "none"] = "search"
    steps: Literal[1, 2] = 1
    keeps: float | None = None
    grace: float = 0.0
    rewords: bool = False


def reworded(title: str) -> str:
    """A title in this platform's own way."""
    return title.upper()


def _title(manners: Manners, told: object) -> str:
    return reworded(str(told)) if manners.rewords else str(told)


Run = Callable[[Manners, Market, Shop, Call], Answer]


def _reply(body: Mapping[str, Any], status: int = 200, outcome: str = "ok") -> Answer:
    return Answer(status, orjson.dumps(body), outcome=outcome)


def _error(code: str, status: int, **more: Any) -> Answer:
    return _reply({"error": {"code": code, **more}}, status, code)


def _body(call: Call) -> dict[str, Any]:
    body = call.json
    if not isinstance(body, dict):
        raise Refusal(_error("bad_body", 400))
    return body


def _listing(market: Market, shop: Shop, call: Call) -> Listing:
    found = market.get(int(call.path.split("/")[2]))
    if found is None or not found.alive or found.shop != shop.id:
        raise Refusal(_error("not_found", 404))
    return found


def _check_images(market: Market, body: Mapping[str, Any]) -> None:
    """Pictures must have been uploaded before."""
    if any(image not in market.files for image in body.get("images", [])):
        raise Refusal(_error("unknown_image", 422))


def _skus(market: Market, rows: list[dict[str, Any]]) -> list[Sku]:
    return [
        Sku(id=market.next_sku(), code=row["sku"], price=Decimal(row["price"]), stock=int(row["stock"]))
        for row in rows
    ]


def _told(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.id,
        "key": listing.key,
        "status": listing.status,
        "title": listing.title,
        "version": fingerprint(listing.title, listing.content.get("text"), listing.content.get("images")),
        "variants": [
            {
                "id": sku.id,
                "sku": sku.code,
                "price": str(sku.price),
                "stock": sku.stock,
                **{name: sku.more[name] for name in ("barcode", "name") if sku.more.get(name)},
            }
            for sku in listing.skus.values()
        ],
    }


def _create(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    body = _body(call)
    key = body["key"]
    _check_images(market, body)
    token = call.headers.get("idempotency-key", "")
    same = [item for item in market.alive(key) if item.shop == shop.id]
    if manners.by == "key" and (made := _honored(manners, market, token)) is not None:
        return _reply(_told(made))
    if manners.by == "address" and same:
        listing = same[0]
        listing.title, listing.content = _title(manners, body["title"]), dict(body)
        for row in body.get("variants", ()):
            if (sku := listing.sku(row["sku"])) is not None:
                sku.price, sku.stock = Decimal(row["price"]), row["stock"]
        market.changed(listing, content=True)
        return _reply(_told(listing))
    if manners.by == "unique" and same:
        return _error("duplicate", 409)
    rows = body.get("variants", []) if manners.steps == 1 else []
    listing = market.create(
        shop=shop.id,
        key=key,
        title=_title(manners, body["title"]),
        category="",
        price=Decimal(0),
        stock=0,
        status=HIDDEN if manners.steps == 2 else "live",
        content=dict(body),
        skus=_skus(market, rows),
    )
    if token:
        market.honored[token] = (market.time(), listing.id)
    return _reply(_told(listing))


def _honored(manners: Manners, market: Market, token: str) -> Listing | None:
    """What was made under this token, also when it is gone since, as long as the market remembers it."""
    used, made = market.honored.get(token, (None, 0))
    if used is None:
        return None
    if manners.keeps is not None and market.time() >= used + timedelta(seconds=manners.keeps):
        return None
    return market.listings[made]


def _extend(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    listing = _listing(market, shop, call)
    if not market.extendable(listing):
        return _error("not_ready", 409)
    rows = [row for row in _body(call)["variants"] if listing.sku(row["sku"]) is None]
    if len(rows) != len(_body(call)["variants"]):
        return _error("duplicate_variant", 409)
    for sku in _skus(market, rows):
        listing.skus[sku.id] = sku
    market.changed(listing)
    return _reply(_told(listing))


def _remove(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    listing = _listing(market, shop, call)
    listing.skus.pop(int(call.path.split("/")[4]), None)
    market.changed(listing)
    return _reply(_told(listing))


def _change(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    listing = _listing(market, shop, call)
    body = _body(call)
    _check_images(market, body)
    listing.content = {**listing.content, **body}
    listing.title = _title(manners, listing.content["title"])
    market.changed(listing, content=True)
    return _reply(_told(listing))


def _offers(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    """New prices, new stock or both: what a row has, and always both where the platform takes them in one call."""
    listing = _listing(market, shop, call)
    done, refused = [], []
    for row in _body(call)["rows"]:
        sku = listing.sku(row["sku"])
        if sku is None:
            refused.append({"sku": row["sku"], "code": "unknown_sku"})
            continue
        if "price" in row:
            sku.price = Decimal(row["price"])
        if "stock" in row:
            sku.stock = int(row["stock"])
        done.append(row["sku"])
    market.changed(listing)
    return _reply({"done": done, "refused": refused})


def _shelf(manners: Manners, market: Market, shop: Shop, call: Call, *, action: str) -> Answer:
    listing = _listing(market, shop, call)
    {"hide": market.hide, "show": market.show, "end": market.end}[action](listing)
    return _reply({"id": listing.id})


def _search(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    if "key" in call.args:
        found = market.with_key(shop.id, call.args["key"])
        return _reply({"listings": [_told(item) for item in found]})
    alive = [item for item in market.listed(shop.id) if item.alive]
    start = int(call.args.get("from", "0"))
    page = {"listings": [_told(item) for item in alive[start : start + _PAGE]]}
    more = {"next": str(start + _PAGE)} if start + _PAGE < len(alive) else {}
    return _reply(page | more)


def _get(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    return _reply(_told(_listing(market, shop, call)))


def _upload(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    (part,) = call.parts
    name = f"f{market.serial()}"
    market.store(
        shop=shop.id, file=name, url=f"https://{HOST}/{name}", name=part.name, type=part.type, data=part.data
    )
    return _reply({"file": name})


def _refreshes(given: Refresh, now: datetime, grace: float) -> bool:
    return given.spent is None or now <= given.spent + timedelta(seconds=grace)


def _refresh(manners: Manners, market: Market, shop: Shop, call: Call) -> Answer:
    owner = market.shop(SHOP)
    given = owner.refreshes.get(str(_body(call).get("refresh", "")))
    if given is None or not _refreshes(given, market.time(), manners.grace):
        return _error("refresh_spent", 401)
    given.used, given.spent = True, given.spent or market.time()
    number = market.serial()
    access, refresh = f"{ACCESS}0{number}", f"{REFRESH}0{number}"
    market.grant(app=APP, shop=SHOP, access=access, seconds=_ACCESS_SECONDS)
    market.grant_refresh(app=APP, shop=SHOP, token=refresh, seconds=30 * 86_400)
    return _reply({"access": access, "refresh": refresh, "seconds": int(_ACCESS_SECONDS)})


_OPERATIONS: Mapping[str, tuple[str, Run]] = {
    "create": (CREATE, _create),
    "put": (CREATE, _create),
    "extend": (EXTEND, _extend),
    "remove": (WRITE, _remove),
    "change": (WRITE, _change),
    "prices": (WRITE, _offers),
    "stock": (WRITE, _offers),
    "offers": (WRITE, _offers),
    "hide": (WRITE, partial(_shelf, action="hide")),
    "show": (WRITE, partial(_shelf, action="show")),
    "end": (WRITE, partial(_shelf, action="end")),
    "search": (READ, _search),
    "get": (READ, _get),
    "upload": (UPLOAD, _upload),
    "refresh": (AUTH, _refresh),
}
_ROUTES: Mapping[tuple[str, int, str], str] = {
    ("POST", 2, "listings"): "create",
    ("PUT", 3, "listings"): "put",
    ("GET", 2, "listings"): "search",
    ("GET", 3, "listings"): "get",
    ("PATCH", 3, "listings"): "change",
    ("DELETE", 3, "listings"): "end",
    ("POST", 4, "variants"): "extend",
    ("DELETE", 5, "variants"): "remove",
    ("PUT", 4, "prices"): "prices",
    ("PUT", 4, "stock"): "stock",
    ("PUT", 4, "offers"): "offers",
    ("PUT", 4, "hidden"): "hide",
    ("DELETE", 4, "hidden"): "show",
    ("POST", 2, "files"): "upload",
    ("POST", 2, "token"): "refresh",
}


def _route(call: Call) -> str | Answer:
    steps = call.path.split("/")
    last = steps[3] if len(steps) > 3 else steps[1]
    return _ROUTES.get((call.method, len(steps), last)) or _error("no_route", 404)


def _verify(market: Market, name: str, call: Call) -> Shop | Answer:
    shop = market.shop(SHOP)
    if name == "refresh":
        return shop
    token = shop.tokens.get(call.headers.get("x-token", ""))
    if token is None or token.expires <= market.time():
        return _error("token_expired", 401)
    refused = market.take(APP, SHOP)
    if refused is None:
        return shop
    if refused[0] == "daily":
        return _error("day_over", 403)
    answer = _error("slow_down", 429)
    told = {"retry-after": str(refused[1])} if market.behavior.quota.told else {}
    return evolve(answer, headers={**answer.headers, **told})


def _fault(fault: Fault, name: str, call: Call) -> Answer:
    match fault.name:
        case "throttle":
            told = {"retry-after": "1"} if fault.shape == "told" else {}
            body = orjson.dumps({"error": {"code": "slow_down"}})
            return Answer(429, body, {"content-type": "application/json", **told}, "slow_down")
        case "refuse":
            return _error("refused", 422)
        case "token_expired":
            return _error("token_expired", 401)
        case _:
            return _error("busy", 503)


def _expire(market: Market, call: Call) -> None:
    market.expire_tokens(SHOP)


def _digest(call: Call) -> str:
    return fingerprint(call.method, call.path, call.query_string, call.body)


def market_plain(
    now: Callable[[], datetime],
    *,
    manners: Manners = Manners(),
    search_lag: float = 0.0,
    extend_lag: float = 0.0,
    review_delay: float = 0.0,
    quota: Quota | None = None,
) -> tuple[Market, Dialect]:
    """The plain market with one shop open and its example tokens granted; delays in seconds."""
    behavior = Behavior(
        search_lag=search_lag,
        extend_lag=extend_lag,
        review_delay=review_delay,
        quota=quota or Quota(rate=10_000.0, burst=10_000),
    )
    market = Market(name="plain", now=now, behavior=behavior)
    market.add_app(App(key=APP, secret="sandbox0secret0plain"))
    market.add_shop(Shop(id=SHOP, name="Plain", region="CN", currency="CNY"))
    market.grant(app=APP, shop=SHOP, access=ACCESS, seconds=_ACCESS_SECONDS)
    market.grant_refresh(app=APP, shop=SHOP, token=REFRESH, seconds=30 * 86_400)
    dialect = Dialect(
        name="plain",
        route=_route,
        verify=_verify,
        operations={
            name: Operation(kind, partial(run, manners)) for name, (kind, run) in _OPERATIONS.items()
        },
        fault=_fault,
        expire=_expire,
        absent={"get": _error("not_found", 404)},
        digest=_digest,
    )
    return market, dialect
