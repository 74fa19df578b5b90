"""Exchange rates on a terminal: what one unit costs, who says so, how old it is, and who is priced with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from storesync.engine.rates import ChannelRates
from storesync.engine.ratestatus import RateLine, RateStatus
from storesync.pricing.exact import share
from storesync.report.hanging import Indented
from storesync.report.plan_view import findings
from storesync.state.rates import RateEvent

__all__ = ["rates_view"]

_DIGITS = 8  # of a snapshot's id, which are enough to name it
_SHOWN = 10  # significant digits of a rate; a cross rate has 34


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column)
    return table


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _value(value: Decimal) -> str:
    if len(value.as_tuple().digits) <= _SHOWN:
        return f"{value:f}"
    return f"{value:.{_SHOWN}g}"


def rates_view(status: RateStatus) -> RenderableType:
    """All rates, the channels, and what happened last."""
    if status.at is None:
        head = Text("no rates were collected yet: storesync rates fetch asks the sources")
    elif status.edited:
        # Neither id nor day of what was collected belongs to all of the rates below.
        head = Text.assemble(("rates ", "bold"), "as they stand here", (_moved(status), "yellow"))
    else:
        head = Text.assemble(
            ("rates ", "bold"),
            f"collected {_time(status.at)} UTC, snapshot ",
            (status.snapshot[:_DIGITS], "bold"),
        )
    if status.invented:
        head.append(" · invented: for the sandbox alone", "yellow")
    if status.new:
        told = "the rates below count" if status.at is None else _uncollected(status.new)
        head.append(f" · {told} from the next plan on", "yellow")
    parts: list[RenderableType] = [head]
    if status.lines:
        parts.append(Indented(_rates(status.lines, status.witness), 2))
    parts.append(Text("\nchannels", "bold"))
    parts.append(Indented(_channels(status.channels, status.bands), 2))
    if status.history:
        parts.append(Text("\nsnapshots, the newest first (UTC)", "bold"))
        parts.append(Indented(_history(status.history), 2))
    parts += findings(status.issues, most=None)
    return Group(*parts)


def _moved(status: RateStatus) -> str:
    told = f"{status.snapshot[:_DIGITS]}, collected {_time(status.at)} UTC"
    return f" · configuration or tables here moved on for {', '.join(status.edited)} since snapshot {told}"


def _uncollected(codes: Sequence[str]) -> str:
    were, count = ("were", "they count") if len(codes) > 1 else ("was", "it counts")
    return f"{', '.join(codes)} {were} never collected: {count}"


def _rates(lines: Iterable[RateLine], witness: str) -> Table:
    table = _table(
        "one", "costs", "source", "day", "age", "asked in order", *(["confirmed by"] if witness else [])
    )
    for line in lines:
        rate = line.rate
        row: list[RenderableType]
        if rate is None:
            told = "unknown" if line.kind == "mid" else f"unknown ({line.kind})"
            row = [line.currency, Text(told, "red"), "", "", ""]
        else:
            days = f"{line.days} day{'s' * (line.days != 1)}"
            age = f"{days}, {line.missed} missed" if line.missed else days
            row = [
                line.currency,
                Text(
                    f"{_value(rate.value)} {line.home}" + ("; a newer one is doubted" if line.doubted else "")
                ),
                rate.teller,
                f"{rate.observed}",
                age,
            ]
        row.append(" → ".join(line.chain) or "nobody")
        if witness:
            row.append(Text(line.confirmed or f"not by {witness}"))
        table.add_row(*row)
    return table


def _channels(channels: Iterable[ChannelRates], bands: Mapping[str, Mapping[str, Decimal]]) -> Table:
    table = _table("channel", "priced with", "since (UTC)", "")
    for one in channels:
        if not one.needs:
            table.add_row(one.channel, "no rate needed", "", "")
            continue
        # Before its first use a snapshot is not kept: its id would name nothing that can be pinned.
        new = "the rates above" if one.since is None else None
        name = "nothing" if one.snapshot is None else new or one.snapshot.id[:_DIGITS]
        if one.pinned is not None:
            note = Text(f"pinned: {_why(one.pinned)}", "yellow")
        else:
            still = [(code, band) for code, band in bands[one.channel].items() if band]
            quiet = [f"{code} holds still within {share(band)}" for code, band in still]
            note = Text(", ".join(quiet), "dim")
        since = _time(one.since) or "from the next plan on"
        table.add_row(one.channel, name, since, note)
    return table


def _why(event: RateEvent) -> str:
    return f"{event.reason} ({event.who})" if event.who else event.reason


def _history(events: Iterable[RateEvent]) -> Table:
    table = _table("when", "snapshot", "what happened", "channel", "why")
    for event in events:
        table.add_row(
            _time(event.at), event.snapshot[:_DIGITS], event.event, event.channel or "all", Text(_why(event))
        )
    return table
