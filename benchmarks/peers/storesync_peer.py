"""storesync with the plain platform's driver, its identity declared as it is: by search, which trails by 2 s.

Usage: python storesync_peer.py ADDRESS FOLDER RATE BURST
"""

from __future__ import annotations

import asyncio
import logging
import sys
from decimal import Decimal
from pathlib import Path

import goods
import structlog
from attrs import evolve

import storesync.driver as sd
from storesync.engine import Env, OpenChannel, Pacer, apply, plan
from storesync.errors import StoresyncError
from storesync.model import Channel, Market
from storesync.sandbox.plain import APP, REFRESH
from storesync.state import Store
from storesync.testing.plain import Account, plain_driver
from storesync.testing.wanted import Item, Wanted
from storesync.transport import Transport

MARKET = Market("CN", ("zh-Hans",), "CNY")
PASSES = 3


async def main(address: str, folder: Path, rate: int, burst: int) -> int:
    """What `storesync sync` does: plan and apply until nothing is left to do."""
    driver = plain_driver(by="search", lag=2.0, late=3.0)
    driver = evolve(driver, spec=evolve(driver.spec, quotas={"default": (sd.Quota(rate, burst=burst),)}))
    rows = goods.read(folder / "products.csv")
    wanted = Wanted(
        {
            row.key: Item(
                key=row.key, title=row.title, offers={f"{row.key}-1": (Decimal(row.price), row.stock)}
            )
            for row in rows
        }
    )
    env, store = Env(), Store(f"sqlite:///{folder}/state.db")
    store.prepare()
    channel = OpenChannel(
        channel=Channel(name="plain-cn", driver="plain", markets=(MARKET,), environment="sandbox", workers=8),
        driver=driver,
        shop=sd.Shop(channel="plain-cn", markets=(MARKET,)),
        account=Account(app=APP, access=goods.TOKEN, refresh=REFRESH),
        account_name="plain",
        base="base",
        transport=Transport({"api": address}, now=env.now, timeout=20.0, connections=8),
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )
    try:
        for _ in range(PASSES):
            made = await plan(channel, wanted.reads(), wanted)
            if not made.operations:
                return 0
            report = await apply(channel, made)
        return 0 if report.ok else 1
    finally:
        await channel.transport.close()
        store.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        sys.exit(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
    except StoresyncError as error:
        sys.exit(str(error))
