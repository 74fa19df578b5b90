"""A driver's account and shop, filled from the configuration: field by field, every misfit with its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, Attribute, fields

from storesync.config.channels import CHANNEL_KEYS
from storesync.config.secret import is_reference, resolve
from storesync.config.settings import AccountConfig, ChannelConfig
from storesync.driver import Shop
from storesync.errors import ConfigError
from storesync.issues import Issue, nearest
from storesync.model.mask import Mask

__all__ = ["account_from", "shop_from"]

A = TypeVar("A")
S = TypeVar("S", bound=Shop)


def account_from(
    kind: type[A],
    account: AccountConfig,
    *,
    channel: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
) -> tuple[A | None, tuple[Issue, ...]]:
    """The account with its secrets fetched; None and issues when one is missing. No issue shows a value."""
    filler = _Filler(kind, f"accounts/{account.name}", f"channel {channel!r}: account field", account.places)
    values: dict[str, Any] = {}
    for name, given in account.values.items():
        field = filler.field(name, account.at)
        if field is None:
            continue
        value = given
        if isinstance(value, str) and is_reference(value):
            try:
                value = resolve(value, folder=folder, environ=environ).reveal()
            except ConfigError as error:
                filler.report(name, "secret_missing", f"{error}", f"{name} = {value!r} names it", account.at)
                values[name] = NOTHING
                continue
        elif not field.repr:
            hint = f'write {name} = "env:NAME", "file:path" or "keyring:service/name"'
            filler.report(name, "secret_literal", "the file holds the secret itself", hint, account.at)
            values[name] = NOTHING
            continue
        values[name] = filler.fitted(name, value, account.at, shown=False)
    return filler.make(values, account.at, 'add {name} = "env:NAME"'), tuple(filler.issues)


def shop_from(kind: type[S], config: ChannelConfig) -> tuple[S | None, tuple[Issue, ...]]:
    """The shop as configured; fields that the driver finds by itself stay empty unless they are set."""
    channel = config.channel
    filler = _Filler(
        kind, f"channels/{channel.name}", f"channel {channel.name!r}: setting", config.places, CHANNEL_KEYS
    )
    values: dict[str, Any] = {}
    for name, value in channel.settings.items():
        if filler.field(name, config.at) is not None:
            values[name] = filler.fitted(name, value, config.at)
    values |= {"channel": channel.name, "markets": channel.markets}
    return filler.make(values, config.at, "add {name} = …"), tuple(filler.issues)


class _Filler:
    """Fills one attrs class and keeps what does not fit."""

    def __init__(
        self, kind: type, path: str, what: str, places: Mapping[str, str], further: tuple[str, ...] = ()
    ) -> None:
        self.kind = kind
        self.path = path
        self.what = what
        self.places = places
        self.further = further
        self.fields: dict[str, Attribute[Any]] = {field.alias or field.name: field for field in fields(kind)}
        self.hints = get_type_hints(kind)
        self.issues: list[Issue] = []
        self.meant: set[str] = set()  # fields that a slip of the pen was about: told already

    def report(self, name: str, code: str, message: str, hint: str, at: str) -> None:
        text = f"{self.what} {name!r}: {message}"
        place = self.places.get(name, at)
        self.issues.append(Issue(f"config.{code}", f"{self.path}/{name}", text, hint=hint, at=place))

    def field(self, name: str, at: str) -> Attribute[Any] | None:
        field = self.fields.get(name)
        if field is None or name in ("channel", "markets"):
            known = [*self.fields, *self.further]
            self.report(name, "unknown_key", "there is no such field", nearest(name, known), at)
            self.meant.update(get_close_matches(name, known, 1))
            return None
        return field

    def fitted(self, name: str, value: Any, at: str, *, shown: bool = True) -> Any:
        try:
            return _fit(value, self.hints[self.fields[name].name])
        except ValueError as error:
            found = f"{value!r} is " if shown else "it is "
            self.report(name, "type", f"{found}{error}", "correct the value", at)
            return NOTHING

    def make(self, values: Mapping[str, Any], at: str, add: str) -> Any:
        for name, field in self.fields.items():
            if name not in values and name not in self.meant and field.default is NOTHING and field.init:
                self.report(name, "missing", "it is not given", add.format(name=name), at)
        if self.issues:
            return None
        try:
            return self.kind(**values)
        except (TypeError, ValueError) as error:
            hidden = (str(value) for name, value in values.items() if not self.fields[name].repr and value)
            words = Mask(hidden, least=1).text(str(error))
            self.issues.append(Issue("config.value", self.path, f"{self.what}s do not fit: {words}", at=at))
            return None


def _fit(value: Any, hint: Any) -> Any:
    """The value as the field's type wants it; ValueError says what is expected instead."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _fit_any(value, [part for part in get_args(hint) if part is not NoneType])
    if origin is Literal:
        if value in get_args(hint):
            return value
        raise ValueError(f"none of {', '.join(map(str, get_args(hint)))}")
    if origin is tuple:
        if isinstance(value, list):
            return tuple(_fit(part, get_args(hint)[0]) for part in value)
        raise ValueError("no list")
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if isinstance(value, dict):
            return {key: _fit(part, get_args(hint)[1]) for key, part in value.items()}
        raise ValueError("no table")
    fit = _SIMPLE.get(hint)
    if fit is not None:
        return fit(value)
    if hint is Any or (isinstance(hint, type) and isinstance(value, hint)):
        return value
    raise ValueError(f"no {getattr(hint, '__name__', hint)}")


def _fit_any(value: Any, hints: list[Any]) -> Any:
    for hint in hints:
        try:
            return _fit(value, hint)
        except ValueError as error:
            last = error
    raise last


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # ids are often written without quotes
    raise ValueError("no text")


def _int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().isascii() and value.strip().lstrip("-").isdigit():
        return int(value)
    raise ValueError("no whole number")


def _bool(value: Any) -> bool:
    words = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError("neither true nor false")


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(value if isinstance(value, str | Decimal) else _int(value))
    except (InvalidOperation, ValueError):
        raise ValueError("no number") from None
    if not number.is_finite():
        raise ValueError("no number")
    return number


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("no time like 2027-01-31T00:00:00+08:00") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("no time with an offset, like 2027-01-31T00:00:00+08:00")
    return value


def _day(value: Any) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("no day like 2027-01-31") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("no day like 2027-01-31")


_SIMPLE: Mapping[Any, Any] = {
    str: _text,
    int: _int,
    bool: _bool,
    Decimal: _decimal,
    float: lambda value: float(_decimal(value)),
    datetime: _moment,
    date: _day,
}
