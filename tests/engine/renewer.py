"""A process that needs a good token: `python renewer.py STATE MARKET`, one call, told as `ok` or the fault.

It says `ready` and waits for a line, so that many can begin at one moment.
"""

import asyncio
import sys

from storesync.driver import Flow, Shop, get
from storesync.engine import Env, OpenChannel, Pacer
from storesync.engine.flows import run
from storesync.errors import Fault
from storesync.model import Channel, Market
from storesync.sandbox.plain import ACCESS, APP, REFRESH
from storesync.state import Store
from storesync.testing.plain import Account, plain_driver
from storesync.transport import Transport


def look() -> Flow[None]:
    """Any call that needs a token."""
    yield get("/listings", params={"key": "none"})


async def main(state: str, market: str) -> str:
    """One call."""
    env, store = Env(), Store(state)
    place = Market("CN", ("zh-Hans",), "CNY")
    transport = Transport({"api": market}, now=env.now, timeout=30.0)
    channel = OpenChannel(
        channel=Channel(name="plain-cn", driver="plain", markets=(place,), environment="sandbox"),
        driver=plain_driver(),
        shop=Shop(channel="plain-cn", markets=(place,)),
        account=Account(app=APP, access=ACCESS, refresh=REFRESH),
        account_name="plain",
        base="base",
        transport=transport,
        store=store,
        env=env,
        pacer=Pacer(env, store),
    )
    try:
        print("ready", flush=True)  # noqa: T201 -- its parent reads it
        sys.stdin.readline()
        await run(channel, look())
        return "ok"
    except Fault as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        await transport.close()
        store.close()


if __name__ == "__main__":
    print(asyncio.run(main(*sys.argv[1:])), flush=True)  # noqa: T201 -- its parent reads it
