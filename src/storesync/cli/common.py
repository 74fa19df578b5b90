"""The options that every reporting command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

from attrs import frozen
from cyclopts import Parameter

__all__ = ["DEFAULTS", "Channels", "Common", "Json"]

Json: TypeAlias = Annotated[
    bool, Parameter(negative=(), show_default=False, help="Print one JSON document and nothing else.")
]

Channels = Annotated[str, Parameter(help="The channels meant; all of them when none is named.")]


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
