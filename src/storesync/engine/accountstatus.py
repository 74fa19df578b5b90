"""How a channel's credentials stand: until when they are good, and what a person has to do before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve, field, fields, frozen
from sqlalchemy import Connection

from storesync.config import is_reference
from storesync.driver import Driver
from storesync.engine.channel import expiry_of, scopes_of
from storesync.errors import StateError
from storesync.issues import Issue, Severity
from storesync.model import digest
from storesync.state import CONVERTER, Cipher, Store, assets, token, usage
from storesync.state.cipher import VARIABLE
from storesync.state.exposure import readable

__all__ = ["AHEAD", "AccountStatus", "Credentials", "account_parts", "account_status", "exposed"]

AHEAD: Final = timedelta(days=14)


@frozen(kw_only=True)
class AccountStatus:
    """One account; `trouble` is what a person has to look at, `hint` what to do then, both empty when nothing is.

    `code` says what kind of trouble; where it names the way out itself there is no hint.
    """

    name: str
    expires: datetime | None
    renews: bool
    trouble: str = ""
    hint: str = ""
    code: str = "account.ends"

    @property
    def issue(self) -> Issue | None:
        """The trouble as a finding of a plan."""
        if not self.trouble:
            return None
        return Issue(self.code, f"accounts/{self.name}", self.trouble, Severity.WARNING, self.hint)


@frozen(kw_only=True)
class Credentials:
    """An account as configured; `references` say where its secrets are kept."""

    name: str
    driver: Driver[Any, Any]
    account: Any = field(repr=False)
    references: Mapping[str, Any]


def account_status(
    db: Connection, channel: str, given: Credentials, now: datetime, cipher: Cipher
) -> AccountStatus:
    """How a channel's account stands, from the state and the configuration alone."""
    base, renews = digest(CONVERTER.unstructure(given.account)), given.driver.refresh is not None
    known = token.trouble(db, given.name, base)
    expires = expiry_of(given.account) if known is None or known.expires is None else known.expires
    found = AccountStatus(name=given.name, expires=expires, renews=renews)
    try:
        token.load(db, given.name, base, cipher=cipher)
    except StateError as error:
        return evolve(found, trouble=str(error), code="account.unreadable")
    code, trouble = "account.ends", known.refused if known is not None else ""
    denied = assets.denied(db, channel)
    if not trouble and denied.get("base") == base:
        since = datetime.fromisoformat(denied["at"])
        code = "account.denied"
        trouble = (
            f"the market refuses account {given.name!r} since {since:%Y-%m-%d %H:%M %Z}: {denied['said']}"
        )
    if not trouble and not renews and expires is not None and expires - now <= AHEAD:
        when = f"{expires:%Y-%m-%d %H:%M %Z}"
        trouble = (
            f"the token of account {given.name!r} ended on {when}: authorize it again"
            if expires <= now
            else f"the token of account {given.name!r} ends on {when} and cannot be renewed: "
            "authorize it again before"
        )
    hint = _where(type(given.account), given.references) if trouble else ""
    return evolve(found, trouble=trouble, hint=hint, code=code)


def account_parts(
    db: Connection, channel: str, given: Credentials, now: datetime, cipher: Cipher
) -> dict[str, Any]:
    """What a channel's status tells of its account, and of the quotas of a day that it draws on."""
    scopes = scopes_of(channel, given.driver, given.account, given.name)
    names = tuple(f"{scope}:{name}/" for scope, name in scopes.items())
    quotas = tuple(one for one in usage.used(db, now) if one.name.startswith(names))
    return {"account": account_status(db, channel, given, now, cipher), "quotas": quotas}


def exposed(db: Connection, store: Store) -> tuple[Issue, ...]:
    """One finding when tokens are kept in the open where others can read them."""
    if store.engine.dialect.name == "postgresql":
        if store.cipher or not token.plain(db):
            return ()
        where = store.url.render_as_string()
        said = f"tokens are kept in the open in {where}: whoever reads it, or a dump of it, has them"
        hint = f"set {VARIABLE}: what is kept already is encrypted at the next command"
        return (Issue("state.plain", "state/url", said, Severity.WARNING, hint),)
    files = readable(store, db)
    if not files:
        return ()
    told = ", ".join(f"{path.name} (mode {path.stat().st_mode & 0o777:04o})" for path in files)
    said = f"others on this machine can read {told}: tokens are kept there in the open"
    or_else = "" if store.cipher else f", or set {VARIABLE}"
    hint = f"chmod 600 {' '.join(path.name for path in files)}{or_else}"
    return (Issue("state.readable", "state/url", said, Severity.WARNING, hint),)


def _where(kind: type, references: Mapping[str, Any]) -> str:
    """Where the new values belong: the references of the secret fields, and the date."""
    secret = {one.name for one in fields(kind) if not one.repr and not one.metadata.get("app")}
    told = [
        f"{name} ({value})"
        for name, value in references.items()
        if name in secret and isinstance(value, str) and is_reference(value)
    ]
    ends = [one.name for one in fields(kind) if one.metadata.get("expires") and one.name in references]
    return f"log in at the market, then change {', '.join([*told, *ends]) or 'its fields'}"
