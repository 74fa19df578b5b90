"""The parts of a plan as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storesync.issues import Issue, Severity
from storesync.plan.held import Held
from storesync.plan.operation import Detail, Kind, Operation

__all__ = ["held_from", "held_row", "issue_from", "issue_row", "operation_from", "operation_row"]


def issue_row(issue: Issue) -> dict[str, str]:
    """A finding as JSON."""
    return {
        "code": issue.code,
        "path": issue.path,
        "message": issue.message,
        "severity": issue.severity.value,
        "hint": issue.hint,
        "at": issue.at,
    }


def issue_from(row: Mapping[str, str]) -> Issue:
    """The finding of such a row."""
    return Issue(
        code=row["code"],
        path=row["path"],
        message=row["message"],
        severity=Severity(row["severity"]),
        hint=row["hint"],
        at=row["at"],
    )


def held_row(held: Held) -> dict[str, Any]:
    """What is held as JSON."""
    return {
        "key": held.key,
        "title": held.title,
        "reason": held.reason,
        "issues": [issue_row(issue) for issue in held.issues],
        "stays": dict(held.stays),
        "uncounted": dict(held.uncounted),
        "goes": list(held.goes),
        "waits": list(held.waits),
        "content": held.content,
        "follows": list(held.follows),
    }


def held_from(row: Mapping[str, Any]) -> Held:
    """What such a row holds."""
    return Held(
        key=row["key"],
        title=row["title"],
        reason=row["reason"],
        issues=tuple(issue_from(r) for r in row["issues"]),
        stays=row["stays"],
        uncounted=row["uncounted"],
        goes=tuple(row["goes"]),
        waits=tuple(row["waits"]),
        content=row["content"],
        follows=tuple(row["follows"]),
    )


def operation_row(operation: Operation) -> dict[str, Any]:
    """An operation as JSON, with its id for people."""
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "key": operation.key,
        "title": operation.title,
        "skus": list(operation.skus),
        "causes": list(operation.causes),
        "details": [[detail.what, detail.before, detail.after] for detail in operation.details],
        "want": operation.want,
        "have": operation.have,
        "media": operation.media,
        "offers": operation.offers,
        "after": [kind.value for kind in operation.after],
    }


def operation_from(row: Mapping[str, Any]) -> Operation:
    """The operation of such a row."""
    return Operation(
        kind=Kind(row["kind"]),
        key=row["key"],
        title=row["title"],
        skus=tuple(row["skus"]),
        causes=tuple(row["causes"]),
        details=tuple(Detail(*detail) for detail in row["details"]),
        want=row["want"],
        have=row["have"],
        media=row["media"],
        offers=row["offers"],
        after=tuple(Kind(kind) for kind in row["after"]),
    )
