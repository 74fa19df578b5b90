"""Tokens that a market renews: saved in one transaction before their first use, never journaled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, bindparam, exists, select, update

from storesync.model import dumps, loads
from storesync.state.cipher import Cipher
from storesync.state.clock import stamp, unstamp
from storesync.state.row import keep
from storesync.state.schema import tokens
from storesync.state.statement import Statement, overwrite

__all__ = ["Token", "Trouble", "begin", "load", "plain", "refuse", "save", "seal", "trouble"]

_PLAIN = Cipher()
_KNOWN = select(tokens).where(tokens.c.account == bindparam("account"))
_TOKEN = Statement(_KNOWN)
_OURS = Statement(_KNOWN.with_for_update())  # who writes at the same moment waits here
_IN_THE_OPEN = tokens.c.body.not_in(("", "{}")) & tokens.c.body.not_like("fernet:%")


@frozen(kw_only=True)
class Token:
    """The renewed fields of one account; `base` names the configured credentials that they descend from.

    `renewing` is since when a renewal of this version is on its way: if nothing newer comes, its answer was lost.
    `refused` says why the market does not renew it; `at` is when it was saved or refused last.
    """

    version: int
    base: str
    fields: Mapping[str, Any]
    expires: datetime | None
    renewing: datetime | None = None
    refused: str = ""
    at: datetime | None = None

    def __repr__(self) -> str:
        return f"Token(version={self.version}, expires={self.expires})"


@frozen(kw_only=True)
class Trouble:
    """What is known of an account's token without opening it."""

    expires: datetime | None
    refused: str


def load(db: Connection, account: str, base: str, *, cipher: Cipher = _PLAIN) -> Token | None:
    """The newest token of an account; None when there is none or the configured credentials changed since.

    StateError when it was encrypted with a key that is not at hand.
    """
    row = _TOKEN.run(db, {"account": account}).one_or_none()
    if row is None or row.base != base:
        return None
    return Token(
        version=row.version,
        base=row.base,
        fields=loads(cipher.open(row.body, what=f"the token of account {account!r}")),
        expires=unstamp(row.expires) if row.expires else None,
        renewing=unstamp(row.renewing) if row.renewing else None,
        refused=row.refused,
        at=unstamp(row.at),
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
    cipher: Cipher = _PLAIN,
) -> bool:
    """Keep a renewed token if nobody renewed since version `after`; False when somebody did."""
    values = {
        "version": after + 1,
        "base": base,
        "body": cipher.close(dumps(fields, sort=True)),
        "expires": stamp(expires) if expires else None,
        "at": stamp(at),
        "renewing": None,
        "refused": "",
    }
    row = _OURS.run(db, {"account": account}).one_or_none()
    if row is None:
        return keep(db, tokens, {"account": account, **values})
    if row.base == base and row.version != after:
        return False
    overwrite(db, tokens, {"account": account}, values)
    return True


def begin(
    db: Connection, account: str, base: str, *, version: int = 0, at: datetime, cipher: Cipher = _PLAIN
) -> datetime | None:
    """A renewal of this version is about to be asked for.

    Gives since when one was on its way that never came to its end, if there is one.
    """
    row = _OURS.run(db, {"account": account}).one_or_none()
    if row is None or row.base != base:
        values = {
            "version": version,
            "base": base,
            "body": cipher.close("{}"),
            "expires": None,
            "at": stamp(at),
        }
        values |= {"renewing": stamp(at), "refused": ""}
        if row is None:
            keep(db, tokens, {"account": account, **values})
        else:
            overwrite(db, tokens, {"account": account}, values)
        return None
    since = row.renewing or stamp(at)
    overwrite(db, tokens, {"account": account}, {"renewing": since})
    return unstamp(row.renewing) if row.renewing else None


def refuse(
    db: Connection, account: str, base: str, why: str, *, cut: datetime | None, version: int, at: datetime
) -> None:
    """The market does not renew this version: `status` tells why until there is a newer; empty: it was not asked.

    `cut` is since when a renewal is on its way whose answer was lost. Of a newer token it says nothing.
    """
    values = {"refused": why, "renewing": stamp(cut) if cut else None, "at": stamp(at)}
    overwrite(db, tokens, {"account": account, "base": base, "version": version}, values)


def plain(db: Connection) -> bool:
    """Whether a token is kept that nobody encrypted."""
    return bool(db.execute(select(exists().where(_IN_THE_OPEN))).scalar_one())


def seal(db: Connection, cipher: Cipher) -> int:
    """Encrypt every token that is kept in the open; how many."""
    rows = db.execute(select(tokens.c.account, tokens.c.body).where(_IN_THE_OPEN).with_for_update()).all()
    for row in rows:
        body = cipher.close(row.body)
        db.execute(update(tokens).where(tokens.c.account == row.account).values(body=body))
    return len(rows)


def trouble(db: Connection, account: str, base: str) -> Trouble | None:
    """When the newest token of an account ends, and why it is not renewed; None where nothing was renewed yet."""
    row = _TOKEN.run(db, {"account": account}).one_or_none()
    if row is None or row.base != base:
        return None
    expires = unstamp(row.expires) if row.expires else None
    return Trouble(expires=expires, refused=row.refused)
