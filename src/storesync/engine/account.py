"""Tokens that end: renewed once for all who share an account, and saved before their first use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from attrs import evolve
from sqlalchemy import Connection

from storesync.driver import Flow, Request, Response
from storesync.engine.channel import OpenChannel, expiry_of
from storesync.errors import Denied, Fault, Locked, Transient
from storesync.state import CONVERTER, lease, token

__all__ = ["adopt_newest", "renew", "renew_if_due"]

_log = structlog.get_logger("storesync.engine")
_AHEAD = timedelta(minutes=5)
_HOLD = 60.0  # seconds for which one process may renew before another may try
_LOOK = 0.2


def _take_over(channel: OpenChannel, newest: token.Token) -> None:
    values = {**CONVERTER.unstructure(channel.account), **newest.fields}
    channel.account = CONVERTER.structure(values, channel.driver.account)
    channel.version = newest.version


async def adopt_newest(channel: OpenChannel) -> bool:
    """Use the newest saved token; True when it is newer than ours."""
    newest = await channel.store.read(lambda db: token.load(db, channel.account_name, channel.base))
    if newest is None or newest.version <= channel.version:
        return False
    _take_over(channel, newest)
    return True


async def renew_if_due(channel: OpenChannel) -> None:
    """Renew a token shortly before it ends, so that no request is spent on learning that it did."""
    if channel.driver.refresh is None:
        return
    ends = expiry_of(channel.account)
    if ends is not None and ends - channel.env.now() < min(_AHEAD, timedelta(hours=1)):
        await renew(channel, channel.account)


async def renew(channel: OpenChannel, seen: Any) -> None:
    """Make sure that `channel.account` is newer than `seen`, renewing it at most once for all who ask.

    Raises Denied when the market refuses to renew: a person must authorize again.
    """
    async with channel.renewing:
        if channel.account is not seen:
            return
        while True:
            if await adopt_newest(channel):
                return
            try:
                held = await channel.store.write(_taking(channel))
                break
            except Locked:
                await channel.env.sleep(_LOOK)
        try:
            if not await adopt_newest(channel):
                await _renew(channel)
        finally:
            await channel.store.write(lambda db: lease.release(db, held))


def _taking(channel: OpenChannel) -> Any:
    def take(db: Connection) -> Any:
        owner = f"{channel.env.owner}/{id(channel)}"
        return lease.take(db, f"account:{channel.account_name}", owner, channel.env.now(), _HOLD)

    return take


async def _renew(channel: OpenChannel) -> None:
    refresh = channel.driver.refresh
    assert refresh is not None
    try:
        try:
            renewed = await _drive(channel, refresh(channel.account))
        except Transient:
            # The answer was lost, and the old refresh token may be spent. It is tried once more, never oftener.
            renewed = await _drive(channel, refresh(channel.account))
    except Fault as fault:
        raise Denied(
            fault.code,
            f"the token of account {channel.account_name!r} could not be renewed ({fault.message or fault.code}): "
            "authorize it again",
        ) from None
    before = CONVERTER.unstructure(channel.account)
    after = CONVERTER.unstructure(renewed)
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    kept = await channel.store.read(lambda db: token.load(db, channel.account_name, channel.base))
    fields = {**(kept.fields if kept is not None else {}), **changed}
    version = channel.version
    saved = await channel.store.write(
        lambda db: token.save(
            db,
            channel.account_name,
            channel.base,
            fields,
            expires=expiry_of(renewed),
            after=version,
            at=channel.env.now(),
        )
    )
    if not saved:
        await adopt_newest(channel)
        return
    channel.account = evolve(renewed)
    channel.version = version + 1
    _log.info("token.renewed", channel=channel.name, account=channel.account_name)


async def _drive(channel: OpenChannel, flow: Flow[Any]) -> Any:
    try:
        request: Request = next(flow)
        while True:
            response: Response = await channel.transport.send(request, channel.sign)
            fault = channel.driver.classify(request, response)
            request = flow.send(response) if fault is None else flow.throw(fault)
    except StopIteration as stop:
        return stop.value
    finally:
        flow.close()
