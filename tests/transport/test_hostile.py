"""A market that means harm: no hang, bounded memory, and credentials that go nowhere else."""

import asyncio
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.engine.bench import Bench, item
from tests.transport.hostile import MOST, WAYS, hostile

import storesync.driver as sd
from storesync.engine import Drift, Env, OpenChannel, Pacer, apply, at_work, observe, plan
from storesync.engine.flows import Patience, run
from storesync.engine.promise import promised
from storesync.errors import Fault
from storesync.model import Channel, Market
from storesync.plan import Kind, Operation, Plan
from storesync.report.plan_page import plan_page
from storesync.report.status_view import drift_view
from storesync.state import Store, Want, assets, standing
from storesync.testing.plain import Account, plain_driver
from storesync.transport import Transport

DEADLINE = 1.5  # seconds for one request with all its tries
HANGING = 30.0  # no deadline of ours is near this
ACCESS, REFRESH = "sandbox0access0hostile", "sandbox0refresh0hostile"
PATIENT = Patience(tries=2, deadline=DEADLINE, first=0.02, longest=0.05)
CHINA = Market("CN", ("zh-Hans",), "CNY")
# What is a fault of the format, and not of nobody's answer.
UNREADABLE = sorted(name for name in WAYS if name not in (
    "a body that drips", "a head that drips", "headers without end", "hints without end", "silence",
    "another protocol", "no http at all",
))  # fmt: skip


def channel(address: str, store: Store) -> OpenChannel:
    """The plain channel on a server of loopback, in real time."""
    env = Env()
    return OpenChannel(
        channel=Channel(name="plain-cn", driver="plain", markets=(CHINA,), environment="sandbox", workers=2),
        driver=plain_driver(),
        shop=sd.Shop(channel="plain-cn", markets=(CHINA,)),
        account=Account(app="app", access=ACCESS, refresh=REFRESH),
        account_name="plain",
        base="base",
        transport=Transport({"api": address}, now=env.now, timeout=DEADLINE / 3, most=MOST),
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )


@pytest.fixture
def store() -> Any:
    """An empty state that wants one listing."""
    made = Store("sqlite://", inline=True)
    made.create_tables()
    price = sd.Price(sd.Money(100, "CNY"))
    want = Want(
        key="A",
        title="A",
        input="1",
        causes={},
        content={"title": "A", "text": "", "images": []},
        offers={"A-1": sd.Offer("A-1", {"CN": price}, 5)},
        shown=True,
    )
    made.write_now(lambda db: standing.want(db, "plain-cn", want))
    made.write_now(lambda db: assets.keep_contact(db, "plain-cn", {"how": "empty"}))
    yield made
    made.close()


@pytest.mark.parametrize("name", WAYS)
async def test_reading_ends_in_a_fault_in_time(name: str, store: Store) -> None:
    """Whatever comes, a question is given up within its deadline, in words without a credential."""
    async with asyncio.timeout(HANGING), hostile(WAYS[name]) as (address, seen):
        opened = channel(address, store)
        observe = opened.driver.observe
        assert observe is not None
        with pytest.raises(Fault) as told:
            await run(opened, observe(opened.shop, [sd.Ref("1")]), None, PATIENT)
        await opened.transport.close()

    assert seen.connections
    assert ACCESS not in f"{told.value!s}{told.value!r}{told.value.args}"


@pytest.mark.parametrize("name", WAYS)
async def test_a_create_is_in_doubt_and_never_a_success(name: str, store: Store) -> None:
    """Nobody knows what such a market did: the listing is looked for later, and the run ends in time."""
    want = store.read_now(lambda db: standing.read(db, "plain-cn", "A"))
    assert want is not None
    operation = Operation(
        kind=Kind.CREATE, key="A", skus=("A-1",), want=want.want, offers=promised(want, ["A-1"])
    )
    async with asyncio.timeout(HANGING), hostile(WAYS[name]) as (address, _):
        opened = channel(address, store)
        revision = store.read_now(lambda db: standing.revision(db, "plain-cn"))
        made = Plan(channel="plain-cn", revision=revision, made_at="", operations=[operation])
        report = await apply(opened, made, patience=PATIENT)
        await opened.transport.close()
    now = store.read_now(lambda db: standing.read(db, "plain-cn", "A"))

    assert now is not None
    assert not report.ok
    assert not now.made
    assert now.ref is None
    assert now.doubt is not None or isinstance(report.bad[0].fault, sd.Rejected)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_credentials_follow_no_redirect(status: int, store: Store) -> None:
    """The other server hears nothing: not the token, not even a greeting."""

    async def elsewhere(writer: asyncio.StreamWriter, other: str) -> None:
        writer.write(
            f"HTTP/1.1 {status} Moved\r\nlocation: {other}/listings/1\r\ncontent-length: 0\r\n\r\n".encode()
        )
        await writer.drain()

    async with (
        asyncio.timeout(HANGING),
        hostile(WAYS["a picture"]) as (other, stranger),
        hostile(lambda writer, _: elsewhere(writer, other)) as (address, seen),
    ):
        opened = channel(address, store)
        for flow in (
            opened.driver.observe(opened.shop, [sd.Ref("1")]),  # type: ignore[misc]  # it is there
            opened.driver.find(opened.shop, sd.Sought("A")),  # type: ignore[misc]  # it is there
            opened.driver.listings(opened.shop, None),  # type: ignore[misc]  # it is there
        ):
            with pytest.raises(Fault):
                await run(opened, flow, None, PATIENT)
        await opened.transport.close()

    assert ACCESS.encode() in seen.got
    assert (0, b"") == (stranger.connections, stranger.got)


