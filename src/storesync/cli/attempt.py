"""From what a command did, or what stopped it, to an exit code and a readable message."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard

import structlog
from rich.console import RenderableType
from rich.text import Text

from storesync.cli.common import Common
from storesync.cli.logs import log_place, logging_to
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError, Fault, StoresyncError, Transient
from storesync.report.document import issue_document
from storesync.sync import Shops

__all__ = ["DONE", "FAILED", "HELD", "attempt", "each", "failure", "opened", "worst"]

DONE, FAILED, HELD, INTERRUPTED = 0, 1, 2, 130


def worst(codes: Iterable[int]) -> int:
    """The exit code of several: failed before held before done."""
    found = set(codes)
    return FAILED if FAILED in found else HELD if HELD in found else DONE


def attempt(common: Common, work: Callable[[Outlet], int]) -> int:
    """Run a command's work; whatever a person can mend becomes a message and exit code 1.

    What nobody expected is written to the log with its trace, and the message says where that is.
    """
    outlet = Outlet.of(common)
    try:
        with logging_to(None, verbose=common.verbose):
            return work(outlet)
    except (StoresyncError, OSError) as error:
        outlet.complain(*_shown(error))
        outlet.document({"error": failure(error)})
        return FAILED
    except KeyboardInterrupt:
        opened = ": what was sent is in the journal, and the next run goes on from it" if outlet.log else ""
        outlet.complain(Text(f"interrupted{opened}", "bold red"))
        outlet.document({"error": {"kind": "Interrupted", "message": "interrupted", "issues": []}})
        return INTERRUPTED
    except Exception as error:
        place = _kept(outlet, common, error)
        said = (
            f"unexpected {type(error).__name__}: a fault of storesync, not yours; what happened is in {place}"
        )
        outlet.complain(Text(said, "bold red"))
        outlet.document({"error": {"kind": type(error).__name__, "message": said, "issues": []}})
        return FAILED


def failure(error: StoresyncError | OSError) -> dict[str, Any]:
    """An expected error as JSON."""
    issues = error.issues if isinstance(error, ConfigError) else ()
    return {
        "kind": type(error).__name__,
        "message": _message(error),
        "hint": _way(error),
        "issues": [issue_document(issue) for issue in issues],
    }


def _message(error: StoresyncError | OSError) -> str:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if _unreachable(error):
        return f"the market cannot be reached ({error.message})"
    return str(error)


def _way(error: StoresyncError | OSError) -> str:
    """What a person can do about a fault; other errors say it themselves."""
    if _unreachable(error):
        return "look at the network and at the channel's hosts, then try again"
    return error.way if isinstance(error, Fault) else ""


def _unreachable(error: StoresyncError | OSError) -> TypeGuard[Transient]:
    return isinstance(error, Transient) and error.code == "unreachable"


def _shown(error: StoresyncError | OSError, channel: str = "") -> Iterator[RenderableType]:
    """The message, its channel before it unless it names that itself, and every finding with the way out."""
    from storesync.report.amount import said

    first, _, rest = said(_message(error)).partition("\n")
    named = not channel or first.startswith((f"{channel}: ", f"channel {channel!r}"))
    yield Text.assemble(("" if named else f"{channel}: ", "bold"), (first, "bold red"))
    if isinstance(error, ConfigError) and error.issues:
        from storesync.report.plan_view import findings

        yield from findings(error.issues, most=None)
    elif rest:
        yield Text(rest)
    if way := _way(error):
        yield Text.assemble(("  → ", "green"), way)


def _kept(outlet: Outlet, common: Common, error: Exception) -> str:
    # Where no log was open yet, the trace still needs a place that the message can name.
    place = Path(outlet.log) if outlet.log else common.config.resolve().parent / "storesync.log"
    if not place.parent.is_dir():
        place = Path("storesync.log").resolve()
    with logging_to(place, secrets=outlet.secrets):
        structlog.get_logger("storesync.cli").error(
            "command.failed", trace="".join(traceback.format_exception(error))
        )
    return str(place)


@contextmanager
def opened(common: Common, outlet: Outlet, *, environ: Mapping[str, str] | None = None) -> Iterator[Shops]:
    """The shops of the configuration, with the log open beside their state."""
    from storesync.sync import open as open_shops

    if not common.config.exists():
        raise ConfigError(
            f"{common.config}: there is no such file; `storesync init` writes one, --config names another"
        )
    with open_shops(common.config, environ=environ) as shops:
        place = log_place(shops.config, environ)
        outlet.secrets = lambda: shops.secrets
        outlet.log = str(place)
        with logging_to(place, secrets=outlet.secrets, verbose=outlet.verbose):
            try:
                yield shops
            except (StoresyncError, OSError) as error:
                structlog.get_logger("storesync.cli").warning(
                    "command.refused", kind=type(error).__name__, message=_message(error)
                )
                raise
            finally:
                kept = shops.secrets
                outlet.secrets = lambda: kept


def each(
    shops: Shops, outlet: Outlet, channels: Iterable[str], work: Callable[[str], tuple[int, Any]]
) -> int:
    """Do the work for every channel named, or for all; one that fails does not stop the others.

    Prints one document {"channels": {name: …}} and gives the worst exit code.
    """
    names = tuple(dict.fromkeys(channels)) or shops.names
    for name in names:
        shops.config.channel(name)
    codes: list[int] = []
    documents: dict[str, Any] = {}
    for name in names:
        try:
            code, documents[name] = work(name)
        except (StoresyncError, OSError) as error:
            structlog.get_logger("storesync.cli").warning(
                "channel.failed", channel=name, kind=type(error).__name__, message=_message(error)
            )
            outlet.complain(*_shown(error, name))
            code, documents[name] = FAILED, {"error": failure(error)}
        codes.append(code)
    outlet.document({"channels": documents})
    return worst(codes)
