"""A request token outlives every look: it is sent again while the market remembers it, measured from its first use."""

from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile, step

from storesync.state import standing
from storesync.testing.profile import Profile

DAY = 86_400.0


def kept(keeps: float | None = DAY, **more: Any) -> Profile:
    """A market that honors request tokens for so long."""
    return evolve(profile("key"), keeps=keeps, **more)


def lost_twice(manners: Profile) -> Bench:
    """A create whose answer was lost, and 20 hours later the answer to the next try, before it arrived."""
    bench = Bench.opened(item("A"), manners=manners)
    bench.faults(step("lost_after", operation="create", times=4))
    bench.sync()
    bench.world.loop.skip(20 * 3_600)
    bench.faults(step("lost_before", "read", operation="create", times=4))
    bench.sync()
    bench.faults()
    return bench


def test_a_token_counts_from_its_first_use() -> None:
    """Thirty hours later the market has forgotten it: the listing is looked for, found and kept."""
    bench = lost_twice(kept())
    made = [one.id for one in bench.truth.alive("A")]
    first = bench.stand("A").token_at
    bench.world.loop.skip(10 * 3_600)
    searched = bench.calls("search")
    bench.sync()

    assert first is not None
    assert searched < bench.calls("search")
    assert made == [one.id for one in bench.truth.alive("A")]
    assert bench.wanted() == bench.live()


def test_a_token_that_is_still_remembered_is_sent_again_without_a_look() -> None:
    """No search, and the listing that there is."""
    bench = lost_twice(kept())
    made = [one.id for one in bench.truth.alive("A")]
    bench.world.loop.skip(3 * 3_600)
    searched = bench.calls("search")
    bench.sync()

    assert searched == bench.calls("search")
    assert made == [one.id for one in bench.truth.alive("A")]


def test_what_nobody_can_search_is_parked_once_its_token_is_old() -> None:
    """Before, it is sent again; after, a person looks."""
    bench = lost_twice(kept(finds=False))
    assert "" == bench.stand("A").parked
    bench.world.loop.skip(10 * 3_600)
    bench.sync()

    assert "this market has no way to ask" in bench.stand("A").parked
    assert 1 == len(bench.truth.alive("A"))


def test_a_token_of_unknown_age_is_too_old() -> None:
    """A state from before first uses were kept: the market is asked."""
    bench = lost_twice(kept())
    bench.world.store.write_now(lambda db: standing.change(db, "plain-cn", "A", token_at=None))
    searched = bench.calls("search")
    bench.sync()

    assert searched < bench.calls("search")
    assert 1 == len(bench.truth.alive("A"))


def test_a_request_that_waited_too_long_does_not_leave_under_its_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The market asked for a rest between the look and the sending: the next run looks again."""
    bench = lost_twice(kept())
    bench.world.loop.skip(3.95 * 3_600)
    pacer, env = bench.channel.pacer, bench.channel.env
    usual = pacer.take

    async def slow(request: Any, *given: Any, **more: Any) -> Any:
        if request.method == "POST":
            await env.sleep(600.0)
        return await usual(request, *given, **more)

    with monkeypatch.context() as busy:
        busy.setattr(pacer, "take", slow)
        waited = bench.sync()
    sent = bench.calls("create")
    bench.sync()

    assert ["postponed"] == [one.state.value for one in waited.outcomes]
    assert sent == bench.calls("create")
    assert 1 == len(bench.truth.alive("A"))
    assert bench.wanted() == bench.live()


@pytest.mark.parametrize("by", ["address", "key", "unique", "search", "none"])
def test_a_listing_that_one_look_missed_is_looked_for_before_it_is_made_anew(by: Any) -> None:
    """It was there all the time; where nothing can be asked a person looks."""
    bench = Bench.opened(item("A"), manners=profile(by))
    bench.sync()
    bench.faults(step("missed", operation="get"))
    told = bench.observe()
    bench.world.loop.skip(3_600)
    bench.sync()

    assert ["A is gone from the shop"] == told
    assert 1 == len(bench.truth.alive("A"))
    assert ("none" == by) == bool(bench.stand("A").parked)
