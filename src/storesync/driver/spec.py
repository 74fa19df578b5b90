"""What a driver declares about its platform, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from storesync.model import Blackout, Limit, Market, Script, frozen_map
from storesync.model.money import Form

__all__ = [
    "APP",
    "EXPIRES",
    "FOUND",
    "NAMES",
    "Batch",
    "Conditions",
    "Identity",
    "IdentityBy",
    "ImageRule",
    "Quota",
    "Shop",
    "Source",
    "Spec",
    "Variants",
]

FOUND: Final[Mapping[str, Any]] = frozen_map({"found": True})
"""Metadata of a shop field that `discover` fills; a value set in the configuration stays."""
APP: Final[Mapping[str, Any]] = frozen_map({"app": True})
"""Metadata of an account field that names the app: the key of quotas that many shops share."""
NAMES: Final[Mapping[str, Any]] = frozen_map({"names": True})
"""Metadata of an account or shop field that names the shop: when it changes, nothing is sent until a person says so."""
EXPIRES: Final[Mapping[str, Any]] = frozen_map({"expires": True})
"""Metadata of an account field that says when the engine renews the token, or warns."""


@frozen
class Quota:
    """`limit` calls (or weight) per `per` seconds. `resets` is an hour ("00:00+08:00") at which a day's quota renews.

    `burst` None means that none is promised: calls are spread evenly.
    """

    limit: int
    per: float = 1.0
    burst: int | None = None
    scope: Literal["app", "account", "channel"] = "channel"
    unit: Literal["call", "weight"] = "call"
    resets: str = ""


@frozen
class Batch:
    """How many changes go into one call, and whether they may belong to several listings."""

    size: int
    per: Literal["listing", "channel"] = "listing"


IdentityBy: TypeAlias = Literal["address", "key", "unique", "search", "none"]


@frozen
class Identity:
    """How a doubtful create is recognized again.

    `lag`: for so many seconds a search may miss a finished write. `late`: a lost request may take effect so
    many seconds later. `keeps`: so long from its first use the market remembers an idempotency key (None: for ever).
    """

    by: IdentityBy
    lag: float = 0.0
    late: float = 0.0
    keeps: float | None = None


@frozen
class Variants:
    """How many axes and variants one listing may have, and what may change later."""

    axes: int = 2
    max: int = 50
    can: frozenset[Literal["add", "remove", "rename", "axes"]] = frozenset()


@frozen
class ImageRule:
    """How many pictures of one role a listing needs and may have; `bytes` is the largest file."""

    max: int
    min: int = 0
    bytes: int | None = None
    types: tuple[str, ...] = ("image/jpeg", "image/png")


@frozen
class Source:
    """Where the rules of this driver were read, and when."""

    url: str
    checked: str


@frozen(kw_only=True)
class Conditions:
    """What differs in one environment of the platform."""

    identity: Identity | None = None
    quotas: Mapping[str, tuple[Quota, ...]] | None = None


@frozen(kw_only=True)
class Spec:
    """One platform as data: hosts, limits, quotas, identity.

    `hosts` is environment to label to address; `locales` ours to theirs; `currencies` the digits after the
    point that this market takes. `text` and `images` are limits where the category gives none; `refused_scripts`
    stand in no text of a listing, whatever its language. `price_range`
    is the smallest and largest sale price by currency, `price_ratio` dearest over cheapest variant; `money` is
    the form in which the driver writes a price, shown by `explain`; `compare_at` says
    whether it sends a crossed-out price too. `update`
    says whether a changed document merges or replaces, and whether it must carry offers. `review` is when to
    ask first for a verdict, `deadline` when a person is told; `in_review` names what the market takes of a listing
    that it has not decided on. `fields` are the texts that `observe` gives, each with its dotted place in the
    document: by these a hand edit is named, repaired or left to the seller. `environments` hold what differs there.
    """

    name: str
    title: str = ""
    hosts: Mapping[str, Mapping[str, str]] = field(converter=frozen_map)
    source: Source
    markets: tuple[str, ...] = ()
    currencies: Mapping[str, int] = field(factory=dict, converter=frozen_map)
    locales: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    identity: Identity = Identity("none")
    variants: Variants = Variants()
    batches: Mapping[str, Batch] = field(factory=dict, converter=frozen_map)
    quotas: Mapping[str, tuple[Quota, ...]] = field(factory=dict, converter=frozen_map)
    text: Mapping[str, Limit] = field(factory=dict, converter=frozen_map)
    refused_scripts: frozenset[Script] = frozenset()
    images: Mapping[str, ImageRule] = field(factory=dict, converter=frozen_map)
    price_points: tuple[str, ...] = ()
    price_range: Mapping[str, tuple[Decimal, Decimal]] = field(factory=dict, converter=frozen_map)
    price_ratio: Decimal | None = None
    money: Form = "text"
    compare_at: bool = False
    update: frozenset[Literal["merges", "replaces", "carries offers"]] = frozenset({"merges"})
    fields: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    shared: bool = False
    open_hosts: tuple[str, ...] = ()
    review: timedelta = timedelta(0)
    in_review: frozenset[Literal["stock", "prices", "hide"]] = frozenset()
    deadline: timedelta = timedelta(days=30)
    timeout: float = 30.0
    calendar: tuple[Blackout, ...] = field(default=(), converter=tuple[Blackout, ...])
    environments: Mapping[str, Conditions] = field(factory=dict, converter=frozen_map)

    def within(self, environment: str) -> Spec:
        """The same platform as it is in this environment."""
        conditions = self.environments.get(environment)
        if conditions is None:
            return self
        return evolve(
            self,
            identity=conditions.identity or self.identity,
            quotas=self.quotas if conditions.quotas is None else conditions.quotas,
        )


@frozen(kw_only=True)
class Shop:
    """What is known about one shop and is no secret: configured fields, and found ones. A driver adds its own."""

    channel: str
    markets: tuple[Market, ...] = field(converter=tuple[Market, ...])

    @property
    def market(self) -> Market:
        """The one market of a shop that serves one; ValueError when it serves several."""
        if len(self.markets) != 1:
            raise ValueError(f"channel {self.channel!r} serves several markets: name one")
        return self.markets[0]
