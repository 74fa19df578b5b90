"""storesync resolve: a person says what became of a parked listing."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, attempt, opened
from storesync.cli.common import DEFAULTS, Channel, Common
from storesync.cli.outlet import Outlet

__all__ = ["resolve"]


def resolve(
    key: Annotated[str, Parameter(help="The key of the parked listing.")],
    /,
    *,
    channel: Channel,
    listing: Annotated[
        str, Parameter(show_default=False, help="The market's id that a person found; without it: not there.")
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Take a parked listing up again: with the id that a person found in the shop, or as not there."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            said = shops.resolve(channel, key, listing=listing)
            outlet.say(Text(f"{channel}: {said}"))
            outlet.document({"channel": channel, "key": key, "listing": listing, "said": said})
            return DONE

    return attempt(common, work)
