"""The way of a text: normalize, segment, look up, and only then ask an engine; what comes back is judged.

Pure: the memory is a mapping that was read before, and what an engine answered is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from storesync.compliance import Scanner
from storesync.issues import Issue, Issues, Severity
from storesync.localization.completion import TextMemory
from storesync.localization.gates import Gates, Level, Verdict
from storesync.localization.glossary import Glossary
from storesync.localization.memory import MemoryText, TextKey, key_of
from storesync.localization.normal import normal, seen
from storesync.localization.segment import Segment
from storesync.model import frozen_map

__all__ = ["Drawn", "Judged", "TextRules", "Wanted", "draw", "judge"]

_SEVERITY = {Level.FAIL: Severity.ERROR, Level.REVIEW: Severity.WARNING, Level.NOTE: Severity.NOTE}


@frozen(kw_only=True)
class TextRules:
    """What the translation of one language pair goes by.

    `source_scanner` finds claims in the source text; one of the `holding` severities or categories there is
    not translated at all: a banned idea should not be paid for. `engine` is the name under which texts are
    made: what it failed at is asked of another one only, or with `again`.
    """

    target: str
    source: str = "ko"
    glossary: Glossary = field(factory=Glossary)
    gates: Gates = field(factory=Gates)
    source_scanner: Scanner | None = None
    holding: frozenset[str] = frozenset({"block", "medical_effect", "medical_term"})
    engine: str = ""
    again: bool = False


@frozen
class Wanted:
    """A segment without a text that counts, and the key under which one will be remembered.

    `categories` are those of all segments that the text is for.
    """

    segment: Segment
    key: TextKey
    categories: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Drawn:
    """What was found for some segments, by place, and what an engine must be asked for."""

    found: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    wanted: tuple[Wanted, ...] = field(default=(), converter=tuple[Wanted, ...])
    issues: Issues = field(factory=Issues)


def draw(
    some: Iterable[Segment],
    rules: TextRules,
    memory: Mapping[TextKey, MemoryText],
    known: TextMemory | None = None,
) -> Drawn:
    """The remembered text of each segment; the others are wanted, each different text once.

    `known` holds what people said at the places: the newest approved text of a place, whatever its source and
    glossary, makes the issue `text.stale`, which shows that a person's work waits for a look. Where only the
    glossary changed, that text still counts, and where it is locked nothing is wanted. What a person refused at a
    place, or the engine failed at before, is `text.refused`.
    """
    people = known if known is not None else TextMemory()
    found: dict[str, MemoryText] = {}
    elsewhere = {evolve(key, place=""): one for key, one in memory.items() if key.place and one.approved}
    wanted: dict[TextKey, Wanted] = {}
    issues: list[Issue] = []
    for segment in some:
        key = key_of(segment, rules.source, rules.target, rules.glossary.version(segment.text, rules.target))
        made = memory.get(key)
        texts = [memory.get(evolve(key, place=segment.place)), elsewhere.get(key), made]
        some_text = [
            one for one in texts if one is not None and one.text and one.state != "initial" and not one.draft
        ]
        words = [people.rejected(segment, rules.target, one.text) for one in some_text]
        counts = next((one for one, no in zip(some_text, words, strict=True) if no is None), None)
        if counts is not None:
            found[segment.place] = counts
            continue
        old = people.earlier(segment, rules.target)
        if old is not None:
            source = old.key.source != key.source
            if source or not rules.glossary.doubt:
                issues.append(_stale(segment, rules.target, old, source=source))
            if old.key.source == key.source:
                found[segment.place] = old
            if old.locked or segment.place in found:
                continue
        if rules.glossary.doubt:
            issues.append(_unread(segment, rules))
            continue
        held = _held(segment, rules)
        if held is not None:
            issues.append(held)
            continue
        no = next((one for one in words if one is not None), None) or people.said(segment, rules.target)
        if no is not None and no.rejected:
            issues.append(_refused(segment, rules.target, no))
            if not rules.again:
                continue
        elif made is not None and made.refused and made.by == rules.engine and not rules.again:
            issues.append(_refused(segment, rules.target, made))
            continue
        same = wanted.get(key, Wanted(segment, key))
        wanted[key] = evolve(same, categories=same.categories | {segment.category})
    return Drawn(found=found, wanted=tuple(wanted.values()), issues=Issues(tuple(issues)))


def _stale(segment: Segment, target: str, old: MemoryText, *, source: bool) -> Issue:
    changed, who = "source text" if source else "glossary", old.by or "a person"
    return Issue(
        "text.stale",
        f"{segment.place}/{target}",
        f"the {changed} of {segment.place} changed since {who} approved its {target} text {old.text!r}",
        Severity.WARNING,
        "free it and have the new source translated"
        if old.locked
        else "review the new translation, or bring the old one up to date",
    )


def _refused(segment: Segment, target: str, known: MemoryText) -> Issue:
    if known.rejected:
        said = f"refused {known.text!r}" + (f": {known.note}" if known.note else "")
    else:
        made = f"made {known.text!r} of it" if known.text else "could not translate it"
        said = f"{made}, which failed: {known.note}"
    return Issue(
        "text.refused",
        f"{segment.place}/{target}",
        f"{segment.place}: {known.by} {said}",
        hint=f"correct it: storesync texts export --locale {target}; or ask once more: storesync texts "
        f"translate --locale {target} --again",
    )


def _unread(segment: Segment, rules: TextRules) -> Issue:
    return Issue(
        "text.glossary",
        f"{segment.place}/{rules.target}",
        f"{segment.place} is not translated while the glossary cannot be read ({rules.glossary.doubt})",
        hint="correct the glossary",
    )


def _held(segment: Segment, rules: TextRules) -> Issue | None:
    if rules.source_scanner is None:
        return None
    for hit in rules.source_scanner.scan(segment.text, field=segment.field, kind=segment.kind):
        if not hit.waived and not rules.holding.isdisjoint({hit.term.severity, hit.term.category}):
            return Issue(
                "text.source_claim",
                f"{segment.place}/{hit.offset}",
                f"{hit.excerpt!r} in the source is {hit.term.category} ({hit.term.id}): it is not translated",
                hint=hit.term.suggestion or "write the source otherwise",
            )
    return None


@frozen
class Judged:
    """A candidate with its verdict, and what is remembered of it: a text that may not leave stays `initial`."""

    verdict: Verdict
    memory: MemoryText
    issues: Issues


def judge(
    wanted: Wanted, text: str, rules: TextRules, *, by: str, at: datetime | None = None, field: str = ""
) -> Judged:
    """The gates on an engine's text; a pass or a review is remembered as `translated`, never more.

    What nobody sees is taken out first; the note says what stands against the rest.
    """
    segment = wanted.segment
    # Markup is judged as the engine wrote it: cleaned first, a tag that it made up would not be seen.
    text = seen(text)
    verdict = rules.gates.check(
        segment.text,
        text,
        locale=rules.target,
        field=field or segment.field,
        kind=segment.kind,
        categories=wanted.categories,
    )
    issues = Issues(
        tuple(
            Issue(
                f"text.{finding.rule}",
                f"{segment.place}/{rules.target}/{finding.offset}",
                f"{by}: {finding.message}",
                _SEVERITY[finding.level],
                finding.suggestion,
            )
            for finding in verdict.findings
        )
    )
    failed = verdict.result == "fail"
    weight = Level.FAIL if failed else Level.REVIEW
    note = "; ".join(str(finding) for finding in verdict.findings if finding.level is weight)
    made = MemoryText(
        key=wanted.key,
        source_text=segment.text,
        text=text if failed else normal(text),
        state="initial" if failed else "translated",
        by=by,
        place=segment.place,
        note=note,
        at=at,
    )
    return Judged(verdict, made, issues)
