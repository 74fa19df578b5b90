"""storesync drivers: what is installed and what each can do, from the drivers' own Specs."""

from __future__ import annotations

from storesync.cli.attempt import DONE, FAILED, attempt
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet
from storesync.errors import StoresyncError

__all__ = ["drivers"]


def drivers(*, common: Common = DEFAULTS) -> int:
    """Show the installed drivers and what each can do; the table comes from the drivers themselves."""

    def work(outlet: Outlet) -> int:
        from rich.text import Text

        from storesync import registry
        from storesync.report.driver_view import driver_document, driver_view

        found, code, broken = [], DONE, {}
        for name in registry.names():
            try:
                found.append(registry.driver(name))
            except StoresyncError as error:
                broken[name] = str(error)
                outlet.complain(Text(str(error), "red"))
                code = FAILED
        outlet.say(driver_view(found))
        outlet.document({"drivers": {one.spec.name: driver_document(one) for one in found}, "broken": broken})
        return code

    return attempt(common, work)
