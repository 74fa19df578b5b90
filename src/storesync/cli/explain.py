"""storesync explain: one SKU, opened."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, attempt, opened
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError
from storesync.report.document import explained_document
from storesync.report.price_view import explained_view

__all__ = ["explain"]


def explain(
    sku: Annotated[str, Parameter(help="The SKU, or a listing's key.")],
    *,
    channel: Annotated[
        tuple[str, ...],
        Parameter(negative=(), show_default=False, help="Only this channel; may be given several times."),
    ] = (),
    rates: Annotated[
        str,
        Parameter(show_default=False, help="Make the price anew from this rate snapshot, to look at it."),
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Show how a SKU's price came to be, stage by stage; where its texts come from; what was done with it."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            for name in channel:
                if name not in shops.names:
                    raise ConfigError(
                        f"no channel {name!r} is configured (configured: {', '.join(shops.names)})"
                    )
            found = [
                (name, explained)
                for name in channel or shops.names
                if (explained := shops.explain(name, sku, rates=rates)) is not None
            ]
            if not found:
                said = f"no channel knows {sku!r} yet: is it in the catalog, and was `storesync plan` run?"
                outlet.complain(Text(said, "bold red"))
                outlet.document({"error": {"kind": "Unknown", "message": said, "issues": []}})
                return FAILED
            for position, (_, explained) in enumerate(found):
                outlet.say(*([""] if position else []), explained_view(explained))
            outlet.document({"channels": {name: explained_document(one) for name, one in found}})
            return DONE

    return attempt(common, work)
