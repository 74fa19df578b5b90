"""One channel, open for work: its driver, what is known of its shop, its account, its way to the market."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import define, field, fields

from storesync.driver import Driver, Request, Shop, Spec
from storesync.engine.env import Env
from storesync.engine.pace import Pacer
from storesync.model import Channel
from storesync.state import Store
from storesync.transport import Transport

__all__ = ["OpenChannel", "app_of", "expiry_of"]


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


@define(kw_only=True)
class OpenChannel:
    """Everything that the engine needs to work on one channel.

    `account` is the newest credentials; only `sign`, `refresh` and `event` of the driver ever see them.
    `account_name` and `base` name the account and the configured credentials in the token table.
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
    scopes: Mapping[str, str] = field(factory=dict)
    renewing: asyncio.Lock = field(factory=asyncio.Lock, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.scopes:
            name = self.driver.spec.name
            self.scopes = {
                "app": f"{name}/{app_of(self.account)}",
                "account": f"{name}/{self.account_name}",
                "channel": self.channel.name,
            }

    @property
    def name(self) -> str:
        """The channel's name."""
        return self.channel.name

    @property
    def spec(self) -> Spec:
        """The driver's declaration as it is in this channel's environment."""
        return self.driver.spec.within(self.channel.environment)

    def sign(self, request: Request) -> Request:
        """The request with the account's signature of this moment."""
        sign = self.driver.sign
        return request if sign is None else sign(request, self.account, self.env.now())
