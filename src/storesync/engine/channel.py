"""One channel, open for work: its driver, what is known of its shop, its account, its way to the market."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from math import inf
from typing import Any

from attrs import define, evolve, field, fields, frozen

from storesync.driver import Driver, Request, Response, Shop, Spec
from storesync.engine.env import Env
from storesync.engine.pace import Pacer
from storesync.engine.signing import Signing
from storesync.errors import DriverError
from storesync.model import Channel
from storesync.model.codec import dumps_bytes
from storesync.model.mask import Mask
from storesync.state import Store
from storesync.transport import Transport

__all__ = ["Moved", "OpenChannel", "app_of", "expiry_of", "scopes_of"]

_SHORTEST_SECRET = 8  # a shorter text would be found in any answer by chance
_CREDENTIALS = ("authorization", "proxy-authorization", "cookie")
_REMEMBERED = (
    32  # secrets that were good before, and headers made of them; a market may repeat one of a while ago
)


def _texts_of(value: Any) -> Iterator[str]:
    reveal = getattr(value, "reveal", None)
    if callable(reveal):
        yield from _texts_of(reveal())
    elif isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts_of(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _texts_of(part)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield str(value)


def _hidden(account: Any) -> Iterator[str]:
    """The texts of the account's fields that never print."""
    for one in fields(type(account)):
        if not one.repr:
            yield from _texts_of(getattr(account, one.name))


def _masked(response: Response, mask: Mask) -> Response:
    before = response.headers
    headers = {mask.text(name): mask.text(value) for name, value in before.items()}
    if any(before.get(name) is not value for name, value in headers.items()):
        response = evolve(response, headers=headers)
    if not mask.suspects(response.content):
        return response
    if response.body is None:
        content = mask.content(response.content)
        return response if content is response.content else evolve(response, content=content)
    body = mask.value(response.body)
    if body is response.body and mask.content(response.content) is response.content:
        return response
    return evolve(response, content=dumps_bytes(body), body=body)


def expiry_of(account: Any) -> datetime | None:
    """When the account's token ends, from the field that the driver marked EXPIRES."""
    for attribute in fields(type(account)):
        if attribute.metadata.get("expires"):
            value = getattr(account, attribute.name)
            return value if isinstance(value, datetime) else None
    return None


def app_of(account: Any) -> str:
    """The app that the account belongs to, from the field that the driver marked APP."""
    for attribute in fields(type(account)):
        if attribute.metadata.get("app"):
            return str(getattr(account, attribute.name))
    return ""


@frozen(kw_only=True)
class Moved:
    """The configured credentials are for another shop than the state's, or for another channel's.

    `said` tells which and `way` what a person can do; then `identity` and `found` are what is known of it.
    """

    said: str
    way: str
    identity: Mapping[str, Any]
    found: Mapping[str, Any]


def scopes_of(channel: str, driver: Driver[Any, Any], account: Any, account_name: str) -> Mapping[str, str]:
    """The name behind each scope of a quota: the app, the account, the channel itself."""
    name = driver.spec.name
    return {"app": f"{name}/{app_of(account)}", "account": f"{name}/{account_name}", "channel": channel}


@define(kw_only=True)
class OpenChannel:
    """Everything that the engine needs to work on one channel.

    `account` is the newest credentials; only `sign`, `refresh` and `event` of the driver ever see them.
    `account_name` and `base` name the account and the configured credentials in the token table. With `moved` they
    are another shop's than those of the first contact.
    """

    channel: Channel
    driver: Driver[Any, Any]
    shop: Shop
    account: Any = field(repr=False)
    account_name: str
    base: str = field(repr=False)
    transport: Transport
    store: Store
    env: Env
    pacer: Pacer
    version: int = 0
    lease: float = 60.0  # seconds for which a run holds the channel; it renews three times in them
    held_until: float = (
        inf  # on the clock that never goes back: later nobody may be believed to hold it still
    )
    denied_before: bool = False  # an earlier run was refused with this account, and nothing was taken since
    moved: Moved | None = None
    scopes: Mapping[str, str] = field(factory=dict)
    spent: Any = field(default=None, repr=False)  # the account that the market does not renew
    renewing: asyncio.Lock = field(factory=asyncio.Lock, repr=False)
    # As declared, and as it is in this channel's environment.
    _specs: tuple[Spec, Spec] = field(init=False, repr=False)
    _former: tuple[str, ...] = field(default=(), init=False, repr=False)
    _mask: Mask = field(factory=lambda: Mask((), least=_SHORTEST_SECRET), init=False, repr=False)
    _masked: Any = field(default=None, init=False, repr=False)  # the account that the mask knows

    def __attrs_post_init__(self) -> None:
        self._remember(
            _hidden(self.account)
        )  # as configured: the newest one may take its place before any answer
        self._specs = self.driver.spec, self.driver.spec.within(self.channel.environment)
        if self.driver.create is None or self.driver.update is None:
            raise DriverError(
                f"driver {self.driver.spec.name!r} writes by `batch` alone, which this engine does not carry out yet: "
                "give create and update besides"
            )
        if not self.scopes:
            self.scopes = scopes_of(self.channel.name, self.driver, self.account, self.account_name)

    @property
    def spec(self) -> Spec:
        """The driver's declaration as it is in this channel's environment."""
        declared, here = self._specs
        if declared is not self.driver.spec:
            here = self.driver.spec.within(self.channel.environment)
            self._specs = self.driver.spec, here
        return here

    @property
    def name(self) -> str:
        """The channel's name."""
        return self.channel.name

    @property
    def mask(self) -> Mask:
        """Finds what this channel's account has and had of secrets, and what was made of them for a header."""
        if self._masked is not self.account:  # every answer is searched for them
            before, self._masked = self._masked, self.account
            self._remember(() if before is None else _hidden(before))
        return self._mask

    def _remember(self, texts: Iterable[str]) -> None:
        """Those of the account itself always, and the newest of what was good before or made for a header."""
        ours = set(_hidden(self.account))
        known = dict.fromkeys((*self._former, *texts))
        self._former = tuple(text for text in known if text not in ours)[-_REMEMBERED:]
        self._mask = Mask((*ours, *self._former), least=_SHORTEST_SECRET)

    def masked(self, response: Response, signing: Signing) -> Response:
        """The answer without secrets, which some markets repeat: it goes to the driver, to journal and report.

        Neither has it what `signing` made for this exchange. JSON stays JSON: what is masked is its texts, names and
        numbers, not its bytes.
        """
        response = _masked(response, self.mask)
        made = signing.mask(response)
        return response if made is None else _masked(response, made)

    def sign(self, request: Request) -> Request:
        """The request with the account's signature of this moment; DriverError when there is none: nothing is sent."""
        sign = self.driver.sign
        if sign is None:
            return request
        try:
            signed = sign(request, self.account, self.env.now())
        except Exception as error:  # its words may hold a secret
            raise DriverError(
                f"driver {self.driver.spec.name!r} cannot sign {request.place}: {type(error).__name__}"
            ) from None
        for name, value in signed.headers.items():
            if name.lower() in _CREDENTIALS:
                made = value.rpartition(" ")[2]
                # One that is known is not looked for in itself: that would be asked of every request.
                if made not in self.mask.secrets and self.mask.text(made) is made:
                    self._remember((made,))
        return signed
