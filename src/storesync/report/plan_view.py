"""A plan on a terminal: what changes, what is held back and why, which guards tripped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from storesync.issues import Issue, Severity
from storesync.plan import Detail, Guard, Held, Kind, Operation, Plan
from storesync.report.amount import told_text

__all__ = ["FEW", "change", "count_line", "findings", "headline", "held_groups", "held_lines", "plan_view"]

FEW = 8
"""How many operations of one kind are shown where all would be too many."""

_STYLE = {
    Kind.UPLOAD: ("↑", "cyan"),
    Kind.CREATE: ("+", "green"),
    Kind.UPDATE: ("~", "yellow"),
    Kind.PRICES: ("~", "yellow"),
    Kind.STOCK: ("~", "yellow"),
    Kind.SHOW: ("+", "green"),
    Kind.HIDE: ("-", "red"),
    Kind.END: ("x", "red"),
}
_NAMES = 12
_TITLE = 30  # cells; a Chinese or Korean character takes two
_CHANGE = 46  # characters of a change before it is broken into lines
_MANY = 4  # as many listings with one way out are told together


def count_line(plan: Plan) -> str:
    """The plan in numbers: every product is in one of them."""
    counts = [f"{count} {kind}" for kind, count in plan.counts.items()]
    parts = [", ".join(counts) or "nothing to do", f"{plan.unchanged} unchanged"]
    for number, words in (
        (plan.waiting, "waiting for the market"),
        (len(plan.held), "held back"),
        (len(plan.not_offered), "not offered"),
    ):
        if number:
            parts.append(f"{number} {words}")
    return " · ".join(parts)


def headline(plan: Plan) -> Text:
    """The plan in one line."""
    return Text.assemble((plan.channel, "bold"), f"  {plan.products} products: ", count_line(plan))


def change(detail: Detail) -> str:
    """A detail for people: amounts with their signs."""
    after, _, stock = detail.after.partition(" × ")
    new = told_text(after) + (f" × {stock}" if stock else "")
    if not detail.before:
        return f"{detail.what}  {new}"
    return f"{detail.what}  {told_text(detail.before)} → {new or 'gone'}"


def plan_view(plan: Plan, *, most: int | None = FEW) -> RenderableType:
    """The whole plan; at most `most` operations of one kind, None for all. What is held is never left out."""
    parts: list[RenderableType] = [headline(plan)]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(max_width=_CHANGE)
    table.add_column(style="dim", justify="right")
    for kind in Kind:
        mine = [operation for operation in plan.operations if operation.kind is kind]
        if kind is Kind.UPLOAD or not mine:
            continue
        for operation in mine[:most]:
            table.add_row(*_row(operation))
        if most is not None and len(mine) > most:
            table.add_row(
                "", "", Text(f"… {len(mine) - most} more to {kind.value}: --all shows them", "dim"), "", ""
            )
    if table.row_count:
        parts.append(Padding(table, (0, 0, 0, 2)))
    uploads = plan.counts.get("upload", 0)
    if uploads:
        parts.append(Text(f"  ↑ upload  {uploads} pictures", "cyan"))
    parts += held_lines(plan.held)
    parts += _not_offered(plan.not_offered)
    parts += findings(plan.warnings, most=most)
    parts += [_guard(guard) for guard in plan.tripped]
    return Group(*parts)


def _row(operation: Operation) -> tuple[RenderableType, ...]:
    sign, style = _STYLE[operation.kind]
    changes = "\n".join(change(detail) for detail in operation.details)
    title = Text(operation.title)
    title.truncate(_TITLE, overflow="ellipsis")
    return (
        Text(f"{sign} {operation.kind.value}", style),
        Text(operation.key),
        title,
        Text(changes),
        Text(", ".join(operation.causes)),
    )


def held_groups(held: Iterable[Held]) -> list[list[Held]]:
    """Listings with one and the same way out, together: one line to change is told once, not eighty times."""
    groups: dict[object, list[Held]] = {}
    for one in held:
        first = one.issues[0] if one.issues else None
        alike = (first.code, first.hint) if first is not None and first.hint else (one.key,)
        groups.setdefault(alike, []).append(one)
    return list(groups.values())


def held_lines(held: Iterable[Held]) -> Iterator[Text]:
    """What is held back, with its findings and the way out; many with one way out are told once."""
    for group in held_groups(held):
        first = group[0]
        if len(group) >= _MANY:
            names = ", ".join(one.key for one in group[:_NAMES])
            more = f" and {len(group) - _NAMES} more" if len(group) > _NAMES else ""
            yield Text.assemble(("  ! held    ", "bold red"), f"{len(group)} listings: {names}{more}")
            yield from _findings_of(first, "the first of them: ")
            continue
        for one in group:
            title = f"  {one.title}" if one.title else ""
            yield Text.assemble(("  ! held    ", "bold red"), f"{one.key}{title}: {one.reason}")
            yield from _findings_of(one, "")


def _findings_of(held: Held, lead: str) -> Iterator[Text]:
    if lead:
        yield Text(f"      {lead}{held.reason}")
    hints: set[str] = set()
    for issue in held.issues:
        if issue.hint in hints:
            continue
        said = issue.message if issue.message != held.reason else ""
        place = " · ".join(part for part in (issue.at, issue.path, said) if part)
        yield Text(f"      {place} [{issue.code}]", "dim")
        if issue.hint:
            hints.add(issue.hint)
            yield Text.assemble(("      → ", "green"), issue.hint)


def _not_offered(held: Iterable[Held]) -> Iterator[Text]:
    reasons: dict[str, list[str]] = {}
    for one in held:
        reasons.setdefault(one.reason, []).append(one.key)
    for reason, keys in reasons.items():
        names = ", ".join(keys[:_NAMES]) + (f" and {len(keys) - _NAMES} more" if len(keys) > _NAMES else "")
        yield Text.assemble(("  · not offered  ", "dim"), f"{reason}: {names}")


def findings(issues: Iterable[Issue], *, most: int | None = FEW) -> Iterator[Text]:
    """Findings by weight, each with its place and the way out."""
    found = sorted(dict.fromkeys(issues), key=lambda issue: issue.severity.rank)
    for issue in found[:most]:
        style = "red" if issue.severity is Severity.ERROR else "yellow"
        place = " · ".join(part for part in (issue.at, issue.path) if part)
        said = f"{place}: {issue.message}" if place else issue.message
        yield Text.assemble((f"  ! {issue.severity.value}  ", style), f"{said} [{issue.code}]")
        if issue.hint:
            yield Text.assemble(("      → ", "green"), issue.hint)
    if most is not None and len(found) > most:
        yield Text(f"  … {len(found) - most} more findings: --all shows them", "dim")


def _guard(guard: Guard) -> Text:
    allow = f"if it is meant: --allow '{guard.name}=why'"
    hint = guard.hint if "--allow" in guard.hint else "; ".join(part for part in (guard.hint, allow) if part)
    return Text.assemble(
        ("  ! guard   ", "bold red"),
        f"{guard}: nothing is sent without a reason\n",
        ("      → ", "green"),
        hint,
    )
