"""What the journal tells of a request that is about to arrive: nothing may leave before its intent is durable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from storesync.model import loads
from storesync.model.codec import loads_foreign
from storesync.sandbox.dialect import Call
from storesync.state import Store
from storesync.state.schema import journal, operations
from storesync.state.statement import Statement

__all__ = ["intent_of"]

_INTENDED = Statement(
    select(journal.c.request, operations.c.id, operations.c.kind, operations.c.key, operations.c.skus)
    .join_from(operations, journal, journal.c.operation == operations.c.id)
    .where(operations.c.channel == bindparam("channel"), operations.c.state == bindparam("running"))
    .where(journal.c.state == bindparam("state"))
    .order_by(journal.c.seq.desc())
)


def intent_of(store: Store, channel: str, call: Call) -> Any | None:
    """The intent of this very request, with its operation's id, kind, key and SKUs; None where the journal has none."""
    named = {"channel": channel, "running": "running", "state": "intended"}
    rows = store.read_now(lambda db: _INTENDED.run(db, named).all())
    return next((row for row in rows if _is_told(loads(row.request), call)), None)


def _is_told(told: Mapping[str, Any], call: Call) -> bool:
    """Whether this is the request that the journal tells of; a signature may have been added to it."""
    path, _, query = str(told["path"]).partition("?")
    if told["method"] != call.method or path != call.path or query not in call.query_string:
        return False
    if not told.get("params", {}).items() <= call.args.items():
        return False
    if "form" in told and not told["form"].items() <= dict(call.form).items():
        return False
    if "json" in told and told["json"] != loads_foreign(call.body):
        return False
    return "digest" not in told or told["digest"] == hashlib.sha256(call.body).hexdigest()
