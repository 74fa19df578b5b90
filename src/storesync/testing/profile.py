"""What kind of world this is: the market's manners, its mishaps, and how often processes die."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Literal

from attrs import evolve, frozen

from storesync.engine.work import CLOCKS
from storesync.model.calendar import KINDS, USUAL, Blackout

__all__ = ["RATES", "START", "By", "Profile"]

By = Literal["address", "key", "unique", "search", "none"]


@frozen(kw_only=True)
class Profile:
    """What kind of world this is; `rates` are fault rates per call.

    `crashes` and `failures` are how many processes may die, and how many commits may fail, in one run.
    Every clock is wrong by `skew`, and no two of them differ by more than `apart`, in seconds.
    `floor` says how the merchant's price policy sets one. In a `blackout` the platform takes no operations of some
    kinds, and no more than `daily` calls a day.
    `review` is how many seconds the market takes to decide on a document, `owned` what the seller keeps by hand;
    with `together` the market takes prices and stock in one call only; `elsewhere` somebody plans the channel over
    another catalog at the same time.
    with `together` the market takes prices and stock in one call only. `stumbles` is how often, per answer, the code
    that reads it raises something nobody meant it to. Under `key` the market remembers a request token for `keeps`
    seconds; it has a search if it `finds`. Between two runs up to `rests` seconds pass. Where a
    seller `varies` listings, he adds variants of his own and takes ours away; one who `insists` types what was repaired
    again, so often at most. A market that `rewords` shows titles in its own way. `loses` is how often, per call, it
    forgets all pictures that it was sent.
    """

    by: By
    steps: Literal[1, 2]
    lag: float
    late: float
    rates: Mapping[str, float]
    crashes: int
    rivals: bool
    edits: bool
    skew: float
    apart: float = 0.0
    failures: int = 0
    review: float = 0.0
    owned: tuple[str, ...] = ()
    floor: Literal["", "min_price", "min_margin"] = ""
    blackout: Blackout | None = None
    daily: int | None = None
    together: bool = False
    elsewhere: bool = False
    stumbles: float = 0.0
    keeps: float | None = None
    finds: bool = True
    rests: float = 0.0
    varies: bool = False
    insists: int = 0
    rewords: bool = False
    loses: float = 0.0

    @classmethod
    def drawn(
        cls,
        rng: Random,
        *,
        identities: Sequence[By],
        steps: Sequence[Literal[1, 2]],
        lags: Sequence[float],
        lates: Sequence[float],
        rates: Mapping[str, float],
    ) -> Profile:
        """A profile by chance; one world in eight is calm, to count calls in."""
        by = rng.choice(identities)
        calm = rng.random() < 0.125
        lag = rng.choice(lags)
        drawn: dict[str, float] = {}
        if not calm:
            for name, most in {**RATES, **rates}.items():
                drawn[name] = rng.choice((0.0, most / 3, most))
            if rng.random() < 0.1:
                drawn[rng.choice(_STORMS)] = 0.5  # so often that repeating does not help
            if by in ("search", "none"):
                # assumption: such a market does not itself deliver one request twice; nobody could tell then
                drawn["duplicate"] = 0.0
        return cls(
            by=by,
            steps=rng.choice(steps),
            lag=lag,
            late=rng.choice(lates) if not calm else 0.0,
            rates=drawn,
            crashes=0 if calm else rng.choice((0, 1, 2, 4)),
            failures=0 if calm else rng.choice((0, 0, 1, 2)),
            rivals=not calm and rng.random() < 0.25,
            edits=not calm and rng.random() < 0.3,
            skew=rng.choice((0.0, 0.0, -30.0, 45.0)),
        )

    def with_people(self, rng: Random, *, reviewed: bool) -> Profile:
        """The same world, where a moderator may decide later and a seller may keep fields by hand."""
        if self.calm:
            return self
        owned = rng.choice(((), ("title",), ("stock",), ("title", "stock"))) if self.edits else ()
        review = 300.0 if reviewed and rng.random() < 0.15 else 0.0
        apart = rng.choice((0.0, CLOCKS if self.lag + self.late else _LEASES))
        return evolve(self, review=review, owned=owned, apart=apart)

    def with_more_owned(self, rng: Random) -> Profile:
        """The same world, where the seller may keep prices, or what is on sale, by hand as well."""
        if not self.edits or rng.random() >= 0.4:
            return self
        return evolve(self, owned=(*self.owned, *rng.choice((("prices",), ("shown",), ("prices", "shown")))))

    def with_rules(self, rng: Random) -> Profile:
        """The same world under a price policy with a floor, a calendar, and a quota of the day."""
        ruled = evolve(self, floor=rng.choice(("", "", "min_price", "min_margin")))
        if self.calm:
            return ruled
        closed, spent = rng.random() < 0.15, rng.random() < 0.1
        ruled = evolve(ruled, blackout=_blackout(rng) if closed else None)
        if not spent:
            return ruled
        # Whose clock is ahead begins a day early: calls of a day can be counted where clocks are right.
        return evolve(ruled, daily=rng.choice((50, 90, 150)), skew=0.0, apart=0.0)

    def with_one_call(self, rng: Random) -> Profile:
        """The same world, where the market may take prices and stock in one call only."""
        return evolve(self, together=rng.random() < 0.25)

    def with_strangers(self, rng: Random) -> Profile:
        """The same world, where somebody may plan the same channel over another catalog."""
        return evolve(self, elsewhere=not self.calm and rng.random() < 0.2)

    def with_stumbles(self, rng: Random) -> Profile:
        """The same world, where code of driver and engine may fail over an answer."""
        if self.calm or rng.random() >= 0.15:
            return self
        return evolve(self, stumbles=rng.choice((0.02, 0.1, 0.3)))

    def with_repeats(self, rng: Random) -> Profile:
        """The same world, where answers may repeat what they were asked with, credentials and all."""
        if self.calm or rng.random() < 0.5 or sum(self.rates.values()) > 0.98:
            return self
        return evolve(self, rates={**self.rates, "repeat": 0.02})

    def with_memory(self, rng: Random) -> Profile:
        """The same world, where a market that honors request tokens may forget them, and may have no search."""
        if self.by != "key" or self.calm:
            return self
        keeps = rng.choice((None, 900.0, 900.0, 86_400.0))
        known = evolve(self, keeps=keeps, finds=rng.random() < 0.75)
        if keeps is None:
            return known
        # Answers are lost again and again, while the market forgets.
        rates = {name: min(rate, RATES[name]) for name, rate in self.rates.items()}
        return evolve(known, rests=keeps, rates={**rates, "lost_after": 0.5})

    def with_misses(self, rng: Random) -> Profile:
        """The same world, where a look at a listing may miss it, though it is there."""
        if self.calm or rng.random() >= 0.15:
            return self
        most = 0.3 if sum(self.rates.values()) < 0.6 else 0.05
        return evolve(self, rates={**self.rates, "missed": rng.choice((0.05, most))})

    def with_variants(self, rng: Random) -> Profile:
        """The same world, where a seller may add variants of his own; then runs look at the shop first."""
        if self.calm or rng.random() >= 0.2:
            return self
        return evolve(self, varies=True, edits=True)

    def with_insisting(self, rng: Random) -> Profile:
        """The same world, where a seller may insist on a title that he typed, or the market on its way of titles."""
        if self.calm or not self.edits:
            return self
        # Where a market decides later, nobody can tell it from a seller who types the same at each of three verdicts.
        insists = rng.choice((0, 1, 2)) if self.review else rng.choice((0, 1, 2, 4))
        return evolve(self, insists=insists, rewords=rng.random() < 0.25)

    def with_losses(self, rng: Random) -> Profile:
        """The same world, where the market may forget the pictures that it was sent."""
        if self.calm or rng.random() >= 0.2:
            return self
        return evolve(self, loses=rng.choice((0.01, 0.05)))

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong here."""
        return not self.rates


