"""A plan on a terminal: what changes, what is held back and why, which guards tripped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from storesync.issues import Issue, Severity, counted
from storesync.plan import Detail, Guard, Held, Kind, Operation, Plan, count_words
from storesync.report.amount import said as spoken
from storesync.report.amount import told_text
from storesync.report.hanging import Hanging, Indented

__all__ = [
    "FEW",
    "MANY",
    "change",
    "count_line",
    "findings",
    "headline",
    "held_groups",
    "held_lines",
    "named",
    "plan_view",
    "way_out",
]

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
_LEAST_TITLE = 14  # cells; where less is left for a title, the changes stand below it
_CHANGE = 46  # cells for a change of text before it is broken into lines
_FIGURES = (Kind.CREATE, Kind.PRICES, Kind.STOCK)
_INDENT, _GAP = 2, 2
_UNDER = 8  # where the further lines of a finding begin
MANY = 4  # as many listings with one way out are told together


def count_line(plan: Plan) -> str:
    """The plan in numbers: every product is in one of them."""
    parts = [", ".join(count_words(plan.counts)) or "nothing to do", f"{plan.unchanged:,} unchanged"]
    for number, words in (
        (plan.waiting, "waiting for the market"),
        (sum(not held.price_only for held in plan.held), "held back"),
        (sum(held.price_only for held in plan.held), "with a held price"),
        (len(plan.not_offered), "not offered"),
    ):
        if number:
            parts.append(f"{number:,} {words}")
    return " · ".join(parts)


def headline(plan: Plan) -> Text:
    """The plan in one line."""
    said = f"  {counted(plan.products, 'product')}: {count_line(plan)}"
    return Text.assemble((plan.channel, "bold"), said)


def change(detail: Detail) -> str:
    """A detail for people: amounts with their signs."""
    after, _, stock = detail.after.partition(" × ")
    new = told_text(after) + (f" × {stock}" if stock else "")
    if not detail.before:
        return f"{detail.what}  {new}"
    return f"{detail.what}  {told_text(detail.before)} → {new or 'gone'}"


def plan_view(plan: Plan, *, most: int | None = FEW) -> RenderableType:
    """The whole plan; at most `most` operations of one kind, None for all. What is held is never left out."""
    parts: list[RenderableType] = [Hanging(headline(plan), len(plan.channel) + 2)]
    shown: list[Operation | Text] = []
    for kind in Kind:
        mine = [operation for operation in plan.operations if operation.kind is kind]
        if kind is Kind.UPLOAD or not mine:
            continue
        shown += mine[:most]
        if most is not None and len(mine) > most:
            shown.append(Text(f"… {len(mine) - most:,} more to {kind.value}: --all shows them", "dim"))
    if shown:
        parts.append(_Changes(tuple(shown)))
    uploads = plan.counts.get("upload", 0)
    if uploads:
        parts.append(Text(f"  ↑ upload  {counted(uploads, 'picture')}", "cyan"))
    parts += held_lines(plan.held, whole=most is None)
    parts += _not_offered(plan.not_offered)
    parts += findings(plan.warnings, most=most)
    parts += [_guard(guard) for guard in plan.tripped]
    return Group(*parts)


@frozen
class _Changes:
    """Operations with their changes: beside each other where the terminal is wide enough, else below.

    A figure is never broken: where it does not fit beside its title it stands on a line of its own. Where nothing is
    to be wrapped (into a pipe or a file) titles are whole.
    """

    rows: tuple[Operation | Text, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        operations = [row for row in self.rows if isinstance(row, Operation)]
        fixed = sum(
            max((cell_len(text) for text in texts), default=0) + _GAP
            for texts in (
                [_sign(operation).plain for operation in operations],
                [operation.key for operation in operations],
                [_cause(operation) for operation in operations],
            )
        )
        figures = [change(d) for op in operations if op.kind in _FIGURES for d in op.details]
        needed = max([_CHANGE * any(op.kind not in _FIGURES for op in operations), *map(cell_len, figures)])
        room = options.max_width - _INDENT - fixed - needed - _GAP
        title = room if options.no_wrap else min(room, _TITLE)
        rows = self._wide(title) if room >= _LEAST_TITLE else self._narrow()
        yield Indented(rows, _INDENT)

    def _wide(self, most: int) -> Table:
        table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
        for _ in range(3):
            table.add_column(no_wrap=True)
        table.add_column()
        table.add_column(style="dim", justify="right", no_wrap=True)
        for row in self.rows:
            if isinstance(row, Text):
                table.add_row("", "", "", row, "")
                continue
            changes = Text("\n".join(map(change, row.details)))
            title = _short(row.title, most)
            table.add_row(_sign(row), row.key, title, changes, _cause(row))
        return table

    def _narrow(self) -> Group:
        lines: list[RenderableType] = []
        for row in self.rows:
            if isinstance(row, Text):
                lines.append(row)
                continue
            head = Text.assemble(_sign(row), f"  {row.key}  ", _short(row.title, _TITLE))
            cause = _cause(row)
            lines.append(Hanging(head.append(f"  {cause}" if cause else "", "dim"), 2 * _INDENT))
            lines += [Hanging(Text(f"    {change(detail)}"), 4 * _INDENT) for detail in row.details]
        return Group(*lines)


def _sign(operation: Operation) -> Text:
    sign, style = _STYLE[operation.kind]
    return Text(f"{sign} {operation.kind.value}", style)


def _cause(operation: Operation) -> str:
    return ", ".join(operation.causes)


def _short(title: str, room: int) -> Text:
    text = Text(title)
    text.truncate(room, overflow="ellipsis")
    return text


def named(keys: Sequence[str]) -> str:
    """The first keys, and how many more there are."""
    more = f" and {len(keys) - _NAMES:,} more" if len(keys) > _NAMES else ""
    return ", ".join(keys[:_NAMES]) + more


def held_groups(held: Iterable[Held]) -> list[list[Held]]:
    """Listings with one way out, or one reason, together: it is told once, not eighty times."""
    groups: dict[object, list[Held]] = {}
    for one in held:
        first = one.issues[0] if one.issues else None
        # The key stands in many ways out ("add SBG-001,VN,…"): but for it they are one.
        way = first.hint.replace(one.key, "") if first is not None else one.reason.partition(": ")[0]
        code = first.code if first is not None else ""
        alike = (bool(one.stays), one.content, code, way) if way else (one.key,)
        groups.setdefault(alike, []).append(one)
    return list(groups.values())


def held_lines(held: Iterable[Held], *, whole: bool = False) -> Iterator[Hanging]:
    """What is held back, with its findings and the way out; many with one way out are told once, unless `whole`."""
    for group in held_groups(held):
        first = group[0]
        if len(group) >= MANY and not whole:
            said = f"{counted(len(group), 'listing')}: {named([one.key for one in group])}"
            said += "; live prices stay, the rest goes out" if first.price_only else ""
            if first.content and any(one.goes for one in group):
                what = (
                    "live prices and content stay, stock goes"
                    if first.stays
                    else "live content stays, prices and stock go"
                )
                said += f"; {what} out"
            yield Hanging(Text.assemble(_mark(first), said), _UNDER)
            yield from _findings_of(first, "the first of them: ")
            continue
        for one in group:
            title = f"  {one.title}" if one.title else ""
            said = f"{one.key}{title}: {one.words(told_text) or spoken(one.reason)}"
            yield Hanging(Text.assemble(_mark(one), said), _UNDER)
            yield from _findings_of(one, "because " if one.words() else "")


def _mark(held: Held) -> tuple[str, str]:
    return ("  ! price held  ", "bold yellow") if held.price_only else ("  ! held    ", "bold red")


def _findings_of(held: Held, lead: str) -> Iterator[Hanging]:
    if lead:
        yield Hanging(Text(f"      {lead}{spoken(held.reason)}"), _UNDER)
    hints: set[str] = set()
    for issue in held.issues:
        if issue.hint in hints:
            continue
        said = issue.message if issue.message != held.reason else ""
        place = " · ".join(part for part in (issue.at, issue.path, spoken(said)) if part)
        yield Hanging(Text(f"      {place} [{issue.code}]", "dim"), _UNDER)
        if issue.hint:
            hints.add(issue.hint)
            yield way_out(issue.hint)


def way_out(hint: str) -> Hanging:
    """What to do, below what it is about."""
    return Hanging(Text.assemble(("      → ", "green"), spoken(hint)), _UNDER)


def _not_offered(held: Iterable[Held]) -> Iterator[Hanging]:
    reasons: dict[str, list[str]] = {}
    for one in held:
        reasons.setdefault(one.reason, []).append(one.key)
    for reason, keys in reasons.items():
        yield Hanging(Text.assemble(("  · not offered  ", "dim"), f"{reason}: {named(keys)}"), _UNDER)


def findings(issues: Iterable[Issue], *, most: int | None = FEW) -> Iterator[Hanging]:
    """Findings by weight, each with its place and the way out."""
    found = sorted(dict.fromkeys(issues), key=lambda issue: issue.severity.rank)
    for issue in found[:most]:
        style = "red" if issue.severity is Severity.ERROR else "yellow"
        place = " · ".join(part for part in (issue.at, issue.path) if part)
        told = spoken(issue.message)
        said = f"{place}: {told}" if place else told
        text = Text.assemble((f"  ! {issue.severity.value}  ", style), f"{said} [{issue.code}]")
        yield Hanging(text, _UNDER)
        if issue.hint:
            yield way_out(issue.hint)
    if most is not None and len(found) > most:
        more = counted(len(found) - most, "more finding")
        yield Hanging(
            Text(f"  … {more}: --all shows {'it' if len(found) - most == 1 else 'them'}", "dim"), _UNDER
        )


def _guard(guard: Guard) -> Group:
    said = Text.assemble(
        ("  ! guard   ", "bold red"), f"{spoken(str(guard))}: nothing is sent without a reason"
    )
    allow = f"if it is meant: --allow '{guard.name}=why'"
    ways = [guard.hint] if "--allow" in guard.hint else [part for part in (guard.hint, allow) if part]
    return Group(Hanging(said, _UNDER), *map(way_out, ways))
