"""What leaves the state: rows to be read elsewhere, and what is too old to be kept."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from storesync.errors import StateError
from storesync.state import Store
from storesync.state.backup import export
from storesync.state.retention import Compacted, compact

__all__ = ["compact_state", "export_state"]


def export_state(store: Store, path: Path) -> int:
    """Write the state but tokens to a new file, for its owner alone; how many rows. StateError when it is there."""
    rows = -1  # the first line names the schema
    try:
        file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8")
    except FileExistsError:
        raise StateError(f"{path}: is there already; name a new file for the export") from None
    with file:
        for line in export(store):
            file.write(line + "\n")
            rows += 1
    return rows


async def compact_state(store: Store, now: datetime, days: int) -> Compacted:
    """Drop what ended more than so many days ago; StateError for a number below zero."""
    if days < 0:
        raise StateError(
            f"days {days}: the journal of the days to come cannot be dropped; 0 drops all that ended"
        )
    before = now - timedelta(days=days)
    return await store.write(lambda db: compact(db, before))
