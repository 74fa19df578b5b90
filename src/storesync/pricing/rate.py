"""Exchange rates as records: what one unit costs, by whom, when; and the set of them that a price cites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from attrs import evolve, field, frozen

from storesync.model import MONEY_CONTEXT, digest
from storesync.pricing.exact import Exact, exact

__all__ = ["Kind", "Leg", "Rate", "Route", "Snapshot"]

Kind = Literal["mid", "buy", "sell"]
_EMPTY: Mapping[tuple[str, str], Any] = {}


def _above_zero(instance: object, attribute: object, value: Decimal) -> None:
    if value <= 0:
        raise ValueError(f"a rate is above zero, not {value}")
    if not -18 <= value.adjusted() < 18:
        raise ValueError(f"{value} is no exchange rate")


@frozen(kw_only=True)
class Rate:
    """One unit of `base` costs `value` units of `quote`.

    `value` is per one unit, whatever unit the source quotes; `raw` is the source's own text. `observed` is
    the day that the source states, `confirmed` a later day on which the rate was still within the quiet
    band. `calendar` says on which days the source publishes, `digest` names the raw body it was read from.
    """

    base: str
    quote: str
    value: Decimal = field(converter=exact, validator=_above_zero)
    observed: date
    source: str
    kind: Kind = "mid"
    confirmed: date | None = None
    calendar: str = "weekdays"
    note: str = ""
    raw: str = ""
    fetched_at: datetime | None = None
    digest: str = ""

    @property
    def fresh_on(self) -> date:
        """The last day on which the source stood by this rate."""
        return self.observed if self.confirmed is None else max(self.observed, self.confirmed)

    @property
    def teller(self) -> str:
        """Source and kind; a person may have named the kind with the source ("our bank, mid")."""
        return (
            self.source
            if self.kind in self.source.replace(",", " ").split()
            else f"{self.source} {self.kind}"
        )

    @property
    def times(self) -> str:
        """When it was fetched, and until when it was confirmed, in words; empty when nobody knows."""
        fetched = "" if self.fetched_at is None else f"fetched {self.fetched_at:%Y-%m-%d %H:%M %Z}"
        confirmed = "" if self.confirmed is None else f"still within the quiet band on {self.confirmed}"
        return ", ".join(part for part in (fetched, confirmed) if part)

    def document(self) -> dict[str, Any]:
        """Everything, as JSON; the value as text."""
        full = {
            "base": self.base,
            "quote": self.quote,
            "value": format(self.value, "f"),
            "observed": self.observed.isoformat(),
            "source": self.source,
            "kind": self.kind,
            "confirmed": self.confirmed.isoformat() if self.confirmed else "",
            "calendar": self.calendar,
            "note": self.note,
            "raw": self.raw,
            "fetched_at": self.fetched_at.isoformat() if self.fetched_at else "",
            "digest": self.digest,
        }
        return {key: value for key, value in full.items() if value}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Rate:
        """The rate that `document()` wrote."""
        known = dict(document)
        known["observed"] = date.fromisoformat(known["observed"])
        if "confirmed" in known:
            known["confirmed"] = date.fromisoformat(known["confirmed"])
        if "fetched_at" in known:
            known["fetched_at"] = datetime.fromisoformat(known["fetched_at"])
        return cls(**known)

    def __str__(self) -> str:
        note = f", {self.note}" if self.note else ""
        return f"1 {self.base} = {self.value:f} {self.quote} ({self.teller}, {self.observed}{note})"


@frozen
class Leg:
    """One rate of a route; an amount is divided by it when its base is what we want, else multiplied."""

    rate: Rate
    divides: bool

    def convert(self, amount: Exact) -> Exact:
        """The amount in the other currency, still exact."""
        return amount.over(self.rate.value) if self.divides else amount.times(self.rate.value)


@frozen
class Route:
    """The way from one currency to another: no leg, one, or two over a pivot."""

    source: str
    target: str
    legs: tuple[Leg, ...] = ()

    def convert(self, amount: Exact) -> Exact:
        """The amount in the target currency, still exact."""
        for leg in self.legs:
            amount = leg.convert(amount)
        return amount

    @property
    def fresh_on(self) -> date | None:
        """The older of the legs' days; None when nothing is converted."""
        return min((leg.rate.fresh_on for leg in self.legs), default=None)

    @cached_property
    def label(self) -> str:
        """The legs in words."""
        return " and ".join(str(leg.rate) for leg in self.legs) or f"{self.source} as it is"

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The rates of its legs."""
        return tuple(leg.rate for leg in self.legs)

    @cached_property
    def sources(self) -> str:
        """Who said so."""
        return ", ".join(leg.rate.source for leg in self.legs)

    @property
    def per_target(self) -> Decimal:
        """How much of the source currency one unit of the target costs, to 34 digits."""
        one = Route(self.source, self.target, self.legs).convert(Exact(Decimal(1)))
        return MONEY_CONTEXT.divide(one.bottom, one.top)

    def __str__(self) -> str:
        return self.label


@frozen(kw_only=True)
class Snapshot:
    """The rates of one run; `id` is the digest of what they say, so equal rates have equal ids.

    A `fixture` holds invented rates: it never ages, and only a channel in the sandbox may use it. A person who
    `pinned` a snapshot answers for its age: it does not age either. Whatever decides of a price or is read in its trace
    is part of the id: the digits as they were written (19.70 keeps four, 19.7 three), the days on which the source
    publishes, its note. Until when a rate was confirmed is none: a rate that holds still is the same rate. `doubted` are
    currencies whose newest rate is not believed, so that there is none here.
    """

    rates: tuple[Rate, ...] = field(converter=tuple[Rate, ...])
    kind: Literal["live", "fixture"] = "live"
    made_at: datetime | None = None
    pinned: bool = field(default=False, eq=False)
    doubted: frozenset[str] = field(default=frozenset(), eq=False)
    id: str = field(init=False)
    _by_pair: Mapping[tuple[str, str], tuple[Rate, ...]] = field(
        init=False, eq=False, repr=False, default=_EMPTY
    )

    _routes: dict[tuple[object, ...], Route | None] = field(init=False, eq=False, repr=False, factory=dict)

    @id.default
    def _name(self) -> str:
        told = sorted(
            "|".join(
                (
                    rate.base,
                    rate.quote,
                    f"{rate.value:f}",
                    rate.kind,
                    rate.source,
                    rate.observed.isoformat(),
                    rate.calendar,
                    rate.note,
                )
            )
            for rate in self.rates
        )
        return digest({"kind": self.kind, "rates": told})

    def __attrs_post_init__(self) -> None:
        by_pair: dict[tuple[str, str], tuple[Rate, ...]] = {}
        for rate in self.rates:
            pair = (rate.base, rate.quote)
            by_pair[pair] = (*by_pair.get(pair, ()), rate)
        object.__setattr__(self, "_by_pair", by_pair)

    @property
    def ages(self) -> bool:
        """Whether the days of its rates count."""
        return self.kind == "live" and not self.pinned

    def pair(self, base: str, quote: str, kind: Kind = "mid") -> Rate | None:
        """The latest rate of this pair and kind as it was given, not inverted.

        Of several of one day it is always the same one, whatever their order: the id does not know an order.
        """
        rates = [rate for rate in self._by_pair.get((base, quote), ()) if rate.kind == kind]
        if len(rates) > 1:
            return max(rates, key=lambda rate: (rate.observed, rate.source, rate.value))
        return rates[0] if rates else None

    def _leg(self, source: str, target: str, kind: Kind) -> Leg | None:
        # Foreign to home first: a quote of the weak currency in the strong one has few digits left.
        rate = self.pair(target, source, kind)
        if rate is not None:
            return Leg(rate, True)
        rate = self.pair(source, target, kind)
        return None if rate is None else Leg(rate, False)

    def route(
        self,
        source: str,
        target: str,
        *,
        kind: Kind = "mid",
        pivots: Iterable[str] = ("EUR", "USD"),
        skew: int = 0,
    ) -> Route | None:
        """The way from `source` to `target`: direct beats cross, and a cross needs one pivot and one day.

        `skew` is how many days the two legs may lie apart. None when no way exists.
        """
        way = (source, target, kind, tuple(pivots), skew)
        if way not in self._routes:
            self._routes[way] = self._find(*way)
        return self._routes[way]

    def _find(self, source: str, target: str, kind: Kind, pivots: tuple[str, ...], skew: int) -> Route | None:
        if source == target:
            return Route(source, target)
        direct = self._leg(source, target, kind)
        if direct is not None:
            return Route(source, target, (direct,))
        for pivot in pivots:
            if pivot in (source, target):
                continue
            first, second = self._leg(source, pivot, kind), self._leg(pivot, target, kind)
            if first is None or second is None:
                continue
            if abs((first.rate.observed - second.rate.observed).days) <= skew:
                return Route(source, target, (first, second))
        return None

    def with_rates(self, more: Iterable[Rate]) -> Snapshot:
        """A new snapshot with further rates; this one stays as it is."""
        return evolve(self, rates=(*self.rates, *more))

    def document(self) -> dict[str, Any]:
        """Everything, as JSON."""
        made = {"made_at": self.made_at.isoformat()} if self.made_at else {}
        return {"id": self.id, "kind": self.kind, **made, "rates": [rate.document() for rate in self.rates]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Snapshot:
        """The snapshot that `document()` wrote; ValueError when its id does not fit its rates."""
        made = document.get("made_at")
        snapshot = cls(
            rates=tuple(Rate.from_document(rate) for rate in document["rates"]),
            kind=document["kind"],
            made_at=datetime.fromisoformat(made) if made else None,
        )
        if snapshot.id != document["id"]:
            raise ValueError(f"rate snapshot {document['id']}: its rates give {snapshot.id}; it was altered")
        return snapshot
