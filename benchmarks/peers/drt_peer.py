"""drt as its templates show it: a table, a `rest_api` destination with retry and rate limit, incremental by cursor.

Its idempotency ledger and its snapshot diff need a warehouse (PostgreSQL, Snowflake, BigQuery) and are not used; its
`native_idempotency_key` needs a market that honors such a key, which this one, like most marketplaces, does not.

Usage: python drt_peer.py ADDRESS FOLDER RATE
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import goods

PROFILE = """default:
  type: sqlite
  database: {folder}/products.sqlite
"""
PROJECT = "name: peer\nprofile: default\n"
SYNC = """name: listings
model: ref('products')
destination:
  type: rest_api
  url: "{address}/listings"
  method: POST
  headers:
    Content-Type: "application/json"
    X-Token: "{token}"
  body_template: |
    {{"key": "{{{{ row.key }}}}", "title": "{{{{ row.title }}}}",
     "variants": [{{"sku": "{{{{ row.key }}}}-1", "price": "{{{{ row.price }}}}", "stock": {{{{ row.stock }}}}}}]}}
sync:
  mode: incremental
  cursor_field: updated_at
  batch_size: 50
  rate_limit:
    requests_per_second: {rate}
  retry:
    max_attempts: 8
    initial_backoff: 0.2
    max_backoff: 5.0
  on_error: fail
"""


def main(address: str, folder: Path, rate: str) -> None:
    """Set the project up once, then become `drt run`."""
    if not (folder / "drt_project.yml").exists():
        (folder / "syncs").mkdir()
        (folder / ".drt").mkdir(exist_ok=True)
        (folder / ".drt" / "profiles.yml").write_text(PROFILE.format(folder=folder))
        (folder / "drt_project.yml").write_text(PROJECT)
        with sqlite3.connect(folder / "products.sqlite") as db:
            db.execute(
                "CREATE TABLE products (id INTEGER, key TEXT, title TEXT, price TEXT, stock INTEGER, updated_at TEXT)"
            )
            db.executemany(
                "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)", goods.read(folder / "products.csv")
            )
    told = SYNC.format(address=address, token=goods.TOKEN, rate=rate)
    (folder / "syncs" / "listings.yml").write_text(told)
    os.chdir(folder)
    drt = Path(sys.executable).with_name("drt")
    os.execve(drt, [str(drt), "run", "--quiet"], {**os.environ, "HOME": str(folder), "DRT_TELEMETRY": "0"})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
