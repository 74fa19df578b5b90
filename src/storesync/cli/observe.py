"""storesync observe: what the markets show, against what they acknowledged."""

from __future__ import annotations

from typing import Any

from storesync.cli.attempt import DONE, attempt, each, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.cli.progress import counting
from storesync.report.document import drift_document
from storesync.report.status_view import drift_view

__all__ = ["observe"]


def observe(*channels: Channels, common: Common = DEFAULTS) -> int:
    """Look at what the markets show; nothing there changes, and the next plan repairs what differs."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:

            def one(name: str) -> tuple[int, Any]:
                with counting(outlet, f"{name}: looking"):
                    drift = shops.observe(name)
                outlet.say(drift_view(name, drift))
                return DONE, {"drift": drift_document(drift)}

            return each(shops, outlet, channels, one)

    return attempt(common, work)
