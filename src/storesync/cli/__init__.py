"""The command line: one command per module, messages for people, one JSON document with --json.

Exit codes: 0 done, 1 refused or failed, 2 done with listings held back by an issue, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["main"]


_INTERRUPTED, _TERMINATED = 130, 143


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line (`sys.argv` by default); gives the exit code."""
    with _terminable() as terminated:
        try:
            from storesync.cli.app import run

            code = run(argv)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in ("cyclopts", "rich"):
                raise
            print(f"the command line needs {error.name}: pip install 'storesync[cli]'", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            # Before a command began: while its modules are loaded.
            print("interrupted", file=sys.stderr)
            code = _INTERRUPTED
    return _TERMINATED if terminated and code == _INTERRUPTED else code


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """While in here, whoever terminates the process (systemd, docker stop) stops it as Ctrl-C does: with its words.

    What it gives is empty as long as nobody did.
    """
    terminated: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield terminated  # signals are the main thread's
        return

    def stop(number: int, _: object) -> None:
        terminated.append(number)
        if (
            signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        ):  # as a shell has it for what runs in the background
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield terminated
    finally:
        signal.signal(signal.SIGTERM, before)
