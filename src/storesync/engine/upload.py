"""Pictures on their way: each file is sent once per channel and role, whoever needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection

from storesync.engine.documents import media_in
from storesync.engine.work import Work
from storesync.errors import Fault, Rejected, UnknownMedia
from storesync.model import Media
from storesync.plan import Kind, Operation
from storesync.state import assets

__all__ = ["Sent", "ensure_media", "media_of", "to_resend", "upload"]

Sent: TypeAlias = Mapping[tuple[str, str], str]
"""By (sha256, role) what the market calls a file."""


async def upload(work: Work, operation: Operation) -> None:
    """Send one file, unless it was sent meanwhile."""
    sha256, _, role = operation.media.partition(":")
    async with work.locks.setdefault(f"media {operation.media}", asyncio.Lock()):
        if (sha256, role) in work.media:
            work.done(operation)
            return
        await _send(work, operation, sha256, role)


async def ensure_media(work: Work, key: str, content: Mapping[str, Any]) -> Fault | None:
    """Send what `content` mentions and nobody sent yet, as when another listing's upload is still under way.

    Gives the fault that stands in the way, or None.
    """
    if work.channel.driver.upload is None:
        return None
    # While one is sent, another listing may learn that the market lost one of the others.
    while missing := [one for one in dict.fromkeys(media_in(content)) if one not in work.media]:
        for sha256, role in missing:
            before = len(work.report.outcomes)
            await upload(work, Operation(kind=Kind.UPLOAD, key=key, media=f"{sha256}:{role}"))
            for outcome in work.report.outcomes[before:]:
                if outcome.key == key and outcome.kind is Kind.UPLOAD and not outcome.good:
                    return outcome.fault
    return None


def media_of(work: Work, content: Mapping[str, Any]) -> Sent:
    """What the market calls the files that `content` mentions, as far as they were sent."""
    return {one: work.media[one] for one in media_in(content) if one in work.media}


def to_resend(work: Work, key: str, sent: Sent, fault: Fault) -> Sent | None:
    """The uploads that the state is to forget, since the market lost one that this listing named; None: it is final.

    Another listing may have sent some of them anew meanwhile: those stay, and this one names them now. Once a run for
    each listing: a market that refuses what it was just sent means something else.
    """
    if not isinstance(fault, UnknownMedia) or not sent or key in work.resent:
        return None
    work.resent.add(key)
    lost = {one: value for one, value in sent.items() if work.media.get(one) == value}
    for one in lost:
        del work.media[one]  # before anything is awaited: whoever needs it now sends it again
    return lost


async def _send(work: Work, operation: Operation, sha256: str, role: str) -> None:
    channel = work.channel
    file = await channel.store.read(lambda db: assets.file(db, sha256))
    flow = channel.driver.upload
    if file is None or flow is None:
        missing = Rejected("file.missing", f"nobody knows where the file {sha256[:12]}… lies: plan again")
        work.failed(operation, missing)
        return
    media = Media(sha256, file.type, file.bytes, role)
    log = work.log(operation.kind, operation.key, input={"media": operation.media})
    try:
        value: str = await work.run(flow(channel.shop, media), log)
    except Fault as fault:
        raised = fault
        await work.write(lambda db: log.finish(db, "failed", raised))
        work.failed(operation, fault)
        return
    at = channel.env.now()

    def write(db: Connection) -> None:
        log.finish(db, "done")
        assets.keep_media(db, channel.name, sha256, role, value, at)

    await work.write(write)
    work.media[sha256, role] = value
    work.done(operation)
