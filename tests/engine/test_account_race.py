"""Sixteen processes need a new token at once, connects are slow and processes freeze: it is asked for once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from attrs import define, evolve, field
from tests.engine.bench import Bench, item

from storesync.driver import Request, Response
from storesync.engine import OpenChannel
from storesync.engine.account import renew
from storesync.errors import Denied, Fault, Transient
from storesync.sandbox.plain import REFRESH
from storesync.state import lease, token

PROCESSES = 16
ACCOUNT = "account:plain"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


class Freezing:
    """A store whose process may stand still right after anything that it read or wrote."""

    def __init__(self, race: Race, store: Any) -> None:
        self._race, self._store = race, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, *given: Any) -> Any:
        """As the store does, and then perhaps nothing for minutes."""
        result = await self._store.write(*given)
        await self._race.freeze()
        return result

    async def read(self, *given: Any) -> Any:
        """The same."""
        result = await self._store.read(*given)
        await self._race.freeze()
        return result


@define
class Race:
    """What happens by chance: how often a connect fails after its time, how often a process stands still."""

    bench: Bench
    rng: Random
    slow: float = 0.0
    frozen: float = 0.0
    lost: float = 0.0
    asked: Counter[str] = field(factory=Counter)
    overlaps: list[str] = field(factory=list)
    said: list[str] = field(factory=list)

    async def freeze(self) -> None:
        """Stand still for longer than a lease, or not."""
        if self.rng.random() < self.frozen:
            await asyncio.sleep(self.rng.uniform(100.0, 400.0))

    def process(self, number: int) -> OpenChannel:
        """One of the processes, on a network of its own."""
        channel = self.bench.rival()
        channel.env = evolve(channel.env, owner=f"host:{number}")
        channel.store = Freezing(self, channel.store)  # type: ignore[assignment]  # a store that freezes
        usual = channel.transport.send

        async def send(request: Request, sign: Any = None) -> Response:
            await asyncio.sleep(self.rng.random())
            if self.rng.random() < self.slow:
                await asyncio.sleep(channel.transport.timeout - 1.0)
                raise Transient("unreachable", "ConnectTimeout", untouched=True)
            self._leaves(number, channel, request)
            answer = await usual(request, sign)
            if self.rng.random() < self.lost:
                raise Transient("no answer", "ReadTimeout")
            return answer

        channel.transport.send = send  # type: ignore[method-assign]
        return channel

    def _leaves(self, number: int, channel: OpenChannel, request: Request) -> None:
        now = channel.env.now()
        holder = self.bench.world.store.read_now(lambda db: lease.holder(db, ACCOUNT, now))
        if holder is None or not holder[0].startswith(f"host:{number}/"):
            self.overlaps.append(f"{number} asks at {now:%H:%M:%S}, but {holder} renews")
        self.asked[request.body.value["refresh"]] += 1  # type: ignore[union-attr]

    async def one(self, number: int) -> OpenChannel:
        """A process that needs another token than it has; it tries again while nobody can be reached."""
        await asyncio.sleep(self.rng.random() * 3.0)
        channel = self.process(number)
        seen = channel.account
        for _ in range(20):
            try:
                await renew(channel, seen)
                return channel
            except Denied as denied:
                self.said.append(denied.message)
                return channel
            except Fault:
                await asyncio.sleep(self.rng.random() * 30.0)
        raise AssertionError("nobody could be reached twenty times")

    def run(self) -> list[OpenChannel]:
        """All of them; each as it ends."""

        async def every() -> list[OpenChannel]:
            return list(await asyncio.gather(*map(self.one, range(PROCESSES))))

        return self.bench.run(every())

    @property
    def trouble(self) -> str:
        """What `status` tells of the token."""
        name, base = self.bench.channel.account_name, self.bench.channel.base
        told = self.bench.world.store.read_now(lambda db: token.trouble(db, name, base))
        return told.refused if told is not None else ""


@pytest.mark.parametrize("seed", range(40))
def test_a_slow_renewal_never_overlaps_a_take_over(seed: int) -> None:
    """Connects that fail after their time, processes that freeze beyond the lease: one asks, and all go on."""
    rng = Random(seed)
    race = Race(
        Bench.opened(item("A")), rng, slow=rng.choice((0.3, 0.6, 0.85)), frozen=rng.choice((0.0, 0.05, 0.2))
    )
    channels = race.run()

    assert [] == race.overlaps
    assert [] == race.said
    assert {REFRESH: 1} == race.asked
    assert {1} == {channel.version for channel in channels}
    assert 1 == len({channel.account.access for channel in channels})
    assert "" == race.trouble


@pytest.mark.parametrize("seed", range(20))
def test_a_token_whose_answer_was_lost_is_asked_with_once_more_by_all(seed: int) -> None:
    """Whoever is refused says so for all that waited; nobody else spends the old token a third time."""
    rng = Random(seed)
    race = Race(Bench.opened(item("A")), rng, slow=0.3, lost=rng.choice((0.5, 1.0)))
    race.run()

    assert [] == race.overlaps
    assert race.asked[REFRESH] <= 2
    assert len(set(race.said)) <= 1
    assert len(race.said) in (0, PROCESSES)
    assert race.trouble == (race.said[0] if race.said else "")


def test_a_refusal_is_one_for_all_who_wait() -> None:
    """A token that is dead already: the market is asked once, and sixteen processes say the same."""
    race = Race(Bench.opened(item("A")), Random(1))
    race.bench.truth.shop("plain-shop").refreshes.clear()
    race.run()

    assert {REFRESH: 1} == race.asked
    assert PROCESSES == len(race.said)
    assert [race.trouble] == list(dict.fromkeys(race.said))


def test_a_late_refusal_says_nothing_of_a_newer_token() -> None:
    """Refused with the old one, while another process saved a new one: that is used, and `status` is silent."""
    bench = Bench.opened(item("A"))
    late, usual = bench.rival(), bench.rival().transport.send
    base, name = late.base, late.account_name

    async def refused(request: Request, sign: Any = None) -> Response:
        answer = await usual(request, sign)
        new = {"access": "another-access", "refresh": "another-refresh"}
        await late.store.write(
            lambda db: token.save(db, name, base, new, expires=None, after=0, at=late.env.now())
        )
        return evolve(answer, status=401, body={"error": {"code": "refresh_spent"}})

    late.transport.send = refused  # type: ignore[method-assign]
    bench.run(renew(late, late.account))
    told = bench.world.store.read_now(lambda db: token.trouble(db, name, base))

    assert ("another-access", 1) == (late.account.access, late.version)
    assert told is not None
    assert "" == told.refused
