"""Runs a driver's flow: each request is paced, made durable, signed, sent, judged, repeated or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

import tenacity
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
from storesync.engine.denial import admitted, denied
from storesync.engine.events import happened, traced, warned
from storesync.engine.log import Log
from storesync.engine.pace import Place
from storesync.engine.signing import Signing
from storesync.errors import (
    Ambiguous,
    AuthExpired,
    Denied,
    DriverError,
    Fault,
    Malformed,
    Postponed,
    Rejected,
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
    """How long one request is tried, in seconds and in tries; waits grow from `first` to `longest`.

    The last answer is there, or given up, `deadline` seconds after the request left for the first time.
    """

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
        raise _broken(channel, broken) from broken
    except (StoresyncError, SQLAlchemyError):
        raise  # a state that fails ends the run: whatever was on its way is settled by the next one
    except Exception as error:
        failed = _broken(channel, error)
        raise failed from (error if str(error) in failed.message else None)
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


def _broken(channel: OpenChannel, error: Exception, *, untouched: bool = False) -> Fault:
    if isinstance(error, DriverError):
        return Malformed(_BROKEN, str(error), untouched=untouched)
    name = channel.driver.spec.name
    said = channel.mask.text(str(error))
    return Malformed(_FAILED, f"driver {name!r} raised {type(error).__name__}: {said}", untouched=untouched)


class _Until:
    """A tenacity stop on the injected clock: its own `stop_after_delay` reads the real one."""

    def __init__(self, channel: OpenChannel, patience: Patience, asked: _Asked) -> None:
        self._elapsed = channel.env.elapsed
        self._asked = asked
        self._tries = patience.tries

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        # A wait that ends after the deadline is not begun: a market may ask for a day.
        end = self._asked.end
        return state.attempt_number >= self._tries or self._elapsed() + state.upcoming_sleep >= end


class _Pause:
    """A tenacity wait: as the market said, else growing with jitter. Throttled calls wait in the bucket."""

    def __init__(self, channel: OpenChannel, patience: Patience) -> None:
        self._random = channel.env.random
        self._patience = patience

    def __call__(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome is not None else None
        if isinstance(fault, Throttled | AuthExpired):
            return 0.0
        if isinstance(fault, Fault) and fault.retry_after is not None:
            return fault.retry_after
        grown = self._patience.first * float(2 ** (state.attempt_number - 1))
        return min(self._patience.longest, grown) * (0.5 + self._random.random() / 2)


@define
class _Asked:
    """What one request has been through; `unheard` while what left may have been done, as far as anybody knows.

    `end` is its deadline on the clock that never goes back, and `failed` why it is tried again.
    """

    end: float

    sent: bool = False
    unheard: bool = False
    tries: int = 0
    renewals: int = 0
    failed: Transient | None = None


async def _ask(channel: OpenChannel, request: Request, log: Log | None, patience: Patience) -> Response:
    if request.effect is not Effect.READ and log is None:
        raise DriverError(
            f"driver {channel.driver.spec.name!r} sends {request.method} {request.path} with effect "
            f"{request.effect.value} where only reading is allowed"
        )
    if log is not None and request.effect is not Effect.READ:
        await log.calm()
    sent, asked = channel.env.now(), _Asked(channel.env.elapsed() + patience.deadline)
    outcome: Response | Fault
    try:
        outcome = await _repeat(channel, request, log, patience, asked)
    except Exception as error:
        outcome = _fate(channel, request, log, asked, error)
    if log is not None and (asked.sent or log.open is not None):
        log.note(request, sent, outcome)
    if isinstance(outcome, Fault):
        raise outcome
    return outcome


def _fate(channel: OpenChannel, request: Request, log: Log | None, asked: _Asked, error: Exception) -> Fault:
    """What became of a request that ended in an error, whoever raised it: what left and was not heard of is in doubt.

    An error that ends the run is raised: the intent is durable, and the next run settles it.
    """
    if isinstance(error, Fault):
        fault = error
    elif isinstance(error, StoresyncError | SQLAlchemyError) and not isinstance(error, DriverError):
        raise error
    else:
        fault = _broken(channel, error, untouched=not asked.unheard)
        fault.__cause__ = error
    return _meant(channel, request, log, fault) if asked.unheard and not fault.untouched else fault


async def _repeat(
    channel: OpenChannel, request: Request, log: Log | None, patience: Patience, asked: _Asked
) -> Response:
    """One request, again and again while that may help."""
    first: Transient | None = None

    async def attempt() -> Response:
        nonlocal first
        if first is not None:
            known, first = first, None
            raise known
        try:
            return await _try(channel, request, log, patience, asked)
        except Transient as fault:
            asked.failed = fault
            raise

    # Nearly every request is answered at once, and tenacity costs as much as a query: it is asked about failed ones
    # only, which are its first attempt.
    try:
        return await attempt()
    except Transient as fault:
        first = fault
    # Made anew for every request: one shared AsyncRetrying mixes up concurrent callers.
    retrying = tenacity.AsyncRetrying(
        stop=_Until(channel, patience, asked),
        wait=_Pause(channel, patience),
        retry=tenacity.retry_if_exception_type(Transient),
        sleep=channel.env.sleep,
        reraise=True,
    )
    answer: Response = await retrying(attempt)
    return answer


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


def _told(channel: OpenChannel, request: Request, log: Log | None, asked: _Asked) -> dict[str, Any]:
    """What an event tells of a request: the journal has the rest under the operation's id."""
    return {
        "channel": channel.name,
        "operation": log.id if log is not None else "",
        "request": request.form.get("method", request.place),
        "effect": request.effect.value,
        "attempt": asked.tries,
    }


