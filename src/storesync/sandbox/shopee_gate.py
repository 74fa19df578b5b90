"""Shopee's gate: path signatures, tokens, envelopes and error words (notes, sections 2, 3, 4 and 7)."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import orjson
from attrs import frozen

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import NO_SHOP, Answer, Call, Refusal, fingerprint
from storesync.sandbox.faults import Fault
from storesync.sandbox.invented import Table
from storesync.sandbox.records import DELETED, Listing

PREFIX = "/api/v2/"
CLOCK = timedelta(minutes=5)
COMMON = frozenset({"partner_id", "timestamp", "sign", "access_token", "shop_id", "merchant_id"})
PUBLIC = frozenset({"auth/token/get", "auth/access_token/get", "media_space/upload_image"})
HEADERS = {"content-type": "application/json"}


@frozen(kw_only=True)
class Terms:
    """What an emulated Shopee shop sells under: its table, price rules and limits.

    VN takes whole prices only, and its dearest variant may cost 5 times the cheapest [D]. Title, description
    and price limits are the VN values from memory [U]; tier name 14 and option 20 are the samples of the
    specification [S] and hold every option of the sample catalog (longest: 19).
    """

    table: Table
    decimals: bool = False
    spread: int = 5
    models: int = 50
    name: tuple[int, int] = (10, 120)
    description: tuple[int, int] = (20, 5_000)
    images: tuple[int, int] = (1, 9)
    price: tuple[int, int] = (1_000, 120_000_000)
    stock: int = 999_999
    tier_name: int = 14
    tier_option: int = 20
    items: int = 100_000
    warehouses: tuple[str, ...] = ()


Run = Callable[[Terms, Market, Shop, Call], Answer]


def sign(key: str, *parts: str) -> str:
    """Lower-case HMAC-SHA256 over the parts without separators; the key is text, not hex."""
    return hmac.digest(key.encode(), "".join(parts).encode(), "sha256").hex()


def push_signature(key: str, url: str, body: bytes) -> str:
    """The Authorization header of a push: HMAC-SHA256 over the callback address, a bar and the raw body."""
    return hmac.digest(key.encode(), url.encode() + b"|" + body, "sha256").hex()


def route(methods: Mapping[str, str], call: Call) -> str | Answer:
    """The operation after /api/v2/; a wrong HTTP method is refused like an unknown path."""
    name = call.path.removeprefix(PREFIX)
    if name == call.path or methods.get(name) != call.method:
        return error(None, "error_not_found", "Request path or method is not found.", status=404)
    return name


def verify(market: Market, operation: str, call: Call) -> Shop | Answer:
    """Admit a call: partner, clock, signature, token, its shop, quota."""
    args = call.args
    partner = args.get("partner_id", "")
    app = market.apps.get(partner)
    if app is None:
        return error(market, "invalid_partner_id", "Invalid partner_id.", status=403)
    stamp = args.get("timestamp", "")
    if not stamp.isdigit():
        return error(market, "error_param", "Invalid timestamp", status=403)
    if abs(int(stamp) - market.time().timestamp()) > CLOCK.total_seconds():
        return error(market, "error_param", "Timestamp is expired.", status=403)
    access, number = args.get("access_token", ""), args.get("shop_id", "")
    public = operation in PUBLIC
    base = (partner, call.path, stamp) if public else (partner, call.path, stamp, access, number)
    if not hmac.compare_digest(args.get("sign", "").encode(), sign(app.secret, *base).encode()):
        return error(market, "error_sign", "Wrong sign.", status=403)
    shop = NO_SHOP
    if not public:
        known = market.shops.get(number)
        if known is None:
            return error(market, "error_param", "Invalid shop_id.", status=403)
        token = known.tokens.get(access)
        if token is None or token.app != partner or token.expires <= market.time():
            return error(
                market, "invalid_acceess_token", "Invalid access_token, please have a check.", status=403
            )
        shop = known
    refused = market.take(partner, shop.id)
    if refused is None:
        return shop
    limit, seconds = refused
    if limit == "daily":
        return error(market, "error_limit", "Exceed partner api daily limit.", status=429)
    return throttle(market, seconds)


def throttle(market: Market | None, seconds: int | None) -> Answer:
    """The burst limit's answer; with Retry-After when seconds are told.

    assumption: status 429 and its header; the notes leave the HTTP status of failures open.
    """
    headers = HEADERS if seconds is None else {**HEADERS, "retry-after": str(seconds)}
    return error(market, "error_rate_limit", "Your request is too frequent.", status=429, headers=headers)


def fault(injected: Fault, operation: str, call: Call) -> Answer:
    """An injected fault in Shopee's words."""
    match injected.name:
        case "throttle":
            return throttle(None, 1 if injected.shape == "told" else None)
        case "token_expired":
            return error(
                None, "invalid_acceess_token", "Invalid access_token, please have a check.", status=403
            )
        case "refuse":
            return error(None, "product.error_busi", "The product violates a rule of the platform.")
        case _:
            return error(None, "error_inner", "Our system is taking some time to respond, please try later.")


