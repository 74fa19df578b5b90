"""Worlds that once broke a promise, kept as they were found, and mutants that the simulation must notice."""

import asyncio
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from attrs import evolve

from storesync.testing.mutants import MUTANTS, SMOKE, Mutant
from storesync.testing.platform import PLATFORMS
from storesync.testing.profile import Profile
from storesync.testing.simulate import main
from storesync.testing.simulation import simulate
from storesync.testing.virtual import VirtualLoop, run_virtual
from storesync.testing.world import Crash

PLAIN, TMALL, SHOPEE = PLATFORMS

# Each was found by `make simulate`, with what was wrong in the engine or the driver.
ONCE_BROKEN = [
    pytest.param(13, PLAIN, id="a refusal under an address ended a doubt that nobody had looked into"),
    pytest.param(24, TMALL, id="a failed commit was blamed on the driver, and the run went on"),
    pytest.param(578, SHOPEE, id="a refused account held back every product instead of asking for a person"),
    pytest.param(291, TMALL, id="a variant of a half that left the catalog was taken for the seller's own"),
    pytest.param(20017, TMALL, id="a document sent beside a price call carried the older price"),
    pytest.param(343, PLAIN, id="a dead login was not told while only verdicts were waited for"),
    pytest.param(309, PLAIN, id="a hand edit during a review was never looked at"),
    pytest.param(168, SHOPEE, id="prices that met the end of a day's quota asked for a person"),
    pytest.param(55, PLAIN, id="an operation that waited for its turn began in a blackout"),
    pytest.param(
        183, PLAIN, id="a price that arrived was believed to be refused, since it was when sent again"
    ),
    pytest.param(
        935, SHOPEE, id="the judge saw no stock in a whole listing, while a new variant waited for its price"
    ),
    pytest.param(
        1105, SHOPEE, id="the judge took the price of the SKU sold before for one that was never right"
    ),
    pytest.param(219, TMALL, id="a listing found whole after it was hidden counted as on sale"),
    pytest.param(
        75, PLAIN, id="a request token was measured from its last use and sent to a market that forgot it"
    ),
    pytest.param(442, PLAIN, id="a listing that one look missed was made anew unseen"),
    pytest.param(
        2000124, PLAIN, id="an address that was written again kept the prices of its first document"
    ),
    pytest.param(
        2000196, PLAIN, id="the judge took stock that nobody knew for one that was known as sold out"
    ),
    pytest.param(
        2000634, PLAIN, id="a token that no request had carried vouched for a half that a look missed"
    ),
    pytest.param(80051, SHOPEE, id="one that left beside a held text was sent the price of another's plan"),
    pytest.param(70485, PLAIN, id="an address was written again over a title that its seller keeps"),
    pytest.param(80103, PLAIN, id="the judge moved the price of a variant that waits for a held document"),
    pytest.param(
        5000308,
        PLAIN,
        id="a refusal under a unique key ended a doubt before the search could show the listing",
    ),
    pytest.param(
        80780, PLAIN, id="a driver broke over an address that it had written, and nobody looked for it"
    ),
    pytest.param(90579, SHOPEE, id="what was sold out came back at a held price that the seller keeps"),
    pytest.param(90623, PLAIN, id="the judge did not hear that a rival's store failed before it was settled"),
    pytest.param(90166, SHOPEE, id="the judge knew whose stock a seller typed into the half of several"),
    pytest.param(5481, PLAIN, id="a dead login was not told while only a doubt was to be looked into"),
    pytest.param(
        1981, PLAIN, id="a listing that was there already was forgotten when the search for it failed"
    ),
    pytest.param(
        31883, TMALL, id="the judge knew a price that was typed into a variant which was made again since"
    ),
    pytest.param(700057, SHOPEE, id="the judge knew no SKU for what a seller typed into a whole listing"),
    pytest.param(2236, TMALL, id="a day that was over for a look at a held half was told to nobody"),
    pytest.param(1650, PLAIN, id="stock waited for ever for the held price of a variant that was gone"),
    pytest.param(3232, PLAIN, id="the judge took a document that had gone out for one that was held"),
    pytest.param(6368, SHOPEE, id="the judge knew no SKU of a whole listing that is to have more"),
    pytest.param(6034, PLAIN, id="a market that refuses documents took one under its address"),
    pytest.param(
        25983, TMALL, id="a variant in doubt was taken away, since its listing was hidden meanwhile"
    ),
    pytest.param(25049, PLAIN, id="a variant made again got the price that its seller had typed before"),
    pytest.param(25814, PLAIN, id="the judge stopped before a seller who types again had his last verdict"),
    pytest.param(
        813, SHOPEE, id="the judge saw a variant that the shop lacked wait for another one's figure"
    ),
    pytest.param(3755, PLAIN, id="a refused half waited in its world for the figure of one that had left"),
    pytest.param(
        6142, SHOPEE, id="the judge forgot the held figure of a variant that a half lacks in the shop"
    ),
    pytest.param(6120, PLAIN, id="a price was typed again and again into a row that cannot be read"),
]
# Clocks that differ by as much as they may, where a look at the market is due as early as it can be.
APART = Profile(
    by="search",
    steps=1,
    lag=5.0,
    late=4.0,
    rates={"late": 0.4, "lost_after": 0.2},
    crashes=0,
    failures=8,
    rivals=False,
    edits=False,
    skew=0.0,
    apart=2.0,
)
# Looks at a listing miss it every third time, while prices are held that its seller typed in, and one call carries both.
MISSED = Profile(
    by="search",
    steps=1,
    lag=0.0,
    late=0.0,
    rates={"missed": 0.3},
    crashes=0,
    rivals=False,
    edits=True,
    skew=0.0,
    together=True,
)
# The seller hides what he likes.
SHELVED = evolve(MISSED, owned=("shown",), together=False, rates={"missed": 0.15})
# Batches are refused after a lost answer, or broken over, and go out in halves, of which one is refused alone.
HALVED = evolve(MISSED, rates={"lost_after": 0.3, "refuse": 0.3}, edits=False, together=False, stumbles=0.1)


