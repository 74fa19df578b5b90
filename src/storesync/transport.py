"""The one place that talks to the outside: joins hosts, signs, sends, reads, and gives up in time.

A failure to connect is Transient and `untouched`; a failure after bytes may have left is Transient and not.
Redirects are never followed, cookies never kept, and a signature goes to declared hosts only.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cache, lru_cache
from math import inf
from pathlib import Path
from typing import IO, Any, TypeAlias, cast
from urllib.parse import urlencode, urlsplit

import httpx

from storesync.driver import PartsBody, Request, Response
from storesync.errors import ConfigError, DriverError, Rejected, Transient
from storesync.model.codec import loads_foreign
from storesync.model.media import Media

__all__ = ["Transport", "Wire", "join_hosts"]

Wire: TypeAlias = httpx.AsyncBaseTransport
"""What carries requests: the network, or an emulated market in this process."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_DATA = {"text/csv", "text/plain", "text/tab-separated-values", "text/xml", "application/xml", "application/zip",
         "application/gzip", "application/octet-stream", "application/vnd.ms-excel"}  # fmt: skip
_KEPT_HEADERS = {"content-type", "date", "retry-after", "link", "etag", "location", "last-modified"}
_QUOTA_HEADER = re.compile("limit|quota")  # what `Driver.pace` reads; every market names it otherwise
_HEADERS = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "storesync",
}
_BODIES = ("POST", "PUT", "PATCH")  # their length is told also when there is nothing in them
_PACKINGS = {
    "": 0,
    "identity": 0,
    "gzip": 31,
    "x-gzip": 31,
    "deflate": 15,
}  # as zlib's windows; 0 is as it is
_VALUES = 500_000  # commas and brackets of one answer; a page of the largest listings has a fifth of that
_ABSOLUTE = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")


@cache
def _tls() -> ssl.SSLContext:
    # Making one costs 20 ms; a client of its own for every account must not pay it again.
    return httpx.create_ssl_context()


# Reading an address costs as much as all else of a request, and most platforms have few of them.
_url = lru_cache(maxsize=1024)(httpx.URL)


def join_hosts(hosts: Mapping[str, str], facts: Mapping[str, Any], *, what: str) -> Mapping[str, str]:
    """The addresses with the shop's own fields filled in; ConfigError for a missing field or a plain-text host.

    `https` is demanded of every host that is not this machine.
    """
    joined = {}
    for label, pattern in hosts.items():
        try:
            address = pattern.format(**facts)
        except KeyError as error:
            raise ConfigError(f"{what}: host {label!r} needs the shop's {error.args[0]!r}: set it") from None
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ConfigError(f"{what}: host {label!r} is {address!r}; only https leaves this machine")
        joined[label] = address.rstrip("/")
    return joined


