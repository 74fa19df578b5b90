"""An httpx transport that answers from emulated markets in the same process, without a socket."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx

from storesync.sandbox.core import Market
from storesync.sandbox.delivery import Delivery, deliver
from storesync.sandbox.dialect import Call, Dialect

LOST: Mapping[str, tuple[type[httpx.TransportError], str]] = {
    "connect": (httpx.ConnectError, "sandbox: connection refused"),
    "read": (httpx.ReadTimeout, "sandbox: no answer in time"),
    "protocol": (httpx.RemoteProtocolError, "sandbox: server disconnected without sending a response"),
}


class SandboxTransport(httpx.AsyncBaseTransport):
    """Routes requests by host to (market, dialect) pairs.

    `sleep` is the caller's clock (a virtual one in simulation); `latency` is a number of seconds or is asked
    before each call; `arriving` is told of it. A call is delivered in the middle of its latency, so that a crash
    may fall before or after the effect. An unknown host is a connection error, as it would be on a network.
    """

    def __init__(
        self,
        markets: Mapping[str, tuple[Market, Dialect]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        latency: float | Callable[[], float] = 0.0,
        arriving: Callable[[Call], None] = lambda call: None,
    ) -> None:
        self._markets = dict(markets)
        self._sleep = sleep
        self._latency = latency
        self._arriving = arriving

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver the request to its market; raise what httpx raises when an answer is lost."""
        url = request.url
        found = self._markets.get(url.host)
        if found is None:
            raise httpx.ConnectError(f"sandbox: no market at host {url.host!r}", request=request)
        body = await request.aread()
        latency = self._latency() if callable(self._latency) else self._latency
        if latency:
            await self._sleep(latency / 2)
        call = Call(request.method, url.path, url.query.decode("ascii"), request.headers, body)
        self._arriving(call)
        delivery = deliver(*found, call)
        if latency:
            await self._sleep(latency / 2)
        return await self._answer(request, delivery)

    async def _answer(self, request: httpx.Request, delivery: Delivery) -> httpx.Response:
        if delivery.answer is None:
            # at once, without sitting out the timeout: a late effect counts from when the client notices
            error, message = LOST[delivery.lost]
            raise error(message, request=request)
        if delivery.wait:
            patience = request.extensions.get("timeout", {}).get("read")
            if patience is not None and delivery.wait > patience:
                await self._sleep(patience)
                raise httpx.ReadTimeout(LOST["read"][1], request=request)
            await self._sleep(delivery.wait)
        answer = delivery.answer
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        return httpx.Response(
            answer.status, headers=headers, stream=httpx.ByteStream(answer.body), request=request
        )
