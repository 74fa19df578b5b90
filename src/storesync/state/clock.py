"""Times in the store: UTC, ISO 8601, always the same width, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["stamp", "unstamp"]


def stamp(moment: datetime) -> str:
    """An aware time as text; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def unstamp(text: str) -> datetime:
    """The time that `stamp` wrote."""
    return datetime.fromisoformat(text)
