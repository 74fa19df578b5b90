"""Runs a driver's flow: each request is paced, made durable, signed, sent, judged, repeated or given up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
import tenacity
from attrs import define, field, frozen
from sqlalchemy import Connection

from storesync.driver import (
    BytesBody,
    Effect,
    Flow,
    FormBody,
    JsonBody,
    Pace,
    PartsBody,
    Request,
    Response,
)
from storesync.engine.account import renew, renew_if_due
from storesync.engine.channel import OpenChannel
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
from storesync.model import digest, dumps
from storesync.state import Fence, journal, standing
from storesync.state.journal import EntryState

__all__ = ["Log", "Patience", "request_digest", "response_from", "run", "throw"]

T = TypeVar("T")
_log = structlog.get_logger("storesync.engine")
_KEPT_BODY = 256 * 1024  # bytes of an answer that the journal keeps whole; beyond that a digest must do
_KEPT_REQUEST = 64 * 1024
_RENEWALS = 2  # of one request's token; the second for a rival whose renewal ended ours


def request_digest(request: Request) -> str:
    """Names a request before it is signed: the same input makes the same requests, and this is how we know."""
    payload = hashlib.blake2b(request.payload, digest_size=16).hexdigest() if request.body is not None else ""
    files = (
        [media.sha256 for media in request.body.files.values()] if isinstance(request.body, PartsBody) else []
    )
    form = dict(request.form) if isinstance(request.body, PartsBody) else {}
    return digest([request.method, request.host, request.path, dict(request.params), payload, form, files])


def _told_request(request: Request) -> dict[str, Any]:
    # An address that the market gave holds its own signature in the query.
    path = request.place if "://" in request.path else request.path
    told: dict[str, Any] = {"method": request.method, "host": request.host, "path": path}
    if request.params:
        told["params"] = dict(request.params)
    body = request.body
    if isinstance(body, PartsBody):
        told["form"] = dict(body.fields)
        told["files"] = {name: f"{media.name} sha256:{media.sha256}" for name, media in body.files.items()}
    elif body is not None and len(request.payload) > _KEPT_REQUEST:
        told["digest"] = hashlib.sha256(request.payload).hexdigest()
    elif isinstance(body, FormBody):
        told["form"] = dict(body.fields)
    elif isinstance(body, JsonBody):
        told["json"] = body.value
    elif isinstance(body, BytesBody):
        told["digest"] = hashlib.sha256(body.data).hexdigest()
    return told


def _told_response(response: Response) -> dict[str, Any]:
    told: dict[str, Any] = {"status": response.status, "received": response.received.isoformat()}
    if response.headers:
        told["headers"] = dict(response.headers)
    if len(response.content) > _KEPT_BODY:
        return told | {"cut": hashlib.sha256(response.content).hexdigest()}
    if response.body is not None:
        return told | {"body": response.body}
    if response.content:
        told["text"] = response.content.decode("utf-8", "replace")
    if not response.readable:
        told["readable"] = False
    return told


def response_from(told: Mapping[str, Any]) -> Response | None:
    """The answer that the journal kept; None when it was too large to keep."""
    if "cut" in told:
        return None
    return Response(
        body=told.get("body"),
        status=told["status"],
        headers=told.get("headers", {}),
        received=datetime.fromisoformat(told["received"]),
        content=told.get("text", "").encode() if "text" in told else dumps(told.get("body")).encode(),
        readable=told.get("readable", True),
    )


@frozen(kw_only=True)
class Patience:
    """How long one request is tried, in seconds and in tries; waits grow from `first` to `longest`."""

    tries: int = 6
    deadline: float = 180.0
    first: float = 0.5
    longest: float = 20.0


@define(kw_only=True)
class Log:
    """The journal of one operation: an intent is durable before its request leaves, its outcome before the next.

    `begin` is written with the first intent. An operation that only read leaves no trace.
    """

    channel: OpenChannel
    fence: Fence
    id: str
    begin: Callable[[Connection], None]
    begun: bool = False
    step: int = 0
    once: bool = False  # a ONCE request succeeded, or nobody knows
    keys: tuple[str, ...] = ()
    lost: datetime | None = None  # when an answer was last lost, though its request may yet take effect
    open: int | None = None
    _pending: list[Callable[[Connection], None]] = field(factory=list)

    async def intend(self, request: Request) -> None:
        """Make it durable that this request is about to leave, and with it all that came before."""
        at = self.channel.env.now()

        def write(db: Connection) -> int:
            self.flush(db)
            return journal.intend(
                db,
                operation=self.id,
                step=self.step,
                effect=request.effect.value,
                digest=request_digest(request),
                request=_told_request(request),
                at=at,
            )

        self.open = await self.channel.store.write(write, self.fence)
        self.begun = True
        self._pending.clear()

    async def still_ours(self) -> None:
        """Raises Locked when another process took the lease: it has settled this request, so it must not leave again."""
        await self.channel.store.read(self.fence.check)

    def note(self, request: Request, sent: datetime, outcome: Response | Fault) -> None:
        """Remember an outcome; it becomes durable with the next intent or the operation's end."""
        step, seq, at = self.step, self.open, self.channel.env.now()
        self.step, self.open = step + 1, None
        state: EntryState
        if isinstance(outcome, Response):
            state, answer = "done", _told_response(outcome)
        else:
            state = "doubtful" if isinstance(outcome, Ambiguous) else "refused"
            raw = outcome.answer
            answer = _told_response(raw) if isinstance(raw, Response) else {"fault": str(outcome)}
        if request.effect is Effect.ONCE and state != "refused":
            self.once = True
        if seq is not None:
            self._pending.append(lambda db: journal.answered(db, seq=seq, state=state, at=at, answer=answer))
            return
        told, name = _told_request(request), request_digest(request)
        self._pending.append(
            lambda db: _enter(db, self.id, step, request, name, told, state, answer, sent, at),
        )

    def flush(self, db: Connection) -> None:
        """Write what waits, the operation itself first."""
        if not self.begun:
            self.begin(db)
        for write in self._pending:
            write(db)

    def finish(self, db: Connection, state: str, fault: Fault | None = None) -> None:
        """The operation's last words, in the transaction that changes what we have."""
        if not self.begun and not self._has_effect():
            return
        self.flush(db)
        late = self.channel.spec.identity.late
        if self.lost is not None and late > 0:
            for key in self.keys:
                standing.change(db, self.channel.name, key, unsettled=self.lost + timedelta(seconds=late))
        journal.end(db, id=self.id, state=state, at=self.channel.env.now(), fault=fault)

    def _has_effect(self) -> bool:
        return bool(self._pending)


