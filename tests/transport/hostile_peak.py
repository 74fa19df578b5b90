"""`python -m tests.transport.hostile_peak WAY`: the most memory that this process took to meet such a server, in KiB."""

import asyncio
import resource
import sys
from datetime import UTC, datetime

from tests.transport.hostile import MOST, WAYS, hostile

import storesync.driver as sd
from storesync.errors import Transient
from storesync.testing.plain import plain_driver
from storesync.transport import Transport


async def meet(name: str) -> None:
    """Ask twice; a polite server gives as much as may be given at most."""
    driver = plain_driver()
    async with hostile(WAYS[name] if name else _polite) as (address, _):
        transport = Transport({"api": address}, now=lambda: datetime.now(UTC), timeout=1.0, most=MOST)
        for _ in range(2):
            try:
                answer = await transport.send(sd.get("/listings"))
                driver.classify(sd.get("/listings"), answer)
            except (Transient, sd.Malformed):
                pass
        await transport.close()


async def _polite(writer: asyncio.StreamWriter, other: str) -> None:
    content = b'{"text": "' + b"a" * (MOST - 20) + b'"}'
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content)
    )
    writer.write(content)
    await writer.drain()


if __name__ == "__main__":
    asyncio.run(meet(sys.argv[1] if len(sys.argv) > 1 else ""))
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
