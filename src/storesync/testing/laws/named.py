"""Laws about the names in answers: what another name is told of has not happened to the one that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import evolve

from storesync.driver import Effect, OfferChange, Receipt, Response
from storesync.testing.laws.law import law
from storesync.testing.samples import Played
from storesync.testing.subject import Level, Subject, Violation

__all__ = ["a_find_takes_its_own_key_only", "an_unmentioned_sku_is_not_done"]

Renamed = Callable[[str], str]


@law(Level.LAWS, "prices", "stock", "offers")
def an_unmentioned_sku_is_not_done(subject: Subject) -> Iterator[Violation]:
    """Where an answer names the SKUs that it is about, one that it leaves out has not succeeded."""
    for sample, played in subject.good("prices", "stock", "offers"):
        for change in sample.args[0]:
            if not isinstance(played.result.get(change.sku), Receipt):
                continue
            for how, answers in _unmentioning(played, change):
                again = subject.play(sample, answers)
                if again.done and isinstance(again.result.get(change.sku), Receipt):
                    yield Violation(
                        f"{sample}, the answer {how}",
                        f"{change.sku} is called done",
                        "give a verdict for the SKUs that the answer names, and none for the others",
                    )


@law(Level.LAWS, "find")
def a_find_takes_its_own_key_only(subject: Subject) -> Iterator[Violation]:
    """A listing whose key merely resembles the one asked for is not found, whatever the search gives."""
    for sample, played in subject.good("find"):
        sought = sample.args[0]
        if not played.result:
            continue
        asked = next((some for some in ({sought.key}, {*sought.skus}) if _named(played, some)), None)
        if asked is None:
            if subject.driver.spec.identity.by == "search":
                yield Violation(
                    str(sample),
                    f"{sought.key!r} is found in answers that do not name it, nor its SKUs",
                    "ask the search for the key of what it finds, and compare",
                )
            continue
        for how, alike in _ALIKE.items():
            if any(alike(name) == name for name in asked):
                continue
            way = partial(_renamed, names=asked, new=alike)
            answers = [_told(told, way) for _, told in played.asked]
            again = subject.play(sample, answers)
            if again.done and again.result:
                name = min(asked)
                yield Violation(
                    f"{sample}, {how}",
                    f"{alike(name)!r} is taken for {name!r}",
                    "a search finds more than it was asked for: compare the whole key, letter by letter",
                )


_ALIKE: Mapping[str, Renamed] = {
    "the key goes on": lambda name: f"{name}-2",
    "the key begins earlier": lambda name: f"X{name}",
    "the key ends before": lambda name: name[:-1] or name,
    "the key is in other letters": str.swapcase,
}
"""How a key may resemble another."""


def _unmentioning(played: Played, change: OfferChange) -> Iterator[tuple[str, list[Any]]]:
    """The answers once more, what they say of this SKU left out or said of another; none if they never name it.

    What was only read counts as it is: a flow may look whether a change arrived.
    """
    id_ = change.ref.skus.get(change.sku, "")
    names = next(
        (one for one in ({change.sku}, {id_} - {"", change.ref.listing}) if _named(played, one, wrote=True)),
        None,
    )
    if names is None:
        return
    ways: Mapping[str, Callable[[Any], Any]] = {
        f"without {change.sku}": lambda body: _without(body, names),
        f"names another than {change.sku}": lambda body: _renamed(body, names, lambda name: f"{name}0"),
    }
    for how, way in ways.items():
        changed = [
            _told(told, way) if request.effect is not Effect.READ else told for request, told in played.asked
        ]
        if changed != [told for _, told in played.asked]:
            yield how, changed


def _told(told: Any, way: Callable[[Any], Any]) -> Any:
    return evolve(told, body=way(told.body)) if isinstance(told, Response) else told


def _named(played: Played, names: set[str], *, wrote: bool = False) -> bool:
    """Whether an answer has one of these as a value or a key; with `wrote`, an answer to a request that writes."""
    return any(
        isinstance(told, Response) and _renamed(told.body, names, lambda name: f"{name}?") != told.body
        for request, told in played.asked
        if not wrote or request.effect is not Effect.READ
    )


def _is(value: Any, names: set[str]) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) in names


def _renamed(body: Any, names: set[str], new: Renamed) -> Any:
    """The body with these names replaced wherever one is a whole value or a key; a number stays one if it can."""
    if isinstance(body, Mapping):
        return {new(key) if key in names else key: _renamed(value, names, new) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [_renamed(value, names, new) for value in body]
    if not _is(body, names):
        return body
    other = new(str(body))
    return int(other) if isinstance(body, int) and other.isdecimal() else other


def _without(body: Any, names: set[str]) -> Any:
    """The body without the rows and members that are about one of these names."""
    if isinstance(body, Mapping):
        return {key: _without(value, names) for key, value in body.items() if key not in names}
    if isinstance(body, list | tuple):
        return [_without(value, names) for value in body if not _about(value, names)]
    return body


def _about(row: Any, names: set[str]) -> bool:
    return any(_is(value, names) for value in (row.values() if isinstance(row, Mapping) else [row]))
