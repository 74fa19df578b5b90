"""storesync explain: one SKU, opened."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, attempt, opened
from storesync.cli.common import DEFAULTS, Channels, Common
from storesync.cli.outlet import Outlet
from storesync.report.document import explained_document
from storesync.report.price_view import explained_view

__all__ = ["explain"]


def explain(
    sku: Annotated[str, Parameter(help="The SKU, or a listing's key.")],
    /,
    *,
    channels: Channels = (),
    rates: Annotated[
        str,
        Parameter(show_default=False, help="Make the price anew from this rate snapshot, to look at it."),
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Show how a SKU's price came to be, stage by stage; where its texts come from; what was done with it."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            names = channels or shops.names
            found = [
                (name, explained)
                for name in names
                if (explained := shops.explain(name, sku, rates=rates)) is not None
            ]
            if not found:
                near = dict.fromkeys(one for name in names for one in shops.similar(name, sku))
                where = f"channel {channels[0]!r} does not know" if len(channels) == 1 else "no channel knows"
                way = (
                    f"did you mean {' or '.join(near)}?"
                    if near
                    else "is it in the catalog, and was `storesync plan` run?"
                )
                said = f"{where} {sku!r}: {way}"
                outlet.complain(Text(said, "bold red"))
                outlet.document({"error": {"kind": "Unknown", "message": said, "issues": []}})
                return FAILED
            for position, (_, explained) in enumerate(found):
                outlet.say(*([""] if position else []), explained_view(explained))
            outlet.document({"channels": {name: explained_document(one) for name, one in found}})
            return DONE

    return attempt(common, work)
