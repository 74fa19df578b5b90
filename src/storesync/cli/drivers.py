"""storesync drivers: what is installed and what each can do, from the drivers' own Specs."""

from __future__ import annotations

from storesync.cli.attempt import DONE, FAILED, attempt
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet

__all__ = ["drivers"]


def drivers(*, common: Common = DEFAULTS) -> int:
    """Show the installed drivers and what each can do; the table comes from the drivers themselves."""

    def work(outlet: Outlet) -> int:
        from storesync.report.driver_view import driver_view
        from storesync.report.matrix import matrix

        rows = matrix()
        outlet.say(driver_view(rows))
        outlet.document({"drivers": {row.name: row.as_json() for row in rows}})
        return FAILED if any(row.problem for row in rows) else DONE

    return attempt(common, work)
