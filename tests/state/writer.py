"""A process that writes until it is killed and says what was written: `python writer.py URL`."""

import asyncio
import sys
from itertools import count

from sqlalchemy import Connection, insert

from storesync.state import Store
from storesync.state.schema import documents


async def main(url: str) -> None:
    """Eight workers write at once; a number is told when its `write` has returned."""
    store = Store(url)
    numbers = count()

    async def worker() -> None:
        while True:
            number = next(numbers)

            def put(db: Connection) -> None:
                db.execute(insert(documents), {"digest": str(number), "body": "x" * 2_000})  # noqa: B023

            await store.write(put)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()

    await asyncio.gather(*(worker() for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
