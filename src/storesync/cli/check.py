"""storesync check: configuration and catalog, no network."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from storesync.cli.attempt import DONE, FAILED, HELD, attempt, each, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.engine.check import Checked
from storesync.issues import Severity, unread
from storesync.report.document import checked_document
from storesync.report.status_view import checked_view

__all__ = ["check"]


def check(
    *,
    channels: Channels = (),
    all: Annotated[bool, Parameter(negative=(), show_default=False, help="Show every finding.")] = False,
    market: Annotated[
        str, Parameter(show_default=False, help="Whether the catalog is ready for this market (CN, VN).")
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Look through configuration and catalog without asking a market; each finding has its file and line."""

    def work(outlet: Outlet) -> int:
        from storesync.report.plan_view import FEW

        with opened(common, outlet) as shops:
            if market:
                found = shops.check_market(market)
                outlet.say(checked_view(found, most=None if all else FEW))
                code = found.channel.removeprefix("market ")
                outlet.document({"markets": {code: checked_document(found)}})
                return _code(found)

            def one(name: str) -> tuple[int, Any]:
                checked = shops.check(name)
                outlet.say(checked_view(checked, most=None if all else FEW))
                return _code(checked), checked_document(checked)

            return each(shops, outlet, channels, one)

    return attempt(common, work)


def _code(checked: Checked) -> int:
    errors = [issue for issue in checked.issues if issue.severity is Severity.ERROR]
    # A fault of the configuration and a catalog that cannot be read stop the channel; the rest holds listings back.
    if unread(checked.products, errors) or any(issue.code.startswith("config.") for issue in errors):
        return FAILED
    return HELD if checked.held or errors else DONE
