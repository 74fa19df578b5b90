"""storesync confirm: a person lets one price through that moved too far."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, attempt, opened
from storesync.cli.common import DEFAULTS, Channel, Common
from storesync.cli.outlet import Outlet
from storesync.report.amount import told

__all__ = ["confirm"]


def confirm(
    sku: Annotated[str, Parameter(help="The SKU whose price is held.")],
    /,
    *,
    channel: Channel,
    reason: Annotated[
        str, Parameter(show_default=False, help="Why the price moves so far; it is kept.")
    ] = "",
    by: Annotated[
        str,
        Parameter(show_default=False, help="Who says so; the user of this machine when it is left out."),
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Let the price of a SKU through that `max_change` holds; the next plan sends it.

    It counts once, for a week, and for exactly this move: from the live price to the one that the last plan held.
    """

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            done = shops.confirm_price(channel, sku, reason=reason, by=by or getuser())
            for market, move in done.moves.items():
                said = f"{channel}: {sku} in {market} may move {told(move.before)} → {told(move.after)}; plan again"
                outlet.say(Text(said))
            moves = {
                market: {"before": str(move.before), "after": str(move.after)}
                for market, move in done.moves.items()
            }
            outlet.document({"channel": channel, "sku": sku, "reason": reason.strip(), "moves": moves})
            return DONE

    return attempt(common, work)
