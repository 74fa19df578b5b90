"""The rate that a market bears, learned from what it takes and what it refuses.

Nobody knows a limit that was never met, so a law of this kind pays with refused calls. This one pays little: a refusal
takes off a twentieth at most, and the rate then stays just below where it was refused for `_CALM` seconds, twice as
long each time the place is confirmed. A limit that fell refuses a crowd where a near miss refuses one, or refuses again
at once: then half of the rate is next. Refusals that go on coming bring it down by what was counted: in the rest
before, the market saved up nothing or all of it, so the limit lies between the calls it took over the time it was open,
and the same with the rest. Half of a rate is believed for longer than what was only counted.
"""

from __future__ import annotations

import math
from collections import deque

from attrs import define, field

__all__ = ["Learned"]

_UNDER = 0.99  # of the refused rate: where the way up becomes flat
_LEAST, _MOST = 0.95, 0.97  # what stays of a rate that was refused near the limit
_UNDER_SAME, _MOST_SAME = 0.995, 0.985  # both, for a place that was confirmed
_LEAST_CLIMBED = 0.92  # the same where the rate was rising fast, and so went too far
_STEEP = 0.88  # below this share of the refused rate, the way back is a straight one
_CLIMB = 6.0  # seconds of a way that begins flat and becomes steep: what was just found is probably the limit
_BEYOND = 1 / 3  # of the refused rate in as many seconds again: above it the way goes on, but less steeply
_CROWD = 0.4  # of the calls on their way with a refused one: so many refused are no near miss, the limit fell
_OVER = 0.25  # of the way from where a climb began to where it was refused: a burst hides for how long it was too much
_FELL = 0.5  # of the refused rate, when it did
_DOUBT = 4.0  # times as long as a proof: a refusal within that says that the last climb was misread
_SURE = 0.9  # of a refused rate: what was borne just before is more certain than any guess
_CALM, _CALMEST = 30.0, 240.0  # seconds until the refused rate is reached again
_CALLS = 36.0  # the same in calls, where that is longer; the climb takes a sixth of it
_PROOF = 4.0  # calls that prove as much as a second does
_DECLARED = 0.985  # of a declared rate that fell: calls may come closer than they left
_HALF, _CLIMB_HALF = 10.0, 40.0  # seconds for which half of a rate is believed, and of the climb after them
_WINDOW = 1.05  # seconds: who asks for twice what windows of a second bear is refused within
_NEAR = 0.75  # of a refused rate: taken in a second, or since it opened, it says that the limit fell by less than half
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
class _Crowd:
    """The calls that were on their way with the first refused one, and left no sooner."""

    first: float
    rate: float
    low: float  # where it goes on when this was a near miss
    refused: int = 1
    taken: int = 0

    @property
    def fell(self) -> bool:
        """Whether so many were refused that the limit fell; near it, one is."""
        return self.refused >= 2 and self.refused >= _CROWD * (self.refused + self.taken)


