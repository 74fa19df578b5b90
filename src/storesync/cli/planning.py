"""Making plans, showing them, and reading them from files again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from storesync.cli.attempt import DONE, HELD
from storesync.cli.outlet import Outlet
from storesync.cli.progress import counting
from storesync.errors import PlanError
from storesync.issues import Severity, wordless
from storesync.plan import Kind, Plan, refuse_unknown_guards
from storesync.report.plan_view import FEW, plan_view
from storesync.sync import Shops

__all__ = ["code_of", "made", "read_plans", "reasons_from", "shown", "write_page", "write_plans"]

_OPENED = 2_000  # price traces in one page; beyond that it gets too heavy to open


def code_of(plan: Plan) -> int:
    """2 when a finding holds something back, else 0. What is not offered is no finding.

    Tripped guards do not count here: whoever applies the plan may have given reasons.
    """
    errors = any(issue.severity is Severity.ERROR for issue in plan.warnings)
    return HELD if plan.held or errors else DONE


def made(shops: Shops, outlet: Outlet, channel: str, *, end: Iterable[str] = ()) -> Plan:
    """The plan of one channel, with a count of products while it is made."""
    with counting(outlet, f"{channel}: planning, products read") as progress:
        return shops.plan(channel, end=end, progress=progress)


def shown(outlet: Outlet, plan: Plan, *, whole: bool) -> None:
    """The plan on the terminal."""
    outlet.say(plan_view(plan, most=None if whole else FEW))


def write_plans(path: Path, plans: Iterable[Plan]) -> None:
    """A plan file: one document with a plan for each channel."""
    document = {"plans": [plan.as_json() for plan in plans]}
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def read_plans(path: Path) -> tuple[Plan, ...]:
    """The plans of a file; PlanError when it is damaged, changed by hand, or of another version."""
    if not path.is_file():
        raise PlanError(f"{path}: there is no such file; `storesync plan -o {path.name}` writes one")
    try:
        data = orjson.loads(path.read_bytes())
    except ValueError as error:
        raise PlanError(f"{path}: this is no JSON ({error}); plan again with -o") from None
    rows = data.get("plans", [data]) if isinstance(data, Mapping) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise PlanError(f"{path}: this is no plan file; `storesync plan -o {path.name}` writes one")
    try:
        return tuple(Plan.from_json(row) for row in rows)
    except PlanError as error:
        raise PlanError(f"{path}: {error}") from None


def write_page(path: Path, shops: Shops, plans: Iterable[Plan]) -> None:
    """The plans as one HTML page, with the catalog's own titles and every new price opened."""
    from storesync.report.plan_page import plan_page

    some = tuple(plans)
    keys = {operation.key for plan in some for operation in plan.operations}
    keys |= {held.key for plan in some for held in plan.held}
    sources = {
        read.key: read.product.text.title
        for read in shops.source.products()
        if read.product is not None and read.key in keys
    }
    prices = {plan.channel: _traces(shops, plan) for plan in some}
    path.write_text(plan_page(some, sources=sources, prices=prices), encoding="utf-8")


def _traces(shops: Shops, plan: Plan) -> dict[str, Mapping[str, Any]]:
    priced = (op for op in plan.operations if op.kind in (Kind.CREATE, Kind.PRICES))
    skus = [sku for operation in priced for sku in operation.skus][:_OPENED]
    found = ((sku, shops.explain(plan.channel, sku)) for sku in skus)
    return {sku: explained.prices for sku, explained in found if explained is not None}


def reasons_from(allowed: Iterable[str]) -> Mapping[str, str]:
    """Guard name to reason, from `guard=reason`; PlanError names what has none, and what is no guard."""
    reasons = {}
    for given in allowed:
        guard, equals, reason = given.partition("=")
        if not equals or not guard.strip() or wordless(reason):
            name = guard.strip() or "guard"
            raise PlanError(f"--allow {given!r} gives no reason: write --allow '{name}=why it is meant'")
        reasons[guard.strip()] = reason.strip()
    refuse_unknown_guards(reasons)
    return reasons
