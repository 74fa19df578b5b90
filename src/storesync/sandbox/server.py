"""The emulated markets on loopback: both shops on one port, control and truth under /_sandbox/, a page at /.

TOP answers at /router/rest and Shopee at /api/v2/…, also below /tmall and /shopee; the plain platform, where
it is served, below /plain. State lives in this process. Needs the extra `sandbox` (starlette, uvicorn).

`python -m storesync.sandbox.server [--port 8765] [--market tmall]` serves until it is ended and writes its
address first.
"""

import argparse
import asyncio
import errno
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import uvicorn
from attrs import asdict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.delivery import deliver
from storesync.sandbox.dialect import Call, Dialect
from storesync.sandbox.faults import FaultSchedule
from storesync.sandbox.page import LIVE, SAVED, page
from storesync.sandbox.plain import market_plain
from storesync.sandbox.quota import Quota
from storesync.sandbox.shopee import market_shopee
from storesync.sandbox.tmall import market_tmall

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Markets = Mapping[str, tuple[Market, Dialect]]

SEARCH_LAG = 2.0
"""How long search trails behind, in seconds; drivers' Spec for the sandbox declares at most 3."""

LATEST_EFFECT = 3.0
"""The longest a late effect is ever late, in seconds; a schedule that asks for more is refused."""

RATE = 60
"""Requests per second that an example shop takes; drivers' Spec for the sandbox declares no more."""


def example_markets(
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, tuple[Market, Dialect]]:
    """Both example shops as the server shows them: search trails 2 s, pictures are kept, 60 requests/s."""
    behavior = Behavior(
        search_lag=SEARCH_LAG,
        extend_lag=SEARCH_LAG,
        keep_files=True,
        log_limit=100_000,
        quota=Quota(rate=float(RATE), burst=RATE),
    )
    return {
        "tmall": market_tmall(now, behavior=behavior),
        "shopee": market_shopee(now, behavior=behavior),
    }


def plain_markets(
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, tuple[Market, Dialect]]:
    """The plain platform alone: a REST interface with a token in a header (`X-Token`), for tools of any kind."""
    return {"plain": market_plain(now, search_lag=SEARCH_LAG)}


