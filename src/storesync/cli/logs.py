"""What happened, one JSON line per event, in storesync.log beside the state; secrets are masked."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import structlog

from storesync.cli.outlet import masked_value
from storesync.config import Config
from storesync.model.mask import STARS

__all__ = ["log_place", "logging_to", "mask"]

_INFO = 20
_LARGEST = 10 * 1024 * 1024  # bytes; then the log is put aside as storesync.log.1
_SECRET_NAME = re.compile(
    r"secret|token|passw|session|credential|cookie|authorization|(?<!app)_key$|^sign$", re.I
)
Event = MutableMapping[str, Any]


def log_place(config: Config, environ: Mapping[str, str] | None = None) -> Path:
    """Beside the state's file; beside the configuration when the state is on a server."""
    url = config.state_url(environ)
    start = "sqlite:///"
    folder = Path(url.removeprefix(start)).parent if url.startswith(start) else config.folder
    return folder.resolve() / "storesync.log"


def mask(secrets: Callable[[], Iterable[str]]) -> Callable[[Any, str, Event], Event]:
    """A structlog processor: fields named like secrets, and every known secret in any value, become stars."""

    def process(_: Any, __: str, event: Event) -> Event:
        known = tuple(secrets())
        return {
            name: STARS if _SECRET_NAME.search(name) and value else masked_value(_named(value), known)
            for name, value in event.items()
        }

    return process


def _named(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(name): STARS if _SECRET_NAME.search(str(name)) and inner else _named(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_named(inner) for inner in value]
    return value


def _to_stderr(_: Any, method: str, event: Event) -> Event:
    if method in ("warning", "error", "exception", "critical"):
        fields = " ".join(
            f"{name}={value}" for name, value in event.items() if name not in ("event", "level", "at")
        )
        print(f"{method}: {event.get('event', '')} {fields}", file=sys.stderr)
    return event


@contextmanager
def logging_to(
    path: Path | None, *, secrets: Callable[[], Iterable[str]] = tuple, verbose: bool = False
) -> Iterator[None]:
    """Log to this file for the length of the block; to nowhere without one."""
    before = structlog.get_config() if structlog.is_configured() else None
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        mask(secrets),
    ]
    if verbose:
        processors.append(_to_stderr)
    processors.append(
        structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str))
    )
    wrapper = structlog.make_filtering_bound_logger(_INFO)
    try:
        if path is None:
            structlog.configure(
                processors, wrapper_class=wrapper, logger_factory=structlog.ReturnLoggerFactory()
            )
            yield
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LARGEST:
            path.replace(path.with_name(f"{path.name}.1"))
        with path.open("ab") as file:
            structlog.configure(
                processors, wrapper_class=wrapper, logger_factory=structlog.BytesLoggerFactory(file)
            )
            yield
    finally:
        if before is None:
            structlog.reset_defaults()
        else:
            structlog.configure(**before)
