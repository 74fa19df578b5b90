"""Runs a driver's flow: each request is paced, made durable, signed, sent, judged, repeated or given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from attrs import define, frozen
from sqlalchemy.exc import SQLAlchemyError

from storesync.driver import (
    Effect,
    Flow,
    Pace,
    Request,
    Response,
)
from storesync.engine.account import renew, renew_if_due
from storesync.engine.channel import OpenChannel
from storesync.engine.events import happened, warned
from storesync.engine.log import Log
from storesync.errors import (
    Ambiguous,
    AuthExpired,
    Denied,
    DriverError,
    Fault,
    Malformed,
    StoresyncError,
    Throttled,
    Transient,
)

__all__ = ["Patience", "by_driver", "run", "throw"]

T = TypeVar("T")
_FAILED, _BROKEN = "driver.failed", "driver.broken"
_RENEWALS = 2  # of one request's token; the second for a rival whose renewal ended ours


@frozen(kw_only=True)
class Patience:
    """How long one request is tried, in seconds and in tries; waits grow from `first` to `longest`."""

    tries: int = 6
    deadline: float = 180.0
    first: float = 0.5
    longest: float = 20.0


async def run(
    channel: OpenChannel, flow: Flow[T], log: Log | None = None, patience: Patience = Patience()
) -> T:
    """Drive `flow` to its end.

    Raises the fault that the flow let pass; Ambiguous when a ONCE request may have taken effect (with the half
    that exists as `ref`); Malformed when the driver itself failed or broke its contract: that concerns what the flow
    is about, and nothing else. Without `log` only READ requests may be sent.
    """
    last: float | None = None
    try:
        request = next(flow)
        while True:
            if request.after > 0 and last is not None:
                rest = last + request.after - channel.env.elapsed()
                if rest > 0:
                    await channel.env.sleep(rest)
            try:
                outcome: Response | Fault = await _ask(channel, request, log, patience)
            except Fault as fault:
                outcome = fault
            last = channel.env.elapsed()
            request = flow.send(outcome) if isinstance(outcome, Response) else throw(channel, flow, outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type at run time
    except DriverError as broken:
        raise Malformed(_BROKEN, str(broken)) from broken
    except (StoresyncError, SQLAlchemyError):
        raise  # a state that fails ends the run: whatever was on its way is settled by the next one
    except Exception as error:
        raise _broken(channel, error) from error
    finally:
        flow.close()


def throw(channel: OpenChannel, flow: Flow[Any], fault: Fault) -> Request:
    """Hand a fault to the flow; it may go on, unless nobody knows what happened."""
    try:
        request = flow.throw(fault)
    except StopIteration:
        if isinstance(fault, Ambiguous):
            raise _swallowed(channel, "ends in success") from None
        raise
    if isinstance(fault, Ambiguous):
        raise _swallowed(channel, "goes on")
    return request


def _swallowed(channel: OpenChannel, what: str) -> DriverError:
    name = channel.driver.spec.name
    return DriverError(f"driver {name!r} {what} after an ambiguous request: let sd.Ambiguous pass")


def by_driver(fault: Fault) -> bool:
    """Whether the driver's own code is to blame, not the market."""
    return isinstance(fault, Malformed) and fault.code in (_FAILED, _BROKEN)


def _broken(channel: OpenChannel, error: Exception) -> Fault:
    name = channel.driver.spec.name
    return Malformed(_FAILED, f"driver {name!r} raised {type(error).__name__}: {error}")


def _pause(channel: OpenChannel, patience: Patience, fault: Transient, tried: int) -> float:
    """Seconds before the next try: as the market said, else growing with jitter. Throttled calls wait in the bucket."""
    if isinstance(fault, Throttled | AuthExpired):
        return 0.0
    if fault.retry_after is not None:
        return fault.retry_after
    grown = patience.first * float(2 ** (tried - 1))
    return min(patience.longest, grown) * (0.5 + channel.env.random.random() / 2)


@define
class _Asked:
    """What one request has been through."""

    sent: bool = False
    renewals: int = 0


