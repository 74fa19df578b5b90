"""storesync rates: show exchange rates, ask for them, pin them."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, HELD, attempt, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError
from storesync.report.document import issue_document, rates_document
from storesync.report.plan_view import findings
from storesync.report.rate_view import rates_view
from storesync.sync import Shops

__all__ = ["rates"]


def rates(
    action: Annotated[Literal["show", "fetch", "pin", "unpin"], Parameter(help="What to do.")] = "show",
    snapshot: Annotated[
        str, Parameter(show_default=False, help="The snapshot to pin: its id, or the first digits of it.")
    ] = "",
    /,
    *,
    channels: Channels = (),
    reason: Annotated[
        str, Parameter(show_default=False, help="Why rates are pinned or unpinned; it is kept.")
    ] = "",
    by: Annotated[
        str,
        Parameter(show_default=False, help="Who says so; the user of this machine when it is left out."),
    ] = "",
    confirm: Annotated[
        tuple[str, ...],
        Parameter(negative=(), show_default=False, help="Fetch: believe a jump of this currency once (VND)."),
    ] = (),
    events: Annotated[int, Parameter(help="Show so many of the last events.")] = 10,
    common: Common = DEFAULTS,
) -> int:
    """Show each rate with source, date and age, and what channels are priced with; fetch, pin or unpin them.

    A pinned channel is priced with that snapshot until it is unpinned, whatever the sources say.
    """

    def work(outlet: Outlet) -> int:
        if snapshot and action != "pin":
            raise ConfigError(
                f"rates {action} takes no snapshot; to price with it: storesync rates pin {snapshot}"
            )
        with opened(common, outlet) as shops:
            done = _done(shops, action, snapshot, channels, reason, by or getuser(), confirm, outlet)
            status = shops.rates(events=events)
            if action == "show":
                outlet.say(rates_view(status))
            outlet.document({**done, **rates_document(status)})
            held = any(line.rate is None or line.doubted for line in status.lines)
            return HELD if held or status.issues.errors else DONE

    return attempt(common, work)


def _done(
    shops: Shops,
    action: str,
    snapshot: str,
    channels: tuple[str, ...],
    reason: str,
    by: str,
    confirm: tuple[str, ...],
    outlet: Outlet,
) -> dict[str, object]:
    if action == "fetch":
        found = shops.fetch_rates(confirm=confirm)
        outlet.say(rates_view(shops.rates(events=0)), *findings(found, most=None))
        return {"findings": [issue_document(issue) for issue in found]}
    if action == "pin":
        if not snapshot:
            raise ConfigError(
                "which snapshot? `storesync rates` lists them: storesync rates pin ID --reason 'why'"
            )
        name = shops.pin_rates(snapshot, reason=reason, by=by, channels=channels)
        told = ", ".join(channels or shops.names)
        outlet.say(Text(f"{told}: priced with snapshot {name[:8]} from the next plan on, until unpinned"))
        return {"pinned": list(channels or shops.names)}
    if action == "unpin":
        freed = shops.unpin_rates(reason=reason, by=by, channels=channels)
        none = f"{', '.join(channels)}: not pinned" if channels else "no channel is pinned"
        outlet.say(
            Text(f"{', '.join(freed)}: priced as the sources say from the next plan on" if freed else none)
        )
        return {"unpinned": list(freed)}
    return {}
