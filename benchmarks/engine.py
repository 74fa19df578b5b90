"""The full engine against a bare httpx loop with the same concurrency, on one emulated market.

Both create the same listings over loopback; the market, a process of its own, answers after a fixed delay, as one
far away does. The engine plans, paces, journals every request durably on SQLite and keeps what was
acknowledged; the bare loop does nothing but send. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import structlog

_DELAY = 0.1  # a market abroad: what a call to Singapore or Hangzhou takes at best
_WORKERS = 8  # what a channel has unless it is configured otherwise


def _serve(pipe: Any, delay: float) -> None:
    from storesync.sandbox import Quota
    from storesync.sandbox.plain import market_plain
    from storesync.sandbox.server import SandboxApp, serving

    answer = SandboxApp.__call__

    async def later(self: SandboxApp, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/_sandbox"):
            await asyncio.sleep(delay)
        await answer(self, scope, receive, send)

    SandboxApp.__call__ = later  # type: ignore[method-assign]  # this process serves the benchmark alone
    market = market_plain(lambda: datetime.now(UTC), quota=Quota(rate=100_000, burst=100_000))
    with serving({"plain": market}) as address:
        pipe.send(address)
        pipe.recv()


def _body(number: int) -> dict[str, Any]:
    key = f"P{number:05}"
    return {
        "key": key,
        "title": f"title of {key}",
        "text": f"about title of {key}",
        "images": [],
        "variants": [{"sku": f"{key}-0", "price": "219.00", "stock": 40}],
    }


async def _bare(address: str, count: int, workers: int) -> float:
    from storesync.sandbox.plain import ACCESS

    numbers = iter(range(count))
    async with httpx.AsyncClient(
        base_url=f"{address}/plain",
        headers={"x-token": ACCESS},
        limits=httpx.Limits(max_connections=workers),
    ) as client:

        async def worker() -> None:
            for number in numbers:
                answer = await client.post("/listings", json=_body(number))
                answer.raise_for_status()
                answer.json()

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(workers)))
        return time.perf_counter() - began


async def _engine(address: str, count: int, workers: int, folder: Path) -> dict[str, float]:
    from storesync.driver import Shop
    from storesync.engine import Env, OpenChannel, Pacer, apply, plan
    from storesync.model import Channel, Market
    from storesync.sandbox.plain import ACCESS, APP, REFRESH
    from storesync.state import Store
    from storesync.testing.plain import Account, plain_driver
    from storesync.testing.wanted import Item, Wanted
    from storesync.transport import Transport

    env, market = Env(), Market("CN", ("zh-Hans",), "CNY")
    keys = [f"E{number:05}" for number in range(count)]
    items = {
        key: Item(key=key, title=f"title of {key}", offers={f"{key}-0": (Decimal(219), 40)}) for key in keys
    }
    wanted, store = Wanted(items), Store(f"sqlite:///{folder}/bench.db")
    store.prepare()
    channel = OpenChannel(
        channel=Channel(
            name="bench", driver="plain", markets=(market,), environment="sandbox", workers=workers
        ),
        driver=plain_driver(by="search", quota=100_000),
        shop=Shop(channel="bench", markets=(market,)),
        account=Account(app=APP, access=ACCESS, refresh=REFRESH),
        account_name="bench",
        base="bench",
        transport=Transport({"api": f"{address}/plain"}, now=env.now, connections=workers),
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )
    try:
        began, spent = time.perf_counter(), time.process_time()
        made = await plan(channel, wanted.reads(), wanted)
        planned = time.perf_counter()
        report = await apply(channel, made, reasons={"first contact": "the bare loop listed here before"})
        ended, busy = time.perf_counter(), time.process_time() - spent
        assert report.counts == {"done": count}, report.counts
        again = await plan(channel, wanted.reads(), wanted)
        silent = await apply(channel, again)
        return {
            "plan": planned - began,
            "apply": ended - planned,
            "cpu": busy,
            "writes_second_run": len(again.operations) + len(silent.outcomes),
            "second_run": time.perf_counter() - ended,
        }
    finally:
        await channel.transport.close()
        store.close()


def measure(count: int, workers: int, delay: float) -> dict[str, Any]:
    """Both loops, one after the other, on the same server; each twice, to be warm."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, delay), daemon=True)
    server.start()
    address = ours.recv()
    try:
        asyncio.run(_bare(address, min(count, 100), workers))
        bare = asyncio.run(_bare(address, count, workers))
        for number in (min(count, 100), count):
            with tempfile.TemporaryDirectory() as folder:
                full = asyncio.run(_engine(address, number, workers, Path(folder)))
    finally:
        ours.send("stop")
        server.join(10)
    return {
        "benchmark": "engine",
        "listings": count,
        "workers": workers,
        "delay_ms": int(delay * 1000),
        "bare_seconds": round(bare, 3),
        "engine_seconds": round(full["plan"] + full["apply"], 3),
        "engine_over_bare": round(bare / (full["plan"] + full["apply"]), 3),
        "apply_over_bare": round(bare / full["apply"], 3),
        "engine_cpu_ms_per_listing": round(full["cpu"] / count * 1000, 2),
        "writes_second_run": int(full["writes_second_run"]),
        "second_run_seconds": round(full["second_run"], 3),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=400)
    parser.add_argument("--workers", type=int, default=_WORKERS)
    parser.add_argument("--delay", type=float, default=_DELAY, help="seconds until the market answers")
    chosen = parser.parse_args()
    sys.stdout.write(json.dumps(measure(chosen.listings, chosen.workers, chosen.delay)) + "\n")
