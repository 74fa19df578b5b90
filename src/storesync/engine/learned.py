"""The rate that a market bears, learned from what it takes and what it refuses.

Nobody knows a limit that was never met, so a law of this kind pays with refused calls. This one pays little: a refusal
takes off a twentieth at most, and the rate then stays just below where it was refused for `_CALM` seconds, twice as
long each time the place is confirmed. Only refusals that come again at once bring it down further, and then by what
was counted: in the rest before, the market saved up nothing or all of it, so the limit lies between the calls it took
over the time it was open, and the same with the rest.
"""

from __future__ import annotations

import math
from collections import deque

from attrs import define, field

__all__ = ["Learned"]

_UNDER = 0.99  # of the refused rate: where the way up becomes flat
_LEAST, _MOST = 0.95, 0.97  # what stays of a rate that was refused near the limit
_UNDER_SAME, _MOST_SAME = 0.995, 0.985  # both, for a place that was confirmed
_LEAST_CLIMBED = 0.93  # the same where the rate was rising fast, and so went too far
_STEEP = 0.88  # below this share of the refused rate, the way back is a straight one
_CLIMB = 3.0  # seconds of a straight way
_CALM, _CALMEST = 30.0, 240.0  # seconds until the refused rate is reached again
_SAME = 0.03  # refused rates that differ by less confirm each other
_SLOWEST = 0.02  # of the declared rate, or calls a second: however a market refuses, we keep asking
_COARSE = 1.0  # seconds: told rests are whole seconds, so the length of such a one tells nothing
_LONG = 1.0  # seconds: a longer rest than that means a quota of a longer time
_QUICK, _SLOW = 2.0, 1.15  # how the pauses grow between tries of a market that does not say how long
_SHORT = 0.02  # seconds before the first of them
_LONGEST = 30.0
_LOOK = 1.0  # seconds over which a sent rate is measured
_FEW = 8  # fewer calls than that are no measure
_REMEMBERED = 1024


