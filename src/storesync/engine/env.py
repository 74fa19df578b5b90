"""Clock, sleep, chance and ids: everything that differs between a real run and a simulated one."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from attrs import field, frozen

from storesync.engine import process

__all__ = ["Env"]


# Seeded from the system once: asking it for every id costs more than a request's journal line on some machines.
_CHANCE = random.Random(secrets.randbits(256))
# A forked process must not repeat its parent's ids.
os.register_at_fork(after_in_child=lambda: _CHANCE.seed(secrets.randbits(256)))


@frozen(kw_only=True)
class Env:
    """What the engine takes from the world. `elapsed` is a clock in seconds that never goes back.

    `owner` names this process in leases; `ended` says of another owner whether it certainly ended, so that nobody
    waits for its lease. The defaults are the real ones.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: random.Random = _CHANCE
    token: Callable[[], str] = lambda: f"{_CHANCE.getrandbits(128):032x}"
    owner: str = field(factory=process.owner)
    ended: Callable[[str], bool] = process.ended
