"""One SKU on one channel, opened: each stage of its price, its texts' origin, what was done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from storesync.engine.status import Explained
from storesync.pricing import Rate
from storesync.report.amount import offered, said, told_text
from storesync.report.hanging import Indented
from storesync.report.text_view import texts_view

__all__ = ["explained_view", "price_table", "stages"]


def stages(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Each stage as (name, before, after, how), amounts with their signs."""
    for step in steps:
        how = [step.get("detail", ""), step.get("rounding", "")]
        if step.get("source"):
            how.append(f"source: {step['source']}")
        how += [Rate.from_document(rate).times for rate in step.get("rates", ())]
        if step.get("snapshot"):
            how.append(f"rates {step['snapshot'][:8]}")
        yield (
            step["stage"],
            told_text(step.get("before", "")),
            told_text(step.get("after", "")),
            said(" · ".join(part for part in how if part)),
        )


def price_table(steps: Sequence[Mapping[str, Any]]) -> Table:
    """The stages of one price as a table."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("stage", no_wrap=True)
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="dim")
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("how", style="dim")
    for name, before, after, how in stages(steps):
        table.add_row(name, Text(before), "→", Text(after), Text(how))
    return table


def explained_view(explained: Explained) -> RenderableType:
    """Everything about one SKU."""
    parts: list[RenderableType] = [
        Text.assemble(
            (explained.sku or explained.key, "bold"),
            f" of {explained.key}" if explained.sku else "",
            " on ",
            (explained.channel, "bold"),
        ),
        Text(f"  {explained.title}"),
        _facts(explained),
    ]
    for market in dict.fromkeys((*explained.live, *explained.prices)):
        live, new = explained.live.get(market), explained.prices.get(market)
        if live is not None:
            parts += _price(f"Live price for {market}", live)
        if new is not None:
            parts += _price(f"{'New price' if live is not None else 'Price'} for {market}", new)
    if explained.texts:
        parts.append(Text("\n  Texts", "bold"))
        parts.append(texts_view(explained.texts))
    if explained.operations:
        parts.append(Text("\n  Last operations", "bold"))
        parts.append(Indented(_operations(explained.operations), 4))
    return Group(*parts)


def _price(head: str, trace: Mapping[str, Any]) -> Iterator[RenderableType]:
    """How one price came to be, or how far it came."""
    yield Text(f"\n  {head}, by policy {trace.get('policy', '')!r}", "bold")
    if trace.get("steps"):
        yield Indented(price_table(trace["steps"]), 4)
    else:
        yield Text("    no stage was reached", "dim")
    if trace.get("list_steps"):
        yield Text("    compare-at price")
        yield Indented(price_table(trace["list_steps"]), 4)
    yield from (Indented(_estimate(one), 4) for one in trace.get("estimates", ()))


def _facts(explained: Explained) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="dim")
    table.add_column()
    listing = f"{explained.listing} · {explained.status}" if explained.listing else "not listed yet"
    table.add_row("listing", listing)
    table.add_row("wanted", offered(explained.want))
    table.add_row("acknowledged", offered(explained.have))
    if explained.rates:
        table.add_row(
            "looked at", f"as priced with rate snapshot {explained.rates[:8]}; nothing is changed by it"
        )
    if explained.held:
        table.add_row("held back", Text(said(explained.held), "red"))
    if explained.not_offered:
        table.add_row("not offered", Text(explained.not_offered))
    if explained.others:
        table.add_row("further SKUs", Text(", ".join(explained.others)))
    return Indented(table, 2)


def _estimate(estimate: Mapping[str, Any]) -> RenderableType:
    """What customs will probably ask for, with every figure it is made of, and how sure that figure is."""
    charges = ", ".join(f"{name} {told_text(amount)}" for name, amount in estimate["charges"].items())
    seller = estimate["paid_by"] == "seller"
    who = "in the price" if seller else "paid by the buyer on top"
    line = ", the high-end line is reached" if estimate["high_end"] else ""
    told = (
        f"{estimate['regime']}, {who}: on {told_text(estimate['value'])} {charges or 'nothing'}; together"
        f" {told_text(estimate['tax'])}, {told_text(estimate['total'])} with it{line}"
    )
    figures = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False, style="dim")
    for figure in estimate["figures"]:
        days = [f"{word} {figure[word]}" for word in ("since", "until") if word in figure]
        figures.add_row(
            Text(f"[{figure['confidence']}]"),
            figure["name"],
            figure["value"],
            ", ".join((figure["source"], *days)),
        )
    return Group(Text(f"estimate, no advice [{estimate['confidence']}]: {told}"), Indented(figures, 2))


def _operations(operations: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("when (UTC)", "operation", "state", "requests", "said"):
        table.add_column(name)
    for operation in operations:
        fault = operation.get("fault") or {}
        said = " ".join(str(fault[name]) for name in ("code", "message") if fault.get(name))
        passed = (f"guard {guard!r} passed: {why}" for guard, why in operation["reasons"].items())
        said = "; ".join(part for part in (said, *passed) if part)
        table.add_row(
            str(operation["began"])[:19].replace("T", " "),
            operation["kind"],
            operation["state"],
            str(operation["requests"]),
            Text(said),
        )
    return table
