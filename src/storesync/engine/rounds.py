"""One write to one listing, in rounds: look at what is there, try, and look again where the answer left a doubt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import Connection

from storesync.engine.owned import as_shown
from storesync.engine.pricehold import unknown_live, unsure
from storesync.engine.report import OutcomeState
from storesync.engine.work import Parked, Work
from storesync.errors import Ambiguous, Fault, Postponed
from storesync.issues import Issue
from storesync.model import Ref
from storesync.plan import Operation
from storesync.state import Standing, standing

__all__ = ["in_rounds", "park", "waiting"]

_ROUNDS = 4  # doubts that one run resolves for one listing before it leaves the rest to the next run
R = TypeVar("R", Ref, Ref | None)


async def in_rounds(
    work: Work,
    operation: Operation,
    *,
    open_: Callable[[Standing], bool],
    look: Callable[[Work, Standing], Awaitable[R]],
    attempt: Callable[[Work, Operation, Standing, R], Awaitable[bool]],
) -> None:
    """Carry out an operation; how it ended is in the report and in the state.

    `open_` tells whether it still has something to do. `look` gives the part that is there already, by what the market
    says where that is in doubt; `attempt` is false when its own outcome must be looked into.
    """
    for _ in range(_ROUNDS):
        stand = await work.standing(operation.key)
        if stand is None or not open_(stand):
            work.done(operation, OutcomeState.SUPERSEDED, "nothing is left of it to do")
            return
        if work.stale(operation, stand):
            return
        await work.calm(stand)
        try:
            there = await look(work, stand)
            if there is not None:
                stand = await as_shown(work, stand, there)
                if work.stale(operation, stand):
                    return
                if unsure(stand, stand.offers):  # new rows of a market may bring all prices along
                    raise unknown_live()
        except Parked as parked:
            await park(work, operation, str(parked))
            return
        except Fault as fault:
            work.failed(operation, fault)
            return
        if await attempt(work, operation, stand, there):
            return
    work.failed(
        operation,
        Ambiguous("doubtful", "the market did not tell what became of it; the next run looks again"),
    )


def waiting(fault: Postponed, key: str) -> tuple[Issue, ...]:
    """What a listing waits for, as `status` tells it until the next try."""
    return fault.issues or (Issue("market.postponed", key, fault.message or fault.code, hint=fault.way),)


async def park(work: Work, operation: Operation, said: str) -> None:
    """Leave a listing to a person; the next plans hold it until `resolve`."""

    def write(db: Connection) -> None:
        standing.change(db, work.channel.name, operation.key, parked=said)
        standing.bump(db, work.channel.name)

    await work.write(write)
    work.done(operation, OutcomeState.PARKED, said)
