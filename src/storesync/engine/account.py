"""Tokens that end: renewed once for all who share an account, and saved before their first use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve
from sqlalchemy import Connection

from storesync.driver import Flow, Request, Response
from storesync.engine.channel import OpenChannel, expiry_of
from storesync.engine.events import happened
from storesync.errors import Denied, Fault, Locked, Transient
from storesync.state import CONVERTER, lease, token

__all__ = ["adopt_newest", "renew", "renew_if_due"]

_AHEAD = timedelta(minutes=5)
_HOLD = 120.0  # seconds for which one process may renew before another may try
_LOOK = 0.2
_TURNS = 5
_LONGEST = 5.0  # seconds between two of them


def _take_over(channel: OpenChannel, newest: token.Token) -> None:
    values = {**CONVERTER.unstructure(channel.account), **newest.fields}
    channel.account = CONVERTER.structure(values, channel.driver.account)
    channel.version = newest.version


def _load(channel: OpenChannel, db: Connection) -> token.Token | None:
    return token.load(db, channel.account_name, channel.base, cipher=channel.store.cipher)


async def adopt_newest(channel: OpenChannel) -> bool:
    """Use the newest saved token; True when it is newer than ours."""
    newest = await channel.store.read(lambda db: _load(channel, db))
    if newest is None or newest.version <= channel.version:
        return False
    _take_over(channel, newest)
    return True


async def renew_if_due(channel: OpenChannel) -> None:
    """Renew a token shortly before it ends, so that no request is spent on learning that it did."""
    if channel.driver.refresh is None:
        return
    ends = expiry_of(channel.account)
    if ends is not None and ends - channel.env.now() < _AHEAD:
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
            if channel.spent is seen:
                raise Denied(
                    "token", f"the token of account {channel.account_name!r} is spent: authorize it again"
                )
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
        at, ended = channel.env.now(), channel.env.ended
        return lease.take(db, f"account:{channel.account_name}", owner, at, _HOLD, ended=ended)

    return take


async def _renew(channel: OpenChannel) -> None:
    """Ask for a new token, and save it before its first use.

    That it was asked for is durable before: whoever comes after a crash in between knows that the old one may be spent.
    """
    refresh = channel.driver.refresh
    assert refresh is not None
    store, name, base, at = channel.store, channel.account_name, channel.base, channel.env.now()
    cut = await store.write(lambda db: token.begin(db, name, base, at=at, cipher=store.cipher))
    try:
        renewed = await _try(channel, refresh, lost=cut is not None)
    except Fault as fault:
        if isinstance(fault, Transient) and fault.untouched:
            await store.write(lambda db: token.refuse(db, name, base, "", cut=cut))
            raise  # nobody could be reached: that is no reason to call a person
        why = _refused(channel, fault, cut)
        await store.write(lambda db: token.refuse(db, name, base, why, cut=cut))
        channel.spent = channel.account
        raise Denied(fault.code, why) from None
    before, after = CONVERTER.unstructure(channel.account), CONVERTER.unstructure(renewed)
    changed = {field: value for field, value in after.items() if before.get(field) != value}
    kept = await store.read(lambda db: _load(channel, db))
    fields = {**(kept.fields if kept is not None else {}), **changed}
    version, expires = channel.version, expiry_of(renewed)

    def save(db: Connection) -> bool:
        saved_at = channel.env.now()
        return token.save(
            db, name, base, fields, expires=expires, after=version, at=saved_at, cipher=store.cipher
        )

    if not await store.write(save):
        await adopt_newest(channel)
        return
    channel.account = evolve(renewed)
    channel.version = version + 1
    happened("token.renewed", channel=channel.name, account=channel.account_name)


async def _try(channel: OpenChannel, refresh: Callable[[Any], Flow[Any]], *, lost: bool) -> Any:
    """A lost answer may have spent the old refresh token: it is asked for once more, never oftener.

    Some markets take the old one for a while; one that does not has nothing left to lose.
    """
    for turn in range(1, _TURNS + 1):
        try:
            return await _drive(channel, refresh(channel.account))
        except Transient as fault:
            if turn == _TURNS or (lost and not fault.untouched):
                raise
            lost = lost or not fault.untouched
            await channel.env.sleep(min(_LONGEST, fault.retry_after or float(turn)))
    raise AssertionError("the last turn returns or raises")


def _refused(channel: OpenChannel, fault: Fault, cut: datetime | None) -> str:
    said = channel.mask.text(fault.message or fault.code)
    before = f"; the answer to a renewal of {cut:%Y-%m-%d %H:%M %Z} was lost with its process" if cut else ""
    return f"the token of account {channel.account_name!r} could not be renewed ({said}{before}): authorize it again"


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
