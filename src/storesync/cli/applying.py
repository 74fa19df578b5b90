"""Carrying plans out and telling what became of them."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from storesync.cli.attempt import DONE, FAILED, HELD
from storesync.cli.outlet import Outlet
from storesync.cli.progress import applying
from storesync.engine import Report
from storesync.plan import Plan
from storesync.report.run_view import run_view
from storesync.sync import Shops

__all__ = ["carried_out", "code_of_run", "log_run"]


def code_of_run(report: Report) -> int:
    """1 when something was refused or failed, 2 when something only has to wait, else 0."""
    if report.ok:
        return DONE
    return HELD if report.waits else FAILED


def carried_out(shops: Shops, outlet: Outlet, plan: Plan, reasons: Mapping[str, str]) -> Report:
    """Apply one plan under a progress bar, and say what came of it."""
    with applying(outlet, plan.channel) as progress:
        report = shops.apply(plan, reasons=reasons, progress=progress)
    log_run(report)
    outlet.say(run_view(report))
    return report


def log_run(report: Report) -> None:
    """Each operation's end and the run's as events of the log."""
    log = structlog.get_logger("storesync.cli")
    for one in report.outcomes:
        tell = log.info if one.good else log.warning
        tell(
            "operation.ended",
            channel=report.channel,
            run=report.run,
            kind=one.kind.value,
            key=one.key,
            state=one.state.value,
            said=one.said,
        )
    log.info(
        "run.ended",
        channel=report.channel,
        run=report.run,
        counts=dict(report.counts),
        stopped=report.stopped,
        seconds=round(report.seconds, 3),
    )
