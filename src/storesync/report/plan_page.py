"""Plans as one self-contained HTML page that a merchant can read, keep and send on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from attrs import frozen
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from storesync.plan import Detail, Held, Kind, Operation, Plan
from storesync.report.amount import said, told_text
from storesync.report.plan_view import held_groups
from storesync.report.price_view import stages

__all__ = ["Prices", "plan_page"]

Prices = Mapping[str, Mapping[str, Any]]
"""Price traces by SKU, then by market, as `explain` gives them."""

_CODE = re.compile(r"`([^`]+)`")
_MARKS: Mapping[Kind, tuple[str, str]] = {
    Kind.CREATE: ("new", "add"),
    Kind.UPDATE: ("text, pictures or variants", "change"),
    Kind.PRICES: ("price", "change"),
    Kind.STOCK: ("stock", "change"),
    Kind.SHOW: ("back on sale", "add"),
    Kind.HIDE: ("off sale", "remove"),
    Kind.END: ("ended for good", "remove"),
}


@frozen(kw_only=True)
class _Change:
    """One row of changes: what, before, after, and the opened price where one is known."""

    sku: str
    what: str
    before: str
    after: str
    stock: str
    prices: Sequence[Mapping[str, Any]] = ()


@frozen(kw_only=True)
class _Row:
    key: str
    title: str
    source: str
    mark: str
    style: str
    causes: str
    shape: str
    changes: tuple[_Change, ...]

    @property
    def opened(self) -> list[_Change]:
        """The changes whose price can be opened."""
        return [change for change in self.changes if change.prices]


def plan_page(
    plans: Iterable[Plan],
    *,
    sources: Mapping[str, str] | None = None,
    prices: Mapping[str, Prices] | None = None,
) -> str:
    """The page for these plans.

    `sources` are the catalog's own titles by key; `prices` are price traces by channel.
    """
    titles, traces = sources or {}, prices or {}
    return _template().render(
        channels=[_channel(plan, titles, traces.get(plan.channel, {})) for plan in plans], grouped=_grouped
    )


@cache
def _template() -> Template:
    text = (files("storesync.report") / "plan.html.jinja").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["coded"] = _coded
    environment.filters["said"] = said
    return environment.from_string(text)


def _coded(text: str) -> Markup:
    """A hint whose `commands` stand out; everything in it is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(said(text)))))


def _channel(plan: Plan, titles: Mapping[str, str], traces: Prices) -> Mapping[str, Any]:
    counts = dict(plan.counts)
    pictures = counts.pop("upload", 0)
    return {
        "plan": plan,
        "held": [_together(group) for group in held_groups(one for one in plan.held if not one.price_only)],
        "stays": [_together(group) for group in held_groups(one for one in plan.held if one.price_only)],
        "made": plan.made_at[:16].replace("T", " "),
        "counts": [(_MARKS[Kind(kind)][0], count, _MARKS[Kind(kind)][1]) for kind, count in counts.items()],
        "pictures": pictures,
        "rows": [_row(op, titles, traces) for op in plan.operations if op.kind is not Kind.UPLOAD],
        "titles": titles,
        "warnings": list(dict.fromkeys(plan.warnings)),
    }


def _together(group: Sequence[Held]) -> Mapping[str, Any]:
    """Listings with one way out: their names, and the findings of the first, one for each way out."""
    issues = {issue.hint or issue.message: issue for issue in reversed(group[0].issues)}
    return {
        "all": [(one, one.words(told_text)) for one in group],
        "reason": group[0].reason,
        "issues": list(reversed(issues.values())),
    }


def _row(operation: Operation, titles: Mapping[str, str], traces: Prices) -> _Row:
    mark, style = _MARKS[operation.kind]
    opened = operation.kind in (Kind.CREATE, Kind.PRICES)
    figures = opened or operation.kind is Kind.STOCK
    return _Row(
        key=operation.key,
        title=operation.title,
        source=titles.get(operation.key, ""),
        mark=mark,
        style=style,
        causes=", ".join(cause for cause in operation.causes if cause != mark),
        shape="number" if figures else "text",
        changes=tuple(_change(detail, traces if opened else {}) for detail in operation.details),
    )


def _change(detail: Detail, traces: Prices) -> _Change:
    after, _, stock = detail.after.partition(" × ")
    sku = detail.what.partition(" ")[0]
    return _Change(
        sku=sku,
        what=detail.what,
        before=told_text(detail.before),
        after=told_text(after) or "gone",
        stock=stock,
        prices=[
            {
                "market": market,
                "policy": trace.get("policy", ""),
                "steps": list(stages(trace.get("steps", ()))),
            }
            for market, trace in traces.get(sku, {}).items()
        ],
    )


def _grouped(held: Iterable[Held]) -> list[tuple[str, list[Held]]]:
    reasons: dict[str, list[Held]] = {}
    for one in held:
        reasons.setdefault(one.reason, []).append(one)
    return list(reasons.items())
