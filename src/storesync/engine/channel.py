"""One channel, open for work: its driver, what is known of its shop, its account, its way to the market."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Any

from attrs import define, evolve, field, fields, frozen

from storesync.driver import Driver, Request, Response, Shop, Spec
from storesync.engine.env import Env
from storesync.engine.pace import Pacer
from storesync.errors import DriverError
from storesync.model import Channel
from storesync.model.codec import loads_foreign
from storesync.state import Store
from storesync.transport import Transport

__all__ = ["Moved", "OpenChannel", "app_of", "expiry_of", "scopes_of"]

_SHORTEST_SECRET = 8  # a shorter text would be found in any answer by chance
_MASK = b"********"


def _text_of(value: Any) -> str:
    reveal = getattr(value, "reveal", None)
    return str(reveal()) if callable(reveal) else value if isinstance(value, str) else ""


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
    """The configured credentials are for another shop than the state's: what both are, and what was found there."""

    said: str
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
    _secrets: tuple[Any, tuple[str, ...]] = field(default=(None, ()), init=False, repr=False)

    def __attrs_post_init__(self) -> None:
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
    def secrets(self) -> tuple[str, ...]:
        """The account's secret texts: its fields that never print, longest first."""
        account, found = self._secrets
        if account is not self.account:  # every answer is searched for them
            values = (getattr(self.account, one.name) for one in fields(type(self.account)) if not one.repr)
            texts = (value for value in map(_text_of, values) if len(value) >= _SHORTEST_SECRET)
            found = tuple(sorted(texts, key=len, reverse=True))
            self._secrets = self.account, found
        return found

    def masked(self, response: Response) -> Response:
        """The answer without the account's secrets, which some markets repeat: it goes to journal and report."""
        content = response.content
        for secret in self.secrets:
            content = content.replace(secret.encode(), _MASK)
        if content is response.content or content == response.content:
            return response
        body = loads_foreign(content) if response.body is not None else None
        return evolve(response, content=content, body=body)

    def sign(self, request: Request) -> Request:
        """The request with the account's signature of this moment; DriverError when there is none: nothing is sent."""
        sign = self.driver.sign
        if sign is None:
            return request
        try:
            return sign(request, self.account, self.env.now())
        except Exception as error:  # its words may hold a secret
            raise DriverError(
                f"driver {self.driver.spec.name!r} cannot sign {request.place}: {type(error).__name__}"
            ) from None
