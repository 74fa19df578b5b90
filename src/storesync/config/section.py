"""One table of the configuration while it is being read: typed values, and every finding with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from storesync.config.places import TomlFile
from storesync.issues import Issue, Severity, nearest

__all__ = ["Findings", "Section"]


class Findings:
    """Everything that is wrong with a configuration, in the order in which it was found."""

    def __init__(self) -> None:
        self.all: list[Issue] = []

    def error(self, code: str, key: tuple[str, ...], message: str, hint: str, at: str) -> None:
        """Something that makes the configuration unusable."""
        self.all.append(Issue(f"config.{code}", "/".join(key), message, Severity.ERROR, hint, at))


class Section:
    """A table at `key` of a file; each getter reports a value of the wrong type and gives the default."""

    def __init__(
        self, file: TomlFile, key: tuple[str, ...], table: Mapping[str, Any], found: Findings
    ) -> None:
        self.file = file
        self.key = key
        self.table = table
        self.found = found

    def at(self, *name: str) -> str:
        """Where a key of this table stands."""
        return self.file.at(*self.key, *name)

    def error(self, name: str, code: str, message: str, hint: str = "") -> None:
        """A finding about one key of this table."""
        key = (*self.key, name) if name else self.key
        self.found.error(code, key, message, hint, self.file.at(*key))

    def _typed(self, name: str, kind: type | tuple[type, ...], what: str, default: Any) -> Any:
        if name not in self.table:
            return default
        value = self.table[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.error(name, "type", f"{name} = {value!r} is no {what}", f"write {what}")
            return default
        return value

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value: str = self._typed(name, str, "text", default)
        return value

    def needed(self, name: str, example: str) -> str:
        """A text that must be there."""
        if name not in self.table:
            close = get_close_matches(name, self.table, 1)
            table = f"[{'.'.join(self.key)}]"
            if close:
                self.error(
                    close[0],
                    "unknown_key",
                    f"{table} has no {name}, but {close[0]}",
                    f"did you mean {name!r}?",
                )
            else:
                self.error("", "missing", f"{table} has no {name}", f"add {name} = {example}")
            return ""
        return self.text(name)

    def whole(self, name: str, default: int, *, least: int) -> int:
        """A whole number from `least` up."""
        value: int = self._typed(name, int, "a whole number", default)
        if value < least:
            self.error(name, "value", f"{name} = {value} is below {least}", f"write a number from {least} up")
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value: bool = self._typed(name, bool, "true or false", default)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one."""
        value = self.table.get(name, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self.error(name, "type", f"{name} = {value!r} is no list of texts", f'write {name} = ["…"]')
            return ()
        return tuple(value)

    def words(self, name: str) -> dict[str, str]:
        """A table of texts."""
        table = self._typed(name, dict, "a table", {})
        words = {key: part for key, part in table.items() if isinstance(part, str)}
        for key in table.keys() - words.keys():
            self.found.error(
                "type",
                (*self.key, name, key),
                f"{key} = {table[key]!r} is no text",
                f'write {key} = "…"',
                self.file.at(*self.key, name, key),
            )
        return words

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        """One of a few words; a misspelled one is told and read as what it is most like."""
        value = self.text(name, default)
        if value not in known:
            self.error(name, "value", f"{name} = {value!r} is unknown", nearest(value, known))
            return next(iter(get_close_matches(value, known, 1)), default)
        return value

    def inner(self, name: str) -> Section:
        """A table inside this one; an absent one is empty."""
        return Section(self.file, (*self.key, name), self._typed(name, dict, "a table", {}), self.found)

    def only(self, known: Iterable[str]) -> None:
        """Report every key that nobody knows."""
        names = list(known)
        for name in self.table:
            if name not in names:
                where = f"[{'.'.join(self.key)}]" if self.key else self.file.name
                self.error(name, "unknown_key", f"{where} has an unknown key {name!r}", nearest(name, names))