def _enter(
    db: Connection,
    operation: str,
    step: int,
    request: Request,
    name: str,
    told: Mapping[str, Any],
    state: EntryState,
    answer: Mapping[str, Any],
    sent: datetime,
    at: datetime,
) -> None:
    journal.intend(
        db,
        operation=operation,
        step=step,
        effect=request.effect.value,
        digest=name,
        request=told,
        at=sent,
        state=state,
        answer=answer,
        answered=at,
    )


async def run(
    channel: OpenChannel, flow: Flow[T], log: Log | None = None, patience: Patience = Patience()
) -> T:
    """Drive `flow` to its end.

    Raises the fault that the flow let pass; Ambiguous when a ONCE request may have taken effect (with the half
    that exists as `ref`); Malformed when the driver itself failed. Without `log` only READ requests may be sent.
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
    except StoresyncError:
        raise
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


def _broken(channel: OpenChannel, error: Exception) -> Fault:
    name = channel.driver.spec.name
    return Malformed("driver.failed", f"driver {name!r} raised {type(error).__name__}: {error}")


class _Until:
    """A tenacity stop on the injected clock: its own `stop_after_delay` reads the real one."""

    def __init__(self, channel: OpenChannel, patience: Patience) -> None:
        self._elapsed = channel.env.elapsed
        self._end = channel.env.elapsed() + patience.deadline
        self._tries = patience.tries

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        # A wait that ends after the deadline is not begun: a market may ask for a day.
        return state.attempt_number >= self._tries or self._elapsed() + state.upcoming_sleep >= self._end


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
    """What one request has been through."""

    sent: bool = False
    renewals: int = 0


async def _ask(channel: OpenChannel, request: Request, log: Log | None, patience: Patience) -> Response:
    if request.effect is not Effect.READ and log is None:
        raise DriverError(
            f"driver {channel.driver.spec.name!r} sends {request.method} {request.path} with effect "
            f"{request.effect.value} where only reading is allowed"
        )
    # Made anew for every request: one shared AsyncRetrying mixes up concurrent callers.
    retrying = tenacity.AsyncRetrying(
        stop=_Until(channel, patience),
        wait=_Pause(channel, patience),
        retry=tenacity.retry_if_exception_type(Transient),
        sleep=channel.env.sleep,
        reraise=True,
    )
    sent, asked = channel.env.now(), _Asked()
    try:
        answer: Response = await retrying(_try, channel, request, log, patience, asked)
    except Fault as fault:
        if log is not None and asked.sent:
            log.note(request, sent, fault)
        raise
    if log is not None:
        log.note(request, sent, answer)
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
        _log.warning("pace.unreadable", channel=channel.name, error=type(error).__name__)
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
    if response is not None:
        fault = _judged(channel, request, response)
        if fault is None:
            told = _told_pace(channel, request, response)
            channel.pacer.answered(request, quotas, scopes, told=told)
            return response
    assert fault is not None
    _log.info(
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
