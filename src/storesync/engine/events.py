"""What happened, told to whoever listens: structlog where the program configured it, else the standard log.

A library does not print: structlog without configuration would, so its events then go to the logger
`storesync.engine`, which is silent until a program gives it a handler.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog

__all__ = ["happened", "warned"]

_NAME = "storesync.engine"
_quiet = logging.getLogger(_NAME)
_quiet.addHandler(logging.NullHandler())


def happened(event: str, **fields: Any) -> None:
    """A short past-tense name with fields, never a sentence, never a secret."""
    if structlog.is_configured():
        structlog.get_logger(_NAME).info(event, **fields)
    else:
        _quiet.info(event, extra={"fields": fields})


def warned(event: str, **fields: Any) -> None:
    """The same, for what a person should look at."""
    if structlog.is_configured():
        structlog.get_logger(_NAME).warning(event, **fields)
    else:
        _quiet.warning(event, extra={"fields": fields})
