"""What an imported file changes: reviewed texts come in, conflicts are shown, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from storesync.issues import Issue, Issues, Severity, counted
from storesync.localization.gates import Level
from storesync.localization.memory import MemoryText, key_of
from storesync.localization.normal import normal
from storesync.localization.pipeline import TextRules
from storesync.localization.review.row import Reviewed, ReviewRow
from storesync.localization.segment import Segment

__all__ = ["Taken", "take"]


@frozen(kw_only=True)
class Taken:
    """The texts to be remembered, and what was found; `same` rows said what is known already."""

    texts: tuple[MemoryText, ...] = field(default=(), converter=tuple[MemoryText, ...])
    issues: Issues = field(factory=Issues)
    same: int = 0

    def __str__(self) -> str:
        refused = {issue.at or issue.path for issue in self.issues.errors}
        done = (
            f"{counted(len(self.texts), 'text')} taken, {self.same} known already, {len(refused)} not taken"
        )
        return "\n".join([done, *(f"  {issue.severity.value} {issue}" for issue in self.issues)])


def take(
    file: Reviewed,
    some: Iterable[Segment],
    rules: TextRules,
    texts: Mapping[str, MemoryText],
    *,
    by: str,
) -> Taken:
    """Compare a file with the catalog's segments and the remembered texts by place.

    A row about another source, another language or a place that is gone does not count. A text that changed
    here since the export, and there too, is a conflict: the one here stays. What a gate fails is not taken
    either; what it would have a person look at is, since a person did.
    """
    if file.locale and file.locale != rules.target:
        issue = Issue(
            "review.locale",
            "",
            f"the file is in {file.locale}, and {rules.target} is imported",
            hint=f"import it with --locale {file.locale}",
            at=file.rows[0].at if file.rows else "",
        )
        return Taken(issues=Issues((issue,)))
    places = {segment.place: segment for segment in some}
    taken: dict[str, MemoryText] = {}
    seen: dict[str, ReviewRow] = {}
    issues: list[Issue] = []
    same = 0
    for row in file.rows:
        if row.place in seen:
            issues.append(
                _wrong(
                    row, "double", f"{row.place} stands at {seen[row.place].at} already", "keep one of them"
                )
            )
            continue
        seen[row.place] = row
        one, found = _take(row, places.get(row.place), rules, texts.get(row.place), by)
        issues += found
        if one is not None:
            taken[row.place] = one
        elif not found:
            same += 1
    return Taken(texts=tuple(taken.values()), issues=Issues(tuple(issues)), same=same)


def _wrong(row: ReviewRow, code: str, message: str, hint: str, severity: Severity = Severity.ERROR) -> Issue:
    return Issue(f"review.{code}", f"{row.place}/{row.locale}", message, severity, hint, row.at)


def _take(
    row: ReviewRow, segment: Segment | None, rules: TextRules, known: MemoryText | None, by: str
) -> tuple[MemoryText | None, list[Issue]]:
    text = normal(row.text)
    if segment is None:
        return None, [_wrong(row, "place", f"the catalog has no {row.place} any more", "export it again")]
    if row.locale and row.locale != rules.target:
        return None, [_wrong(row, "locale", f"the row is in {row.locale}, not {rules.target}", "correct it")]
    if normal(row.source) != segment.text:
        return None, [
            _wrong(
                row,
                "other_source",
                f"{row.place} now says {segment.text!r}, the file translates {row.source!r}",
                "export it again and review the new text",
            )
        ]
    if not text:
        return None, []
    if known is not None and known.refused:
        if text == known.text and row.state in ("initial", "translated"):
            return None, []
        known = None  # what an engine failed at is nothing to conflict with
    locked = row.locked if row.locked is not None else known is not None and known.locked
    if known is not None and (known.text, known.state, known.locked) == (text, row.state, locked):
        return None, []
    if known is not None and known.locked:
        cleared = not locked and row.edition == known.edition  # else it was locked after the export
        if known.text == text and not cleared:
            return None, []
        said = "the file clears the lock" if known.text == text else f"the file says {text!r}"
        hint = f"free it first: storesync texts unlock {row.place} --locale {rules.target}"
        return None, [_wrong(row, "locked", f"{row.place} is locked as {known.text!r}; {said}", hint)]
    if known is not None and row.edition != known.edition and known.text != text:
        return None, [
            _wrong(
                row,
                "conflict",
                f"{row.place} became {known.text!r} ({known.state}, {known.by or 'unknown'}) since the export; "
                f"the file says {text!r}",
                "export it again and decide",
            )
        ]
    changed = known is None or known.text != text
    # A person who changes a text has looked at it.
    looked = changed and not row.unsure and row.state in ("initial", "translated")
    state = "reviewed" if looked else row.state
    if row.state == "translated" and not changed and known is not None and locked == known.locked:
        return None, []
    verdict = rules.gates.check(
        segment.text,
        text,
        locale=rules.target,
        field=segment.field,
        kind=segment.kind,
        categories=(segment.category,),
    )
    issues = [
        _wrong(
            row,
            finding.rule,
            finding.message,
            finding.suggestion,
            Severity.ERROR if finding.level is Level.FAIL else Severity.WARNING,
        )
        for finding in verdict.findings
        if finding.level is not Level.NOTE
    ]
    if verdict.result == "fail":
        return None, issues
    version = rules.glossary.version(segment.text, rules.target)
    key = key_of(segment, rules.source, rules.target, version, own=True)
    made = MemoryText(
        key=key,
        source_text=segment.text,
        text=text,
        state=state,
        by=by,
        place=segment.place,
        locked=locked,
        note=row.note,
    )
    if known is None:
        return made, issues
    # Why a text waited is no news of it once a person approved it.
    said = row.note if row.note.split() != known.note.split() else ""  # PO breaks long lines
    note = said if made.approved else row.note or known.note
    return evolve(made, note=note), issues
