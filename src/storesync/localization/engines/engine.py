"""What a translation engine is: what it can, what it is given, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import field, frozen

from storesync.driver import Response
from storesync.errors import Denied, Fault, Malformed, Rejected, Throttled, Transient
from storesync.localization.protect import Marks
from storesync.model import frozen_map
from storesync.pricing.rates.source import Fetch, Key, redacted

__all__ = ["Batch", "Capabilities", "Engine", "Fetch", "Key", "Piece", "answered", "each_text", "redacted"]


@frozen(kw_only=True)
class Capabilities:
    """What an engine takes at once, and what it can do by itself.

    `texts`, `characters` and `bytes` bound one request, None is no bound; `concurrency` the requests at a
    time. `pairs` are the languages it translates between, empty for any; `glossaries` those for which it keeps
    the house's words by itself: for all others the runner does. `marks` is how what must not change is marked.
    """

    texts: int = 1
    characters: int | None = None
    bytes: int | None = None
    concurrency: int = 2
    pairs: frozenset[tuple[str, str]] = frozenset()
    glossaries: frozenset[tuple[str, str]] = frozenset()
    marks: Marks = "plain"

    def translates(self, source: str, target: str) -> bool:
        """Whether it knows both languages."""
        return not self.pairs or (source, target) in self.pairs


@frozen
class Piece:
    """One text of a batch."""

    id: str
    text: str


@frozen(kw_only=True)
class Batch:
    """What one request asks for; `words` are the renderings that this batch must keep."""

    source: str
    target: str
    pieces: tuple[Piece, ...] = field(converter=tuple[Piece, ...])
    words: Mapping[str, str] = field(factory=dict, converter=frozen_map)


class Engine(Protocol):
    """One translation service. `hosts` is host label to address, for the transport."""

    @property
    def name(self) -> str:
        """The name that its texts carry; what one translator failed at is asked of another name only."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""

    @property
    def capabilities(self) -> Capabilities:
        """What it takes and can do."""

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id. A refusal is a fault; Malformed for an answer of an unknown shape."""


def answered(response: Response, engine: str, refusals: Mapping[str, type[Fault]]) -> Response:
    """The answer when its status is good; else the fault that status and code mean.

    `refusals` are faults by HTTP status (`456`) or by status and the service's own code (`429/400`).
    """
    if response.status == 200:
        if not response.readable or response.body is None:
            raise Malformed("shape", f"{engine}: the answer is cut or no JSON")
        return response
    code = _code(response)
    status = str(response.status)
    told = f"{engine}: HTTP {status}" + (f" {code}" if code else "") + _message(response)
    fault = refusals.get(f"{status}/{code}") or refusals.get(status)
    after = response.header("retry-after")
    wait = float(after) if after.isdigit() else None
    if fault is None:
        if response.status == 429:
            fault = Throttled
        elif response.status >= 500:
            fault = Transient
        elif response.status in (401, 403):
            fault = Denied
        else:
            fault = Rejected
    raise fault(f"http.{status}", told, retry_after=wait, untouched=True)


def _code(response: Response) -> str:
    for path in ("errorCode", "error.errorCode", "error.code", "error.status"):
        value = response.maybe(path)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return ""


def _message(response: Response) -> str:
    for path in ("error.message", "errorMessage", "message", "error"):
        value = response.maybe(path)
        if isinstance(value, str):
            return f": {value[:200]}"
    return ""


def each_text(rows: Any, batch: Batch, engine: str, key: str) -> Mapping[str, str]:
    """Texts in the order in which they were asked for; Malformed when there are fewer or more."""
    if not isinstance(rows, list) or len(rows) != len(batch.pieces):
        count = len(rows) if isinstance(rows, list) else "no"
        raise Malformed("ids", f"{engine}: {len(batch.pieces)} texts were asked for, {count} came")
    found = {}
    for piece, row in zip(batch.pieces, rows, strict=True):
        text = row.get(key) if isinstance(row, Mapping) else row
        if not isinstance(text, str):
            raise Malformed("prose", f"{engine}: a row has no text under {key!r}")
        found[piece.id] = text
    return found
