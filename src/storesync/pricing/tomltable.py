"""Reading policy and rate tables: a wrong value becomes an issue that names its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeAlias

from attrs import define, field

from storesync.issues import Issue
from storesync.pricing.exact import EXACT, exact

__all__ = ["Locate", "Read", "TomlTable"]

Locate: TypeAlias = Callable[[str], str]
"""Gives the place (`storesync.toml:41`) of a dotted key; empty where it is not known."""


_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_PARTED = re.compile(
    r"(\d{1,3}(?:([,.' _])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?", re.ASCII
)  # 1,299,000.50 or 1.299.000,50
_COMMA = re.compile(r"(\d+),(\d+)", re.ASCII)
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?%", re.ASCII)


def _nowhere(_: str) -> str:
    return ""


def _table(path: str, _: str) -> str:
    return f"[{path}] " if path else ""


@define(kw_only=True)
class TomlTable:
    """One table under a dotted path, with the findings of all tables read from the same file.

    `label` makes of table path and key how a finding about them begins.
    """

    data: Mapping[str, Any]
    path: str
    at: str
    locate: Locate = _nowhere
    label: Callable[[str, str], str] = _table
    issues: list[Issue] = field(factory=list)

    def place(self, key: str = "") -> str:
        """Where a key of this table stands."""
        return self.locate(f"{self.path}.{key}".strip(".")) or self.at

    def wrong(self, key: str, message: str, hint: str, code: str = "price.config_value") -> None:
        """Notes that the value of `key` cannot be used."""
        path = f"{self.path}.{key}".strip(".").replace(".", "/")
        told = f"{self.label(self.path, key)}{message}"
        self.issues.append(Issue(code, path, told, hint=hint, at=self.place(key)))

    def inner(self, key: str, value: Any) -> TomlTable | None:
        """The table under `key`; None with an issue when it is no table."""
        if not isinstance(value, Mapping):
            self.wrong(key, f"{key} is {_kind(value)}, not a table", f"write [{self.path}.{key}]")
            return None
        path = f"{self.path}.{key}".strip(".")
        return TomlTable(
            data=value, path=path, at=self.at, locate=self.locate, label=self.label, issues=self.issues
        )

    def rows(self, key: str, value: Any) -> list[TomlTable]:
        """A list of tables under `key`."""
        if not isinstance(value, list | tuple):
            self.wrong(key, f"{key} is {_kind(value)}, not a list of tables", f"write {key} = [ {{ … }} ]")
            return []
        found = (self.inner(f"{key}.{place}", row) for place, row in enumerate(value))
        return [table for table in found if table is not None]

    def decimal(self, key: str, value: Any, such_as: str = "") -> Decimal | None:
        """An exact number, given as text or int; a TOML float is refused.

        `such_as` is the hint where it cannot be guessed which number is meant; without one the number is a share.
        """
        if isinstance(value, float):
            self.wrong(
                key,
                f"{key} = {value!r} is a floating-point number and not exact",
                f'quote it: {key} = "{value!r}"',
                "price.config_float",
            )
            return None
        try:
            if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
                raise ValueError
            return exact(value)
        except (TypeError, ValueError):
            way = such_as or f'write {key} = "0.15"'
            if isinstance(value, str) and (meant := _meant(value.strip(), is_share=not such_as)):
                alone = self.data.get(key) is value  # not one of a list
                way = f'write {f"{key} = " if alone else ""}"{meant[0]}"'
                way += f', or "{meant[1]}" if its comma stands for a point' if len(meant) > 1 else ""
            self.wrong(key, f"{key} is {_kind(value)} {value!r}, not a number", way)
            return None

    def whole(self, key: str, value: Any) -> int | None:
        """A whole number from zero up."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.wrong(key, f"{key} is {value!r}, not a whole number from 0 up", f"write {key} = 1")
            return None
        return value

    def text(self, key: str, value: Any) -> str | None:
        """Text that is not empty."""
        if not isinstance(value, str) or not value:
            self.wrong(key, f"{key} is {_kind(value)} {value!r}, not text", f'write {key} = "…"')
            return None
        return value

    def flag(self, key: str, value: Any) -> bool | None:
        """True or false."""
        if not isinstance(value, bool):
            self.wrong(key, f"{key} is {value!r}, not true or false", f"write {key} = true")
            return None
        return value

    def day(self, key: str, value: Any) -> date | None:
        """A calendar day, as a TOML date or as ISO text."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.wrong(key, f"{key} is {value!r}, not a day", f"write {key} = 2026-12-31")
        return None

    def one_of(self, key: str, value: Any, choices: Iterable[str]) -> Any:
        """One of a few words."""
        known = tuple(choices)
        if value in known and isinstance(value, str):
            return value
        near = nearest(str(value), known)
        self.wrong(
            key, f"{key} is {value!r}, none of {', '.join(known)}", f'write {key} = "{near or known[0]}"'
        )
        return None

    def unknown(self, known: Iterable[str]) -> None:
        """Notes every key that nobody knows, with the nearest known name."""
        names = tuple(known)
        for key in self.data:
            if key not in names:
                near = nearest(key, names)
                hint = f"did you mean {near!r}?" if near else f"known keys: {', '.join(sorted(names))}"
                self.wrong(key, f"{key} is unknown", hint, "price.config_unknown_key")

    def read(self, readers: Mapping[str, Read], also: Iterable[str] = ()) -> dict[str, Any]:
        """Every key of the table through its reader; `also` are keys that the caller reads itself."""
        self.unknown((*readers, *also))
        values: dict[str, Any] = {}
        for key, reader in readers.items():
            if key in self.data:
                value = reader(self, key, self.data[key])
                if value is not None:
                    values[key] = value
        return values


Read: TypeAlias = Callable[[TomlTable, str, Any], Any]


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like `name`; empty when none is."""
    close = get_close_matches(name, tuple(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def _meant(text: str, *, is_share: bool) -> tuple[str, ...]:
    """What a number in another country's spelling says; two where it can be read in two ways, none where in no way."""
    if is_share and (found := _PERCENT.fullmatch(text)):
        return (f"{exact(found[1].replace(',', '.')).scaleb(-2, context=EXACT).normalize(EXACT):f}",)
    if (found := _PARTED.fullmatch(text)) and (found[3] is None or text[found.end(1)] != found[2]):
        whole = re.sub(r"\D", "", found[1])
        if found[3] is not None:
            return (f"{whole}.{found[3]}",)
        return (whole, text.replace(",", ".")) if text.count(",") == 1 else (whole,)
    if found := _COMMA.fullmatch(text):
        return (f"{found[1]}.{found[2]}",)
    return ()


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    names = {
        str: "text",
        int: "a whole number",
        float: "a floating-point number",
        dict: "a table",
        list: "a list",
    }
    return names.get(type(value), type(value).__name__)
