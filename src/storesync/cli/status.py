"""storesync status: how the channels stand, from the state alone."""

from __future__ import annotations

from typing import Any

from storesync.cli.attempt import DONE, HELD, attempt, each, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.issues import Issue
from storesync.report.document import status_document
from storesync.report.plan_view import findings
from storesync.report.status_view import status_view

__all__ = ["status"]


def status(*, channels: Channels = (), common: Common = DEFAULTS) -> int:
    """Show how the channels stand: listings, what is to change, what is held back, what waits."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            told: set[Issue] = set()

            def one(name: str) -> tuple[int, Any]:
                found = shops.status(name)
                outlet.say(*findings((issue for issue in found.issues if issue not in told), most=None))
                told.update(found.issues)
                outlet.say(status_view(found))
                troubled = found.account is not None and found.account.trouble
                return HELD if found.held or found.parked or troubled else DONE, status_document(found)

            return each(shops, outlet, channels, one)

    return attempt(common, work)
