"""storesync adopt: take over what a shop already shows; a person decides what is unsure."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, HELD, attempt, opened
from storesync.cli.common import DEFAULTS, Channel, Common
from storesync.cli.outlet import Outlet
from storesync.cli.progress import counting
from storesync.engine.adopt import Adopted
from storesync.engine.survey import Adoption
from storesync.issues import counted

__all__ = ["adopt"]


def adopt(
    *,
    channel: Channel,
    review: Annotated[
        Path | None,
        Parameter(
            show_default=False, help="Where to write the file to review; adopt-CHANNEL.csv when not told."
        ),
    ] = None,
    reviewed: Annotated[
        Path | None, Parameter(show_default=False, help="Take over what this reviewed file says `adopt` to.")
    ] = None,
    common: Common = DEFAULTS,
) -> int:
    """Match what a shop shows with the catalog and write a file to review; with --reviewed, take it over.

    Neither step creates, changes or ends anything on the market. Exit code 2 says that a person must decide.
    """

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            if reviewed is not None:
                with counting(outlet, f"{channel}: adopting"):
                    taken = shops.adopt(channel, reviewed)
                return _taken(outlet, taken)
            path = review or Path(f"adopt-{channel}.csv")
            with counting(outlet, f"{channel}: looking"):
                found = shops.survey(channel, path)
            return _found(outlet, found, path, common.config)

    return attempt(common, work)


def _found(outlet: Outlet, found: Adoption, path: Path, config: Path) -> int:
    sure, unsure, strange = len(found.sure), len(found.unsure), len(found.strange)
    outlet.say(Text(f"{found}; written to {path}"))
    if found.moved:
        outlet.say(
            Text("every product is looked for by its key before it is made, where the market has a search")
        )
    if sure or unsure:
        where = "" if config == DEFAULTS.config else f"--config {shlex.quote(str(config))} "
        outlet.say(
            Text("decide on the rows without a decision, then:" if unsure else "to take them over:"),
            Text(f"  storesync adopt {where}--channel {found.channel} --reviewed {shlex.quote(str(path))}"),
        )
    told: dict[str, Any] = {
        "sure": sure,
        "unsure": unsure,
        "strange": strange,
        "known": found.known,
        "moved": found.moved,
    }
    outlet.document({"channel": found.channel, "review": str(path), **told})
    return HELD if unsure else DONE


def _taken(outlet: Outlet, taken: Adopted) -> int:
    outlet.say(
        Text(
            f"{taken.channel}: {counted(len(taken.keys), 'listing is', 'listings are')} known as ours now; "
            "the next plan compares them"
        ),
        *(Text(f"  not taken: {said}", "bold red") for said in taken.refused),
    )
    if taken.undecided:
        outlet.say(Text(f"  {counted(taken.undecided, 'row is', 'rows are')} still without a decision"))
    outlet.document(
        {
            "channel": taken.channel,
            "adopted": list(taken.keys),
            "refused": list(taken.refused),
            "undecided": taken.undecided,
            "left": taken.left,
        }
    )
    return HELD if taken.refused or taken.undecided else DONE
