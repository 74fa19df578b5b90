"""Servers on loopback that no client should meet: each speaks just enough HTTP to do harm."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

__all__ = ["MOST", "WAYS", "Seen", "hostile"]

MOST: Final = 1024 * 1024  # bytes that a transport of these tests takes
_OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_CHUNK: Final = b"a" * 65_536


class Seen:
    """What a server got: connections, and all bytes of the requests."""

    def __init__(self) -> None:
        self.connections = 0
        self.got = b""


Way = Callable[[asyncio.StreamWriter, str], Awaitable[None]]


async def _sent(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _huge(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(writer, _OK + b"content-length: 100000000000\r\n\r\n")
    while True:
        await _sent(writer, _CHUNK)


async def _endless_chunks(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(writer, _OK + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        await _sent(writer, b"10000\r\n" + _CHUNK + b"\r\n")


async def _drip(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(writer, _OK + b"content-length: 100000\r\n\r\n")
    while True:
        await _sent(writer, b" ")
        await asyncio.sleep(0.02)


async def _drip_head(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(writer, b"HTTP/1.1 200 OK\r\n")
    while True:
        await _sent(writer, b"x")
        await asyncio.sleep(0.02)


async def _endless_head(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(writer, b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        await _sent(writer, b"x-%d: " % number + _CHUNK[:8000] + b"\r\n")


async def _endless_hints(writer: asyncio.StreamWriter, other: str) -> None:
    while True:
        await _sent(writer, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100)


async def _silence(writer: asyncio.StreamWriter, other: str) -> None:
    await asyncio.sleep(3600)


def _body(
    content: bytes, *headers: bytes, kind: bytes = b"application/json", status: bytes = b"200 OK"
) -> Way:
    async def answer(writer: asyncio.StreamWriter, other: str) -> None:
        head = b"\r\n".join((b"HTTP/1.1 " + status, b"content-type: " + kind, *headers))
        await _sent(writer, head + b"\r\ncontent-length: %d\r\n\r\n" % len(content) + content)

    return answer


def _zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    mega = bytes(1024 * 1024)
    return b"".join(packer.compress(mega) for _ in range(megabytes)) + packer.flush()


async def _elsewhere(writer: asyncio.StreamWriter, other: str) -> None:
    head = f"HTTP/1.1 307 Temporary Redirect\r\nlocation: {other}/listings\r\ncontent-length: 0\r\n"
    await _sent(writer, (head + f"refresh: 0; url={other}\r\nset-cookie: a=b\r\n\r\n").encode())


async def _switching(writer: asyncio.StreamWriter, other: str) -> None:
    await _sent(
        writer,
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n" + _CHUNK,
    )


WAYS: Final[Mapping[str, Way]] = {
    "a body of 100 GB": _huge,
    "chunks without end": _endless_chunks,
    "a body that drips": _drip,
    "a head that drips": _drip_head,
    "headers without end": _endless_head,
    "hints without end": _endless_hints,
    "silence": _silence,
    "another protocol": _switching,
    "a gzip bomb": _body(_zeros(100), b"content-encoding: gzip"),
    "a gzip bomb in gzip": _body(gzip.compress(_zeros(100)), b"content-encoding: gzip, gzip"),
    "an unknown packing": _body(b'{"listings": []}', b"content-encoding: br"),
    "a redirect elsewhere": _elsewhere,
    "a page for people": _body(b"<html><script>alert(1)</script></html>", kind=b"text/html"),
    "a picture": _body(b"\x89PNG\r\n\x1a\n" + bytes(100), kind=b"image/png"),
    "json that is none": _body(b"<html>", kind=b"application/json"),
    "deep json": _body(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "deep lists": _body(b"[" * 500_000),
    "wide json": _body(b"[" + b"[],".join(b"" for _ in range(340_000)) + b"[]]"),
    "a number of a million digits": _body(b'{"stock": ' + b"9" * 1_000_000 + b"}"),
    "a number like no other": _body(b'{"price": 1e999999999}'),
    "half a character": _body(b'{"listings": [{"id": "\xff\xfe"}]}'),
    "no http at all": _body(b""),
}


@asynccontextmanager
async def hostile(way: Way, other: str = "") -> AsyncIterator[tuple[str, Seen]]:
    """A server that answers every request in one way; its address, and what it got."""
    seen = Seen()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        if (task := asyncio.current_task()) is not None:
            serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.got += head
                await way(writer, other)
        with suppress(Exception):
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
