"""Real processes for tests: the sandbox on a free port, the example project, a sync that can be killed."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import httpx
from attrs import frozen

from storesync.catalog.pictures import generate_images
from storesync.registry import names as drivers
from storesync.sandbox import shopee, tmall

__all__ = ["Sandbox", "channels", "environ", "project", "sandbox", "sync"]

_SANDBOX = "http://127.0.0.1:8765"  # as the example's storesync.toml says
_STARTING = 30.0

_SYNC = "import sys; from storesync.cli import main; sys.exit(main())"


@frozen
class Sandbox:
    """A running sandbox, as its judges see it."""

    address: str
    _control: httpx.Client

    def read(self, market: str, what: str) -> Any:
        """The market's own truth: `export`, `counts`, `duplicates`, `calls`."""
        return self._control.get(f"/_sandbox/{market}/{what}").raise_for_status().json()

    def tell(self, market: str, what: str, body: Any = None) -> Any:
        """Change what the market does: `reset`, `faults`, `quota`, `edit`."""
        return self._control.post(f"/_sandbox/{market}/{what}", json=body).raise_for_status().json()

    def writes(self, markets: Sequence[str]) -> int:
        """How many calls that can change something these markets have had."""
        return sum(int(self.read(market, "counts")["writes"]) for market in markets)


@contextmanager
def sandbox(*markets: str) -> Iterator[Sandbox]:
    """These markets, served from a process of their own on a free port for the length of the block."""
    command = [sys.executable, "-m", "storesync.sandbox.server", "--port", "0"]
    for market in markets:
        command += ["--market", market]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            if not address:
                raise RuntimeError(f"the sandbox did not start: {' '.join(command)}")
            with httpx.Client(base_url=address, trust_env=False, timeout=_STARTING) as control:
                yield Sandbox(address, control)
        finally:
            server.kill()


def channels() -> dict[str, str]:
    """The example's channels whose driver is installed, with the sandbox market that each one is for."""
    every = {"tmall-cn": "tmall", "shopee-vn": "shopee"}
    return {channel: market for channel, market in every.items() if market in drivers()}


def environ() -> dict[str, str]:
    """The variables that the example names, for the sandbox's own accounts."""
    return {
        "TMALL_APP_KEY": tmall.APP_KEY,
        "TMALL_SECRET": tmall.SECRET,
        "TMALL_SESSION": tmall.SESSION,
        "SHOPEE_PARTNER_ID": shopee.PARTNER_ID,
        "SHOPEE_PARTNER_KEY": shopee.PARTNER_KEY,
        "SHOPEE_SHOP_ID": shopee.SHOP,
        "SHOPEE_ACCESS_TOKEN": shopee.ACCESS_TOKEN,
        "SHOPEE_REFRESH_TOKEN": shopee.REFRESH_TOKEN,
    }


def project(folder: Path, address: str, *, products: int | None = None) -> Path:
    """The example project in `folder`, with pictures, pointed at a sandbox; its configuration file.

    `products` keeps the first so many product lines, for runs that must be short.
    """
    with as_file(files("storesync") / "examples" / "gangwon") as example:
        shutil.copytree(example, folder, dirs_exist_ok=True)
    if products is not None:
        shorten(folder / "catalog", products)
    generate_images(folder / "catalog", folder / "catalog" / "images")
    path = folder / "storesync.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(_SANDBOX, address), encoding="utf-8")
    return path


def shorten(catalog: Path, products: int) -> None:
    """Keep the first so many product lines of a catalog's tables, and what belongs to them."""
    kept: set[str] = set()
    for name in ("products.csv", "variants.csv", "translations.csv"):
        path = catalog / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if name == "products.csv":
            kept = {row["product_code"] for row in rows[:products]}
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if row["product_code"] in kept)


def sync(path: Path, names: Sequence[str]) -> subprocess.Popen[str]:
    """A real process that syncs these channels; exit code 0 is done, 2 done but held, else stderr says why.

    What it says on standard output stands in said.txt beside the configuration.
    """
    chosen = [word for name in names for word in ("--channel", name)]
    command = [sys.executable, "-c", _SYNC, "sync", *chosen, "--config", str(path)]
    with path.with_name("said.txt").open("ab") as said:
        return subprocess.Popen(
            command,
            env={**os.environ, **environ()},
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
        )
