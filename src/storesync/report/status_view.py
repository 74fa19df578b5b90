"""How channels stand and what a check found, on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from storesync.engine import Drift
from storesync.engine.check import Checked
from storesync.engine.drift import By
from storesync.engine.status import ChannelStatus
from storesync.issues import counted, unread
from storesync.report.hanging import Hanging
from storesync.report.plan_view import FEW, findings, held_lines, named, way_out

__all__ = ["checked_view", "drift_view", "status_view"]


def status_view(status: ChannelStatus) -> RenderableType:
    """One channel at a glance, then what is held back and what waits for a person."""
    by = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in status.by_status.items() if count)
    line = Text.assemble(
        (status.channel, "bold"),
        f"  {counted(status.listings, 'listing')} ({by or 'none yet'}) · {status.unchanged:,} as wanted",
        f" · {status.pending:,} to change",
    )
    if status.waiting:
        line.append(f" · {status.waiting} waiting for the market")
    if status.ended:
        line.append(f" · {len(status.ended)} ended on demand")
    line.append(f" · revision {status.revision}", "dim")
    parts: list[RenderableType] = [Hanging(line, len(status.channel) + 2)]
    if status.at_work:
        parts.append(Text(f"  at work now: {status.at_work} since {status.since}", "cyan"))
    if status.unfinished and status.at_work:
        parts.append(
            Text(f"  {counted(status.unfinished, 'operation is', 'operations are')} on the way", "cyan")
        )
    elif status.unfinished:
        parts.append(
            Text(
                f"  {counted(status.unfinished, 'operation was', 'operations were')} interrupted; "
                "the next plan settles them first",
                "yellow",
            )
        )
    if status.account is not None and status.account.trouble:
        parts.append(Hanging(Text.assemble(("  ! account  ", "bold red"), status.account.trouble), 8))
        if status.account.hint:
            parts.append(Text.assemble(("      → ", "green"), status.account.hint))
    for quota in status.quotas:
        much = "all" if quota.shut else f"{quota.used:,} calls"
        parts.append(Text(f"  {much} of the day's quota used until {quota.until:%Y-%m-%d %H:%M %Z}", "cyan"))
    for run in status.overridden:
        for guard, why in run.reasons.items():
            told = Text.assemble(
                ("  · guard   ", "cyan"), f"{guard!r} was passed on {run.at:%Y-%m-%d %H:%M %Z}: {why}"
            )
            parts.append(Hanging(told, 8))
    for listing, keys in status.claimed.items():
        said = f"{' and '.join(keys)} both count listing {listing} as theirs: each overwrites the other"
        parts.append(Hanging(Text.assemble(("  ! claimed ", "bold red"), said), 8))
        parts.append(
            Text.assemble(
                ("      → ", "green"),
                f"look whose it is; for the other: storesync resolve KEY --channel {status.channel} [--listing ID]",
            )
        )
    parts += held_lines(status.held)
    for one in status.parked:
        said = f"{one.key}  {one.title}: {one.reason}"
        parts.append(Hanging(Text.assemble(("  ! parked  ", "bold red"), said), 8))
        parts.append(
            Text.assemble(
                ("      → ", "green"),
                f"look in the shop, then: storesync resolve {one.key} --channel {status.channel} [--listing ID]",
            )
        )
    return Group(*parts)


def checked_view(checked: Checked, *, most: int | None = FEW) -> RenderableType:
    """What a check found for one channel."""
    counts = [f"{checked.ready} ready"]
    for number, words in (
        (checked.unread, "whose category was never read from the market: the first plan reads it"),
        (len(checked.held), "held back"),
        (len(checked.not_offered), "not offered"),
    ):
        if number:
            counts.append(f"{number} {words}")
    said = f"  {counted(checked.products, 'product')}: {' · '.join(counts)}"
    if unread(checked.products, checked.issues):
        said = "  the catalog cannot be read"
    line = Text.assemble((checked.channel, "bold"), said)
    parts: list[RenderableType] = [Hanging(line, len(checked.channel) + 2)]
    parts += held_lines(checked.held, whole=most is None)
    told = {issue for held in checked.held for issue in held.issues}
    parts += findings((issue for issue in checked.issues if issue not in told), most=most)
    return Group(*parts)


def drift_view(channel: str, drift: Iterable[Drift]) -> RenderableType:
    """What differs between our state and the market, a line each."""
    found = tuple(drift)
    if not found:
        return Text.assemble((channel, "bold"), "  the market shows what it acknowledged")
    gone, there = [one.key for one in found if one.gone], [one for one in found if not one.gone]
    by = Counter(one.by for one in there)
    told = [f"{len(gone):,} gone from the shop"] if gone else []
    told += [f"{by[kind]:,} {words}" for kind, words in _DRIFT.items() if by[kind]]
    lines = [Hanging(Text.assemble((f"  {_MARK.get(one.by, '~')} ", "yellow"), str(one)), 8) for one in there]
    if gone:
        said = f"{named(gone)}: the shop shows {'it' if len(gone) == 1 else 'them'} no more"
        way = "is this the right shop? if they were taken off by hand, the next plan makes them anew; take what is to "
        way += "stay away out of the catalog, or name it in the channel's `never`"
        lines += [Hanging(Text.assemble(("  - gone  ", "yellow"), said), 8), way_out(way)]
    return Group(Text.assemble((channel, "bold"), f"  {' · '.join(told)}"), *lines)


_DRIFT: Final[Mapping[By, str]] = {
    "theirs": "by hand, which the next plan repairs",
    "both": "by hand and here, where ours goes",
    "ours": "to be sent",
    "kept": "kept for the seller",
    "unread": "not to be read",
}
_MARK: Final[Mapping[By, str]] = {"kept": "·", "unread": "!"}
