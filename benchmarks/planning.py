"""What a plan costs when a hundred products changed, by the size of the shop: one JSON line.

Shops of 1,000 to 100,000 live listings on SQLite; each time 100 of them have a new price and the plan is told
which (`plan(only=…)`). The exponent is the slope of cost over size on logarithmic scales: 0 is a cost that
follows what changed alone, 1 one that follows the shop. `whole` is the plan that reads the whole catalog, where
every product must be looked at and only the comparing is spared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve
from sqlalchemy import insert, select

from storesync.driver import Shop
from storesync.engine import Env, OpenChannel, Pacer, apply, plan
from storesync.model import Brand, Channel, Copy, Market, Product, digest, dumps
from storesync.plan import Plan
from storesync.sandbox import SandboxTransport
from storesync.sandbox.plain import ACCESS, APP, HOST, REFRESH, market_plain
from storesync.state import Store
from storesync.state.schema import documents, listings, offers
from storesync.testing.plain import Account, plain_driver
from storesync.testing.wanted import Item, Wanted
from storesync.transport import Transport

_CHANGED = 100
_TIMES = 5
_GOAL = 0.05
_FIRST = "P0000000"
_MARKET = Market("CN", ("zh-Hans",), "CNY")


def _open(store: Store, env: Env) -> OpenChannel:
    wire = SandboxTransport({HOST: market_plain(env.now)})
    return OpenChannel(
        channel=Channel(name="bench", driver="plain", markets=(_MARKET,), environment="sandbox"),
        driver=plain_driver(),
        shop=Shop(channel="bench", markets=(_MARKET,)),
        account=Account(app=APP, access=ACCESS, refresh=REFRESH),
        account_name="bench",
        base="bench",
        transport=Transport({"api": f"https://{HOST}"}, now=env.now, wire=wire),
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )


def _item(number: int, price: int = 219) -> Item:
    key = f"P{number:07}"
    return Item(key=key, title=f"title of {key}", offers={f"{key}-0": (Decimal(price), 40)})


def _multiply(store: Store, wanted: Wanted, size: int) -> None:
    """More live listings like the first one, in every column but their names."""

    def write(db: Any) -> None:
        (listing,) = db.execute(select(listings)).mappings().all()
        (offer,) = db.execute(select(offers)).mappings().all()
        items = [_item(number) for number in range(1, size)]
        wanted.items.update({item.key: item for item in items})
        contents = {item.key: _content(item) for item in items}
        rows = [
            {
                **_renamed(listing, item.key),
                "input": _input(wanted, item),
                "want": digest(contents[item.key]),
                "have": digest(contents[item.key]),
            }
            for item in items
        ]
        db.execute(insert(listings), rows)
        db.execute(
            insert(documents),
            [{"digest": digest(content), "body": dumps(content)} for content in contents.values()],
        )
        db.execute(insert(offers), [_renamed(offer, item.key) for item in items])

    store.write_now(write)


def _content(item: Item) -> dict[str, Any]:
    product = Product(key=item.key, text=Copy(item.title), brand=Brand(code="B", name="B"), category="C")
    content = (
        Wanted({item.key: item})
        .prepare(product, Shop(channel="bench", markets=(_MARKET,)), None, {}, {})
        .content
    )
    assert content is not None
    return dict(content)


def _renamed(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {
        name: value.replace(_FIRST, key) if isinstance(value, str) else value for name, value in row.items()
    }


def _input(wanted: Wanted, item: Item) -> str:
    """The digest under which the planner knows this item."""
    product = Product(key=item.key, text=Copy(item.title), brand=Brand(code="B", name="B"), category="C")
    return digest(dict(wanted.causes(product, None, None)))


async def _size(size: int, folder: Path) -> dict[str, float]:
    env, store = Env(), Store(f"sqlite:///{folder}/{size}.db")
    store.prepare()
    channel, wanted = _open(store, env), Wanted({_FIRST: _item(0)})
    try:
        await apply(channel, await plan(channel, wanted.reads(), wanted))
        _multiply(store, wanted, size)
        some, everything = [], []
        step = size // _CHANGED
        for turn in range(_TIMES):
            changed = [f"P{number:07}" for number in range(0, size, step)][:_CHANGED]
            for key in changed:
                price = wanted.items[key].offers[f"{key}-0"][0] + 1
                wanted.items[key] = evolve(wanted.items[key], offers={f"{key}-0": (price, 40)})
            part = Wanted({key: wanted.items[key] for key in changed})
            began = time.perf_counter()
            made = await plan(channel, part.reads(), part, only=changed)
            some.append(time.perf_counter() - began)
            _expect(made, size)
            if not turn:
                began = time.perf_counter()
                _expect(await plan(channel, wanted.reads(), wanted), size)
                everything.append(time.perf_counter() - began)
        return {"changed": statistics.median(some), "whole": everything[0]}
    finally:
        await channel.transport.close()
        store.close()


def _expect(made: Plan, size: int) -> None:
    assert made.counts == {"prices": _CHANGED}, made.counts
    assert made.unchanged == size - _CHANGED, made.unchanged


def _slope(points: Iterable[tuple[int, float]]) -> float:
    """The exponent of the power law through these points, by least squares."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points]
    x, y = (statistics.fmean(axis) for axis in zip(*logs, strict=True))
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


def measure(sizes: list[int]) -> dict[str, Any]:
    """Every size in turn."""
    with tempfile.TemporaryDirectory() as folder:
        found = {size: asyncio.run(_size(size, Path(folder))) for size in sizes}
    exponent = _slope((size, cost["changed"]) for size, cost in found.items())
    return {
        "benchmark": "planning",
        "changed": _CHANGED,
        "sizes": sizes,
        "changed_ms": [round(cost["changed"] * 1000, 1) for cost in found.values()],
        "whole_ms": [round(cost["whole"] * 1000, 1) for cost in found.values()],
        "exponent": round(exponent, 3),
        "exponent_whole": round(_slope((size, cost["whole"]) for size, cost in found.items()), 3),
        "goal": f"exponent at most {_GOAL}",
        "met": exponent <= _GOAL,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    result = measure(parser.parse_args().sizes)
    sys.stdout.write(json.dumps(result) + "\n")
    raise SystemExit(0 if result["met"] else 1)
