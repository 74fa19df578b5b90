"""Processes that draw on the quotas of one app or account: each takes an equal share while they are at work.

They learn of each other through the state, within `EVERY` seconds; until then their calls may add up to more than the
quota, which the market refuses and which costs nothing but a short rest.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from storesync.engine.bucket import Share
from storesync.engine.channel import OpenChannel
from storesync.state import usage

__all__ = ["EVERY", "join", "leave"]

EVERY: Final = 20.0  # seconds
_HOLD = 60.0  # seconds after which a process that says nothing counts as gone


def _shared(channel: OpenChannel) -> list[str]:
    """The scopes of this channel's quotas that another process may draw on, too."""
    kinds = {quota.scope for some in channel.spec.quotas.values() for quota in some} - {"channel"}
    return sorted(f"{kind}:{channel.scopes.get(kind, '')}" for kind in kinds)


async def join(channel: OpenChannel) -> None:
    """Say that this process is at work, and take the share that is left to it; to be repeated."""
    env = channel.env
    for scope in _shared(channel):

        def count(db: Connection, scope: str = scope) -> tuple[int, int]:
            return usage.join(db, scope, env.owner, env.now(), _HOLD, ended=env.ended)

        channel.pacer.divide(scope, Share(*await channel.store.write(count)), user=channel.name)


async def leave(channel: OpenChannel) -> None:
    """This channel is at rest; the last one of this process leaves its share to others."""
    for scope in _shared(channel):
        if channel.pacer.leave(scope, user=channel.name):

            def gone(db: Connection, scope: str = scope) -> None:
                usage.leave(db, scope, channel.env.owner)

            await channel.store.write(gone)
