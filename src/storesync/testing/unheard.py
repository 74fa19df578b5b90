"""What could not be known in a world at one time: creates whose answer was lost, and looks that missed what was there."""

from __future__ import annotations

from typing import Final

from storesync.testing.world import World

__all__ = ["doubted", "missed"]

_UNHEARD: Final = (
    "lost_before",
    "lost_after",
    "late",
    "duplicate",
    "truncated",
    "garbage",
    "garbage_after",
    "error_before",
    "error_after",
    "hostile",
    "repeat",
)


def doubted(world: World) -> set[str]:
    """The keys of which nobody could know, at one time, whether their listing was made or is still there."""
    calls = list(world.truth.calls)
    lost = {
        key
        for number, key in world.creating.items()
        if calls[number].fault.partition(":")[0] in _UNHEARD and calls[number].fault != "lost_before:connect"
    }
    some = any(call.fault == "missed" for call in calls)
    gone = {one.key for one in world.truth.listings.values() if some or not one.alive}
    return lost | gone | world.cut


def missed(world: World, listing: int, since: int) -> bool:
    """Whether a look at this listing missed it, though it was there, in a call since that number."""
    calls = list(world.truth.calls)
    return any(
        calls[number].fault == "missed"
        for number, call in world.looking.items()
        if number >= since and call.path.endswith(f"/{listing}")
    )
