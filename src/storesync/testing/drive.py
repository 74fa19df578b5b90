"""Runs a flow alone, without loop or network: sample answers in, requests and result out."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from storesync.driver import Fault, Request, Response, dumps, loads

__all__ = ["Sample", "drive"]

T = TypeVar("T")

Sample: TypeAlias = "Mapping[str, Any] | Sequence[Any] | Response | Fault"
"""An answer as a test writes it: a JSON body, a whole response, or the fault that the engine would throw."""


def drive(flow: Generator[Request, Response, T], *answers: Sample) -> tuple[list[Request], T]:
    """Feed `answers` to `flow` one by one and return what it asked for and its result.

    A body goes through JSON once, so that numbers arrive as they would from a market. What the flow raises
    is not caught. AssertionError when the flow asks for more answers than given, or ends before the last;
    TypeError when it yields what is no request.
    """
    requests: list[Request] = []
    rest = list(answers)
    try:
        request = next(flow)
        while True:
            if not isinstance(request, Request):
                raise TypeError(f"the flow yielded {request!r}, which is no Request")
            requests.append(request)
            if not rest:
                raise AssertionError(
                    f"the flow asked {_times(len(requests))} and was given {_many(answers)};"
                    f" request {len(requests)} is {_named(request)}"
                )
            request = _answer(flow, rest.pop(0))
    except StopIteration as stop:
        if rest:
            raise AssertionError(
                f"the flow ended after {_many(requests, 'request')}, {_many(rest)} left over;"
                f" it asked for: {'; '.join(map(_named, requests)) or 'nothing'}"
            ) from None
        return requests, stop.value
    finally:
        flow.close()


def _answer(flow: Generator[Request, Response, T], sample: Sample) -> Request:
    if isinstance(sample, Fault):
        return flow.throw(sample)
    if isinstance(sample, Response):
        return flow.send(sample)
    text = dumps(sample)
    return flow.send(Response(loads(text), content=text.encode()))


def _named(request: Request) -> str:
    method = request.form.get("method", "")
    return f"{request.method} {request.path}" + (f" ({method})" if method else "")


def _many(things: Sequence[object], word: str = "answer") -> str:
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
