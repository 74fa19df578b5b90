"""What happened, told to whoever listens: structlog where the program configured it, else the standard log.

A library does not print: structlog without configuration would, so its events then go to the logger
`storesync.engine`, which is silent until a program gives it a handler. Every event has the fields of what it is part
of: channel, run, key, operation.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

__all__ = ["happened", "traced", "warned", "within"]

_NAME = "storesync.engine"
_quiet = logging.getLogger(_NAME)
_quiet.addHandler(logging.NullHandler())
_around: ContextVar[Mapping[str, Any] | None] = ContextVar("storesync.events", default=None)


@contextmanager
def within(**fields: Any) -> Iterator[None]:
    """Give these fields to every event of the block, and of the tasks that it begins."""
    token = _around.set({**(_around.get() or {}), **fields})
    try:
        yield
    finally:
        _around.reset(token)


def happened(event: str, **fields: Any) -> None:
    """A short past-tense name with fields, never a sentence, never a secret."""
    _tell("info", event, fields)


def warned(event: str, **fields: Any) -> None:
    """The same, for what a person should look at."""
    _tell("warning", event, fields)


def traced(event: str, **fields: Any) -> None:
    """The same, for whoever follows every single request."""
    _tell("debug", event, fields)


def _tell(level: str, event: str, fields: Mapping[str, Any]) -> None:
    said = {**(_around.get() or {}), **fields}
    if structlog.is_configured():
        getattr(structlog.get_logger(_NAME), level)(event, **said)
    else:
        getattr(_quiet, level)(event, extra={"fields": said})