@define
class Learned:
    """Calls per second at a time; all times are seconds of one clock that never goes back.

    `top` is the declared rate, infinite where none is declared; it is never exceeded. A refusal closes the market for
    as long as it says; where it says nothing, one call at a time finds out, each later than the one before.
    """

    top: float
    rests: int = field(default=0, init=False)  # how often the market asked to be left alone, or for longer
    _low: float = field(default=0.0, init=False)  # where the way up begins
    _high: float = field(default=math.inf, init=False)  # where it is flat: just below the refused rate
    _borne: float = field(default=0.0, init=False)  # was sent for long enough to be sure of it
    _calm: float = field(default=_CALM, init=False)
    _hold: float = field(default=0.0, init=False)  # seconds before the way up begins
    _opened: float = field(default=0.0, init=False)
    _closed: float | None = field(default=None, init=False)  # since when
    _until: float = field(default=0.0, init=False)
    _told: bool = field(default=True, init=False)  # whether the market said how long
    _pause: float = field(default=0.0, init=False)
    _shut: float = field(default=0.0, init=False)  # how long it was closed last
    _taken: int = field(default=0, init=False)  # since it opened
    _left: deque[float] = field(factory=lambda: deque(maxlen=_REMEMBERED), init=False)

    @property
    def known(self) -> bool:
        """Whether there is a rate to keep."""
        return self._high < math.inf or self.top < math.inf

    @property
    def trying(self) -> bool:
        """Whether a closed market is being tried: one call at a time."""
        return self._closed is not None and not self._told

    def at(self, now: float) -> float:
        """Calls per second now."""
        if self._high == math.inf:
            return self.top
        gone, gap = now - self._opened - self._hold, self._high - self._low
        if gone <= 0.0:
            rate = self._low
        elif self._straight:
            rate = self._low + gap * gone / _CLIMB
        else:
            rate = self._high + gap * (gone / self._calm - 1.0) ** 3
        if rate >= self.top:
            self._high, self._borne = math.inf, 0.0  # as declared again
            return self.top
        return rate

    def rest(self, now: float) -> float:
        """Seconds for which the market is to be left alone."""
        return max(0.0, self._until - now)

    def leaves(self, now: float) -> None:
        """A call leaves now."""
        self._left.append(now)

    def close(self, now: float, seconds: float) -> None:
        """Leave the market alone for as long as it says, though it refused nothing."""
        self._close_until(now, now + seconds, told=True)

    def taken(self, now: float, left: float) -> None:
        """A call that left at `left` was taken; True when that opened the market."""
        if self._closed is not None and left >= self._until:
            self._open(now if self.trying else self._until)
        if self._closed is None:
            self._taken += 1

    def refused(self, now: float, left: float, wait: float | None) -> None:
        """A call that left at `left` was refused; `wait` is how long the market says to wait."""
        if self._closed is not None and self._told and left >= self._until:
            self._open(self._until)
        if self._closed is None:
            if left < self._opened:
                return  # on its way before the last rest: it says nothing new
            self._lower(now, left)
            self._pause = max(_SHORT, 2.0 / self.at(now))
            self._close_until(now, now + (self._pause if wait is None else wait), told=wait is not None)
        elif wait is not None:
            self._close_until(now, now + wait, told=True)
        elif self.trying and left >= self._until:
            self._pause = min(_LONGEST, self._pause * (_QUICK if self._pause < 1.0 else _SLOW))
            self._close_until(now, now + self._pause, told=False)

    def told(self, rate: float, now: float) -> None:
        """The market told its rate: nothing is left to find out."""
        self._high = math.inf if rate >= self.top else rate
        self._low = self._borne = min(rate, self.top)
        self._opened, self._hold, self._calm = now, 0.0, _CALMEST

    @property
    def _straight(self) -> bool:
        return self._low < _STEEP * self._high

    @property
    def _proof(self) -> float:
        """Seconds after which a rate that was not refused is borne: what the rest saved up is used by then."""
        return 1.0 + self._shut

    def _close_until(self, now: float, until: float, *, told: bool) -> None:
        if self._closed is None:
            self._closed = now
        if until > self._until:
            self._until, self._told, self.rests = until, told, self.rests + 1

    def _open(self, at: float) -> None:
        assert self._closed is not None
        shut, whole = at - self._closed, at - self._opened
        surplus = shut - (_COARSE if self._told else self._pause)
        if self.known and self._taken and surplus > max(_LONG, 0.1 * whole):
            # Closed for a good part of the time: it counts by long windows, and took so many in this one.
            self._settle(self._taken / whole, self._taken / whole / _MOST)
        self._shut, self._closed, self._opened, self._taken = min(shut, _LONGEST), None, at, 0
        self._hold = self._proof if self._straight else 0.0

    def _lower(self, now: float, left: float) -> None:
        """A call was refused that left an open market: how much less it must be."""
        rate, lasted = self._sent(now, left), now - self._opened
        if self._high < math.inf and lasted < self._proof:
            self._bisect(rate, left)
            return
        straight = self._high < math.inf and self._straight
        if self._high < math.inf:
            self._borne = min(self._low, _LEAST * rate)
        # Where a market saves up what is not used, all it took since it closed before is the limit itself.
        mean = self._taken / max(lasted + (0.0 if straight else self._shut), 1e-9)
        least = max(self._borne, _LEAST_CLIMBED * rate) if straight else _LEAST * rate
        self._settle(min(_MOST * rate, max(least, mean)), rate, lasted)

    def _bisect(self, rate: float, left: float) -> None:
        open_ = max(left - self._opened, 1e-3)
        sent = sum(1 for one in self._left if self._opened <= one < left)
        most = min(rate, (sent + 1) / open_)
        least = max(self._borne if self._borne < _MOST * most else 0.0, sent / (open_ + self._shut))
        slowest = _SLOWEST * (self.top if self.top < math.inf else 1.0)
        self._low, self._high = max(slowest, (least + most) / 2.0), max(slowest, most)
        self._borne, self._calm = 0.0, _CALM

    def _settle(self, low: float, refused: float, lasted: float = 0.0) -> None:
        confirmed = lasted >= 0.8 * self._calm and abs(refused - self._high) <= _SAME * refused
        if confirmed:
            self._calm, self._high = min(_CALMEST, 2.0 * self._calm), _UNDER_SAME * refused
            self._low = _MOST_SAME * self._high
        else:
            self._calm, self._high = _CALM, _UNDER * refused
            self._low = min(low, _MOST * self._high)

    def _sent(self, now: float, left: float) -> float:
        """The rate sent in the second before a refused call left: the paced one, unless fewer calls came."""
        paced, since = self.at(left), max(self._opened, left - _LOOK)
        recent = sum(1 for one in self._left if since < one < left)
        if recent == self._left.maxlen:
            since = self._left[0]
        if recent >= _FEW:
            return min(paced, recent / (left - since))
        if paced < math.inf:
            return paced
        return sum(1 for one in self._left if since <= one <= left) / max(left - since, now - left, 1e-3)