def _blackout(rng: Random) -> Blackout:
    """It begins while the first runs are at work: once, or at this time of every day."""
    begins = START + timedelta(seconds=rng.uniform(0.0, 60.0))
    ends = begins + timedelta(seconds=rng.choice((240.0, 5_000.0)))
    kinds = rng.choice((USUAL, USUAL, ("prices", "stock"), ("create", "update"), KINDS))
    if rng.random() < 0.5:
        return Blackout(begins=begins, ends=ends, kinds=kinds, reason="promotion")
    return Blackout(begins=begins.timetz(), ends=ends.timetz(), kinds=kinds, reason="nobody moderates")


START: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When every world begins."""
_LEASES: Final = 38.0  # seconds: a lease that was renewed in time is not over for anybody
_STORMS: Final = ("lost_before", "lost_after", "error_before", "error_after", "throttle")

RATES: Final[Mapping[str, float]] = {
    "lost_before": 0.06,
    "lost_after": 0.08,
    "late": 0.05,
    "duplicate": 0.04,
    "truncated": 0.04,
    "garbage": 0.03,
    "garbage_after": 0.04,
    "throttle": 0.05,
    "error_before": 0.04,
    "error_after": 0.05,
    "refuse": 0.03,
    "token_expired": 0.02,
    "slow": 0.03,
    "hostile": 0.01,
}
"""The highest rate of each fault, per call."""
