"""Runs an engine over many texts: batches, protects, repeats, counts, and gives up where it must.

What an engine cannot do the runner does: keep the house's words, stay within limits, survive a bad answer. One
poisoned text never takes the others along; an engine that is down is asked no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from attrs import define, evolve, field, frozen
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from storesync.errors import Denied, Fault, Malformed, Rejected, Transient
from storesync.localization.engines.budget import Budget, Charge
from storesync.localization.engines.engine import Batch, Engine, Fetch, Piece
from storesync.localization.protect import Protected, Protection
from storesync.model import dumps_bytes, frozen_map

__all__ = ["Outcome", "Runner"]

_WAITS: Final = (1.0, 4.0, 15.0, 60.0)
_PATIENCE: Final = 120.0  # seconds; a service that wants to be left alone for longer is down
_LONGER, _ROOM = 8, 400  # how much longer than its source a translation may be
_FRUITLESS: Final = 20  # requests in a row without one text: more than the halves of the largest batch


@frozen(kw_only=True)
class Outcome:
    """Texts by id, and the fault for each id that has none; `characters` were sent in `calls` requests.

    `stopped` says why asking further makes no sense: the account, the service, or the budget.
    """

    texts: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    failed: Mapping[str, Fault] = field(factory=dict, converter=frozen_map)
    characters: int = 0
    calls: int = 0
    stopped: Fault | None = None


@define(kw_only=True)
class Runner:
    """One engine at work for one language pair.

    `send` is a transport's. `sleep` and `waits` say how long to wait before each further try; a service that
    names its own waiting time is obeyed. `tries` are those of one request.
    """

    engine: Engine
    send: Fetch
    source: str
    target: str
    protection: Protection = field(factory=Protection)
    budget: Budget = field(factory=Budget)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    waits: tuple[float, ...] = _WAITS
    tries: int = 4
    _stopped: Fault | None = field(default=None, init=False)
    _calls: int = field(default=0, init=False)
    _fruitless: int = field(default=0, init=False)
    _lengths: Mapping[str, int] = field(factory=dict, init=False)

    async def translate(self, texts: Mapping[str, str]) -> Outcome:
        """Every text by its id, or the reason why it has none. Never raises because of one text.

        Nothing is sent any more once an answer said that the account or the service does not serve.
        """
        can = self.engine.capabilities
        if not can.translates(self.source, self.target):
            fault = Rejected("pair", f"{self.engine.name} does not translate {self.source} to {self.target}")
            return Outcome(failed=dict.fromkeys(texts, fault), stopped=fault)
        self._calls, self._fruitless, before = 0, 0, self.budget.spent
        found: dict[str, str] = {}
        failed: dict[str, Fault] = {}
        marked = {id_: self._protected(text) for id_, text in texts.items()}
        self._lengths = {id_: len(text) for id_, text in texts.items()}
        gate = asyncio.Semaphore(can.concurrency)

        async def one(pieces: tuple[Piece, ...]) -> None:
            async with gate:
                await self._ask(pieces, marked, found, failed)

        batches, large = self._batches(marked)
        failed |= large
        await asyncio.gather(*(one(pieces) for pieces in batches))
        return Outcome(
            texts={id_: found[id_] for id_ in texts if id_ in found},
            failed={id_: failed[id_] for id_ in texts if id_ in failed},
            characters=self.budget.spent - before,
            calls=self._calls,
            stopped=self._stopped or next((one for one in failed.values() if one.code == "budget"), None),
        )

    def _protected(self, text: str) -> Protected:
        own = (self.source, self.target) in self.engine.capabilities.glossaries
        protection = evolve(self.protection, glossary=None) if own else self.protection
        return protection.protect(text, self.target, self.engine.capabilities.marks)

    def _batches(self, marked: Mapping[str, Protected]) -> tuple[list[tuple[Piece, ...]], dict[str, Fault]]:
        """Texts together as long as count, characters and bytes allow; a text too large alone is refused."""
        can = self.engine.capabilities
        most_characters, most_bytes = can.characters or 10**9, can.bytes or 10**9
        batches: list[tuple[Piece, ...]] = []
        large: dict[str, Fault] = {}
        open_: list[Piece] = []
        characters = size = 0
        for id_, protected in marked.items():
            text = protected.text
            # As JSON, with the escapes that quotes and line breaks get.
            length, weight = len(text), len(dumps_bytes(text)) + len(id_) + 8
            if length > most_characters or weight > most_bytes:
                large[id_] = Rejected("too_long", f"{length} characters are too much for {self.engine.name}")
                continue
            full = len(open_) >= can.texts
            if open_ and (full or characters + length > most_characters or size + weight > most_bytes):
                batches.append(tuple(open_))
                open_, characters, size = [], 0, 0
            open_.append(Piece(id_, text))
            characters, size = characters + length, size + weight
        if open_:
            batches.append(tuple(open_))
        return batches, large

    async def _ask(
        self,
        pieces: tuple[Piece, ...],
        marked: Mapping[str, Protected],
        found: dict[str, str],
        failed: dict[str, Fault],
    ) -> None:
        if self._stopped is not None:
            failed |= dict.fromkeys((piece.id for piece in pieces), self._stopped)
            return
        charge = await self._paid(pieces)
        if charge.texts < len(pieces):
            failed |= dict.fromkeys((piece.id for piece in pieces[charge.texts :]), self._spent())
            if not charge.texts:
                return
            pieces = pieces[: charge.texts]
        try:
            answer = await self._answer(pieces, marked, charge)
        except (Denied, Transient) as fault:
            # The account, or the service: the next text would fare no better.
            self._stopped = fault
            failed |= dict.fromkeys((piece.id for piece in pieces), fault)
        except Fault as fault:
            self._fruitless += 1
            if self._fruitless >= _FRUITLESS:
                # A page of an error in place of every answer: halving it would be paid for text by text.
                self._stopped = fault
                failed |= dict.fromkeys((piece.id for piece in pieces), fault)
                return
            if len(pieces) == 1:
                failed[pieces[0].id] = fault
                return
            half = len(pieces) // 2
            await self._ask(pieces[:half], marked, found, failed)
            await self._ask(pieces[half:], marked, found, failed)
        else:
            self._fruitless = 0
            for id_, text in answer.items():
                try:
                    found[id_] = self._bounded(id_, marked[id_].restored(text))
                except Malformed as fault:
                    failed[id_] = fault

    def _bounded(self, id_: str, text: str) -> str:
        """A text of a length that a translation may have; a page in place of a title is none, and is not kept."""
        most = _LONGER * self._lengths[id_] + _ROOM
        if len(text) > most:
            raise Malformed(
                "prose", f"{self.engine.name}: {len(text)} characters came for {self._lengths[id_]}"
            )
        return text

    async def _paid(self, pieces: tuple[Piece, ...]) -> Charge:
        return await self.budget.take([self._lengths[piece.id] for piece in pieces])

    def _spent(self) -> Denied:
        return Denied("budget", f"the budget of {self.budget.lacking} is spent")

    async def _answer(
        self, pieces: tuple[Piece, ...], marked: Mapping[str, Protected], charge: Charge
    ) -> Mapping[str, str]:
        """The engine's answer, asked for until it comes; what was paid and surely not worked for is given back."""
        batch = Batch(
            source=self.source,
            target=self.target,
            pieces=pieces,
            words=dict(self._words(piece.text for piece in pieces)),
        )
        wanted = {piece.id for piece in pieces}
        # Made for each call: a shared one mixes up its callers.
        policy = AsyncRetrying(
            retry=retry_if_exception(_passing),
            stop=stop_after_attempt(self.tries),
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )

        lost = False

        async def once() -> Mapping[str, str]:
            nonlocal lost, charge
            if lost:
                # An answer that was lost on its way may have been worked for: the same again is paid for again.
                charge = await self._paid(pieces)
                if charge.texts < len(pieces):
                    raise self._spent()
            self._calls += 1
            try:
                return _texts(self.engine.name, wanted, await self._translated(batch))
            except Fault as fault:
                lost = not fault.untouched
                raise

        try:
            answer: Mapping[str, str] = await policy(once)
        except Fault as fault:
            if fault.untouched or fault.code == "budget":
                await self.budget.give_back(charge)
            raise
        return answer

    async def _translated(self, batch: Batch) -> Any:
        """What the engine answers, whatever that is. One of another package may raise anything.

        Its own words might hold its key, and are not repeated.
        """
        try:
            return await self.engine.translate(self.send, batch)
        except Fault:
            raise
        except OSError as error:  # that of a timeout is one, and so are those of most services' own packages
            raise Transient("unreachable", f"{self.engine.name}: {_broke(error)}") from None
        except Exception as error:
            # Perhaps over one text: the others are asked for without it.
            raise Malformed("broke", f"{self.engine.name}: {_broke(error)}: tell its author") from None

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome is not None else None
        told = fault.retry_after if isinstance(fault, Fault) else None
        return told if told is not None else self.waits[min(state.attempt_number, len(self.waits)) - 1]

    def _words(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The preferred renderings of what the texts hold and no mark keeps."""
        if self.protection.glossary is None:
            return
        for text in texts:
            for _, term in self.protection.glossary.find(text):
                renderings = term.accepted.get(self.target, ())
                if renderings:
                    yield term.source, renderings[0]


def _broke(error: Exception) -> str:
    """That an engine broke, with what, and at which of its lines."""
    innermost = extract_tb(error.__traceback__)[-1]
    place = f"{Path(innermost.filename).name}:{innermost.lineno}"
    return f"it broke with {type(error).__name__} at {place}"


def _texts(engine: str, wanted: Collection[str], answer: Any) -> Mapping[str, str]:
    """The answer, when it is a text for each id that was asked for; Malformed otherwise."""
    if not isinstance(answer, Mapping):
        raise Malformed("shape", f"{engine}: {type(answer).__name__} came in the place of texts by id")
    if answer.keys() != wanted:
        raise Malformed("ids", f"{engine}: asked for {len(wanted)} texts, got others")
    if odd := next((text for text in answer.values() if not isinstance(text, str)), None):
        raise Malformed("prose", f"{engine}: {type(odd).__name__} came in the place of a text")
    return answer


def _passing(error: BaseException) -> bool:
    """Whether trying again soon makes sense."""
    return isinstance(error, Transient) and (error.retry_after or 0.0) <= _PATIENCE
