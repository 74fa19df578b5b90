"""A run on a terminal: what became of each operation, in numbers, and what needs to be looked at."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from storesync.engine import Outcome, OutcomeState, Report
from storesync.issues import counted
from storesync.report.amount import said as spoken
from storesync.report.hanging import Hanging
from storesync.report.plan_view import MANY, named, way_out

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
    """The run in numbers, what was not carried out and why, and what to do; many with one reason are told once."""
    parts: list[RenderableType] = [run_line(report)]
    if report.stopped:
        parts.append(Hanging(Text(f"  ! the channel was stopped: {spoken(report.stopped)}", "bold red"), 8))
    alike: dict[tuple[OutcomeState, str], list[Outcome]] = {}
    for bad in report.bad:
        alike.setdefault((bad.state, bad.fault.code if bad.fault is not None else bad.said), []).append(bad)
    for (state, _), some in alike.items():
        told = [(f"{bad.kind.value} {bad.key}", bad.said) for bad in some]
        if len(some) >= MANY:
            keys = list(dict.fromkeys(bad.key for bad in some))
            first = "" if len({bad.said for bad in some}) == 1 else "the first of them: "
            told = [(f"{counted(len(some), 'operation')} on {named(keys)}", f"{first}{some[0].said}")]
        for what, said in told:
            line = Text.assemble(
                (f"  ! {state.value:<10}", "red"), f"{what}: {spoken(said) or 'no reason told'}"
            )
            parts.append(Hanging(line, 8))
    return Group(*parts, *map(way_out, report.ways))
