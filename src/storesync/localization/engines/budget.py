"""What may be sent to an engine that is paid by the character: set aside before asking, settled after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import define, field, frozen

__all__ = ["Budget", "Charge", "Ledger"]


class Ledger(Protocol):
    """Where all processes that share an allowance set characters aside, each in one step.

    `named` is what a message calls the allowance.
    """

    @property
    def named(self) -> str:
        """What a message calls it."""

    async def draw(self, *, least: int, most: int) -> tuple[int, str]:
        """Set up to `most` characters aside, none when `least` are not left; and the day that they are of."""

    async def give_back(self, characters: int, day: str) -> None:
        """Characters of a day that were not used after all."""


@frozen
class Charge:
    """So many of the first texts are paid for, with so many characters, of the ledger's day."""

    texts: int = 0
    characters: int = 0
    day: str = ""


@define
class Budget:
    """How many characters of source text may still be sent. None is no limit of its own.

    What stands in the place of protected words is not counted; what is sent again after a lost answer is. What is
    drawn from a `ledger` counts for every process before the request leaves, and stays counted when this one dies.
    """

    characters: int | None = None
    ledger: Ledger | None = None
    spent: int = field(default=0, init=False)
    lacking: str = field(default="", init=False)

    async def take(self, lengths: Sequence[int]) -> Charge:
        """Pay for the first texts of these lengths, as far as it reaches; `lacking` names what did not reach."""
        left = None if self.characters is None else self.characters - self.spent
        asked = _reached(lengths, left)
        if asked.texts < len(lengths):
            self.lacking = f"{self.characters} characters"
        self.spent += asked.characters  # before anything else runs: several requests pay at a time
        if self.ledger is None or not asked.texts:
            return asked
        drawn, day = await self.ledger.draw(least=lengths[0], most=asked.characters)
        paid = _reached(lengths[: asked.texts], drawn)
        if paid.texts < asked.texts:
            self.lacking = self.ledger.named
        self.spent -= asked.characters - paid.characters
        if drawn > paid.characters:
            await self.ledger.give_back(drawn - paid.characters, day)
        return Charge(paid.texts, paid.characters, day)

    async def give_back(self, charge: Charge) -> None:
        """What was paid for was not worked for."""
        self.spent -= charge.characters
        if self.ledger is not None and charge.characters:
            await self.ledger.give_back(charge.characters, charge.day)


def _reached(lengths: Sequence[int], left: int | None) -> Charge:
    total = 0
    for number, length in enumerate(lengths):
        if left is not None and total + length > left:
            return Charge(number, total)
        total += length
    return Charge(len(lengths), total)
