"""A plan looks at what may need something and at nothing else."""

from collections.abc import Iterator

import pytest
from attrs import evolve
from sqlalchemy import Connection
from tests.engine.bench import Bench, item

from storesync.plan import Plan
from storesync.state import standing


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
