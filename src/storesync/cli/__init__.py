"""The command line: one command per module, messages for people, one JSON document with --json.

Exit codes: 0 done, 1 refused or failed, 2 done with listings held back by an issue.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line (`sys.argv` by default); gives the exit code."""
    try:
        from storesync.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("cyclopts", "rich"):
            raise
        print(f"the command line needs {error.name}: pip install 'storesync[cli]'", file=sys.stderr)
        return 1
    return run(argv)