class _Connections(httpx.AsyncBaseTransport):
    """At most so many requests at once, each on a connection of its own; the one used last is taken first.

    A pool of httpx looks at each of its connections several times for every request, which costs more than all the rest
    of it: here each pool has one. PoolTimeout when none is free for `patience` seconds.
    """

    def __init__(self, most: int, patience: float) -> None:
        self._patience = patience
        self._places = asyncio.Semaphore(most)
        self._idle: dict[tuple[bytes, bytes, int | None], list[httpx.AsyncHTTPTransport]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._places.locked():
            try:
                async with asyncio.timeout(self._patience):
                    await self._places.acquire()
            except TimeoutError:
                raise httpx.PoolTimeout("no connection is free", request=request) from None
        else:
            await self._places.acquire()
        url = request.url
        idle = self._idle.setdefault((url.raw_scheme, url.raw_host, url.port), [])
        one = idle.pop() if idle else _connection()

        def over() -> None:
            idle.append(one)
            self._places.release()

        try:
            answer = await one.handle_async_request(request)
        except BaseException:
            over()
            raise
        answer.stream = _Lent(cast(httpx.AsyncByteStream, answer.stream), over)
        return answer

    async def aclose(self) -> None:
        for idle in self._idle.values():
            while idle:
                await idle.pop().aclose()


def _patient(seconds: float) -> dict[str, Any]:
    return {"timeout": httpx.Timeout(seconds).as_dict()}


def _connection() -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    return httpx.AsyncHTTPTransport(verify=_tls(), limits=limits, trust_env=False)


class _Lent(httpx.AsyncByteStream):
    """An answer's body; once it is closed, its connection is free."""

    def __init__(self, body: httpx.AsyncByteStream, over: Callable[[], None]) -> None:
        self._body = body
        self._over: Callable[[], None] | None = over

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            over, self._over = self._over, None
            if over is not None:
                over()


class Transport:
    """Sends the requests of one channel account.

    `hosts` is label to address; `open_hosts` are host names to which absolute addresses may go, unsigned.
    `file` gives the path of a file by its SHA-256. `timeout` is a whole request's, in seconds;
    `most` the largest answer, in bytes.
    """

    def __init__(
        self,
        hosts: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        open_hosts: Iterable[str] = (),
        file: Callable[[str], Path | None] = lambda _: None,
        timeout: float = 30.0,
        connections: int = 8,
        most: int = 16 * 1024 * 1024,
        wire: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._hosts = dict(hosts)
        self._open = frozenset(open_hosts)
        self._now = now
        self._file = file
        self.timeout = timeout
        self._most = most
        # Not a client: what that adds (redirects, cookies, proxies of the environment) must never happen here,
        # and it costs more than all the rest of a request.
        self._network: Wire = wire or _Connections(connections, timeout / 2)
        self._extensions = _patient(timeout)

    async def close(self) -> None:
        """Close every connection."""
        await self._network.aclose()

    async def send(
        self, request: Request, sign: Callable[[Request], Request] | None = None, within: float = inf
    ) -> Response:
        """The market's answer, whatever its status; Transient when there is none, Rejected for a lost file.

        It is waited for as long as the timeout, and no longer than `within` seconds. DriverError when the request names
        a host that the driver did not declare.
        """
        signed = sign(request) if sign is not None and not _absolute(request.path) else request
        with ExitStack() as opened:
            wire = self._wire(signed, opened)
            if within < self.timeout:
                wire.extensions = _patient(within)
            try:
                async with asyncio.timeout(min(self.timeout, within)):
                    return await self._exchange(wire)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise Transient("unreachable", _told(error), untouched=True) from None
            except httpx.UnsupportedProtocol as error:
                raise DriverError(f"{request.place}: {error}") from None
            except (httpx.HTTPError, httpx.StreamError, OSError, TimeoutError) as error:
                raise Transient("no answer", _told(error)) from None

    async def _exchange(self, wire: httpx.Request) -> Response:
        answer = await self._network.handle_async_request(wire)
        told = dict(answer.headers.items())
        try:
            content, whole = await _read(answer.stream, told.get("content-encoding", ""), self._most)
        except zlib.error:
            content, whole = b"", False
        finally:
            await answer.aclose()
        body, readable = _parse(content, told.get("content-type", ""))
        return Response(
            body=body,
            status=answer.status_code,
            headers={name: _bare(name, value) for name, value in told.items() if _kept(name)},
            received=self._now(),
            content=content,
            readable=readable and whole,
        )

    def _wire(self, request: Request, opened: ExitStack) -> httpx.Request:
        url = self._address(request)
        if request.params:
            url += ("&" if "?" in url else "?") + urlencode(request.params)
        headers = {**_HEADERS, **request.headers}
        if not (said := "".join(headers.values())).isascii() or not said.isprintable():
            raise _unspeakable(request)
        body = request.body
        if isinstance(body, PartsBody):
            files: list[tuple[str, tuple[str, IO[bytes], str]]] = []
            for name, media in body.files.items():
                path = self._file(media.sha256)
                if path is None or not path.is_file():
                    raise Rejected(
                        "file.missing",
                        f"the file {_called(path, media)!r} is not on disk any more",
                    )
                if media.bytes and path.stat().st_size != media.bytes:
                    raise Rejected(
                        "file.changed",
                        f"the file {_called(path, media)!r} was changed after the plan was made: plan again",
                    )
                files.append((name, (media.name, opened.enter_context(path.open("rb")), media.type)))
            return httpx.Request(
                request.method,
                _url(url),
                headers=headers,
                extensions=self._extensions,
                data=dict(body.fields),
                files=files,
            )
        return self._request(request, _url(url), headers)

    def _request(self, request: Request, url: httpx.URL, headers: dict[str, str]) -> httpx.Request:
        """The request with what HTTP adds to it; httpx would take four times as long to find out the same."""
        body, named = request.body, {name.lower() for name in headers}
        payload = b"" if body is None else request.payload
        if body is not None and "content-type" not in named:
            headers["content-type"] = body.type
        if "host" not in named:
            headers["host"] = url.netloc.decode("ascii")
        if payload or request.method in _BODIES:
            headers["content-length"] = str(len(payload))
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            extensions=self._extensions,
            stream=httpx.ByteStream(payload),
        )

    def _address(self, request: Request) -> str:
        if _absolute(request.path):
            parts = urlsplit(request.path)
            if parts.scheme == "https" and parts.hostname in self._open:
                return request.path
            raise DriverError(
                f"the driver sends to {parts.hostname!r}, which its Spec.open_hosts does not name"
            )
        try:
            host = self._hosts[request.host]
        except KeyError:
            known = ", ".join(sorted(self._hosts))
            raise DriverError(f"the driver sends to host {request.host!r}; its Spec names {known}") from None
        if request.path and request.path[0] not in "/?":
            # Joined to the host, it would name another one, and the signature would go there.
            raise DriverError(f"the driver sends to path {request.place!r}: begin it with a slash")
        return host + request.path


def _called(path: Path | None, media: Media) -> str:
    """A file as the merchant knows it."""
    return path.name if path is not None else media.name


def _unspeakable(request: Request) -> DriverError:
    """Which header holds what none may; its value is most likely a credential, and is not told."""
    name = next(
        name for name, value in request.headers.items() if not (value.isascii() and value.isprintable())
    )
    return DriverError(
        f"the header {name!r} of {request.place} has a character that no header can carry: is the credential in it "
        "whole, and nothing else, without a line's end? nothing was sent"
    )


def _absolute(path: str) -> bool:
    return _ABSOLUTE.match(path) is not None


def _kept(header: str) -> bool:
    return header in _KEPT_HEADERS or _QUOTA_HEADER.search(header) is not None


def _bare(name: str, value: str) -> str:
    """A header as it is kept: where a redirect leads, without what it repeats of the request."""
    if name != "location":
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else parts.path


def _told(error: BaseException) -> str:
    # The text of a network error may quote an address with its query, and with it a signature.
    return type(error).__name__


async def _read(chunks: Any, packing: str, most: int) -> tuple[bytes, bool]:
    """The body unpacked, and whether it is whole; packed in another way than asked for, nobody can read it.

    Unpacked here and not by httpx, which makes gigabytes of a few packets before anybody can count them.
    """
    packing = packing.strip().lower()
    if packing not in _PACKINGS:
        return b"", False
    unpacker = zlib.decompressobj(_PACKINGS[packing]) if _PACKINGS[packing] else None
    kept = bytearray()
    async for chunk in chunks:
        more = chunk if unpacker is None else unpacker.decompress(chunk, most - len(kept) + 1)
        if len(kept) + len(more) > most:
            return b"", False  # before it is copied
        kept += more
    return bytes(kept), unpacker is None or unpacker.eof


def _parse(content: bytes, content_type: str) -> tuple[Any, bool]:
    start = content.lstrip()[:1]
    if start in (b"{", b"[") and content.count(b",") + content.count(b"[") + content.count(b"{") > _VALUES:
        return None, False  # a few bytes each on the wire are a hundred in memory
    if start in (b"{", b"[") or "json" in content_type:
        try:
            return loads_foreign(content), True
        except ValueError:
            return None, False
    if not content:
        return None, True
    # An error page or a picture instead of data: nobody asked for that.
    kind = content_type.partition(";")[0].strip().lower()
    return None, kind in _DATA or kind.endswith("+xml")
