"""Clock, sleep, chance and ids: everything that differs between a real run and a simulated one."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from attrs import field, frozen

from storesync.engine import process

__all__ = ["Env"]


@frozen(kw_only=True)
class Env:
    """What the engine takes from the world. `elapsed` is a clock in seconds that never goes back.

    `owner` names this process in leases; `ended` says of another owner whether it certainly ended, so that nobody
    waits for its lease. The defaults are the real ones.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: random.Random = field(factory=random.SystemRandom)
    token: Callable[[], str] = lambda: secrets.token_hex(16)
    owner: str = field(factory=process.owner)
    ended: Callable[[str], bool] = process.ended
