"""[rates]: which sources give exchange rates, who is asked first, and what their answers must withstand."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from inspect import signature
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from storesync.config.secret import is_reference, resolve
from storesync.errors import ConfigError, DriverError
from storesync.issues import Issue, Issues
from storesync.model import frozen_map
from storesync.model.money import MINOR_DIGITS
from storesync.pricing import Rate, RateRules, Snapshot, snapshot_from
from storesync.pricing.rates import Chain, Fetch, Key, RateSource, StaticTable, rate_source
from storesync.pricing.tomltable import Locate, TomlTable, nearest

__all__ = ["RatesConfig", "SourceConfig", "rates_from"]

_STATIC: Final = "static"
_FILE: Final = "file"
_SECRET = re.compile(r"key|secret|token|passw", re.IGNORECASE)
_TABLE: Final = ("kind", "as_of", "source", "calendar", "rate_kind", "quotes")
_ONE = Decimal(1)


@frozen(kw_only=True)
class SourceConfig:
    """One source as the file gives it: `uses` names its maker, `settings` hold references, never secrets.

    `snapshot` are the rates of a static table.
    """

    name: str
    uses: str
    settings: Mapping[str, Any] = field(factory=dict, converter=frozen_map)
    snapshot: Snapshot | None = None
    at: str = ""

    def make(self, folder: Path, environ: Mapping[str, str] | None = None) -> RateSource:
        """The source with its secrets fetched; ConfigError when one is missing."""
        if self.snapshot is not None:
            return StaticTable(self.snapshot, self.name)
        values: dict[str, Any] = {}
        for key, value in self.settings.items():
            if isinstance(value, str) and is_reference(value):
                values[key] = Key(resolve(value, folder=folder, environ=environ).reveal())
            else:
                values[key] = _fitted(self.uses, key, value, folder)
        return rate_source(self.uses)(**values)


@frozen
class _Missing:
    """A source that cannot be asked, because its secret is missing; the chain goes on with the next."""

    name: str
    reason: str
    hosts: Mapping[str, str] = field(factory=dict, converter=frozen_map)

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """Never: ConfigError with the reason."""
        del send, home, currencies, today
        raise ConfigError(self.reason)


@frozen(kw_only=True)
class RatesConfig:
    """The sources and their chain; rates that missed `fetch_after` publications are fetched anew."""

    chain: Chain
    sources: Mapping[str, SourceConfig] = field(factory=dict, converter=frozen_map)
    fetch_after: int = 1

    def made(
        self, folder: Path, environ: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, RateSource], Issues]:
        """Every source by name; one whose secret is missing says so when it is asked, and is an issue."""
        made: dict[str, RateSource] = {}
        issues: list[Issue] = []
        for name, source in self.sources.items():
            try:
                made[name] = source.make(folder, environ)
            except ConfigError as error:
                made[name] = _Missing(name, str(error))
                issues.append(
                    Issue(
                        "config.secret_missing",
                        f"rates/sources/{name}",
                        f"rate source {name!r}: {error}",
                        hint=f"set it, or take {name!r} out of the chains",
                        at=source.at,
                    )
                )
        return made, Issues(tuple(issues))


def _fitted(uses: str, key: str, value: Any, folder: Path) -> Any:
    if uses == _FILE and key == "path" and isinstance(value, str):
        return folder / value
    return tuple(value) if isinstance(value, list) else value


def _names(table: TomlTable, key: str, value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    table.wrong(key, f"{key} is {value!r}, not a list of sources", f'write {key} = ["ecos", "kexim"]')
    return None


def _required(table: TomlTable, key: str, value: Any) -> frozenset[str] | None:
    if isinstance(value, bool):
        return frozenset({"*"} if value else ())
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        for code in value:
            if code not in MINOR_DIGITS:
                table.wrong(
                    key,
                    f"{key} names {code!r}, which is no currency",
                    "use ISO 4217 codes",
                    "price.unknown_currency",
                )
        return frozenset(value)
    table.wrong(key, f"{key} is {value!r}, neither true nor a list of currencies", f'write {key} = ["CNY"]')
    return None


def _share(table: TomlTable, key: str, value: Any) -> Decimal | None:
    share = table.decimal(key, value)
    if share is not None and not 0 <= share < _ONE:
        table.wrong(key, f"{key} is {share:f}, not a share", f'write {key} = "0.01" for 1 %')
        return None
    return share


def _reasons(table: TomlTable, key: str, value: Any) -> Mapping[str, str] | None:
    """By currency why its rate may lie outside the band that is known of it."""
    way = f'write {key} = {{ VND = "why" }}'
    if not isinstance(value, dict):
        table.wrong(key, f"{key} is {value!r}, not a table of reasons by currency", way)
        return None
    for code, reason in value.items():
        if code not in MINOR_DIGITS:
            table.wrong(
                key,
                f"{key} names {code!r}, which is no currency",
                "use ISO 4217 codes",
                "price.unknown_currency",
            )
        elif not isinstance(reason, str) or not reason.strip():
            table.wrong(key, f"{key} gives no reason for {code}", way)
    return value


def _source(name: str, table: TomlTable) -> SourceConfig | None:
    before = len(table.issues)
    data = dict(table.data)
    uses = data.pop("uses", name)
    if not isinstance(uses, str):
        table.wrong("uses", f"uses is {uses!r}, not the name of a source", 'write uses = "ecos"')
        return None
    if uses == _STATIC:
        snapshot, found = snapshot_from(data, at=table.at, locate=table.locate, path=table.path)
        table.issues += found
        return (
            None
            if snapshot is None
            else SourceConfig(name=name, uses=uses, snapshot=snapshot, at=table.place())
        )
    for key, value in data.items():
        if _SECRET.search(key) and not (isinstance(value, str) and is_reference(value)):
            table.wrong(
                key,
                f"{key} holds its value instead of naming where it is kept",
                f'write {key} = "env:NAME", "file:path" or "keyring:service/name"; renew the secret',
                "config.secret_literal",
            )
    try:
        maker = rate_source(uses)
    except (ConfigError, DriverError) as error:
        table.wrong("uses", str(error), 'name an installed source: uses = "ecos"')
        return None
    if len(table.issues) > before:
        return None
    # Made once without its secrets, only to see that its settings are those it takes.
    tried = {
        key: Key("not read yet")
        if isinstance(value, str) and is_reference(value)
        else _fitted(uses, key, value, Path())
        for key, value in data.items()
    }
    try:
        maker(**tried)
    except (TypeError, ValueError) as error:
        said = re.sub(r"^\S*__init__\(\) ", "it ", str(error))
        takes = ", ".join(name for name in signature(maker).parameters if name != "name") or "nothing"
        table.wrong("", f"source {uses!r} cannot be made: {said}", f"its settings are: {takes}")
        return None
    return SourceConfig(name=name, uses=uses, settings=data, at=table.place())


def _known(table: TomlTable, key: str, names: tuple[str, ...], sources: Mapping[str, Any]) -> tuple[str, ...]:
    for name in names:
        if name not in sources:
            near = nearest(name, sources)
            hint = f"did you mean {near!r}?" if near else f"add [rates.sources.{name}]"
            table.wrong(key, f"{key} names {name!r}, which is no source here", hint)
    return names


def rates_from(data: Mapping[str, Any], *, at: str, locate: Locate) -> tuple[RatesConfig | None, Issues]:
    """The sources and chains in the tables under `[rates]`, and every finding in them; None after an error."""
    issues: list[Issue] = []
    table = TomlTable(data=data, path="rates", at=at, locate=locate, issues=issues)
    for key in data.keys() & set(_TABLE):
        table.wrong(
            key,
            f"{key} belongs to a source",
            "write rates that are known beforehand under [rates.sources.static]",
            "price.config_unknown_key",
        )
    values = table.read(
        {
            "chain": _names,
            "witness": TomlTable.text,
            "witness_required": _required,
            "tolerance": _share,
            "max_jump": _share,
            "outside_band": _reasons,
            "fetch_after": TomlTable.whole,
            "max_business_days": TomlTable.whole,
            "max_calendar_days": TomlTable.whole,
        },
        also=("sources", "chains", *_TABLE),
    )
    given = table.inner("sources", data.get("sources", {}))
    rows = given.data if given is not None else {}
    sources: dict[str, SourceConfig] = {}
    for name, row in rows.items():
        inner = given.inner(name, row) if given is not None else None
        source = _source(name, inner) if inner is not None else None
        if source is not None:
            sources[name] = source
    if not rows and not issues:
        table.wrong("", "there is no source", "add [rates.sources.NAME], such as [rates.sources.ecos]")
    witness = values.get("witness", "")
    usual = tuple(name for name in rows if name != witness)
    chains = {"*": _known(table, "chain", values.get("chain", usual), rows)}
    more = table.inner("chains", data.get("chains", {}))
    for code, value in more.data.items() if more is not None else ():
        assert more is not None
        if code not in MINOR_DIGITS:
            more.wrong(code, f"{code} is no currency", "use an ISO 4217 code", "price.unknown_currency")
        named = _names(more, code, value)
        if named is not None:
            chains[code] = _known(more, code, named, rows)
    if witness:
        _known(table, "witness", (witness,), rows)
    elif values.get("witness_required"):
        table.wrong(
            "witness_required", "witness_required is set, and no witness is named", 'write witness = "ecb"'
        )
    if issues:
        return None, Issues(tuple(issues))
    ages = {key: values[key] for key in ("max_business_days", "max_calendar_days") if key in values}
    beliefs = {key: values[key] for key in ("tolerance", "max_jump", "witness_required") if key in values}
    chain = Chain(
        sources=chains,
        witness=witness,
        rules=RateRules(**ages),
        outside=values.get("outside_band", {}),
        **beliefs,
    )
    return RatesConfig(chain=chain, sources=sources, fetch_after=values.get("fetch_after", 1)), Issues()
