"""What a flow asks the engine to send. A request is a value: nothing is sent by making one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from storesync.model import Media, dumps_bytes, frozen_map

__all__ = ["Body", "BytesBody", "Effect", "FormBody", "JsonBody", "PartsBody", "Request", "get", "request"]


class Effect(Enum):
    """What happens on the market when this request arrives.

    READ changes nothing and is never doubtful; SET may be repeated freely; ONCE must not arrive twice.
    """

    READ = "read"
    SET = "set"
    ONCE = "once"


@frozen
class JsonBody:
    """A JSON document; every digit is sent as given, a float is refused."""

    value: Any

    type = "application/json"

    @cached_property
    def encoded(self) -> bytes:
        """The exact bytes."""
        return dumps_bytes(self.value)


@frozen
class FormBody:
    """URL-encoded fields in UTF-8."""

    fields: Mapping[str, str] = field(converter=frozen_map)

    type = "application/x-www-form-urlencoded; charset=utf-8"

    @cached_property
    def encoded(self) -> bytes:
        """The exact bytes."""
        return urlencode(self.fields).encode()


@frozen
class PartsBody:
    """multipart/form-data: fields first, then files. Files are named, never held: the transport streams them."""

    fields: Mapping[str, str] = field(converter=frozen_map)
    files: Mapping[str, Media] = field(converter=frozen_map)

    type = "multipart/form-data"

    @property
    def encoded(self) -> bytes:
        """Nothing: the bytes come from disk while they are sent."""
        return b""


@frozen
class BytesBody:
    """Bytes of a declared type, made by the flow (XML, CSV)."""

    data: bytes
    type: str

    @property
    def encoded(self) -> bytes:
        """The exact bytes."""
        return self.data


Body: TypeAlias = JsonBody | FormBody | PartsBody | BytesBody


@frozen
class Request:
    """One request, before it is signed.

    `path` is joined to the declared `host` label; an absolute address passes only if `Spec.open_hosts` names its
    host, and is then sent unsigned. `auth` names one of the driver's signing kinds, `quota` the quota it
    draws on and `weight` how much of it. `after=5` means not earlier than 5 s after the previous answer.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    body: Body | None = None
    headers: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    effect: Effect = Effect.READ
    host: str = "api"
    auth: str = ""
    quota: str = "default"
    weight: int = 1
    after: float = 0.0

    @property
    def payload(self) -> bytes:
        """The exact bytes of the body: what `sign` sees is what is sent."""
        return b"" if self.body is None else self.body.encoded

    @property
    def place(self) -> str:
        """What logs, journals and messages may show of the address: its query may hold a signature."""
        return self.path.partition("?")[0].partition("#")[0]

    @property
    def form(self) -> Mapping[str, str]:
        """The form fields, without files; empty for other bodies."""
        return self.body.fields if isinstance(self.body, FormBody | PartsBody) else {}

    def with_params(self, **more: str) -> Request:
        """The same request with further query parameters."""
        return evolve(self, params={**self.params, **more})

    def with_headers(self, more: Mapping[str, str]) -> Request:
        """The same request with further headers."""
        return evolve(self, headers={**self.headers, **more})

    def with_form(self, **more: str) -> Request:
        """The same request with further form fields."""
        if isinstance(self.body, FormBody | PartsBody):
            return evolve(self, body=evolve(self.body, fields={**self.body.fields, **more}))
        return evolve(self, body=FormBody(more))


_USUAL_EFFECT = {"GET": Effect.READ, "HEAD": Effect.READ, "POST": Effect.ONCE}


def request(
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | Sequence[Any] | None = None,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, Media] | None = None,
    data: tuple[bytes, str] | None = None,
    headers: Mapping[str, str] | None = None,
    effect: Effect | None = None,
    host: str = "api",
    auth: str = "",
    quota: str = "default",
    weight: int = 1,
    after: float = 0.0,
) -> Request:
    """A request; unless told otherwise GET is READ, POST is ONCE and every other method is SET."""
    body: Body | None = None
    if files is not None:
        body = PartsBody(form or {}, files)
    elif form is not None:
        body = FormBody(form)
    elif data is not None:
        body = BytesBody(*data)
    elif json is not None:
        body = JsonBody(json)
    return Request(
        method,
        path,
        params or {},
        body,
        headers or {},
        effect or _USUAL_EFFECT.get(method, Effect.SET),
        host,
        auth,
        quota,
        weight,
        after,
    )


def get(
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    host: str = "api",
    auth: str = "",
    quota: str = "default",
    after: float = 0.0,
) -> Request:
    """A GET request: it reads and changes nothing."""
    return request("GET", path, params=params, host=host, auth=auth, quota=quota, after=after)
