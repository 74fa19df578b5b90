"""The driver: a frozen value of data, pure functions and flows. A part left out is not supported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Final, Generic, TypeVar, get_args

from attrs import fields, frozen

from storesync.driver.answer import Response
from storesync.driver.exchange import (
    Change,
    Content,
    Event,
    New,
    Observed,
    OfferChange,
    Pace,
    Page,
    Push,
    Receipt,
    Sought,
    Verdicts,
)
from storesync.driver.flow import Flow
from storesync.driver.request import Request
from storesync.driver.spec import IdentityBy, Shop, Spec
from storesync.errors import DriverError, Fault
from storesync.issues import Issue
from storesync.model import Category, CategoryKey, Listing, Media, Offer, Ref, Ticket

__all__ = ["Driver"]

A = TypeVar("A")
S = TypeVar("S", bound=Shop)

_IDENTITIES: Final[tuple[str, ...]] = get_args(IdentityBy)
_PARTS = (
    "check", "create", "update", "batch", "prices", "stock", "offers", "upload", "hide", "show", "end", "find",
    "observe", "poll", "listings", "category", "discover", "sign", "refresh", "pace", "event",
)  # fmt: skip


@frozen(kw_only=True)
class Driver(Generic[A, S]):
    """Code for one marketplace platform. It does no I/O and reads no clock; presence is capability.

    Write: `create` and `update`, or `batch`, or all three. `prices` and `stock` take absolute values, or `offers`
    both at once. `find` gives exact matches of a key, `observe` what the market has by listing id (missing is
    gone), `poll` what became of a ticket (empty is not yet). Credentials reach only `sign`, `refresh` and `event`.
    Raises DriverError when there is no way to write, and for a host or an identity that cannot be.
    """

    spec: Spec
    account: type[A]
    shop: type[S]
    render: Callable[[S, Listing], Content]
    classify: Callable[[Request, Response], Fault | None]
    check: Callable[[S, Listing, Mapping[str, Offer]], Iterable[Issue]] | None = None
    create: Callable[[S, New], Flow[Receipt]] | None = None
    update: Callable[[S, Change], Flow[Receipt]] | None = None
    batch: Callable[[S, Sequence[New | Change]], Flow[Verdicts]] | None = None
    prices: Callable[[S, Sequence[OfferChange]], Flow[Verdicts]] | None = None
    stock: Callable[[S, Sequence[OfferChange]], Flow[Verdicts]] | None = None
    offers: Callable[[S, Sequence[OfferChange]], Flow[Verdicts]] | None = None
    upload: Callable[[S, Media], Flow[str]] | None = None
    hide: Callable[[S, Ref], Flow[Receipt]] | None = None
    show: Callable[[S, Ref], Flow[Receipt]] | None = None
    end: Callable[[S, Ref], Flow[Receipt]] | None = None
    find: Callable[[S, Sought], Flow[Sequence[Ref]]] | None = None
    observe: Callable[[S, Sequence[Ref]], Flow[Mapping[str, Observed]]] | None = None
    poll: Callable[[S, Ticket], Flow[Verdicts]] | None = None
    listings: Callable[[S, str | None], Flow[Page]] | None = None
    category: Callable[[S, CategoryKey], Flow[Category]] | None = None
    discover: Callable[[S], Flow[S]] | None = None
    sign: Callable[[Request, A, datetime], Request] | None = None
    refresh: Callable[[A], Flow[A]] | None = None
    pace: Callable[[Request, Response], Sequence[Pace]] | None = None
    event: Callable[[Push, A], Sequence[Event]] | None = None

    def __attrs_post_init__(self) -> None:
        name = self.spec.name
        if self.batch is None and (self.create is None or self.update is None):
            raise DriverError(f"driver {name!r} cannot write: give create and update, or batch")
        if self.offers is not None and (self.prices is not None or self.stock is not None):
            raise DriverError(f"driver {name!r}: give offers, or prices and stock, not both")
        told = (self.spec.identity, *(there.identity for there in self.spec.environments.values()))
        for by in (identity.by for identity in told if identity is not None):
            if by not in _IDENTITIES:
                near = get_close_matches(by, _IDENTITIES, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(_IDENTITIES)}"
                raise DriverError(f"driver {name!r}: there is no identity by {by!r}; {hint}")
            if by in ("search", "unique") and self.find is None:
                raise DriverError(f"driver {name!r}: identity by {by} needs find")
        for environment, hosts in self.spec.hosts.items():
            if not hosts:
                raise DriverError(f"driver {name!r}: environment {environment!r} has no host")
            for label, address in hosts.items():
                if not address.startswith(("https://", "http://")):
                    raise DriverError(
                        f"driver {name!r}: host {label!r} of environment {environment!r} is {address!r}, "
                        "which has no scheme; write https:// before it"
                    )

    @property
    def parts(self) -> frozenset[str]:
        """The names of the optional parts that this driver has."""
        known = {attribute.name for attribute in fields(Driver)}
        return frozenset(part for part in _PARTS if part in known and getattr(self, part) is not None)
