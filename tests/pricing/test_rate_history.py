"""Weeks of rates from sources that slip, fail, sleep and skew: what is believed is what one of them said, checked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from attrs import define, field, frozen

from storesync.engine.believed import Believed, homes, joined
from storesync.errors import Transient
from storesync.pricing import Rate
from storesync.pricing.businessday import is_business_day, missed_days
from storesync.pricing.need import RateNeed
from storesync.pricing.rates import Chain, Collected, Fetch, collect

DAYS = 40
FIRST = date(2026, 12, 20)  # holidays of both calendars lie ahead
CODES = ("CNY", "VND", "JPY", "EUR", "THB")
TRUE = {"CNY": "200.71", "VND": "0.05081", "JPY": "9.12", "EUR": "1550.4", "THB": "41.3"}
SLIPS = ("100", "0.01", "10", "0.1", "1.09", "0.92")
JUMP = Decimal("0.07")


@frozen
class Said:
    """One source's answer of one day: its rates, or nothing."""

    rates: tuple[Rate, ...]


@define
class Voice:
    """A source that says on some days what is true, on others something else, and on some nothing."""

    name: str
    calendar: str
    crosses: bool
    codes: tuple[str, ...]
    random: Random
    said: dict[date, Said] = field(factory=dict)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Nowhere."""
        return {}

    def speak(self, day: date, true: Mapping[str, Decimal]) -> None:
        """Today's answer."""
        if self.random.random() < 0.1:
            self.said[day] = Said(())
            return
        chance = self.random.random()
        seen = day + timedelta(days=chance > 0.98)  # a clock or a zone that runs ahead
        if chance < 0.1:
            seen -= timedelta(days=self.random.randint(5, 20))  # it sleeps and says so
        while not is_business_day(seen, self.calendar):
            seen -= timedelta(days=1)
        self.said[day] = Said(tuple(self._rates(seen, true)))

    def _rates(self, seen: date, true: Mapping[str, Decimal]) -> Iterator[Rate]:
        def slipped(value: Decimal) -> Decimal:
            wrong = self.random.random() < 0.04
            return value * Decimal(self.random.choice(SLIPS)) if wrong else value

        def rate(base: str, quote: str, value: Decimal, day: date, kind: str = "mid") -> Rate:
            return Rate(
                base=base,
                quote=quote,
                value=slipped(value).quantize(Decimal("1e-9")),
                observed=day,
                source=self.name,
                kind=kind,  # type: ignore[arg-type]  # one of the three words
                calendar=self.calendar,
            )

        for code in self.codes:
            # One leg of a cross may be of another day than the rest.
            day = seen - timedelta(days=self.random.random() < 0.05)
            if not self.crosses or code == "EUR":
                yield rate(code, "KRW", true[code], day)
                for kind, share in (("buy", "0.99"), ("sell", "1.01")):
                    if not self.crosses and self.random.random() < 0.5:
                        yield rate(code, "KRW", true[code] * Decimal(share), day, kind)
            else:
                yield rate("EUR", code, true["EUR"] / true[code], day)

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """What it says today."""
        del send, home, currencies
        if not self.said[today].rates:
            raise Transient("down", f"{self.name} is down")
        return self.said[today].rates


def told(voice: Voice, code: str, kind: str, *, until: date) -> set[tuple[Fraction, date]]:
    """Every rate of a currency that a source ever gave, direct or of two legs of one answer and day."""
    found = set()
    for day, said in voice.said.items():
        if day > until:
            continue
        mine = [rate for rate in said.rates if rate.kind == kind]
        found |= {(Fraction(rate.value), rate.observed) for rate in mine if rate.base == code}
        legs = [rate for rate in mine if rate.base == "EUR"]
        for won in (rate for rate in legs if rate.quote == "KRW"):
            for leg in (rate for rate in legs if rate.quote == code and rate.observed == won.observed):
                found.add((Fraction(won.value) / Fraction(leg.value), won.observed))
    return found


def close(one: Fraction, other: Fraction, share: Decimal) -> bool:
    """Whether neither exceeds the other by more than the share."""
    factor = 1 + Fraction(share)
    return one <= other * factor and other <= one * factor


