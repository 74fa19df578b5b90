"""The example project and a minimal configuration, written where a person asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from storesync.errors import ConfigError

__all__ = ["MINIMAL", "write_example", "write_minimal"]

MINIMAL: Final = """\
# storesync.toml: one catalog, one foreign shop. `storesync check` says what is missing.

[state]
url = "sqlite:///storesync.db"

[catalog]
source = "csv"
path = "catalog"                # products.csv, variants.csv, …: the example shows them

[localization]
accept = []                     # only reviewed translations; "reference" accepts those of a sample

[prices.cn]                     # how a won price becomes a yuan price; shares are texts: "0.15" is 15 %
currency = "CNY"
source_vat = "0.10"
markup = "0.15"
ending = { modulus = "10", endings = ["9"], mode = "up" }
quiet = "0.01"                  # a rate may move by 1 % before this shop is priced anew

[channels.tmall-cn]
driver = "tmall"
market = "CN"
price = "cn"
account = { app_key = "env:TMALL_APP_KEY", secret = "env:TMALL_SECRET", session = "env:TMALL_SESSION" }

[channels.tmall-cn.categories]  # our category code = the market's category id
"""


def write_example(folder: Path) -> int:
    """Copy the example into `folder`; how many files. ConfigError when one of them is already there."""
    found = list(_walk(files("storesync") / "examples" / "gangwon", Path()))
    _refuse_overwriting(folder, (path for path, _ in found))
    for path, source in found:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return len(found)


def write_minimal(folder: Path) -> int:
    """Write a minimal storesync.toml into `folder`; ConfigError when there is one."""
    _refuse_overwriting(folder, [Path("storesync.toml")])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "storesync.toml").write_text(MINIMAL, encoding="utf-8")
    return 1


def _walk(place: Traversable, path: Path) -> Iterator[tuple[Path, Traversable]]:
    for inner in sorted(place.iterdir(), key=lambda one: one.name):
        if inner.is_dir():
            if inner.name != "__pycache__":
                yield from _walk(inner, path / inner.name)
        elif not inner.name.endswith((".py", ".pyc")):
            yield path / inner.name, inner


def _refuse_overwriting(folder: Path, paths: Iterator[Path] | list[Path]) -> None:
    there = [str(path) for path in paths if (folder / path).exists()]
    if there:
        exist = f"and {len(there) - 1} more exist" if len(there) > 1 else "exists"
        raise ConfigError(f"{folder / there[0]} {exist} already; nothing was written: choose an empty folder")
