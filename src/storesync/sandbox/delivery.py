"""One call's way through an emulated market: faults around, admission before, effects in the middle."""

from functools import cache

from attrs import evolve, frozen

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.dialect import READ, Answer, Call, Dialect, Refusal
from storesync.sandbox.faults import Fault
from storesync.sandbox.records import CallRecord
from storesync.sandbox.repeat import repeated

GARBAGE = Answer(
    502,
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>"
    b"<hr><center>Tengine</center></body></html>",
    {"content-type": "text/html"},
    "garbage",
)
HUGE_BYTES = 64 * 1024 * 1024
NESTING = 100_000
ELSEWHERE = "https://elsewhere.invalid/take-the-credentials"


@frozen
class Delivery:
    """What the client gets: an answer after `wait` seconds, or none and how it notices (`lost`)."""

    answer: Answer | None
    lost: str = ""
    wait: float = 0.0


def deliver(market: Market, dialect: Dialect, call: Call) -> Delivery:
    """Bring a call to the market through whatever fault is due, log it, and say what the client sees."""
    market.settle()
    name = dialect.route(call)
    if isinstance(name, Answer):
        _log(market, dialect, call, "unknown", READ, "", name, None)
        return Delivery(name)
    kind = dialect.operations[name].kind
    fault = market.faults.draw(name, kind)
    if fault is None:
        shop, answer = _process(market, dialect, name, call)
        _log(market, dialect, call, name, kind, shop, answer, None)
        return Delivery(answer)
    shop, processed, delivery = _faulty(market, dialect, name, call, fault)
    _log(market, dialect, call, name, kind, shop, processed, fault)
    return delivery


def _process(market: Market, dialect: Dialect, name: str, call: Call) -> tuple[str, Answer]:
    admitted = dialect.verify(market, name, call)
    if isinstance(admitted, Answer):
        return "", admitted
    return admitted.id, _run(market, dialect, name, admitted, call)


def _run(market: Market, dialect: Dialect, name: str, shop: Shop, call: Call) -> Answer:
    try:
        return dialect.operations[name].run(market, shop, call)
    except Refusal as refusal:
        return refusal.answer


def _faulty(
    market: Market, dialect: Dialect, name: str, call: Call, fault: Fault
) -> tuple[str, Answer | None, Delivery]:
    """Apply a fault: the shop, the market's own answer if it was processed, and what the client sees."""
    match fault.name:
        case "lost_before":
            return "", None, Delivery(None, fault.shape)
        case "late":
            admitted = dialect.verify(market, name, call)
            if isinstance(admitted, Answer):
                return "", admitted, Delivery(None, fault.shape)
            market.later(fault.seconds, lambda: _late(market, dialect, name, admitted, call))
            return admitted.id, None, Delivery(None, fault.shape)
        case "garbage":
            return "", None, Delivery(GARBAGE)
        case "hostile":
            return "", None, Delivery(hostile(fault.shape))
        case "repeat" if fault.shape != "answer":
            return "", None, Delivery(repeated(call, fault.shape, GARBAGE))
        case "missed":
            absent = dialect.absent.get(name)
            if absent is not None:
                return "", absent, Delivery(absent)
            shop, answer = _process(market, dialect, name, call)
            return shop, answer, Delivery(answer)
        case "throttle":
            market.throttled += 1
            answer = dialect.fault(fault, name, call)
            return "", answer, Delivery(answer)
        case "error_before" | "refuse":
            answer = dialect.fault(fault, name, call)
            return "", answer, Delivery(answer)
        case "token_expired":
            answer = dialect.fault(fault, name, call)
            if dialect.expire is not None:
                dialect.expire(market, call)
            return "", answer, Delivery(answer)
    return _after(market, dialect, name, call, fault)


def _after(
    market: Market, dialect: Dialect, name: str, call: Call, fault: Fault
) -> tuple[str, Answer | None, Delivery]:
    """Apply a fault that leaves the call processed and only spoils what the client sees of it."""
    shop, answer = _process(market, dialect, name, call)
    match fault.name:
        case "lost_after":
            return shop, answer, Delivery(None, fault.shape)
        case "duplicate":
            _, again = _process(market, dialect, name, call)
            return shop, answer, Delivery(answer if fault.shape == "first" else again)
        case "truncated":
            return shop, answer, Delivery(evolve(answer, body=answer.body[: len(answer.body) // 2]))
        case "garbage_after":
            return shop, answer, Delivery(GARBAGE)
        case "repeat":
            return shop, answer, Delivery(repeated(call, fault.shape, answer))
        case "error_after":
            return shop, answer, Delivery(dialect.fault(fault, name, call))
        case _:
            return shop, answer, Delivery(answer, wait=fault.seconds)


def _late(market: Market, dialect: Dialect, name: str, shop: Shop, call: Call) -> None:
    answer = _run(market, dialect, name, shop, call)
    operation = dialect.operations[name]
    market.calls.append(
        CallRecord(
            market.time(),
            name,
            operation.kind,
            "late",
            shop.id,
            dialect.digest(call),
            answer.outcome,
            "late effect",
        )
    )


@cache
def hostile(shape: str) -> Answer:
    """An answer made to hurt a careless client: huge, nested, of a wrong type, or pointing elsewhere."""
    match shape:
        case "huge":
            return Answer(200, b'{"response":"' + b"a" * HUGE_BYTES + b'"}', outcome="hostile")
        case "nested":
            return Answer(200, b"[" * NESTING + b"]" * NESTING, outcome="hostile")
        case "type":
            return Answer(200, b"\x89PNG\r\n\x1a\n" + bytes(64), {"content-type": "image/png"}, "hostile")
        case _:
            return Answer(302, b"", {"location": ELSEWHERE, "content-type": "text/html"}, "hostile")


def _log(
    market: Market,
    dialect: Dialect,
    call: Call,
    name: str,
    kind: str,
    shop: str,
    answer: Answer | None,
    fault: Fault | None,
) -> None:
    effect = READ if kind == READ else "write"
    market.counters[name] += 1
    market.counters[f"effect:{effect}"] += 1
    if fault is not None:
        market.counters[f"fault:{fault.name}"] += 1
    market.calls.append(
        CallRecord(
            market.time(),
            name,
            kind,
            effect,
            shop,
            dialect.digest(call),
            "not processed" if answer is None else answer.outcome,
            "" if fault is None else ":".join(filter(None, (fault.name, fault.shape))),
        )
    )
