"""A law: a promise that every driver keeps, and the function that finds where one does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import frozen

from storesync.testing.subject import Level, Subject, Violation

__all__ = ["Law", "law"]

Judge = Callable[[Subject], Iterable[Violation]]


@frozen
class Law:
    """One promise. `parts` are those that it is about: a driver with none of them is not judged by it."""

    name: str
    level: Level
    parts: tuple[str, ...]
    _judge: Judge

    @property
    def promise(self) -> str:
        """The law in one sentence."""
        return (self._judge.__doc__ or self.name).partition("\n")[0]

    def concerns(self, subject: Subject) -> bool:
        """Whether the driver has anything that this law is about."""
        return not self.parts or bool(subject.driver.parts.intersection(self.parts))

    def __call__(self, subject: Subject) -> list[Violation]:
        """Every place where the driver breaks it, each told once."""
        return list(dict.fromkeys(self._judge(subject)))


def law(level: Level, *parts: str) -> Callable[[Judge], Law]:
    """Make a law of a function: its name becomes the law's, its first docstring line the promise."""

    def made(judge: Judge) -> Law:
        return Law(judge.__name__.replace("_", " "), level, parts, judge)

    return made
