"""Where each key of a TOML file stands, so that a message can name the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import field, frozen

from storesync.issues import Issue
from storesync.model import frozen_map

__all__ = ["KeyPath", "TomlFile", "read_toml"]

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?\s*(?P<key>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_ENTRY = re.compile(rf"\s*(?P<key>{_PART}(?:\s*\.\s*{_PART})*)\s*=")
_INNER = re.compile(rf"[{{,]\s*(?P<key>{_PART})\s*=")
_SPOT = re.compile(r"\(at line (\d+), column (\d+)\)")


@frozen
class TomlFile:
    """A parsed TOML file; numbers with a point are Decimal."""

    name: str
    data: Mapping[str, Any] = field(converter=frozen_map)
    lines: Mapping[KeyPath, int] = field(factory=dict)

    def at(self, *key: str) -> str:
        """`file:line:key` of the nearest thing with a line of its own; the last part of the key is named."""
        for length in range(len(key), 0, -1):
            line = self.lines.get(key[:length])
            if line is not None:
                return f"{self.name}:{line}:{key[-1]}"
        return f"{self.name}:1:{key[-1]}" if key else self.name


def read_toml(path: Path, name: str) -> tuple[TomlFile | None, tuple[Issue, ...]]:
    """The file, or an issue that says why it cannot be read."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}"
        return None, (Issue("config.file", "", message, hint="check the path", at=name),)
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8 at byte {error.start}"
        return None, (Issue("config.encoding", "", message, hint="save it as UTF-8", at=name),)
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        spot = _SPOT.search(str(error))
        at = f"{name}:{spot[1]}:{spot[2]}" if spot else name
        what = _SPOT.sub("", str(error)).strip()
        return None, (Issue("config.toml", "", f"no TOML: {what}", hint="correct the line", at=at),)
    except ValueError as error:  # an impossible date or number
        return None, (Issue("config.toml", "", f"no TOML: {error}", hint="correct the value", at=name),)
    return TomlFile(name, data, _lines(text)), ()


def _lines(text: str) -> dict[KeyPath, int]:
    """The first line of every table and key; multi-line texts and arrays do not disturb the count."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            if quote in line:
                quote = ""
            continue
        if header := _HEADER.match(line):
            table = _parts(header["key"])
            found.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            key = (*table, *_parts(entry["key"]))
            found.setdefault(key, number)
            for inner in _INNER.finditer(line, entry.end()):
                found.setdefault((*key, *_parts(inner["key"])), number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                quote = mark
    return found


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
