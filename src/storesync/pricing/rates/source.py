"""What a rate source is, how it sends, and how it keeps its key to itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeAlias

from attrs import field, frozen

from storesync.driver import Request, Response
from storesync.errors import (
    Denied,
    Fault,
    Malformed,
    Rejected,
    Throttled,
    Transient,
)
from storesync.model.mask import Mask
from storesync.pricing.rate import Rate

__all__ = [
    "Fetch",
    "Key",
    "RateSource",
    "body_digest",
    "number",
    "redacted",
    "unwrap",
]

Sign: TypeAlias = Callable[[Request], Request]


class Fetch(Protocol):
    """Sends one request and gives its answer: `Transport.send`. `sign` adds the key just before sending."""

    async def __call__(self, request: Request, sign: Sign | None = None) -> Response:
        """The answer, whatever its status; a Transient fault when there is none."""


class RateSource(Protocol):
    """One service or table that quotes exchange rates.

    `hosts` is the label that its requests use to its address, for the transport. `calendar` says on which
    days it publishes.
    """

    @property
    def name(self) -> str:
        """The name that rates carry as their source."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Host label to address; empty for a source that sends nothing."""

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The latest rates it has for these currencies, each with the day the source states.

        `today` is the date where the source lives. A currency it does not quote is left out; a refusal is a
        fault.
        """


@frozen
class Key:
    """An access key; it never shows in a repr, a log, an exception or a trace."""

    value: str = field(repr=False)

    @value.validator
    def _present(self, _: object, value: str) -> None:
        if not value:
            raise ValueError("the access key is empty")

    def hide(self, text: str) -> str:
        """The text with the key masked, however it is spelled."""
        return Mask((self.value,), least=1).text(text)


def redacted(fault: Fault, key: Key) -> Fault:
    """The same fault with the key masked wherever the service or the transport repeated it."""
    hidden = type(fault)(
        key.hide(fault.code),
        key.hide(fault.message),
        issues=fault.issues,
        retry_after=fault.retry_after,
        untouched=fault.untouched,
    )
    return hidden.with_traceback(None)


def unwrap(response: Response, source: str) -> Response:
    """The answer when its status is good; else the fault that the status means."""
    status = response.status
    if status == 200:
        if not response.readable:
            raise Malformed("shape", f"{source}: the answer is cut or not of the kind it claims to be")
        return response
    raise _refusal(status, source, response)


def _refusal(status: int, source: str, response: Response) -> Fault:
    told = response.maybe("message")
    message = f"{source}: HTTP {status}" + (f" {told}" if isinstance(told, str) else "")
    if status == 429:
        after = response.header("retry-after")
        return Throttled("http.429", message, retry_after=float(after) if after.isdigit() else None)
    if status >= 500:
        return Transient(f"http.{status}", message, untouched=True)
    if status in (401, 403):
        return Denied(f"http.{status}", message)
    return Rejected(f"http.{status}", message)


_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", re.ASCII)
_LEAST, _MOST = -12, 12  # powers of ten; per 100 or per 1,000,000, no currency costs less or more


def number(text: str) -> Decimal:
    """An exact number with or without thousands commas; ValueError for what is no rate, such as zero."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is no rate")
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no rate") from None
    if value <= 0 or not _LEAST <= value.adjusted() < _MOST:
        raise ValueError(f"{text!r} is no rate")
    return value


def body_digest(response: Response) -> str:
    """32 hex digits that name the raw body."""
    return hashlib.blake2b(response.content, digest_size=16).hexdigest() if response.content else ""
