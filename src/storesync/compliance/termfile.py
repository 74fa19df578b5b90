"""Terms as a table: the packaged one, and those that users add; a wrong row is a finding with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from storesync.compliance.term import KINDS, SEVERITIES, ClaimSeverity, Term
from storesync.issues import Issue

__all__ = ["FIELDS", "read_rows", "read_terms"]

FIELDS = (
    "title",
    "short_description",
    "description",
    "points",
    "keywords",
    "attributes",
    "option_values",
    "image_alt",
)
_NEEDED = ("id", "locale", "term", "severity")
_SEVERITIES: Mapping[str, ClaimSeverity] = {severity: severity for severity in SEVERITIES}


def read_rows(
    text: str, needed: tuple[str, ...], *, at: str, code: str
) -> tuple[list[tuple[str, dict[str, str]]], list[Issue]]:
    """The rows of a table with a header, each with its `file:line`; missing columns and cells are issues.

    The path of an issue about a row is what its first needed column says.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = [name.strip() for name in next(reader, [])]
    lacking = [name for name in needed if name not in header]
    if lacking:
        message = f"the table has no column {', '.join(lacking)}; it has {', '.join(header) or 'none'}"
        return [], [Issue(code, "", message, hint=f"begin with {','.join(needed)}", at=f"{at}:1")]
    rows, issues = [], []
    before = reader.line_num
    for cells in reader:
        place, before = f"{at}:{before + 1}", reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        first = header.index(needed[0])
        named = cells[first].strip() if first < len(cells) else ""
        if len(cells) != len(header):
            issues.append(
                Issue(
                    code,
                    named,
                    f"the row has {len(cells)} cells, the header {len(header)}",
                    hint="quote cells that hold a comma",
                    at=place,
                )
            )
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        empty = [name for name in needed if not row[name]]
        if empty:
            issues.append(Issue(code, named, f"{', '.join(empty)} is empty", hint="fill it", at=place))
            continue
        rows.append((place, row))
    return rows, issues


def read_terms(text: str, *, at: str) -> tuple[tuple[Term, ...], tuple[Issue, ...]]:
    """The terms of a table; what is wrong with a row is an issue, and the row does not count.

    Columns: id, locale, term, match (literal or regex), scope (all, cosmetic, food, other, or fields parted by `;`),
    category, rule_source and exceptions (parted by `;`), severity, suggestion, confidence.
    """
    rows, issues = read_rows(text, _NEEDED, at=at, code="claim.pack")
    found: dict[str, Term] = {}
    for place, row in rows:
        told = list(_wrong(row, found, place))
        issues += told
        if not told:
            found[row["id"]] = _term(row, place)
    return tuple(found.values()), tuple(issues)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in cell.split(";") if (part := piece.strip()))


def _wrong(row: Mapping[str, str], found: Mapping[str, Term], place: str) -> Iterator[Issue]:
    def wrong(message: str, hint: str) -> Issue:
        return Issue("claim.pack", row["id"], message, hint=hint, at=place)

    if row["id"] in found:
        yield wrong(f"term {row['id']} stands at {found[row['id']].at} already", "give it an id of its own")
    if row["severity"] not in SEVERITIES:
        yield wrong(f"severity {row['severity']!r} is unknown", f"write {', '.join(SEVERITIES)}")
    match = row.get("match") or "literal"
    if match not in ("literal", "regex"):
        yield wrong(f"match {match!r} is unknown", "write literal or regex")
    if match == "regex":
        try:
            re.compile(row["term"])
        except re.error as error:
            yield wrong(f"{row['term']!r} is no regular expression: {error}", "correct it, or write literal")
    for scope in _parts(row.get("scope", "")):
        if scope not in ("all", *KINDS, *FIELDS):
            yield wrong(f"scope {scope!r} is unknown", f"write all, {', '.join((*KINDS, *FIELDS))}")


def _term(row: Mapping[str, str], place: str) -> Term:
    scopes = frozenset(_parts(row.get("scope", "")))
    return Term(
        id=row["id"],
        locale=row["locale"],
        term=row["term"],
        regex=row.get("match") == "regex",
        kinds=scopes & frozenset(KINDS),
        fields=scopes & frozenset(FIELDS),
        category=row.get("category", ""),
        sources=_parts(row.get("rule_source", "")),
        severity=_SEVERITIES[row["severity"]],
        suggestion=row.get("suggestion", ""),
        exceptions=_parts(row.get("exceptions", "")),
        confidence=row.get("confidence", "") or "U",
        at=place,
    )