class SandboxApp:
    """The ASGI application: market paths are answered here, everything else by the control pages."""

    def __init__(self, markets: Markets) -> None:
        self.markets = dict(markets)
        self._control = _control(self.markets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hang up where an answer is meant to be lost."""
        found = self._market(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._control(scope, receive, send)  # type: ignore[arg-type]  # starlette's own ASGI types
            return
        (market, dialect), path = found
        call = Call(
            scope["method"],
            path,
            scope["query_string"].decode("ascii", "replace"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            await _body(receive),
        )
        delivery = deliver(market, dialect, call)
        if delivery.answer is None:
            await _hang_up(receive, send)
            return
        if delivery.wait:
            await asyncio.sleep(delivery.wait)
        answer = delivery.answer
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _market(self, path: str) -> tuple[tuple[Market, Dialect], str] | None:
        for name, found in self.markets.items():
            if path.startswith(f"/{name}/"):
                return found, path[len(name) + 1 :]
        if path == "/router/rest" and "tmall" in self.markets:
            return self.markets["tmall"], path
        if path.startswith("/api/v2/") and "shopee" in self.markets:
            return self.markets["shopee"], path
        return None


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection without an answer.

    ASGI has no word for it, so uvicorn's own connection is taken from behind `send`; elsewhere the answer is
    begun and never finished, which a client notices too.
    """
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]}
        )
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        return
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _json(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json")


def _control(markets: Markets) -> Starlette:
    """Truth, faults and resets for tests and people; every answer is JSON but the page and the pictures."""

    def market(request: Request) -> Market | None:
        found = markets.get(request.path_params["market"])
        return None if found is None else found[0]

    def wrapped(
        read: Callable[[Market, Request], Awaitable[Any]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            found = market(request)
            if found is None:
                return _json({"error": f"no market here; use one of {sorted(markets)}"}, 404)
            found.settle()
            try:
                return _json(await read(found, request))
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                return _json({"error": f"{type(error).__name__}: {error}"}, 400)

        return answer

    async def export(found: Market, request: Request) -> Any:
        return found.export()

    async def counts(found: Market, request: Request) -> Any:
        return found.counts() | {"throttled": found.throttled, "writes": found.writes()}

    async def duplicates(found: Market, request: Request) -> Any:
        return {key: [item.id for item in items] for key, items in found.duplicates().items()}

    async def calls(found: Market, request: Request) -> Any:
        limit = int(request.query_params.get("limit", "100"))
        names = ("time", "operation", "kind", "effect", "shop", "digest", "outcome", "fault")
        rows = list(found.calls)[-limit:] if limit > 0 else []
        return [{name: getattr(row, name) for name in names} for row in rows]

    async def faults(found: Market, request: Request) -> Any:
        if request.method in ("POST", "PUT"):
            found.faults = read_faults(orjson.loads(await request.body() or b"{}"))
        return found.faults.to_json()

    async def quota(found: Market, request: Request) -> Any:
        if request.method in ("POST", "PUT"):
            found.limit(Quota(**orjson.loads(await request.body())))
        return asdict(found.behavior.quota) | {"throttled": found.throttled}

    async def reset(found: Market, request: Request) -> Any:
        found.reset()
        return found.counts()

    async def edit(found: Market, request: Request) -> Any:
        change = orjson.loads(await request.body())
        price = change.get("price")
        item = found.edit(
            int(change["listing"]),
            title=change.get("title"),
            price=None if price is None else Decimal(str(price)),
            stock=change.get("stock"),
            sku=change.get("sku"),
            status=change.get("status"),
            key=change.get("key"),
        )
        return {"listing": item.id, "status": item.status}

    async def index(request: Request) -> Response:
        note = SAVED if "saved" in request.query_params else LIVE
        return HTMLResponse(page({name: found[0] for name, found in markets.items()}, note=note))

    async def file(request: Request) -> Response:
        found = market(request)
        stored = None if found is None else found.files.get(request.path_params["file"])
        if stored is None or not stored.data:
            return Response(status_code=404)
        return Response(stored.data, media_type=stored.type)

    async def listing(request: Request) -> Response:
        return _json({"markets": sorted(markets), "time": datetime.now(UTC).isoformat()})

    here = "/_sandbox/{market}"
    return Starlette(
        routes=[
            Route("/", index),
            Route("/_sandbox/", listing),
            Route(f"{here}/export", wrapped(export)),
            Route(f"{here}/counts", wrapped(counts)),
            Route(f"{here}/duplicates", wrapped(duplicates)),
            Route(f"{here}/calls", wrapped(calls)),
            Route(f"{here}/faults", wrapped(faults), methods=["GET", "POST", "PUT"]),
            Route(f"{here}/quota", wrapped(quota), methods=["GET", "POST", "PUT"]),
            Route(f"{here}/reset", wrapped(reset), methods=["POST"]),
            Route(f"{here}/edit", wrapped(edit), methods=["POST"]),
            Route(f"{here}/files/{{file}}", file),
        ]
    )


def read_faults(data: Mapping[str, Any]) -> FaultSchedule:
    """A schedule from JSON whose late effects keep the bound that drivers are told."""
    longest = max(
        [float(data.get("seconds", 2.0))]
        + [float(row.get("seconds", 2.0)) for row in data.get("script", ()) if row.get("fault") == "late"]
    )
    if longest > LATEST_EFFECT:
        raise ValueError(f"seconds = {longest:g}: a late effect is at most {LATEST_EFFECT:g} s late here")
    return FaultSchedule.from_json(data)


def _listener(port: int) -> socket.socket:
    """The port, taken before the server begins: uvicorn would end the process where it is in use. OSError then."""
    if not 0 <= port <= 65_535:
        raise OSError(
            errno.EINVAL, f"cannot serve on 127.0.0.1:{port}: a port is 1 to 65535, or 0 for any free one"
        )
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        said = f"cannot serve on 127.0.0.1:{port} ({error.strerror}): choose a free port, or 0 for any"
        raise OSError(error.errno, said) from None
    return listener


def _server(app: SandboxApp) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            proxy_headers=False,
            access_log=False,
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
    )


def serve(
    markets: Markets | None = None, *, port: int = 8765, ready: Callable[[str], None] | None = None
) -> None:
    """Serve on loopback until interrupted; `ready` hears the base address. Port 0 takes a free one; OSError."""
    server, listener = _server(SandboxApp(markets or example_markets())), _listener(port)

    async def run() -> None:
        task = asyncio.create_task(server.serve([listener]))
        await _started(server, task)
        if ready is not None:
            ready(_address(server))
        await task

    asyncio.run(run())


@contextmanager
def serving(markets: Markets | None = None, *, port: int = 0) -> Iterator[str]:
    """Serve on loopback from a thread for the length of the block; gives the base address."""
    server, listener = _server(SandboxApp(markets or example_markets())), _listener(port)
    started = threading.Event()
    failure: list[BaseException] = []

    async def run() -> None:
        task = asyncio.create_task(server.serve([listener]))
        await _started(server, task)
        started.set()
        await task

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failure.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=work, name="storesync-sandbox", daemon=True)
    thread.start()
    started.wait()
    if failure:
        raise RuntimeError("sandbox: the server ended before it was ready") from failure[0]
    try:
        yield _address(server)
    finally:
        server.should_exit = True
        thread.join()


async def _started(server: uvicorn.Server, task: "asyncio.Task[None]") -> None:
    while not server.started:
        if task.done():
            await task
            raise OSError("the server ended before it was ready")
        await asyncio.sleep(0.005)


def _address(server: uvicorn.Server) -> str:
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"


def main(arguments: list[str] | None = None) -> None:
    """Serve what was chosen until the process is ended; the first line of output is the base address."""
    parser = argparse.ArgumentParser(prog="server", description="Emulated markets on loopback.")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    parser.add_argument(
        "--market", action="append", choices=("tmall", "shopee", "plain"), help="default: tmall and shopee"
    )
    chosen = parser.parse_args(arguments)
    every = example_markets() | plain_markets()
    names = chosen.market or ["tmall", "shopee"]

    def ready(address: str) -> None:
        sys.stdout.write(address + "\n")
        sys.stdout.flush()

    serve({name: every[name] for name in names}, port=chosen.port, ready=ready)


if __name__ == "__main__":
    main()
