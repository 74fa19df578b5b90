"""storesync state: copies of the state, to go on from or to read elsewhere, and what its journal keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, attempt, opened
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet

__all__ = ["state"]

state = App(name="state", version_flags=[])


@state.command
def backup(
    file: Annotated[Path, Parameter(help="A new file; one that is there is never written over.")],
    /,
    *,
    common: Common = DEFAULTS,
) -> int:
    """Copy a SQLite state as it is at this moment, while others go on writing; the copy holds the tokens, too."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            shops.backup_state(file)
        size = file.stat().st_size
        outlet.say(Text(f"{file}: {size:,} bytes; keep it like a key, it holds the access tokens"))
        outlet.document({"file": str(file), "bytes": size})
        return DONE

    return attempt(common, work)


@state.command
def restored(*, common: Common = DEFAULTS) -> int:
    """Say that the state was put back from an older copy: the next run sends all once more, and makes nothing unseen.

    A copy by `storesync state backup` knows that it is one; say it after `pg_restore`, or when files were copied.
    """

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            shops.restored_state()
            names = list(shops.names)
        outlet.say(
            Text(
                "nothing counts as acknowledged any more: the next run sends documents, prices and stock once more"
            )
        )
        outlet.document({"channels": names})
        return DONE

    return attempt(common, work)


@state.command
def export(
    file: Annotated[
        Path, Parameter(help="A new file of JSON lines; one that is there is never written over.")
    ],
    /,
    *,
    common: Common = DEFAULTS,
) -> int:
    """Write the whole state but tokens as JSON lines, as it is at this moment, to be read elsewhere."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            rows = shops.export_state(file)
        outlet.say(Text(f"{file}: {rows:,} rows, no tokens among them"))
        outlet.document({"file": str(file), "rows": rows})
        return DONE

    return attempt(common, work)


@state.command
def compact(
    *,
    days: Annotated[
        int | None,
        Parameter(show_default=False, help="How many days stay; [state] keep_days when it is left out."),
    ] = None,
    common: Common = DEFAULTS,
) -> int:
    """Drop the journal of what ended long ago; what is open, in doubt, waiting or parked stays however old."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            kept = shops.config.keep_days if days is None else days
            gone = shops.compact_state(days=kept)
        outlet.say(Text(f"of what ended more than {kept} days ago {gone}"))
        outlet.document(
            {
                "days": kept,
                "operations": gone.operations,
                "requests": gone.entries,
                "documents": gone.documents,
                "runs": gone.runs,
            }
        )
        return DONE

    return attempt(common, work)
