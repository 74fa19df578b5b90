"""Tokens that a market renews: saved in one transaction before their first use, never journaled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select, update

from storesync.model import dumps, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.row import keep
from storesync.state.schema import tokens

__all__ = ["Token", "load", "save"]


@frozen(kw_only=True)
class Token:
    """The renewed fields of one account; `base` names the configured credentials that they descend from."""

    version: int
    base: str
    fields: Mapping[str, Any]
    expires: datetime | None

    def __repr__(self) -> str:
        return f"Token(version={self.version}, expires={self.expires})"


def load(db: Connection, account: str, base: str) -> Token | None:
    """The newest token of an account; None when there is none or the configured credentials changed since."""
    row = db.execute(select(tokens).where(tokens.c.account == account)).one_or_none()
    if row is None or row.base != base:
        return None
    return Token(
        version=row.version,
        base=row.base,
        fields=loads(row.body),
        expires=unstamp(row.expires) if row.expires else None,
    )


def save(
    db: Connection,
    account: str,
    base: str,
    fields: Mapping[str, Any],
    *,
    expires: datetime | None,
    after: int,
    at: datetime,
) -> bool:
    """Keep a renewed token if nobody renewed since version `after`; False when somebody did."""
    values = {
        "version": after + 1,
        "base": base,
        "body": dumps(fields, sort=True),
        "expires": stamp(expires) if expires else None,
        "at": stamp(at),
    }
    known = select(tokens.c.version, tokens.c.base).where(tokens.c.account == account)
    row = db.execute(known.with_for_update()).one_or_none()  # who saves at the same moment waits here
    if row is None:
        return keep(db, tokens, {"account": account, **values})
    if row.base == base and row.version != after:
        return False
    db.execute(update(tokens).where(tokens.c.account == account).values(**values))
    return True
