"""What an imported file changes: reviewed texts come in, conflicts are shown, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from storesync.issues import Issue, Issues, Severity, counted
from storesync.localization.gates import Level
from storesync.localization.locale import canonical, same
from storesync.localization.memory import APPROVED, STATES, MemoryText, TextState, edition, key_of
from storesync.localization.normal import normal, seen
from storesync.localization.pipeline import TextRules
from storesync.localization.review.row import Reviewed, ReviewRow, noted
from storesync.localization.segment import Segment

__all__ = ["Taken", "take", "unimported"]

_RANK: Mapping[TextState, int] = {state: rank for rank, state in enumerate(STATES)}


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

    A row about another source, another language or a place that is gone does not count. What changed here since
    the export, text or approval, and there too, is a conflict: what stands here stays. A row that nobody touched
    says nothing. A text that is set to `initial`, or cleared, is refused at its place. What a gate fails is not
    taken either; what it would have a person look at is, since a person did.
    """
    if file.locale and not same(file.locale, rules.target):
        issue = Issue(
            "review.locale",
            "",
            f"the file is in {file.locale}, and {rules.target} is imported",
            hint=f"import it with --locale {canonical(file.locale)}",
            at=file.rows[0].at if file.rows else "",
        )
        return Taken(issues=Issues((issue,)))
    if len(file.rows) > 1 and not any(normal(row.text) for row in file.rows):
        # A template that a tool made of the export: nobody refused every text of the catalog.
        issue = Issue(
            "review.file",
            "",
            "every text of the file is empty",
            hint="import the file that people translated; to refuse a text set its state to initial",
            at=file.rows[0].at,
        )
        return Taken(issues=Issues((issue,)))
    places = {segment.place: segment for segment in some}
    taken: dict[str, MemoryText] = {}
    met: dict[str, ReviewRow] = {}
    issues: list[Issue] = []
    unchanged = 0
    for row in file.rows:
        if row.place in met:
            issues.append(
                _wrong(
                    row, "double", f"{row.place} stands at {met[row.place].at} already", "keep one of them"
                )
            )
            continue
        met[row.place] = row
        one, found = _take(row, places.get(row.place), rules, texts.get(row.place), by)
        issues += found
        if one is not None:
            taken[row.place] = one
        elif not found:
            unchanged += 1
    return Taken(texts=tuple(taken.values()), issues=Issues(tuple(issues)), same=unchanged)


def unimported(
    file: Reviewed, some: Iterable[Segment], rules: TextRules, texts: Mapping[str, MemoryText]
) -> tuple[ReviewRow, ...]:
    """The rows of a file that say what is not known here: what is lost when another export goes over it.

    Those of a file in another language are all unknown. A row that nobody touched says nothing, also one of a source
    or a place that is gone.
    """
    if file.locale and not same(file.locale, rules.target):
        return tuple(row for row in file.rows if normal(row.text) and not _left(row))
    segments = tuple(some)
    sources = {segment.place: segment.text for segment in segments}
    rows = tuple(
        row
        for row in file.rows
        if sources.get(row.place) == normal(row.source) or (normal(row.text) and not _left(row))
    )
    taken = take(Reviewed(rows, file.locale), segments, rules, texts, by="")
    said = {one.place for one in taken.texts}
    lost = {issue.at for issue in taken.issues.errors}
    return tuple(row for row in rows if row.place in said or row.at in lost)


def _left(row: ReviewRow) -> bool:
    """Whether a row still says what the export said."""
    drafts: tuple[TextState, ...] = ("initial", "translated")
    states = drafts if row.unsure else (row.state,)
    locks = (False, True) if row.locked is None else (row.locked,)
    return any(edition(row.text, state, locked=lock) == row.edition for state in states for lock in locks)


def _wrong(row: ReviewRow, code: str, message: str, hint: str, severity: Severity = Severity.ERROR) -> Issue:
    return Issue(f"review.{code}", f"{row.place}/{row.locale}", message, severity, hint, row.at)


