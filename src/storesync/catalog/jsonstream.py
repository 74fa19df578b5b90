"""A large JSON document, member by member: the whole is never in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from attrs import frozen

__all__ = ["Broken", "Member", "members"]

_CHUNK = 1 << 16
_LARGEST = 16_000_000  # characters of one member; a larger one is a document that never closes
_MARK = re.compile(r'"(?:[^"\\]|\\.)*(?P<end>")?|[{}\[\]]', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"[^\s,\]}]+")


class Broken(ValueError):
    """The document is no JSON from here on; `line` says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@frozen
class Member:
    """One value of the top-level object; `index` is its position when the value stands in an array."""

    name: str
    index: int | None
    line: int
    text: str


def members(path: Path, *, streamed: str) -> Iterator[Member]:
    """The members of the top-level object in order; the array `streamed` is given element by element.

    Raises Broken where the brackets do not fit; OSError and UnicodeDecodeError as `open` does.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = _Text(file)
        text.expect("{")
        while not text.next_is("}"):
            name = _name(text)
            text.expect(":")
            if name == streamed and text.next_is("["):
                yield from _elements(text, name)
            else:
                line = text.line_here()
                yield Member(name, None, line, text.value())
            if not text.next_is(","):
                text.expect("}")
                return


def _elements(text: _Text, name: str) -> Iterator[Member]:
    index = 0
    while not text.next_is("]"):
        line = text.line_here()
        yield Member(name, index, line, text.value())
        index += 1
        if not text.next_is(","):
            text.expect("]")
            return


def _name(text: _Text) -> str:
    raw = text.value()
    if not raw.startswith('"'):
        raise Broken(f"a member name is expected, not {raw[:20]!r}", text.line)
    return raw[1:-1]


class _Text:
    """Characters of a file with a small buffer and a line count."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.buffer = ""
        self.spot = 0
        self.line = 1

    def fill(self) -> bool:
        part = self.file.read(_CHUNK)
        self.line += self.buffer.count("\n", 0, self.spot)
        self.buffer = self.buffer[self.spot :] + part
        self.spot = 0
        if len(self.buffer) > _LARGEST:
            raise Broken(f"one value has more than {_LARGEST} characters", self.line)
        return bool(part)

    def skip(self) -> str:
        """The next character that is no white space, or empty at the end."""
        while True:
            found = _SPACE.match(self.buffer, self.spot)
            self.spot = found.end() if found else self.spot
            if self.spot < len(self.buffer):
                return self.buffer[self.spot]
            if not self.fill():
                return ""

    def line_here(self) -> int:
        self.skip()
        return self.line + self.buffer.count("\n", 0, self.spot)

    def next_is(self, mark: str) -> bool:
        if self.skip() != mark:
            return False
        self.spot += 1
        return True

    def expect(self, mark: str) -> None:
        found = self.skip()
        if found != mark:
            what = repr(found) if found else "the end of the file"
            raise Broken(f"{mark!r} is expected, not {what}", self.line_here())
        self.spot += 1

    def value(self) -> str:
        """One whole value as text; only its brackets and strings are looked at."""
        first = self.skip()
        if first in ("{", "[", '"'):
            return self._bracketed()
        while True:
            found = _PLAIN.match(self.buffer, self.spot)
            if found is None:
                raise Broken(f"a value is expected, not {first!r}", self.line_here())
            if found.end() < len(self.buffer) or not self.fill():
                break
        found = _PLAIN.match(self.buffer, self.spot)
        text = found[0] if found else ""
        self.spot += len(text)
        return text

    def _bracketed(self) -> str:
        depth = 0
        ahead = self.spot
        while True:
            found = _MARK.search(self.buffer, ahead)
            if found is None or (found[0].startswith('"') and found["end"] is None):
                done = (found.start() if found else len(self.buffer)) - self.spot
                if not self.fill():
                    raise Broken("the document ends inside a value", self.line)
                ahead = self.spot + done
                continue
            ahead = found.end()
            depth += found[0] in "{["
            depth -= found[0] in "}]"
            if depth == 0:
                text = self.buffer[self.spot : ahead]
                self.spot = ahead
                return text
