"""What a dialect is: one platform's wire language over a market, as a frozen value.

A dialect verifies signatures by its own code and imports no driver, so a wrong sign cannot pass on both
sides. `Call` is what arrived, `Answer` what goes back; both are plain bytes with lazy readings.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import orjson
from attrs import Factory, field, frozen

from storesync.sandbox.access import Shop
from storesync.sandbox.core import Market
from storesync.sandbox.faults import Fault

READ = "read"
CREATE = "create"
EXTEND = "extend"
WRITE = "write"
AUTH = "auth"
UPLOAD = "upload"
KINDS = (READ, CREATE, EXTEND, WRITE, AUTH, UPLOAD)


@frozen
class Part:
    """One part of a multipart body: its field name, file name if it is a file, type and bytes."""

    name: str
    filename: str | None
    type: str
    data: bytes


class Call:
    """One request as it arrived; query, form, parts and JSON are read when first asked for."""

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        self.method = method
        self.path = path
        self.query_string = query
        self.headers = headers or {}
        self.body = body

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """Query parameters in order, repeated names kept."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @cached_property
    def args(self) -> dict[str, str]:
        """Query parameters by name, the last of repeated ones."""
        return dict(self.query)

    @cached_property
    def content_type(self) -> str:
        """The media type of the body with its parameters, or empty."""
        return self.headers.get("content-type", "")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of a multipart body; none for any other body or a broken one."""
        return _parts(self.content_type, self.body)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """Form fields of a urlencoded or multipart body, files left out."""
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return [
            (part.name, part.data.decode("utf-8", "replace")) for part in self.parts if part.filename is None
        ]

    @cached_property
    def params(self) -> dict[str, str]:
        """Query and form parameters by name."""
        return {**self.args, **dict(self.form)} if self.body else self.args

    @cached_property
    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object, a broken one is none."""
        if not self.body:
            return {}
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


@frozen
class Answer:
    """One answer: status, headers, bytes, and for the log whether it refused (`outcome`)."""

    status: int
    body: bytes
    headers: Mapping[str, str] = Factory(lambda: {"content-type": "application/json;charset=UTF-8"})
    outcome: str = "ok"


class Refusal(Exception):
    """Carries the platform's own error answer out of an operation."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.outcome)
        self.answer = answer


@frozen
class Operation:
    """One call of the platform's interface: its kind and what it does to the market."""

    kind: str = field()
    run: Callable[[Market, Shop, Call], Answer]

    @kind.validator
    def _known(self, attribute: object, value: str) -> None:
        if value not in KINDS:
            raise ValueError(f"operation kind {value!r} is unknown; choose one of {', '.join(KINDS)}")


@frozen(kw_only=True)
class Dialect:
    """One platform's wire language.

    `route` names the operation of a call or answers that there is none; `verify` admits it (signature, token,
    throttle) as a shop or answers why not; `fault` words an injected fault in the platform's own terms
    (throttle, error, refuse, token_expired); `expire` makes an injected expiry real where tokens can be
    renewed; `absent` is by operation how it says that a listing asked for by its id is not there; `digest` is what two
    deliveries of one request have in common.
    """

    name: str
    route: Callable[[Call], str | Answer]
    verify: Callable[[Market, str, Call], Shop | Answer]
    operations: Mapping[str, Operation]
    fault: Callable[[Fault, str, Call], Answer]
    expire: Callable[[Market, Call], None] | None = None
    absent: Mapping[str, Answer] = Factory(dict)
    digest: Callable[[Call], str]


NO_SHOP = Shop(id="", name="", region="", currency="")
"""The shop of calls that need none, such as token requests."""


def fingerprint(*values: object) -> str:
    """A short digest of the values that make two requests the same."""
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def _parts(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Split a multipart body by hand: the standard library's mail parser may touch line ends in files."""
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return ()
    boundary = _parameters(parameters).get("boundary", "")
    if not boundary:
        return ()
    parts = []
    for chunk in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, found, data = chunk.partition(b"\r\n\r\n")
        if not found:
            return ()
        name, filename, media = "", None, "text/plain"
        for line in head.decode("utf-8", "replace").split("\r\n"):
            label, _, value = line.partition(":")
            if label.strip().lower() == "content-disposition":
                given = _parameters(value.partition(";")[2])
                name, filename = given.get("name", ""), given.get("filename")
            elif label.strip().lower() == "content-type":
                media = value.strip()
        parts.append(Part(name, filename, media, data))
    return tuple(parts)


def _parameters(text: str) -> dict[str, str]:
    found = {}
    for item in text.split(";"):
        name, equals, value = item.partition("=")
        if equals:
            found[name.strip().lower()] = value.strip().strip('"')
    return found