@define
class Learned:
    """Calls per second at a time; all times are seconds of one clock that never goes back.

    `top` is the declared rate, infinite where none is declared; it is never exceeded. A refusal closes the market for
    as long as it says; where it says nothing, or that was too short, one call at a time finds out.
    """

    top: float
    rests: int = field(default=0, init=False)  # how often the market asked to be left alone, or for longer
    _low: float = field(default=0.0, init=False)  # where the way up begins
    _high: float = field(default=math.inf, init=False)  # where it is flat: just below the refused rate
    _borne: float = field(default=0.0, init=False)  # was sent for long enough to be sure of it
    _calm: float = field(default=_CALM, init=False)
    _hold: float = field(default=0.0, init=False)  # seconds before the way up begins
    _since: float = field(default=0.0, init=False)  # when it opened last
    _opened: float = field(default=0.0, init=False)  # the same, or when it is about to
    _closed: float | None = field(default=None, init=False)  # since when
    _until: float = field(default=0.0, init=False)
    _told: bool = field(default=True, init=False)  # whether the market said how long
    _single: bool = field(default=False, init=False)  # whether it is tried one call at a time
    _pause: float = field(default=0.0, init=False)
    _shut: float = field(default=0.0, init=False)  # how long it was closed last
    _taken: int = field(default=0, init=False)  # since it opened
    _crowds: bool = field(default=True, init=False)  # whether a refused crowd is believed
    _halved: bool = field(default=False, init=False)  # whether half of a rate is believed
    _doubted: bool = field(default=False, init=False)  # whether one refusal at once was taken for a near miss
    _known: bool = field(default=False, init=False)  # whether it was refused where it was known to be
    _quick: int = field(default=0, init=False)  # refusals in a row that came at once
    _before: float = field(default=math.inf, init=False)  # the rate that was refused first
    _fell: float = field(default=math.inf, init=False)  # the rate from which it fell last, by a crowd
    _cycle: float = field(default=0.0, init=False)  # when it last opened for longer than a moment
    _cycled: int = field(default=0, init=False)  # taken from then until it closed last
    _left: deque[float] = field(factory=lambda: deque(maxlen=_REMEMBERED), init=False)
    _crowd: _Crowd | None = field(default=None, init=False)

    @property
    def known(self) -> bool:
        """Whether there is a rate to keep."""
        return self._high < math.inf or self.top < math.inf

    @property
    def trying(self) -> bool:
        """Whether a closed market is being tried: one call at a time."""
        return self._closed is not None and self._single

    def at(self, now: float) -> float:
        """Calls per second now."""
        if self._high == math.inf:
            return self.top
        gone, gap = now - self._opened - self._hold, self._high - self._low
        if gone <= 0.0:
            rate = self._low
        elif self._steep and gone <= (
            climb := max(_CLIMB_HALF if self._halved else _CLIMB, _CALLS / 6.0 / self._high)
        ):
            rate = self._low + gap * (gone / climb) ** 2
        elif self._steep:
            rate = self._high * (1.0 + _BEYOND * (gone / climb - 1.0))
        else:
            rate = self._high + gap * (gone / (self._calm * max(1.0, _CALLS / _CALM / self._high)) - 1.0) ** 3
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
        self._close_until(now, now + seconds, told=True, single=False)

    def taken(self, now: float, left: float) -> None:
        """A call that left at `left` was taken."""
        if self._closed is not None:
            if left >= self._until:
                self._open(now if self.trying else self._until)
            else:
                self._came(left, taken=True)
        self._taken += 1

    def refused(self, now: float, left: float, wait: float | None) -> None:
        """A call that left at `left` was refused; `wait` is how long the market says to wait."""
        told = wait is not None
        if self._closed is None:
            if left < self._opened:
                return  # on its way before the last rest: it says nothing new
            self._lower(now, left)
            self._pause = max(_SHORT, 1.0 / self._low)
            self._close_until(now, now + (self._pause if wait is None else wait), told=told, single=not told)
            return
        again = left >= self._until  # the rest is over, and was too short: that says nothing of the rate
        if not again:
            self._came(left, taken=False)
        if wait is not None:
            self._close_until(now, now + wait, told=True, single=again or self._single)
        elif again:
            self._pause = min(_LONGEST, self._pause * (_QUICK if self._pause < 1.0 else _SLOW))
            self._close_until(now, now + self._pause, told=False, single=True)

    def told(self, rate: float, now: float) -> None:
        """The market told its rate: nothing is left to find out."""
        self._high = math.inf if rate >= self.top else rate
        self._low = self._borne = min(rate, self.top)
        self._opened, self._hold, self._calm = now, 0.0, _CALMEST

    @property
    def _steep(self) -> bool:
        return self._low < _STEEP * self._high

    @property
    def _proof(self) -> float:
        """Seconds after which a rate that was not refused is borne: what the rest saved up is used by then."""
        return max(1.0 + self._shut, _PROOF / max(self._low, 1e-6))

    def _close_until(self, now: float, until: float, *, told: bool, single: bool) -> None:
        if self._closed is None:
            self._closed = now
        if until > self._until:
            self._until, self._told, self._single, self.rests = until, told, single, self.rests + 1
            self._opened = until

    def _open(self, at: float) -> None:
        assert self._closed is not None
        if self._closed - self._since < _LONG:
            self._cycled += self._taken  # hardly open at all: that was no window of its own
        else:
            self._cycle, self._cycled = self._since, self._taken
        shut, whole, taken = at - self._closed, at - self._cycle, self._cycled
        surplus = shut - (_COARSE if self._told else self._pause)
        self._crowd = None
        if not self._halved and taken >= _FEW and surplus > max(_LONG, 0.1 * whole):
            # Closed for a good part of the time: it counts by long windows, and took so many in this one.
            self._settle(taken / whole, taken / whole / _MOST)
        elif self._known and not self._halved and surplus > max(_LONG, 2.0 / self._low):
            # Closed for longer than by one call too many: what is declared is not true any more.
            self._before *= _FELL
            self._low, self._halved, self._quick = min(self._low, self._before), True, 1
        self._known = False
        self._shut, self._closed, self._since, self._taken = min(shut, _LONGEST), None, at, 0
        self._opened = at
        self._hold = max(self._proof, _HALF if self._halved else 0.0) if self._steep else 0.0

    def _lower(self, now: float, left: float) -> None:
        """A call was refused that left an open market: how much less it must be."""
        rate, lasted = self._sent(now, left), now - self._opened
        declared = False
        if self._high == math.inf and self.top < math.inf:
            declared, rate = True, _DECLARED * self.top  # what is declared is what fell
        steep = self._high < math.inf and self._steep
        if self._high < math.inf and lasted < self._proof:
            self._quick += 1
            self._search(rate, left, lasted)
            return
        # Where a market saves up what is not used, all it took since it closed before is the limit itself.
        mean = self._taken / max(lasted + (0.0 if steep else self._shut), 1e-9)
        self._quick, self._borne = (1, self._low) if steep else (0, 0.0)
        self._doubted, self._known = False, declared
        low = min(_MOST * rate, max(self._near(rate), mean))
        if steep:
            low = min(_MOST * rate, max(_LEAST_CLIMBED * rate, self._low + _OVER * (rate - self._low)))
        self._settle(low, (low + rate) / 2.0 / _UNDER if steep else rate, lasted)
        self._before, self._halved, fresh = rate, False, lasted < _DOUBT * self._proof
        if steep and rate > _STEEP * self._fell:
            self._crowds = False  # a full window refuses all who come, though the limit is what it was
        self._fell = math.inf
        # Climbing steeply, a crowd is what went too far; it tells nothing about where it came from.
        self._crowd = _Crowd(left, rate, self._low) if self._crowds and not (steep or fresh) else None

    def _came(self, left: float, *, taken: bool) -> None:
        """The answer to a call that was on its way when another one was refused."""
        crowd = self._crowd
        if crowd is None or left < crowd.first:
            return
        crowd.taken += taken
        crowd.refused += not taken
        self._low = min(crowd.low, _FELL * crowd.rate) if crowd.fell else crowd.low
        self._fell = crowd.rate if crowd.fell else math.inf
        if crowd.fell:
            self._calm, self._halved, self._before = _CALM, True, _FELL * crowd.rate

    def _near(self, rate: float) -> float:
        """What is left of a rate by one refusal: the sooner it came, the less."""
        return min(_LEAST, 1.0 - 0.5 / max(1, self._taken)) * rate

    def _search(self, rate: float, left: float, lasted: float) -> None:
        """Refused again at once: the limit lies anywhere between what it certainly bears and what it took."""
        least, most = self._bounds(rate, left)
        near = self._taken > _NEAR * self._before * max(1.0, lasted)
        if self._quick == 1 and near and self.top == math.inf and not self._doubted:
            self._quick, self._doubted, found = 0, True, _LEAST * rate
        elif self._quick == 1:
            found = _FELL * self._before
        elif self._halved:
            found = _LEAST * rate
        elif self._borne > _SURE * rate:
            found = self._borne
        else:
            found = min(self._near(rate), self._taken if lasted < _WINDOW and self._taken > 1 else math.inf)
        self._low, self._high = min(max(found, least), _MOST * most), most
        self._halved, self._borne, self._calm = self._quick == 1, 0.0, _CALM

    def _bounds(self, rate: float, left: float) -> tuple[float, float]:
        """Between which the limit lies: the market saved up all of the rest before, or nothing."""
        open_ = max(left - self._opened, 1e-3)
        sent = max(self._taken, sum(1 for one in self._left if self._opened <= one < left))
        slowest = _SLOWEST * (self.top if self.top < math.inf else 1.0)
        most = max(slowest, min(rate, (sent + 1) / open_))
        return min(most, max(slowest, sent / (open_ + self._shut))), most

    def _settle(self, low: float, refused: float, lasted: float = 0.0) -> None:
        if self._confirms(refused, lasted):
            self._calm, self._high = min(_CALMEST, 2.0 * self._calm), _UNDER_SAME * refused
            self._low = _MOST_SAME * self._high
        else:
            self._calm, self._high = _CALM, _UNDER * refused
            self._low = min(low, _MOST * self._high)

    def _confirms(self, refused: float, lasted: float) -> bool:
        """Whether a refusal says again what the last one said."""
        return lasted >= 0.8 * self._calm and abs(refused - self._high) <= _SAME * refused

    def _sent(self, now: float, left: float) -> float:
        """The rate sent in the second before a refused call left: the paced one, unless fewer calls came."""
        paced, since = self.at(left), max(self._opened, left - _LOOK)
        if paced < math.inf:
            paced = self.at(left - 1.0 / paced)  # the one before was taken at the rate until then
        recent = sum(1 for one in self._left if since < one < left)
        if recent == self._left.maxlen:
            since = self._left[0]
        if recent >= _FEW:
            return min(paced, (recent + 1) / (left - since))  # the refused one, too
        if paced < math.inf:
            return paced
        return sum(1 for one in self._left if since <= one <= left) / max(left - since, now - left, 1e-3)
