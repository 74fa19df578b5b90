"""From the market's error codes to faults: ordered rules, first match wins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from attrs import field, frozen

from storesync.driver.answer import Part, Response
from storesync.driver.request import Request
from storesync.errors import Denied, Fault, Malformed, Rejected, Throttled, Transient
from storesync.issues import Issue
from storesync.model import frozen_map

__all__ = ["ErrorTable", "Rule"]

_SECONDS = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)
_SHOWN = 300  # characters of a market's own message that are kept


@frozen
class Rule:
    """One line of an error table.

    `codes` is exact or has a `*` at either end or at both; `message` and `paths` narrow it to answers whose
    message contains the text and to requests whose path or method name contains it; `untouched` promises that
    the request had no effect; `wait` is a pattern whose first group is seconds; `resets` is an hour
    ("00:00+08:00") until which to wait, for a quota of the day that is used up.
    """

    codes: str
    fault: type[Fault]
    message: str = ""
    paths: str = ""
    untouched: bool = False
    wait: str = ""
    resets: str = ""

    def fits(self, code: str, message: str, path: str) -> bool:
        """Whether this rule is about such an answer."""
        codes = self.codes
        if codes == "*":
            hit = True
        elif codes.startswith("*") and codes.endswith("*"):
            hit = codes[1:-1] in code
        elif codes.startswith("*"):
            hit = code.endswith(codes[1:])
        elif codes.endswith("*"):
            hit = code.startswith(codes[:-1])
        else:
            hit = code == codes
        return hit and self.message in message and self.paths in path

    def seconds(self, message: str, now: datetime | None) -> float | None:
        """How long to wait: as the message tells, or until the hour at which the quota of the day is renewed."""
        if self.resets and now is not None:
            hour = time.fromisoformat(self.resets)
            local = now.astimezone(hour.tzinfo)
            then = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
            return ((then if then > local else then + timedelta(days=1)) - local).total_seconds()
        found = re.search(self.wait, message) if self.wait else None
        told = found.group(1) if found is not None and found.re.groups else None
        return float(told) if told is not None and _SECONDS.fullmatch(told) else None


def _paths(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


@frozen
class ErrorTable:
    """A driver's `classify`: finds code and message by path and turns them into a fault, or None for success.

    `code_at` and `message_at` are paths, the first that is not empty counts. `detail_at` is a list of
    {field, message} rows; `fields` maps the market's field names to canonical paths. An answer that cannot
    be read at all is Transient: for a ONCE request the engine makes it Ambiguous. What no rule knows is
    Transient from HTTP 500 on, else Rejected.
    """

    code_at: tuple[str, ...] = field(converter=_paths)
    rules: tuple[Rule, ...]
    ok: frozenset[str] = frozenset({""})
    message_at: tuple[str, ...] = field(default=("message",), converter=_paths)
    detail_at: str = ""
    detail_field: str = "field"
    detail_message: str = "message"
    fields: Mapping[str, str] = field(factory=dict, converter=frozen_map)

    def __call__(self, request: Request, response: Response) -> Fault | None:
        """The fault that this answer stands for, or None for success."""
        retry_after = _retry_after(response)
        path = request.form.get("method", request.path)
        code = self._first(response, self.code_at)
        if code in self.ok:
            code = ""
        if code:
            return self.fault(response, code, path=path, status=response.status, retry_after=retry_after)
        if response.status == 429:
            return Throttled("429", "too many calls", retry_after=retry_after, answer=response)
        if response.status >= 500:
            return Transient(
                str(response.status), "the market is in trouble", retry_after=retry_after, answer=response
            )
        if not response.readable:
            return Transient("unreadable", "the answer is cut or not what it claims to be", answer=response)
        if response.status in (401, 403):
            return Denied(str(response.status), "the market refuses this account", answer=response)
        if 300 <= response.status < 400:
            return Malformed(str(response.status), "a redirect, which is never followed", answer=response)
        if response.status >= 400:
            return self.fault(response, str(response.status), path=path, status=response.status)
        return None

    def fault(
        self, part: Part, code: str, *, path: str = "", status: int = 200, retry_after: float | None = None
    ) -> Fault:
        """The fault that `code` and the message inside `part` stand for, also for one row of a batch."""
        message = self._first(part, self.message_at)[:_SHOWN]
        issues = tuple(self._details(part)) if self.detail_at else ()
        for rule in self.rules:
            if rule.fits(code, message, path):
                wait = rule.seconds(message, part.received if isinstance(part, Response) else None)
                return rule.fault(
                    code,
                    message,
                    issues=issues,
                    retry_after=retry_after if wait is None else wait,
                    untouched=rule.untouched,
                    answer=part,
                )
        otherwise = Transient if status >= 500 else Throttled if status == 429 else Rejected
        return otherwise(code, message, issues=issues, retry_after=retry_after, answer=part)

    def _details(self, part: Part) -> Iterator[Issue]:
        # Details of an unknown shape must not hide the refusal that they belong to.
        found = part.maybe(self.detail_at)
        for row in found if isinstance(found, list) else [found]:
            if isinstance(row, Mapping):
                named = str(row.get(self.detail_field) or "")
                said = str(row.get(self.detail_message) or "")[:_SHOWN]
                yield Issue("market.refused", self.fields.get(named, named), said)

    @staticmethod
    def _first(part: Part, paths: tuple[str, ...]) -> str:
        for path in paths:
            value = part.maybe(path)
            if value not in (None, "", False):
                return str(value)
        return ""


def _retry_after(response: Response) -> float | None:
    """Seconds from a Retry-After header, which tells them or a date by the market's own clock."""
    value = response.header("retry-after").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    then = _date(value)
    if then is None:
        return None
    now = _date(response.header("date")) or response.received
    return max(0.0, (then - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    # A date without a zone is one in GMT (RFC 9110).
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
