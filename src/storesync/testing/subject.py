"""A driver on the bench: all that the kit knows of it, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from attrs import field, fields, frozen, has

from storesync.driver import (
    Category,
    Driver,
    Fault,
    Flow,
    Observed,
    Page,
    Receipt,
    Ref,
    Request,
    Response,
    Shop,
    Status,
)
from storesync.testing.samples import ANY, Played, Sample, play

__all__ = ["FLOWS", "READS", "VERDICTS", "WRITES", "Level", "Subject", "Violation", "is_expected", "misfit"]

READS = ("find", "observe", "poll", "listings", "category", "discover")
VERDICTS = ("batch", "prices", "stock", "offers")
WRITES = ("create", "update", *VERDICTS, "upload", "hide", "show", "end")
FLOWS = (*WRITES, *READS, "refresh")
_RECEIPTS = ("create", "update", "hide", "show", "end")


class Level(Enum):
    """How far a driver is proven; each level includes those before it."""

    PURE = "pure"
    LAWS = "laws"
    SANDBOX = "sandbox"
    LIVE = "live"

    @property
    def rank(self) -> int:
        """0 for the first."""
        return list(Level).index(self)


@frozen
class Violation:
    """One broken promise: where, what was seen, and what to do instead."""

    where: str
    seen: str
    instead: str

    def __str__(self) -> str:
        return f"{self.where}: {self.seen}\n    → {self.instead}"


@frozen(kw_only=True)
class Subject:
    """A driver with a shop, an account with made-up secrets, and the author's samples.

    `categories` are those that listings are drawn for when `render` and `check` are tried; left out, they are
    the results of the samples of `category`. `examples` is how many listings are drawn.
    """

    driver: Driver[Any, Any]
    shop: Shop
    samples: tuple[Sample, ...] = field(default=(), converter=tuple[Sample, ...])
    account: Any = field(default=None, repr=False)
    categories: tuple[Category, ...] = field(default=(), converter=tuple[Category, ...])
    examples: int = 60

    def of(self, *parts: str) -> Iterator[Sample]:
        """The samples of these parts, those of parts that the driver does not have left out."""
        for sample in self.samples:
            if sample.part in parts and getattr(self.driver, sample.part, None) is not None:
                yield sample

    def good(self, *parts: str) -> Iterator[tuple[Sample, Played]]:
        """The samples that end with a result, with how they went."""
        for sample in self.of(*parts):
            if sample.part in FLOWS and sample.fault is None:
                played = self.play(sample)
                if played.done:
                    yield sample, played

    def flow(self, part: str, args: Sequence[Any]) -> Callable[[], Flow[Any]]:
        """A fresh flow of this part at every call."""
        made = getattr(self.driver, part)
        given = tuple(args) if part == "refresh" else (self.shop, *args)
        return lambda: made(*given)

    def play(self, sample: Sample, answers: Sequence[Any] | None = None, more: Any = None) -> Played:
        """Run a sample with its own answers or with others; `more` answers whatever comes after them."""
        given = sample.answers if answers is None else answers

        def answer(index: int, _: Request) -> Any:
            return given[index] if index < len(given) else more

        return play(self.driver, self.flow(sample.part, sample.args), answer)

    def imagine(self, part: str, args: Sequence[Any]) -> Played:
        """Run a part with arguments nobody recorded; what was recorded for the same requests answers."""
        book = self._book()

        def answer(_: int, request: Request) -> Any:
            return next((told for asked, told in reversed(book) if asked == request), None) or next(
                (told for asked, told in reversed(book) if _alike(asked, request)), None
            )

        return play(self.driver, self.flow(part, args), answer)

    def _book(self) -> list[tuple[Request, Response]]:
        return [
            (request, told)
            for _, played in self.good(*FLOWS)
            for request, told in played.asked
            if isinstance(told, Response)
        ]

    def requests(self, *, without: Sequence[str] = ()) -> Iterator[tuple[Sample, Request]]:
        """Every request of every sample."""
        for sample in self.of(*FLOWS):
            if sample.part not in without:
                yield from ((sample, request) for request in self.play(sample).requests)

    def secrets(self) -> Mapping[str, str]:
        """The account's hidden values by field name: those long enough to be recognized."""
        if self.account is None or not has(type(self.account)):
            return {}
        hidden = [one.name for one in fields(type(self.account)) if not one.repr]
        values = {name: getattr(self.account, name) for name in hidden}
        return {name: value for name, value in values.items() if isinstance(value, str) and len(value) >= 6}


