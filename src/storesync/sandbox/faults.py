"""Injected trouble: what can go wrong around one call, and when it does.

A fault never changes what the market itself would do; it decides whether a call arrives, whether it is
processed once or twice, now or later, and what of the answer reaches the client.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from attrs import define, evolve, frozen

FAULTS = (
    "lost_before",
    "lost_after",
    "late",
    "duplicate",
    "truncated",
    "garbage",
    "garbage_after",
    "throttle",
    "error_before",
    "error_after",
    "refuse",
    "token_expired",
    "slow",
    "hostile",
    "missed",
    "repeat",
)
"""Every fault by name, in the order in which a seeded schedule adds up its rates."""

SHAPES: Mapping[str, tuple[str, ...]] = {
    # how the client notices: connect (never left), read (time out), protocol (closed without answer)
    "lost_before": ("connect", "read", "protocol"),
    "lost_after": ("read", "protocol"),
    "late": ("read", "protocol"),
    "duplicate": ("second", "first"),
    "throttle": ("told", "untold"),
    "hostile": ("huge", "nested", "type", "redirect"),
    # what repeats the request's own values: the redirect and the page instead of processing it, or the answer itself
    "repeat": ("redirect", "page", "answer"),
}
"""Variants of a fault; the first is used unless another is named, a seeded schedule picks one."""


@frozen(kw_only=True)
class Fault:
    """One fault: its name, its shape where it has several, and seconds for `late` and `slow`."""

    name: str
    shape: str = ""
    seconds: float = 2.0

    def __attrs_post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"fault {self.name!r} is unknown; choose one of {', '.join(FAULTS)}")
        shapes = SHAPES.get(self.name, ())
        if self.shape and self.shape not in shapes:
            raise ValueError(
                f"fault {self.name!r}: shape {self.shape!r} is unknown; choose one of {shapes or 'none'}"
            )
        if not self.shape and shapes:
            object.__setattr__(self, "shape", shapes[0])


@frozen(kw_only=True)
class Step:
    """A line of a script: this fault for the next `times` matching calls, after `skip` of them."""

    fault: Fault
    times: int = 1
    kind: str = ""
    operation: str = ""
    skip: int = 0

    def matches(self, operation: str, kind: str) -> bool:
        """Whether the call is meant: an empty kind or operation matches every one."""
        return self.kind in ("", kind) and self.operation in ("", operation)


@define
class FaultSchedule:
    """Decides for each call which fault it meets: scripted steps first, then a seeded draw.

    `draw` consumes the schedule, so one schedule belongs to one market.
    """

    _steps: list[Step]
    _rng: Random | None
    _rates: tuple[tuple[float, str], ...]
    _only: frozenset[str]
    _seconds: float

    @classmethod
    def none(cls) -> "FaultSchedule":
        """No faults at all."""
        return cls([], None, (), frozenset(), 0.0)

    @classmethod
    def seeded(
        cls, rng: Random, rates: Mapping[str, float], *, only: Iterable[str] = (), seconds: float = 2.0
    ) -> "FaultSchedule":
        """Draw faults at the given rates per call, for the named operation kinds or for all.

        `seconds` is the longest delay of `late` and `slow`; each draws its own between a tenth and all of it.
        """
        bounds: list[tuple[float, str]] = []
        total = 0.0
        for name in FAULTS:
            rate = rates.get(name, 0.0)
            if rate:
                total += rate
                bounds.append((total, name))
        unknown = sorted(set(rates) - set(FAULTS))
        if unknown or total > 1.0:
            raise ValueError(f"fault rates {dict(rates)!r}: unknown {unknown}; the sum must not pass 1")
        return cls([], rng, tuple(bounds), frozenset(only), seconds)

    @classmethod
    def script(cls, steps: Sequence[Step]) -> "FaultSchedule":
        """Play the steps: the first one that matches and is not used up decides."""
        return cls(list(steps), None, (), frozenset(), 0.0)

    def after(self, *steps: Step) -> "FaultSchedule":
        """The same schedule, whose calls meet these steps first."""
        return FaultSchedule([*steps, *self._steps], self._rng, self._rates, self._only, self._seconds)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FaultSchedule":
        """Read `{"script": [{"fault", "times", "kind", …}], "seed", "rates", "only", "seconds"}`."""
        unknown = sorted(set(data) - {"script", "seed", "rates", "only", "seconds"})
        if unknown:
            raise ValueError(
                f"fault schedule: unknown entry {unknown[0]!r}; use script, seed, rates, only, seconds"
            )
        schedule = cls.none()
        if data.get("rates"):
            schedule = cls.seeded(
                Random(int(data.get("seed", 0))),
                {str(name): float(rate) for name, rate in data["rates"].items()},
                only=data.get("only", ()),
                seconds=float(data.get("seconds", 2.0)),
            )
        for row in data.get("script", ()):
            unknown = sorted(set(row) - {"fault", "shape", "seconds", "times", "kind", "operation", "skip"})
            if unknown:
                raise ValueError(
                    f"fault script: unknown entry {unknown[0]!r}; "
                    "use fault, shape, seconds, times, kind, operation, skip"
                )
            schedule._steps.append(
                Step(
                    fault=Fault(
                        name=row["fault"], shape=row.get("shape", ""), seconds=float(row.get("seconds", 2.0))
                    ),
                    times=int(row.get("times", 1)),
                    kind=row.get("kind", ""),
                    operation=row.get("operation", ""),
                    skip=int(row.get("skip", 0)),
                )
            )
        return schedule

    def to_json(self) -> dict[str, Any]:
        """What is left of the schedule, for people; the state of a seeded draw is not part of it."""
        return {
            "script": [
                {
                    "fault": step.fault.name,
                    "shape": step.fault.shape,
                    "seconds": step.fault.seconds,
                    "times": step.times,
                    "kind": step.kind,
                    "operation": step.operation,
                    "skip": step.skip,
                }
                for step in self._steps
            ],
            "bounds": [[name, bound] for bound, name in self._rates],
            "only": sorted(self._only),
        }

    def draw(self, operation: str, kind: str) -> Fault | None:
        """The fault for this call, or none."""
        for index, step in enumerate(self._steps):
            if not step.matches(operation, kind):
                continue
            if step.skip:
                self._steps[index] = evolve(step, skip=step.skip - 1)
                continue
            if step.times > 1:
                self._steps[index] = evolve(step, times=step.times - 1)
            else:
                del self._steps[index]
            return step.fault
        if self._rng is None or (self._only and kind not in self._only):
            return None
        drawn = self._rng.random()
        for bound, name in self._rates:
            if drawn < bound:
                shapes = SHAPES.get(name, ())
                return Fault(
                    name=name,
                    shape=self._rng.choice(shapes) if shapes else "",
                    seconds=self._seconds * self._rng.uniform(0.1, 1.0),
                )
        return None
