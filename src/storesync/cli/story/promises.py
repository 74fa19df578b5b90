"""What the story promises, kept or broken: the demo's exit code depends on nothing else."""

from __future__ import annotations

from attrs import define, field, frozen
from rich.text import Text

from storesync.cli.outlet import Outlet

__all__ = ["Promise", "Promises"]


@frozen
class Promise:
    """One sentence that must be true, and whether it was."""

    words: str
    kept: bool


@define
class Promises:
    """All promises so far; each is said as soon as it is known."""

    outlet: Outlet
    all: list[Promise] = field(factory=list)

    def keep(self, words: str, expected: object, actual: object) -> None:
        """Promise that both are equal; a broken promise shows both."""
        kept = expected == actual
        self.all.append(Promise(words if kept else f"{words}: expected {expected!r}, found {actual!r}", kept))
        mark, style = ("✓", "green") if kept else ("✗", "bold red")
        self.outlet.say(Text.assemble((f"  {mark} ", style), self.all[-1].words))

    @property
    def broken(self) -> tuple[Promise, ...]:
        """The promises that did not hold."""
        return tuple(promise for promise in self.all if not promise.kept)