@define
class World:
    """Sources, chains and the rates that are believed, day by day."""

    random: Random
    voices: dict[str, Voice]
    chain: Chain
    true: dict[str, Decimal]
    believed: Believed = field(factory=Believed)

    @classmethod
    def of(cls, seed: int) -> World:
        """A world by chance."""
        random = Random(seed)
        voices = {
            "bank": Voice("bank", "KR", False, CODES, random),
            "fair": Voice("fair", "KR", False, ("CNY", "JPY", "EUR", "THB"), random),
            "euro": Voice("euro", "TARGET", True, ("EUR", "CNY", "JPY", "THB"), random),
            "desk": Voice("desk", "weekdays", True, CODES, random),
        }
        names = list(voices)
        sources = {code: tuple(random.sample(names, random.randint(1, 3))) for code in (*CODES, "*")}
        witness = random.choice(["", *names])
        required = frozenset(code for code in CODES if witness and random.random() < 0.3)
        chain = Chain(sources=sources, witness=witness, witness_required=required, max_jump=JUMP)
        return cls(random, voices, chain, {code: Decimal(rate) for code, rate in TRUE.items()})

    def live(self, day: date) -> tuple[Believed, Collected, tuple[RateNeed, ...]]:
        """One day: rates drift, sources speak, and some currencies are collected."""
        for code, rate in self.true.items():
            step = Decimal(self.random.randint(-60, 60)) / 10_000
            self.true[code] = (rate * (1 + step)).quantize(Decimal("1e-9"))
        for voice in self.voices.values():
            voice.speak(day, self.true)
        some = self.random.sample(CODES, self.random.randint(1, len(CODES)))
        due = tuple(
            RateNeed(home="KRW", currency=code, quiet=Decimal(0), kinds=("mid", "buy")) for code in some
        )
        before = self.believed
        now = datetime.combine(day, time(3), UTC)
        found = asyncio.run(
            collect(
                home="KRW",
                currencies=some,
                chain=self.chain,
                sources=self.voices,
                send=None,  # type: ignore[arg-type]  # nobody here sends
                now=now,
                today=day,
                before=before.snapshot,
            )
        )
        assert ("KRW",) == homes(due)
        self.believed = joined(before, due, [found], now)
        return before, found, due


@pytest.mark.parametrize("seed", range(30))
def test_what_is_believed_was_said_by_its_source_and_withstood(seed: int) -> None:
    """Over weeks: no rate of legs of two sources or days, none that jumped or that its witness contradicts."""
    world = World.of(seed)
    used = 0
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        before, found, due = world.live(day)
        after = world.believed
        _judge(world, before, found, due, day)
        for need in due:
            if need.currency in found.by:
                assert need.currency not in after.doubts
            if need.currency in after.doubts:
                assert () == after.usable(need).rates
            used += bool(after.usable(need).rates)

    assert used > DAYS / 2, "the world is not so bad that nothing is believed"


def _judge(world: World, before: Believed, found: Collected, due: tuple[RateNeed, ...], day: date) -> None:
    after, chain = world.believed, world.chain
    fresh = set(found.by)
    for rate in after.snapshot.rates:
        name = after.by[rate.base]
        ever = told(world.voices[name], rate.base, rate.kind, until=day)
        exactly = {(_rounded(value), seen) for value, seen in ever}

        assert (_rounded(Fraction(rate.value)), rate.observed) in exactly, f"{day}: nobody said {rate}"
        if rate.base not in fresh:
            assert rate in before.snapshot.rates, "what was not collected stays as it is"
            continue
        assert name in chain.order(rate.base)
        assert rate.observed <= day
        assert (day - rate.observed).days <= chain.rules.max_calendar_days
        assert missed_days(rate.observed, day, rate.calendar) <= chain.rules.max_business_days
        last = before.snapshot.pair(rate.base, "KRW", rate.kind)
        assert last is None or close(Fraction(rate.value), Fraction(last.value), JUMP), f"{rate} jumped"
        middle = after.snapshot.pair(rate.base, "KRW")
        assert middle is not None
        assert close(Fraction(rate.value), Fraction(middle.value), JUMP), "a spread that no bank has"
        _judge_witness(world, found, rate, day)
    codes = [(rate.base, rate.kind) for rate in after.snapshot.rates]
    assert len(codes) == len(set(codes)), "one rate for each currency and kind"
    for need in due:
        said = [issue for issue in found.issues if issue.path == f"rates/{need.currency}"]
        assert need.currency in found.by or any(issue.severity.rank == 0 for issue in said), "silence"


def _judge_witness(world: World, found: Collected, rate: Rate, day: date) -> None:
    witness = world.chain.witness
    if rate.kind != "mid" or not witness:
        return
    if world.chain.asks_for_witness(rate.base):
        assert rate.base in found.confirmed, f"{rate} has no witness, and needs one"
    if rate.base in found.confirmed:
        said = told(world.voices[witness], rate.base, "mid", until=day)
        assert any(close(value, Fraction(rate.value), world.chain.tolerance) for value, _ in said)


def _rounded(value: Fraction) -> Fraction:
    """To 20 significant digits and some: a cross is kept to 34."""
    return Fraction(round(value * 10**25), 10**25)


def test_the_worlds_have_slips_holidays_and_skews() -> None:
    """The judge sees what it is for: jumps, contradictions, silence, and a rate that stays over days without one."""
    codes: dict[str, int] = {}
    still = 0
    for seed in range(12):
        world = World.of(seed)
        history: list[Believed] = []
        for number in range(DAYS):
            _, found, _ = world.live(FIRST + timedelta(days=number))
            history.append(world.believed)
            for issue in found.issues:
                codes[issue.code] = codes.get(issue.code, 0) + 1
        still += sum(one.snapshot.id == other.snapshot.id for one, other in pairwise(history))

    assert {
        "rates.fallback",
        "rates.none",
        "rates.jump",
        "rates.disagree",
        "rates.unconfirmed",
    } <= codes.keys()
    assert still > 0
