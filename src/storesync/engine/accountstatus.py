"""How a channel's credentials stand: until when they are good, and what a person has to do before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import field, fields, frozen
from sqlalchemy import Connection

from storesync.config import is_reference
from storesync.driver import Driver
from storesync.engine.channel import expiry_of, scopes_of
from storesync.issues import Issue, Severity
from storesync.model import digest
from storesync.state import CONVERTER, Store, token, usage
from storesync.state.cipher import VARIABLE

__all__ = ["AHEAD", "AccountStatus", "Credentials", "account_parts", "account_status", "exposed"]

AHEAD: Final = timedelta(days=14)


@frozen(kw_only=True)
class AccountStatus:
    """One account; `trouble` is what a person has to look at, `hint` what to do then, both empty when nothing is."""

    name: str
    expires: datetime | None
    renews: bool
    trouble: str = ""
    hint: str = ""

    @property
    def issue(self) -> Issue | None:
        """The trouble as a finding of a plan."""
        if not self.trouble:
            return None
        return Issue("account.ends", f"accounts/{self.name}", self.trouble, Severity.WARNING, self.hint)


@frozen(kw_only=True)
class Credentials:
    """An account as configured; `references` say where its secrets are kept."""

    name: str
    driver: Driver[Any, Any]
    account: Any = field(repr=False)
    references: Mapping[str, Any]


def account_status(db: Connection, given: Credentials, now: datetime) -> AccountStatus:
    """How an account stands, from the state and the configuration alone."""
    known = token.trouble(db, given.name, digest(CONVERTER.unstructure(given.account)))
    expires = expiry_of(given.account) if known is None or known.expires is None else known.expires
    renews = given.driver.refresh is not None
    trouble = known.refused if known is not None else ""
    if not trouble and not renews and expires is not None and expires - now <= AHEAD:
        when = f"{expires:%Y-%m-%d %H:%M %Z}"
        trouble = (
            f"the token of account {given.name!r} ended on {when}: authorize it again"
            if expires <= now
            else f"the token of account {given.name!r} ends on {when} and cannot be renewed: "
            "authorize it again before"
        )
    hint = _where(type(given.account), given.references) if trouble else ""
    return AccountStatus(name=given.name, expires=expires, renews=renews, trouble=trouble, hint=hint)


def account_parts(db: Connection, channel: str, given: Credentials, now: datetime) -> dict[str, Any]:
    """What a channel's status tells of its account, and of the quotas of a day that it draws on."""
    scopes = scopes_of(channel, given.driver, given.account, given.name)
    names = tuple(f"{scope}:{name}/" for scope, name in scopes.items())
    quotas = tuple(one for one in usage.used(db, now) if one.name.startswith(names))
    return {"account": account_status(db, given, now), "quotas": quotas}


def exposed(store: Store) -> tuple[Issue, ...]:
    """One finding when tokens are kept in the open where others can read them."""
    path = store.exposed
    if path is None:
        return ()
    mode = path.stat().st_mode & 0o777
    said = f"others on this machine can read {path.name}, which keeps tokens in the open (mode {mode:04o})"
    hint = f"chmod 600 {path.name}, or set {VARIABLE}"
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
