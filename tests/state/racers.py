"""Processes that want the same thing at the same moment: `python racers.py URL WHAT NUMBER`."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storesync.errors import Locked
from storesync.localization import MemoryText, TextKey
from storesync.state import Store, lease, migrate, texts, token, usage

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
NAME = "channel:tmall-cn"


def race(url: str, what: str, number: int) -> list[str]:
    """What each of the processes told; fails with their words when one of them did not end well."""
    command = [sys.executable, str(Path(__file__)), url, what, str(number)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert 0 == answer.returncode, answer.stderr
    return answer.stdout.splitlines()


def take(store: Store, owner: str) -> str:
    """Try once for a lease that is over."""
    try:
        fence = store.write_now(lambda db: lease.take(db, NAME, owner, NOW, 60))
    except Locked as error:
        return f"locked {error}"
    return f"won {fence.number} {owner}"


def relay(store: Store, owner: str) -> str:
    """Hold the lease five times and give it back, as often as others hold it between."""
    numbers: list[str] = []
    while len(numbers) < 5:
        try:
            fence = store.write_now(lambda db: lease.take(db, NAME, owner, NOW, 60))
        except Locked:
            continue
        numbers.append(str(fence.number))
        store.write_now(lambda db, fence=fence: lease.release(db, fence))
    return " ".join(numbers)


def renew(store: Store, owner: str) -> str:
    """Save a renewed token five times, each time after the version that was seen."""
    saved = []
    for version in range(5):
        done = store.write_now(
            lambda db, version=version: token.save(
                db, "acme", "base", {"access": owner}, expires=NOW + timedelta(hours=4), after=version, at=NOW
            )
        )
        if done:
            saved.append(str(version + 1))
        else:
            # Somebody else did: go on from what it saved.
            kept = store.read_now(lambda db: token.load(db, "acme", "base"))
            assert kept is not None
            assert kept.version > version
    return f"saved {' '.join(saved)}"


def exchange(store: Store, owner: str) -> str:
    """Save a token of newly configured credentials over one of the old."""
    done = store.write_now(
        lambda db: token.save(db, "acme", "new", {"access": owner}, expires=None, after=0, at=NOW)
    )
    return "saved" if done else "late"


def draw(store: Store, _: str) -> str:
    """Draw on a day's quota of a hundred, ten at a time, until nothing is left."""
    granted = []
    renews = NOW + timedelta(hours=12)
    while True:
        told = store.write_now(
            lambda db: usage.draw(
                db, "app:tmall/1/default", least=1, much=10, limit=100, renews=renews, now=NOW
            )
        )
        if not told.granted:
            return " ".join(map(str, granted))
        granted.append(told.granted)


def pay(store: Store, _: str) -> str:
    """Pay for requests of seven characters out of a hundred; every third one was for nothing."""
    paid = 0
    for number in range(40):
        granted = store.write_now(
            lambda db: texts.set_aside(db, "papago", NOW.date(), least=7, most=7, limit=100)
        )
        if granted and number % 3 == 2:
            store.write_now(lambda db: texts.put_back(db, "papago", NOW.date(), 7))
        else:
            paid += granted
    return str(paid)


def correct(store: Store, owner: str) -> str:
    """Bring ten corrections, each made of what stood there before; a late one is brought again. One word per line."""
    key = TextKey("a" * 32, "ko", "vi", "title", "", "A/title")
    kept = 0
    while kept < 10:
        since = store.read_now(lambda db: texts.said_at(db, "vi", ["A/title"]))
        known = store.read_now(lambda db: texts.remembered(db, [key])).get(key)
        before = known.text if known is not None else ""
        new = MemoryText(
            key=key, source_text="a", text=f"{before} {owner}", state="reviewed", by=owner, place="A/title"
        )
        late = store.write_now(
            lambda db, new=new, since=since: texts.keep_texts(db, [new], person=True, at=NOW, since=since)
        )
        kept += not late
    return f"{kept}"


def grow(store: Store, _: str) -> str:
    """Bring an empty place to the schema of this storesync."""
    return migrate(store)


WHAT: dict[str, Callable[[Store, str], str]] = {
    "lease": take,
    "relay": relay,
    "renew": renew,
    "exchange": exchange,
    "draw": draw,
    "pay": pay,
    "correct": correct,
    "migrate": grow,
}


def main(url: str, what: str, number: int) -> int:
    """Start that many processes, let them go at once and print what each told."""
    gate_out, gate_in = os.pipe()
    ready_out, ready_in = os.pipe()
    children = []
    for index in range(number):
        told_out, told_in = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(gate_in)
            store = Store(url, inline=True)
            store.read_now(lambda db: db.exec_driver_sql("SELECT 1").scalar())
            os.write(ready_in, b".")
            os.read(gate_out, 1)  # ends when the parent opens the gate
            told = WHAT[what](store, f"owner-{index}")
            store.close()
            os.write(told_in, told.encode())
            os._exit(0)
        os.close(told_in)
        children.append((child, told_out))
    os.close(gate_out)
    os.close(ready_in)
    ready = 0
    while ready < number and (more := os.read(ready_out, number)):
        ready += len(more)
    os.close(gate_in)
    failed = 0
    for child, told_out in children:
        with os.fdopen(told_out, encoding="utf-8") as told:
            sys.stdout.write(told.read().replace("\n", " ") + "\n")
        failed += os.waitpid(child, 0)[1] != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
