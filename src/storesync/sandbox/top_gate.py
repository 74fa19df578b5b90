"""TOP's gate: signatures, the order of checks, envelopes and error words (notes, sections 2, 3, 5 and 15)."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NoReturn

import orjson
from attrs import Factory, frozen

from storesync.sandbox.access import EAST8, Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import Answer, Call, Refusal, fingerprint
from storesync.sandbox.faults import Fault
from storesync.sandbox.invented import Category, Table
from storesync.sandbox.records import DELETED, Listing
from storesync.sandbox.top_check import Finding
from storesync.sandbox.top_rules import category_id

PATH = "/router/rest"
CLOCK = timedelta(minutes=10)
UNKNOWN = "unknown"
COMMON = frozenset(
    {"app_key", "session", "timestamp", "format", "v", "sign_method", "sign", "simplify", "partner_id"}
)
MESSAGES: Mapping[int, str] = {
    7: "App Call Limited",
    11: "Insufficient isv permissions",
    15: "Remote service error",
    21: "Missing method",
    22: "Invalid method",
    23: "Invalid format",
    24: "Missing signature",
    25: "Invalid signature",
    26: "Missing session",
    27: "Invalid session",
    28: "Missing app key",
    29: "Invalid app key",
    30: "Missing timestamp",
    31: "Invalid timestamp",
    32: "Missing version",
    33: "Invalid version",
    40: "Missing required arguments",
    41: "Invalid arguments",
}


@frozen(kw_only=True)
class Terms:
    """What an emulated Tmall shop sells under: its table of categories and the platform's switches.

    `unique_product` refuses a second listing of the same category, brand and title as TOP refuses a
    duplicate SPU; `allow_new` is the permission to mark new arrivals (is_xinpin); `denied` methods are not
    in the app's permission package; `single_as_object` delivers one-element lists as a bare object.
    """

    table: Table
    unique_product: bool = False
    allow_new: bool = True
    denied: frozenset[str] = frozenset()
    single_as_object: bool = False
    categories: Mapping[str, Category] = Factory(
        lambda self: {category_id(item): item for item in self.table.categories}, takes_self=True
    )


def sign(secret: str, params: Mapping[str, str]) -> str:
    """The signature TOP expects, by the request's own sign_method; unknown methods sign to nothing."""
    text = "".join(
        f"{name}{params[name]}" for name in sorted(params) if name != "sign" and name and params[name]
    )
    match params.get("sign_method"):
        case "md5":
            return hashlib.md5(f"{secret}{text}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
        case "hmac":
            return hmac.digest(secret.encode(), text.encode(), "md5").hex().upper()
        case "hmac-sha256":
            return hmac.digest(secret.encode(), text.encode(), "sha256").hex().upper()
        case _:
            return ""


def route(methods: Mapping[str, object], call: Call) -> str | Answer:
    """The operation named by `method`; an unknown one goes through the gate first and is refused there."""
    if call.path != PATH or call.method not in ("POST", "GET"):
        return Answer(
            404, b"<html><body>404 Not Found</body></html>", {"content-type": "text/html"}, "not found"
        )
    method = call.params.get("method", "")
    return method if method in methods else UNKNOWN


def verify(terms: Terms, market: Market, operation: str, call: Call) -> Shop | Answer:
    """Admit a call in TOP's order of checks: app key, time, version, method, sign, session, right, quota."""
    params = call.params
    app = market.apps.get(params.get("app_key", ""))
    if app is None:
        return error(market, 29 if params.get("app_key") else 28, "isv.appkey-not-exists")
    moment = _moment(params.get("timestamp", ""))
    if moment is None or abs(moment - market.time()) > CLOCK:
        return error(market, 31 if params.get("timestamp") else 30)
    if params.get("v") != "2.0":
        return error(market, 33 if params.get("v") else 32)
    if operation == UNKNOWN:
        return error(market, 22 if params.get("method") else 21)
    if params.get("format") != "json":
        # the default is XML, which this emulator does not speak
        return error(market, 23)
    given = params.get("sign", "")
    if not given or not hmac.compare_digest(given.encode(), sign(app.secret, params).encode()):
        return error(market, 25 if given else 24, "isv.invalid-signature")
    session = params.get("session", "")
    if not session:
        return error(market, 26, "isv.missing-session")
    shop = token = None
    for shop in market.shops.values():
        token = shop.tokens.get(session)
        if token is not None:
            break
    if shop is None or token is None or token.app != app.key:
        return error(market, 27, "invalid-sessionkey", "SessionKey 非法")
    if token.expires <= market.time():
        return error(market, 27, "session-expired", "SessionKey 已过期")
    if operation in terms.denied:
        return error(market, 11, "isv.permission-api-package-limit", "scope ids are not enough")
    refused = market.take(app.key, shop.id)
    if refused is None:
        return shop
    limit, seconds = refused
    if limit == "daily":
        return error(
            market, 7, "accesscontrol.limited-by-app-access-count", "This ban will last until 00:00 GMT+8"
        )
    return throttle(market, seconds)


def _moment(text: str) -> datetime | None:
    if text.isdigit() and len(text) == 13:
        # the official Python SDK sends epoch milliseconds [S]
        return datetime.fromtimestamp(int(text) / 1000, EAST8)
    if len(text) != 19 or text[10] != " ":
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=EAST8)
    except ValueError:
        return None


