"""The one tree of what can go wrong besides the merchant's data.

StoresyncError
├── ConfigError          the configuration cannot be used
├── PlanError            a plan cannot be made or applied
│   ├── UnsafePlan       a guard tripped and nobody gave a reason to go on
│   └── StalePlan        the world moved since the plan was made
├── StateError           the state store cannot be used
│   ├── StateUnavailable its database is locked, full, read-only or out of reach
│   ├── Locked           somebody else holds the lease
│   └── SchemaTooNew     a newer storesync wrote this store
├── DriverError          a driver broke its contract
└── Fault                the market did not do what was asked; its class says what the engine does next
    ├── Transient        back off and repeat; for a ONCE request it becomes Ambiguous unless `untouched`
    │   ├── Throttled    wait as told, slow the bucket (always untouched)
    │   └── AuthExpired  refresh once for all, sign again, repeat (always untouched)
    ├── Ambiguous        the request may have taken effect: recover, never repeat blindly
    ├── Postponed        not now: this listing waits, the others go on
    ├── Rejected         final for this document
    │   ├── NoChange     already as wanted: counts as done
    │   ├── Duplicate    already there: find and adopt
    │   ├── NotFound     gone: forget the ref, find, plan again
    │   └── UnknownMedia a picture is gone: forget the uploads of this document, send them again, once a run
    ├── Denied           account, permission, daily quota: stop the channel
    └── Malformed        the answer has an unknown shape: final, counted as API drift
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from storesync.issues import Issue, told

__all__ = [
    "Ambiguous",
    "AuthExpired",
    "ConfigError",
    "Denied",
    "DriverError",
    "Duplicate",
    "Fault",
    "Locked",
    "Malformed",
    "NoChange",
    "NotFound",
    "PlanError",
    "Postponed",
    "Rejected",
    "SchemaTooNew",
    "Scope",
    "StalePlan",
    "StateError",
    "StateUnavailable",
    "StoresyncError",
    "Throttled",
    "Transient",
    "UnknownMedia",
    "UnsafePlan",
]

Scope = Literal["sku", "listing", "batch", "account", "channel"]


class StoresyncError(Exception):
    """Anything that storesync raises on purpose."""


class ConfigError(StoresyncError):
    """The configuration cannot be used; `issues` hold every finding, each with file and line."""

    def __init__(self, message: str, issues: Iterable[Issue] = ()) -> None:
        self.issues = tuple(issues)
        lines = [message, *(f"  {issue}" for issue in self.issues)]
        super().__init__("\n".join(lines))


class PlanError(StoresyncError):
    """A plan cannot be made or applied."""


class UnsafePlan(PlanError):
    """A guard tripped; the message names it, its limit and what was measured."""


class StalePlan(PlanError):
    """The state moved since the plan was made: plan again."""


class StateError(StoresyncError):
    """The state store cannot be used."""


class StateUnavailable(StateError):
    """The database of the state failed while it was used: it is locked, full, read-only or not reachable any more."""


class Locked(StateError):
    """Somebody else holds the lease of a channel; the message says who and since when."""


class SchemaTooNew(StateError):
    """The store was written by a newer storesync."""


class DriverError(StoresyncError):
    """A driver broke its contract; the message names driver, part and rule."""


class Fault(StoresyncError):
    """The market did not do what was asked; the class says what the engine does next.

    `code` and `message` are the market's own words, shortened; `issues` carry canonical paths;
    `retry_after` is in seconds. `ref` keeps the half of a listing that exists already, `answer` the raw
    part of the answer that says so. `untouched` promises that the request had no effect. `way` is what a person can do
    about a fault of this class.
    """

    scope: Scope = "listing"
    always_untouched: ClassVar[bool] = False
    way: ClassVar[str] = ""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        issues: Iterable[Issue] = (),
        retry_after: float | None = None,
        untouched: bool = False,
        ref: Any = None,
        answer: Any = None,
    ) -> None:
        code, message = told(code), told(message)
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.issues = tuple(issues)
        self.retry_after = retry_after
        self.untouched = untouched or self.always_untouched
        self.ref = ref
        self.answer = answer

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class Transient(Fault):
    """It may work when repeated."""

    way: ClassVar[str] = "nothing is lost: the next run tries it again"


class Throttled(Transient):
    """Too many calls; nothing was done."""

    way: ClassVar[str] = "wait: the market takes fewer calls for now, and the next run goes on"

    scope: Scope = "account"
    always_untouched: ClassVar[bool] = True


class AuthExpired(Transient):
    """The token is no longer good; nothing was done."""

    way: ClassVar[str] = (
        "authorize the app again at the market, and put the new token where "
        "the account in the configuration says it is"
    )

    scope: Scope = "account"
    always_untouched: ClassVar[bool] = True


class Ambiguous(Fault):
    """The request may have taken effect; nobody knows yet."""

    way: ClassVar[str] = "the next run looks what became of it before it sends anything again"


class Postponed(Fault):
    """Not now: a promotion lock, an edit in review, an image still checked."""

    way: ClassVar[str] = "wait: the next run takes it up again"


class Rejected(Fault):
    """Final for this document."""

    way: ClassVar[str] = (
        "correct what the market names, in the catalog, the texts or the mapping; then plan again"
    )


class NoChange(Rejected):
    """The market already shows this."""

    way: ClassVar[str] = ""


class Duplicate(Rejected):
    """The market already has a listing with this identity."""

    way: ClassVar[str] = "the next plan looks for it and takes it over"


class NotFound(Rejected):
    """What the ref names is gone."""

    way: ClassVar[str] = "the next plan looks for it, and makes it anew when it is gone"


class UnknownMedia(Rejected):
    """The market does not have a picture that the document names, though it was sent once."""

    way: ClassVar[str] = (
        "it was sent again and refused again: look at the file, and correct it in the catalog; then plan again"
    )


class Denied(Fault):
    """The account may not do this now: permission, suspension, daily quota."""

    way: ClassVar[str] = (
        "check the account's key, secret and token in the configuration, and "
        "at the market what its app may do"
    )

    scope: Scope = "channel"


class Malformed(Fault):
    """The answer has a shape that the driver does not know."""

    way: ClassVar[str] = (
        "the market answers in a new way: look for a newer driver, or tell its author what storesync.log says"
    )
