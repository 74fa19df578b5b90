"""Clock, sleep, chance and ids: everything that differs between a real run and a simulated one."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from attrs import field, frozen

__all__ = ["Env"]


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@frozen(kw_only=True)
class Env:
    """What the engine takes from the world. `elapsed` is a clock in seconds that never goes back.

    `owner` names this process in leases. The defaults are the real ones.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: random.Random = field(factory=random.SystemRandom)
    token: Callable[[], str] = lambda: secrets.token_hex(16)
    owner: str = field(factory=_owner)