@pytest.mark.parametrize(("seed", "platform"), ONCE_BROKEN)
def test_a_world_that_once_broke_a_promise_keeps_it(seed: int, platform: object) -> None:
    """What was mended stays mended."""
    verdict = simulate(seed, platform=platform)  # type: ignore[arg-type]  # one of PLATFORMS

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("seed", [9, 74, 91])
def test_a_look_waits_for_the_slowest_clock(seed: int) -> None:
    """What another machine left in doubt is looked for when that is over by everybody's clock."""
    verdict = simulate(seed, profile=APART, platform=PLAIN)

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("seed", [15, 17, 28])
def test_a_look_that_missed_a_listing_says_nothing_about_its_price(seed: int) -> None:
    """What was acknowledged before is not sent in place of what the shop shows."""
    verdict = simulate(seed, profile=MISSED, platform=PLAIN)

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("seed", [28, 145])
def test_what_a_seller_hid_may_come_back_once_a_look_missed_it(seed: int) -> None:
    """The one thing of his shelf that is not promised; the judge knows which listings that were."""
    verdict = simulate(seed, profile=SHELVED, platform=PLAIN)

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("seed", [30, 41])
def test_what_was_taken_with_the_others_is_in_doubt_when_it_is_refused_alone(seed: int) -> None:
    """A half of a batch is not the first to carry its prices."""
    verdict = simulate(seed, profile=HALVED, platform=PLAIN)

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_the_first_worlds_of_each_platform_keep_every_promise(platform: object) -> None:
    """A look at each on every test run; `make simulate` looks at thousands."""
    verdicts = [simulate(seed, platform=platform) for seed in range(8)]  # type: ignore[arg-type]  # one of PLATFORMS

    assert [] == [(verdict.seed, dict(verdict.broken)) for verdict in verdicts if not verdict.good]


def test_a_minimum_that_can_be_undercut_condemns_the_judge() -> None:
    """Fewer calls than the fewest mean that the fewest were counted wrong."""
    calm = next(seed for seed in range(100) if simulate(seed).profile.calm)
    verdict = simulate(calm)
    calls, fewest = verdict.counted[-1]
    verdict.counted[-1] = calls, max(fewest, calls) + 1

    assert ["calls below the minimum"] == list(verdict.broken)


def test_a_world_is_the_same_every_time() -> None:
    """A failing seed can be looked at as often as it takes."""
    first, second = simulate(7), simulate(7)

    assert (first.events, first.counted, first.parked) == (second.events, second.counted, second.parked)


def test_what_a_dead_process_leaves_ends_in_the_order_in_which_it_began() -> None:
    """In the order of addresses, which asyncio would give, one seed was now this world and now that."""
    ended: list[int] = []

    async def work(number: int) -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.append(number)

    async def die() -> None:
        begun = [asyncio.create_task(work(number)) for number in range(50)]
        await asyncio.wait(begun, timeout=1)
        raise Crash

    loop = VirtualLoop()
    with pytest.raises(Crash):
        run_virtual(loop, die())
    loop.close()

    assert list(range(50)) == ended


@pytest.mark.parametrize("name", SMOKE)
def test_a_broken_engine_is_noticed(name: str) -> None:
    """A judge that has never condemned anybody proves nothing; `make mutants` hunts them all."""
    assert name in [mutant.name for mutant in MUTANTS]
    command = [
        sys.executable,
        "-m",
        "storesync.testing.mutants",
        "--only",
        name,
        "--seeds",
        "60",
        "--jobs",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_table_tells_the_verdict_and_how_to_run_one_world_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One readable table; the exit code is the verdict."""
    code = main(["--seeds", "3", "--jobs", "1"])
    told = capsys.readouterr().out

    assert 0 == code
    assert "every promise held" in told
    assert "shopee" in told


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_still_finds_its_place(mutant: Mutant) -> None:
    """One whose text is gone from the engine would break nothing, and prove nothing."""
    spec = find_spec(mutant.module)
    assert spec is not None
    assert spec.origin is not None

    assert 1 == Path(spec.origin).read_text(encoding="utf-8").count(mutant.before)
