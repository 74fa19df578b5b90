"""The blocking form and the one for an event loop are one library."""

import asyncio
import inspect

import pytest

from storesync import sync
from storesync.engine.shops import Shops
from storesync.errors import StoresyncError

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


def test_where_a_loop_runs_the_blocking_form_says_so_at_once() -> None:
    """A notebook has a loop: the answer names the other form, before anything is opened."""

    async def notebook() -> None:
        sync.open("nowhere.toml")

    with pytest.raises(StoresyncError, match=r"async with storesync\.Shops\.open"):
        asyncio.run(notebook())
