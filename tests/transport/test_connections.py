"""Connections over loopback: how many there are, who waits for one, and that each comes back whatever happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

import storesync.driver as sd
from storesync.errors import Transient
from storesync.transport import Transport

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class Server:
    """Answers each request after a pause, on connections that it counts; silent on the path `/never`."""

    def __init__(self) -> None:
        self.opened = self.open = self.most = 0
        self.pause = 0.0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.opened += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if b"/never" in head:
                    await reader.read()
                    return
                await asyncio.sleep(self.pause)
                writer.write(OK)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def market(connections: int, patience: float = 10.0) -> AsyncIterator[tuple[Server, Transport]]:
    """A market and a transport to it."""
    seen = Server()
    listening = await asyncio.start_server(seen.meet, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    transport = Transport(
        {"api": address}, now=lambda: datetime.now(UTC), connections=connections, timeout=patience
    )
    try:
        yield seen, transport
    finally:
        await transport.close()
        listening.close()


async def test_requests_one_after_the_other_share_a_connection() -> None:
    """A handshake abroad costs more than an answer."""
    async with market(8) as (seen, transport):
        for _ in range(5):
            await transport.send(sd.get("/x"))

        assert 1 == seen.opened


async def test_there_are_no_more_connections_than_allowed() -> None:
    """The others wait for one, and are answered."""
    async with market(3) as (seen, transport):
        seen.pause = 0.01
        answers = await asyncio.gather(*(transport.send(sd.get("/x")) for _ in range(12)))

        assert [200] * 12 == [answer.status for answer in answers]
        assert seen.most == seen.opened == 3


async def test_a_request_that_found_no_connection_was_not_sent() -> None:
    """It may be sent again without a look."""
    async with market(1, patience=0.4) as (_, transport):
        silent = asyncio.create_task(transport.send(sd.get("/never")))
        await asyncio.sleep(0.01)
        with pytest.raises(Transient) as fault:
            await transport.send(sd.request("POST", "/x"))
        with pytest.raises(Transient):
            await silent

        assert fault.value.untouched


async def test_a_connection_is_free_again_after_an_answer_that_never_came() -> None:
    """Or nobody would ever be answered again."""
    async with market(1, patience=0.1) as (seen, transport):
        for _ in range(3):
            with pytest.raises(Transient):
                await transport.send(sd.get("/never"))
        answer = await transport.send(sd.get("/x"))

        assert 200 == answer.status
        assert 4 == seen.opened


async def test_a_connection_is_free_again_when_its_caller_gave_up() -> None:
    """A run that is cancelled leaves the others their connections."""
    async with market(1) as (_, transport):
        silent = asyncio.create_task(transport.send(sd.get("/never")))
        await asyncio.sleep(0.01)
        silent.cancel()
        await asyncio.gather(silent, return_exceptions=True)
        answer = await transport.send(sd.get("/x"))

        assert 200 == answer.status
