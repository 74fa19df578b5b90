"""A plan looks at what may need something and at nothing else."""

from collections.abc import Iterator

import pytest
from attrs import evolve
from sqlalchemy import Connection
from tests.engine.bench import Bench, item

import storesync.driver as sd
from storesync.errors import Denied, StateUnavailable
from storesync.plan import Plan
from storesync.state import standing
from storesync.testing.world import Doom


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every bench is closed."""
    yield
    Bench.close_all()


def told(plan: Plan) -> list[tuple[str, str]]:
    """What a plan would do."""
    return [(operation.kind.value, operation.key) for operation in plan]


def test_only_what_may_need_something_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop of 30 with one change has one standing read, and all 30 counted."""
    bench = Bench.opened(*(item(f"P{n:02}") for n in range(30)))
    bench.sync()
    bench.put(item("P07", stock=9))
    read: list[str] = []
    whole = standing.read_all

    def noted(db: Connection, channel: str, **more: object) -> Iterator[standing.Standing]:
        for stand in whole(db, channel, **more):  # type: ignore[arg-type]  # handed through
            read.append(stand.key)
            yield stand

    monkeypatch.setattr("storesync.state.due.read_all", noted)
    monkeypatch.setattr(standing, "read_all", noted)
    plan = bench.plan()

    assert ["P07"] == read
    assert [("stock", "P07")] == told(plan)
    assert (30, 29) == (plan.products, plan.unchanged)


def test_a_listing_ended_on_demand_is_no_longer_unchanged() -> None:
    """It needed nothing, so nobody would have looked at it."""
    bench = Bench.opened(item("P1"), item("P2"))
    bench.sync()
    plan = bench.plan(end=["P2"])

    assert [("end", "P2")] == told(plan)
    assert 1 == plan.unchanged


def test_a_plan_of_some_products_leaves_the_others_as_they_were() -> None:
    """Whoever knows what changed need not compare all: what is not named is neither changed nor gone."""
    bench = Bench.opened(item("P1"), item("P2"), item("P3"), item("P4"))
    bench.sync()
    items = bench.world.wanted.items
    bench.put(evolve(items["P1"], title="new"), evolve(items["P2"], title="new"))
    del items["P3"], items["P4"]
    plan = bench.plan(only=["P1", "P3", "P9"])

    assert [("update", "P1"), ("hide", "P3")] == told(plan)
    assert () == plan.tripped
    assert [("update", "P1"), ("update", "P2"), ("hide", "P3"), ("hide", "P4")] == told(bench.plan())


def test_a_refused_account_is_told_by_the_plan() -> None:
    """Every product held back for its category would hide that a person must authorize again."""

    def category(shop: sd.Shop, key: sd.CategoryKey) -> sd.Flow[sd.Category]:
        raise Denied("session", "authorize the account again")
        yield sd.get("/")

    bench = Bench.opened(item("P1"))
    bench.channel.driver = evolve(bench.channel.driver, category=category)

    with pytest.raises(Denied, match="authorize"):
        bench.plan()


@pytest.mark.parametrize("at", range(1, 25))
def test_a_state_that_fails_ends_the_run_and_the_next_one_goes_on(at: int) -> None:
    """Whichever commit fails, before it or after: nobody blames the driver, and nothing is made twice."""
    bench = Bench.opened(item("P1"), item("P2", variants=2))
    doom, store = Doom(failure=at), bench.world.store
    store.before_commit = store.after_commit = doom.commit
    failed = False
    try:
        bench.sync()
    except StateUnavailable:
        failed = True
    finally:
        store.before_commit = store.after_commit = None
    bench.world.loop.skip(61.0)  # the lease too may be what could not be given back
    for _ in range(4):
        if not bench.sync(bench.rival()).outcomes:
            break

    assert bench.wanted() == bench.live()
    assert {} == bench.truth.duplicates()
    assert failed or at > 12