async def _try(
    channel: OpenChannel, request: Request, log: Log | None, patience: Patience, asked: _Asked
) -> Response:
    await renew_if_due(channel)
    place = await _place(channel, request, patience, asked)
    try:
        if log is not None and request.effect is not Effect.READ:
            if log.open is None:
                await log.intend(request)
            else:
                await log.still_ours()
            if channel.env.elapsed() > channel.held_until:
                # This process was frozen since: its intent is durable, but it may be others' to settle by now.
                await log.still_ours()
            log.in_time(request)
        if not asked.tries:
            asked.end = channel.env.elapsed() + patience.deadline
        elif asked.failed is not None and channel.env.elapsed() >= asked.end:
            raise asked.failed
        account = channel.account
        outcome = await _sent(channel, request, place, asked)
        asked.unheard = not (isinstance(outcome, Fault) and outcome.untouched)
        if isinstance(outcome, Denied) and outcome.retry_after is not None:
            await channel.pacer.spent(place, outcome.retry_after)
    finally:
        place.over()
    if isinstance(outcome, Response):
        await admitted(channel, request)
        traced("request.answered", **_told(channel, request, log, asked), status=outcome.status)
        return outcome
    happened(
        "request.failed",
        **_told(channel, request, log, asked),
        fault=type(outcome).__name__,
        code=outcome.code,
    )
    if isinstance(outcome, AuthExpired):
        await _renewed(channel, outcome, account, asked)
    if isinstance(outcome, Denied):
        await denied(channel, outcome)
    raise _meant(channel, request, log, outcome) from None


async def _place(channel: OpenChannel, request: Request, patience: Patience, asked: _Asked) -> Place:
    """Its place in every quota: the first time whenever that comes, later while its deadline lasts."""
    taken = channel.pacer.take(request, channel.spec.quotas, channel.scopes, most=patience.deadline)
    if not asked.tries or asked.failed is None:
        return await taken
    try:
        async with asyncio.timeout(asked.end - channel.env.elapsed()):
            return await taken
    except TimeoutError:
        raise asked.failed from None


async def _sent(channel: OpenChannel, request: Request, place: Place, asked: _Asked) -> Response | Fault:
    """Send it once; what came of it is told to the pace."""
    asked.sent = asked.unheard = True
    asked.tries += 1
    place.leaves()
    signing = Signing(channel)
    try:
        answer = await channel.transport.send(request, signing, asked.end - channel.env.elapsed())
    except Transient as lost:
        return lost
    except (
        DriverError
    ) as broken:  # it has no signature, or no host that it may go to: nothing left this machine
        return _broken(channel, broken, untouched=True)
    response = channel.masked(answer, signing)
    fault = _judged(channel, request, response)
    told = _told_pace(channel, request, response)
    if isinstance(fault, Throttled):
        place.refused(fault.retry_after, told)
    elif fault is None or isinstance(fault, Rejected | Postponed):
        place.taken(told)
    return response if fault is None else fault


async def _renewed(channel: OpenChannel, fault: AuthExpired, account: Any, asked: _Asked) -> None:
    """Renew the token with which a request was refused; Denied when that does not help."""
    said, asked.renewals = "", asked.renewals + 1
    if channel.driver.refresh is None:
        said = "is no longer good and cannot be renewed"
    elif asked.renewals > _RENEWALS:
        said = "is refused also after it was renewed"
    if not said:
        await renew(channel, account)
        return
    lost = Denied(fault.code, f"the token of account {channel.account_name!r} {said}: authorize it again")
    await denied(channel, lost)
    raise lost


def _meant(channel: OpenChannel, request: Request, log: Log | None, fault: Fault) -> Fault:
    """What a fault means for this request: only a ONCE request can be in doubt."""
    unknown = isinstance(fault, Transient | Malformed) and not fault.untouched
    if log is not None and request.effect is not Effect.READ and (unknown or isinstance(fault, Ambiguous)):
        log.lost = channel.env.now()
    if unknown and request.effect is Effect.ONCE:
        # Malformed too: an answer that nobody understands does not say that nothing was made.
        return Ambiguous(fault.code, fault.message, answer=fault.answer)
    if isinstance(fault, Ambiguous) and request.effect is not Effect.ONCE:
        # A READ is never doubtful and a SET may be repeated.
        return Transient(fault.code, fault.message, answer=fault.answer)
    return fault
