"""Laws about listings that half exist: what is there is kept, gone on from, and never made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve

from storesync.driver import Change, Effect, Fault, New, Receipt, Ref, dumps
from storesync.testing.laws.answers import worse
from storesync.testing.laws.law import law
from storesync.testing.samples import Played, Sample
from storesync.testing.subject import Level, Subject, Violation

__all__ = [
    "a_complete_find_makes_nothing",
    "a_later_failure_keeps_the_half",
    "an_unchanged_document_sends_nothing",
    "from_an_unknown_half_everything_is_written",
]


def _made(subject: Subject) -> Iterator[tuple[Sample, New, Played, Ref]]:
    """The samples of create that make a listing and end with its ref."""
    for sample, played in subject.good("create"):
        new = sample.args[0] if sample.args else None
        if isinstance(new, New) and isinstance(played.result, Receipt) and played.result.ref is not None:
            yield sample, new, played, played.result.ref


@law(Level.LAWS, "create")
def a_later_failure_keeps_the_half(subject: Subject) -> Iterator[Violation]:
    """Once the market has told a listing's id, every fault of its create carries the ref."""
    for sample, new, played, ref in _made(subject):
        known = _known_from(new, played, ref)
        for position in range(known, len(sample.answers)):
            for bad in worse(sample.answers[position]):
                ended = subject.play(sample, [*sample.answers[:position], bad], bad)
                fault = ended.fault
                if fault is not None and (not isinstance(fault.ref, Ref) or fault.ref.listing != ref.listing):
                    yield Violation(
                        f"{sample}, answer {position + 1}",
                        f"a {type(fault).__name__} without the ref of {ref.listing!r}, which exists",
                        "wrap what comes after the first answer in `with sd.made(sd.Ref(id)):`",
                    )
                    break


def _known_from(new: New, played: Played, ref: Ref) -> int:
    """The position of the first answer that comes when the id is known already."""
    if new.found is not None:
        return 0
    for position, (_, told) in enumerate(played.asked):
        if not isinstance(told, Fault) and f"{ref.listing}" in dumps(told.body):
            return position + 1
    written = (
        position
        for position, (request, told) in enumerate(played.asked)
        if request.effect is not Effect.READ and not isinstance(told, Fault)
    )
    return next(written, len(played.asked)) + 1


@law(Level.LAWS, "create")
def a_complete_find_makes_nothing(subject: Subject) -> Iterator[Violation]:
    """A create that is given a listing with all its SKUs sends no ONCE request."""
    for sample, new, _, ref in _made(subject):
        if not set(new.offers) <= set(ref.skus):
            continue
        played = subject.imagine("create", [evolve(new, found=ref)])
        where = f"{sample}, again with the whole listing as found"
        once = [request for request in played.requests if request.effect is Effect.ONCE]
        if once:
            yield Violation(
                where,
                f"sends {once[0].method} {once[0].path} ONCE",
                "go on from new.found: what is there is not made again",
            )
        elif played.crash is not None:
            yield Violation(where, f"{type(played.crash).__name__}: {played.crash}", "go on from new.found")
        elif played.hungry is not None and not _found_whole(subject):
            yield Violation(
                where,
                f"asks {played.hungry.method} {played.hungry.path}, to which no sample has an answer",
                'give Sample(part="create", args=(New(…, found=ref),), …)',
            )


def _found_whole(subject: Subject) -> bool:
    return any(
        new.found is not None and set(new.offers) <= set(new.found.skus) for _, new, _, _ in _made(subject)
    )


def _changes(subject: Subject) -> Iterator[tuple[Sample, Change, Played]]:
    for sample, played in subject.good("update"):
        change = sample.args[0] if sample.args else None
        if isinstance(change, Change):
            yield sample, change, played


@law(Level.LAWS, "update")
def an_unchanged_document_sends_nothing(subject: Subject) -> Iterator[Violation]:
    """An update from a document to the same document costs no request."""
    for sample, change, played in _changes(subject):
        ref = played.result.ref or change.ref
        offers = {sku: offer for sku, offer in change.offers.items() if sku in ref.skus}
        same: Any = evolve(change, before=change.after, ref=ref, added=(), removed=(), offers=offers)
        again = subject.imagine("update", [same])
        where = f"{sample}, with before as after"
        if again.requests:
            first = again.requests[0]
            yield Violation(
                where,
                f"sends {first.method} {first.path}",
                "send what differs: change.touched(…), added, removed",
            )
        elif not again.done:
            yield Violation(
                where, f"ends with {again.fault or again.crash!r}", "give the receipt: there is nothing to do"
            )


@law(Level.LAWS, "update")
def from_an_unknown_half_everything_is_written(subject: Subject) -> Iterator[Violation]:
    """An update that is told nothing about what the market shows writes, and makes no second listing."""
    advice = "before=None means that nobody knows what the market shows: send all of change.after"
    for sample, change, _ in _changes(subject):
        played = subject.imagine("update", [evolve(change, before=None)])
        where = f"{sample}, with before=None"
        if played.crash is not None:
            yield Violation(where, f"{type(played.crash).__name__}: {played.crash}", advice)
        elif played.done and all(request.effect is Effect.READ for request in played.requests):
            yield Violation(where, "writes nothing", advice)
