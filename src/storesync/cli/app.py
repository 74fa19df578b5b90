"""The table of commands, and what a wrong command line is told."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from cyclopts import App, CycloptsError, MissingArgumentError, UnknownCommandError, UnusedCliTokensError
from rich.console import Console
from rich.text import Text

from storesync import __version__
from storesync.cli.outlet import Outlet
from storesync.issues import nearest

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
    "confirm": "Let one price through that moved too far, with a reason.",
    "observe": "Look at what the markets show; the next plan repairs what differs.",
    "adopt": "Take over what a shop already shows; nothing on the market changes.",
    "resolve": "Take a parked listing up again.",
    "state": "Back up, export or compact the state.",
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


def application(*whole: str) -> App:
    """The command line as a value; a command's module is imported when it is called.

    Those named in `whole` are imported now, and so tell their whole help instead of one line.
    """
    app = App(
        name="storesync",
        help=_HELP,
        version=__version__,
        result_action="return_value",
        console=Console(),
        error_console=Console(stderr=True),
    )
    for place, (name, line) in enumerate(COMMANDS.items()):
        module = f"storesync.cli.{name}"
        found = getattr(import_module(module), name) if name in whole else None
        if found is None or isinstance(found, App):  # a command of commands has its help in those
            app.command(f"{module}:{name}", name=name, help=line, sort_key=place)
        else:
            app.command(found, name=name, sort_key=place)
    return app


def run(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command line; nothing is raised for what a person can mend."""
    words = list(sys.argv[1:] if argv is None else argv)
    app = application(*words[:1])
    try:
        result = app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        _refuse(words, error)
        return 1
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _refuse(words: Sequence[str], error: CycloptsError) -> None:
    """Tell of a wrong command line, as one JSON document where one was asked for."""
    command = " ".join(error.command_chain or ()) or next(
        (word for word in words[:1] if word in COMMANDS), ""
    )
    if isinstance(error, UnknownCommandError) and not command:
        said = f"there is no command {words[0]!r}: {nearest(words[0], COMMANDS)}"
    elif isinstance(error, UnusedCliTokensError):
        given = ", ".join(map(repr, error.unused_tokens or ()))
        said = (
            f"{command or 'storesync'} takes no further argument: {given} (a channel is named with --channel)"
        )
    elif (
        isinstance(error, MissingArgumentError) and (one := error.argument) is not None and not error.keyword
    ):
        name = one.name if one.name.startswith("-") else one.name.upper()
        said = f"{command} needs {name}: {one.parameter.help}"
    else:
        said = " ".join(str(error).split())
    way = f"{' '.join(filter(None, ('storesync', command)))} --help"
    outlet = Outlet(json="--json" in words, verbose=False)
    outlet.complain(Text(said, "bold red"), Text.assemble(("  → ", "green"), way))
    outlet.document({"error": {"kind": "UsageError", "message": f"{said} ({way})", "issues": []}})