def expire(market: Market, call: Call) -> None:
    """Make an injected expiry real: the token of this call ends now."""
    shop = market.shops.get(call.args.get("shop_id", ""))
    token = None if shop is None else shop.tokens.get(call.args.get("access_token", ""))
    if token is not None:
        token.expires = min(token.expires, market.time())


def digest(call: Call) -> str:
    """What two deliveries of one request share: path, business query and body."""
    return fingerprint(call.path, sorted(item for item in call.query if item[0] not in COMMON), call.body)


def reply(market: Market, response: Mapping[str, Any] | Sequence[Any] | None = None, **top: Any) -> Answer:
    """A success: `response` in the envelope, or fields at top level for the token calls."""
    body: dict[str, Any] = {
        "error": "",
        "message": "",
        "warning": "",
        "request_id": request_id(market),
        **top,
    }
    if response is not None:
        body["response"] = response
    return Answer(200, orjson.dumps(body), HEADERS)


def error(
    market: Market | None, code: str, message: str, *, status: int = 200, headers: Mapping[str, str] = HEADERS
) -> Answer:
    """A refusal: error code and message, at HTTP 200 unless told otherwise."""
    # assumption: business errors come with 200, authorization with 403; the notes leave the status open
    number = request_id(market) if market is not None else "0f1einjected"
    body = {"error": code, "message": message, "request_id": number}
    return Answer(status, orjson.dumps(body), headers, code)


def refuse(market: Market, code: str, message: str) -> NoReturn:
    """End an operation with a business error."""
    raise Refusal(error(market, code, message))


def request_id(market: Market) -> str:
    """A request id like Shopee's, never the same twice."""
    return f"0f1e{market.serial():08x}"


def body_of(market: Market, call: Call) -> dict[str, Any]:
    """The JSON object of a POST; anything else is a parameter error."""
    if not isinstance(call.json, dict):
        refuse(market, "error_param", "Wrong parameters, detail: body is not a json object.")
    return call.json


def number(market: Market, value: Any, name: str) -> int:
    """A whole number, given as such or as digits in a query; a bool or a fraction is a parameter error."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(market, "error_param", f"Wrong parameters, detail: {name} is invalid.")
    return value


def rows(market: Market, value: Any, name: str, most: int) -> list[dict[str, Any]]:
    """A list of 1 to `most` objects."""
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= most
        or not all(isinstance(row, dict) for row in value)
    ):
        refuse(market, "error_param", f"Wrong parameters, detail: {name} must hold 1 to {most} rows.")
    return value


def price_fault(terms: Terms, value: Any) -> str:
    """Why a price cannot be taken, as an error code; empty when it can.

    assumption: fractions are refused where the market takes integers; Shopee itself rounds them [D], which
    would hide a driver's mistake.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "error_invalid_price"
    if not terms.decimals and value != int(value):
        return "error_invalid_price"
    if value < terms.price[0]:
        return "error_price_exceed_min_limitt"
    return "error_price_exceed_max_limitt" if value > terms.price[1] else ""


def money(terms: Terms, market: Market, value: Any) -> Decimal:
    """A price within the shop's rules."""
    wrong = price_fault(terms, value)
    if wrong:
        refuse(market, wrong, f"original_price {value} is invalid.")
    return Decimal(str(value))


def check_spread(terms: Terms, market: Market, prices: Sequence[Decimal]) -> None:
    """Refuse variants whose dearest costs more than the allowed times the cheapest."""
    # Fractions: the host's decimal context has no say in what a market refuses.
    if prices and Fraction(max(prices)) > terms.spread * Fraction(min(prices)):
        # assumption: the code; the rule is [D], its error is not named
        refuse(market, "error_price_out_of_range", f"The price ratio of variations exceeds {terms.spread}.")


def stock_of(terms: Terms, market: Market, value: Any) -> int:
    """The total of `seller_stock` rows; shops with warehouses must name one per row."""
    total = 0
    for row in rows(market, value, "seller_stock", 50):
        count = row.get("stock")
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= terms.stock:
            refuse(market, "error_param", f"Wrong parameters, detail: stock {count} is invalid.")
        place = row.get("location_id", "")
        if (terms.warehouses or place) and place not in terms.warehouses:
            refuse(market, "error_param", f"Wrong parameters, detail: location_id {place!r} is invalid.")
        total += count
    return total


def owned(market: Market, shop: Shop, value: Any) -> Listing:
    """The shop's listing by id; a deleted or unknown one is not found."""
    listing = market.get(number(market, value, "item_id"))
    if listing is None or listing.status == DELETED:
        refuse(market, "error_item_not_found", "Item not found.")
    if listing.shop != shop.id:
        refuse(market, "error_item_not_belong_shop", "Item does not belong to this shop.")
    return listing
