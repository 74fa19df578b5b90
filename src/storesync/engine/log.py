"""What an operation's journal keeps: each request as it was meant, each answer as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field
from sqlalchemy import Connection

from storesync.driver import BytesBody, Effect, FormBody, JsonBody, PartsBody, Request, Response
from storesync.engine.calendar import closed
from storesync.engine.channel import OpenChannel
from storesync.errors import Ambiguous, Fault, Postponed
from storesync.model import digest, dumps
from storesync.plan import Kind
from storesync.state import Fence, journal, standing
from storesync.state.journal import EntryState

__all__ = ["Log", "request_digest", "response_from"]

_KEPT_BODY = 256 * 1024  # bytes of an answer that the journal keeps whole; beyond that a digest must do
_KEPT_REQUEST = 64 * 1024


def request_digest(request: Request) -> str:
    """Names a request before it is signed: the same input makes the same requests, and this is how we know."""
    body = request.body
    payload = b"" if isinstance(body, FormBody) else request.payload
    name = hashlib.blake2b(payload, digest_size=16).hexdigest() if payload else ""
    files = [media.sha256 for media in body.files.values()] if isinstance(body, PartsBody) else []
    return digest(
        [request.method, request.host, request.path, dict(request.params), name, dict(request.form), files]
    )


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
    elif isinstance(body, FormBody) and sum(map(len, body.fields.values())) <= _KEPT_REQUEST:
        told["form"] = dict(body.fields)
    elif body is not None and len(request.payload) > _KEPT_REQUEST:
        told["digest"] = hashlib.sha256(request.payload).hexdigest()
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


@define(kw_only=True)
class Log:
    """The journal of one operation: an intent is durable before its request leaves, its outcome before the next.

    `begin` is written with the first intent. An operation that only read leaves no trace.
    """

    channel: OpenChannel
    fence: Fence
    id: str
    kind: Kind
    begin: Callable[[Connection], None]
    begun: bool = False
    step: int = 0
    once: bool = False  # a ONCE request succeeded, or nobody knows
    keys: tuple[str, ...] = ()
    lost: datetime | None = None  # when an answer was last lost, though its request may yet take effect
    until: datetime | None = (
        None  # a ONCE request that has not left by then must not: its token may be forgotten
    )
    open: int | None = None
    _pending: list[Callable[[Connection], None]] = field(factory=list)

    async def intend(self, request: Request) -> None:
        """Make it durable that this request is about to leave, and with it all that came before.

        Postponed when the platform's calendar takes no operations of this kind by now; one that has begun goes on.
        """
        shut = None if self.begun else closed(self.channel, self.kind)
        if shut is not None:
            raise Postponed("calendar", shut.said, untouched=True)
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

    async def calm(self) -> None:
        """Wait until no lost request of this operation can still arrive: sent again, it could undo a later step."""
        if self.lost is not None:
            now = self.channel.env.now()
            rest = (min(self.lost, now) - now).total_seconds() + self.channel.spec.identity.late
            if rest > 0:
                await self.channel.env.sleep(rest)

    async def still_ours(self) -> None:
        """Raises Locked when another process took the lease: it has settled this request, so it must not leave again."""
        await self.channel.store.read(self.fence.check)

    def in_time(self, request: Request) -> None:
        """Raises Postponed when the market may have forgotten the token of this request: it would be a new one."""
        if request.effect is Effect.ONCE and self.until is not None and self.channel.env.now() >= self.until:
            said = "its request token is too old by now: the next run looks what became of it"
            raise Postponed("token", said, untouched=True)

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
