"""The blocking form and the one for an event loop are one library."""

import asyncio
import inspect
from pathlib import Path

import pytest

from storesync import sync
from storesync.cli.example import write_example
from storesync.engine.shops import Shops
from storesync.errors import PlanError, StateError, StoresyncError

INSIDE = {
    "channel",
    "driver",
    "settings",
    "open",
}  # what the engine's own parts ask; `open` is a function there


def _public(kind: type) -> dict[str, object]:
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


def test_both_forms_have_the_same_methods_and_arguments() -> None:
    """Whoever moves from one to the other adds or drops `await`, and changes nothing else."""
    blocking, awaited = _public(sync.Shops), _public(Shops)

    assert set(awaited) - INSIDE == set(blocking) - {"config"}
    for name in set(blocking) & set(awaited):
        mine, other = blocking[name], awaited[name]
        if callable(mine) and callable(other):
            assert list(inspect.signature(mine).parameters) == list(inspect.signature(other).parameters), name
    assert list(inspect.signature(sync.open).parameters) == list(inspect.signature(Shops.open).parameters)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A configuration with a catalog, of which no market is asked anything."""
    write_example(tmp_path)
    return tmp_path / "storesync.toml"


def test_a_closed_shop_says_so_in_both_forms(place: Path) -> None:
    """Whatever is asked after the block ends in a sentence with the way out, and closing twice is no mistake."""
    with sync.open(place) as blocking:
        blocking.status("tmall-cn")
    blocking.close()

    async def awaited() -> None:
        async with Shops.open(place) as shops:
            await shops.status("tmall-cn")
        await shops.status("tmall-cn")

    with pytest.raises(StateError, match=r"these shops are closed; open them anew: `with storesync\.sync"):
        blocking.status("tmall-cn")
    with pytest.raises(StateError, match=r"the state is closed; open the shops anew: `async with"):
        asyncio.run(awaited())


def test_the_wrong_kind_of_block_is_told_the_right_one(place: Path) -> None:
    """`with` on the form for an event loop is the first thing that a newcomer writes."""
    with pytest.raises(StoresyncError, match=r"write `async with storesync\.Shops\.open"), Shops.open(place):
        pass


def test_a_plan_file_in_place_of_a_plan_is_told(place: Path) -> None:
    """`apply` takes the value; the message says what to do with the file."""
    with sync.open(place) as shops, pytest.raises(PlanError, match=r"apply takes a Plan, and 'plan\.json'"):
        shops.apply("plan.json")  # type: ignore[arg-type]  # the mistake that is judged


def test_where_a_loop_runs_the_blocking_form_says_so_at_once() -> None:
    """A notebook has a loop: the answer names the other form, before anything is opened."""

    async def notebook() -> None:
        sync.open("nowhere.toml")

    with pytest.raises(StoresyncError, match=r"async with storesync\.Shops\.open"):
        asyncio.run(notebook())
