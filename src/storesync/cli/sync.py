"""storesync sync: plan and apply every channel, for schedulers."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from storesync.cli.applying import code_of_run
from storesync.cli.attempt import attempt, each, opened, worst
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.cli.planning import code_of, reasons_from
from storesync.cli.progress import applying
from storesync.report.plan_view import findings, headline, held_lines
from storesync.report.run_view import run_view

__all__ = ["sync"]


def sync(
    *,
    channels: Channels = (),
    allow: Annotated[
        tuple[str, ...],
        Parameter(negative=(), show_default=False, help="Pass a guard that tripped: 'guard=reason'."),
    ] = (),
    common: Common = DEFAULTS,
) -> int:
    """Plan and apply every channel; one that fails does not stop the others. Run it as often as you like."""

    def work(outlet: Outlet) -> int:
        reasons = reasons_from(allow)
        with opened(common, outlet) as shops:

            def one(name: str) -> tuple[int, Any]:
                with applying(outlet, name) as progress:
                    plan, report = shops.sync(name, reasons=reasons, progress=progress)
                outlet.say(headline(plan), *held_lines(plan.held), *findings(plan.warnings), run_view(report))
                return worst((code_of(plan), code_of_run(report))), {
                    "plan": plan.as_json(),
                    "report": report.as_json(),
                }

            return each(shops, outlet, channels, one)

    return attempt(common, work)