def _alike(asked: Request, request: Request) -> bool:
    same = (asked.method, asked.host, asked.path) == (request.method, request.host, request.path)
    return same and asked.form.get("method") == request.form.get("method")


def misfit(part: str, result: Any, args: Sequence[Any]) -> str:
    """Why `result` is none that this part may give; empty when it is one."""
    if part in _RECEIPTS:
        return _receipt(result)
    if part in (*VERDICTS, "poll"):
        return _verdicts(result)
    match part:
        case "upload":
            return "" if isinstance(result, str) and result else f"{result!r} is no id and no address"
        case "find":
            wrong = not isinstance(result, list | tuple)
            return f"{_kind(result)} is no sequence of Ref" if wrong else _first(_ref(ref) for ref in result)
        case "observe":
            return _observed(result, {ref.listing for ref in args[0]} if args else set())
        case "listings":
            return _page(result)
        case "category":
            return "" if isinstance(result, Category) else f"{_kind(result)} is no Category"
        case "discover":
            return "" if isinstance(result, Shop) else f"{_kind(result)} is no Shop"
        case _:
            return "" if has(type(result)) else f"{_kind(result)} is no account"


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {value!r:.60}"


def _first(found: Iterator[str]) -> str:
    return next((one for one in found if one), "")


def _ref(ref: Any) -> str:
    if not isinstance(ref, Ref):
        return f"{_kind(ref)} is no Ref"
    if not isinstance(ref.listing, str) or not ref.listing:
        return f"Ref.listing is {ref.listing!r}, not an id"
    for sku, id_ in ref.skus.items():
        if not (isinstance(sku, str) and isinstance(id_, str) and sku and id_):
            return f"Ref.skus has {sku!r}: {id_!r}; both are text that is not empty"
    return ""


def _receipt(result: Any) -> str:
    if not isinstance(result, Receipt):
        return f"{_kind(result)} is no Receipt"
    if not isinstance(result.status, Status):
        return f"Receipt.status is {result.status!r}, not a Status"
    wrong = [sku for sku, fault in result.refused.items() if not isinstance(fault, Fault)]
    if wrong:
        return f"Receipt.refused[{wrong[0]!r}] is no Fault"
    return "" if result.ref is None else _ref(result.ref)


def _verdicts(result: Any) -> str:
    if not isinstance(result, Mapping):
        return f"{_kind(result)} is no mapping of verdicts"
    for key, verdict in result.items():
        if not isinstance(key, str) or not isinstance(verdict, Receipt | Fault):
            return f"the verdict {key!r}: {_kind(verdict)} is no text with a Receipt or a Fault"
    return ""


def _observed(result: Any, asked: set[str]) -> str:
    if not isinstance(result, Mapping):
        return f"{_kind(result)} is no mapping of Observed"
    for id_, seen in result.items():
        if not isinstance(seen, Observed):
            return f"{id_!r}: {_kind(seen)} is no Observed"
        if id_ != seen.ref.listing or id_ not in asked:
            return f"{id_!r} is none of the listings asked for, or is not the id inside its own ref"
        if wrong := _ref(seen.ref):
            return wrong
    return ""


def _page(result: Any) -> str:
    if not isinstance(result, Page):
        return f"{_kind(result)} is no Page"
    for row in result.seen:
        if not (isinstance(row, tuple) and len(row) == 2 and isinstance(row[1], Observed)):
            return f"{_kind(row)} is no pair of key and Observed"
        if not isinstance(row[0], str):
            return f"{row[0]!r} is no key"
        if wrong := _ref(row[1].ref):
            return wrong
    return "" if result.next is None or isinstance(result.next, str) else "Page.next is no cursor"


def is_expected(sample: Sample, result: Any) -> bool:
    """Whether the result is the one that the sample names."""
    if sample.result is ANY:
        return True
    if callable(sample.result):
        try:
            return bool(sample.result(result))
        except (LookupError, AttributeError, TypeError):
            return False  # the author's question does not even fit the result
    return bool(sample.result == result)
