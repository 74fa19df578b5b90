"""The options that every reporting command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

from attrs import frozen
from cyclopts import Parameter

__all__ = ["DEFAULTS", "Channel", "Channels", "Common", "Json"]

Json: TypeAlias = Annotated[
    bool, Parameter(negative=(), show_default=False, help="Print one JSON document and nothing else.")
]

Channel: TypeAlias = Annotated[str, Parameter(help="The channel that is meant.")]

Channels: TypeAlias = Annotated[
    tuple[str, ...],
    Parameter(
        name="--channel",
        negative=(),
        show_default=False,
        help="Only this channel, of all; may be given several times.",
    ),
]


@Parameter(name="*")
@frozen(kw_only=True)
class Common:
    """Where the configuration is and how to tell what came of it."""

    config: Annotated[Path, Parameter(help="The configuration file.")] = Path("storesync.toml")
    json: Json = False
    verbose: Annotated[
        bool,
        Parameter(
            name=("-v", "--verbose"),
            negative=(),
            show_default=False,
            help="Show warnings of the log on standard error as well.",
        ),
    ] = False


DEFAULTS: Final = Common()
