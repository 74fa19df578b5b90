"""What `sign` made for one exchange: a market that repeats its request tells a signature that is good for minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from attrs import define, field, fields

from storesync.driver import Request, Response
from storesync.driver.request import JsonBody
from storesync.errors import Fault
from storesync.model.mask import Mask

__all__ = ["Signing"]

_SHORTEST = 16  # characters; no signature is shorter, and names of methods and versions are
_PIECE = re.compile(rf"[A-Za-z0-9+/_~%-]{{{_SHORTEST},}}={{0,2}}")
_TIME = re.compile("[0-9TZ+-]+")  # a time, or an id: both are told to everybody
_WORD = re.compile("[a-z/+-]+")  # a media type, or another word of HTTP


class _Signs(Protocol):
    account: Any

    def sign(self, request: Request) -> Request: ...


@define
class Signing:
    """Signs the request of one exchange, and knows afterwards what must not be kept of it."""

    _channel: _Signs = field(repr=False)
    _account: Any = field(default=None, init=False, repr=False)
    _before: Request | None = field(default=None, init=False, repr=False)
    _after: Request | None = field(default=None, init=False, repr=False)

    def __call__(self, request: Request) -> Request:
        """The request as it is sent."""
        self._account, self._before = self._channel.account, request
        self._after = self._channel.sign(request)
        return self._after

    def mask(self, response: Response) -> Mask | None:
        """Finds what was made for this exchange; None when the answer has nothing of it, as nearly every one."""
        made = Mask(self._made(), least=_SHORTEST)
        if not made.secrets:
            return None
        heads = "\n".join((*response.headers, *response.headers.values()))
        if not made.suspects(response.content) and made.text(heads) is heads:
            return None
        return self._secret()

    def hide(self, fault: Fault) -> None:
        """Put stars for it in the words of a fault."""
        mask = self._secret()
        fault.code, fault.message = mask.text(fault.code), mask.text(fault.message)
        fault.args = (fault.code, fault.message)

    def _made(self) -> Iterator[str]:
        """What the signed request has and the other has not, as far as it may be a secret."""
        if self._before is None or self._after is None or self._after is self._before:
            return
        for value in _added(self._before, self._after):
            for piece in _PIECE.findall(value):
                if _TIME.fullmatch(piece) is None and _WORD.fullmatch(piece) is None:
                    yield piece

    def _secret(self) -> Mask:
        """Without what the request said before, and what the account shows of itself."""
        known = "\n".join(_known(self._account, self._before))
        return Mask((piece for piece in self._made() if piece not in known), least=_SHORTEST)


def _added(before: Request, after: Request) -> Iterator[str]:
    if after.path != before.path:
        yield after.path.partition("?")[2]
    for had, has in zip(_fields(before), _fields(after), strict=True):
        if has is not had:
            for name, value in has.items():
                if isinstance(value, str) and len(value) >= _SHORTEST and had.get(name) != value:
                    yield value


def _fields(request: Request) -> tuple[Mapping[str, Any], ...]:
    body = request.body
    json = body.value if isinstance(body, JsonBody) and isinstance(body.value, Mapping) else {}
    return request.params, request.headers, request.form, json


def _known(account: Any, before: Request | None) -> Iterator[str]:
    if before is None:
        return
    yield before.path
    for part in _fields(before):
        yield from (value for value in part.values() if isinstance(value, str))
    for one in fields(type(account)):
        if one.repr:
            yield str(getattr(account, one.name))
