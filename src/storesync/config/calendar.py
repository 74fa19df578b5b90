"""A channel's calendar: when its platform takes no changes, as the merchant read it in an announcement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from storesync.config.section import Section
from storesync.issues import nearest
from storesync.model import Blackout

__all__ = ["calendar_from"]

_KEYS = ("from", "until", "kinds", "reason")
_EXAMPLE = 'write from = 2026-11-10T20:00:00+08:00, or "20:00+08:00" for every day'


def calendar_from(section: Section) -> tuple[Blackout, ...]:
    """The blackouts of `[[channels.NAME.calendar]]`; each row that does not fit is a finding."""
    rows = section.table.get("calendar", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        section.error(
            "calendar", "type", "calendar is no list of tables", f"write [[{'.'.join(section.key)}.calendar]]"
        )
        return ()
    found = (_blackout(section, number, row) for number, row in enumerate(rows, 1))
    return tuple(one for one in found if one is not None)


def _blackout(section: Section, number: int, row: Mapping[str, Any]) -> Blackout | None:
    def wrong(code: str, message: str, hint: str) -> None:
        section.error("calendar", code, f"entry {number} of the calendar: {message}", hint)

    for name in row:
        if name not in _KEYS:
            wrong("unknown_key", f"there is no {name!r}", nearest(name, _KEYS))
            return None
    for name in ("from", "until"):
        if name not in row:
            wrong("missing", f"there is no {name!r}", _EXAMPLE.replace("from", name))
            return None
    kinds, reason = row.get("kinds"), row.get("reason", "")
    if kinds is not None and not (isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)):
        wrong("type", f"kinds = {kinds!r} is no list of texts", 'write kinds = ["prices", "update"]')
        return None
    if not isinstance(reason, str):
        wrong("type", f"reason = {reason!r} is no text", 'write reason = "…"')
        return None
    try:
        begins, ends = _moment(row["from"]), _moment(row["until"])
        if kinds is None:
            return Blackout(begins=begins, ends=ends, reason=reason)
        return Blackout(begins=begins, ends=ends, kinds=tuple(kinds), reason=reason)
    except ValueError as error:
        wrong("value", str(error), _EXAMPLE)
        return None


def _moment(value: Any) -> datetime | time:
    if isinstance(value, datetime | time):
        return value
    if isinstance(value, str):
        for kind in (time, datetime):
            try:
                return kind.fromisoformat(value)
            except ValueError:
                continue
    raise ValueError(f"{value!r} is no time")