def throttle(market: Market | None, seconds: int) -> Answer:
    """The per-API throttle answer with its ban in seconds."""
    return error(
        market,
        7,
        "accesscontrol.limited-by-api-access-count",
        f"This ban will last for {seconds} more seconds",
    )


def fault(injected: Fault, operation: str, call: Call) -> Answer:
    """An injected fault in TOP's words."""
    match injected.name:
        case "throttle" if injected.shape == "untold":
            return error(None, 7, "accesscontrol.limited-by-dynamic-access-count", "调用频率超限")
        case "throttle":
            return throttle(None, 1)
        case "token_expired":
            return error(None, 27, "session-expired", "SessionKey 已过期")
        case "refuse":
            return error(
                None, 15, "isv.item-update-service-error:ITEM_PROPERTIES_ERROR", "类目必选属性未填写"
            )
        case _:
            return error(None, 15, "isp.remote-service-timeout", "系统繁忙，请稍后再试")


def digest(call: Call) -> str:
    """What two deliveries of one TOP request share: method and business parameters."""
    return fingerprint(sorted(item for item in call.params.items() if item[0] not in COMMON))


@cache
def envelope(method: str) -> str:
    """The key of a method's answer: without a leading `taobao.`, dots as underscores."""
    return method.removeprefix("taobao.").replace(".", "_") + "_response"


def reply(terms: Terms, market: Market, call: Call, body: dict[str, Any]) -> Answer:
    """A success in TOP's envelope; empty wrapped lists are left out, `simplify` drops the wrappers."""
    if terms.single_as_object:
        body = _single(body)
    if call.params.get("simplify") == "true":
        body = _simplified(body)
    body["request_id"] = request_id(market)
    return Answer(200, orjson.dumps({envelope(call.params["method"]): body}))


def listed(name: str, rows: Sequence[Any]) -> dict[str, Any]:
    """`{"items": {"item": [...]}}` without the plural: the wrapped list, or nothing when it is empty."""
    return {f"{name}s": {name: list(rows)}} if rows else {}


def error(market: Market | None, code: int, sub_code: str = "", sub_msg: str = "", more: str = "") -> Answer:
    """A refusal in TOP's envelope; HTTP status stays 200 [S]."""
    body: dict[str, Any] = {"code": code, "msg": MESSAGES[code] + more}
    if sub_code:
        body["sub_code"] = sub_code
    if sub_msg:
        body["sub_msg"] = sub_msg
    body["request_id"] = request_id(market) if market is not None else "15r3finjected"
    return Answer(200, orjson.dumps({"error_response": body}), outcome=f"{code}:{sub_code}")


def refuse(market: Market, sub_code: str, sub_msg: str = "") -> NoReturn:
    """End an operation with a business error: code 15 and its sub_code."""
    raise Refusal(error(market, 15, sub_code, sub_msg))


def refuse_findings(market: Market, findings: Sequence[Finding]) -> None:
    """End an operation if a document broke rules: the first field in sub_code, all of them in sub_msg."""
    if findings:
        word = "missing" if findings[0].kind == "missing" else "invalid"
        refuse(
            market,
            f"isv.{word}-parameter:{findings[0].field}",
            "；".join(f"{found.field}: {found.text}" for found in findings),
        )


def request_id(market: Market) -> str:
    """A request id like TOP's, never the same twice."""
    return f"15r3f{market.serial():x}"


def required(market: Market, call: Call, name: str) -> str:
    """A required argument; its absence is code 40."""
    value = call.params.get(name, "")
    if not value:
        raise Refusal(error(market, 40, f"isv.missing-parameter:{name}", more=f":{name}"))
    return value


def number(market: Market, call: Call, name: str, default: int | None = None) -> int:
    """A whole-number argument; anything else is code 41."""
    value = call.params.get(name, "") or ("" if default is None else str(default))
    if not value:
        required(market, call, name)
    if not value.lstrip("-").isdigit():
        raise Refusal(error(market, 41, f"isv.invalid-parameter:{name}", more=f":{name}"))
    return int(value)


def argument_json(market: Market, call: Call, name: str, kind: type) -> Any:
    """An argument that is JSON text of the given kind; absent is an empty one."""
    text = call.params.get(name, "")
    if not text:
        return kind()
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, kind):
        raise Refusal(error(market, 41, f"isv.invalid-parameter:{name}", more=f":{name}"))
    return value


def owned(market: Market, shop: Shop, item: int) -> Listing:
    """The shop's listing by id; a deleted one and an unknown one are refused in TOP's words."""
    listing = market.get(item)
    if listing is None or listing.shop != shop.id:
        refuse(market, "isv.item-get-service-error:ITEM_NOT_FOUND", "宝贝不存在")
    if listing.status == DELETED:
        refuse(market, "isv.item-is-delete:invalid-numIid-or-iid", "商品已删除")
    return listing


def stamp(moment: datetime) -> str:
    """A time as TOP writes it: GMT+8 without a zone."""
    return moment.astimezone(EAST8).strftime("%Y-%m-%d %H:%M:%S")


Run = Callable[[Terms, Market, Shop, Call], Answer]


def _simplified(value: Any) -> Any:
    if isinstance(value, dict):
        inner = list(value.values())
        if len(inner) == 1 and isinstance(inner[0], list):
            return [_simplified(item) for item in inner[0]]
        return {name: _simplified(item) for name, item in value.items()}
    return value


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _single(item[0]) if isinstance(item, list) and len(item) == 1 else _single(item)
            for name, item in value.items()
        }
    return [_single(item) for item in value] if isinstance(value, list) else value
