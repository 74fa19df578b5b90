"""Pictures on their way: each file is sent once per channel and role, whoever needs it."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from storesync.engine.work import Work
from storesync.errors import Fault, Rejected
from storesync.model import Media
from storesync.plan import Operation
from storesync.state import assets

__all__ = ["upload"]


async def upload(work: Work, operation: Operation) -> None:
    """Send one file, unless it was sent meanwhile."""
    sha256, _, role = operation.media.partition(":")
    async with work.locks.setdefault(f"media {operation.media}", asyncio.Lock()):
        if (sha256, role) in work.media:
            work.done(operation)
            return
        await _send(work, operation, sha256, role)


async def _send(work: Work, operation: Operation, sha256: str, role: str) -> None:
    channel = work.channel
    file = await channel.store.read(lambda db: assets.file(db, sha256))
    flow = channel.driver.upload
    if file is None or flow is None:
        missing = Rejected("file.missing", f"nobody knows where the file {sha256[:12]}… lies: plan again")
        work.failed(operation, missing)
        return
    media = Media(sha256, file.type, file.bytes, role, file.name)
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
