"""Whose lease may be taken over: that of a process which certainly ended, and of nobody else."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item

from storesync.engine import at_work, process
from storesync.errors import Locked
from storesync.state import lease

_OWNER = "from storesync.engine import process; print(process.owner(), flush=True); input()"

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process, at rest, and its name."""
    command = [sys.executable, "-c", _OWNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        yield run, run.stdout.readline().strip()
        run.kill()


def test_a_process_names_its_host_and_number() -> None:
    """A person who reads who is at work can find it."""
    assert process.owner().startswith(f"{socket.gethostname()[:40]}:{os.getpid()}")


@linux
def test_only_an_ended_process_counts_as_ended(other: tuple[subprocess.Popen[str], str]) -> None:
    """Alive, then a zombie that nobody waited for, then gone; what a run adds to the name does not matter."""
    run, name = other
    alive = process.ended(name)
    run.kill()
    os.waitid(os.P_PID, run.pid, os.WEXITED | os.WNOWAIT)
    zombie = process.ended(f"{name}/0a1b2c3d")
    run.wait()

    assert not alive
    assert zombie
    assert process.ended(name)


@linux
@pytest.mark.parametrize(
    "change",
    [
        lambda host, pid, mark: f"elsewhere:{pid}:{mark}",
        lambda host, pid, mark: f"{host}:{pid}",
        lambda host, pid, mark: f"{host}:{pid}:0000000000.{mark.partition('.')[2]}",
        lambda host, pid, mark: f"{host}:{pid}:",
        lambda host, pid, mark: f"{host}:x:{mark}",
        lambda host, pid, mark: "host:3",
        lambda host, pid, mark: "",
    ],
)
def test_what_cannot_be_known_does_not_count_as_ended(
    change: object, other: tuple[subprocess.Popen[str], str]
) -> None:
    """Another host, another boot or namespace, a name of another form: its lease is waited for."""
    run, name = other
    run.kill()
    run.wait()
    assert callable(change)

    assert not process.ended(change(*name.rsplit(":", 2)))


@linux
def test_a_number_given_anew_is_another_process(other: tuple[subprocess.Popen[str], str]) -> None:
    """The same number that began at another moment is not the owner."""
    _, name = other
    place, _, started = name.rpartition(".")

    assert process.ended(f"{place}.{int(started) - 1}")


def _held(bench: Bench, owner: str) -> None:
    env = bench.channel.env
    bench.world.store.write_now(lambda db: lease.take(db, "channel:plain-cn", owner, env.now(), 60.0))


def test_the_lease_of_an_ended_process_is_taken_over_under_a_higher_number() -> None:
    """Nobody waits for the dead; what they would still write is refused."""
    bench = Bench.opened(item("A"))
    _held(bench, "host:dead")
    bench.channel.env = evolve(bench.channel.env, ended=lambda owner: owner == "host:dead")

    async def number() -> int:
        async with at_work(bench.channel) as work:
            return work.fence.number

    try:
        assert 2 == bench.run(number())
    finally:
        bench.close_all()


def test_the_lease_of_a_living_process_is_respected() -> None:
    """The second is told who is at work and since when."""
    bench = Bench.opened(item("A"))
    _held(bench, "host:alive")
    try:
        with pytest.raises(Locked, match=r"host:alive is at work since 2026-11-23T09:00:00"):
            bench.sync()
    finally:
        bench.close_all()


def test_two_runs_of_one_process_are_in_each_others_way() -> None:
    """One service that starts a second run by mistake does not steal from its own first."""
    bench = Bench.opened(item("A"))

    async def twice() -> None:
        async with at_work(bench.channel), at_work(bench.channel):
            raise AssertionError("both were let in")

    try:
        with pytest.raises(Locked, match="is at work since"):
            bench.run(twice())
    finally:
        bench.close_all()