async def test_a_market_cannot_name_where_the_driver_goes_on(store: Store) -> None:
    """Addresses in fields – ids, cursors – stay parts of a path on the declared host."""
    rows = {"listings": [], "next": "http://127.0.0.1:1/steal?from=2"}
    body = sd.dumps(rows).encode()

    async def paged(writer: asyncio.StreamWriter, other: str) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        await writer.drain()

    async with asyncio.timeout(HANGING), hostile(WAYS["a picture"]) as (other, stranger):
        rows["next"] = f"{other}/steal"
        body = sd.dumps(rows).encode()
        async with hostile(paged) as (address, seen):
            opened = channel(address, store)
            made = await plan(opened, [], _Nothing())
            observe = opened.driver.observe
            assert observe is not None
            with pytest.raises(Fault):
                await run(opened, observe(opened.shop, [sd.Ref(f"{other}/steal")]), None, PATIENT)
            await opened.transport.close()

    assert 0 == stranger.connections
    assert () == made.operations
    assert seen.connections


class _Nothing:
    """A preparer that is never asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.slow
def test_memory_is_bounded_whatever_the_market_sends() -> None:
    """The peak of a process that met such a server, against one that met a polite one with the largest answer."""

    def peak(name: str) -> int:
        words = [sys.executable, "-m", "tests.transport.hostile_peak", *([name] if name else [])]
        root = Path(__file__).parents[2]
        return int(
            subprocess.run(words, cwd=root, check=True, capture_output=True, text=True, timeout=60).stdout
        )

    polite = peak("")
    worst = {
        name: peak(name) / polite
        for name in (
            "a body of 100 GB",
            "chunks without end",
            "headers without end",
            "a gzip bomb",
            "a gzip bomb in gzip",
            "deep json",
            "deep lists",
            "wide json",
            "a number of a million digits",
        )
    }

    assert {} == {name: ratio for name, ratio in worst.items() if ratio > 1.4}


def test_words_of_a_market_drive_no_terminal() -> None:
    """A message that would retitle a window, clear a screen or hide a line is shown as words."""
    words = "sold \x1b]0;owned\x07out\x1b[2J\x9b31m\r\n상품\tok"
    fault = sd.Rejected(f"code{words}", words, issues=[sd.Issue("market.refused", "texts/title", words)])
    shown = f"{fault}{fault.args}{fault.issues[0]}"

    assert "sold ]0;ownedout[2J31m\n상품\tok" == fault.message == fault.issues[0].message
    assert not {character for character in shown if character in "\x1b\x07\x9b\r"}


def test_words_of_a_market_are_no_markup() -> None:
    """What it says of a refused listing, and the title that it shows, stand in the page and on the terminal as words."""
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>[bold]"
    bench = Bench.opened(item("A"), item("B"))
    try:
        bench.sync()
        for listing in bench.truth.alive():
            bench.truth.edit(listing.id, title=evil)
        drift = bench.run(_observed(bench))
        refused = (sd.Issue("market.refused", "texts/title", evil),)
        values = {"refused": bench.stand("A").want, "remarks": refused, "have": "?"}
        bench.world.store.write_now(lambda db: standing.change(db, "plain-cn", "A", **values))
        made = bench.plan()
    finally:
        Bench.close_all()
    page, shown = plan_page([made]), _text(drift_view("plain-cn", drift))

    assert ["A"] == [one.key for one in made.held]
    assert evil in made.held[0].reason
    assert "onerror=alert(1)>" in page.replace("&gt;", ">")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "<img src=x" in shown
    assert drift[0].theirs.strip("'")[:20] in shown


async def _observed(bench: Bench) -> list[Drift]:
    async with at_work(bench.channel) as work:
        return await observe(work)


def _text(view: Any) -> str:
    console = Console(width=300, file=StringIO())
    console.print(view)
    return console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO of the line above
