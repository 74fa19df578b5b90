"""Code that stumbles over an answer: what the market did is done, whoever fails to read that it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, Final

from attrs import define, evolve, field, fields

from storesync.driver import Driver, Effect, Flow, Pace, Quota, Request, Response
from storesync.engine import Env, OpenChannel, Pacer
from storesync.engine.pace import Place
from storesync.engine.signing import Signing
from storesync.errors import DriverError, Fault, Malformed
from storesync.state import Store

__all__ = ["Stumbles", "stumbling"]

# What code may raise that nobody meant to, errors of our own among them.
_ERRORS: Final[tuple[Callable[[str], Exception], ...]] = (
    KeyError,
    ValueError,
    TypeError,
    RecursionError,
    ZeroDivisionError,
    AssertionError,
    TimeoutError,
    StopIteration,
    DriverError,
    lambda where: Malformed("odd", where),
)
_WRITES: Final = ("create", "update", "prices", "stock", "offers", "upload", "hide", "show", "end")


@define
class Stumbles:
    """Raises by chance, `rate` of the times it is asked, and counts in `events` over what; `noted` is told before."""

    rng: Random
    events: Counter[str]
    noted: Callable[[], None]
    rate: float = 0.0
    answer: Response | None = None  # the one that is being read

    def over(self, what: str) -> None:
        """Stumble here, or not."""
        if self.rate and self.rng.random() < self.rate:
            self.events[f"stumbled over {what}"] += 1
            self.noted()
            raise self.rng.choice(_ERRORS)(f"stumbled over {what}")


@define(kw_only=True)
class _Channel(OpenChannel):
    """A channel that may fail over an answer before anybody has read it."""

    stumbles: Stumbles

    def masked(self, response: Response, signing: Signing) -> Response:
        """The answer, unless something broke over it."""
        self.stumbles.over("what an answer hides")
        self.stumbles.answer = OpenChannel.masked(self, response, signing)
        return self.stumbles.answer


@define(eq=False)
class _Place(Place):
    stumbles: Stumbles = field(kw_only=True)

    def taken(self, told: Iterable[Pace] = ()) -> None:
        """Note it, and break."""
        Place.taken(self, told)
        self.stumbles.over("the pace")

    def refused(self, wait: float | None, told: Iterable[Pace] = ()) -> None:
        """Note it, and break."""
        Place.refused(self, wait, told)
        self.stumbles.over("the pace")


class _Pacer(Pacer):
    """A pacer that may fail over what an answer told."""

    def __init__(self, env: Env, store: Store, stumbles: Stumbles) -> None:
        super().__init__(env, store)
        self._stumbles = stumbles

    async def take(
        self,
        request: Request,
        quotas: Mapping[str, tuple[Quota, ...]],
        scopes: Mapping[str, str],
        *,
        most: float = float("inf"),
    ) -> Place:
        """A place as every other, until the answer is there."""
        place = await super().take(request, quotas, scopes, most=most)
        return _Place(place.env, place.label, place.lines, place.days, stumbles=self._stumbles)


def stumbling(channel: OpenChannel, stumbles: Stumbles) -> OpenChannel:
    """The channel with code of driver and engine that may raise anything once an answer is there."""
    known = {one.name: getattr(channel, one.name) for one in fields(OpenChannel) if one.init}
    known |= {
        "driver": _driver(channel.driver, stumbles),
        "pacer": _Pacer(channel.env, channel.store, stumbles),
    }
    return _Channel(**known, stumbles=stumbles)


def _driver(driver: Driver[Any, Any], stumbles: Stumbles) -> Driver[Any, Any]:

    def classify(request: Request, response: Response) -> Fault | None:
        # A token's renewal is judged as well, and settled after a crash: nobody stumbles there.
        if response is stumbles.answer:
            stumbles.over("the meaning of an answer")
        return driver.classify(request, response)

    parts: dict[str, Any] = {
        name: _flow(flow, stumbles) for name in _WRITES if (flow := getattr(driver, name)) is not None
    }
    return evolve(driver, classify=classify, **parts)


def _flow(flow: Callable[..., Flow[Any]], stumbles: Stumbles) -> Callable[..., Flow[Any]]:
    def run(*given: Any) -> Flow[Any]:
        steps = flow(*given)
        try:
            request = next(steps)
            while True:
                try:
                    response = yield request
                except Fault as fault:
                    request = steps.throw(fault)
                    continue
                try:
                    if request.effect is not Effect.READ:
                        stumbles.over("an answer in a flow")
                except Exception as error:  # as if the driver's own line had raised it
                    request = steps.throw(error)
                else:
                    request = steps.send(response)
        except StopIteration as stop:
            return stop.value
        finally:
            steps.close()

    return run
