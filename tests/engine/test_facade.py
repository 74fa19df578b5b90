"""The blocking form and the one for an event loop are one library."""

import asyncio
import inspect
from pathlib import Path

import pytest

from storesync import sync
from storesync.cli.example import write_example
from storesync.engine import Report
from storesync.engine.adopt import Adopted
from storesync.engine.shops import Shops
from storesync.engine.survey import Adoption
from storesync.errors import PlanError, StateError, StoresyncError
from storesync.issues import Issues
from storesync.localization.engines import Translated
from storesync.localization.review import Taken

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


def test_every_result_prints_as_text(place: Path) -> None:
    """Who tries the library in a terminal reads sentences: no result is shown as the repr of its fields."""
    environ = dict.fromkeys(("TMALL_APP_KEY", "TMALL_SECRET", "TMALL_SESSION"), "invented")
    with sync.open(place, environ=environ) as shops:
        results = [
            shops.rates(),
            shops.status("tmall-cn"),
            shops.check("tmall-cn"),
            shops.check_market("VN"),
            shops.lock_texts("vi", ["SBG-001/title"]),
            shops.compact_state(days=1),
            Adoption(channel="tmall-cn"),
            Adopted(channel="tmall-cn", keys=("A",), refused=("B: not there",)),
            Translated(),
            Taken(),
            Report(channel="tmall-cn", run="r"),
            Issues(),
        ]

    assert [] == [str(result) for result in results if f"{type(result).__name__}(" in str(result)]
    assert "no rates were collected yet, as they stand here" in str(results[0])
    assert "1 CNY = 200.71 KRW (example mid, 2026-11-23), 0 days old" in str(results[0])
