"""The demo's own project folder: the example, its shops' address, and ten lines kept for later."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from attrs import frozen

from storesync.cli.example import write_example
from storesync.errors import ConfigError

__all__ = ["LATER", "Project"]

LATER: Final = 'never = ["GGT-*"]       # the demo keeps these ten lines for its last chapter\n'
_MARK: Final = ".made-by-storesync-demo"
_EXAMPLE_HOST: Final = "http://127.0.0.1:8765"


@frozen
class Project:
    """A folder that the demo made and may make anew."""

    folder: Path

    @classmethod
    def fresh(cls, folder: Path, address: str) -> Project:
        """The example anew in `folder`; ConfigError when something is there that no demo made."""
        if folder.exists() and any(folder.iterdir()):
            if not (folder / _MARK).exists():
                raise ConfigError(f"{folder} holds files that no demo made: name another with --folder")
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("storesync demo may delete this folder.\n", encoding="utf-8")
        write_example(folder)
        project = cls(folder)
        project._change(project.config, _EXAMPLE_HOST, address)
        return project

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "storesync.toml"

    @property
    def catalog(self) -> Path:
        """The folder of the catalog's tables."""
        return self.folder / "catalog"

    def keep_for_later(self, channel: str) -> None:
        """Keep ten lines from this channel."""
        self._change(self.config, f"[channels.{channel}]\n", f"[channels.{channel}]\n{LATER}")

    def release(self) -> None:
        """Offer the ten lines everywhere."""
        self._change(self.config, LATER, "")

    def set_variant(self, sku: str, before: str, after: str) -> None:
        """Change one figure in the row of one SKU."""
        path = self.catalog / "variants.csv"
        row = next(line for line in path.read_text("utf-8").splitlines() if line.startswith(f"{sku},"))
        if row.count(f",{before},") != 1:
            raise ConfigError(f"{path}: the row of {sku} does not hold {before} once; the example changed")
        self._change(path, row, row.replace(f",{before},", f",{after},"))

    @staticmethod
    def _change(path: Path, old: str, new: str) -> None:
        # Bytes, so that line ends and a byte order mark stay as they are.
        content = path.read_bytes()
        if old.encode() not in content:
            raise ConfigError(f"{path}: {old.strip()!r} is not there any more; the example changed")
        path.write_bytes(content.replace(old.encode(), new.encode()))