async def _ask(channel: OpenChannel, request: Request, log: Log | None, patience: Patience) -> Response:
    if request.effect is not Effect.READ and log is None:
        raise DriverError(
            f"driver {channel.driver.spec.name!r} sends {request.method} {request.path} with effect "
            f"{request.effect.value} where only reading is allowed"
        )
    sent, asked = channel.env.now(), _Asked()
    try:
        answer = await _repeat(channel, request, log, patience, asked)
    except Fault as fault:
        if log is not None and asked.sent:
            log.note(request, sent, fault)
        raise
    if log is not None:
        log.note(request, sent, answer)
    return answer


async def _repeat(
    channel: OpenChannel, request: Request, log: Log | None, patience: Patience, asked: _Asked
) -> Response:
    """One request, again and again while that may help."""
    end = channel.env.elapsed() + patience.deadline
    for tried in range(1, patience.tries + 1):
        try:
            return await _try(channel, request, log, patience, asked)
        except Transient as fault:
            pause = _pause(channel, patience, fault, tried)
            # A wait that ends after the deadline is not begun: a market may ask for a day.
            if tried == patience.tries or channel.env.elapsed() + pause >= end:
                raise
        await channel.env.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _judged(channel: OpenChannel, request: Request, response: Response) -> Fault | None:
    """What the answer means; one that the driver cannot read is Malformed, whatever its code raises over it."""
    try:
        fault = channel.driver.classify(request, response)
    except Fault as unread:
        fault = unread
    except Exception as error:  # the request has left: what it did must be noted, whoever is to blame
        fault = _broken(channel, error)
    if fault is not None:
        fault.answer = response
    return fault


def _told_pace(channel: OpenChannel, request: Request, response: Response) -> Sequence[Pace]:
    if channel.driver.pace is None:
        return ()
    try:
        return channel.driver.pace(request, response)
    except Exception as error:  # the answer itself is good: nothing about it is in doubt
        warned("pace.unreadable", channel=channel.name, error=type(error).__name__)
        return ()


async def _try(
    channel: OpenChannel, request: Request, log: Log | None, patience: Patience, asked: _Asked
) -> Response:
    quotas, scopes = channel.spec.quotas, channel.scopes
    await renew_if_due(channel)
    await channel.pacer.take(request, quotas, scopes, most=patience.deadline)
    if log is not None and request.effect is not Effect.READ:
        if log.open is None:
            await log.intend(request)
        else:
            await log.still_ours()
    account = channel.account
    asked.sent = True
    response: Response | None = None
    fault: Fault | None = None
    try:
        response = channel.masked(await channel.transport.send(request, channel.sign))
    except Transient as lost:
        fault = lost
    except DriverError as broken:  # it names no host that it may send to: nothing left this machine
        fault = Malformed(_BROKEN, str(broken), untouched=True)
    if response is not None:
        fault = _judged(channel, request, response)
        if fault is None:
            told = _told_pace(channel, request, response)
            channel.pacer.answered(request, quotas, scopes, told=told)
            return response
    assert fault is not None
    happened(
        "request.failed",
        channel=channel.name,
        path=request.form.get("method", request.place),
        effect=request.effect.value,
        fault=type(fault).__name__,
        code=fault.code,
    )
    if isinstance(fault, Throttled):
        channel.pacer.answered(request, quotas, scopes, throttled=True, wait=fault.retry_after)
    elif isinstance(fault, AuthExpired):
        if channel.driver.refresh is None:
            raise Denied(
                fault.code,
                f"the token of account {channel.account_name!r} is no longer good and cannot be renewed: "
                "authorize it again",
            )
        asked.renewals += 1
        if asked.renewals > _RENEWALS:
            raise Denied(
                fault.code,
                f"the market refuses the token of account {channel.account_name!r} also after it was renewed: "
                "authorize it again",
            )
        await renew(channel, account)
    unknown = isinstance(fault, Transient | Malformed) and not fault.untouched
    if log is not None and request.effect is not Effect.READ and (unknown or isinstance(fault, Ambiguous)):
        log.lost = channel.env.now()
    if unknown and request.effect is Effect.ONCE:
        # Malformed too: an answer that nobody understands does not say that nothing was made.
        raise Ambiguous(fault.code, fault.message, answer=fault.answer) from None
    if isinstance(fault, Ambiguous) and request.effect is not Effect.ONCE:
        # A READ is never doubtful and a SET may be repeated.
        raise Transient(fault.code, fault.message, answer=fault.answer) from None
    raise fault
