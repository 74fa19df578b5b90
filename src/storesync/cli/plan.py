"""storesync plan: what would change, printed, as JSON, as a plan file and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, attempt, each, opened, worst
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.cli.planning import code_of, made, shown, write_page, write_plans
from storesync.errors import ConfigError
from storesync.plan import Plan

__all__ = ["plan"]


def plan(
    *,
    channels: Channels = (),
    output: Annotated[
        Path | None,
        Parameter(name=("-o", "--output"), help="Write the plan to this file, for `storesync apply`."),
    ] = None,
    html: Annotated[Path | None, Parameter(help="Write the plan as an HTML page to this file.")] = None,
    end: Annotated[
        tuple[str, ...],
        Parameter(
            negative=(),
            show_default=False,
            help="End the channel's listing with this key for good, do not hide it; apply wants a reason then.",
        ),
    ] = (),
    all: Annotated[bool, Parameter(negative=(), show_default=False, help="Show every operation.")] = False,
    common: Common = DEFAULTS,
) -> int:
    """Show what would change, why and at which price; nothing on a market changes.

    Exits with 1 when a guard forbids the plan: apply will want a reason; it is shown and written all the same.
    Exits with 2 when a finding holds listings back. A draft is not offered, and no finding.
    """

    def work(outlet: Outlet) -> int:
        for path in (output, html):
            if path is not None and not path.resolve().parent.is_dir():
                raise ConfigError(f"{path}: there is no folder {path.parent}; nothing was planned")
        with opened(common, outlet) as shops:
            plans: list[Plan] = []

            def one(name: str) -> tuple[int, Any]:
                found = made(shops, outlet, name, end=end)
                plans.append(found)
                shown(outlet, found, whole=all)
                refused = FAILED if found.tripped else DONE
                return worst((code_of(found), refused)), found.as_json()

            code = each(shops, outlet, channels, one)
            if plans and output is not None:
                write_plans(output, plans)
                outlet.say(Text(f"plan written to {output}; carry it out: storesync apply {output}"))
            if plans and html is not None:
                write_page(html, shops, plans)
                outlet.say(Text(f"page written to {html}"))
            return code

    return attempt(common, work)
