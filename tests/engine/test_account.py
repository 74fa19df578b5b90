"""A refresh token that may be used once survives rivals and crashes, or a person is told to log in again."""

import asyncio
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, step
from tests.state.conftest import POSTGRES, Place, place_for

from storesync.driver import Flow, request
from storesync.engine.account import renew
from storesync.errors import Denied
from storesync.sandbox.dialect import Dialect
from storesync.sandbox.plain import Manners, market_plain
from storesync.state import Store, migrate, token
from storesync.testing.plain import plain_driver
from storesync.testing.processes import Sandbox, sandbox

RENEWER = Path(__file__).with_name("renewer.py")
# The drivers that renew tokens: a call that needs one, and the call that gives one, as their markets name them.
RENEWING = {"plain": ("search", "refresh"), "shopee": ("shop/get_shop_info", "auth/access_token/get")}
PLACES = 40  # where a process may die during one sync; a renewal has fewer


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


def market(bench: Bench, grace: float) -> None:
    """The same shop on a market that takes a spent refresh token for so long."""
    kept: Dialect = market_plain(bench.world.truth.time, manners=Manners(grace=grace))[1]
    bench.world.dialect = kept


def test_channels_of_one_account_renew_once() -> None:
    """Three in one process, five calls each that find the token at its end: one renewal, used by all."""
    bench = Bench.opened(item("A"))
    channels = [bench.rival() for _ in range(3)]
    for channel in channels:
        channel.env = evolve(channel.env, owner="host:one")

    async def all_of_them() -> None:
        await asyncio.gather(*(renew(one, one.account) for one in channels for _ in range(5)))

    bench.run(all_of_them())

    assert 1 == bench.calls("refresh")
    assert 1 == len({channel.account.access for channel in channels})
    assert {1} == {channel.version for channel in channels}


@pytest.mark.parametrize("grace", [0.0, 600.0], ids=["single use", "kept a while"])
@pytest.mark.parametrize("at", range(1, PLACES, 3))
def test_a_process_that_dies_while_it_renews_leaves_a_way_on(at: int, grace: float) -> None:
    """Only between the market's answer and our saving it a person is needed, unless the old one is taken for a while."""
    bench = Bench.opened(item("A"), item("B"))
    market(bench, grace)
    bench.truth.expire_tokens("plain-shop")
    bench.die(at)
    bench.world.loop.skip(120.0)
    spent = any(one.used for one in bench.truth.shop("plain-shop").refreshes.values())
    after = bench.rival()
    name, base = after.account_name, after.base
    saved = bench.world.store.read_now(lambda db: token.load(db, name, base))
    lost = spent and (saved is None or not saved.fields)
    try:
        stopped = bench.sync(after).stopped
    except Denied as denied:
        stopped = str(denied)
    told = bench.world.store.read_now(lambda db: token.trouble(db, name, base))

    if lost and not grace:
        assert "was lost with its process): authorize it again" in stopped
        assert told is not None
        assert stopped.endswith(told.refused)
        bench.world.authorize()
        bench.sync(bench.rival())
    else:
        assert "" == stopped
    assert bench.live() == bench.wanted()
    assert {} == bench.truth.duplicates()


def test_a_market_that_cannot_be_reached_is_no_reason_to_call_a_person() -> None:
    """Its refusal to renew would be; the mark of a renewal that never left is taken back."""
    bench = Bench.opened(item("A"))
    bench.truth.expire_tokens("plain-shop")
    bench.faults(step("lost_before", "connect", operation="refresh", times=50))
    with suppress(Exception):
        bench.sync(bench.rival())
    after = bench.rival()
    told = bench.world.store.read_now(lambda db: token.load(db, after.account_name, after.base))
    bench.faults()
    report = bench.sync(after)

    assert told is not None
    assert told.renewing is None
    assert report.ok


