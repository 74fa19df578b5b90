"""One call of Shopee's Open Platform v2: account, shop, requests, and what is read of every answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

import storesync.driver as sd

__all__ = [
    "ALIVE",
    "PUBLIC",
    "Account",
    "Channel",
    "Shop",
    "acknowledged",
    "clean",
    "number",
    "post",
    "read",
    "warnings",
]

PREFIX: Final = "/api/v2/"
PUBLIC: Final = "public"
ALIVE: Final = ("NORMAL", "UNLIST", "REVIEWING", "BANNED")
"""The states in which an item exists; a deleted one stays readable for 90 days, but is gone [D]."""

# Control characters, and lone surrogates, which UTF-8 cannot carry.
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _digits(_: object, attribute: Any, value: str) -> None:
    if not (value.isascii() and value.isdigit()):
        raise ValueError(f"{attribute.name} must be the number that Shopee's console shows")


@frozen(kw_only=True)
class Account:
    """One shop's authorization for one app.

    The access token lives 4 hours, the refresh token 30 days and works once, the authorization a year [D].
    """

    partner_id: str = field(metadata=sd.APP, validator=_digits)
    partner_key: str = field(repr=False)
    shop_id: str = field(metadata=sd.NAMES, validator=_digits)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires: datetime | None = field(default=None, metadata=sd.EXPIRES)


@frozen(kw_only=True)
class Channel:
    """One logistics channel of a shop: whether it needs the parcel's size, and the most that it carries.

    Zero means that the shop was told no limit; grams and millimeters.
    """

    id: str
    sized: bool = False
    most_g: int = 0
    most_mm: tuple[int, int, int] = (0, 0, 0)


@frozen(kw_only=True)
class Shop(sd.Shop):
    """A Shopee shop.

    `logistics` names the channels to offer (empty: every one that can be used). `settle_seconds` is the pause
    between an item and its variants: item creation is eventually consistent, 5 s are the official advice [D];
    a shorter one costs repeated requests, never a wrong listing. `location` is the warehouse whose stock is
    ours, found where the shop has one; `channels` are found.
    """

    logistics: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    settle_seconds: int = field(default=5)
    location: str = field(default="", metadata=sd.FOUND)
    channels: tuple[Channel, ...] = field(default=(), converter=tuple[Channel, ...], metadata=sd.FOUND)

    @settle_seconds.validator
    def _not_negative(self, _: object, value: int) -> None:
        if value < 0:
            raise ValueError(f"settle_seconds {value} is below zero")

    @property
    def offered(self) -> tuple[Channel, ...]:
        """The channels that listings may be sent with."""
        return tuple(one for one in self.channels if not self.logistics or one.id in self.logistics)


def read(
    name: str, params: Mapping[str, str] | None = None, /, *, each: Mapping[str, Iterable[str]] | None = None
) -> sd.Request:
    """A GET. `each` are parameters that repeat their key: they go with the path, signed without them."""
    again = "&".join(f"{key}={value}" for key, values in (each or {}).items() for value in values)
    return sd.get(f"{PREFIX}{name}" + (f"?{again}" if again else ""), params=params)


def post(
    name: str,
    body: Mapping[str, Any],
    *,
    effect: sd.Effect,
    after: float = 0.0,
    auth: str = "",
) -> sd.Request:
    """A POST with its business parameters as JSON."""
    return sd.request("POST", f"{PREFIX}{name}", json=body, effect=effect, after=after, auth=auth)


def acknowledged(answer: sd.Response) -> None:
    """Malformed unless this is an envelope: a success without content still has its request id."""
    answer.at("request_id", str)


def warnings(answer: sd.Response) -> tuple[sd.Issue, ...]:
    """What the market remarks on a success."""
    said = answer.text("warning")
    return (sd.Issue("market.warning", "", said[:300], sd.Severity.WARNING),) if said else ()


def number(text: str) -> int | str:
    """An id as the number it is on the wire; text that is none stays, and is refused by `check`."""
    return int(text) if text.isascii() and text.isdigit() else text


def clean(text: str) -> str:
    """The text without characters that cannot be sent."""
    return _UNSENDABLE.sub("", text)
