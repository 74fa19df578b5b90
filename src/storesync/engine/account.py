"""Tokens that end: renewed once for all who share an account, and saved before their first use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import define, evolve, field
from sqlalchemy import Connection

from storesync.driver import Flow, Request, Response
from storesync.engine.channel import OpenChannel, expiry_of
from storesync.engine.events import happened
from storesync.engine.signing import Signing
from storesync.errors import (
    Denied,
    DriverError,
    Fault,
    Locked,
    Malformed,
    StoresyncError,
    Throttled,
    Transient,
)
from storesync.state import CONVERTER, Fence, lease, token

__all__ = ["adopt_newest", "renew", "renew_if_due"]

_AHEAD = timedelta(minutes=5)
_HOLD = 120.0  # seconds for which one process may renew before another may try
_ANSWERS = 4  # a lease is held for as many answers that take as long as they may
_FRESH = 1 / 3  # of a lease: a request leaves only this soon after it was taken or renewed
_LOOK, _SELDOM = (
    0.2,
    2.0,
)  # seconds between two looks whether another process has renewed, at first and at last
_TURNS = 5
_LONGEST = 5.0  # seconds between two of them
_PATIENCE = 60.0  # seconds for which a renewal waits for its place in the app's quotas


def _take_over(channel: OpenChannel, newest: token.Token) -> None:
    values = {**CONVERTER.unstructure(channel.account), **newest.fields}
    channel.account = CONVERTER.structure(values, channel.driver.account)
    channel.version = newest.version


def _load(channel: OpenChannel, db: Connection) -> token.Token | None:
    return token.load(db, channel.account_name, channel.base, cipher=channel.store.cipher)


async def adopt_newest(channel: OpenChannel) -> bool:
    """Use the newest saved token; True when it is newer than ours."""
    return _newer(channel, await channel.store.read(lambda db: _load(channel, db)))


def _newer(channel: OpenChannel, newest: token.Token | None) -> bool:
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
        first = await channel.store.read(lambda db: _load(channel, db))
        wait = _LOOK
        while not await adopt_newest(channel):
            try:
                held = await _Held.taken(channel)
            except Locked:
                await channel.env.sleep(wait)
                wait = min(_SELDOM, wait * 1.5)
                continue
            try:
                await _with(channel, held, seen, first)
                return
            except Locked:
                continue  # another process took over: it renews by now, or has
            finally:
                await held.release()


async def _with(channel: OpenChannel, held: _Held, seen: Any, first: token.Token | None) -> None:
    """Renew under the lease, unless somebody did, or was refused since `first` or just before it."""
    newest = await channel.store.read(lambda db: _load(channel, db))
    if _newer(channel, newest):
        return
    if newest is not None and newest.refused and newest.at is not None:
        lately = (channel.env.now() - newest.at).total_seconds() < held.seconds
        if lately or first is None or first.at != newest.at:
            channel.spent = channel.account
            raise Denied("token", newest.refused)  # whoever held the lease before asked for all of us
    if channel.spent is seen:
        raise Denied("token", f"the token of account {channel.account_name!r} is spent: authorize it again")
    await _renew(channel, held)


@define
class _Held:
    """The account's lease, in this process's hand.

    No token leaves when it may be another's by now. Asked within the first third of a lease, which is as long as four
    answers may take, and answered before the next third begins, a request is over before anybody else can hold the
    lease, though the clocks of two machines differ by as much as the last third.
    """

    channel: OpenChannel
    fence: Fence
    seconds: float

    @classmethod
    async def taken(cls, channel: OpenChannel) -> _Held:
        """The lease; Locked while another holds it."""
        seconds = max(_HOLD, _ANSWERS * channel.transport.timeout)
        env = channel.env
        owner, name = f"{env.owner}/{id(channel)}", f"account:{channel.account_name}"

        def take(db: Connection) -> Fence:
            return lease.take(db, name, owner, env.now(), seconds, ended=env.ended)

        return cls(channel, await channel.store.write(take), seconds)

    async def fresh(self) -> None:
        """Hold on for long enough to ask once; Locked when somebody has taken over."""
        env = self.channel.env
        while True:
            since = env.elapsed()
            await self.channel.store.write(lambda db: lease.renew(db, self.fence, env.now(), self.seconds))
            if env.elapsed() - since <= self.seconds * _FRESH:  # else this process stood still while it wrote
                return

    async def release(self) -> None:
        """Let others renew; nothing where they do already."""
        await self.channel.store.write(lambda db: lease.release(db, self.fence))


async def _renew(channel: OpenChannel, held: _Held) -> None:
    """Ask for a new token, and save it before its first use.

    That it was asked for is durable before: whoever comes after a crash in between knows that the old one may be spent.
    """
    store, name, base, at = channel.store, channel.account_name, channel.base, channel.env.now()
    version = channel.version

    def begin(db: Connection) -> datetime | None:
        return token.begin(db, name, base, version=version, at=at, cipher=store.cipher)

    cut = await store.write(begin, held.fence)
    asking = _Asking(channel, held, lost=cut is not None)

    async def refused(why: str) -> None:
        mark = (cut or at) if asking.lost else None
        moment = channel.env.now()
        await store.write(
            lambda db: token.refuse(db, name, base, why, cut=mark, version=version, at=moment), held.fence
        )

    try:
        renewed = await asking.until_answered()
    except DriverError:
        await refused("")
        raise  # it has no signature, or no host: nothing left this machine
    except Fault as fault:
        if _not_asked(fault):
            await refused("")
            raise
        channel.spent = channel.account
        why = _words(channel, fault, cut)
        await refused(why)
        if await adopt_newest(channel):
            return  # somebody renewed it all the same
        raise Denied(fault.code, why) from None
    await _save(channel, renewed)


def _not_asked(fault: Fault) -> bool:
    """Whether nobody said anything of the token: that is no reason to call a person."""
    return (isinstance(fault, Transient) and fault.untouched) or (
        isinstance(fault, Denied) and fault.retry_after is not None
    )


async def _save(channel: OpenChannel, renewed: Any) -> None:
    store, name, base, version = channel.store, channel.account_name, channel.base, channel.version
    before, after = CONVERTER.unstructure(channel.account), CONVERTER.unstructure(renewed)
    changed = {field: value for field, value in after.items() if before.get(field) != value}
    expires = expiry_of(renewed)

    def save(db: Connection) -> bool:
        # In one go: a process that stands still in between would lose what the market gave it.
        kept, at = _load(channel, db), channel.env.now()
        fields = {**(kept.fields if kept is not None else {}), **changed}
        return token.save(db, name, base, fields, expires=expires, after=version, at=at, cipher=store.cipher)

    if not await store.write(save):
        await adopt_newest(channel)
        return
    channel.account = evolve(renewed)
    channel.version = version + 1
    happened("token.renewed", channel=channel.name, account=channel.account_name)


def _words(channel: OpenChannel, fault: Fault, cut: datetime | None) -> str:
    said = channel.mask.text(fault.message or fault.code)
    before = f"; the answer to a renewal of {cut:%Y-%m-%d %H:%M %Z} was lost with its process" if cut else ""
    return f"the token of account {channel.account_name!r} could not be renewed ({said}{before}): authorize it again"


@define
class _Asking:
    """One renewal on its way; `lost` says that an earlier answer was, with which the old token may have been spent."""

    channel: OpenChannel
    held: _Held
    lost: bool
    signing: Signing = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.signing = Signing(self.channel)

    async def until_answered(self) -> Any:
        """The renewed account.

        A lost answer may have spent the old refresh token: it is asked for once more, never oftener. Some markets take
        the old one for a while; one that does not has nothing left to lose.
        """
        refresh = self.channel.driver.refresh
        assert refresh is not None
        for turn in range(1, _TURNS + 1):
            try:
                return await self._drive(refresh)
            except Transient as fault:
                if turn == _TURNS or (self.lost and not fault.untouched):
                    raise
                self.lost = self.lost or not fault.untouched
                await self.channel.env.sleep(min(_LONGEST, fault.retry_after or float(turn)))
        raise AssertionError("the last turn returns or raises")

    async def _drive(self, refresh: Callable[[Any], Flow[Any]]) -> Any:
        channel = self.channel
        flow = refresh(channel.account)
        try:
            request: Request = next(flow)
            while True:
                outcome = await self._sent(request)
                request = flow.throw(outcome) if isinstance(outcome, Fault) else flow.send(outcome)
        except StopIteration as stop:
            return stop.value
        except Fault as fault:
            self.signing.hide(fault)
            raise
        except StoresyncError:
            raise
        except Exception as error:  # its words may hold the new token, which nobody here knows to mask
            name = channel.driver.spec.name
            raise Malformed(
                "driver.failed", f"driver {name!r} raised {type(error).__name__} over the answer to a renewal"
            ) from None
        finally:
            flow.close()

    async def _sent(self, request: Request) -> Response | Fault:
        """Send it, counted in the quotas it draws on, and not unless the lease is ours for as long as it may take."""
        channel = self.channel
        place = await channel.pacer.take(request, channel.spec.quotas, channel.scopes, most=_PATIENCE)
        try:
            await self.held.fresh()
            place.leaves()
            response = await channel.transport.send(request, self.signing)
            fault = channel.driver.classify(request, response)
            if isinstance(fault, Throttled):
                place.refused(fault.retry_after)
            else:
                place.taken()
            return response if fault is None else fault
        finally:
            place.over()
