"""What a market answered, read by path and type: a wrong shape is a `Malformed` fault, never a KeyError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError

from attrs import field, frozen

from storesync.errors import Malformed
from storesync.model import frozen_map
from storesync.model.codec import loads_foreign

__all__ = ["Part", "Response"]

T = TypeVar("T")
_MISSING = object()
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_WIDEST = 60  # digits: nobody means more, and int("1e999999999") would never end


def _walk(body: Any, path: str) -> Any:
    value = body
    for step in path.split(".") if path else ():
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return _MISSING
    return value


@frozen
class Part:
    """A piece of an answer. Paths are dotted, list positions are numbers: `response.models.0.id`."""

    body: Any

    def at(self, path: str, type_: type[T]) -> T:
        """The value at `path`, which must be a `type_`; Malformed otherwise."""
        value = _walk(self.body, path)
        if value is _MISSING:
            raise Malformed("shape", f"the answer has no {path!r}")
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            raise Malformed(
                "shape", f"{path!r} in the answer is {type(value).__name__}, not {type_.__name__}"
            )
        return value

    def maybe(self, path: str) -> Any:
        """The value at `path`, or None."""
        value = _walk(self.body, path)
        return None if value is _MISSING else value

    def text(self, path: str) -> str:
        """The text at `path`; empty when it is absent or null; a number as its digits."""
        value = self.maybe(path)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Malformed("shape", f"{path!r} in the answer is no text")
        return str(value)

    def id(self, path: str) -> str:
        """An id, which markets send as a number or as text."""
        value = self.maybe(path)
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise Malformed("shape", f"{path!r} in the answer is no id")
        return str(value)

    def each(self, path: str) -> list[Part]:
        """A list as parts; absent, null or empty is none; a single object is one, since some markets do that."""
        value = self.maybe(path)
        if value is None:
            return []
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, Mapping) for row in rows):
            raise Malformed("shape", f"{path!r} in the answer is no list of objects")
        return [Part(row) for row in rows]

    def ids(self, path: str, key: str, value: str) -> dict[str, str]:
        """For each row at `path`, the id at `key` to the id at `value`; rows without the key are left out."""
        return {row.id(key): row.id(value) for row in self.each(path) if row.maybe(key) not in (None, "")}

    def decimal(self, path: str) -> Decimal:
        """An exact number, which markets send as a number or as text."""
        value = self.maybe(path)
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise Malformed("shape", f"{path!r} in the answer is no number")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Malformed("shape", f"{path!r} in the answer is no number") from None
        if not number.is_finite() or abs(number.adjusted()) > _WIDEST:
            raise Malformed("shape", f"{path!r} in the answer is no number")
        return number

    def whole(self, path: str) -> int:
        """A whole number, which markets send as 3, "3" or 3.0."""
        number = self.decimal(path)
        if number != number.to_integral_value():
            raise Malformed("shape", f"{path!r} in the answer is no whole number")
        return int(number)

    def inner(self, path: str) -> Part:
        """JSON that travels as text inside JSON."""
        try:
            return Part(loads_foreign(self.at(path, str)))
        except ValueError:
            raise Malformed("shape", f"{path!r} in the answer holds no JSON") from None

    def xml(self, path: str) -> Element:
        """XML that travels as text inside JSON; DTDs and entities are refused."""
        from defusedxml.ElementTree import fromstring

        text = self.at(path, str)
        try:
            root: Element = fromstring(text)
        except (ParseError, ValueError) as error:  # defusedxml's refusals are ValueErrors
            raise Malformed("shape", f"{path!r} in the answer holds no XML: {type(error).__name__}") from None
        return root


@frozen
class Response(Part):
    """One answer of a market.

    `received` is the only time a flow knows; `readable` is False when the body is cut or not of the kind it
    claims to be, so that nobody can tell what the market meant.
    """

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    received: datetime = _NEVER
    content: bytes = b""
    readable: bool = True

    def each(self, path: str) -> list[Part]:
        """A list as parts, as in a Part; but the answer's envelope must be there.

        An answer that is no object, or that lacks the first step of a longer path, is Malformed: nothing found
        and nothing understood must never look alike.
        """
        envelope, step = path.split(".", 2)[:2] if "." in path else ("", path)
        # A list is an envelope only for a path that counts its rows: `[]` has no empty "listings".
        kind = Mapping | list if step.isdigit() else Mapping
        if self.maybe(path) is None and not isinstance(_walk(self.body, envelope), kind):
            raise Malformed("shape", f"the answer has no {envelope or 'object'!r} in which {path!r} could be")
        # Not super(): a slotted attrs class is made anew, and its bare super() would name the old one.
        return Part.each(self, path)

    def header(self, name: str) -> str:
        """One header, whatever its case; empty when it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")
