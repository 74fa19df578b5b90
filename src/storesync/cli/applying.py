"""Carrying plans out and telling what became of them."""

from __future__ import annotations

from collections.abc import Mapping

from storesync.cli.attempt import DONE, FAILED, HELD
from storesync.cli.outlet import Outlet
from storesync.cli.progress import applying
from storesync.engine import Report
from storesync.plan import Plan
from storesync.report.run_view import run_view
from storesync.sync import Shops

__all__ = ["carried_out", "code_of_run"]


def code_of_run(report: Report) -> int:
    """1 when something was refused or failed, 2 when something only has to wait, else 0."""
    if report.ok:
        return DONE
    return HELD if report.waits else FAILED


def carried_out(shops: Shops, outlet: Outlet, plan: Plan, reasons: Mapping[str, str]) -> Report:
    """Apply one plan under a progress bar, and say what came of it."""
    with applying(outlet, plan.channel) as progress:
        report = shops.apply(plan, reasons=reasons, progress=progress)
    outlet.say(run_view(report))
    return report
