"""A process that needs a good token: `python renewer.py STATE MARKET DRIVER`, told as `ok` or the fault.

It says `ready` and waits for a line, so that many can begin at one moment.
"""

import asyncio
import sys
from typing import Any

from storesync.driver import Driver, Flow, Shop, get
from storesync.engine import Env, OpenChannel, Pacer
from storesync.engine.flows import run
from storesync.errors import Fault
from storesync.model import Channel
from storesync.registry import driver as find_driver
from storesync.state import Store
from storesync.testing.plain import plain_driver
from storesync.testing.platform import PLATFORMS
from storesync.transport import Transport


def look(driver: Driver[Any, Any], shop: Shop) -> Flow[Any]:
    """Any calls that need a token."""
    if driver.discover is not None:
        return driver.discover(shop)
    return _look()


def _look() -> Flow[None]:
    yield get("/listings", params={"key": "none"})


async def main(state: str, market: str, name: str) -> str:
    """What the driver asks of a shop that it does not know yet."""
    env, store = Env(), Store(state)
    (platform,) = (one for one in PLATFORMS if one.name == name)
    driver = plain_driver() if name == "plain" else find_driver(name)
    shop = driver.shop(channel=platform.channel, markets=(platform.market,))
    transport = Transport({"api": market}, now=env.now, timeout=30.0)
    channel = OpenChannel(
        channel=Channel(
            name=platform.channel, driver=name, markets=(platform.market,), environment="sandbox"
        ),
        driver=driver,
        shop=shop,
        account=platform.account(driver, 0),
        account_name=name,
        base="base",
        transport=transport,
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )
    try:
        print("ready", flush=True)  # noqa: T201 -- its parent reads it
        sys.stdin.readline()
        await run(channel, look(driver, shop))
        return "ok"
    except Fault as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        await transport.close()
        store.close()


if __name__ == "__main__":
    print(asyncio.run(main(*sys.argv[1:])), flush=True)  # noqa: T201 -- its parent reads it
