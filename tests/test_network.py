"""Tests talk to this machine or to nobody."""

import asyncio
import socket

import pytest
from pytest_socket import SocketConnectBlockedError


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one line with itself."""
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def test_a_test_reaches_a_server_on_loopback() -> None:
    """Emulated shops are served and called within one test."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert b"hello\n" == answer


@pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")
def test_a_test_reaches_no_other_machine() -> None:
    """A forgotten real address fails at once, and nothing leaves this machine (192.0.2.1 is for examples)."""
    with socket.socket() as sock, pytest.raises(SocketConnectBlockedError, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))
