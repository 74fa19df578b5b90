"""Laws about the author's samples: there is one of every part, and each comes out as it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storesync.driver import Request, Shop
from storesync.testing.laws.law import law
from storesync.testing.samples import Played, Sample
from storesync.testing.subject import FLOWS, VERDICTS, Level, Subject, Violation, is_expected, misfit

__all__ = ["every_flow_has_a_sample", "samples_come_out_as_they_say"]

_PURE = ("render", "check", "classify", "sign", "pace", "event")


@law(Level.PURE)
def every_flow_has_a_sample(subject: Subject) -> Iterator[Violation]:
    """Each flow is shown working once: what has no sample is not judged by any law."""
    shown = {sample.part for sample, _ in subject.good(*FLOWS)}
    for part in FLOWS:
        if part in subject.driver.parts and part not in shown:
            yield Violation(
                part,
                "has no sample that ends with a result",
                f'give Sample(part="{part}", args=…, answers=…)',
            )
    for sample in subject.samples:
        if sample.part not in (*FLOWS, *_PURE):
            yield Violation(
                str(sample), "is a sample of no part", f"the parts are {', '.join((*FLOWS, *_PURE))}"
            )
        elif getattr(subject.driver, sample.part, None) is None:
            yield Violation(
                str(sample), "the driver does not have this part", "leave the sample out, or give the part"
            )


@law(Level.PURE)
def samples_come_out_as_they_say(subject: Subject) -> Iterator[Violation]:
    """Recorded answers lead to the expected result or fault, which is of the part's own kind."""
    for sample in subject.of(*FLOWS):
        yield from _flowed(sample, subject.play(sample))
    for sample in subject.of(*_PURE):
        yield from _pure(subject, sample)


def _flowed(sample: Sample, played: Played) -> Iterator[Violation]:
    name = str(sample)
    if played.hungry is not None:
        asked = "; ".join(_named(request) for request in played.requests)
        yield Violation(
            name,
            f"asks {len(played.requests)} times and has {len(sample.answers)} answers: {asked}",
            "record every answer",
        )
        return
    if len(played.asked) < len(sample.answers) and not played.endless:
        yield Violation(
            name,
            f"ends after {len(played.asked)} of {len(sample.answers)} answers",
            "leave out what is not asked for",
        )
    if sample.fault is not None:
        if not isinstance(played.fault, sample.fault):
            yield Violation(
                name, f"gives {_end(played)}, not {sample.fault.__name__}", "see ErrorTable: first match wins"
            )
        return
    if not played.done:
        yield Violation(
            name,
            f"gives {_end(played)}, not a result",
            "classify must pass a recorded success, the flow must read it",
        )
        return
    wrong = misfit(sample.part, played.result, sample.args) or _asked_for(sample, played.result)
    if wrong:
        yield Violation(name, wrong, "give the part's own kind of result")
    if not is_expected(sample, played.result):
        yield Violation(name, f"gives {played.result!r:.300}", f"the sample says {sample.result!r:.300}")


def _end(played: Played) -> str:
    if played.done:
        return f"{played.result!r:.200}"
    if played.endless:
        return "requests without end"
    if played.deaf:
        return "another request after an ambiguous one"
    return repr(played.fault or played.crash)


def _named(request: Request) -> str:
    method = request.form.get("method", "")
    return f"{request.method} {request.path}" + (f" ({method})" if method else "")


def _asked_for(sample: Sample, result: Any) -> str:
    """Verdicts are about what was asked, and all of it: a missing one is not success."""
    if sample.part not in VERDICTS or not isinstance(result, Mapping):
        return ""
    asked = {getattr(change, "sku", None) or change.key for change in sample.args[0]}
    if strange := sorted(set(result) - asked):
        return f"has a verdict about {strange[0]!r}, which nobody asked for"
    return ""


def _pure(subject: Subject, sample: Sample) -> Iterator[Violation]:
    given: tuple[Any, ...] = sample.args
    if sample.part in ("render", "check") and not (given and isinstance(given[0], Shop)):
        given = (subject.shop, *given)
    try:
        result = getattr(subject.driver, sample.part)(*given)
        if sample.part == "check":
            result = tuple(result)
    except Exception as error:  # the kit tells of every failure in words
        yield Violation(str(sample), f"{type(error).__name__}: {error}", "a pure part raises nothing")
        return
    if sample.fault is not None:
        if not isinstance(result, sample.fault):
            yield Violation(str(sample), f"gives {result!r:.200}", f"the sample says {sample.fault.__name__}")
    elif not is_expected(sample, result):
        yield Violation(str(sample), f"gives {result!r:.300}", f"the sample says {sample.result!r:.300}")
