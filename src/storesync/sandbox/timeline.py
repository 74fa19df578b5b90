"""Time in an emulated market: an injected clock, and what is due later, settled in order when looked at."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta


class Timeline:
    """A clock and a heap of due actions; no threads, no timers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._settling: datetime | None = None
        self._serial = 0
        self._due: list[tuple[float, int, datetime, Callable[[], None]]] = []

    def time(self) -> datetime:
        """The market's time: the clock's, or while something overdue is settled the time it was due."""
        return self._settling or self._now()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do the action when due; at once if there is nothing to wait for."""
        if seconds <= 0:
            action()
            return
        due = self.time() + timedelta(seconds=seconds)
        self._serial += 1
        heapq.heappush(self._due, (due.timestamp(), self._serial, due, action))

    def settle(self) -> None:
        """Do everything that is due by now, in order."""
        if not self._due or self._settling is not None:
            return
        now = self._now().timestamp()
        while self._due and self._due[0][0] <= now:
            _, _, due, action = heapq.heappop(self._due)
            self._settling = due
            try:
                action()
            finally:
                self._settling = None

    def pending(self) -> int:
        """How many things are still due later."""
        return len(self._due)

    def serial(self) -> int:
        """A number never given before, for request ids and file names."""
        self._serial += 1
        return self._serial

    def forget(self) -> None:
        """Drop everything that is due later."""
        self._due.clear()
