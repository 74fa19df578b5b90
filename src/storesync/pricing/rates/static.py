"""Rates that a person or another program wrote down: a table in the configuration, or a file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from attrs import frozen

from storesync.errors import ConfigError
from storesync.pricing.exact import exact
from storesync.pricing.rate import Rate, Snapshot
from storesync.pricing.ratefile import snapshot_from
from storesync.pricing.rates.source import Fetch

__all__ = ["RateFile", "StaticTable"]


def _wanted(snapshot: Snapshot, home: str, currencies: Collection[str]) -> tuple[Rate, ...]:
    known = {home, *currencies, "EUR", "USD"}
    return tuple(rate for rate in snapshot.rates if rate.base in known and rate.quote in known)


@frozen
class StaticTable:
    """A snapshot as a source; it ages like any other, by the day that its table states."""

    snapshot: Snapshot
    name: str = "static"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Nowhere: nothing is sent."""
        return {}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The table's rates of these currencies."""
        del send, today
        return _wanted(self.snapshot, home, currencies)


@frozen
class RateFile:
    """A TOML file with the keys of a rate table (`kind`, `as_of`, `quotes`), read anew at every fetch."""

    path: Path
    name: str = "file"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Nowhere: nothing is sent."""
        return {}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The file's rates of these currencies; ConfigError when it cannot be read or holds a mistake.

        Invented rates (`kind = "fixture"`) are refused: they belong into the configuration of a sandbox.
        """
        del send, today
        try:
            data = tomllib.loads(self.path.read_text("utf-8"), parse_float=exact)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"rate file {self.path}: {error}") from None
        snapshot, issues = snapshot_from(data, at=str(self.path), path="")
        if snapshot is None:
            raise ConfigError(f"rate file {self.path} cannot be used", issues)
        if snapshot.kind == "fixture":
            raise ConfigError(
                f'rate file {self.path} says kind = "fixture"; write kind = "live" for real rates'
            )
        return _wanted(snapshot, home, currencies)
