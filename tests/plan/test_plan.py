"""A plan is stored, read by people, and refused when anybody changed it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from storesync.errors import PlanError
from storesync.issues import Issue
from storesync.model import dumps, loads
from storesync.plan import Detail, Guard, Held, Kind, Operation, Plan


def plan(**more: Any) -> Plan:
    """A plan with one of everything."""
    values: dict[str, Any] = {
        "channel": "tmall-cn",
        "revision": 7,
        "made_at": "2026-11-23T09:00:00+00:00",
        "operations": [
            Operation(kind=Kind.UPLOAD, key="P-1", media=f"{'a' * 64}:main"),
            Operation(kind=Kind.CREATE, key="P-1", title="精华", skus=("S-1",), causes=("new",), want="w1"),
            Operation(
                kind=Kind.PRICES,
                key="P-2",
                title="面膜",
                skus=("S-2",),
                causes=("rate",),
                details=(Detail("S-2 price", "219.00 CNY", "229.00 CNY"),),
                want="w2",
                have="h2",
            ),
            Operation(
                kind=Kind.HIDE, key="P-3", title="香皂", details=(Detail("reason", "", "draft"),), want="-"
            ),
        ],
        "held": [
            Held(key="P-4", title="四", reason="no price", issues=[Issue("price.missing", "P-4", "no price")])
        ],
        "not_offered": [Held(key="P-5", title="五", reason="draft")],
        "warnings": [Issue("text.stale", "P-1/title", "older than its source")],
        "guards": [
            Guard(name="hidden", limit="20%", measured="9 of 10", tripped=True, hint="--allow 'hidden=why'"),
            Guard(name="price swing", limit="30%", measured="4.6% at S-2", tripped=False),
        ],
        "products": 5,
        "unchanged": 1,
        "waiting": 0,
        "snapshot": "fx-1",
    }
    return Plan(
        **{
            **values,
            **more,
            "operations": tuple(more.get("operations", values["operations"])),
            "held": tuple(values["held"]),
            "not_offered": tuple(values["not_offered"]),
            "warnings": tuple(values["warnings"]),
            "guards": tuple(more.get("guards", values["guards"])),
        }
    )


def test_a_plan_survives_its_file() -> None:
    """What was reviewed is what is applied."""
    made = plan()

    assert made == Plan.from_json(loads(dumps(made.as_json())))
    assert made == Plan.from_json(json.loads(json.dumps(made.as_json())))


def _edit(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(data: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            data = data[int(step)] if isinstance(data, list) else data[step]
        data[last] = value

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        _edit("guards.0.tripped", False),
        _edit("guards.0.measured", "1 of 10"),
        _edit("operations.1.key", "P-9"),
        _edit("operations.1.kind", "end"),
        _edit("operations.2.skus", ["S-9"]),
        _edit("operations.2.details", [["S-2 price", "219.00 CNY", "219.00 CNY"]]),
        _edit("operations.3.want", "x"),
        _edit("revision", 8),
        _edit("channel", "shopee-vn"),
        _edit("held", []),
        lambda data: data["operations"].pop(),
        lambda data: data["operations"].reverse(),
    ],
)
def test_an_edited_plan_is_refused(edit: Callable[[dict[str, Any]], None]) -> None:
    """A guard that was switched off in the file is the worst of all edits."""
    data = json.loads(json.dumps(plan().as_json()))
    edit(data)
    with pytest.raises(PlanError, match="changed after it was made"):
        Plan.from_json(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        "plan",
        None,
        {"version": 0},
        {"version": 1},
        {**plan().as_json(), "operations": [{}]},
        {**plan().as_json(), "operations": None},
        {**plan().as_json(), "guards": [{"name": "x"}]},
        {name: value for name, value in plan().as_json().items() if name != "fingerprint"},
        {**plan().as_json(), "operations": [{**plan().as_json()["operations"][0], "kind": "explode"}]},
    ],
)
def test_what_is_no_plan_says_to_plan_again(data: Any) -> None:
    """A damaged file is told apart from a wrong one, and never traced back through our code."""
    with pytest.raises(PlanError, match="plan again"):
        Plan.from_json(data)


def test_the_fingerprint_does_not_depend_on_when_a_plan_was_made() -> None:
    """The same findings on the same revision are the same plan."""
    assert plan().fingerprint == plan(made_at="2027-01-01T00:00:00+00:00").fingerprint
    assert plan().fingerprint != plan(revision=8).fingerprint


def test_the_text_tells_what_changes_why_and_what_stands_in_the_way() -> None:
    """A person decides by this page."""
    assert (
        "tmall-cn: 5 products, 4 operations (1 to create, 1 price change, 1 to hide, 1 picture to send)\n"
        "  + create P-1  精华  [new]\n"
        "  ~ prices P-2  面膜  [rate]\n"
        "      S-2 price: 219.00 CNY → 229.00 CNY\n"
        "  - hide   P-3  香皂\n"
        "      reason: draft\n"
        "  ↑ upload 1 picture\n"
        "  ! held   P-4  四: no price\n"
        "  · not offered  P-5: draft\n"
        "  ! error  P-1/title: older than its source [text.stale]\n"
        "  ! guard  hidden: 9 of 10 (limit 20%)  --allow 'hidden=why'"
    ) == str(plan())


def test_a_part_of_a_plan_keeps_its_guards() -> None:
    """Choosing some listings does not switch a guard off."""
    part = plan().only(["P-1"])

    assert {"upload": 1, "create": 1} == dict(part.counts)
    assert ["hidden"] == [guard.name for guard in part.tripped]


def test_an_operation_has_the_same_id_in_every_plan() -> None:
    """Title and causes are for reading; what it does is its name."""
    one = plan().operations[1]

    assert one.id == evolve(one, title="other", causes=("rate",)).id
    assert one.id != evolve(one, want="w9").id
