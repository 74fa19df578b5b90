"""Values of every kind that the state keeps, with digits that a float would lose."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from storesync.issues import Issue, Severity
from storesync.model import Money, Offer, Price, Ref
from storesync.state import Want, journal, standing

CHANNEL = "tmall-cn"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SKUS = ("SBG-001-30", "SBG-001-50")
CONTENT: Mapping[str, Any] = {
    "title": "강원 → 山药",
    "weight": Decimal("0.1000000000000000055511"),
    "lines": [1, None],
}


def later(seconds: float) -> datetime:
    """A time after NOW."""
    return NOW + timedelta(seconds=seconds)


def price(amount: str = "219.00", listed: str | None = None) -> Price:
    """A price in yuan."""
    return Price(Money(Decimal(amount), "CNY"), Money(Decimal(listed), "CNY") if listed else None)


def offer(sku: str, amount: str = "219.00", stock: int = 240) -> Offer:
    """An offer on one market."""
    return Offer(sku, {"CN": price(amount)}, stock)


def wanted(key: str = "SBG-001", **values: Any) -> Want:
    """A product as a channel should show it."""
    skus = values.pop("skus", SKUS if key == "SBG-001" else (f"{key}-1",))
    settings: dict[str, Any] = {
        "key": key,
        "title": f"title of {key}",
        "input": "1" * 32,
        "causes": {"catalog": "a", "rate": "b"},
        "content": {**CONTENT, "key": key},
        "offers": {sku: offer(sku) for sku in skus},
        "shown": True,
        **values,
    }
    return Want(**settings)


ISSUES = (
    Issue("price.rate_expired", "SBG-001/price", "the rate of 2026-11-01 is too old", hint="fetch it"),
    Issue("text.stale", "SBG-001/title", "made from an older text", Severity.WARNING, at="products.csv:7:3"),
)


def settled(db: Connection, key: str, **values: Any) -> None:
    """A listing that the market shows just as it is wanted, but for `values`."""
    wish = wanted(key)
    standing.want(db, CHANNEL, wish)
    known = standing.read(db, CHANNEL, key)
    assert known is not None
    ref = Ref(f"id-{key}", {sku: f"id-{sku}" for sku in wish.offers})
    settled: dict[str, Any] = {"ref": ref, "made": True, "have": known.want, "have_shown": "+", **values}
    standing.change(db, CHANNEL, key, **settled)
    standing.acknowledge_offers(db, CHANNEL, wish.offers.values(), prices=True, stock=True)


def operation(db: Connection, name: str, *, key: str = "SBG-001", at: datetime = NOW, **values: Any) -> None:
    """An operation that has begun."""
    settings: dict[str, Any] = {
        "channel": CHANNEL,
        "kind": "create",
        "skus": SKUS,
        "input": {"want": "", "price": Decimal("219.00")},
        "fence": 1,
        "run": "r" * 32,
        **values,
    }
    journal.begin(db, id=name, key=key, at=at, **settings)
