"""Flows: generators that yield requests and are sent answers, the shape of httpx's auth flow."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from attrs import evolve

from storesync.driver.answer import Response
from storesync.driver.request import Request
from storesync.errors import Fault, Postponed
from storesync.model import Ref

__all__ = ["Flow", "made", "until"]

T = TypeVar("T")

Flow: TypeAlias = Generator[Request, Response, T]


def until(request: Request, done: Callable[[Response], bool], *, every: float, limit: int) -> Flow[Response]:
    """Ask every `every` seconds until `done`; after `limit` answers give up as Postponed."""
    for turn in range(limit):
        answer = yield evolve(request, after=every if turn else request.after)
        if done(answer):
            return answer
    raise Postponed("slow", f"{request.place} was not done after {limit} looks, {every:g} s apart")


@contextmanager
def made(ref: Ref) -> Iterator[None]:
    """What happens inside leaves this half-made listing behind: a fault carries its ref."""
    try:
        yield
    except Fault as fault:
        if fault.ref is None:
            fault.ref = ref
        raise
