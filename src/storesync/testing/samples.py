"""What an author gives of a part: its arguments, the answers once given, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from attrs import define, field, frozen

from storesync.driver import Ambiguous, Driver, Fault, Flow, Request, Response, dumps, loads

__all__ = ["ANY", "RECEIVED", "Answer", "Played", "Sample", "answered", "play"]

Answer: TypeAlias = "Mapping[str, Any] | Sequence[Any] | Response | Fault"
"""A recorded answer: its JSON body, a whole response, or the fault that the engine would throw."""

RECEIVED: Final = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""When recorded answers arrive that do not say it themselves."""

_MOST = 300  # requests after which a flow is said to ask without end


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()
"""The expected result of a sample that does not say one: any of the right kind."""


@frozen(kw_only=True)
class Sample:
    """One recorded run of one part of a driver.

    `part` is the part's name (`create`); `args` are its arguments after the shop (for `refresh`: the account
    alone; for `classify` and `sign`: all). `answers` go to a flow one by one, through the driver's own
    `classify`, so an error envelope is given as it was recorded. `result` is the value that must come out, or
    a function that says whether it is right; `fault` the class that must come out instead. `name` tells
    samples of one part apart.
    """

    part: str
    args: tuple[Any, ...] = field(default=(), converter=tuple[Any, ...])
    answers: tuple[Any, ...] = field(default=(), converter=tuple[Any, ...])
    result: Any = ANY
    fault: type[Fault] | None = None
    name: str = ""

    def __str__(self) -> str:
        return f"{self.part} ({self.name})" if self.name else self.part


@define
class Played:
    """What a flow did: what it asked and was told, and how it ended. Exactly one of the ends is set.

    `crash` is an exception that is no Fault; `hungry` says that it asked for an answer that nobody has,
    `endless` that it asked too often, `deaf` that it went on after a request of which nobody knows what
    became.
    """

    asked: list[tuple[Request, Response | Fault]] = field(factory=list)
    done: bool = False
    result: Any = None
    fault: Fault | None = None
    crash: Exception | None = None
    hungry: Request | None = None
    endless: bool = False
    deaf: bool = False

    @property
    def requests(self) -> list[Request]:
        """What it asked, the unanswered request too."""
        last = [] if self.hungry is None else [self.hungry]
        return [request for request, _ in self.asked] + last


def answered(answer: Any) -> Response | Fault:
    """The answer as the transport would give it: a body goes through JSON once."""
    if isinstance(answer, Response | Fault):
        return answer
    text = dumps(answer)
    return Response(loads(text), content=text.encode(), received=RECEIVED)


def play(
    driver: Driver[Any, Any],
    flow: Callable[[], Flow[Any]],
    answer: Callable[[int, Request], Any],
) -> Played:
    """Run a flow as the engine would, without network: `classify` judges each answer, faults are thrown.

    `answer` gives the reply to the n-th request, None when there is none. Whatever comes out is told, nothing
    raised.
    """
    played = Played()
    try:
        running = flow()
    except Exception as error:  # the kit tells of every failure in words
        played.crash = error
        return played
    try:
        _run(driver, running, answer, played)
    except StopIteration as stop:
        played.done, played.result = True, stop.value
    except Fault as fault:
        played.fault = fault
    except Exception as error:
        played.crash = error
    finally:
        if hasattr(running, "close"):
            running.close()
    return played


def _run(
    driver: Driver[Any, Any], flow: Flow[Any], answer: Callable[[int, Request], Any], played: Played
) -> None:
    request = next(flow)
    while True:
        if not isinstance(request, Request):
            raise TypeError(f"the flow yielded {request!r}, which is no Request")
        given = answer(len(played.asked), request)
        if given is None:
            played.hungry = request
            return
        told = answered(given)
        fault = told if isinstance(told, Fault) else driver.classify(request, told)
        played.asked.append((request, told if fault is None else fault))
        if len(played.asked) > _MOST:
            played.endless = True
            return
        if fault is None:
            assert isinstance(told, Response)
            request = flow.send(told)
        else:
            request = flow.throw(fault)
            if isinstance(fault, Ambiguous):
                played.deaf = True
                return
