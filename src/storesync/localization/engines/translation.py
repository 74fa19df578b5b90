"""One pass over the texts of a catalog: recall, ask an engine for the rest, judge, remember."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from storesync.errors import Fault
from storesync.issues import Issue, Issues, Severity, counted
from storesync.localization.completion import TextMemory
from storesync.localization.engines.runner import Runner
from storesync.localization.memory import MemoryText, TextKey, key_of
from storesync.localization.pipeline import TextRules, Wanted, draw, judge
from storesync.localization.segment import Segment
from storesync.model import frozen_map

__all__ = ["Recall", "Remember", "Translated", "translate_texts"]

Recall = Callable[[Sequence[TextKey]], Awaitable[Mapping[TextKey, MemoryText]]]
Remember = Callable[[Sequence[MemoryText]], Awaitable[object]]

_AT_ONCE = 500  # texts that a crash can lose: what an engine was paid for is remembered batch by batch


@frozen(kw_only=True)
class Translated:
    """The texts by place, what was found on the way, and what it cost.

    `asked` texts were wanted of an engine; `stopped` says why it was asked no more.
    """

    texts: Mapping[str, MemoryText] = field(factory=dict, converter=frozen_map)
    issues: Issues = field(factory=Issues)
    asked: int = 0
    characters: int = 0
    stopped: Fault | None = None

    def __str__(self) -> str:
        done = (
            f"{counted(len(self.texts), 'text')}, {self.asked} asked for, {self.characters} characters sent"
        )
        stopped = [f"  stopped: {self.stopped}"] if self.stopped is not None else []
        found = [issue for issue in self.issues if issue.severity is not Severity.NOTE]
        return "\n".join([done, *stopped, *(f"  {issue.severity.value} {issue}" for issue in found)])


async def translate_texts(
    some: Iterable[Segment],
    rules: TextRules,
    runner: Runner | None,
    *,
    recall: Recall,
    remember: Remember,
    known: TextMemory | None = None,
    at: datetime | None = None,
    stopped: Fault | None = None,
) -> Translated:
    """Every segment's text, from the memory or from the engine; without a runner from the memory alone.

    `stopped` is why there is no runner.

    A text that fails or is not answered is an issue (`text.engine`, or the gate's rule), and the others go on.
    What failed is remembered with its verdict, so that nobody pays for it again.
    """
    given = tuple(some)
    keys = [
        key_of(segment, rules.source, rules.target, rules.glossary.version(segment.text, rules.target))
        for segment in given
    ]
    memory = dict(await recall(tuple(dict.fromkeys(keys))))
    drawn = draw(given, rules, memory, known)
    issues = list(drawn.issues)
    characters = 0
    for start in range(0, len(drawn.wanted), _AT_ONCE):
        part = drawn.wanted[start : start + _AT_ONCE]
        if runner is None or stopped is not None:
            issues += [_missing(one, rules.target, stopped) for one in part]
            continue
        outcome = await runner.translate({str(n): one.segment.text for n, one in enumerate(part)})
        characters += outcome.characters
        stopped = outcome.stopped
        kept = []
        for number, one in enumerate(part):
            id_ = str(number)
            fault = outcome.failed.get(id_)
            if id_ in outcome.texts:
                judged = judge(one, outcome.texts[id_], rules, by=runner.engine.name, at=at)
                issues += judged.issues
                kept.append(judged.memory)
            elif fault is not None and (fault.code in _OWN or (fault.code == "shape" and outcome.texts)):
                kept.append(_spoiled(one, fault, by=runner.engine.name, at=at))
                issues.append(_missing(one, rules.target, fault))
            else:
                issues.append(_missing(one, rules.target, fault))
        await remember(kept)
        memory |= {one.key: one for one in kept}
    texts = {segment.place: memory[key] for segment, key in zip(given, keys, strict=True) if key in memory}
    return Translated(
        texts={**{place: one for place, one in texts.items() if one.state != "initial"}, **drawn.found},
        issues=Issues(tuple(issues)),
        asked=len(drawn.wanted),
        characters=characters,
        stopped=stopped,
    )


# Answers that are one text's fault: a lost mark, prose instead of a translation, other ids, half an answer. An
# unknown shape is, too, while the engine answers others.
_OWN = frozenset({"marks", "prose", "ids", "cut"})


def _spoiled(wanted: Wanted, fault: Fault, *, by: str, at: datetime | None) -> MemoryText:
    """What is remembered of a text that an engine could not translate."""
    return MemoryText(
        key=wanted.key,
        source_text=wanted.segment.text,
        text="",
        by=by,
        place=wanted.segment.place,
        note=str(fault),
        at=at,
    )


def _missing(wanted: Wanted, target: str, fault: Fault | None) -> Issue:
    place = f"{wanted.segment.place}/{target}"
    if fault is None:
        return Issue(
            "text.missing",
            place,
            f"{wanted.segment.place} has no text in {target}",
            hint="name a translator, or export the texts and have them translated",
        )
    return Issue(
        "text.engine",
        place,
        f"{wanted.segment.place} was not translated to {target}: {fault}",
        hint="run it again later, or export the texts and have them translated",
    )