def _take(
    row: ReviewRow, segment: Segment | None, rules: TextRules, known: MemoryText | None, by: str
) -> tuple[MemoryText | None, list[Issue]]:
    if segment is None:
        return None, [_wrong(row, "place", f"the catalog has no {row.place} any more", "export it again")]
    if row.locale and not same(row.locale, rules.target):
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
    said = _Said(row, segment, rules, known, by)
    if not said.text:
        return said.cleared()
    if known is None and said.untouched:
        return None, []  # what was made for other words counts no more, and nobody said otherwise
    if known is not None and known.locked:
        return said.beside_a_lock(known)
    if known is not None and row.edition != known.edition:
        return said.late(known)
    return said.taken()


@frozen
class _Said:
    """One row beside what stands at its place."""

    row: ReviewRow
    segment: Segment
    rules: TextRules
    known: MemoryText | None
    by: str

    @property
    def text(self) -> str:
        return normal(self.row.text)

    @property
    def locked(self) -> bool:
        """What the row says of the lock; a file that cannot say it leaves it."""
        if self.row.locked is not None:
            return self.row.locked
        return self.known is not None and self.known.locked

    @property
    def changed(self) -> bool:
        return self.known is None or normal(self.known.text) != self.text

    @property
    def state(self) -> TextState:
        """What the row says of its text: a person who changes one has looked at it."""
        left = any(
            edition(self.row.text, state, locked=lock) == self.row.edition
            for state in STATES
            for lock in (False, True)
        )
        drafted = self.row.state in ("initial", "translated") and not self.row.unsure
        return "reviewed" if drafted and not left and (self.changed or self.row.edition) else self.row.state

    @property
    def drafts(self) -> bool:
        """Whether nobody approves the row's text yet."""
        return self.state not in APPROVED and not self.locked

    @property
    def untouched(self) -> bool:
        """Whether the row still says what the export said."""
        return _left(self.row)

    @property
    def note(self) -> str:
        """The note of whoever worked on the row; empty when it is the one that left."""
        row, known = self.row, self.known
        if not row.note.strip() or (known is not None and row.edition != known.edition and not row.spoken):
            return ""  # what a gate said of a text that is another one by now
        left = "" if known is None else noted(self.segment, known, self.rules.target, self.rules.gates)
        if row.note.split() == left.split():  # PO breaks long lines
            return ""
        return "" if left and known is not None and row.edition != known.edition else seen(row.note)

    def cleared(self) -> tuple[MemoryText | None, list[Issue]]:
        """A row without a text: somebody took it out, or it left empty."""
        known, row = self.known, self.row
        empty = not row.edition or any(
            edition("", state, locked=lock) == row.edition for state in STATES for lock in (False, True)
        )
        if known is None or not known.text or empty or known.refused:
            return self._noted()
        if known.locked:
            return None, [self._locked(known, "the file clears it")]
        if row.edition != known.edition:
            return None, [self._conflict(known, "the file clears it")]
        return self._rejected(known)

    def beside_a_lock(self, known: MemoryText) -> tuple[MemoryText | None, list[Issue]]:
        """A locked text changes by nobody's file; the lock itself by one that saw it."""
        opened = not self.locked and self.row.edition == known.edition  # else it was locked after the export
        if self.changed:
            return (
                (None, [])
                if self.untouched
                else (None, [self._locked(known, f"the file says {self.text!r}")])
            )
        return (None, [self._locked(known, "the file clears the lock")]) if opened else self._noted()

    def late(self, known: MemoryText) -> tuple[MemoryText | None, list[Issue]]:
        """A row about something else than what stands here now."""
        if self.untouched:
            return self._noted()
        told, row = known.rejected and not self.changed, self.row
        if told and row.state in ("initial", "translated"):
            return self._noted()
        if told:
            return None, [self._conflict(known, f"the file says {row.state}")]
        if known.refused or not known.text:
            return self.taken()  # what failed is nothing to conflict with
        if self.changed:
            return None, [self._conflict(known, f"the file says {self.text!r}")]
        if _RANK[self.state] >= _RANK[known.state]:
            return self.taken()
        if not row.edition and row.state in APPROVED:
            return self._noted()  # a tool that keeps no comments knows only that it is approved
        return None, [self._conflict(known, f"the file says {row.state}")]

    def taken(self) -> tuple[MemoryText | None, list[Issue]]:
        """A row about what stands here, or about nothing yet."""
        known, row, state = self.known, self.row, self.state
        if known is not None and not self.changed:
            drafts = state in ("initial", "translated")
            same_state = (
                state == known.state or (drafts and known.refused) or (row.unsure and not known.approved)
            )
            if same_state and self.locked == known.locked:
                return self._noted()
            if state == "initial" and not self.locked:
                return self._rejected(known)
        if known is not None and self.changed and row.state == "initial" and known.text and not known.refused:
            return self._rejected(known)
        if known is not None and (known.approved or known.rejected) and self.drafts:
            return self._drafted(known)
        return self._judged(state)

    def _judged(self, state: TextState) -> tuple[MemoryText | None, list[Issue]]:
        segment, known = self.segment, self.known
        verdict = self.rules.gates.check(
            segment.text,
            self.text,
            locale=self.rules.target,
            field=segment.field,
            kind=segment.kind,
            categories=(segment.category,),
        )
        issues = [
            _wrong(
                self.row,
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
        made = self._made(text=self.text, state=state, locked=self.locked)
        # What a gate said is no news of a text that a person approved; what a person said stays.
        kept = known is not None and (not made.approved or bool(known.key.place))
        before = known.note if kept and known is not None else ""
        return evolve(made, note=self.note or before), issues

    def _rejected(self, known: MemoryText) -> tuple[MemoryText | None, list[Issue]]:
        """The text that stands here is refused at this place; what the row says in its stead is kept as a note."""
        draft = f"draft: {self.text}" if self.text and self.changed else ""
        note = "; ".join(filter(None, (self.note, draft)))
        message = (
            f"{self.by} refuses {known.text!r} for {self.row.place}: it is sent no more, and where it is live it stays "
            "until another one is sent"
        )
        again = f"ask for one: storesync texts translate --locale {self.rules.target} --again"
        hint = f"write a better one, or {'deliver one' if known.by == 'catalog' else again}"
        issue = _wrong(self.row, "refused", message, hint, Severity.WARNING)
        return self._made(text=known.text, state="initial", note=note), [issue]

    def _drafted(self, known: MemoryText) -> tuple[MemoryText | None, list[Issue]]:
        """A draft beside what a person approved or refused: that stays as it is, with the draft as its note."""
        stays = f"stays {known.state}" if known.approved else "stays refused"
        does = f"has the draft {self.text!r}" if self.changed else "marks it as a draft"
        message = f"{self.row.place}: {known.text!r} {stays}, though the file {does}"
        hint = "approve the new text once it is right; to send the old one no more set its state to initial"
        issue = _wrong(self.row, "draft", message, hint, Severity.WARNING)
        draft = f"draft: {self.text}" if self.changed else ""
        return self._noted("; ".join(filter(None, (self.note, draft))))[0], [issue]

    def _noted(self, said: str = "") -> tuple[MemoryText | None, list[Issue]]:
        """The row changes nothing but, perhaps, what people said of the text."""
        known, note = self.known, said or self.note
        if not note:
            return None, []
        if known is None:
            return self._made(text="", state="initial", note=note), []
        made = self._made(text=known.text, state=known.state, locked=known.locked, note=note)
        # Who asks about a text did not write it.
        own = not known.by or known.by == "catalog" or known.refused
        return (made if own else evolve(made, by=known.by)), []

    def _made(self, *, text: str, state: TextState, locked: bool = False, note: str = "") -> MemoryText:
        version = self.rules.glossary.version(self.segment.text, self.rules.target)
        return MemoryText(
            key=key_of(self.segment, self.rules.source, self.rules.target, version, own=True),
            source_text=self.segment.text,
            text=text,
            state=state,
            by=self.by,
            place=self.segment.place,
            locked=locked,
            note=note,
        )

    def _locked(self, known: MemoryText, said: str) -> Issue:
        hint = f"free it first: storesync texts unlock {self.row.place} --locale {self.rules.target}"
        return _wrong(self.row, "locked", f"{self.row.place} is locked as {known.text!r}; {said}", hint)

    def _conflict(self, known: MemoryText, said: str) -> Issue:
        became = f"became {known.text!r} ({known.state}, {known.by or 'unknown'})"
        message = f"{self.row.place} {became} since the export; {said}"
        return _wrong(self.row, "conflict", message, "export it again and decide")
