"""storesync apply: carry out a reviewed plan file, or plan now, show and ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.prompt import Confirm

from storesync.cli.applying import carried_out, code_of_run
from storesync.cli.attempt import DONE, FAILED, attempt, each, opened, worst
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.cli.planning import code_of, made, read_plans, reasons_from, shown
from storesync.errors import PlanError
from storesync.issues import counted
from storesync.plan import Plan
from storesync.sync import Shops

__all__ = ["apply"]


def apply(
    plan: Annotated[
        Path | None,
        Parameter(help="A file that `storesync plan -o` wrote; without one the plan is made now."),
    ] = None,
    /,
    *,
    channels: Channels = (),
    allow: Annotated[
        tuple[str, ...],
        Parameter(negative=(), show_default=False, help="Pass a guard that tripped: 'guard=reason'."),
    ] = (),
    yes: Annotated[
        bool, Parameter(name=("-y", "--yes"), negative=(), show_default=False, help="Do not ask.")
    ] = False,
    common: Common = DEFAULTS,
) -> int:
    """Carry out a plan; a plan file without a question, since it is what was reviewed, a plan made now after one.

    A plan that was changed, or from which the shop moved away, is refused, and nothing is sent.
    """

    def work(outlet: Outlet) -> int:
        reasons = reasons_from(allow)
        given = _given(read_plans(plan), channels, plan) if plan is not None else None
        if given is None and not yes and not outlet.interactive:
            raise PlanError(
                "nobody can be asked here: give a plan file (`storesync plan -o plan.json`), or --yes, "
                "or use `storesync sync`"
            )
        with opened(common, outlet) as shops:

            def one(name: str) -> tuple[int, Any]:
                found = given[name] if given is not None else made(shops, outlet, name)
                if given is None and not yes and not _agreed(outlet, found):
                    return FAILED if found.operations else DONE, {"applied": False}
                report = carried_out(shops, outlet, found, reasons)
                return worst((code_of(found), code_of_run(report))), report.as_json()

            return each(shops, outlet, _names(shops, given, channels), one)

    return attempt(common, work)


def _given(plans: tuple[Plan, ...], channels: tuple[str, ...], path: Path) -> dict[str, Plan]:
    found = {plan.channel: plan for plan in plans}
    for name in channels:
        if name not in found:
            raise PlanError(f"{path} holds no plan for channel {name!r} (only {', '.join(found)})")
    return found


def _names(shops: Shops, given: dict[str, Plan] | None, channels: tuple[str, ...]) -> tuple[str, ...]:
    return channels or (tuple(given) if given is not None else shops.names)


def _agreed(outlet: Outlet, plan: Plan) -> bool:
    shown(outlet, plan, whole=False)
    if not plan.operations:
        return False
    which = "this operation" if len(plan) == 1 else f"these {counted(len(plan), 'operation')}"
    return Confirm.ask(f"Apply {which} to {plan.channel}?", default=False)
