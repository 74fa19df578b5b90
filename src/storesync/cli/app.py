"""The table of commands; a command's module is imported when it is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from cyclopts import App, CycloptsError
from rich.console import Console

from storesync import __version__

__all__ = ["COMMANDS", "application", "run"]

COMMANDS: Mapping[str, str] = {
    "init": "Write a configuration to begin with: the example, or a minimal one.",
    "check": "Look through configuration and catalog without asking a market.",
    "plan": "Show what would change; nothing on a market changes.",
    "apply": "Carry out a plan.",
    "sync": "Plan and apply, for schedulers.",
    "status": "Show how the channels stand.",
    "explain": "Show how a SKU's price and texts came to be.",
    "rates": "Show exchange rates, fetch them, pin them.",
    "observe": "Look at what the markets show; the next plan repairs what differs.",
    "adopt": "Take over what a shop already shows; nothing on the market changes.",
    "resolve": "Take a parked listing up again.",
    "texts": "Translate texts, give them to people for review, take them back, lock them.",
    "drivers": "Show the installed drivers and what each can do.",
    "sandbox": "Serve the emulated markets on this machine.",
    "demo": "List the sample catalog on the emulated shops and tell the story.",
}
"""Every command with its one line of help; the function has the name of its module."""

_HELP = (
    "Declare a catalog once, in Korean and in won; keep every foreign shop showing it.\n\n"
    "Exit codes: 0 done, 1 refused or failed, 2 done with listings held back by an issue."
)


def application() -> App:
    """The command line as a value; no command's module is imported yet."""
    app = App(
        name="storesync",
        help=_HELP,
        version=__version__,
        result_action="return_value",
        console=Console(),
        error_console=Console(stderr=True),
    )
    for name, line in COMMANDS.items():
        app.command(f"storesync.cli.{name}:{name}", name=name, help=line)
    return app


def run(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command line; nothing is raised for what a person can mend."""
    try:
        result = application()(list(sys.argv[1:] if argv is None else argv), exit_on_error=False)
    except CycloptsError:
        return 1
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0
