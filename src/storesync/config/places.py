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
_WORDS = (
    ("Invalid value", "the value cannot be read", 'a text stands between quotes: KEY = "text"'),
    ("Illegal character '\\n'", "a text does not end on its line", "close the quote"),
    ("Expected '=' after a key", "there is no = after the key", "write KEY = VALUE; a comment begins with #"),
    ("Expected ']' at the end", "the name of a table does not end", "close the bracket: [NAME]"),
    (
        "Expected newline or end of document",
        "something follows the value, or the value is no number or day",
        "one KEY = VALUE stands on a line, a text between quotes; a day is 2026-11-23",
    ),
    ("Cannot declare", "this table stands twice", "write its keys under one of the two"),
    ("Cannot overwrite a value", "this key stands twice in its table", "keep one of the two"),
    ("Unclosed array", "a list does not end", "close it: [ … ]"),
    ("Unterminated string", "a text does not end", "close the quote"),
)
"""How the parser's message begins, what it means, and what to do."""
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
        return None, (_no_toml(what, at, text.splitlines()[int(spot[1]) - 1] if spot else ""),)
    except ValueError as error:  # an impossible date or number
        return None, (_no_toml(str(error), name, ""),)
    return TomlFile(name, data, _lines(text)), ()


def _no_toml(what: str, at: str, line: str) -> Issue:
    """What the parser met, in words, with the way out; the line's value stays unsaid, it may be a secret."""
    found = ((words, way) for start, words, way in _WORDS if what.startswith(start))
    words, way = next(found, (what, "correct the line"))
    table = line.startswith("[")
    key = line.partition("#" if table else "=")[0].strip() if table or "=" in line else ""
    return Issue("config.toml", key, f"this is no TOML: {words}", hint=way, at=at)


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
