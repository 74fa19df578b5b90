"""Worlds that broke a promise, those that condemn a broken engine, and mutants that the simulation must notice."""

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

# Worlds that broke, each with what was wrong: without its mend it breaks again. Once worlds are drawn anew these are
# strangers and say nothing any more: they go then. What must last is a mutant, whose world is looked for again.
ONCE_BROKEN = [
    pytest.param(
        813, SHOPEE, id="the judge saw a variant that the shop lacked wait for another one's figure"
    ),
    pytest.param(3755, PLAIN, id="a refused half waited in its world for the figure of one that had left"),
    pytest.param(
        6142, SHOPEE, id="the judge forgot the held figure of a variant that a half lacks in the shop"
    ),
    pytest.param(6120, PLAIN, id="a price was typed again and again into a row that cannot be read"),
    pytest.param(
        2462, PLAIN, id="the judge saw a half without a variant go on beside the figure of a new one"
    ),
    pytest.param(
        3388, PLAIN, id="the judge saw a half without a variant go on beside a stock nobody counted"
    ),
    pytest.param(
        5857, PLAIN, id="the judge saw a half without a variant go on beside what nobody knows of it"
    ),
    pytest.param(
        61844, PLAIN, id="what was hidden and missed was written again under its address and stayed hidden"
    ),
]
# By seed, the mutants that its world condemns.
CONDEMNING = {
    seed: [mutant.name for mutant in MUTANTS if mutant.seed == seed]
    for seed in sorted({mutant.seed for mutant in MUTANTS if mutant.seed is not None})
}
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
# Nothing goes wrong but what each of these adds: few of the drawn worlds have it, and many of these.
ALONE = evolve(MISSED, rates={}, edits=False, together=False)
DYING = evolve(ALONE, crashes=2)
CROWDED = [
    pytest.param(
        (8, 11),
        evolve(DYING, by="address", late=30.0, rates={"late": 0.4}),
        PLAIN,
        id="late effects",
    ),
    pytest.param(
        (25, 27),
        evolve(DYING, by="key", keeps=900.0, rests=900.0, finds=False, rates={"lost_after": 0.5}),
        PLAIN,
        id="forgotten tokens",
    ),
    pytest.param(
        (1, 3),
        evolve(ALONE, owned=("prices",), rates={"lost_after": 0.2}, edits=True, together=True),
        PLAIN,
        id="typed prices",
    ),
    pytest.param(
        (1, 3),
        evolve(DYING, rates={"token_expired": 0.3, "lost_after": 0.3}),
        SHOPEE,
        id="refused accounts",
    ),
    pytest.param(
        (15, 34),
        evolve(ALONE, steps=2, rates={"missed": 0.3, "lost_after": 0.2}),
        PLAIN,
        id="missed halves",
    ),
    pytest.param(
        (65,),
        evolve(ALONE, by="key", steps=2, rates={"missed": 0.3, "lost_after": 0.3}, edits=True, crashes=4),
        PLAIN,
        id="missed listings that a variant leaves",
    ),
    pytest.param(
        (15,),
        evolve(ALONE, by="address", steps=2, rates={"refuse": 0.3, "lost_after": 0.2}),
        PLAIN,
        id="refused halves",
    ),
    pytest.param(
        (32, 34),
        evolve(ALONE, by="unique", lag=5.0, late=4.0, rates={"lost_after": 0.3, "refuse": 0.3, "late": 0.1}),
        PLAIN,
        id="refusals under a unique key",
    ),
    pytest.param(
        (3, 15),
        evolve(ALONE, by="address", rates={"refuse": 0.1}, stumbles=0.3),
        PLAIN,
        id="breaks over an address",
    ),
    pytest.param(
        (17, 34),
        evolve(ALONE, rates={"lost_after": 0.2, "slow": 0.3}),
        TMALL,
        id="documents beside prices",
    ),
]


@pytest.mark.parametrize(("seed", "platform"), ONCE_BROKEN)
def test_a_world_that_once_broke_a_promise_keeps_it(seed: int, platform: object) -> None:
    """What was mended stays mended."""
    verdict = simulate(seed, platform=platform)  # type: ignore[arg-type]  # one of PLATFORMS

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize("seed", CONDEMNING, ids=lambda seed: f"{seed}: {CONDEMNING[seed][0]}")
def test_a_world_that_condemns_a_broken_engine_finds_nothing_in_this_one(seed: int) -> None:
    """Each of these can fail: `make mutants` looks whether they do."""
    verdict = simulate(seed)

    assert {} == dict(verdict.broken)


@pytest.mark.parametrize(("seeds", "profile", "platform"), CROWDED)
def test_a_world_crowded_with_one_mishap_keeps_every_promise(
    seeds: tuple[int, ...], profile: Profile, platform: object
) -> None:
    """What is rare among the drawn worlds is looked at on every test run as well."""
    verdicts = [simulate(seed, profile=profile, platform=platform) for seed in seeds]  # type: ignore[arg-type]  # one of PLATFORMS

    assert [] == [dict(verdict.broken) for verdict in verdicts if not verdict.good]


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
