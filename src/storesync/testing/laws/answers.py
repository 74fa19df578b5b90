"""Laws about what flows make of answers: wrong ones become faults, never an empty shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from storesync.driver import (
    Ambiguous,
    AuthExpired,
    Denied,
    Duplicate,
    Fault,
    Malformed,
    NotFound,
    Postponed,
    Rejected,
    Response,
    Throttled,
    Transient,
)
from storesync.testing.laws.law import law
from storesync.testing.samples import RECEIVED, Played, answered
from storesync.testing.spoil import spoiled
from storesync.testing.subject import FLOWS, Level, Subject, Violation, misfit

__all__ = [
    "FAULTS",
    "GARBAGE",
    "garbage_is_never_nothing_found",
    "spoiled_answers_raise_only_faults",
    "worse",
]

FAULTS: Final = (
    Ambiguous,
    AuthExpired,
    Denied,
    Duplicate,
    Malformed,
    NotFound,
    Postponed,
    Rejected,
    Throttled,
    Transient,
)
"""One of each kind of fault that the engine may throw into a flow."""

GARBAGE: Final = (
    Response(None, received=RECEIVED),
    Response(None, content=b"<html>", readable=False, received=RECEIVED),
    Response([], content=b"[]", received=RECEIVED),
    Response([0], content=b"[0]", received=RECEIVED),
    Response("ok", content=b'"ok"', received=RECEIVED),
    Response("", content=b'""', received=RECEIVED),
    Response(True, content=b"true", received=RECEIVED),
    Response(0, content=b"0", received=RECEIVED),
)
"""Answers that say nothing: empty, cut, or of a type that no market means."""


def worse(answer: Any) -> Iterator[Any]:
    """The answer gone wrong in every way that the kit knows: spoiled, garbage, or a fault instead."""
    told = answered(answer)
    if isinstance(told, Response):
        for body in spoiled(told.body):
            yield Response(body, told.status, told.headers, told.received, told.content)
    yield from GARBAGE
    yield from (fault("spoiled", "thrown by the kit") for fault in FAULTS)


def _shown(answer: Any) -> str:
    return repr(answer if isinstance(answer, Fault) else answer.body)[:120]


@law(Level.LAWS)
def spoiled_answers_raise_only_faults(subject: Subject) -> Iterator[Violation]:
    """Whatever an answer has become, a flow ends with a fault or with a result of the right kind."""
    for sample in subject.of(*FLOWS):
        told: set[str] = set()
        for position, answer in enumerate(sample.answers):
            for bad in worse(answer):
                answers = [*sample.answers[:position], bad, *sample.answers[position + 1 :]]
                for run in ([*answers], [*answers[: position + 1]]):
                    found = _ended(sample.part, sample.args, subject.play(sample, run, bad))
                    if found and found not in told:
                        told.add(found)
                        yield Violation(
                            f"{sample}, answer {position + 1} spoiled to {_shown(bad)}", found, _ADVICE
                        )


_ADVICE: Final = (
    "read answers by path and type (at, id, each, decimal): a wrong shape is then a Malformed by itself"
)


def _ended(part: str, args: Sequence[Any], played: Played) -> str:
    if played.crash is not None:
        return f"{type(played.crash).__name__}: {played.crash}"
    if played.endless:
        return "asks without end"
    if played.deaf:
        return "goes on after an ambiguous request; nobody knows what it did, so sd.Ambiguous must pass"
    return misfit(part, played.result, args) if played.done else ""


@law(Level.LAWS, "find", "observe", "listings", "poll")
def garbage_is_never_nothing_found(subject: Subject) -> Iterator[Violation]:
    """An answer that says nothing, or a fault, never looks like an empty shop."""
    advice = "nothing found and nothing understood differ: let faults pass, read lists with `each`"
    for sample, _ in subject.good("find", "observe", "listings", "poll"):
        faults = [fault("spoiled", "thrown by the kit") for fault in FAULTS if fault is not NotFound]
        for position in range(len(sample.answers)):
            for bad in (*GARBAGE, *faults):
                played = subject.play(sample, [*sample.answers[:position], bad], bad)
                if played.done:
                    what = (
                        f"{sample}, answer {position + 1} is {bad!r:.60}"
                        if isinstance(bad, Fault)
                        else (
                            f"{sample}, answer {position + 1} is {'cut' if not bad.readable else _shown(bad)}"
                        )
                    )
                    yield Violation(what, f"gives {played.result!r:.120}", advice)
                    break