def test_a_renewal_counts_in_the_days_quota() -> None:
    """Like any other call; where nothing is left it waits for the reset, and nobody is told to log in."""
    bench = Bench.opened(item("A"), driver=plain_driver(daily=2))
    channel = bench.channel
    bench.run(renew(channel, channel.account))
    bench.run(renew(channel, channel.account))
    with pytest.raises(Denied, match="the day's quota of 2 calls is used up") as full:
        bench.run(renew(channel, channel.account))
    told = bench.world.store.read_now(lambda db: token.trouble(db, channel.account_name, channel.base))

    assert 2 == bench.calls("refresh")
    assert full.value.retry_after is not None
    assert told is not None
    assert "" == told.refused


def test_code_that_fails_over_a_new_token_does_not_tell_it() -> None:
    """Nobody knows it as a secret yet: the error's own words stay out of message and trace."""
    bench = Bench.opened(item("A"))
    channel = bench.channel

    def refresh(account: Any) -> Flow[Any]:
        new = yield request("POST", "/token", json={"refresh": account.refresh}, auth="none")
        int(new.at("access", str))

    channel.driver = evolve(channel.driver, refresh=refresh)
    with pytest.raises(Denied) as caught:
        bench.run(renew(channel, channel.account))

    assert "raised ValueError over the answer to a renewal" in str(caught.value)
    assert "sandbox0access0" not in "".join(traceback.format_exception(caught.value))


@pytest.fixture(params=["file", *([POSTGRES] if os.environ.get("STORESYNC_TEST_POSTGRES") else [])])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A state that several processes can open."""
    with place_for(request.param, tmp_path) as made:
        migrate(made.url)
        yield made


def started(state: Place, box: Sandbox, name: str) -> subprocess.Popen[str]:
    """A real process that will need a good token."""
    command = [sys.executable, str(RENEWER), state.url, f"{box.address}/{name}", name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def begin(runs: Sequence[subprocess.Popen[str]]) -> None:
    """Let them go, all at one moment: when the last one is ready."""
    for run in runs:
        assert run.stdout is not None
        assert "ready\n" == run.stdout.readline()
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()


def said(run: subprocess.Popen[str]) -> str:
    """What it told at its end."""
    out, _ = run.communicate(timeout=120)
    return out.strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", RENEWING)
def test_sixteen_processes_spend_a_single_use_token_once(shared: Place, name: str) -> None:
    """All need a new one at the same moment: the market is asked once, and all of them go on."""
    call, renewal = RENEWING[name]
    with sandbox(name) as box:
        # The answer takes its time: whoever does not wait for the others' renewal asks for one of their own.
        script = [
            {"fault": "token_expired", "operation": call},
            *[{"fault": "slow", "operation": renewal, "seconds": 1.0}] * 16,
        ]
        box.tell(name, "faults", {"script": script})
        racing = [started(shared, box, name) for _ in range(16)]
        begin(racing)
        told = [said(run) for run in racing]
        calls: dict[str, Any] = box.read(name, "export")["calls"]

    assert ["ok"] * 16 == told
    assert 1 == calls[renewal]


@pytest.mark.slow
@pytest.mark.parametrize("name", RENEWING)
def test_a_killed_renewal_is_told_as_what_it_was(shared: Place, name: str) -> None:
    """SIGKILL between the market's answer and our saving it: the next process is refused once, and says why."""
    call, renewal = RENEWING[name]
    with sandbox(name) as box:
        script = [
            {"fault": "token_expired", "operation": call},
            {"fault": "slow", "operation": renewal, "seconds": 20.0},
        ]
        box.tell(name, "faults", {"script": script})
        first = started(shared, box, name)
        begin([first])
        while not box.read(name, "export")["calls"].get(renewal):
            time.sleep(0.02)
        first.kill()
        first.communicate()
        next_one = started(shared, box, name)
        begin([next_one])
        second = said(next_one)
    store = Store(shared.url)
    told = store.read_now(lambda db: token.trouble(db, name, "base"))
    store.close()

    assert "was lost with its process): authorize it again" in second
    assert told is not None
    assert second.endswith(told.refused)
