"""The script that teams write: httpx, asyncio, tenacity, a pace, and a file of what is done.

Usage: python script_peer.py ADDRESS FOLDER RATE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import goods
import httpx
import tenacity

WORKERS = 8


class Busy(Exception):
    """Worth another try."""


class Pace:
    """Calls evenly, so many a second."""

    def __init__(self, rate: float) -> None:
        self._gap, self._next, self._lock = 1 / rate, 0.0, asyncio.Lock()

    async def take(self) -> None:
        """Wait for the next slot."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            self._next = max(now, self._next) + self._gap
            wait = self._next - self._gap - now
        if wait > 0:
            await asyncio.sleep(wait)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type((httpx.TransportError, Busy)),
    wait=tenacity.wait_random_exponential(multiplier=0.2, max=5),
    stop=tenacity.stop_after_attempt(8),
)
async def post(client: httpx.AsyncClient, pace: Pace, row: goods.Row) -> None:
    """One listing; a lost answer, 429 and 5xx are tried again."""
    await pace.take()
    answer = await client.post("/listings", json=row.body)
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Busy(answer.status_code)
    answer.raise_for_status()


async def main(address: str, folder: Path, rate: float) -> int:
    """List what the file of done keys does not name."""
    done_path = folder / "done.txt"
    done = set(done_path.read_text().split()) if done_path.exists() else set()
    rows = [row for row in goods.read(folder / "products.csv") if row.key not in done]
    pace, queue, failed = Pace(rate), iter(rows), 0
    headers = {"x-token": goods.TOKEN}
    with done_path.open("a") as file:
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client:

            async def work() -> None:
                nonlocal failed
                for row in queue:
                    try:
                        await post(client, pace, row)
                    except (tenacity.RetryError, httpx.HTTPError):
                        failed += 1
                        continue
                    file.write(row.key + "\n")
                    file.flush()

            await asyncio.gather(*(work() for _ in range(WORKERS)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))))
