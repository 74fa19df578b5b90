"""Between values and JSON: exact amounts as text, enums by value, times in ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from cattrs import Converter

from storesync.errors import Fault
from storesync.issues import Issue, Issues
from storesync.model import dumps, loads

__all__ = ["CONVERTER", "pack", "packed_fault", "unpack"]

T = TypeVar("T")

CONVERTER = Converter(omit_if_default=True)
CONVERTER.register_unstructure_hook(Decimal, lambda value: format(value, "f"))
CONVERTER.register_structure_hook(Decimal, lambda value, _: Decimal(value))
CONVERTER.register_unstructure_hook(datetime, datetime.isoformat)
CONVERTER.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
CONVERTER.register_unstructure_hook(Issues, lambda issues: [CONVERTER.unstructure(issue) for issue in issues])
CONVERTER.register_structure_hook(
    Issues, lambda rows, _: Issues(tuple(CONVERTER.structure(row, Issue) for row in rows))
)


def pack(value: Any) -> str:
    """A value of ours as JSON text, the same text for equal values."""
    return dumps(CONVERTER.unstructure(value), sort=True)


def unpack(text: str, type_: type[T]) -> T:
    """The value that `pack` wrote."""
    return CONVERTER.structure(loads(text), type_)


def packed_fault(fault: Fault) -> Mapping[str, Any]:
    """What a journal or a report keeps of a fault: its class, the market's words, the findings."""
    return {
        "fault": type(fault).__name__,
        "code": fault.code,
        "message": fault.message,
        "issues": [CONVERTER.unstructure(issue) for issue in fault.issues],
    }
