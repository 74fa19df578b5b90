"""dlt as its documentation shows reverse ETL: a custom destination with batch_size=1.

With its own requests client and retries, incremental loading by `updated_at`, and a pause for the pace, which dlt
leaves to the function.

Usage: python dlt_peer.py ADDRESS FOLDER RATE
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import goods

FOLDER = Path(sys.argv[2])
os.environ |= {
    "DLT_DATA_DIR": str(FOLDER / "dlt"),
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
}

import dlt  # noqa: E402  # it reads the environment when it is imported
from dlt.sources.helpers import requests  # noqa: E402

RATE = float(sys.argv[3])
CLIENT = requests.Client(request_timeout=30, request_max_attempts=8, request_backoff_factor=0.2)
LOCK, NEXT = threading.Lock(), [0.0]


def _pace() -> None:
    with LOCK:
        now = time.monotonic()
        NEXT[0] = max(now, NEXT[0]) + 1 / RATE
        wait = NEXT[0] - 1 / RATE - now
    if wait > 0:
        time.sleep(wait)


@dlt.destination(batch_size=1, name="plain", loader_file_format="typed-jsonl")
def plain(items: Any, table: Any) -> None:
    """POST each product."""
    for item in items:
        _pace()
        row = goods.Row(**{name: item[name] for name in goods.COLUMNS})
        CLIENT.post(
            f"{sys.argv[1]}/listings", json=row.body, headers={"x-token": goods.TOKEN}
        ).raise_for_status()


@dlt.resource(name="products", primary_key="id", write_disposition="append")
def products(updated: Any = dlt.sources.incremental("updated_at")) -> Any:  # noqa: B008  # dlt's own way
    """What changed since the last run."""
    for row in goods.read(FOLDER / "products.csv"):
        yield row._asdict()


if __name__ == "__main__":
    pipeline = dlt.pipeline(
        "peer", destination=plain, dataset_name="shop", pipelines_dir=str(FOLDER / "pipelines"), progress=None
    )
    pipeline.run(products()).raise_on_failed_jobs()
