"""A run whose lease was taken over sends nothing any more: no new request, and no old one again."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.engine.bench import Bench, item, profile

from storesync.driver import Effect, Request, Response
from storesync.engine import apply
from storesync.errors import Locked
from storesync.sandbox import FaultSchedule
from storesync.state import lease
from storesync.testing.virtual import run_virtual


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_sent_after_the_lease_was_taken_over(seed: int) -> None:
    """At any moment of a run on a market in trouble, between a request and its repeat too.

    What had left this machine may arrive after it: that much a fence cannot hold back (60 ms here).
    """
    rng = Random(seed)
    bench = Bench.opened(*(item(f"P{n}", variants=rng.randint(1, 3)) for n in range(6)))
    bench.sync()
    bench.put(*(item(f"P{n}", 120, 9, variants=2) for n in range(3, 9)))
    made = bench.plan()
    trouble = {"error_before": 0.4, "lost_before": 0.1, "throttle": 0.1, "garbage": 0.1}
    bench.truth.faults = FaultSchedule.seeded(rng, trouble, seconds=1.0)
    doomed, stolen = bench.rival(), list[datetime]()

    def steal() -> None:
        def take(db: Connection) -> None:
            now = doomed.env.now()
            lease.take(db, "channel:plain-cn", "host:thief", now, 600.0, ended=lambda owner: True)

        bench.world.store.write_now(take)
        stolen.append(bench.truth.time())

    async def run() -> None:
        bench.world.loop.call_later(rng.random() * 3.0, steal)
        await apply(doomed, made)

    with suppress(Locked):
        run_virtual(bench.world.loop, run())
    late = [call for call in bench.truth.calls if stolen and (call.time - stolen[0]).total_seconds() > 0.06]

    assert [] == [call for call in late if call.effect == "write"]


@pytest.mark.parametrize("commit", range(1, 9))
def test_a_process_frozen_beyond_its_lease_sends_nothing_when_it_wakes(commit: int) -> None:
    """Right after any of its commits, that of an intent too: the machine sleeps for two minutes, another takes over."""
    bench = Bench.opened(item("A"), manners=profile(steps=2))
    made, store = bench.plan(), bench.world.store
    doomed, commits, woke = bench.rival(), 0, list[datetime]()
    usual, left = doomed.transport.send, list[str]()

    async def leaving(request: Request, *given: Any) -> Response:
        if woke and request.effect is not Effect.READ:
            left.append(request.place)
        return await usual(request, *given)

    def freeze() -> None:
        nonlocal commits
        commits += 1
        if commits == commit and not woke:
            bench.world.loop.skip(120.0)
            woke.append(bench.truth.time())
            now = doomed.env.now()
            store.write_now(lambda db: lease.take(db, "channel:plain-cn", "host:other", now, 600.0))

    store.after_commit = freeze
    doomed.transport.send = leaving  # type: ignore[method-assign]  # only to see what leaves
    try:
        with suppress(Locked):
            bench.apply(made, doomed)
    finally:
        store.after_commit = None

    assert woke
    assert [] == left
