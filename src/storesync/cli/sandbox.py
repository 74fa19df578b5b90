"""storesync sandbox: the emulated markets on loopback, until interrupted."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, attempt
from storesync.cli.common import Common, Json
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError

__all__ = ["sandbox"]


def sandbox(
    *,
    port: Annotated[int, Parameter(help="The port on 127.0.0.1; 0 takes a free one.")] = 8765,
    json: Json = False,
) -> int:
    """Serve the emulated markets on this machine until interrupted; nothing is real.

    Nothing is kept either: after a restart begin with a new state, too.
    With --json the one document comes as one line as soon as the shops are up.
    """

    def work(outlet: Outlet) -> int:
        from storesync.cli.story.emulators import ENVIRONMENT

        try:
            from storesync.sandbox.server import serve
        except ModuleNotFoundError as error:
            raise ConfigError(f"the sandbox needs {error.name}: pip install 'storesync[sandbox]'") from None

        def ready(address: str) -> None:
            places = {"tmall": f"{address}/tmall", "shopee": f"{address}/shopee", "page": f"{address}/"}
            outlet.say(
                *(
                    Text.assemble((f"{name.capitalize():<8}", "bold"), place)
                    for name, place in places.items()
                ),
                Text("The accounts of the example read these variables; the values are invented:", "dim"),
                *(Text(f"  export {name}={value}") for name, value in ENVIRONMENT.items()),
                Text("Ctrl-C ends it.", "dim"),
            )
            outlet.line({**places, "environment": ENVIRONMENT})

        with suppress(KeyboardInterrupt):
            serve(port=port, ready=ready)
        return DONE

    return attempt(Common(json=json), work)
