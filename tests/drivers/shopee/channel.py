"""The whole example channel on an emulated shop in virtual time, from its configuration to the wire."""

import csv
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any, TypeVar

import httpx
from attrs import frozen

from storesync.config import load
from storesync.engine.shops import Shops
from storesync.sandbox import SandboxTransport
from storesync.sandbox import shopee as market
from storesync.sandbox.core import Market
from storesync.testing.processes import shorten
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env

T = TypeVar("T")
CHANNEL = "shopee-vn"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ENVIRON = {
    "SHOPEE_PARTNER_ID": market.PARTNER_ID,
    "SHOPEE_PARTNER_KEY": market.PARTNER_KEY,
    "SHOPEE_SHOP_ID": market.SHOP,
    "SHOPEE_ACCESS_TOKEN": market.ACCESS_TOKEN,
    "SHOPEE_REFRESH_TOKEN": market.REFRESH_TOKEN,
}


class Wire(httpx.AsyncBaseTransport):
    """The shop below /shopee, as the loopback server has it; keeps what was sent."""

    def __init__(self, inner: SandboxTransport) -> None:
        self.inner = inner
        self.sent: list[tuple[str, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take the prefix off the path and pass the request on."""
        body = await request.aread()
        path = request.url.raw_path.removeprefix(b"/shopee")
        self.sent.append((request.url.path, body))
        inner = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=path),
            headers=request.headers,
            content=body,
            extensions=request.extensions,
        )
        return await self.inner.handle_async_request(inner)


@frozen
class World:
    """One merchant, one emulated shop, one clock."""

    folder: Path
    loop: VirtualLoop
    market: Market
    wire: Wire
    random: Random

    def run(self, work: Callable[[Shops], Coroutine[Any, Any, T]]) -> T:
        """A new process with the example's configuration does this work."""

        async def whole() -> T:
            env = virtual_env(self.loop, self.random, start=NOW, owner="test:1")
            config = load(self.folder / "storesync.toml")
            wire = {CHANNEL: self.wire}
            async with Shops(config, env=env, environ=ENVIRON, wire=wire, inline=True) as shops:
                return await work(shops)

        return run_virtual(self.loop, whole())

    @property
    def asked(self) -> Counter[str]:
        """How often each call was made."""
        return Counter(path.rpartition("/")[2] for path, _ in self.wire.sent)


@contextmanager
def world(
    folder: Path, *, seed: int = 1, extend_lag: float = 2.0, products: int | None = None
) -> Iterator[World]:
    """The example, or its first so many products, copied into this folder with drawn pictures, and an empty shop."""
    with as_file(files("storesync.examples") / "gangwon") as example:
        copytree(example, folder, dirs_exist_ok=True)
    if products is not None:
        shorten(folder / "catalog", products)
    _draw(folder / "catalog")
    loop = VirtualLoop()
    clock = virtual_env(loop, Random(0), start=NOW, owner="market").now
    truth, dialect = market.market_shopee(clock, search_lag=2.0, extend_lag=extend_lag)
    inner = SandboxTransport({"127.0.0.1": (truth, dialect)}, latency=0.02)
    try:
        yield World(folder, loop, truth, Wire(inner), Random(seed))
    finally:
        loop.close()


def _draw(catalog: Path) -> None:
    """One tiny file with a JPEG's first and last bytes for every picture that the tables name."""
    images = catalog / "images"
    images.mkdir(exist_ok=True)
    for table, column in (("products.csv", "image_files"), ("variants.csv", "image")):
        with (catalog / table).open(encoding="utf-8", newline="") as lines:
            names = [name for row in csv.DictReader(lines) for name in row[column].split(";") if name]
        for name in names:
            (images / name).write_bytes(b"\xff\xd8\xff\xe0" + name.encode() + b"\xff\xd9")
