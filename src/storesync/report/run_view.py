"""A run on a terminal: what became of each operation, in numbers, and what needs to be looked at."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from storesync.engine import Report
from storesync.issues import counted
from storesync.report.hanging import Hanging

__all__ = ["run_line", "run_view"]


def run_line(report: Report) -> Text:
    """The run in one line."""
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in report.counts.items())
    style = "green" if report.ok else "red"
    return Text.assemble(
        (report.channel, "bold"),
        f"  {counted(len(report.outcomes), 'operation')}: ",
        (counts or "nothing to do", style),
        (f"  {report.seconds:.1f} s", "dim"),
    )


def run_view(report: Report) -> RenderableType:
    """The run in numbers, and one line for each operation that was not carried out."""
    parts: list[RenderableType] = [run_line(report)]
    if report.stopped:
        parts.append(Hanging(Text(f"  ! the channel was stopped: {report.stopped}", "bold red"), 8))
    parts += [
        Hanging(
            Text.assemble(
                (f"  ! {bad.state.value:<10}", "red"),
                f"{bad.kind.value} {bad.key}: {bad.said or 'no reason told'}",
            ),
            8,
        )
        for bad in report.bad
    ]
    return Group(*parts)
