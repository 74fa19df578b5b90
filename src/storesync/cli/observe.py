"""storesync observe: what the markets show, against what they acknowledged."""

from __future__ import annotations

from typing import Any

from storesync.cli.attempt import DONE, attempt, each, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.cli.progress import counting
from storesync.report.document import drift_document
from storesync.report.plan_view import way_out
from storesync.report.status_view import drift_view

__all__ = ["observe"]

_BEGIN_ANEW = (
    "the emulated shops keep nothing when they end, pictures neither: to begin anew take storesync.db away"
)


def observe(*, channels: Channels = (), common: Common = DEFAULTS) -> int:
    """Look at what the markets show; nothing there changes, and the next plan repairs what differs."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:

            def one(name: str) -> tuple[int, Any]:
                with counting(outlet, f"{name}: looking"):
                    drift = shops.observe(name)
                outlet.say(drift_view(name, drift))
                sandbox = shops.config.channel(name).channel.environment == "sandbox"
                if sandbox and any(one.gone for one in drift):
                    outlet.say(way_out(_BEGIN_ANEW))
                return DONE, {"drift": drift_document(drift)}

            return each(shops, outlet, channels, one)

    return attempt(common, work)
