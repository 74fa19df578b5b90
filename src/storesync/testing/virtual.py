"""An event loop whose clock jumps: a day of waiting takes microseconds, and nothing real is ever waited for."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from storesync.engine import Env

__all__ = ["Deadlock", "VirtualLoop", "run_virtual", "virtual_env"]

T = TypeVar("T")
_PASS = 1e-7  # virtual seconds that one pass of the loop costs, so that a busy loop cannot stop time


class Deadlock(RuntimeError):
    """Nothing is ready and no timer is set: the program waits for ever."""


class _Jump(selectors.BaseSelector):
    """A selector that never waits: it moves the clock by what it was asked to wait."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tick: Callable[[], None] = lambda: None
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, 0, events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock("nothing is ready and no timer is set")
        self.now += _PASS + max(0.0, timeout)
        self.tick()
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in virtual time; threads and sockets do not belong here."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jump.now

    def interrupt(self, tick: Callable[[], None]) -> None:
        """Call this between any two steps of the program from now on."""
        self._jump.tick = tick

    def skip(self, seconds: float) -> None:
        """Move the clock while nobody runs, as the time between two runs of a program."""
        self._jump.now += seconds


def virtual_env(loop: VirtualLoop, rng: Random, *, start: datetime, owner: str, skew: float = 0.0) -> Env:
    """An Env on the loop's clock; `skew` is how wrong the wall clock is, in seconds."""
    origin = (start if start.tzinfo else start.replace(tzinfo=UTC)) + timedelta(seconds=skew)
    jump, asked, told = loop._jump, -1.0, origin

    def now() -> datetime:
        nonlocal asked, told
        if jump.now != asked:  # between two steps of a program no time passes, and it asks again and again
            asked, told = jump.now, origin + timedelta(0, jump.now)
        return told

    return Env(
        now=now,
        elapsed=loop.time,
        sleep=asyncio.sleep,
        random=rng,
        token=lambda: f"{rng.getrandbits(128):032x}",
        owner=owner,
    )


def run_virtual(loop: VirtualLoop, work: Coroutine[Any, Any, T], tick: Callable[[], None] | None = None) -> T:
    """Run to the end; whatever is still running then is cancelled, as when a process ends.

    `tick` is called whenever the program waits, however shortly; what it raises ends the run there.
    """
    task = loop.create_task(work)
    if tick is not None:
        # Not after the end: the loop has its own last step then, which must not be left over for the next run.
        loop.interrupt(lambda: None if task.done() else tick())
    try:
        return loop.run_until_complete(task)
    finally:
        loop.interrupt(lambda: None)
        # In the order in which they were made: a set has one that is another in every process.
        left = sorted(asyncio.all_tasks(loop), key=lambda task: (len(task.get_name()), task.get_name()))
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
